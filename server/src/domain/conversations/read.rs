//! Reading: the unread count.

use shared::ids::ConversationId;

use super::{
    Loaded,
    receipt::{self, Occasion},
};
use crate::{
    db::{Fault, Tx, rows::message},
    domain::seat::Seat,
};

/// Notes that the customer's messages up to a place were read. Counts only for the member who holds
/// the conversation, or for anybody while nobody does: a supervisor's look must not hide work.
///
/// # Errors
/// `not_found`.
pub fn mark(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId, up_to: u64) -> Result<(), Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    if loaded.row.model.assignee.is_some_and(|holder| holder != seat.member.id) {
        return Ok(());
    }
    let up_to = up_to.min(loaded.row.last_seq);
    if up_to <= loaded.row.read_seq {
        return Ok(());
    }
    loaded.row.read_seq = up_to;
    loaded.row.model.unread = if up_to == loaded.row.last_seq {
        0
    } else {
        message::unread_after(tx, id, up_to, loaded.row.heard.answered)?
    };
    let channel = loaded.row.model.channel;
    loaded.save(tx)?;
    receipt::tell(tx, id, channel, up_to, Occasion::Opened)
}
