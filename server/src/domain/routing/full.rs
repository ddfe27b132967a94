//! A queue is full, or somebody waits too long in it: they are told so, or go to another queue.
//!
//! Nobody goes round in circles: a conversation is not sent to a queue from or to which it was sent before, until it
//! was closed.

use shared::{
    ids::{ConversationId, QueueId},
    model::{
        conversation::ConversationState,
        message::{Author, AuthorKind, Happening},
        queue::{QueueRules, WhenFull},
    },
};

use super::{hours, look_again, place::queue_up};
use crate::{
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{conversation, queue, visit, waiting},
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

/// A conversation may have waited too long where it waits.
pub(super) fn waited(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some(row) = waiting::find(tx, id)?.filter(|row| row.waits) else { return Ok(()) };
    let (queue, came_at, now) = (row.queue, row.came_at, tx.now());
    let rules = queue::rules(tx, Some(queue))?;
    if rules.max_wait_secs == 0 {
        return Ok(());
    }
    if hours::OpenTime::of(tx, &rules)?.between(came_at, now) < i64::from(rules.max_wait_secs) {
        // The rules changed, or it was closed meanwhile: later.
        return look_again(tx, &rules, row);
    }
    act(tx, id, queue, &rules)
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
