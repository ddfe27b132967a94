//! `POST /api/labels/{id}`: changes one.

use actix_web::web::{Json, Path};
use shared::{
    api::contacts::LabelRequest,
    error::{ErrorCode, Problem},
    ids::LabelId,
    model::label::Label,
};

use crate::{
    domain::labels,
    http::{ApiError, json::SignedJson},
};

/// Changes one.
#[utoipa::path(
    post, path = "/api/labels/{id}", tag = "contacts", request_body = LabelRequest,
    params(("id" = LabelId, Path, description = "Which")),
    responses(
        (status = 200, description = "As it is now", body = Label),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is none", body = Problem),
        (status = 409, description = "There is one with this name", body = Problem),
        (status = 422, description = "Something in it cannot be", body = Problem),
    )
)]
pub(in crate::http) async fn edit_label(
    id: Path<String>,
    request: SignedJson<LabelRequest>,
) -> Result<Json<Label>, ApiError> {
    let id: LabelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    let member = signed.member.member.id;
    let written = signed.tenant.write(move |tx| labels::change(tx, member, id, &body)).await?;
    Ok(Json(written.0))
}
