//! Which files WhatsApp takes from a business, as what, and how large they may be. The console asks before
//! it uploads, with the browser's word for the type; the server asks again, with what the bytes tell.
//!
//! Source: Cloud API, supported media types.

use crate::{error::ErrorCode, model::content::MediaKind};

const MB: u64 = 1024 * 1024;
/// Largest picture, in bytes.
pub const PICTURE_BYTES: u64 = 5 * MB;
/// Largest film or sound, in bytes.
pub const RECORDING_BYTES: u64 = 16 * MB;
/// Largest document, in bytes; no file is larger.
pub const DOCUMENT_BYTES: u64 = 100 * MB;
/// Largest sticker that moves, in bytes.
pub const STICKER_BYTES: u64 = 500 * 1024;
/// Largest sticker that does not move, in bytes.
pub const STILL_STICKER_BYTES: u64 = 100 * 1024;
/// Longest name of a file, in characters. Ours.
pub const NAME_CHARS: usize = 200;

/// As what a file is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Its kind.
    pub kind: MediaKind,
    /// WhatsApp's name of its type.
    pub mime: &'static str,
}

/// As what WhatsApp takes a file. `mime` is what is known of its type, empty when nothing is; then, and for
/// the boxes that office documents come in, the end of its name decides.
///
/// # Errors
/// `file_empty`, `file_type_refused`, or that it is too large for its kind.
pub fn accept(mime: &str, name: &str, size: u64) -> Result<Accepted, ErrorCode> {
    if size == 0 {
        return Err(ErrorCode::FileEmpty);
    }
    let accepted = kind_of(mime, name).ok_or(ErrorCode::FileTypeRefused)?;
    let (most, refusal) = match accepted.kind {
        MediaKind::Image => (PICTURE_BYTES, ErrorCode::PictureTooLarge),
        MediaKind::Video | MediaKind::Audio | MediaKind::Voice => {
            (RECORDING_BYTES, ErrorCode::RecordingTooLarge)
        }
        MediaKind::Sticker => (STICKER_BYTES, ErrorCode::StickerTooLarge),
        MediaKind::Document => (DOCUMENT_BYTES, ErrorCode::DocumentTooLarge),
    };
    if size > most { Err(refusal) } else { Ok(accepted) }
}

/// Whether Meta takes a file as the sample of a template's header, and its name of the type. `wanted` is what the
/// header shows; `mime`, `name` and `size` are as for [`accept`].
///
/// Source: Graph API, Resumable Upload API, `file_type`.
///
/// # Errors
/// As [`accept`], or `sample_refused`.
pub fn accept_sample(
    wanted: MediaKind,
    mime: &str,
    name: &str,
    size: u64,
) -> Result<&'static str, ErrorCode> {
    let accepted = accept(mime, name, size)?;
    let taken = matches!(accepted.mime, "image/jpeg" | "image/png" | "video/mp4" | "application/pdf");
    if taken && accepted.kind == wanted { Ok(accepted.mime) } else { Err(ErrorCode::SampleRefused) }
}

fn kind_of(mime: &str, name: &str) -> Option<Accepted> {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    let (kind, mime) = match mime {
        "image/jpeg" | "image/jpg" => (MediaKind::Image, "image/jpeg"),
        "image/png" => (MediaKind::Image, "image/png"),
        "image/webp" => (MediaKind::Sticker, "image/webp"),
        "video/mp4" => (MediaKind::Video, "video/mp4"),
        "video/3gpp" => (MediaKind::Video, "video/3gpp"),
        "audio/aac" => (MediaKind::Audio, "audio/aac"),
        "audio/amr" => (MediaKind::Audio, "audio/amr"),
        "audio/mpeg" | "audio/mp3" => (MediaKind::Audio, "audio/mpeg"),
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" => (MediaKind::Audio, "audio/mp4"),
        "audio/ogg" | "audio/opus" => (MediaKind::Audio, "audio/ogg"),
        // Text that is not meant to be read as such, a page or a program, is not sent as such.
        "text/plain" | "text/csv" | "text/markdown" => {
            (MediaKind::Document, by_name(name).filter(|mime| *mime == "text/plain")?)
        }
        // A box that more than one type comes in, or nothing known.
        "" | "application/octet-stream" | "application/zip" | "application/x-ole-storage" => {
            (MediaKind::Document, by_name(name)?)
        }
        known => (MediaKind::Document, DOCUMENTS.iter().find(|(_, mime)| *mime == known)?.1),
    };
    Some(Accepted { kind, mime })
}

