//! `GET /api/conversations/{id}/routing`: who had a conversation and why, and why it waits.

use actix_web::web::{Json, Path};
use shared::{
    api::conversations::Routing,
    error::{ErrorCode, Problem},
    ids::ConversationId,
};

use crate::{
    domain::routing,
    http::{ApiError, SignedIn},
};

/// Explains where a conversation went and why.
#[utoipa::path(
    get, path = "/api/conversations/{id}/routing", tag = "conversations",
    params(("id" = ConversationId, Path, description = "Which conversation")),
    responses(
        (status = 200, description = "Who had it, and how it waits", body = Routing),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such conversation in sight", body = Problem),
    )
)]
pub(in crate::http) async fn get_routing(
    signed: SignedIn,
    id: Path<String>,
) -> Result<Json<Routing>, ApiError> {
    // What is not an id answers like an id that nothing has.
    let id: ConversationId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    Ok(Json(routing::explain::routing(&signed.tenant, signed.member.member.id, id).await?))
}
