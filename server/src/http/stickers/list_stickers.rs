//! `GET /api/stickers`: the stickers that everybody here can send.

use actix_web::web::Json;
use shared::{api::stickers::StickersPage, error::Problem};

use crate::{
    domain::stickers,
    http::{ApiError, SignedIn},
};

/// Lists the tenant's stickers.
#[utoipa::path(
    get, path = "/api/stickers", tag = "conversations",
    responses(
        (status = 200, description = "All of them", body = StickersPage),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(in crate::http) async fn list_stickers(signed: SignedIn) -> Result<Json<StickersPage>, ApiError> {
    let stickers = stickers::list(&signed.tenant, signed.member.member.id).await?;
    Ok(Json(StickersPage { stickers }))
}
