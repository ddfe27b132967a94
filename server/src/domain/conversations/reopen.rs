//! Opening a closed conversation again.

use shared::{
    error::ErrorCode,
    ids::ConversationId,
    model::{conversation::ConversationState, message::Happening},
};

use super::{Loaded, by};
use crate::{
    db::{Fault, Tx, record::FactKind, rows::conversation},
    domain::{
        routing::{self, Giving},
        seat::Seat,
    },
};

/// Opens a closed conversation for the member who asks.
///
/// # Errors
/// `conversation_open` when it, or a newer one with the same customer, is open; `no_room`.
pub fn reopen(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.state != ConversationState::Closed {
        return Err(ErrorCode::ConversationOpen.into());
    }
    let (contact, channel) = (loaded.row.model.contact.id, loaded.row.model.channel);
    let newest = conversation::newest(tx, contact, channel)?;
    if newest.is_some_and(|row| row.model.state != ConversationState::Closed) {
        return Err(ErrorCode::ConversationOpen.into());
    }
    routing::give(tx, &mut loaded, seat.member.id, Giving::taken())?;
    let model = &mut loaded.row.model;
    model.closed = None;
    model.opened_at = tx.now();
    loaded.tell(tx, Happening::Reopened { member: Some(seat.member.id) })?;
    loaded.fact(tx, FactKind::ConversationReopened, &by(seat))?;
    loaded.fact(tx, FactKind::ConversationAssigned, &by(seat))?;
    loaded.save(tx)
}
