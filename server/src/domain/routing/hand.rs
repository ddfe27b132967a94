//! What people decide about who answers: handing over, taking the next, letting one be answered sooner.

use std::collections::BTreeSet;

use shared::{
    error::ErrorCode,
    ids::{CommandKey, ConversationId, MemberId, QueueId},
    limits,
    model::{
        conversation::ConversationState,
        member::Availability,
        message::{Author, AuthorKind, Body, Happening},
        queue::{MOST_PRIORITY_SECS, PriorityWhen},
        routing::{AssignmentKind, Ending, Target, Why},
    },
    permission::Permission,
};

use super::{
    need::Need,
    place::{Giving, arrange, give, let_go, pass, queue_up},
};
use crate::{
    clock::micros,
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{
            agent_load, conversation, member, queue,
            waiting::{self, Head},
        },
    },
    domain::{
        conversations::{Loaded, NewEntry, by},
        members,
        seat::Seat,
    },
};

/// Hands a conversation over, with a note for the next one.
///
/// # Errors
/// `not_found`, `conversation_closed`, `assigned_to_another`, `not_eligible` for a colleague who is not there,
/// `no_room` for one who holds enough, and what [`limits::note_text`] refuses.
pub fn transfer(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    key: CommandKey,
    to: Target,
    note: Option<&str>,
) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    loaded.workable_by(seat)?;
    if let Some(note) = note {
        let text = limits::note_text(note)?.to_owned();
        let mut entry = NewEntry::of(by(seat), Body::note(text));
        entry.key = Some(key);
        loaded.append(tx, entry)?;
        loaded.fact(tx, FactKind::NoteWritten, &by(seat))?;
    }
    match to {
        Target::Queue(queue) => to_queue(tx, &mut loaded, seat, queue)?,
        Target::Member(member) => {
            let there = find_active(tx, member)?;
            if !there.connected || there.availability == Availability::Away {
                return Err(ErrorCode::NotEligible.into());
            }
            to_member(tx, &mut loaded, seat, member, AssignmentKind::Given)?;
        }
    }
    loaded.save(tx)
}

/// Hands a conversation to a member, whoever holds it; forced, although they have no room or are not there.
///
/// # Errors
/// `not_found`, `conversation_closed`, `not_eligible`, `no_room`.
pub fn assign(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    member: MemberId,
    force: bool,
) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    let there = find_active(tx, member)?;
    if !force && !there.connected {
        return Err(ErrorCode::NotEligible.into());
    }
    let kind = if force { AssignmentKind::Forced } else { AssignmentKind::Given };
    to_member(tx, &mut loaded, seat, member, kind)?;
    if !there.connected {
        members::presence::expect_back(tx, member)?;
    }
    loaded.save(tx)
}

/// A member who may work.
///
/// # Errors
/// `not_found`, `not_eligible`.
pub(crate) fn find_active(tx: &mut Tx<'_>, id: MemberId) -> Result<shared::model::member::Member, Fault> {
    let row = member::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if row.member.active { Ok(row.member) } else { Err(ErrorCode::NotEligible.into()) }
}

pub(super) fn to_member(
    tx: &mut Tx<'_>,
    loaded: &mut Loaded,
    seat: &Seat,
    member: MemberId,
    kind: AssignmentKind,
) -> Result<(), Fault> {
    if loaded.row.model.assignee == Some(member) && loaded.row.model.state == ConversationState::Assigned {
        return Ok(());
    }
    let_go(tx, loaded, Ending::Transferred)?;
    let why = Why { by: Some(seat.member.id), ..Why::default() };
    give(tx, loaded, member, Giving { kind, why })?;
    loaded.tell(tx, Happening::Transferred { by: seat.member.id, to: Target::Member(member) })?;
    loaded.fact(tx, FactKind::ConversationTransferred, &by(seat))?;
    let theirs = Author { kind: AuthorKind::System, member: Some(member) };
    loaded.fact(tx, FactKind::ConversationAssigned, &theirs)
}

pub(super) fn to_queue(
    tx: &mut Tx<'_>,
    loaded: &mut Loaded,
    seat: &Seat,
    queue: QueueId,
) -> Result<(), Fault> {
    if queue::find(tx, queue)?.is_none() {
        return Err(ErrorCode::NotFound.into());
    }
    let id = loaded.row.model.id;
    let holder = let_go(tx, loaded, Ending::Transferred)?;
    loaded.row.model.queue = Some(queue);
    loaded.tell(tx, Happening::Transferred { by: seat.member.id, to: Target::Queue(queue) })?;
    loaded.fact(tx, FactKind::ConversationTransferred, &by(seat))?;
    queue_up(tx, loaded)?;
    // Who handed it on does not want it back at once.
    for passed in BTreeSet::from_iter(holder.into_iter().chain([seat.member.id])) {
        pass(tx, id, passed)?;
    }
    Ok(())
}

