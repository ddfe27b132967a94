//! Giving a conversation back to its queue.

use shared::{
    error::ErrorCode,
    ids::ConversationId,
    model::{
        conversation::ConversationState,
        message::{Author, AuthorKind, Happening},
        routing::Ending,
    },
};

use super::{Loaded, by};
use crate::{
    db::{Fault, Tx, record::FactKind, rows::conversation},
    domain::{routing, seat::Seat},
};

/// Puts a held conversation back in its queue. Releasing what nobody holds does nothing.
///
/// # Errors
/// `assigned_to_another`, `conversation_closed`.
pub fn release(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    loaded.workable_by(seat)?;
    let Some(holder) = routing::let_go(tx, &mut loaded, Ending::Released)? else { return Ok(()) };
    loaded.tell(tx, Happening::Released { member: holder })?;
    loaded.fact(tx, FactKind::ConversationReleased, &by(seat))?;
    routing::queue_up(tx, &mut loaded)?;
    routing::pass(tx, id, holder)?;
    loaded.save(tx)
}

/// Puts everything a member holds back, because the member may not work any more.
pub(in crate::domain) fn release_all(tx: &mut Tx<'_>, member: shared::ids::MemberId) -> Result<(), Fault> {
    routing::together(tx, |tx| {
        for row in conversation::held_by(tx, member)? {
            let mut loaded = Loaded::from_row(row);
            routing::let_go(tx, &mut loaded, Ending::LockedOut)?;
            loaded.tell(tx, Happening::Released { member })?;
            let author = Author { kind: AuthorKind::System, member: Some(member) };
            loaded.fact(tx, FactKind::ConversationReleased, &author)?;
            routing::queue_up(tx, &mut loaded)?;
            loaded.save(tx)?;
        }
        Ok(())
    })
}
