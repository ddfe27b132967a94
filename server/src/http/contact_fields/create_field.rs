//! `POST /api/contact-fields`: adds one.

use actix_web::HttpResponse;
use shared::{api::contacts::FieldRequest, error::Problem, ids::FieldId, model::field::Field};

use crate::{
    domain::fields,
    http::{ApiError, json::SignedJson},
};

/// Adds one.
#[utoipa::path(
    post, path = "/api/contact-fields", tag = "contacts", request_body = FieldRequest,
    responses(
        (status = 201, description = "As it is", body = Field),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 409, description = "There is one with this name, or as many as there may be", body = Problem),
        (status = 422, description = "Something in it cannot be", body = Problem),
    )
)]
pub(in crate::http) async fn create_field(
    request: SignedJson<FieldRequest>,
) -> Result<HttpResponse, ApiError> {
    let SignedJson { signed, body } = request;
    // Made here: what is written may run more than once.
    let (member, id) = (signed.member.member.id, FieldId::new());
    let written = signed.tenant.write(move |tx| fields::create(tx, member, id, &body)).await?;
    Ok(HttpResponse::Created().json(written.0))
}
