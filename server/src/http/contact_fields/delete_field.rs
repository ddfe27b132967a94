//! `DELETE /api/contact-fields/{id}`: removes one, with everything that it says of anybody.

use actix_web::{HttpResponse, web::Path};
use shared::{
    error::{ErrorCode, Problem},
    ids::FieldId,
};

use crate::{
    domain::fields,
    http::{ApiError, SignedIn},
};

/// Removes one, with everything that it says of anybody.
#[utoipa::path(
    delete, path = "/api/contact-fields/{id}", tag = "contacts",
    params(("id" = FieldId, Path, description = "Which")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is none", body = Problem),
    )
)]
pub(in crate::http) async fn delete_field(
    signed: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id: FieldId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let member = signed.member.member.id;
    signed.tenant.write(move |tx| fields::remove(tx, member, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
