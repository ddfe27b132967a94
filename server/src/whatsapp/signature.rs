//! Whether a webhook is Meta's: HMAC-SHA256 over the raw bytes with the app secret.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// What a signature header is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// One of the active secrets signed these bytes.
    Authentic,
    /// There is no usable header.
    Missing,
    /// Somebody else signed, or other bytes.
    Forged,
    /// No secret is configured, so nothing can be believed.
    NoSecret,
}

/// Checks `X-Hub-Signature-256: sha256=<64 lower-case hexadecimal characters>`.
pub(super) fn check(secrets: &[SecretString], header: Option<&str>, body: &[u8]) -> Verdict {
    if secrets.is_empty() || secrets.iter().any(|secret| secret.expose_secret().is_empty()) {
        return Verdict::NoSecret;
    }
    let Some(hex) = header.and_then(|header| header.strip_prefix("sha256=")) else {
        return Verdict::Missing;
    };
    let Some(claimed) = bytes_of(hex) else { return Verdict::Forged };
    let authentic = secrets.iter().any(|secret| {
        Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .is_ok_and(|mac| mac.chain_update(body).verify_slice(&claimed).is_ok())
    });
    if authentic { Verdict::Authentic } else { Verdict::Forged }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(hex.get(i..i + 2)?, 16).ok()).collect()
}

/// What Meta puts into the header; for tests.
#[cfg(any(test, feature = "faults"))]
pub(super) fn sign(secret: &str, body: &[u8]) -> String {
    let signed = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map(|mac| crate::secrets::hex(&mac.chain_update(body).finalize().into_bytes()));
    format!("sha256={}", signed.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_of_two_secrets_signs_and_no_third() {
        let secrets = ["new".into(), "old".into()];
        let body = br#"{"text":"\u00e4\/"}"#;
        for secret in ["new", "old"] {
            assert_eq!(check(&secrets, Some(&sign(secret, body)), body), Verdict::Authentic);
        }
        assert_eq!(check(&secrets, Some(&sign("other", body)), body), Verdict::Forged);
    }

    #[test]
    fn any_other_spelling_of_a_right_signature_is_refused() {
        let secrets = ["s".into()];
        let good = sign("s", b"x");
        let hex = good.strip_prefix("sha256=").unwrap();
        assert_eq!(check(&secrets, None, b"x"), Verdict::Missing);
        assert_eq!(check(&secrets, Some(hex), b"x"), Verdict::Missing);
        for bad in [
            format!("sha256={}", hex.to_uppercase()),
            format!("sha256={hex}0"),
            format!("sha256= {hex}"),
            "sha256=".to_owned(),
            good.replace("sha256=", "sha256=é"),
        ] {
            assert_eq!(check(&secrets, Some(&bad), b"x"), Verdict::Forged, "{bad}");
        }
        assert_eq!(check(&secrets, Some(&good), b"y"), Verdict::Forged);
    }

    #[test]
    fn without_a_secret_nothing_is_believed() {
        assert_eq!(check(&[], Some(&sign("", b"x")), b"x"), Verdict::NoSecret);
        assert_eq!(check(&["".into()], Some(&sign("", b"x")), b"x"), Verdict::NoSecret);
    }
}
