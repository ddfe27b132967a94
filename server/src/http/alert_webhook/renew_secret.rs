//! `POST /api/alert-webhook/secret`: another secret.

use actix_web::web::{Data, Json};
use shared::{api::alerts::AlertWebhookPage, error::Problem};

use super::fresh_secret;
use crate::{
    app::App,
    domain::alert_webhook,
    http::{ApiError, canned::upload_file::Empty, json::SignedJson},
};

/// Makes another secret and tells it, once. Whatever is posted from now on is signed by it.
#[utoipa::path(
    post, path = "/api/alert-webhook/secret", tag = "alerts",
    request_body(content = Object, description = "An empty object", content_type = "application/json"),
    responses(
        (status = 200, description = "As it is, with the secret", body = AlertWebhookPage),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no webhook", body = Problem),
    )
)]
pub(in crate::http) async fn renew_secret(
    app: Data<App>,
    request: SignedJson<Empty>,
) -> Result<Json<AlertWebhookPage>, ApiError> {
    let SignedJson { signed, .. } = request;
    let (member, tenant) = (signed.member.member.id, signed.tenant);
    let (secret, sealed) = fresh_secret(&app, tenant.id())?;
    let (page, _) = tenant.write(move |tx| alert_webhook::renew(tx, member, &sealed)).await?;
    Ok(Json(AlertWebhookPage { secret: Some(secret), ..page }))
}
