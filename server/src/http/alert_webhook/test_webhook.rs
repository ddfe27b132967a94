//! `POST /api/alert-webhook/test`: tries the receiver.

use actix_web::web::{Data, Json};
use shared::{
    api::alerts::AlertWebhookPage,
    error::{ErrorCode, Problem},
};

use crate::{
    app::App,
    db::rows::alert_webhook as row,
    domain::alert_webhook,
    http::{ApiError, canned::upload_file::Empty, json::SignedJson},
    jobs::post_alert::deliver,
};

/// Posts a sample, once and at once, whether or not alerts are posted; the answer says what came of it. Its `state` is
/// `test`.
#[utoipa::path(
    post, path = "/api/alert-webhook/test", tag = "alerts",
    request_body(content = Object, description = "An empty object", content_type = "application/json"),
    responses(
        (status = 200, description = "What came of it", body = AlertWebhookPage),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no webhook", body = Problem),
    )
)]
pub(in crate::http) async fn test_webhook(
    app: Data<App>,
    request: SignedJson<Empty>,
) -> Result<Json<AlertWebhookPage>, ApiError> {
    let SignedJson { signed, .. } = request;
    let (member, tenant) = (signed.member.member.id, signed.tenant);
    let ((target, letter), _) = tenant.write(move |tx| alert_webhook::sample(tx, member)).await?;
    let now = || tenant.clock().now();
    let last = deliver(&app.outbound, &app.keys, tenant.id(), &target, letter, now).await;
    let last = last.map_err(|_| ErrorCode::Internal)?;
    tenant.write(move |tx| row::note(tx, &last)).await?;
    Ok(Json(tenant.read(move |scoped| alert_webhook::read(scoped, member)).await?))
}
