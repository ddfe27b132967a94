//! `POST /api/canned/import`: canned replies out of a file.

use actix_web::web::Json;
use shared::{
    api::canned::{CannedExport, CannedImported},
    error::Problem,
};

use crate::{
    domain::canned,
    http::{ApiError, json::SignedJson},
};

/// Takes in all replies of a file, or none. One with the shortcut and the language of a reply for the same people
/// stands in its place.
#[utoipa::path(
    post, path = "/api/canned/import", tag = "canned", request_body = CannedExport,
    responses(
        (status = 200, description = "They are there", body = CannedImported),
        (status = 400, description = "It is no such file", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "One of them is not the member's to write; the detail says which", body = Problem),
        (status = 409, description = "Two have the same shortcut, or there are too many; the detail says which", body = Problem),
        (status = 413, description = "More than 4 MB", body = Problem),
        (status = 422, description = "One of them cannot be; the detail says which and why", body = Problem),
    )
)]
pub(in crate::http) async fn import_replies(
    request: SignedJson<CannedExport>,
) -> Result<Json<CannedImported>, ApiError> {
    let SignedJson { signed, body } = request;
    let member = signed.member.member.id;
    let (imported, _) = signed.tenant.write(move |tx| canned::import(tx, member, body.clone())).await?;
    match imported {
        Ok(imported) => Ok(Json(imported)),
        Err(wrong) => Err(ApiError::with_detail(wrong.code, &wrong.detail)),
    }
}
