//! A conversation whose customer is silent is put aside: it stays the agent's and takes no room.

use chrono::Duration;
use shared::{
    Instant,
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    limits::SLEEP_DAYS,
    model::{
        conversation::ConversationState,
        member::Availability,
        message::{Author, AuthorKind, Happening},
        notice::NoticeKind,
        routing::{AssignmentKind, Ending},
    },
};

use super::{
    place::{expect_reply, let_go, queue_up, set_timer},
    policy,
};
use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{
            agent_load, assignment, conversation, member, queue,
            timer::{self, TimerKind},
            waiting,
        },
    },
    domain::{
        conversations::{Loaded, by},
        notices,
        seat::Seat,
    },
};

/// Puts a conversation aside until its customer writes, or until a time. What is put aside already changes until when.
///
/// # Errors
/// `assigned_to_another` unless the member holds it or may act for others, `conversation_closed`, `time_invalid` for
/// what is past or more than [`SLEEP_DAYS`] away.
pub fn park(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId, until: Option<Instant>) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    loaded.workable_by(seat)?;
    let now = tx.now();
    // Rows know no shorter time.
    let until = until.map(|until| from_micros(micros(until)));
    if until.is_some_and(|until| until <= now || until > now + Duration::days(SLEEP_DAYS)) {
        return Err(ErrorCode::TimeInvalid.into());
    }
    match loaded.row.model.state {
        ConversationState::Parked if loaded.row.model.sleeps_until == until => return Ok(()),
        ConversationState::Parked => {}
        ConversationState::Assigned => put_aside(tx, &mut loaded, &by(seat))?,
        ConversationState::Closed => return Err(ErrorCode::ConversationClosed.into()),
        _ => return Err(ErrorCode::AssignedToAnother.into()),
    }
    sleep(tx, &mut loaded, until)?;
    loaded.save(tx)
}

/// Until when what is put aside sleeps; none: until its customer writes.
pub(crate) fn sleep(tx: &mut Tx<'_>, loaded: &mut Loaded, until: Option<Instant>) -> Result<(), Fault> {
    loaded.row.model.sleeps_until = until;
    let subject = loaded.row.model.id.to_string();
    match until {
        Some(until) => set_timer(tx, TimerKind::Wake, &subject, until),
        None => timer::clear(tx, TimerKind::Wake, &subject),
    }
}

/// What was put aside until now is work again: its holder's when they are there and have room, else it waits in its
/// old place.
pub(super) fn slept(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    let due = row.model.sleeps_until.is_some_and(|until| until <= tx.now());
    let (Some(holder), true) = (row.model.assignee, due) else { return Ok(()) };
    let mut loaded = Loaded::from_row(row);
    loaded.tell(tx, Happening::Woke { member: holder })?;
    if is_theirs_again(tx, &mut loaded, holder)? {
        notices::tell(tx, holder, NoticeKind::Woke, id, None, None)?;
    } else {
        queue_up(tx, &mut loaded)?;
    }
    loaded.save(tx)
}

/// Goes on with a conversation that was put aside.
///
/// # Errors
/// `no_room`, `assigned_to_another`.
pub fn resume(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    loaded.workable_by(seat)?;
    if loaded.row.model.state != ConversationState::Parked {
        return Ok(());
    }
    go_on(tx, &mut loaded, &by(seat))?;
    loaded.save(tx)
}

/// Makes work again of what is put aside, whoever says so; of anything else nothing.
///
/// # Errors
/// `no_room`.
pub(crate) fn go_on(tx: &mut Tx<'_>, loaded: &mut Loaded, author: &Author) -> Result<(), Fault> {
    if loaded.row.model.state != ConversationState::Parked {
        return Ok(());
    }
    if !takes_room(tx, loaded.row.model.id)? {
        return Err(ErrorCode::NoRoom.into());
    }
    sleep(tx, loaded, None)?;
    loaded.row.model.state = ConversationState::Assigned;
    loaded.fact(tx, FactKind::ConversationResumed, author)
}

/// Puts aside what somebody holds.
pub(crate) fn put_aside(tx: &mut Tx<'_>, loaded: &mut Loaded, author: &Author) -> Result<(), Fault> {
    let id = loaded.row.model.id;
    let open = assignment::open(tx, id)?.ok_or_else(|| Fault::Broken(format!("{id} is held by nobody")))?;
    if open.counted && !policy(tx)?.parked_counts {
        assignment::count(tx, open.id, false)?;
        agent_load::free(tx, open.member, open.weight)?;
        if open.weight > 0 {
            loaded.stirred.member(tx, open.member)?;
        }
    }
    loaded.row.model.state = ConversationState::Parked;
    let subject = id.to_string();
    timer::clear(tx, TimerKind::Park, &subject)?;
    // Whoever puts a customer aside who waits has no longer for the answer than before.
    let waits = loaded.row.model.waiting_since.is_some();
    if waits && timer::due(tx, TimerKind::Reply, &subject)?.is_none() {
        let rules = queue::rules(tx, loaded.row.model.queue)?;
        expect_reply(tx, &rules, loaded, AssignmentKind::Routed)?;
    }
    loaded.fact(tx, FactKind::ConversationParked, author)
}

