//! `DELETE /api/templates/{id}`: asks WhatsApp for the end of a message template.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use shared::{
    error::{ErrorCode, Problem},
    ids::TemplateId,
};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, SignedIn},
};

/// Deletes a message template in its language. WhatsApp keeps its name from others for 30 days.
#[utoipa::path(
    delete, path = "/api/templates/{id}", tag = "templates",
    params(("id" = TemplateId, Path, description = "Which template")),
    responses(
        (status = 204, description = "WhatsApp lets it go"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such template", body = Problem),
        (status = 409, description = "Not in this state, or WhatsApp keeps it", body = Problem),
        (status = 429, description = "Too many calls of WhatsApp", body = Problem),
        (status = 504, description = "Nobody knows whether it is gone", body = Problem),
    )
)]
pub(in crate::http) async fn delete_template(
    app: Data<App>,
    signed: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id: TemplateId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    desk(&app, &signed).delete(id).await?;
    Ok(HttpResponse::NoContent().finish())
}
