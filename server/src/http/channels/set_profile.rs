//! `POST /api/channels/{id}/profile`: replaces what customers see about the business.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use shared::{
    api::numbers::BusinessProfile,
    error::{ErrorCode, Problem},
    ids::ChannelId,
};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, json::SignedJson},
};

/// Replaces the business profile of a number at Meta.
#[utoipa::path(
    post, path = "/api/channels/{id}/profile", tag = "numbers", request_body = BusinessProfile,
    params(("id" = ChannelId, Path, description = "Which number")),
    responses(
        (status = 204, description = "Done"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
        (status = 409, description = "Meta does not want it; code and detail say why", body = Problem),
        (status = 422, description = "Something is not as WhatsApp takes it; the detail names it", body = Problem),
        (status = 502, description = "Meta does not answer", body = Problem),
    )
)]
pub(in crate::http) async fn set_profile(
    app: Data<App>,
    id: Path<String>,
    request: SignedJson<BusinessProfile>,
) -> Result<HttpResponse, ApiError> {
    let id: ChannelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    desk(&app, &signed).set_profile(id, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}
