//! `DELETE /api/canned/{id}`: removes a canned reply.

use actix_web::{HttpResponse, web::Path};
use shared::{error::Problem, ids::CannedReplyId};

use super::id as parsed;
use crate::{
    domain::canned,
    http::{ApiError, SignedIn},
};

/// Removes a canned reply.
#[utoipa::path(
    delete, path = "/api/canned/{id}", tag = "canned",
    params(("id" = CannedReplyId, Path, description = "Which reply")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such reply", body = Problem),
    )
)]
pub(in crate::http) async fn delete_reply(
    signed: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (id, member) = (parsed(&id)?, signed.member.member.id);
    signed.tenant.write(move |tx| canned::remove(tx, member, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
