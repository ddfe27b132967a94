//! `POST /api/connections/{id}`: replaces the token or the app secret of a Meta app.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use shared::{
    api::numbers::ReplaceSecretsRequest,
    error::{ErrorCode, Problem},
    ids::ConnectionId,
};

use crate::{
    app::App,
    http::{ApiError, channels::desk, json::SignedJson},
};

/// Verifies other secrets at Meta, then stores them.
#[utoipa::path(
    post, path = "/api/connections/{id}", tag = "numbers", request_body = ReplaceSecretsRequest,
    params(("id" = ConnectionId, Path, description = "Which app")),
    responses(
        (status = 204, description = "Done"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
        (status = 409, description = "Meta does not want it; code and detail say why", body = Problem),
        (status = 502, description = "Meta does not answer", body = Problem),
    )
)]
pub(in crate::http) async fn replace_secrets(
    app: Data<App>,
    id: Path<String>,
    request: SignedJson<ReplaceSecretsRequest>,
) -> Result<HttpResponse, ApiError> {
    let id: ConnectionId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    desk(&app, &signed).replace(id, body).await?;
    Ok(HttpResponse::NoContent().finish())
}
