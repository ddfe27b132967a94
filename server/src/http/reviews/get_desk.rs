//! `GET /api/reviews/{id}`: what is needed to review a conversation.

use actix_web::web::{Json, Path};
use shared::{
    api::reviews::ReviewDesk,
    error::{ErrorCode, Problem},
    ids::ConversationId,
};

use crate::{
    domain::reviews,
    http::{ApiError, SignedIn},
};

/// Gives a conversation with the score card and what the reviewer thought of it before. It is monitoring, so the audit
/// log says so first.
#[utoipa::path(
    get, path = "/api/reviews/{id}", tag = "reviews",
    params(("id" = ConversationId, Path, description = "Which conversation")),
    responses(
        (status = 200, description = "The conversation and the card", body = ReviewDesk),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "The member may not review", body = Problem),
        (status = 404, description = "There is no such conversation in sight", body = Problem),
    )
)]
pub(in crate::http) async fn get_desk(
    id: Path<String>,
    signed: SignedIn,
) -> Result<Json<ReviewDesk>, ApiError> {
    let id: ConversationId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    Ok(Json(reviews::desk(&signed.tenant, signed.member.member.id, id).await?))
}