/// Gives the member what waits longest of what they may answer, whatever their level; what they can before what they
/// cannot, and what they gave away just now last.
///
/// # Errors
/// `nothing_waits`, `no_room`.
pub fn next(tx: &mut Tx<'_>, seat: &Seat) -> Result<ConversationId, Fault> {
    let own: BTreeSet<String> = seat.member.skills.iter().map(|skill| skill.name.clone()).collect();
    let mut first: Option<(bool, bool, i64, ConversationId)> = None;
    let free =
        agent_load::find(tx, seat.member.id)?.map_or(0, |load| load.capacity.saturating_sub(load.used));
    let mut crowded = false;
    for id in seat.member.queues.clone() {
        let room = queue::rules(tx, Some(id))?.room();
        for head in waiting::heads(tx, id)? {
            if room > free {
                crowded = true;
                continue;
            }
            let need = Need::parse(&head.need);
            let lacks = need.is_some_and(|need| need.skills.iter().any(|skill| !own.contains(skill)));
            let (has_passed, head) = not_passed(tx, id, seat.member.id, head)?;
            let candidate = (has_passed, lacks, head.rank, head.conversation);
            if first.is_none_or(|known| candidate < known) {
                first = Some(candidate);
            }
        }
    }
    let Some((.., id)) = first else {
        let code = if crowded { ErrorCode::NoRoom } else { ErrorCode::NothingWaits };
        return Err(code.into());
    };
    let row = conversation::find(tx, id)?.ok_or_else(|| Fault::Broken(format!("{id} waits and is not")))?;
    let place = waiting::find(tx, id)?;
    let waited = place.as_ref().map_or(0, |place| (tx.now() - place.since).num_seconds().max(0));
    let mut loaded = Loaded::from_row(row);
    let why = Why {
        waited_secs: u32::try_from(waited).unwrap_or(u32::MAX),
        priority_secs: place.as_ref().map_or(0, |place| place.priority),
        because: place.and_then(|place| place.because),
        ..Why::default()
    };
    give(tx, &mut loaded, seat.member.id, Giving { kind: AssignmentKind::Pulled, why })?;
    loaded.tell(tx, Happening::Assigned { member: seat.member.id })?;
    loaded.fact(tx, FactKind::ConversationAssigned, &by(seat))?;
    loaded.save(tx)?;
    Ok(id)
}

/// The first of a need that a member did not give away just now, else the first; whether they did.
fn not_passed(tx: &mut Tx<'_>, queue: QueueId, member: MemberId, head: Head) -> Result<(bool, Head), Fault> {
    let now = micros(tx.now());
    let mut next = Some(head.clone());
    while let Some(one) = next {
        let row = waiting::find(tx, one.conversation)?;
        let passed = row
            .is_some_and(|row| row.passed.iter().any(|passed| passed.member == member && passed.until > now));
        if !passed {
            return Ok((false, one));
        }
        next = waiting::next(tx, queue, &one)?;
    }
    Ok((true, head))
}

/// Lets a conversation be answered sooner: at least so many seconds count as waited already. None takes that back,
/// whatever made it sooner.
///
/// # Errors
/// `not_found`, `rules_invalid`, `conversation_closed` for one that has no place in a queue.
pub fn prioritise(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId, secs: u32) -> Result<(), Fault> {
    if secs > MOST_PRIORITY_SECS {
        return Err(ErrorCode::RulesInvalid.into());
    }
    debug_assert!(seat.member.role.may(Permission::Supervise), "the dispatcher asks first");
    let loaded = Loaded::in_sight(tx, seat, id)?;
    let known = waiting::find(tx, id)?.map_or(0, |row| row.priority);
    if secs > 0 && known > secs {
        return Ok(());
    }
    set_priority(tx, seat, loaded, secs, None)
}

/// Says how many seconds count as waited already, and by which rule.
///
/// # Errors
/// `conversation_closed` for one that has no place in a queue.
pub(crate) fn set_priority(
    tx: &mut Tx<'_>,
    seat: &Seat,
    mut loaded: Loaded,
    secs: u32,
    because: Option<PriorityWhen>,
) -> Result<(), Fault> {
    let id = loaded.row.model.id;
    let Some(mut row) = waiting::find(tx, id)? else { return Err(ErrorCode::ConversationClosed.into()) };
    if row.priority == secs {
        return Ok(());
    }
    row.priority = secs;
    row.because = because;
    loaded.tell(tx, Happening::Prioritised { by: seat.member.id, secs })?;
    loaded.fact(tx, FactKind::ConversationPrioritised, &by(seat))?;
    let (queue, waits) = (row.queue, row.waits);
    let rules = queue::rules(tx, Some(queue))?;
    arrange(tx, &rules, row)?;
    if waits {
        loaded.stirred.queue(queue);
    }
    loaded.save_in_place(tx)
}
