//! `DELETE /api/contacts/{id}/notes/{note}`: removes a note.

use actix_web::web::{Json, Path};
use shared::{
    api::contacts::ContactDetails,
    error::{ErrorCode, Problem},
    ids::{ContactId, ContactNoteId},
};

use crate::{
    domain::contacts::describe,
    http::{ApiError, SignedIn},
};

/// Removes a note: one's own, or anybody's where one may act for others.
#[utoipa::path(
    delete, path = "/api/contacts/{id}/notes/{note}", tag = "contacts",
    params(
        ("id" = ContactId, Path, description = "Who"),
        ("note" = ContactNoteId, Path, description = "Which note"),
    ),
    responses(
        (status = 200, description = "What is known of the contact now", body = ContactDetails),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "It is somebody else's note", body = Problem),
        (status = 404, description = "There is no such contact in sight, or no such note", body = Problem),
    )
)]
pub(in crate::http) async fn remove_contact_note(
    signed: SignedIn,
    path: Path<(String, String)>,
) -> Result<Json<ContactDetails>, ApiError> {
    let (id, note) = path.into_inner();
    let id: ContactId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let note: ContactNoteId = note.parse().map_err(|_| ErrorCode::NotFound)?;
    let member = signed.member.member.id;
    let written = signed.tenant.write(move |tx| describe::remove_note(tx, member, id, note)).await?;
    Ok(Json(written.0))
}
