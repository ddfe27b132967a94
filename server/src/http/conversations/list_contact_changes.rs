//! `GET /api/conversations/{id}/contact-changes`: what can be taken back of a conversation's contact.

use actix_web::web::{Json, Path};
use shared::{
    api::conversations::ContactChanges,
    error::{ErrorCode, Problem},
    ids::ConversationId,
};

use crate::{
    domain::contacts,
    http::{ApiError, SignedIn},
};

/// Lists merges and splits of a conversation's contact, newest first.
#[utoipa::path(
    get, path = "/api/conversations/{id}/contact-changes", tag = "conversations",
    params(("id" = ConversationId, Path, description = "Which conversation")),
    responses(
        (status = 200, description = "The changes", body = ContactChanges),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Without the permission to manage contacts", body = Problem),
        (status = 404, description = "There is no such conversation in sight", body = Problem),
    )
)]
pub(in crate::http) async fn list_contact_changes(
    signed: SignedIn,
    id: Path<String>,
) -> Result<Json<ContactChanges>, ApiError> {
    // What is not an id answers like an id that nothing has.
    let id: ConversationId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    Ok(Json(contacts::list::changes(&signed.tenant, signed.member.member.id, id).await?))
}
