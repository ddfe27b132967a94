//! `POST /api/canned/{id}/upload`: the file of a canned reply, to be sent.

use actix_web::web::{Json, Path};
use shared::{error::Problem, ids::CannedReplyId, model::outgoing::Upload};

use super::id as parsed;
use crate::{
    domain::canned,
    http::{ApiError, json::SignedJson},
};

/// Makes an upload of the member's own of the file that goes with a canned reply. It is sent like any other upload,
/// and forgotten after a day like any other.
#[utoipa::path(
    post, path = "/api/canned/{id}/upload", tag = "canned",
    params(("id" = CannedReplyId, Path, description = "Which reply")),
    request_body(content = Object, description = "An empty object", content_type = "application/json"),
    responses(
        (status = 200, description = "What it is, and its id for `send`", body = Upload),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such reply, or it has no file", body = Problem),
    )
)]
pub(in crate::http) async fn upload_file(
    request: SignedJson<Empty>,
    id: Path<String>,
) -> Result<Json<Upload>, ApiError> {
    let SignedJson { signed, .. } = request;
    let (id, member) = (parsed(&id)?, signed.member.member.id);
    let (upload, _) = signed.tenant.write(move |tx| canned::upload(tx, member, id)).await?;
    Ok(Json(upload))
}

/// Nothing; but a form of a foreign page cannot send it.
#[derive(Debug, serde::Deserialize)]
pub(in crate::http) struct Empty {}
