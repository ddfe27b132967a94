//! `GET /api/canned`: the canned replies that a member may use.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ContentType},
};
use shared::{api::canned::CannedPage, error::Problem};

use crate::{
    domain::canned,
    http::{ApiError, SignedIn},
    secrets,
};

/// Lists one's own replies, those of one's queues, and those for everybody.
#[utoipa::path(
    get, path = "/api/canned", tag = "canned",
    responses(
        (status = 200, description = "All of them", body = CannedPage),
        (status = 304, description = "They are those that `If-None-Match` names"),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn list_replies(
    request: HttpRequest,
    signed: SignedIn,
) -> Result<HttpResponse, ApiError> {
    let replies = canned::list(&signed.tenant, signed.member.member.id).await?;
    let body = serde_json::to_vec(&CannedPage { replies }).map_err(ApiError::internal)?;
    let tag = (header::ETAG, format!("\"{}\"", secrets::sha256(&body)));
    // A browser may keep them, and asks every time whether they are still the same.
    let ask = (header::CACHE_CONTROL, "private, no-cache");
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag.1)) {
        return Ok(HttpResponse::NotModified().insert_header(tag).insert_header(ask).finish());
    }
    let mut answer = HttpResponse::Ok();
    Ok(answer.insert_header(tag).insert_header(ask).insert_header(ContentType::json()).body(body))
}
