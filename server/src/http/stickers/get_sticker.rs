//! `GET /api/stickers/{id}`: the picture of a sticker.

use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::header,
    web::{Data, Path},
};
use futures_util::TryStreamExt;
use shared::{
    error::{ErrorCode, Problem},
    ids::StickerId,
};

use crate::{
    app::App,
    domain::stickers,
    files::Form,
    http::{ApiError, SignedIn},
};

/// Nothing in the file may load, run, or be framed.
const CLOSED: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// Gives the picture of a sticker.
#[utoipa::path(
    get, path = "/api/stickers/{id}", tag = "conversations",
    params(("id" = StickerId, Path, description = "Which sticker")),
    responses(
        (status = 200, description = "The picture", content_type = "image/webp"),
        (status = 304, description = "The picture is the one that `If-None-Match` names"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such sticker", body = Problem),
    )
)]
pub(in crate::http) async fn get_sticker(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id: StickerId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let hash = stickers::bytes(&signed.tenant, signed.member.member.id, id).await?;
    let tag = format!("\"{hash}\"");
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    // The bytes of a sticker never change, but whether it is there does: it is asked every time.
    let ask = (header::CACHE_CONTROL, "private, no-cache");
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .insert_header(ask)
            .finish());
    }
    let read = app.files.read(signed.tenant_id, &hash, Form::Whole, None).await.map_err(|error| {
        tracing::error!(sticker.id = %id, error = %error, "a sticker could not be read");
        ErrorCode::Unavailable
    })?;
    let Some(read) = read else {
        tracing::error!(sticker.id = %id, "the bytes of a sticker are not where they belong");
        return Err(ErrorCode::NotFound.into());
    };
    let pieces = read.pieces.map_err(actix_web::error::ErrorInternalServerError);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/webp"))
        .insert_header((header::CONTENT_SECURITY_POLICY, CLOSED))
        .insert_header((header::ETAG, tag))
        .insert_header(ask)
        .body(SizedStream::new(read.size, pieces)))
}
