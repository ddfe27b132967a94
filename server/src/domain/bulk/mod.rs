//! One thing done to many conversations in one transaction: for each by the same function as for one, and each by
//! itself, so that what is refused holds up nothing. Who did it can take it back for a while; see [`undo`].

mod mark;
pub mod undo;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::{
    error::ErrorCode,
    ids::{BulkId, CommandKey, ConversationId},
    live::command::Command,
    model::bulk::{BulkAction, BulkDone, BulkRefused, MOST_AT_ONCE},
};

use super::{commands, seat::Seat};
use crate::db::{
    Fault, Tx,
    record::Actor,
    rows::{
        bulk::{self, BulkRow},
        conversation,
    },
};
use mark::{Before, Mark};

/// What was done to one of them.
#[derive(Debug, Serialize, Deserialize)]
struct Item {
    conversation: ConversationId,
    before: Before,
    after: Mark,
}

/// Does something to each of some conversations; the order is the callers'.
///
/// # Errors
/// `bad_request` for none and for more than [`MOST_AT_ONCE`]. What one is refused with is in the answer.
pub fn run(
    tx: &mut Tx<'_>,
    seat: &Seat,
    key: CommandKey,
    conversations: &[ConversationId],
    action: &BulkAction,
) -> Result<BulkDone, Fault> {
    if conversations.is_empty() || conversations.len() > MOST_AT_ONCE {
        return Err(ErrorCode::BadRequest.into());
    }
    let id = BulkId::new();
    let (mut refused, mut changed) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    let mut known = Vec::new();
    for conversation in conversations.iter().copied().filter(|one| seen.insert(*one)) {
        match conversation::find(tx, conversation)? {
            Some(row) => known.push((conversation, Before::of(tx, &row)?)),
            None => refused.push(BulkRefused { conversation, code: ErrorCode::NotFound }),
        }
    }
    for (conversation, before) in known {
        let command = Command::of_bulk(action, conversation);
        match tx.part(|tx| commands::part(tx, seat, key, &command))? {
            Ok(_) => changed.push((conversation, before)),
            Err(Fault::Refused(code)) => refused.push(BulkRefused { conversation, code }),
            Err(fault) => return Err(fault),
        }
    }
    // What one of them made happen to another belongs to it.
    let mut items = Vec::with_capacity(changed.len());
    for (conversation, before) in changed {
        let Some(row) = conversation::find(tx, conversation)? else { continue };
        items.push(Item { conversation, before, after: Mark::of(tx, &row)? });
    }
    let done = count(items.len());
    let items = serde_json::to_string(&items).map_err(|error| Fault::Broken(error.to_string()))?;
    let at = tx.now();
    let row = BulkRow { id, member: seat.member.id, at, action: action.clone(), items, undone: false };
    bulk::insert(tx, &row)?;
    let object = format!("{id} {done} {}", refused.len());
    tx.audit(Actor::Member(seat.member.id), action.as_str(), &object)?;
    Ok(BulkDone { id, done, refused })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
