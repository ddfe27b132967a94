//! What a file is, by its first bytes, and how it may be shown. Claims are not looked at.

use shared::model::file::Look;

/// What WhatsApp records voice messages as.
pub(super) const VOICE: &str = "audio/ogg";
/// What nothing is known about.
const UNKNOWN: &str = "application/octet-stream";

/// How a file with these first bytes may be shown, and its type.
pub(super) fn of(head: &[u8]) -> (Look, &'static str) {
    let mime = infer::get(head).map_or(UNKNOWN, |kind| kind.mime_type());
    match mime {
        "image/jpeg" | "image/png" | "image/webp" | "image/gif" => (Look::Picture, mime),
        "video/mp4" | "video/3gpp" | "video/webm" | "video/quicktime" => (Look::Film, mime),
        "audio/mpeg" | "audio/m4a" | "audio/aac" | "audio/amr" => (Look::Sound, mime),
        "audio/x-wav" => (Look::Sound, "audio/wav"),
        "audio/ogg" | "audio/opus" => (Look::Sound, VOICE),
        "application/pdf" => (Look::Pages, mime),
        // Whatever a browser could run is bytes and nothing else.
        "text/html" | "text/xml" | "application/xml" | "image/svg+xml" => (Look::Closed, UNKNOWN),
        other => (Look::Closed, other),
    }
}

/// The type of a file that a member wants to send, by its first bytes: for deciding whether WhatsApp takes
/// it, never for showing it.
pub(crate) fn sendable_type(head: &[u8]) -> &'static str {
    match infer::get(head) {
        // WhatsApp plays one codec and one channel in this box. Source: RFC 7845, identification header.
        Some(kind) if matches!(kind.mime_type(), "audio/ogg" | "audio/opus" | "application/ogg") => {
            let opus = head.get(28..38).filter(|head| head.starts_with(b"OpusHead"));
            if opus.and_then(|head| head.get(9)) == Some(&1) { VOICE } else { "audio/x-unknown" }
        }
        Some(kind) => kind.mime_type(),
        None if is_text(head) => "text/plain",
        None => "application/x-unknown",
    }
}

/// Whether a beginning is text, in UTF-8, in UTF-16 with its mark, or in the code page that spreadsheets on
/// Windows still write; a character may be cut at its end.
fn is_text(head: &[u8]) -> bool {
    match head {
        [] => false,
        [0xff, 0xfe, rest @ ..] => is_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => is_utf16(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(head) {
            Ok(text) => text.chars().all(is_written),
            Err(cut) if cut.error_len().is_none() && cut.valid_up_to() > 0 => {
                String::from_utf8_lossy(head).chars().all(is_written)
            }
            Err(_) => head.iter().all(|byte| is_western(*byte)),
        },
    }
}

fn is_utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> bool {
    let (pairs, _) = bytes.as_chunks::<2>();
    let mut units = pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>();
    // The first half of a character that needs two.
    units.pop_if(|last| (0xd800..0xdc00).contains(last));
    !units.is_empty() && char::decode_utf16(units).all(|c| c.is_ok_and(is_written))
}

/// Whether text has such a character.
fn is_written(c: char) -> bool {
    !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}')
}

/// Whether Windows-1252 has a character for a byte. Source: WHATWG Encoding, index windows-1252.
fn is_western(byte: u8) -> bool {
    match byte {
        0x81 | 0x8d | 0x8f | 0x90 | 0x9d => false,
        0x80.. => true,
        ascii => is_written(ascii.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ogg(channels: u8, codec: &[u8]) -> Vec<u8> {
        [b"OggS\0\x02".as_slice(), &[0; 20], b"\x01\x13", codec, &[1, channels]].concat()
    }

    #[test]
    fn text_is_told_from_what_nobody_knows_and_from_what_could_run() {
        for (head, expected) in [
            (&b"Dear Sir,\r\nthank you"[..], "text/plain"),
            ("name;city\nJos\u{e9};Mün".as_bytes(), "text/plain"),
            (&"cut ü".as_bytes()[..5], "text/plain"),
            (b"Stra\xdfe;M\xfcnchen;5 \x80\r\n", "text/plain"),
            (b"\xff\xfeM\0\xfc\0\n\0", "text/plain"),
            (b"\xfe\xff\0M\0\xfc\0\n", "text/plain"),
            // Cut in the middle of a character, and in the middle of a unit.
            (b"\xff\xfeM\0\x3d\xd8", "text/plain"),
            (b"\xff\xfeM\0\x3d", "text/plain"),
            (b"a\0b", "application/x-unknown"),
            (b"a\xfc\0b", "application/x-unknown"),
            (b"a\x81b", "application/x-unknown"),
            (b"\xff\xfe\xfd\xdc", "application/x-unknown"),
            (b"\xff\xfeM\0\x01\0", "application/x-unknown"),
            (b"\xff\xfe", "application/x-unknown"),
            (b"", "application/x-unknown"),
            (b"<!DOCTYPE html><p>", "text/html"),
            (b"%PDF-1.7", "application/pdf"),
            (&ogg(1, b"OpusHead")[..], "audio/ogg"),
            (&ogg(2, b"OpusHead")[..], "audio/x-unknown"),
            (&ogg(1, b"\x01vorbis.")[..], "audio/x-unknown"),
        ] {
            assert_eq!(sendable_type(head), expected, "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn first_bytes_decide_and_what_could_run_is_closed() {
        for (head, look, mime) in [
            (&b"\xff\xd8\xff\xe0"[..], Look::Picture, "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", Look::Picture, "image/png"),
            (b"RIFF\x1a\0\0\0WEBPVP8L", Look::Picture, "image/webp"),
            (
                b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead",
                Look::Sound,
                "audio/ogg",
            ),
            (b"\0\0\0\x18ftypmp42\0\0\0\0", Look::Film, "video/mp4"),
            (b"%PDF-1.4", Look::Pages, "application/pdf"),
            (b"<!DOCTYPE html><script>", Look::Closed, UNKNOWN),
            (b"<html><body>", Look::Closed, UNKNOWN),
            (b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\">", Look::Closed, UNKNOWN),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\">", Look::Closed, UNKNOWN),
            (b"", Look::Closed, UNKNOWN),
            (b"plain words", Look::Closed, UNKNOWN),
        ] {
            assert_eq!(of(head), (look, mime), "{:?}", String::from_utf8_lossy(head));
        }
        assert_eq!(of(b"PK\x03\x04aaaa").0, Look::Closed);
    }
}
