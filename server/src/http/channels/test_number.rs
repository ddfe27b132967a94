//! `POST /api/channels/{id}/test`: sends a first message to somebody's own phone.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use shared::{
    api::numbers::TestNumberRequest,
    error::{ErrorCode, Problem},
    ids::ChannelId,
};

use super::desk;
use crate::{
    app::App,
    http::{ApiError, json::SignedJson},
};

/// Sends a test message: a text inside the window, else the template `hello_world`.
#[utoipa::path(
    post, path = "/api/channels/{id}/test", tag = "numbers", request_body = TestNumberRequest,
    params(("id" = ChannelId, Path, description = "Which number")),
    responses(
        (status = 204, description = "Done"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
        (status = 409, description = "Meta does not want it; code and detail say why", body = Problem),
        (status = 502, description = "Meta does not answer", body = Problem),
    )
)]
pub(in crate::http) async fn test_number(
    app: Data<App>,
    id: Path<String>,
    request: SignedJson<TestNumberRequest>,
) -> Result<HttpResponse, ApiError> {
    let id: ChannelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    desk(&app, &signed).say_hello(id, &body.to).await?;
    Ok(HttpResponse::NoContent().finish())
}
