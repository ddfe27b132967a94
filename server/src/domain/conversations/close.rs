//! Closing a conversation.

use shared::{
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    model::{
        conversation::{CloseReason, Closed, ConversationState},
        message::{Author, AuthorKind, Happening},
        routing::Ending,
    },
};

use super::{Loaded, by};
use crate::{
    db::{Fault, Tx, record::FactKind, rows::queue},
    domain::{members, routing, seat::Seat},
};

/// Closes a conversation with a reason.
///
/// # Errors
/// `conversation_closed`, `assigned_to_another`, `bad_request` for a reason that nobody chooses.
pub fn close(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId, reason: CloseReason) -> Result<(), Fault> {
    if !CloseReason::ALL.contains(&reason) {
        return Err(ErrorCode::BadRequest.into());
    }
    let loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    loaded.workable_by(seat)?;
    by_member(tx, seat, loaded, reason)
}

/// Closes what is open because its customer was blocked. Nobody was let down by that: it counts as if its customer had
/// never waited.
///
/// # Errors
/// The database's.
pub(crate) fn unwanted(tx: &mut Tx<'_>, seat: &Seat, loaded: Loaded) -> Result<(), Fault> {
    loaded.fact(tx, FactKind::ConversationWithdrawn, &by(seat))?;
    by_member(tx, seat, loaded, CloseReason::Spam)
}

fn by_member(tx: &mut Tx<'_>, seat: &Seat, mut loaded: Loaded, reason: CloseReason) -> Result<(), Fault> {
    loaded.fact(tx, FactKind::ConversationClosed, &by(seat))?;
    loaded.tell(tx, Happening::Closed { member: seat.member.id, reason })?;
    let worked = loaded.row.model.state == ConversationState::Assigned;
    let holder = end(tx, &mut loaded, reason)?.filter(|_| worked);
    if let Some(holder) = holder {
        let rules = queue::rules(tx, loaded.row.model.queue)?;
        members::availability::tidy_up(tx, holder, if rules.room() > 0 { rules.wrap_up_secs } else { 0 })?;
    }
    loaded.save(tx)
}

/// Closes what nobody answered in time. The caller stores it.
///
/// # Errors
/// The database's.
pub(crate) fn unanswered(tx: &mut Tx<'_>, loaded: &mut Loaded) -> Result<(), Fault> {
    loaded.fact(tx, FactKind::ConversationClosed, &Author { kind: AuthorKind::System, member: None })?;
    end(tx, loaded, CloseReason::Unanswered).map(drop)
}

/// It is closed and waits nowhere; gives who held it.
fn end(tx: &mut Tx<'_>, loaded: &mut Loaded, reason: CloseReason) -> Result<Option<MemberId>, Fault> {
    let holder = routing::let_go(tx, loaded, Ending::Closed)?;
    routing::withdraw(tx, loaded.row.model.id)?;
    let model = &mut loaded.row.model;
    model.state = ConversationState::Closed;
    model.unread = 0;
    model.waiting_since = None;
    model.closed = Some(Closed { at: tx.now(), reason });
    loaded.row.read_seq = loaded.row.last_seq;
    Ok(holder)
}
