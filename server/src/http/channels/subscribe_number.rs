//! `POST /api/channels/{id}/subscribe`: has the business account tell our app what happens.

use actix_web::web::{Data, Json, Path};
use shared::{
    api::numbers::Nothing,
    error::{ErrorCode, Problem},
    ids::ChannelId,
    model::health::ChannelHealth,
};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, json::SignedJson},
};

/// Subscribes the app to the business account of a number.
#[utoipa::path(
    post, path = "/api/channels/{id}/subscribe", tag = "numbers", request_body = Nothing,
    params(("id" = ChannelId, Path, description = "Which number")),
    responses(
        (status = 200, description = "How it is", body = ChannelHealth),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
        (status = 409, description = "Meta does not want it; code and detail say why", body = Problem),
        (status = 502, description = "Meta does not answer", body = Problem),
    )
)]
pub(in crate::http) async fn subscribe_number(
    app: Data<App>,
    id: Path<String>,
    request: SignedJson<Nothing>,
) -> Result<Json<ChannelHealth>, ApiError> {
    let id: ChannelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    let Nothing {} = body;
    Ok(Json(desk(&app, &signed).subscribe(id).await?))
}
