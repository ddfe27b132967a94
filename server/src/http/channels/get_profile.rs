//! `GET /api/channels/{id}/profile`: what customers see about the business.

use actix_web::web::{Data, Json, Path};
use shared::{
    api::numbers::BusinessProfile,
    error::{ErrorCode, Problem},
    ids::ChannelId,
};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, SignedIn},
};

/// Reads the business profile of a number from Meta.
#[utoipa::path(
    get, path = "/api/channels/{id}/profile", tag = "numbers",
    params(("id" = ChannelId, Path, description = "Which number")),
    responses(
        (status = 200, description = "The profile", body = BusinessProfile),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
        (status = 409, description = "Meta does not want it; code and detail say why", body = Problem),
        (status = 502, description = "Meta does not answer", body = Problem),
    )
)]
pub(in crate::http) async fn get_profile(
    app: Data<App>,
    id: Path<String>,
    signed: SignedIn,
) -> Result<Json<BusinessProfile>, ApiError> {
    let id: ChannelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    Ok(Json(desk(&app, &signed).profile(id).await?))
}
