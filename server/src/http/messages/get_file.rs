//! `GET /api/messages/{id}/file` and `…/small`: a message's file, for whoever may see the message.
//!
//! The bytes are a stranger's. They are named by what they are, never guessed at, run nothing, and are
//! shown only where a browser has a harmless way to.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    http::{Method, StatusCode, header},
    web::{Bytes, Data, Path},
};
use futures_util::{TryStreamExt, stream};
use shared::{
    error::{ErrorCode, Problem},
    ids::MessageId,
    model::file::Look,
};

use super::range::{Asked, asked};
use crate::{
    app::App,
    domain::{
        monitor,
        views::{self, FoundFile},
    },
    files::{Form, Read},
    http::{ApiError, SignedIn},
};

/// Nothing in the file may load, run, or be framed.
const CLOSED: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// A browser's reader of pages is a process of its own, which `sandbox` would keep out.
const PAGES: &str =
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";
/// The bytes of a message never change, but whether somebody may see them does: it is asked every time.
const ASK: &str = "private, no-cache";

/// Gives a message's file, or the part of it that was asked for.
#[utoipa::path(
    get, path = "/api/messages/{id}/file", tag = "conversations",
    params(
        ("id" = MessageId, Path, description = "Which message"),
        ("range" = Option<String>, Header, description = "One range of bytes"),
        ("save" = Option<String>, Query, description = "Present: as a file to be saved"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 206, description = "The part", content_type = "application/octet-stream"),
        (status = 304, description = "The file is the one that `If-None-Match` names"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such message in sight, or its file is not here", body = Problem),
        (status = 416, description = "There are no such bytes"),
    )
)]
pub(in crate::http) async fn get_file(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &app, &signed, &id, Form::Whole).await
}

/// Gives the small copy of a picture.
#[utoipa::path(
    get, path = "/api/messages/{id}/small", tag = "conversations",
    params(("id" = MessageId, Path, description = "Which message")),
    responses(
        (status = 200, description = "The small copy", content_type = "image/jpeg"),
        (status = 304, description = "The file is the one that `If-None-Match` names"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such message in sight, or it has no small copy", body = Problem),
    )
)]
pub(in crate::http) async fn get_small(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &app, &signed, &id, Form::Small).await
}

async fn respond(
    request: &HttpRequest,
    app: &App,
    signed: &SignedIn,
    id: &str,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let id: MessageId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let member = signed.member.member.id;
    let found = monitor::shown(&signed.tenant, member, move |scoped| views::file(scoped, member, id));
    let (found, _) = found.await?;
    if form == Form::Small && found.stored.look != Look::Picture {
        return Err(ErrorCode::NotFound.into());
    }
    let tag = match form {
        Form::Whole => format!("\"{}\"", found.hash),
        Form::Small => format!("\"{}.small\"", found.hash),
    };
    let told = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if told(header::IF_NONE_MATCH).is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        let mut unchanged = HttpResponse::NotModified();
        unchanged.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, ASK));
        return Ok(unchanged.finish());
    }
    // A part of something else than the reader has the beginning of would be of no use.
    let same = told(header::IF_RANGE).is_none_or(|known| known == tag);
    let range = match form {
        Form::Whole => asked(told(header::RANGE).filter(|_| same), found.stored.size),
        Form::Small => Asked::All,
    };
    let (status, part) = match range {
        Asked::All => (StatusCode::OK, None),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, Some(part)),
        Asked::Nothing => {
            let size = format!("bytes */{}", found.stored.size);
            let mut none = HttpResponse::RangeNotSatisfiable();
            return Ok(none.insert_header((header::CONTENT_RANGE, size)).finish());
        }
    };
    let read = app.files.read(signed.tenant_id, &found.hash, form, part.clone()).await;
    let read = read.map_err(|error| {
        tracing::error!(message.id = %id, error = %error, "a file could not be read");
        ErrorCode::Unavailable
    })?;
    let Some(read) = read else {
        tracing::error!(message.id = %id, "the bytes of a file are not where they belong");
        return Err(ErrorCode::NotFound.into());
    };
    let mut response = HttpResponse::build(status);
    if form == Form::Small {
        return small(response, read, &tag).await;
    }
    response
        .insert_header((header::CONTENT_TYPE, found.stored.mime.as_str()))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&found, wants_to_save(request))))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(&found)))
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, ASK))
        .insert_header((header::ACCEPT_RANGES, "bytes"));
    let length = part.as_ref().map_or(read.size, |part| part.end - part.start);
    if let Some(part) = part {
        let range = format!("bytes {}-{}/{}", part.start, part.end - 1, found.stored.size);
        response.insert_header((header::CONTENT_RANGE, range));
    }
    if request.method() == Method::HEAD {
        return Ok(
            response.body(SizedStream::new(length, stream::empty::<Result<Bytes, actix_web::Error>>()))
        );
    }
    let pieces = read.pieces.map_err(actix_web::error::ErrorInternalServerError);
    Ok(response.body(SizedStream::new(length, pieces)))
}

