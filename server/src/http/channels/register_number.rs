//! `POST /api/channels/{id}/register`: registers a number for the Cloud API.

use actix_web::web::{Data, Json, Path};
use shared::{
    api::numbers::RegisterNumberRequest,
    error::{ErrorCode, Problem},
    ids::ChannelId,
    model::health::ChannelHealth,
};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, json::SignedJson},
};

/// Registers a number under its PIN. Meta takes ten tries in 72 hours.
#[utoipa::path(
    post, path = "/api/channels/{id}/register", tag = "numbers", request_body = RegisterNumberRequest,
    params(("id" = ChannelId, Path, description = "Which number")),
    responses(
        (status = 200, description = "How it is", body = ChannelHealth),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
        (status = 409, description = "Meta does not want it; code and detail say why", body = Problem),
        (status = 429, description = "Too often", body = Problem),
        (status = 502, description = "Meta does not answer", body = Problem),
    )
)]
pub(in crate::http) async fn register_number(
    app: Data<App>,
    id: Path<String>,
    request: SignedJson<RegisterNumberRequest>,
) -> Result<Json<ChannelHealth>, ApiError> {
    let id: ChannelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    Ok(Json(desk(&app, &signed).register(id, body.pin.trim()).await?))
}
