//! Addresses that begin a chat. Source: WhatsApp, click to chat.

/// The address that opens a chat with a number, with something written already.
pub fn click_to_chat(digits: &str, text: &str) -> String {
    let mut link = format!("https://wa.me/{digits}");
    let text = text.trim();
    if !text.is_empty() {
        link.push_str("?text=");
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => link.push(byte.into()),
                _ => {
                    link.push('%');
                    for half in [byte >> 4, byte & 15] {
                        link.push(char::from_digit(half.into(), 16).unwrap_or('0').to_ascii_uppercase());
                    }
                }
            }
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_encoded_byte_by_byte() {
        assert_eq!(click_to_chat("49305550100", "  "), "https://wa.me/49305550100");
        assert_eq!(
            click_to_chat("49305550100", "Grüße & more?"),
            "https://wa.me/49305550100?text=Gr%C3%BC%C3%9Fe%20%26%20more%3F"
        );
    }
}
