//! Filtering events for one connection and making its batch.

use std::sync::Arc;

use shared::{
    ids::ConversationId,
    live::{event::Event, frame::ResetReason},
};

use super::{
    conn::{Conn, Mode},
    encoded::Encoded,
    hub::HubConfig,
    outgoing::Kind,
    wire::{self, Batches},
};
use crate::fault::{self, Sabotage};
use shared::permission::{Permission, PhoneSight, Scope, Sight, sight};

/// Room made for events before it is known how many are to be seen.
const FEW: usize = 8;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The cursor is behind the last event.
    Done,
    /// Events are missing in front of these.
    Gap,
    /// The socket does not read; the cursor waits.
    Lagging,
    /// The next of them shows what somebody holds, and that this is looked at must be written down first.
    Look(ConversationId),
    /// What the member may see has changed.
    Reset(ResetReason),
    /// The member was locked out.
    SignedOut,
}

/// Queues what the connection may see of the events and moves its cursor. `batches` are those of the
/// round, where many connections get the same events.
pub(super) fn deliver(
    conn: &mut Conn,
    events: &[Arc<Encoded>],
    config: &HubConfig,
    batches: Option<&mut Batches>,
) -> Outcome {
    let Some(scope) = conn.scope.take() else { return Outcome::Done };
    let mut visible = Vec::with_capacity(events.len().min(FEW));
    let mut bytes = 0;
    let mut outcome = Outcome::Done;
    for event in events {
        let pos = event.pos();
        if pos <= conn.cursor {
            continue;
        }
        // Whoever catches up goes on from the cursor; a live connection must get all of them.
        if conn.mode == Mode::CatchingUp && bytes > config.soft_bytes {
            break;
        }
        if pos != conn.cursor + 1 && !fault::sabotaged(Sabotage::NoGapCheck) {
            outcome = Outcome::Gap;
            break;
        }
        if let Some(change) = scope_change(&scope, &event.recorded.event) {
            outcome = change;
            break;
        }
        if let Some(unnoted) = conn.looks.missing(&scope, &conn.open, &event.recorded) {
            outcome = Outcome::Look(unnoted);
            break;
        }
        conn.cursor = pos;
        let closed_timeline =
            event.recorded.event.timeline().is_some_and(|timeline| !conn.open.contains(&timeline));
        if closed_timeline {
            continue;
        }
        if let Some(rendered) = event.rendered(&scope) {
            bytes += rendered.len();
            visible.push(rendered);
        }
        if let Event::Conversation(conversation) = &event.recorded.event
            && conn.open.contains(&conversation.id)
            && sight(&scope, event.recorded.before.as_ref(), event.recorded.after.as_ref()) != Sight::Whole
        {
            conn.shut(conversation.id);
        }
    }
    conn.scope = Some(scope);
    if visible.is_empty() {
        return outcome;
    }
    let from = conn.told + 1;
    conn.told = conn.cursor;
    let pieces = match batches {
        Some(batches) => batches.frame(from, conn.cursor, visible),
        None => wire::batch(from, conn.cursor, visible),
    };
    conn.outgoing.borrow_mut().push(Kind::Batch(from), pieces);
    // Dropping what a catch-up has just queued would repeat it for ever: it pauses by itself.
    let too_much = conn.mode == Mode::Live && over(conn, config.hard_bytes);
    if outcome == Outcome::Done && too_much { lag(conn) } else { outcome }
}

/// Stops queueing: what can be read again is dropped, and the cursor goes back to what was told.
pub(super) fn lag(conn: &mut Conn) -> Outcome {
    let mut out = conn.outgoing.borrow_mut();
    if let Some(from) = out.drop_replayable()
        && !fault::sabotaged(Sabotage::NoRewind)
    {
        conn.told = from - 1;
        conn.cursor = conn.told;
    }
    drop(out);
    pause(conn);
    Outcome::Lagging
}

/// Adds nothing more until the socket has written what waits.
pub(super) fn pause(conn: &mut Conn) {
    conn.outgoing.borrow_mut().turn_when_empty();
    conn.mode = Mode::Lagging;
}

fn over(conn: &Conn, limit: usize) -> bool {
    conn.outgoing.borrow().bytes() > limit
}

fn scope_change(scope: &Scope, event: &Event) -> Option<Outcome> {
    match event {
        Event::Member(member) if member.id == scope.member => {
            if !member.active {
                return Some(Outcome::SignedOut);
            }
            let same = member.role == scope.role && member.queues.iter().eq(scope.queues.iter());
            (!same).then_some(Outcome::Reset(ResetReason::Scope))
        }
        Event::Settings(settings) => {
            let masked = settings.mask_phones && !scope.role.may(Permission::SeePhoneNumbers);
            let was = scope.phones == PhoneSight::Masked;
            (masked != was).then_some(Outcome::Reset(ResetReason::Scope))
        }
        _ => None,
    }
}
