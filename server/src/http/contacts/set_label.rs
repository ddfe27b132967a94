//! `POST /api/contacts/{id}/labels`: gives a contact a label, or takes it.

use actix_web::web::{Json, Path};
use shared::{
    api::contacts::{ContactDetails, SetLabelRequest},
    error::{ErrorCode, Problem},
    ids::ContactId,
};

use crate::{
    domain::contacts::describe,
    http::{ApiError, json::SignedJson},
};

/// Gives a contact a label, or takes it.
#[utoipa::path(
    post, path = "/api/contacts/{id}/labels", tag = "contacts", request_body = SetLabelRequest,
    params(("id" = ContactId, Path, description = "Who")),
    responses(
        (status = 200, description = "What is known of the contact now", body = ContactDetails),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such contact in sight, or no such label", body = Problem),
    )
)]
pub(in crate::http) async fn set_contact_label(
    id: Path<String>,
    request: SignedJson<SetLabelRequest>,
) -> Result<Json<ContactDetails>, ApiError> {
    let id: ContactId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    let member = signed.member.member.id;
    let written = signed.tenant.write(move |tx| describe::set_label(tx, member, id, &body)).await?;
    Ok(Json(written.0))
}