/// The documents WhatsApp knows, by the end of their names.
const DOCUMENTS: [(&str, &str); 12] = [
    ("pdf", "application/pdf"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("txt", "text/plain"),
    ("csv", "text/plain"),
    ("md", "text/plain"),
    ("log", "text/plain"),
    ("text", "text/plain"),
];

fn by_name(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    DOCUMENTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map(|(_, mime)| *mime)
}

/// A name as it can be sent and stored: without a path, control characters or marks that turn the reading
/// direction, not too long, never empty. Its ending stays.
pub fn tidy_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: Vec<char> = last.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let kept: String = if kept.len() > NAME_CHARS {
        let whole: String = kept.iter().collect();
        let ending = whole.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        let ending: String = ending.chars().take(10).collect();
        let front = NAME_CHARS - ending.chars().count() - 1;
        format!("{}.{ending}", kept.iter().take(front).collect::<String>())
    } else {
        kept.into_iter().collect()
    };
    let kept = kept.trim();
    if kept.is_empty() { "file".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_types_and_its_size() {
        for (mime, name, kind, sent_as, most) in [
            ("image/jpeg", "a.jpg", MediaKind::Image, "image/jpeg", PICTURE_BYTES),
            ("image/png", "a", MediaKind::Image, "image/png", PICTURE_BYTES),
            ("image/webp", "a.webp", MediaKind::Sticker, "image/webp", STICKER_BYTES),
            ("video/mp4", "a.mp4", MediaKind::Video, "video/mp4", RECORDING_BYTES),
            ("video/3gpp", "a.3gp", MediaKind::Video, "video/3gpp", RECORDING_BYTES),
            ("audio/m4a", "a.m4a", MediaKind::Audio, "audio/mp4", RECORDING_BYTES),
            ("audio/ogg; codecs=opus", "a.ogg", MediaKind::Audio, "audio/ogg", RECORDING_BYTES),
            ("application/pdf", "a.pdf", MediaKind::Document, "application/pdf", DOCUMENT_BYTES),
            ("text/csv", "a.csv", MediaKind::Document, "text/plain", DOCUMENT_BYTES),
            ("", "notes.TXT", MediaKind::Document, "text/plain", DOCUMENT_BYTES),
            (
                "application/x-ole-storage",
                "old.doc",
                MediaKind::Document,
                "application/msword",
                DOCUMENT_BYTES,
            ),
        ] {
            assert_eq!(accept(mime, name, most), Ok(Accepted { kind, mime: sent_as }), "{mime} {name}");
            assert!(accept(mime, name, most + 1).is_err(), "{mime} {name} and one byte more");
            assert_eq!(accept(mime, name, 0), Err(ErrorCode::FileEmpty));
        }
    }

    #[test]
    fn a_sample_is_of_a_type_that_meta_takes_and_of_its_headers_kind() {
        let sample = |wanted, mime, name| accept_sample(wanted, mime, name, 1);
        assert_eq!(sample(MediaKind::Image, "image/jpeg", "a.jpg"), Ok("image/jpeg"));
        assert_eq!(sample(MediaKind::Video, "video/mp4", "a.mp4"), Ok("video/mp4"));
        assert_eq!(sample(MediaKind::Document, "", "a.PDF"), Ok("application/pdf"));
        let refused = Err(ErrorCode::SampleRefused);
        assert_eq!(sample(MediaKind::Video, "image/png", "a.png"), refused);
        assert_eq!(sample(MediaKind::Video, "video/3gpp", "a.3gp"), refused);
        assert_eq!(sample(MediaKind::Document, "", "a.docx"), refused);
        assert_eq!(sample(MediaKind::Image, "image/webp", "a.webp"), refused);
        assert_eq!(sample(MediaKind::Image, "text/html", "a.html"), Err(ErrorCode::FileTypeRefused));
        let large = accept_sample(MediaKind::Image, "image/png", "a.png", PICTURE_BYTES + 1);
        assert_eq!(large, Err(ErrorCode::PictureTooLarge));
    }

    #[test]
    fn what_whatsapp_does_not_take_is_refused_by_type() {
        for (mime, name) in [
            ("image/svg+xml", "a.svg"),
            ("image/heic", "a.heic"),
            ("text/html", "a.html"),
            ("text/plain", "a.svg"),
            ("text/plain", "a.pdf"),
            ("application/zip", "a.zip"),
            ("application/x-msdownload", "a.exe"),
            ("", "a"),
            ("", "pdf"),
        ] {
            assert_eq!(accept(mime, name, 1), Err(ErrorCode::FileTypeRefused), "{mime} {name}");
        }
    }

    #[test]
    fn a_name_keeps_its_ending_and_loses_what_deceives() {
        assert_eq!(tidy_name("C:\\fakepath\\offer.pdf"), "offer.pdf");
        assert_eq!(tidy_name("../../etc/passwd"), "passwd");
        assert_eq!(tidy_name("in\u{202e}fdp.exe\n"), "infdp.exe");
        assert_eq!(tidy_name(" / "), "file");
        let long = tidy_name(&format!("{}.docx", "ü".repeat(500)));
        assert_eq!(long.chars().count(), NAME_CHARS);
        assert!(long.ends_with(".docx"));
    }
}
