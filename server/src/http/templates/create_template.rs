//! `POST /api/templates`: asks WhatsApp for a new message template.

use actix_web::{HttpResponse, web::Data};
use shared::{api::templates::CreateTemplateRequest, error::Problem, model::template::Template};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, json::SignedJson},
};

/// Creates a message template. WhatsApp looks at it before it can be sent.
#[utoipa::path(
    post, path = "/api/templates", tag = "templates", request_body = CreateTemplateRequest,
    responses(
        (status = 201, description = "WhatsApp has it", body = Template),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such channel", body = Problem),
        (status = 409, description = "WhatsApp does not want it; the detail says why", body = Problem),
        (status = 415, description = "The sample is no file that the header can show", body = Problem),
        (status = 422, description = "It breaks rules of WhatsApp's; the detail names them", body = Problem),
        (status = 429, description = "Too many calls of WhatsApp", body = Problem),
        (status = 502, description = "Meta does not take the sample now", body = Problem),
        (status = 504, description = "Nobody knows whether WhatsApp has it", body = Problem),
    )
)]
pub(in crate::http) async fn create_template(
    app: Data<App>,
    request: SignedJson<CreateTemplateRequest>,
) -> Result<HttpResponse, ApiError> {
    let SignedJson { signed, body } = request;
    let made = desk(&app, &signed).create(body).await?;
    Ok(HttpResponse::Created().json(made))
}
