//! `POST /api/uploads`: the bytes of a file that a member wants to send, before the message.
//!
//! What it is, its bytes decide; the name only tells documents in the same box apart.

use std::time::Duration;

use actix_web::{
    HttpMessage, HttpRequest,
    http::header,
    web::{Data, Json, Payload},
};
use futures_util::StreamExt;
use serde::Deserialize;
use shared::{
    attachments::{self, DOCUMENT_BYTES, RECORDING_BYTES, STILL_STICKER_BYTES},
    error::{ErrorCode, Problem},
    ids::UploadId,
    model::{content::MediaKind, file::Look, outgoing::Upload},
    permission::Permission,
};
use tokio::time::{Instant, timeout};

use crate::{
    app::App,
    db::{Tx, rows::job},
    domain::{
        conversations::upload::{self, NewUpload},
        keeping::{self, NotKept},
    },
    files::{Arrived, Depth, Incoming, sendable_type},
    http::{ApiError, SignedIn, json::query},
};

/// A whole file may take this long: 100 MB over a slow line.
const WHOLE: Duration = Duration::from_secs(900);
/// Nothing may come for this long.
const SILENCE: Duration = Duration::from_secs(30);

/// Bytes of no certain type; no form of a foreign page can send it.
const OCTETS: &str = "application/octet-stream";

/// After the first seconds this many bytes a second must have come on average: a phone's line at its worst.
const SLOWEST: u64 = 4 * 1024;

/// What the address says of the file.
#[derive(Debug, Deserialize)]
struct About {
    /// Its name, as the member's computer has it.
    name: String,
    /// Present when it was spoken into the console: then it becomes a voice message.
    voice: Option<String>,
}

/// Takes a file that is to be sent. It can be sent once, within a day, by whoever uploaded it.
#[utoipa::path(
    post, path = "/api/uploads", tag = "conversations",
    params(
        ("name" = String, Query, description = "The file's name; documents are sent under it"),
        ("voice" = Option<String>, Query, description = "Present: a voice message, Opus in WebM or Ogg"),
    ),
    request_body(content = String, description = "The bytes", content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "What it is, and its id for `send`", body = Upload),
        (status = 400, description = "It is empty or did not arrive completely", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 413, description = "It is larger than WhatsApp takes", body = Problem),
        (status = 415, description = "WhatsApp does not take files of this type, or the body is no `application/octet-stream`", body = Problem),
        (status = 503, description = "Too many come at once, or it is not stored; try again", body = Problem),
    )
)]
pub(in crate::http) async fn post_upload(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    body: Payload,
) -> Result<Json<Upload>, ApiError> {
    if !signed.member.member.role.may(Permission::WorkConversations) {
        return Err(ErrorCode::Forbidden.into());
    }
    if request.content_type() != OCTETS {
        return Err(ErrorCode::UnsupportedMediaType.into());
    }
    let About { name, voice } = query(&request)?;
    let name = attachments::tidy_name(&name);
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length: Option<u64> = length.and_then(|length| length.parse().ok());
    if length.is_some_and(|length| length > DOCUMENT_BYTES) {
        return Err(ErrorCode::DocumentTooLarge.into());
    }
    let member = signed.member.member.id;
    let taken = app.files.take_up(member).await.map_err(unavailable)?;
    let (incoming, seat) = taken.ok_or(ErrorCode::Unavailable)?;
    let arrived = pour(body, incoming).await?;
    // In a task of its own: whoever hangs up now must not leave bytes behind that nobody knows of.
    let kept = actix_web::rt::spawn(async move {
        let _seat = seat;
        let kept = match voice {
            None => keep(&app, &signed, name, &arrived, None).await,
            Some(_) => keep_voice(&app, &signed, &arrived).await,
        };
        if kept.is_err() {
            app.files.abandon(&arrived).await;
        }
        kept
    });
    kept.await.map_err(ApiError::internal)?.map(Json)
}

