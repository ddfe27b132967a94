//! `GET /api/canned/export`: canned replies as a file.

use actix_web::{HttpResponse, http::header};
use shared::{api::canned::CannedExport, error::Problem};

use crate::{
    domain::canned,
    http::{ApiError, SignedIn},
};

/// Gives all replies that the member may change as a file that can be imported, here or elsewhere. Files that go with
/// them are not in it.
#[utoipa::path(
    get, path = "/api/canned/export", tag = "canned",
    responses(
        (status = 200, description = "The replies", body = CannedExport),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn export_replies(signed: SignedIn) -> Result<HttpResponse, ApiError> {
    let export = canned::export(&signed.tenant, signed.member.member.id).await?;
    let text = serde_json::to_string_pretty(&export).map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"canned-replies.json\""))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(text))
}