fn wants_to_save(request: &HttpRequest) -> bool {
    request.query_string().split('&').any(|pair| pair == "save" || pair.starts_with("save="))
}

/// A small copy is one of two types, both made by us.
async fn small(mut response: HttpResponseBuilder, read: Read, tag: &str) -> Result<HttpResponse, ApiError> {
    let pieces: Vec<Bytes> = read.pieces.try_collect().await.map_err(ApiError::internal)?;
    let bytes = pieces.concat();
    let kind = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CONTENT_SECURITY_POLICY, CLOSED))
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, ASK));
    Ok(response.body(bytes))
}

fn policy(found: &FoundFile) -> &'static str {
    if found.stored.look == Look::Pages { PAGES } else { CLOSED }
}

/// What is never shown is saved; what has a name keeps it, without what a header cannot hold.
fn disposition(found: &FoundFile, save: bool) -> String {
    let save = save || found.stored.look == Look::Closed;
    let way = if save { "attachment" } else { "inline" };
    let name = found.name.clone().unwrap_or_else(|| format!("file{}", ending(&found.stored.mime)));
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' })
        .collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// The usual ending of a type, for files without a name.
fn ending(mime: &str) -> &'static str {
    match mime {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        "image/gif" => ".gif",
        "video/mp4" => ".mp4",
        "video/3gpp" => ".3gp",
        "audio/ogg" => ".ogg",
        "audio/mpeg" => ".mp3",
        "audio/m4a" => ".m4a",
        "audio/aac" => ".aac",
        "audio/amr" => ".amr",
        "application/pdf" => ".pdf",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use shared::model::file::Stored;

    use super::*;

    fn found(look: Look, mime: &str, name: Option<&str>) -> FoundFile {
        let stored =
            Stored { look, mime: mime.into(), size: 1, width: None, height: None, millis: None, wave: None };
        FoundFile { hash: String::new(), stored, name: name.map(str::to_owned) }
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        let odd = found(Look::Closed, "application/zip", Some("a\"; x=\r\nb/ü.zip"));
        assert_eq!(
            disposition(&odd, false),
            "attachment; filename=\"a__ x___b__.zip\"; filename*=UTF-8''a%22%3B%20x%3D%0D%0Ab%2F%C3%BC.zip"
        );
    }

    #[test]
    fn what_is_shown_can_be_saved_and_what_is_closed_is_only_saved() {
        let picture = found(Look::Picture, "image/png", None);
        assert!(disposition(&picture, false).starts_with("inline; filename=\"file.png\""));
        assert!(disposition(&picture, true).starts_with("attachment"));
        let page = found(Look::Closed, "application/octet-stream", Some("x.html"));
        assert!(disposition(&page, false).starts_with("attachment"));
    }
}
