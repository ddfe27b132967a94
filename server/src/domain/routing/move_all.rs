//! Everything of a member who is absent goes elsewhere, in one step.

use shared::{
    error::ErrorCode,
    ids::MemberId,
    model::{
        conversation::ConversationState,
        message::Happening,
        routing::{AssignmentKind, Ending, MOST_MOVED, MoveTo, Moved},
    },
};

use super::{
    hand::{find_active, to_member, to_queue},
    park::put_aside,
    place::{let_go, queue_up},
    together,
};
use crate::{
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{conversation, member, queue},
    },
    domain::{
        conversations::{Loaded, by},
        members,
        seat::Seat,
    },
};

/// Moves what a member holds, also what is put aside or only offered to them; those whose customers wait longest
/// first. What goes to a queue keeps its age; what goes to a colleague is forced on them, and what was put aside stays
/// so. Nothing is given out until all of it has gone, so that the first in line gets the first agent.
///
/// # Errors
/// `not_found` for a member or a queue that does not exist, `not_eligible` for a colleague who may not work or is the
/// same.
pub fn move_all(tx: &mut Tx<'_>, seat: &Seat, from: MemberId, to: MoveTo) -> Result<Moved, Fault> {
    member::find(tx, from)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    match to {
        MoveTo::Queue(id) if queue::find(tx, id)?.is_none() => return Err(ErrorCode::NotFound.into()),
        MoveTo::Member(id) if id == from => return Err(ErrorCode::NotEligible.into()),
        _ => {}
    }
    let colleague = match to {
        MoveTo::Member(id) => Some(find_active(tx, id)?),
        MoveTo::Queue(_) | MoveTo::Back => None,
    };
    let mut held = conversation::held_by(tx, from)?;
    held.sort_by_key(|row| {
        let model = &row.model;
        (model.waiting_since.is_none(), model.waiting_since, model.opened_at, model.id)
    });
    let all = held.len();
    held.truncate(MOST_MOVED);
    let moved = held.len();
    together(tx, |tx| {
        for row in held {
            let mut loaded = Loaded::from_row(row);
            one(tx, &mut loaded, seat, to)?;
            loaded.save(tx)?;
        }
        match colleague.filter(|one| moved > 0 && !one.connected) {
            Some(colleague) => members::presence::expect_back(tx, colleague.id),
            None => Ok(()),
        }
    })?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Moved { moved: count(moved), left: count(all - moved) })
}

fn one(tx: &mut Tx<'_>, loaded: &mut Loaded, seat: &Seat, to: MoveTo) -> Result<(), Fault> {
    let model = &loaded.row.model;
    let is_silent = model.state == ConversationState::Parked && model.waiting_since.is_none();
    match (to, model.queue) {
        (MoveTo::Queue(queue), _) | (MoveTo::Back, Some(queue)) => to_queue(tx, loaded, seat, queue),
        (MoveTo::Member(member), _) => {
            to_member(tx, loaded, seat, member, AssignmentKind::Forced)?;
            if is_silent { put_aside(tx, loaded, &by(seat)) } else { Ok(()) }
        }
        // It belongs to no queue: everybody may take it.
        (MoveTo::Back, None) => {
            if let Some(holder) = let_go(tx, loaded, Ending::Transferred)? {
                loaded.tell(tx, Happening::Released { member: holder })?;
            }
            loaded.fact(tx, FactKind::ConversationReleased, &by(seat))?;
            queue_up(tx, loaded)
        }
    }
}
