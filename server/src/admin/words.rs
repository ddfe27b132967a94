//! What names and ids given by the operator must look like.

use shared::limits::NAME_CHARS;

use super::AdminError;

/// A name people read: trimmed, neither empty nor long, without control characters.
pub(super) fn name(what: &str, text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARS || text.chars().any(char::is_control) {
        return Err(AdminError::refused(format!("{what}: 1 to {NAME_CHARS} characters on one line")));
    }
    Ok(text.to_owned())
}

/// A tenant's short name: 2 to 40 of a-z, 0-9 and hyphens.
pub(super) fn slug(text: &str) -> Result<String, AdminError> {
    if is_slug(text) {
        return Ok(text.to_owned());
    }
    Err(AdminError::refused("a slug has 2 to 40 characters out of a-z, 0-9 and hyphens"))
}

/// Whether a text could be a tenant's short name.
pub(super) fn is_slug(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// One of Meta's ids: digits.
pub(super) fn meta_id(what: &str, text: &str) -> Result<String, AdminError> {
    if !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(AdminError::refused(format!("{what}: digits, as Meta shows it")))
}

/// A phone number as the database keeps it: digits only.
pub(super) fn phone(text: &str) -> Result<String, AdminError> {
    let well_formed =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '(' | ')' | '.'));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    // E.164: at most fifteen digits.
    if well_formed && (5..=15).contains(&digits.len()) {
        return Ok(digits);
    }
    Err(AdminError::refused("the number must be international, such as +49 30 5550100"))
}

/// A secret that Meta gave or takes: printable, one word.
pub(super) fn secret(what: &str, text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    if !text.is_empty() && text.len() <= 4096 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(AdminError::refused(format!("{what} must be one printable word")))
}

/// An e-mail address: one `@` with something on both sides; more only a mail to it can tell.
pub(super) fn email(text: &str) -> Result<String, AdminError> {
    let folded = crate::db::control::account::fold_email(text);
    let plausible = folded
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    let printable = !folded.chars().any(|c| c.is_control() || c.is_whitespace());
    if plausible && printable && folded.len() <= 254 {
        return Ok(folded);
    }
    Err(AdminError::refused("the e-mail address is not one"))
}

/// A password worth the name.
pub(super) fn password(text: &str) -> Result<(), AdminError> {
    /// NIST SP 800-63B asks for at least eight; length counts more than colourful characters.
    const LEAST: usize = 8;
    const MOST: usize = 1024;
    if text.chars().count() < LEAST || text.len() > MOST {
        return Err(AdminError::refused(format!("a password has {LEAST} to {MOST} characters")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_short_and_plain() {
        assert!(is_slug("ab") && is_slug("lagos-lamps-2"));
        let long = "x".repeat(41);
        for wrong in ["", "a", "Demo", "a b", "a_b", "ä-b", long.as_str()] {
            assert!(!is_slug(wrong), "{wrong}");
        }
    }

    #[test]
    fn numbers_and_addresses_are_folded() {
        assert_eq!(phone("+1 (212) 555-0134").unwrap(), "12125550134");
        assert!(phone("call me").is_err() && phone("+1").is_err());
        assert_eq!(email("  Ada@Example.COM ").unwrap(), "ada@example.com");
        assert!(email("ada").is_err() && email("a@b@c").is_err() && email("a b@c").is_err());
    }
}
