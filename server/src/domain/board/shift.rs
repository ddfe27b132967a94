//! What a supervisor looks at when a shift begins. Asked for, not pushed: nobody looks at it all day.

use std::collections::HashMap;

use chrono::TimeDelta;
use shared::{
    Instant,
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    model::{
        conversation::Conversation,
        member::{Availability, Member},
        shift::{Absence, Missing, SHIFT_ENTRIES, Shift, ShiftQuery},
    },
    permission::{Permission, Scope, can_see},
};

use super::watched::day_of;
use crate::{
    db::{
        Fault, ReadError, Scoped, TenantStore,
        rows::{
            board::{self, Place},
            contact_card::KeptBlock,
            conversation, member, settings,
        },
    },
    domain::{contacts::blocked, seat, views},
};

/// `GET /api/shift`.
///
/// # Errors
/// `forbidden` for whoever may not see the board.
pub async fn shift(tenant: &TenantStore, member: MemberId, query: ShiftQuery) -> Result<Shift, ReadError> {
    let now = tenant.clock().now();
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        if !seat.member.role.may(Permission::SeeBoard) {
            return Err(ErrorCode::Forbidden.into());
        }
        look(scoped, &seat.scope, query, now)
    });
    read.await
}

fn look(scoped: &mut Scoped, scope: &Scope, query: ShiftQuery, now: Instant) -> Result<Shift, Fault> {
    let places = board::places(scoped)?;
    let mut missing = missing(scoped, &places)?;
    let of_queue: Vec<&Place> =
        places.iter().filter(|place| query.queue.is_none() || place.queue == query.queue).collect();
    let (day, secs) = (day_of(scoped, now)?, settings::get(scoped)?.routing.closing_soon_secs);
    let mut overnight: Vec<_> = of_queue
        .iter()
        .filter(|place| place.opened_at < day.begins)
        .map(|place| {
            ((place.waiting_since.is_none(), place.waiting_since.unwrap_or(place.opened_at)), place.id)
        })
        .collect();
    overnight.sort_unstable();
    let soon = now + TimeDelta::seconds(secs.into());
    let mut closing: Vec<_> = of_queue
        .iter()
        .filter_map(|place| Some((place.waiting_since.and(place.window_until)?, place.id)))
        .filter(|(until, _)| *until > now && *until <= soon)
        .collect();
    closing.sort_unstable();
    let blocked = blocked::all(scoped, scope, KeptBlock::is_open)?;
    let (missing_count, overnight_count, closing_count) =
        (number(missing.len()), number(overnight.len()), number(closing.len()));
    missing.truncate(SHIFT_ENTRIES);
    Ok(Shift {
        day_began: day.begins,
        missing_count,
        missing,
        overnight_count,
        overnight: rows(scoped, scope, overnight.into_iter().map(|(_, id)| id))?,
        closing_count,
        closing: rows(scoped, scope, closing.into_iter().map(|(_, id)| id))?,
        blocked_count: blocked.count,
        blocked: blocked.contacts,
    })
}

/// Who holds something and is not there. Whoever holds nothing is missed by nobody's customer.
fn missing(scoped: &mut Scoped, places: &[Place]) -> Result<Vec<Missing>, Fault> {
    let mut held: HashMap<MemberId, (u32, u32, Option<Instant>)> = HashMap::new();
    for place in places {
        let Some(holder) = place.assignee else { continue };
        let (all, waiting, oldest) = held.entry(holder).or_default();
        *all += 1;
        if let Some(since) = place.waiting_since {
            *waiting += 1;
            *oldest = Some(oldest.map_or(since, |known| known.min(since)));
        }
    }
    let since: HashMap<MemberId, Instant> =
        board::desks(scoped)?.into_iter().map(|desk| (desk.member, desk.since)).collect();
    let mut missing = Vec::new();
    for row in member::all(scoped)? {
        let id = row.member.id;
        let (Some((all, waiting, oldest_since)), Some(absence)) = (held.get(&id), absence(&row.member))
        else {
            continue;
        };
        let known = since.get(&id).copied().unwrap_or_default();
        let since = if absence == Absence::Inactive { row.locked_out_at.unwrap_or(known) } else { known };
        missing.push(Missing {
            member: id,
            absence,
            since,
            held: *all,
            waiting: *waiting,
            oldest_since: *oldest_since,
        });
    }
    missing.sort_by_key(|one| (one.oldest_since.is_none(), one.oldest_since, one.since, one.member));
    Ok(missing)
}

/// In which way a member is not there, if they are not.
fn absence(member: &Member) -> Option<Absence> {
    match member.availability {
        _ if !member.active => Some(Absence::Inactive),
        _ if !member.connected => Some(Absence::Offline),
        Availability::Away => Some(Absence::Away),
        Availability::Available | Availability::Busy => None,
    }
}

/// The first of these conversations, as far as they are in sight.
fn rows(
    scoped: &mut Scoped,
    scope: &Scope,
    ids: impl Iterator<Item = ConversationId>,
) -> Result<Vec<Conversation>, Fault> {
    let mut found = Vec::new();
    for id in ids.take(SHIFT_ENTRIES) {
        let row = conversation::find(scoped, id)?.filter(|row| can_see(scope, &row.model.audience()));
        found.extend(row.map(|row| views::rendered(scope, row.model)));
    }
    Ok(found)
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
