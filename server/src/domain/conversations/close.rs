//! Closing a conversation.

use shared::{
    error::ErrorCode,
    ids::ConversationId,
    model::{
        conversation::{CloseReason, Closed, ConversationState},
        message::Happening,
    },
};

use super::{Loaded, by};
use crate::{
    db::{Fault, Tx, record::FactKind},
    domain::seat::Seat,
};

/// Closes a conversation with a reason.
///
/// # Errors
/// `conversation_closed`, `assigned_to_another`.
pub fn close(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId, reason: CloseReason) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    loaded.workable_by(seat)?;
    loaded.fact(tx, FactKind::ConversationClosed, &by(seat))?;
    loaded.tell(tx, Happening::Closed { member: seat.member.id, reason })?;
    let model = &mut loaded.row.model;
    model.state = ConversationState::Closed;
    model.assignee = None;
    model.unread = 0;
    model.waiting_since = None;
    model.closed = Some(Closed { at: tx.now(), reason });
    loaded.row.read_seq = loaded.row.last_seq;
    loaded.save(tx)
}
