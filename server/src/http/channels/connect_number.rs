//! `POST /api/channels`: connects a WhatsApp number.

use actix_web::{HttpResponse, web::Data};
use shared::{
    api::numbers::{ConnectNumberRequest, ConnectedNumber},
    error::Problem,
};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, json::SignedJson},
};

/// Verifies an app, its token, the business account and the number at Meta, then connects the number.
#[utoipa::path(
    post, path = "/api/channels", tag = "numbers", request_body = ConnectNumberRequest,
    responses(
        (status = 201, description = "It is connected", body = ConnectedNumber),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 409, description = "Meta does not want it; code and detail say why", body = Problem),
        (status = 502, description = "Meta does not answer", body = Problem),
    )
)]
pub(in crate::http) async fn connect_number(
    app: Data<App>,
    request: SignedJson<ConnectNumberRequest>,
) -> Result<HttpResponse, ApiError> {
    let SignedJson { signed, body } = request;
    let made = desk(&app, &signed).connect(body).await?;
    Ok(HttpResponse::Created().json(made))
}
