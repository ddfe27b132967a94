//! Taking back what was done to many conversations: each is what it was again, where nobody did anything with it
//! since.

use chrono::Duration;
use shared::{
    error::ErrorCode,
    ids::{BulkId, ConversationId, MemberId},
    model::{
        bulk::{BulkDone, BulkRefused, UNDO_SECS},
        conversation::ConversationState,
        message::{Author, AuthorKind, Happening},
        routing::{AssignmentKind, Ending, Target, Why},
    },
    permission::Permission,
};

use super::{
    Item, count,
    mark::{Before, Mark},
};
use crate::{
    db::{
        Fault, Tx,
        record::{Actor, FactKind},
        rows::{bulk, conversation, label, queue},
    },
    domain::{
        conversations::{Loaded, by},
        routing::{self, Giving, hand, park},
        seat::Seat,
    },
};

/// Takes back what a member did to many; says for how many, and why not for the others. Also what is out of their
/// sight by now: it was in it when they did what is taken back.
///
/// # Errors
/// `not_found` also for what somebody else did, `undo_over`, `forbidden` when the member may not do it any more.
pub fn undo(tx: &mut Tx<'_>, seat: &Seat, id: BulkId) -> Result<BulkDone, Fault> {
    let row = bulk::find(tx, id)?.filter(|row| row.member == seat.member.id);
    let row = row.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if !seat.member.role.may(row.action.permission()) {
        return Err(ErrorCode::Forbidden.into());
    }
    if row.undone || row.at + Duration::seconds(UNDO_SECS) < tx.now() {
        return Err(ErrorCode::UndoOver.into());
    }
    let items: Vec<Item> =
        serde_json::from_str(&row.items).map_err(|error| Fault::Broken(error.to_string()))?;
    let (mut done, mut refused) = (0, Vec::new());
    // Before anything is taken back: what that makes happen to others is nobody's doing.
    let (mut held, mut others) = (Vec::new(), Vec::new());
    for item in &items {
        if is_changed(tx, item)? {
            let code = ErrorCode::ChangedSince;
            refused.push(BulkRefused { conversation: item.conversation, code });
        } else if item.before.mark.holder.is_some() {
            held.push(item);
        } else {
            others.push(item);
        }
    }
    // Whoever held something gets it back before what waits is given to anybody.
    routing::together(tx, |tx| {
        for item in held.into_iter().chain(others) {
            match tx.part(|tx| restore(tx, seat, id, item))? {
                Ok(()) => done += 1,
                Err(Fault::Refused(code)) => {
                    refused.push(BulkRefused { conversation: item.conversation, code });
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    })?;
    bulk::set_undone(tx, id)?;
    tx.audit(Actor::Member(seat.member.id), "bulk.undo", &format!("{id} {done} {}", refused.len()))?;
    Ok(BulkDone { id, done: count(done), refused })
}

/// Whether somebody did something with it since, or it is gone.
fn is_changed(tx: &mut Tx<'_>, Item { conversation, before, after }: &Item) -> Result<bool, Fault> {
    let Some(row) = conversation::find(tx, *conversation)? else { return Ok(true) };
    let now = Mark::of(tx, &row)?;
    Ok(now.seq != after.seq
        || !now.hands(after)
        || before.mark.priority != after.priority && now.priority != after.priority
        || before.mark.labels != after.labels && now.labels != after.labels)
}

/// Makes one what it was.
fn restore(tx: &mut Tx<'_>, seat: &Seat, id: BulkId, item: &Item) -> Result<(), Fault> {
    let Item { conversation, before, after } = item;
    let row = conversation::find(tx, *conversation)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    labels(tx, *conversation, &before.mark, after)?;
    let mut loaded = Loaded::from_row(row);
    if !before.mark.hands(after) {
        hands(tx, seat, &mut loaded, before)?;
        loaded.save(tx)?;
    } else if before.mark.priority != after.priority
        && let Some(place) = &before.place
    {
        hand::set_priority(tx, seat, loaded, place.priority, place.because.clone())?;
    }
    tx.audit(Actor::Member(seat.member.id), "conversation.undo", &format!("{conversation} {id}"))
}

fn labels(tx: &mut Tx<'_>, id: ConversationId, before: &Mark, after: &Mark) -> Result<(), Fault> {
    for one in after.labels.difference(&before.labels) {
        label::take_from_conversation(tx, id, *one)?;
    }
    let lost: Vec<_> = before.labels.difference(&after.labels).copied().collect();
    for one in lost {
        // One that was removed meanwhile is nobody's any more.
        if label::find(tx, one)?.is_some()
            && let Some(row) = conversation::find(tx, id)?
        {
            label::put_on_conversation(tx, id, row.model.contact.id, one)?;
        }
    }
    Ok(())
}

/// Back into the hands it was in.
fn hands(tx: &mut Tx<'_>, seat: &Seat, loaded: &mut Loaded, before: &Before) -> Result<(), Fault> {
    let was_closed = loaded.row.model.state == ConversationState::Closed;
    if was_closed {
        reopen(tx, seat, loaded, before)?;
    }
    match (before.mark.state, before.mark.holder) {
        (ConversationState::Assigned | ConversationState::Parked, Some(holder)) => {
            match to_holder(tx, seat, loaded, before, holder) {
                // Open in its old place it is found by somebody; closed by nobody.
                Err(Fault::Refused(ErrorCode::NoRoom | ErrorCode::NotEligible)) if was_closed => {
                    to_queue(tx, seat, loaded, before)
                }
                done => done,
            }
        }
        _ => to_queue(tx, seat, loaded, before),
    }
}

/// What only closing took.
fn reopen(tx: &mut Tx<'_>, seat: &Seat, loaded: &mut Loaded, before: &Before) -> Result<(), Fault> {
    let (contact, channel) = (loaded.row.model.contact.id, loaded.row.model.channel);
    let newest = conversation::newest(tx, contact, channel)?;
    if newest.is_some_and(|row| row.model.state != ConversationState::Closed) {
        return Err(ErrorCode::ConversationOpen.into());
    }
    let model = &mut loaded.row.model;
    model.closed = None;
    model.opened_at = before.opened_at;
    model.waiting_since = before.waiting_since;
    model.unread = before.unread;
    loaded.row.read_seq = before.read_seq;
    loaded.tell(tx, Happening::Reopened { member: Some(seat.member.id) })?;
    loaded.fact(tx, FactKind::ConversationReopened, &by(seat))
}

fn to_holder(
    tx: &mut Tx<'_>,
    seat: &Seat,
    loaded: &mut Loaded,
    before: &Before,
    holder: MemberId,
) -> Result<(), Fault> {
    let is_parked = before.mark.state == ConversationState::Parked;
    if loaded.row.model.assignee == Some(holder) && loaded.row.model.state != ConversationState::Offered {
        if !is_parked {
            park::go_on(tx, loaded, &by(seat))?;
        }
        return park::sleep(tx, loaded, before.mark.sleeps_until);
    }
    hand::find_active(tx, holder)?;
    routing::let_go(tx, loaded, Ending::Transferred)?;
    loaded.row.model.queue = before.mark.queue;
    before.take_place(tx, &loaded.row)?;
    let me = seat.member.id;
    let giving = if holder == me {
        Giving::taken()
    } else {
        Giving { kind: AssignmentKind::Given, why: Why { by: Some(me), ..Why::default() } }
    };
    match routing::give(tx, loaded, holder, giving) {
        // They were given something else meanwhile. A supervisor's word is more than that.
        Err(Fault::Refused(ErrorCode::NoRoom)) if seat.member.role.may(Permission::Supervise) => {
            let why = Why { by: Some(me), ..Why::default() };
            routing::give(tx, loaded, holder, Giving { kind: AssignmentKind::Forced, why })?;
        }
        given => given?,
    }
    if holder == me {
        loaded.tell(tx, Happening::Assigned { member: me })?;
    } else {
        loaded.tell(tx, Happening::Transferred { by: me, to: Target::Member(holder) })?;
        loaded.fact(tx, FactKind::ConversationTransferred, &by(seat))?;
    }
    let theirs = Author { kind: AuthorKind::System, member: Some(holder) };
    loaded.fact(tx, FactKind::ConversationAssigned, &theirs)?;
    if is_parked {
        park::put_aside(tx, loaded, &by(seat))?;
        park::sleep(tx, loaded, before.mark.sleeps_until)?;
    }
    Ok(())
}

/// What waited waits again, in its old place; what was only offered, too.
fn to_queue(tx: &mut Tx<'_>, seat: &Seat, loaded: &mut Loaded, before: &Before) -> Result<(), Fault> {
    let me = seat.member.id;
    let holder = routing::let_go(tx, loaded, Ending::Transferred)?;
    let queue = match before.mark.queue {
        Some(id) => queue::find(tx, id)?.map(|queue| queue.id),
        None => None,
    };
    let was = loaded.row.model.queue;
    loaded.row.model.queue = queue;
    before.take_place(tx, &loaded.row)?;
    match (queue, holder) {
        (Some(queue), _) if holder.is_some() || was != Some(queue) => {
            loaded.tell(tx, Happening::Transferred { by: me, to: Target::Queue(queue) })?;
            loaded.fact(tx, FactKind::ConversationTransferred, &by(seat))?;
        }
        (None, Some(member)) => {
            loaded.tell(tx, Happening::Released { member })?;
            loaded.fact(tx, FactKind::ConversationReleased, &by(seat))?;
        }
        _ => {}
    }
    routing::queue_up(tx, loaded)
}
