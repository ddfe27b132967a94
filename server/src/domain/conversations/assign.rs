//! Taking a conversation.

use shared::{
    error::ErrorCode,
    ids::ConversationId,
    model::{conversation::ConversationState, message::Happening},
    permission::Permission,
};

use super::{Loaded, by};
use crate::{
    db::{Fault, Tx, record::FactKind},
    domain::{
        routing::{self, Giving},
        seat::Seat,
    },
};

/// Gives a conversation to the member who asks. Taking what is one's own already does nothing.
///
/// # Errors
/// `already_assigned` when a colleague was faster and the member may not act for others, `no_room`.
pub fn to_me(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    match loaded.row.model.assignee {
        Some(holder) if holder == seat.member.id => return routing::offer::accept(tx, seat, id),
        Some(_) if !seat.member.role.may(Permission::ActForOthers) => {
            return Err(ErrorCode::AlreadyAssigned.into());
        }
        _ => {}
    }
    take(tx, &mut loaded, seat)?;
    loaded.save(tx)
}

/// The assignment itself, for verbs that take a conversation on the way.
pub(super) fn take(tx: &mut Tx<'_>, loaded: &mut Loaded, seat: &Seat) -> Result<(), Fault> {
    routing::give(tx, loaded, seat.member.id, Giving::taken())?;
    loaded.tell(tx, Happening::Assigned { member: seat.member.id })?;
    loaded.fact(tx, FactKind::ConversationAssigned, &by(seat))
}
