//! `DELETE /api/alert-webhook`: posts nothing any more.

use actix_web::HttpResponse;
use shared::error::Problem;

use crate::{
    domain::alert_webhook,
    http::{ApiError, SignedIn},
};

/// Removes the webhook, its secret, and what was still to be posted.
#[utoipa::path(
    delete, path = "/api/alert-webhook", tag = "alerts",
    responses(
        (status = 204, description = "Done"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is none", body = Problem),
    )
)]
pub(in crate::http) async fn remove_webhook(signed: SignedIn) -> Result<HttpResponse, ApiError> {
    let member = signed.member.member.id;
    signed.tenant.write(move |tx| alert_webhook::remove(tx, member)).await?;
    Ok(HttpResponse::NoContent().finish())
}
