//! Labels of a conversation, several at once.

use shared::{
    error::ErrorCode,
    ids::{ConversationId, LabelId},
};

use super::Loaded;
use crate::{
    db::{Fault, Tx, rows::label},
    domain::seat::Seat,
};

/// Gives a conversation labels and takes others; those it has, or has not, already stay so.
///
/// # Errors
/// `not_found` for the conversation and for a label that is to be given.
pub fn label(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    add: &[LabelId],
    remove: &[LabelId],
) -> Result<(), Fault> {
    let contact = Loaded::in_sight(tx, seat, id)?.row.model.contact.id;
    for one in remove {
        label::take_from_conversation(tx, id, *one)?;
    }
    for one in add {
        label::find(tx, *one)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
        label::put_on_conversation(tx, id, contact, *one)?;
    }
    Ok(())
}
