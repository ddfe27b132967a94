//! `GET /api/quarantine/{id}`: an item as it came.

use actix_web::web::{Json, Path};
use shared::{
    api::quarantine::RawJson,
    error::{ErrorCode, Problem},
};

use super::allowed;
use crate::{
    db::{record::Actor, rows::raw_item},
    http::{ApiError, SignedIn},
};

/// Gives an item that was set aside as it came. It holds what a customer wrote, so looking is an entry of the
/// audit log.
#[utoipa::path(
    get, path = "/api/quarantine/{id}", tag = "quarantine",
    params(("id" = String, Path, description = "Which")),
    responses(
        (status = 200, description = "The item", body = RawJson),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such item", body = Problem),
    )
)]
pub(in crate::http) async fn get_item(signed: SignedIn, id: Path<String>) -> Result<Json<RawJson>, ApiError> {
    allowed(&signed)?;
    let (id, member) = (id.into_inner(), signed.member.member.id);
    let found = signed.tenant.write(move |tx| {
        let found = raw_item::broken_one(tx, &id)?;
        if found.is_some() {
            tx.audit(Actor::Member(member), "quarantine.read", &id)?;
        }
        Ok(found)
    });
    let (raw, _) = found.await?.0.ok_or(ErrorCode::NotFound)?;
    Ok(Json(RawJson { raw: Some(raw) }))
}
