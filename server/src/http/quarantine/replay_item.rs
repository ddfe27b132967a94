//! `POST /api/quarantine/{id}/replay`: an item is taken once more.

use actix_web::web::{Json, Path};
use shared::{
    api::quarantine::{Replay, ReplayedItem},
    error::{ErrorCode, Problem},
};

use super::allowed;
use crate::{
    db::record::Actor,
    http::{ApiError, SignedIn},
    whatsapp,
};

/// Takes an item that was set aside once more, for instance after an upgrade.
#[utoipa::path(
    post, path = "/api/quarantine/{id}/replay", tag = "quarantine",
    params(("id" = String, Path, description = "Which")),
    request_body = Replay,
    responses(
        (status = 200, description = "What became of it", body = ReplayedItem),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such item", body = Problem),
    )
)]
pub(in crate::http) async fn replay_item(
    signed: SignedIn,
    id: Path<String>,
    _replay: Json<Replay>,
) -> Result<Json<ReplayedItem>, ApiError> {
    allowed(&signed)?;
    let actor = Actor::Member(signed.member.member.id);
    let outcome = whatsapp::replay_one(&signed.tenant, &id, actor).await?;
    Ok(Json(ReplayedItem { outcome: outcome.ok_or(ErrorCode::NotFound)? }))
}
