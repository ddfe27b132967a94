//! What a member chooses, or a supervisor for them; and the time to tidy up.

use chrono::Duration;
use shared::{
    error::ErrorCode,
    ids::MemberId,
    limits,
    live::event::Event,
    model::{member::Availability, message::AuthorKind, routing::Ending},
    permission::Audience,
};

use super::load;
use crate::{
    db::{
        Fault, Tx,
        record::{Fact, FactKind, Kicks},
        rows::{
            agent_load, member,
            timer::{self, TimerKind},
        },
    },
    domain::{
        routing::{self, Stirred},
        seat::Seat,
    },
};

/// Most characters of a reason.
const REASON_CHARS: usize = 80;

/// Stores the member's choice. Whoever chooses has also tidied up.
///
/// # Errors
/// `text_too_long` and `text_invalid` for the reason.
pub fn choose(
    tx: &mut Tx<'_>,
    seat: &Seat,
    availability: Availability,
    reason: Option<&str>,
) -> Result<(), Fault> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > REASON_CHARS) {
        return Err(ErrorCode::TextTooLong.into());
    }
    let reason = reason.map(limits::name).transpose()?.map(str::to_owned);
    agent_load::set_misses(tx, seat.member.id, 0)?;
    put(tx, seat.member.id, availability, reason, (AuthorKind::Member, Ending::Declined))
}

/// Stores a colleague's availability.
///
/// # Errors
/// `not_found`.
pub fn choose_for(tx: &mut Tx<'_>, id: MemberId, availability: Availability) -> Result<(), Fault> {
    put(tx, id, availability, None, (AuthorKind::System, Ending::Declined))
}

/// The availability itself, and what follows: who is available may be given something, and what others are asked
/// goes elsewhere, ended like this. What a member did not choose themselves is no sign of work.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    id: MemberId,
    availability: Availability,
    reason: Option<String>,
    (author, ending): (AuthorKind, Ending),
) -> Result<(), Fault> {
    let mut row = load(tx, id)?;
    let reason = reason.filter(|_| availability == Availability::Away);
    let member = &mut row.member;
    if member.availability == availability && member.reason == reason && member.wrap_until.is_none() {
        return Ok(());
    }
    let what = match (member.availability != availability, member.wrap_until.is_some()) {
        (true, _) => Some(FactKind::AvailabilityChosen),
        (false, true) => Some(FactKind::WrapUpEnded),
        // Only why they are away.
        (false, false) => None,
    };
    member.availability = availability;
    member.reason = reason;
    member.wrap_until = None;
    timer::clear(tx, TimerKind::Wrap, &id.to_string())?;
    tell(tx, row, what.map(|what| (what, author)))?;
    if availability == Availability::Available {
        super::idle::active(tx, id)?;
        return offer_work(tx, id);
    }
    routing::offer::withdraw_from(tx, id, ending)
}

/// After a conversation a member may tidy up for a while.
pub(crate) fn tidy_up(tx: &mut Tx<'_>, id: MemberId, secs: u32) -> Result<(), Fault> {
    if secs == 0 {
        return Ok(());
    }
    let mut row = load(tx, id)?;
    let until = tx.now() + Duration::seconds(secs.into());
    row.member.wrap_until = Some(until);
    timer::set(tx, TimerKind::Wrap, &id.to_string(), until)?;
    tx.kick(Kicks { jobs: true, outbox: false });
    tell(tx, row, Some((FactKind::WrapUpBegun, AuthorKind::System)))
}

/// The time to tidy up is over.
pub(crate) fn tidied_up(tx: &mut Tx<'_>, id: MemberId) -> Result<(), Fault> {
    let mut row = load(tx, id)?;
    if row.member.wrap_until.take().is_none() {
        return Ok(());
    }
    tell(tx, row, Some((FactKind::WrapUpEnded, AuthorKind::System)))?;
    offer_work(tx, id)
}

/// Whoever has room now gets what waits for them.
pub(crate) fn offer_work(tx: &mut Tx<'_>, id: MemberId) -> Result<(), Fault> {
    let mut stirred = Stirred::default();
    stirred.member(tx, id)?;
    routing::settle(tx, stirred)
}

fn tell(
    tx: &mut Tx<'_>,
    mut row: member::MemberRow,
    what: Option<(FactKind, AuthorKind)>,
) -> Result<(), Fault> {
    row.member.rev += 1;
    let now = tx.now();
    member::set_presence(tx, &row.member, None, now)?;
    member::update(tx, &row)?;
    if let Some((what, author)) = what {
        tx.fact(Fact {
            what,
            written_at: None,
            conversation: None,
            queue: None,
            member: Some(row.member.id),
            channel: None,
            author: Some(author),
            calendar: None,
        })?;
    }
    tx.emit(Audience::Tenant, None, Event::Member(row.member));
    Ok(())
}
