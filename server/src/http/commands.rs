//! `POST /api/commands`: the second door to everything a member can do.

use actix_web::web::Json;
use shared::{
    error::Problem,
    live::command::{Done, KeyedCommand},
};

use super::{ApiError, json::SignedJson};
use crate::domain::commands::dispatch;

/// Carries out a command. The same key with the same body answers the same and does nothing twice.
#[utoipa::path(
    post, path = "/api/commands", tag = "commands", request_body = KeyedCommand,
    responses(
        (status = 200, description = "Done and durable", body = Done),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such thing in sight", body = Problem),
        (status = 409, description = "The state does not allow it now", body = Problem),
        (status = 422, description = "The key was used with another body, or the text is too long",
         body = Problem),
        (status = 503, description = "Not stored; nothing happened; try again", body = Problem),
    )
)]
pub(super) async fn post_command(request: SignedJson<KeyedCommand>) -> Result<Json<Done>, ApiError> {
    let SignedJson { signed, body } = request;
    Ok(Json(dispatch(&signed.tenant, signed.member.member.id, body).await?))
}
