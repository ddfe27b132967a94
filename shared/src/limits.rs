//! WhatsApp's limits and our own, each with its source, and the checks that use them.
//!
//! Characters are Unicode scalar values, as Meta counts them at least; text is never cut at bytes.

use crate::{
    error::ErrorCode,
    model::{contact::BLOCK_REASON_CHARS, review::COMMENT_CHARS},
};

/// Longest text message, in characters. Source: Cloud API reference, text messages.
pub const TEXT_CHARS: usize = 4096;
/// Longest internal note, in characters. Ours; equal to a text so that a draft fits both.
pub const NOTE_CHARS: usize = 4096;
/// Longest draft, in characters. Ours; equal to a text and a note, which it becomes.
pub const DRAFT_CHARS: usize = 4096;
/// Drafts of one member; the oldest makes room. Ours; nobody writes in so many conversations.
pub const DRAFTS: usize = 100;
/// Colleagues that one note may name. Ours.
pub const MENTIONS: usize = 20;
/// Unread notices in a snapshot; older ones come in pages. Ours.
pub const SNAPSHOT_NOTICES: usize = 50;
/// Longest text of a customer that is shown as a text, in characters. WhatsApp's apps allow 65,536; a
/// longer one is kept as it came and shown as a card.
pub const INBOUND_TEXT_CHARS: usize = 65_536;
/// Longest caption of a card, in characters. Ours; the Cloud API's captions have 1,024.
pub const CAPTION_CHARS: usize = 4096;
/// Longest text under a file that we send, in characters. Source: Cloud API reference, media messages.
pub const SENT_CAPTION_CHARS: usize = 1024;
/// Longest text of a template with its values, in characters. Source: Cloud API, template components.
pub const TEMPLATE_BODY_CHARS: usize = 1024;
/// Longest line above a template's text with its value, in characters. Source: as above.
pub const TEMPLATE_LINE_CHARS: usize = 60;
/// Most blanks that may follow each other in a value of a template. Source: Cloud API, error 132018.
const BLANKS: usize = 4;
/// Longest reaction, in characters. Ours; one emoji with all its joiners has at most about ten.
pub const EMOJI_CHARS: usize = 16;
/// Longest of Meta's ids that is believed, in bytes. Ours; real ones are far below 200, and a database
/// cannot index a much longer one.
pub const META_ID_BYTES: usize = 512;
/// Length of the preview in a conversation row, in characters. Ours.
pub const PREVIEW_CHARS: usize = 80;
/// The customer service window after the customer's last message, in hours. Source: Cloud API.
pub const WINDOW_HOURS: i64 = 24;
/// Timelines one connection may have open. Ours.
pub const OPEN_TIMELINES: usize = 8;
/// Messages in the first page of a timeline and in each page after it. Ours.
pub const TIMELINE_PAGE: usize = 50;
/// Open conversations in a snapshot before it says `truncated`. Ours.
pub const SNAPSHOT_CONVERSATIONS: usize = 10_000;
/// Largest webhook body in bytes. Meta sends up to 3 MB; the rest is headroom.
pub const WEBHOOK_BYTES: usize = 4 * 1024 * 1024;
/// Largest client frame on the live socket in bytes. Ours; a 4,096-character text fits six times.
pub const FRAME_BYTES: usize = 64 * 1024;
/// Largest file of a customer that is fetched, in bytes. Source: Cloud API, received media.
pub const FILE_BYTES: u64 = 100 * 1024 * 1024;
/// Longest name of a contact that is kept, in characters. Ours; WhatsApp shows far fewer.
pub const NAME_CHARS: usize = 200;

/// Checks a text before it is sent: trimmed at the end, not empty, not too long, storable.
///
/// # Errors
/// [`ErrorCode::TextEmpty`], [`ErrorCode::TextTooLong`] or [`ErrorCode::TextInvalid`] (U+0000,
/// which PostgreSQL cannot store).
pub fn outgoing_text(text: &str) -> Result<&str, ErrorCode> {
    checked(text, TEXT_CHARS)
}

/// Checks a name that people give: one line, neither empty nor long.
///
/// # Errors
/// `text_empty`, `text_too_long` and `text_invalid`.
pub fn name(text: &str) -> Result<&str, ErrorCode> {
    let text = checked(text, NAME_CHARS)?.trim_start();
    if text.chars().any(char::is_control) { Err(ErrorCode::TextInvalid) } else { Ok(text) }
}

/// Checks an internal note like [`outgoing_text`].
///
/// # Errors
/// As [`outgoing_text`].
pub fn note_text(text: &str) -> Result<&str, ErrorCode> {
    checked(text, NOTE_CHARS)
}

/// Checks why somebody is kept from writing; nothing but blanks is nothing.
///
/// # Errors
/// `text_too_long` and `text_invalid`, as [`outgoing_text`].
pub fn reason(text: Option<&str>) -> Result<Option<&str>, ErrorCode> {
    match text.map(|text| checked(text, BLOCK_REASON_CHARS)) {
        None | Some(Err(ErrorCode::TextEmpty)) => Ok(None),
        Some(checked) => checked.map(Some),
    }
}

/// Checks what is said beside the scores of a review; nothing is well.
///
/// # Errors
/// `text_too_long` and `text_invalid`, as [`outgoing_text`].
pub fn comment(text: &str) -> Result<&str, ErrorCode> {
    match checked(text, COMMENT_CHARS) {
        Err(ErrorCode::TextEmpty) => Ok(""),
        checked => checked,
    }
}