/// Browsers record in different boxes; WhatsApp plays one of them as a voice message.
async fn keep_voice(app: &App, signed: &SignedIn, arrived: &Arrived) -> Result<Upload, ApiError> {
    let (name, kind) = ("voice.ogg".to_owned(), Some(MediaKind::Voice));
    if arrived.size > RECORDING_BYTES {
        return Err(ErrorCode::RecordingTooLarge.into());
    }
    if !matches!(sendable_type(&arrived.head), "video/webm" | "audio/webm") {
        return keep(app, signed, name, arrived, kind).await;
    }
    let boxed = app.files.boxed(arrived).await.map_err(unavailable)?.ok_or(ErrorCode::FileTypeRefused)?;
    let kept = keep(app, signed, name, &boxed, kind).await;
    app.files.abandon(if kept.is_ok() { arrived } else { &boxed }).await;
    kept
}

async fn pour(mut body: Payload, mut incoming: Incoming) -> Result<Arrived, ApiError> {
    let start = Instant::now();
    let refusal: ApiError = loop {
        let passed = start.elapsed();
        let due = passed.saturating_sub(SILENCE).as_secs() * SLOWEST;
        if passed > WHOLE || incoming.size() < due {
            break incomplete();
        }
        match timeout(SILENCE, body.next()).await {
            Ok(Some(Ok(chunk))) if incoming.size() + chunk.len() as u64 > DOCUMENT_BYTES => {
                break ErrorCode::DocumentTooLarge.into();
            }
            Ok(Some(Ok(chunk))) => {
                if let Err(error) = incoming.push(chunk).await {
                    break unavailable(error);
                }
            }
            Ok(None) => return incoming.finish().await.map_err(unavailable),
            Ok(Some(Err(_))) | Err(_) => break incomplete(),
        }
    };
    incoming.abandon().await;
    Err(refusal)
}

async fn keep(
    app: &App,
    signed: &SignedIn,
    name: String,
    arrived: &Arrived,
    wanted: Option<MediaKind>,
) -> Result<Upload, ApiError> {
    let sniffed = match sendable_type(&arrived.head) {
        // The same box with and without a picture in it; phones write both alike.
        "video/mp4" if wanted == Some(MediaKind::Voice) || is_sound(&name) => "audio/mp4",
        other => other,
    };
    let mut accepted = attachments::accept(sniffed, &name, arrived.size)?;
    if let Some(wanted) = wanted {
        // Another box than the one for voice messages is a sound like any other.
        match (accepted.kind, accepted.mime) {
            (MediaKind::Audio, "audio/ogg") => accepted.kind = wanted,
            (MediaKind::Audio, _) => {}
            _ => return Err(ErrorCode::FileTypeRefused.into()),
        }
    }
    let (stored, small) = app.files.look_into(arrived, Depth::Whole).await.map_err(unavailable)?;
    let pictured = matches!(accepted.kind, MediaKind::Image | MediaKind::Sticker);
    if pictured && stored.look != Look::Picture {
        // It begins like a picture and cannot be read as one.
        return Err(ErrorCode::FileTypeRefused.into());
    }
    let still = accepted.kind == MediaKind::Sticker && !moves(&arrived.head);
    if still && arrived.size > STILL_STICKER_BYTES {
        return Err(ErrorCode::StickerTooLarge.into());
    }
    let model = Upload { id: UploadId::new(), kind: accepted.kind, name, stored };
    let new = NewUpload { model: model.clone(), mime: accepted.mime.into(), hash: arrived.hash.clone() };
    let member = signed.member.member.id;
    let row = move |tx: &mut Tx<'_>, removal| {
        upload::add(tx, member, new.clone())?;
        job::done(tx, removal)
    };
    match keeping::keep(&signed.tenant, &app.files, arrived, small, row).await {
        Ok(()) => Ok(model),
        Err(NotKept::Write(error)) => Err(error.into()),
        Err(NotKept::Store(error)) => Err(unavailable(error)),
    }
}

/// Whether a name is that of a sound without a picture.
fn is_sound(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("m4a"))
}

/// Whether a sticker is an animation. Source: WebP container, flags of the extended header.
fn moves(head: &[u8]) -> bool {
    head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & 0b10 != 0)
}

fn incomplete() -> ApiError {
    ApiError::with_detail(ErrorCode::BadRequest, "the file did not arrive completely")
}

fn unavailable(error: anyhow::Error) -> ApiError {
    tracing::error!(error = %error, "an uploaded file could not be stored");
    ErrorCode::Unavailable.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sticker_moves_when_its_header_says_so() {
        let mut head = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
        assert!(!moves(&head));
        head[20] = 0b10;
        assert!(moves(&head));
        head[15] = b'L';
        assert!(!moves(&head));
    }
}
