//! `GET /api/alert-webhook`: where alerts are posted to.

use actix_web::web::Json;
use shared::{api::alerts::AlertWebhookPage, error::Problem};

use crate::{
    domain::alert_webhook,
    http::{ApiError, SignedIn},
};

/// Reads where alerts are posted to, and what became of the last one.
#[utoipa::path(
    get, path = "/api/alert-webhook", tag = "alerts",
    responses(
        (status = 200, description = "As it is", body = AlertWebhookPage),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
    )
)]
pub(in crate::http) async fn get_webhook(signed: SignedIn) -> Result<Json<AlertWebhookPage>, ApiError> {
    let member = signed.member.member.id;
    Ok(Json(signed.tenant.read(move |scoped| alert_webhook::read(scoped, member)).await?))
}
