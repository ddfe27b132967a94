//! What a person may choose as a password.

use crate::db::control::account::fold_email;

/// Length counts more than colourful characters (NIST SP 800-63B).
const LEAST_CHARS: usize = 10;
/// Bytes; it is hashed before bcrypt sees it, so that none of them is cut off.
const MOST_BYTES: usize = 1024;

/// Refuses what is too short, too long, or is known to everybody who knows the person.
///
/// # Errors
/// A sentence about what is wrong.
pub(super) fn check(password: &str, email: &str, name: &str) -> Result<(), &'static str> {
    if password.chars().count() < LEAST_CHARS {
        return Err("a password has at least 10 characters");
    }
    if password.len() > MOST_BYTES {
        return Err("a password has at most 1024 bytes");
    }
    let (folded, email) = (fold_email(password), fold_email(email));
    let local = email.split('@').next().unwrap_or_default();
    if folded == email || folded == local || folded == fold_email(name) {
        return Err("the password is the e-mail address or the name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_what_everybody_knows() {
        let check = |password: &str| check(password, "ada.lovelace@example.com", "Ada King-Noel");
        assert!(
            check("0123456789").is_ok() && check("ääääääääää").is_ok() && check(&"x".repeat(1024)).is_ok()
        );
        let long = "x".repeat(1025);
        for wrong in [
            "",
            "012345678",
            "äääääääää",
            "Ada.Lovelace@example.com",
            " ada.lovelace",
            "ADA KING-NOEL",
            long.as_str(),
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
