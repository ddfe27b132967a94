//! `POST /api/contacts/{id}/fields`: says what a field says of a contact.

use actix_web::web::{Json, Path};
use shared::{
    api::contacts::{ContactDetails, SetFieldRequest},
    error::{ErrorCode, Problem},
    ids::ContactId,
};

use crate::{
    domain::contacts::describe,
    http::{ApiError, json::SignedJson},
};

/// Says something of a contact that the business wants to know.
#[utoipa::path(
    post, path = "/api/contacts/{id}/fields", tag = "contacts", request_body = SetFieldRequest,
    params(("id" = ContactId, Path, description = "Who")),
    responses(
        (status = 200, description = "What is known of the contact now", body = ContactDetails),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "The value is hidden from the member", body = Problem),
        (status = 404, description = "There is no such contact in sight, or no such field", body = Problem),
        (status = 422, description = "The field cannot have this value", body = Problem),
    )
)]
pub(in crate::http) async fn set_contact_field(
    id: Path<String>,
    request: SignedJson<SetFieldRequest>,
) -> Result<Json<ContactDetails>, ApiError> {
    let id: ContactId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    let member = signed.member.member.id;
    let written = signed.tenant.write(move |tx| describe::set_field(tx, member, id, &body)).await?;
    Ok(Json(written.0))
}
