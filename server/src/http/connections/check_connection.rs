//! `POST /api/connections/check`: what a Meta app can be used for.

use actix_web::web::{Data, Json};
use shared::{
    api::numbers::{CheckConnectionRequest, CheckedConnection},
    error::Problem,
};

use crate::{
    app::App,
    http::{ApiError, channels::desk, json::SignedJson},
};

/// Verifies an app and its token at Meta and lists the numbers they reach. Nothing is stored.
#[utoipa::path(
    post, path = "/api/connections/check", tag = "numbers", request_body = CheckConnectionRequest,
    responses(
        (status = 200, description = "What it can be used for", body = CheckedConnection),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 409, description = "Meta does not want it; code and detail say why", body = Problem),
        (status = 502, description = "Meta does not answer", body = Problem),
    )
)]
pub(in crate::http) async fn check_connection(
    app: Data<App>,
    request: SignedJson<CheckConnectionRequest>,
) -> Result<Json<CheckedConnection>, ApiError> {
    let SignedJson { signed, body } = request;
    Ok(Json(desk(&app, &signed).look(body).await?))
}
