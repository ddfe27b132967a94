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

#[cfg(test)]
mod tests {
    use super::*;

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
