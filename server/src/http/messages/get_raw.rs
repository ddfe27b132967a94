//! `GET /api/messages/{id}/raw`: what a message came in, for those who find out why it is not shown.

use actix_web::web::{Json, Path};
use shared::{
    api::quarantine::RawJson,
    error::{ErrorCode, Problem},
    ids::MessageId,
    permission::{Permission, can_see},
};

use crate::{
    db::{
        Fault,
        record::Actor,
        rows::{conversation, message},
    },
    domain::seat,
    http::{ApiError, SignedIn},
};

/// Gives the item that a customer's message came in. Looking is an entry of the audit log.
#[utoipa::path(
    get, path = "/api/messages/{id}/raw", tag = "conversations",
    params(("id" = MessageId, Path, description = "Which message")),
    responses(
        (status = 200, description = "The item, if it says more than is shown", body = RawJson),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
        (status = 404, description = "There is no such message in sight", body = Problem),
    )
)]
pub(in crate::http) async fn get_raw(signed: SignedIn, id: Path<String>) -> Result<Json<RawJson>, ApiError> {
    let member = &signed.member.member;
    if !member.role.may(Permission::ManageSettings) {
        return Err(ErrorCode::Forbidden.into());
    }
    let (id, member) = (id.parse::<MessageId>().map_err(|_| ErrorCode::NotFound)?, member.id);
    let found = signed.tenant.write(move |tx| {
        let seat = seat::take(tx, member)?;
        let row = message::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
        let whose = conversation::find(tx, row.model.conversation)?;
        if !whose.is_some_and(|whose| can_see(&seat.scope, &whose.model.audience())) {
            return Err(ErrorCode::NotFound.into());
        }
        tx.audit(Actor::Member(member), "message.raw", &id.to_string())?;
        message::raw(tx, id)
    });
    Ok(Json(RawJson { raw: found.await?.0 }))
}
