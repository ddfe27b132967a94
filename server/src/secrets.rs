//! Keys and hashes: the master key, sealed columns, password hashes, tokens.
//!
//! Nothing here is ever logged; secrets travel in `SecretString`.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256, Sha384};
use std::path::Path;

/// Cost of a password hash: about 0.4 s on one core of the machine this was chosen on.
pub const PASSWORD_COST: u32 = 12;

/// Why a secret could not be handled.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no key file.
    #[error("there is no master key")]
    NoKey,
    /// The key file is unreadable or malformed.
    #[error("master key: {0}")]
    Key(String),
    /// A sealed column does not open with this key and place.
    #[error("a sealed value does not open: wrong key or moved")]
    Sealed,
    /// The machine gave no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
    /// bcrypt refused.
    #[error("password hash: {0}")]
    Hash(String),
}

/// The installation's keys, derived from one master key.
#[derive(Clone)]
pub struct Keys {
    seal: [u8; 32],
    pepper: [u8; 32],
    cost: u32,
}

impl Keys {
    /// Reads the master key beside the data.
    ///
    /// # Errors
    /// [`SecretError::NoKey`] when it is not there, [`SecretError::Key`] when it is unusable.
    pub fn load(path: &Path, cost: u32) -> Result<Self, SecretError> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let master = BASE64.decode(text.trim()).map_err(|e| SecretError::Key(e.to_string()))?;
                Self::derived(&master, cost)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(SecretError::NoKey),
            Err(error) => Err(SecretError::Key(error.to_string())),
        }
    }

    /// Makes a master key beside the data. Only for an installation that has nothing sealed and no
    /// password hashed yet: whoever calls this has looked.
    ///
    /// # Errors
    /// [`SecretError::Key`] also when there is one already.
    pub fn create(path: &Path, cost: u32) -> Result<Self, SecretError> {
        let fresh = random::<32>()?;
        write_private(path, &BASE64.encode(fresh)).map_err(|e| SecretError::Key(e.to_string()))?;
        Self::derived(&fresh, cost)
    }

    fn derived(master: &[u8], cost: u32) -> Result<Self, SecretError> {
        if master.len() != 32 {
            return Err(SecretError::Key("it must be 32 bytes in base64".into()));
        }
        Ok(Self { seal: derive(master, "seal"), pepper: derive(master, "pepper"), cost })
    }

    /// Encrypts a value for one place (`table/column/row`); it opens nowhere else.
    ///
    /// # Errors
    /// [`SecretError::Random`].
    pub fn seal(&self, place: &str, secret: &str) -> Result<String, SecretError> {
        let nonce = random::<24>()?;
        let cipher = XChaCha20Poly1305::new((&self.seal).into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: secret.as_bytes(), aad: place.as_bytes() })
            .map_err(|_| SecretError::Sealed)?;
        // `1` names the key, so that a rotation can tell old from new.
        Ok(format!("1.{}.{}", BASE64.encode(nonce), BASE64.encode(sealed)))
    }

    /// Decrypts what [`Keys::seal`] made for the same place.
    ///
    /// # Errors
    /// [`SecretError::Sealed`].
    pub fn open(&self, place: &str, sealed: &str) -> Result<SecretString, SecretError> {
        let mut parts = sealed.split('.');
        let (Some("1"), Some(nonce), Some(body), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SecretError::Sealed);
        };
        let decode = |text: &str| BASE64.decode(text).map_err(|_| SecretError::Sealed);
        let (nonce, body) = (decode(nonce)?, decode(body)?);
        if nonce.len() != 24 {
            return Err(SecretError::Sealed);
        }
        let cipher = XChaCha20Poly1305::new((&self.seal).into());
        let plain = cipher
            .decrypt(XNonce::from_slice(&nonce), Payload { msg: &body, aad: place.as_bytes() })
            .map_err(|_| SecretError::Sealed)?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| SecretError::Sealed)
    }

    /// Hashes a password: bcrypt over the peppered MAC, so that neither length nor NUL matters and a
    /// stolen database alone cannot be guessed at. Takes long: call it on a blocking thread.
    ///
    /// # Errors
    /// [`SecretError::Hash`].
    pub fn hash_password(&self, password: &SecretString) -> Result<String, SecretError> {
        bcrypt::non_truncating_hash(self.peppered(password)?, self.cost)
            .map_err(|e| SecretError::Hash(e.to_string()))
    }

    /// Whether a password fits a hash. Takes as long as hashing.
    pub fn verify_password(&self, password: &SecretString, hash: &str) -> bool {
        self.peppered(password)
            .is_ok_and(|peppered| bcrypt::non_truncating_verify(peppered, hash).unwrap_or(false))
    }

    fn peppered(&self, password: &SecretString) -> Result<String, SecretError> {
        let mut mac = <Hmac<Sha384> as hmac::KeyInit>::new_from_slice(&self.pepper)
            .map_err(|e| SecretError::Hash(e.to_string()))?;
        mac.update(password.expose_secret().as_bytes());
        Ok(BASE64.encode(mac.finalize().into_bytes()))
    }
}

/// A fresh token of 256 random bits in hexadecimal.
///
/// # Errors
/// [`SecretError::Random`].
pub fn token() -> Result<String, SecretError> {
    Ok(hex(&random::<32>()?))
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a file that only its owner may read.
///
/// # Errors
/// The file system's.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut file = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| SecretError::Random(e.to_string()))?;
    Ok(bytes)
}

fn derive(master: &[u8], purpose: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(master);
    hasher.update(b"switchboard/");
    hasher.update(purpose.as_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (tempfile::TempDir, Keys) {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::create(&dir.path().join("master.key"), 4).unwrap();
        (dir, keys)
    }

    #[test]
    fn a_sealed_value_opens_in_its_place_only() {
        let (_dir, keys) = keys();
        let sealed = keys.seal("connection/token/1", "s3cret").unwrap();
        assert!(!sealed.contains("s3cret"));
        assert_eq!(keys.open("connection/token/1", &sealed).unwrap().expose_secret(), "s3cret");
        assert!(keys.open("connection/token/2", &sealed).is_err());
    }

    #[test]
    fn long_passwords_and_nul_characters_are_told_apart() {
        let (_dir, keys) = keys();
        let long = "x".repeat(100);
        let hash = keys.hash_password(&format!("{long}a").into()).unwrap();
        assert!(keys.verify_password(&format!("{long}a").into(), &hash));
        assert!(!keys.verify_password(&format!("{long}b").into(), &hash));
        let hash = keys.hash_password(&"a\0b".into()).unwrap();
        assert!(!keys.verify_password(&"a\0c".into(), &hash));
    }

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        assert!(matches!(Keys::load(&path, 4), Err(SecretError::NoKey)));
        let sealed = Keys::create(&path, 4).unwrap().seal("p", "v").unwrap();
        assert!(Keys::create(&path, 4).is_err(), "a key is never replaced");
        assert_eq!(Keys::load(&path, 4).unwrap().open("p", &sealed).unwrap().expose_secret(), "v");
        std::fs::write(&path, "short").unwrap();
        assert!(Keys::load(&path, 4).is_err());
    }
}
