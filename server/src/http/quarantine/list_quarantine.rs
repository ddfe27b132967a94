//! `GET /api/quarantine`: what broke something and was set aside.

use actix_web::web::Json;
use shared::{
    api::quarantine::{QuarantinePage, SetAside},
    error::Problem,
    limits::QUARANTINE_SHOWN,
};

use super::allowed;
use crate::{
    db::rows::raw_item,
    http::{ApiError, SignedIn},
};

/// Lists what came from WhatsApp and could not be taken in, newest first. What it says is not among it.
#[utoipa::path(
    get, path = "/api/quarantine", tag = "quarantine",
    responses(
        (status = 200, description = "What was set aside", body = QuarantinePage),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
    )
)]
pub(in crate::http) async fn list_quarantine(signed: SignedIn) -> Result<Json<QuarantinePage>, ApiError> {
    allowed(&signed)?;
    let mut all = signed.tenant.read(|scoped| raw_item::broken(scoped, QUARANTINE_SHOWN + 1)).await?;
    let has_more = all.len() > QUARANTINE_SHOWN;
    all.truncate(QUARANTINE_SHOWN);
    let item = |one: raw_item::Broken| SetAside {
        id: one.id,
        kind: one.kind,
        channel: one.channel,
        error: one.error,
        at: one.at,
    };
    Ok(Json(QuarantinePage { items: all.into_iter().map(item).collect(), has_more }))
}
