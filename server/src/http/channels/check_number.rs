//! `POST /api/channels/{id}/check`: asks Meta how a number is.

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

/// Asks Meta how a number, its account and its token are, and stores what is told.
#[utoipa::path(
    post, path = "/api/channels/{id}/check", tag = "numbers", request_body = Nothing,
    params(("id" = ChannelId, Path, description = "Which number")),
    responses(
        (status = 200, description = "How it is", body = ChannelHealth),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
    )
)]
pub(in crate::http) async fn check_number(
    app: Data<App>,
    id: Path<String>,
    request: SignedJson<Nothing>,
) -> Result<Json<ChannelHealth>, ApiError> {
    let id: ChannelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    let Nothing {} = body;
    Ok(Json(desk(&app, &signed).check(id).await?))
}
