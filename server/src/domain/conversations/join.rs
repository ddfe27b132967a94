//! Answering beside the one who holds a conversation.

use shared::model::{message::Happening, notice::NoticeKind};

use super::{Loaded, by};
use crate::{
    db::{Fault, Tx, record::FactKind, rows::message},
    domain::{notices, seat::Seat},
};

/// Says the first time that a member answers in what somebody else holds, in the timeline and to them. It is the first
/// time again when it changed hands.
///
/// # Errors
/// The database's.
pub(super) fn join(tx: &mut Tx<'_>, loaded: &mut Loaded, seat: &Seat) -> Result<(), Fault> {
    let me = seat.member.id;
    let Some(holder) = loaded.row.model.holder().filter(|holder| *holder != me) else { return Ok(()) };
    let id = loaded.row.model.id;
    if message::is_beside(tx, id, me)? {
        return Ok(());
    }
    loaded.tell(tx, Happening::Joined { member: me })?;
    loaded.fact(tx, FactKind::ConversationJoined, &by(seat))?;
    notices::tell(tx, holder, NoticeKind::Joined, id, None, Some(me))
}
