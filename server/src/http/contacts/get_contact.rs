//! `GET /api/contacts/{id}`: what is known of a contact.

use actix_web::web::{Json, Path};
use shared::{
    api::contacts::ContactDetails,
    error::{ErrorCode, Problem},
    ids::ContactId,
};

use crate::{
    domain::contacts::about,
    http::{ApiError, SignedIn},
};

/// Tells what is known of a contact: labels, fields, notes, conversations in sight and files in them.
#[utoipa::path(
    get, path = "/api/contacts/{id}", tag = "contacts",
    params(("id" = ContactId, Path, description = "Who")),
    responses(
        (status = 200, description = "What is known", body = ContactDetails),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "There is no such contact in sight", body = Problem),
    )
)]
pub(in crate::http) async fn get_contact(
    signed: SignedIn,
    id: Path<String>,
) -> Result<Json<ContactDetails>, ApiError> {
    // What is not an id answers like an id that nothing has.
    let id: ContactId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    Ok(Json(about::get(&signed.tenant, signed.member.member.id, id).await?))
}
