//! `POST /api/contacts/{id}/notes`: notes something of a contact.

use actix_web::web::{Json, Path};
use shared::{
    api::contacts::{AddNoteRequest, ContactDetails},
    error::{ErrorCode, Problem},
    ids::{ContactId, ContactNoteId},
};

use crate::{
    domain::contacts::describe,
    http::{ApiError, json::SignedJson},
};

/// Notes something of a contact; the same `id` again changes nothing.
#[utoipa::path(
    post, path = "/api/contacts/{id}/notes", tag = "contacts", request_body = AddNoteRequest,
    params(("id" = ContactId, Path, description = "Who")),
    responses(
        (status = 200, description = "What is known of the contact now", body = ContactDetails),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such contact in sight", body = Problem),
        (status = 409, description = "There are as many notes as there may be", body = Problem),
        (status = 422, description = "The text is too long", body = Problem),
    )
)]
pub(in crate::http) async fn add_contact_note(
    id: Path<String>,
    request: SignedJson<AddNoteRequest>,
) -> Result<Json<ContactDetails>, ApiError> {
    let id: ContactId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    // Made here: what is written may run more than once.
    let note = body.id.unwrap_or_else(ContactNoteId::new);
    let member = signed.member.member.id;
    let written = signed.tenant.write(move |tx| describe::add_note(tx, member, id, note, &body.text)).await?;
    Ok(Json(written.0))
}