/// Checks a draft, which is kept as it was typed; nothing but blanks is none.
///
/// # Errors
/// `text_too_long` and `text_invalid`, as [`outgoing_text`].
pub fn draft_text(text: &str) -> Result<Option<&str>, ErrorCode> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    if text.contains('\0') {
        return Err(ErrorCode::TextInvalid);
    }
    if text.chars().count() > DRAFT_CHARS {
        return Err(ErrorCode::TextTooLong);
    }
    Ok(Some(text))
}

/// Checks what is to stand under a file like [`outgoing_text`]; nothing but blanks is nothing.
///
/// # Errors
/// `text_too_long` and `text_invalid`, as [`outgoing_text`].
pub fn caption(text: Option<&str>) -> Result<Option<&str>, ErrorCode> {
    match text.map(|text| checked(text, SENT_CAPTION_CHARS)) {
        None | Some(Err(ErrorCode::TextEmpty)) => Ok(None),
        Some(checked) => checked.map(Some),
    }
}

/// Checks what is filled into a template: trimmed, on one line, without long gaps.
///
/// # Errors
/// `text_empty`, `text_invalid` and `text_too_long`.
pub fn template_value(value: &str) -> Result<&str, ErrorCode> {
    let value = checked(value, TEMPLATE_BODY_CHARS)?.trim_start();
    let gap = " ".repeat(BLANKS + 1);
    if value.contains(['\n', '\r', '\t']) || value.contains(&gap) {
        return Err(ErrorCode::TextInvalid);
    }
    Ok(value)
}

/// Checks what is to be put under a message: one emoji, as far as that can be told without a table of them.
///
/// # Errors
/// `text_invalid`.
pub fn emoji(text: &str) -> Result<&str, ErrorCode> {
    // Some signs that count as letters are emoji; those of words lie before them.
    let plain = |c: char| c.is_alphabetic() && c < '\u{2000}' || c.is_whitespace() || c.is_control();
    // Digits and signs are emoji together with a mark that makes them so.
    let some = text.chars().any(|c| c >= '\u{2000}' || matches!(c, '©' | '®'));
    if !some || text.chars().any(plain) || text.chars().count() > EMOJI_CHARS {
        return Err(ErrorCode::TextInvalid);
    }
    Ok(text)
}

fn checked(text: &str, most: usize) -> Result<&str, ErrorCode> {
    let text = text.trim_end();
    if text.trim_start().is_empty() {
        return Err(ErrorCode::TextEmpty);
    }
    if text.contains('\0') {
        return Err(ErrorCode::TextInvalid);
    }
    if text.chars().count() > most {
        return Err(ErrorCode::TextTooLong);
    }
    Ok(text)
}

/// The first [`PREVIEW_CHARS`] characters on one line, with `…` when something was cut.
pub fn preview(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut line = String::new();
    let mut length = 0;
    for word in words.by_ref() {
        if !line.is_empty() {
            line.push(' ');
            length += 1;
        }
        for c in word.chars() {
            if length == PREVIEW_CHARS {
                line.push('…');
                return line;
            }
            line.push(c);
            length += 1;
        }
        if length > PREVIEW_CHARS {
            break;
        }
    }
    line
}

/// A phone number with everything but the country's first digits and the last three hidden.
pub fn mask_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().collect();
    let keep_front = 3.min(digits.len().saturating_sub(6));
    let keep_back = 3.min(digits.len());
    digits
        .iter()
        .enumerate()
        .map(|(i, c)| if i < keep_front || i + keep_back >= digits.len() { *c } else { '•' })
        .collect()
}

/// Items that were set aside and are shown at once. Ours: whoever has more has one cause for all of them.
pub const QUARANTINE_SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_exactly_the_limit_passes_and_one_more_does_not() {
        let longest = "é".repeat(TEXT_CHARS);
        assert_eq!(outgoing_text(&longest), Ok(longest.as_str()));
        assert_eq!(outgoing_text(&format!("{longest}é")), Err(ErrorCode::TextTooLong));
    }

    #[test]
    fn blank_and_unstorable_texts_are_refused() {
        assert_eq!(outgoing_text(" \n\t"), Err(ErrorCode::TextEmpty));
        assert_eq!(outgoing_text("a\0b"), Err(ErrorCode::TextInvalid));
    }

    #[test]
    fn a_value_of_a_template_is_one_line_without_gaps() {
        assert_eq!(template_value(" Ada    L. "), Ok("Ada    L."));
        assert_eq!(template_value("  "), Err(ErrorCode::TextEmpty));
        for bad in ["a\nb", "a\tb", "a     b", "a\0b"] {
            assert_eq!(template_value(bad), Err(ErrorCode::TextInvalid), "{bad:?}");
        }
    }

    #[test]
    fn an_emoji_is_no_word() {
        for good in ["👍", "❤️", "👩‍👩‍👧‍👦", "🇩🇪", "1️⃣", "#️⃣", "ℹ️", "㊗️", "©️"]
        {
            assert_eq!(emoji(good), Ok(good));
        }
        for bad in ["", "a", "no", "1", "👍 yes", "ü", "👍\0", &"👍".repeat(17)] {
            assert_eq!(emoji(bad), Err(ErrorCode::TextInvalid), "{bad}");
        }
    }

    #[test]
    fn a_preview_is_one_line_of_at_most_80_characters_and_the_ellipsis() {
        assert_eq!(preview("Hi,\n  I  ordered"), "Hi, I ordered");
        let long = preview(&"ü".repeat(300));
        assert_eq!(long.chars().count(), PREVIEW_CHARS + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn a_masked_number_keeps_its_ends_only() {
        assert_eq!(mask_phone("4915112345678"), "491•••••••678");
        assert_eq!(mask_phone("12"), "12");
        assert_eq!(mask_phone("12345"), "••345");
    }
}
