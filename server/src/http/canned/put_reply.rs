//! `PUT /api/canned/{id}`: changes a canned reply.

use actix_web::web::{Json, Path};
use shared::{
    api::canned::WriteCannedRequest, error::Problem, ids::CannedReplyId, model::canned::CannedReply,
};

use super::{id as parsed, tidy};
use crate::{
    domain::canned,
    http::{ApiError, json::SignedJson},
};

/// Changes everything of a canned reply.
#[utoipa::path(
    put, path = "/api/canned/{id}", tag = "canned", request_body = WriteCannedRequest,
    params(("id" = CannedReplyId, Path, description = "Which reply")),
    responses(
        (status = 200, description = "As it is now", body = CannedReply),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such reply, or no such queue", body = Problem),
        (status = 409, description = "The shortcut is taken, there are too many, or the upload is gone", body = Problem),
        (status = 422, description = "It cannot be; the detail says why", body = Problem),
    )
)]
pub(in crate::http) async fn put_reply(
    request: SignedJson<WriteCannedRequest>,
    id: Path<String>,
) -> Result<Json<CannedReply>, ApiError> {
    let SignedJson { signed, body } = request;
    let (id, written, member) = (parsed(&id)?, tidy(body)?, signed.member.member.id);
    let (now, _) = signed.tenant.write(move |tx| canned::change(tx, member, id, written.clone())).await?;
    Ok(Json(now))
}
