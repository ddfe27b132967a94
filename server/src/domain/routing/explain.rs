//! Why a conversation went to whom it went, and why it waits, for whoever asks.

use std::collections::BTreeSet;

use shared::{
    api::conversations::Routing,
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    model::routing::Waiting,
    permission::can_see,
};

use super::{hours::OpenTime, need::Need};
use crate::{
    clock::micros,
    db::{
        Fault, ReadError, Scoped, TenantStore,
        rows::{assignment, conversation, member, queue, waiting},
    },
    domain::seat,
};

/// `GET /api/conversations/{id}/routing`.
///
/// # Errors
/// `not_found` when the conversation does not exist or is out of sight.
pub async fn routing(
    tenant: &TenantStore,
    member: MemberId,
    id: ConversationId,
) -> Result<Routing, ReadError> {
    let now = tenant.clock().now();
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        conversation::find(scoped, id)?
            .filter(|row| can_see(&seat.scope, &row.model.audience()))
            .ok_or(Fault::Refused(ErrorCode::NotFound))?;
        Ok(Routing { assignments: assignment::of(scoped, id)?, waiting: waits(scoped, id, now)? })
    });
    read.await
}

fn waits(scoped: &mut Scoped, id: ConversationId, now: shared::Instant) -> Result<Option<Waiting>, Fault> {
    let Some(row) = waiting::find(scoped, id)?.filter(|row| row.waits) else { return Ok(None) };
    let need = Need::parse(&row.need).ok_or_else(|| Fault::Broken(format!("need {:?}", row.need)))?;
    let mut told = Waiting {
        since: row.since,
        priority_secs: row.priority,
        because: row.because.clone(),
        opens_at: None,
        closed: false,
        position: waiting::ahead(scoped, &row)? + 1,
        ring: row.ring,
        skills: need.skills.clone(),
        suited: 0,
        there: 0,
        free: 0,
    };
    let rules = queue::rules(scoped, Some(row.queue))?;
    let open = OpenTime::of(scoped, &rules)?;
    (told.closed, told.opens_at) = (!open.is_open(now), open.opens_at(now));
    let weight = rules.room();
    let free: BTreeSet<MemberId> = member::free(scoped, &[row.queue], now)?
        .into_iter()
        .filter(|free| free.used + weight <= free.capacity)
        .map(|free| free.id)
        .collect();
    for row_of in member::all(scoped)? {
        let one = row_of.member;
        let level = one.levels.get(&row.queue).copied().unwrap_or(1);
        let able = need.skills.iter().all(|skill| one.skills.iter().any(|own| own.name == *skill));
        if !one.active || !one.queues.contains(&row.queue) || level > need.level || !able {
            continue;
        }
        told.suited += 1;
        told.there += u32::from(one.takes_work());
        let has_passed =
            row.passed.iter().any(|passed| passed.member == one.id && passed.until > micros(now));
        told.free += u32::from(free.contains(&one.id) && !has_passed);
    }
    Ok(Some(told))
}