/// Takes room for what was put aside; says whether there was enough.
fn takes_room(tx: &mut Tx<'_>, id: ConversationId) -> Result<bool, Fault> {
    let open = assignment::open(tx, id)?.ok_or_else(|| Fault::Broken(format!("{id} is held by nobody")))?;
    if open.counted {
        return Ok(true);
    }
    let now = tx.now();
    if open.weight > 0 && !agent_load::take(tx, open.member, open.weight, now)? {
        return Ok(false);
    }
    assignment::count(tx, open.id, true)?;
    Ok(true)
}

/// The customer of a parked conversation writes: it is its agent's again when they are there and have room, else it
/// waits for whoever has, and for them first. Nobody ever holds too much because somebody came back.
pub(crate) fn wake(tx: &mut Tx<'_>, loaded: &mut Loaded) -> Result<(), Fault> {
    let Some(holder) = loaded.row.model.assignee else { return Ok(()) };
    if is_theirs_again(tx, loaded, holder)? {
        return Ok(());
    }
    // They were answered since they came: they wait from now on.
    waiting::remove(tx, loaded.row.model.id)?;
    queue_up(tx, loaded)
}

/// Gives what was put aside back to its holder, or takes it from them when they are gone or have no room; whether it
/// is theirs.
fn is_theirs_again(tx: &mut Tx<'_>, loaded: &mut Loaded, holder: MemberId) -> Result<bool, Fault> {
    let id = loaded.row.model.id;
    sleep(tx, loaded, None)?;
    let author = Author { kind: AuthorKind::System, member: Some(holder) };
    let rules = queue::rules(tx, loaded.row.model.queue)?;
    let there = rules.room() == 0 || is_there(tx, holder)?;
    if there && takes_room(tx, id)? {
        loaded.row.model.state = ConversationState::Assigned;
        expect_reply(tx, &rules, loaded, AssignmentKind::Routed)?;
        loaded.fact(tx, FactKind::ConversationResumed, &author)?;
        return Ok(true);
    }
    let ending = if there { Ending::NoRoom } else { Ending::Lost };
    let_go(tx, loaded, ending)?;
    loaded.tell(tx, Happening::Requeued { member: holder, because: ending })?;
    loaded.fact(tx, FactKind::ConversationRequeued, &author)?;
    Ok(false)
}

/// The customer asks again after they were answered: whoever was given the conversation by the queue has as long for
/// that as for the first answer.
pub(crate) fn asked_again(tx: &mut Tx<'_>, loaded: &Loaded) -> Result<(), Fault> {
    let Some(open) = assignment::open(tx, loaded.row.model.id)? else { return Ok(()) };
    let rules = queue::rules(tx, loaded.row.model.queue)?;
    if rules.room() == 0 {
        return Ok(());
    }
    expect_reply(tx, &rules, loaded, open.kind)
}

/// Whether a member is not away, and connected or has not been gone for long.
fn is_there(tx: &mut Tx<'_>, id: MemberId) -> Result<bool, Fault> {
    let Some(row) = member::find(tx, id)? else { return Ok(false) };
    if !row.member.active || row.member.availability == Availability::Away {
        return Ok(false);
    }
    Ok(row.member.connected
        || policy(tx)?.lost_secs == 0
        || timer::due(tx, TimerKind::Lost, &id.to_string())?.is_some())
}

/// A member answered: nobody waits for that any more, and when the customer stays silent it is put aside.
pub(crate) fn answered(tx: &mut Tx<'_>, loaded: &Loaded) -> Result<(), Fault> {
    if loaded.row.model.queue.is_none() || loaded.row.model.state != ConversationState::Assigned {
        return Ok(());
    }
    let rules = queue::rules(tx, loaded.row.model.queue)?;
    if rules.room() == 0 {
        return Ok(());
    }
    let subject = loaded.row.model.id.to_string();
    timer::clear(tx, TimerKind::Reply, &subject)?;
    if let Some(holder) = loaded.row.model.assignee {
        agent_load::set_misses(tx, holder, 0)?;
    }
    park_in_time(tx, rules.park_secs, &subject)
}

/// The customer waits for nothing any more, although nobody answered: whoever holds the conversation need not, and when
/// the customer stays silent it is put aside.
pub(crate) fn content(tx: &mut Tx<'_>, loaded: &Loaded) -> Result<(), Fault> {
    let subject = loaded.row.model.id.to_string();
    timer::clear(tx, TimerKind::Reply, &subject)?;
    let rules = queue::rules(tx, loaded.row.model.queue)?;
    if loaded.row.model.state != ConversationState::Assigned || rules.room() == 0 {
        return Ok(());
    }
    park_in_time(tx, rules.park_secs, &subject)
}

fn park_in_time(tx: &mut Tx<'_>, secs: u32, subject: &str) -> Result<(), Fault> {
    if secs == 0 {
        return Ok(());
    }
    let due = tx.now() + Duration::seconds(secs.into());
    set_timer(tx, TimerKind::Park, subject, due)
}

/// The customer has been silent for so long.
pub(super) fn silent(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    if row.model.state != ConversationState::Assigned || row.model.waiting_since.is_some() {
        return Ok(());
    }
    let author = Author { kind: AuthorKind::System, member: row.model.assignee };
    let mut loaded = Loaded::from_row(row);
    put_aside(tx, &mut loaded, &author)?;
    loaded.save(tx)
}
