//! `POST /api/labels`: adds one.

use actix_web::HttpResponse;
use shared::{api::contacts::LabelRequest, error::Problem, ids::LabelId, model::label::Label};

use crate::{
    domain::labels,
    http::{ApiError, json::SignedJson},
};

/// Adds one.
#[utoipa::path(
    post, path = "/api/labels", tag = "contacts", request_body = LabelRequest,
    responses(
        (status = 201, description = "As it is", body = Label),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 409, description = "There is one with this name, or as many as there may be", body = Problem),
        (status = 422, description = "Something in it cannot be", body = Problem),
    )
)]
pub(in crate::http) async fn create_label(
    request: SignedJson<LabelRequest>,
) -> Result<HttpResponse, ApiError> {
    let SignedJson { signed, body } = request;
    // Made here: what is written may run more than once.
    let (member, id) = (signed.member.member.id, LabelId::new());
    let written = signed.tenant.write(move |tx| labels::create(tx, member, id, &body)).await?;
    Ok(HttpResponse::Created().json(written.0))
}
