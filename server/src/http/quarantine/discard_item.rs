//! `DELETE /api/quarantine/{id}`: an item is not wanted.

use actix_web::{HttpResponse, web::Path};
use shared::error::{ErrorCode, Problem};

use super::allowed;
use crate::{
    db::{Fault, record::Actor, rows::raw_item},
    http::{ApiError, SignedIn},
};

/// Discards an item that was set aside, for good.
#[utoipa::path(
    delete, path = "/api/quarantine/{id}", tag = "quarantine",
    params(("id" = String, Path, description = "Which")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such item", body = Problem),
    )
)]
pub(in crate::http) async fn discard_item(
    signed: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    allowed(&signed)?;
    let (id, member) = (id.into_inner(), signed.member.member.id);
    let gone = signed.tenant.write(move |tx| {
        raw_item::broken_one(tx, &id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
        raw_item::remove(tx, &id)?;
        tx.audit(Actor::Member(member), "quarantine.discard", &id)
    });
    gone.await?;
    Ok(HttpResponse::NoContent().finish())
}
