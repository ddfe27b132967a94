//! `POST /api/contact-fields/{id}`: changes one.

use actix_web::web::{Json, Path};
use shared::{
    api::contacts::FieldRequest,
    error::{ErrorCode, Problem},
    ids::FieldId,
    model::field::Field,
};

use crate::{
    domain::fields,
    http::{ApiError, json::SignedJson},
};

/// Changes one.
#[utoipa::path(
    post, path = "/api/contact-fields/{id}", tag = "contacts", request_body = FieldRequest,
    params(("id" = FieldId, Path, description = "Which")),
    responses(
        (status = 200, description = "As it is now", body = Field),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is none", body = Problem),
        (status = 409, description = "There is one with this name", body = Problem),
        (status = 422, description = "Something in it cannot be", body = Problem),
    )
)]
pub(in crate::http) async fn edit_field(
    id: Path<String>,
    request: SignedJson<FieldRequest>,
) -> Result<Json<Field>, ApiError> {
    let id: FieldId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    let member = signed.member.member.id;
    let written = signed.tenant.write(move |tx| fields::change(tx, member, id, &body)).await?;
    Ok(Json(written.0))
}
