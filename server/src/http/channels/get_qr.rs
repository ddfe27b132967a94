//! `GET /api/channels/{id}/qr`: a QR code that opens a chat with a number.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Path};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;
use shared::{
    error::{ErrorCode, Problem},
    ids::ChannelId,
    links,
};

use crate::{
    db::{Fault, rows::channel},
    domain::numbers,
    http::{ApiError, SignedIn, json::query},
};

/// White modules around the code; readers ask for four.
const QUIET: i32 = 4;

/// What the chat begins with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    text: String,
}

/// Draws the click-to-chat link of a number as a QR code.
#[utoipa::path(
    get, path = "/api/channels/{id}/qr", tag = "numbers",
    params(
        ("id" = ChannelId, Path, description = "Which number"),
        ("text" = Option<String>, Query, description = "What the customer finds written already"),
    ),
    responses(
        (status = 200, description = "The code", content_type = "image/svg+xml", body = String),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
        (status = 422, description = "The text is too long for a code", body = Problem),
    )
)]
pub(in crate::http) async fn get_qr(
    request: HttpRequest,
    id: Path<String>,
    signed: SignedIn,
) -> Result<HttpResponse, ApiError> {
    let id: ChannelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let Asked { text } = query(&request)?;
    let member = signed.member.member.id;
    let found = signed.tenant.read(move |scoped| {
        numbers::allow(scoped, member)?;
        channel::find(scoped, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))
    });
    let link = links::click_to_chat(&found.await?.address, &text);
    let code = QrCode::encode_text(&link, QrCodeEcc::Medium).map_err(|_| ErrorCode::TextTooLong)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/svg+xml"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(svg(&code)))
}

/// One path of squares on white, readable whatever the page around it looks like.
fn svg(code: &QrCode) -> String {
    use std::fmt::Write;
    let size = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0,0h{size}v{size}h-{size}z\"/><path d=\"{path}\"/></svg>"
    )
}
