//! `POST /api/channels/{id}`: gives a number another name, colour or queue.

use actix_web::web::{Json, Path};
use shared::{
    api::numbers::EditNumberRequest,
    error::{ErrorCode, Problem},
    ids::ChannelId,
    model::channel::Channel,
};

use crate::{
    domain::numbers,
    http::{ApiError, json::SignedJson},
};

/// Changes how the team sees a number.
#[utoipa::path(
    post, path = "/api/channels/{id}", tag = "numbers", request_body = EditNumberRequest,
    params(("id" = ChannelId, Path, description = "Which number")),
    responses(
        (status = 200, description = "As it is now", body = Channel),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
    )
)]
pub(in crate::http) async fn edit_number(
    id: Path<String>,
    request: SignedJson<EditNumberRequest>,
) -> Result<Json<Channel>, ApiError> {
    let id: ChannelId = id.parse().map_err(|_| ErrorCode::NotFound)?;
    let SignedJson { signed, body } = request;
    let member = signed.member.member.id;
    let written = signed.tenant.write(move |tx| numbers::edit(tx, member, id, &body)).await?;
    Ok(Json(written.0))
}
