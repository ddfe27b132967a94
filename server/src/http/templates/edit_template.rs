//! `POST /api/templates/{id}`: asks WhatsApp for other texts of a message template.

use actix_web::web::{Data, Json, Path};
use shared::{
    api::templates::EditTemplateRequest,
    error::{ErrorCode, Problem},
    ids::TemplateId,
    model::template::Template,
};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, json::SignedJson},
};

/// Replaces the texts of a message template. WhatsApp looks at them before it can be sent again.
#[utoipa::path(
    post, path = "/api/templates/{id}", tag = "templates", request_body = EditTemplateRequest,
    params(("id" = TemplateId, Path, description = "Which template")),
    responses(
        (status = 200, description = "WhatsApp has them", body = Template),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such template", body = Problem),
        (status = 409, description = "Not in this state, or WhatsApp does not want them", body = Problem),
        (status = 415, description = "The sample is no file that the header can show", body = Problem),
        (status = 422, description = "They break rules of WhatsApp's; the detail names them", body = Problem),
        (status = 429, description = "Too many calls of WhatsApp", body = Problem),
        (status = 502, description = "Meta does not take the sample now", body = Problem),
        (status = 504, description = "Nobody knows whether WhatsApp has them", body = Problem),
    )
)]
pub(in crate::http) async fn edit_template(
    app: Data<App>,
    id: Path<String>,
    request: SignedJson<EditTemplateRequest>,
) -> Result<Json<Template>, ApiError> {
    let id: TemplateId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    Ok(Json(desk(&app, &signed).edit(id, body).await?))
}
