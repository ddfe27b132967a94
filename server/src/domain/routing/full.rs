//! A queue is full, or somebody waits too long in it: they are told so, or go to another queue.
//!
//! Nobody goes round in circles: a conversation is not sent to a queue from or to which it was sent before, until it
//! was closed.

use shared::{
    Instant,
    ids::{ConversationId, QueueId},
    model::{
        conversation::ConversationState,
        message::{Author, AuthorKind, Happening},
        queue::{QueueRules, WhenFull},
    },
};

use super::{
    hours::{self, OpenTime},
    look_again,
    place::queue_up,
};
use crate::{
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{
            conversation, queue, visit,
            waiting::{self, WaitingRow},
        },
    },
    domain::conversations::{Loaded, automatic},
};

/// A conversation came to a queue, and nobody could take it at once.
pub(super) fn came(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = waiting::find(tx, id)?.filter(|row| row.waits) else { return Ok(()) };
    let rules = queue::rules(tx, Some(row.queue))?;
    if rules.max_waiting == 0 || waiting::count(tx, row.queue)? <= rules.max_waiting {
        return Ok(());
    }
    act(tx, id, row.queue, &rules)
}

/// The time has come to look whether a conversation has waited too long where it waits.
pub(super) fn waited(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    if overdue(tx, id)? {
        return Ok(());
    }
    let Some(row) = waiting::find(tx, id)?.filter(|row| row.waits) else { return Ok(()) };
    let rules = queue::rules(tx, Some(row.queue))?;
    // The rules changed, or it was closed meanwhile: later.
    if rules.max_wait_secs > 0 { look_again(tx, &rules, row) } else { Ok(()) }
}

/// Whether a conversation has waited too long where it waits; then it waits there no longer, or was told.
pub(super) fn overdue(tx: &mut Tx<'_>, id: ConversationId) -> Result<bool, Fault> {
    let Some(row) = waiting::find(tx, id)?.filter(|row| row.waits) else { return Ok(false) };
    let rules = queue::rules(tx, Some(row.queue))?;
    let open = OpenTime::of(tx, &rules)?;
    if !is_over(&rules, &open, &row, tx.now()) {
        return Ok(false);
    }
    act(tx, id, row.queue, &rules)?;
    Ok(true)
}

/// The same of everything that waits in a queue.
pub(super) fn overdue_in(tx: &mut Tx<'_>, queue: QueueId, rules: &QueueRules) -> Result<(), Fault> {
    if rules.max_wait_secs == 0 {
        return Ok(());
    }
    let (open, now) = (OpenTime::of(tx, rules)?, tx.now());
    for row in waiting::of_queue(tx, queue)? {
        if is_over(rules, &open, &row, now) {
            act(tx, row.conversation, queue, rules)?;
        }
    }
    Ok(())
}

fn is_over(rules: &QueueRules, open: &OpenTime, row: &WaitingRow, now: Instant) -> bool {
    rules.max_wait_secs > 0 && open.between(row.came_at, now) >= i64::from(rules.max_wait_secs)
}

fn act(tx: &mut Tx<'_>, id: ConversationId, from: QueueId, rules: &QueueRules) -> Result<(), Fault> {
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    if row.model.state != ConversationState::Queued {
        return Ok(());
    }
    let (mut loaded, now) = (Loaded::from_row(row), tx.now());
    let mut visit = visit::find(tx, id, loaded.row.model.opened_at)?;
    match &rules.when_full {
        WhenFull::Message { text } => {
            // Whoever came while it is closed was told that.
            if visit.full || !hours::is_open(tx, rules, now)? || !automatic::say(tx, &mut loaded, text)? {
                return Ok(());
            }
            visit.full = true;
        }
        WhenFull::Overflow { to } => {
            let Some(other) = queue::find(tx, *to)? else { return Ok(()) };
            let was_there = *to == from || visit.been.contains(to);
            if was_there || !hours::is_open(tx, &other.rules, now)? {
                return Ok(());
            }
            for seen in [from, *to] {
                if !visit.been.contains(&seen) {
                    visit.been.push(seen);
                }
            }
            loaded.row.model.queue = Some(*to);
            loaded.tell(tx, Happening::Overflowed { from, to: *to })?;
            let author = Author { kind: AuthorKind::System, member: None };
            loaded.fact(tx, FactKind::ConversationOverflowed, &author)?;
            // Before it can be sent on once more.
            visit::put(tx, id, &visit)?;
            queue_up(tx, &mut loaded)?;
            return loaded.save(tx);
        }
    }
    visit::put(tx, id, &visit)?;
    loaded.save(tx)
}
