//! Phone numbers: as people type them, and the spellings that mean the same subscriber.

use crate::error::ErrorCode;

/// Fewest digits of an international number. Ours; shorter ones are services, not people.
const LEAST_DIGITS: usize = 8;
/// Most digits of an international number. Source: E.164.
const MOST_DIGITS: usize = 15;

/// The digits of an international number, however a person writes it.
///
/// # Errors
/// `phone_invalid` unless it begins with `+` or `00` and a country, and has 8 to 15 digits.
pub fn international(text: &str) -> Result<String, ErrorCode> {
    let text = text.trim();
    let national =
        text.strip_prefix('+').or_else(|| text.strip_prefix("00")).ok_or(ErrorCode::PhoneInvalid)?;
    // Some write the zero of the national form along. Nobody dials it, but in Italy.
    let national = if national.starts_with("39") { national.to_owned() } else { national.replace("(0)", "") };
    let separators = [' ', '\u{a0}', '-', '.', '/', '(', ')', '\u{2011}', '\u{202f}'];
    let digits: String = national.chars().filter(|c| !separators.contains(c)).collect();
    let fits = (LEAST_DIGITS..=MOST_DIGITS).contains(&digits.len());
    if !fits || digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ErrorCode::PhoneInvalid);
    }
    Ok(digits)
}

/// The other spelling of the same mobile number, where a country has two: WhatsApp ids keep the one of the day
/// the account was made. Brazil added a nine, Mexico dropped a one, Argentina writes a nine from abroad.
pub fn other_spelling(digits: &str) -> Option<String> {
    let (country, rest) = digits.split_at_checked(2)?;
    let changed = match (country, rest.len()) {
        ("55", 10) => {
            let (area, number) = rest.split_at_checked(2)?;
            // Numbers of fixed lines begin with 2 to 5 and have no nine.
            number.starts_with(['6', '7', '8', '9']).then(|| format!("{area}9{number}"))?
        }
        ("55", 11) => {
            let (area, number) = rest.split_at_checked(2)?;
            format!("{area}{}", number.strip_prefix('9').filter(|n| n.starts_with(['6', '7', '8', '9']))?)
        }
        ("52", 10) => format!("1{rest}"),
        ("52", 11) => rest.strip_prefix('1')?.to_owned(),
        ("54", 10) => format!("9{rest}"),
        ("54", 11) => rest.strip_prefix('9')?.to_owned(),
        _ => return None,
    };
    Some(format!("{country}{changed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for text in ["+49 30 555-0101", "0049 (0)30 5550101", "+49.30/5550101", " +49\u{a0}(30) 5550101 "] {
            assert_eq!(international(text).as_deref(), Ok("49305550101"), "{text}");
        }
        assert_eq!(international("+39 (0)6 5550101").as_deref(), Ok("39065550101"));
        for bad in [
            "",
            "030 5550101",
            "+0 30 5550101",
            "+49",
            "+49 30 555x",
            "+1234567890123456",
            "+４９３０５５５０１０１",
        ] {
            assert_eq!(international(bad), Err(ErrorCode::PhoneInvalid), "{bad}");
        }
    }

    #[test]
    fn both_spellings_lead_to_each_other() {
        for (one, other) in [
            ("551187654321", "5511987654321"),
            ("525512345678", "5215512345678"),
            ("541112345678", "5491112345678"),
        ] {
            assert_eq!(other_spelling(one).as_deref(), Some(other));
            assert_eq!(other_spelling(other).as_deref(), Some(one));
        }
        // A fixed line in Brazil, other countries, and what is too short.
        for alone in ["551134567890", "4915112345678", "15551234567", "55", "", "ü5"] {
            assert_eq!(other_spelling(alone), None, "{alone}");
        }
    }
}
