//! `PUT /api/alert-webhook`: says where alerts are posted to.

use actix_web::web::{Data, Json};
use shared::{
    api::alerts::{AlertWebhookPage, AlertWebhookRequest},
    error::{ErrorCode, Problem},
};

use super::fresh_secret;
use crate::{
    app::App,
    domain::alert_webhook,
    http::{ApiError, json::SignedJson},
};

/// Says where alerts are posted to, and whether. The first time the answer tells the secret that signs them; it is told
/// only once.
#[utoipa::path(
    put, path = "/api/alert-webhook", tag = "alerts", request_body = AlertWebhookRequest,
    responses(
        (status = 200, description = "As it is", body = AlertWebhookPage),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 422, description = "The address cannot be called; the detail says why", body = Problem),
    )
)]
pub(in crate::http) async fn put_webhook(
    app: Data<App>,
    request: SignedJson<AlertWebhookRequest>,
) -> Result<Json<AlertWebhookPage>, ApiError> {
    let SignedJson { signed, body } = request;
    let (member, tenant) = (signed.member.member.id, signed.tenant);
    // Whoever may not set it learns nothing about addresses.
    tenant.read(move |scoped| alert_webhook::read(scoped, member)).await?;
    let url = app
        .outbound
        .check(body.url.trim())
        .map_err(|why| ApiError::with_detail(ErrorCode::ValueInvalid, &why.to_string()))?;
    let (secret, sealed) = fresh_secret(&app, tenant.id())?;
    let set = tenant.write(move |tx| alert_webhook::set(tx, member, url.as_str(), body.active, &sealed));
    let ((page, is_new), _) = set.await?;
    Ok(Json(AlertWebhookPage { secret: is_new.then_some(secret), ..page }))
}
