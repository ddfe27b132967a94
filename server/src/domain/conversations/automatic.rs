//! What customers are told by the product itself, in the tenant's words.

use shared::model::{
    contact::Block,
    message::{Author, AuthorKind, Body, Delivery, DeliveryState},
};

use super::{Loaded, NewEntry};
use crate::db::{
    Fault, Tx,
    record::{FactKind, Kicks},
    rows::{
        contact,
        outbox::{self, OutboxRow},
    },
};

/// Puts a text into the outbox, if the customer can be told anything now; says whether it did. The caller stores
/// the conversation. Whoever waits for an answer waits on. A group is told nothing: it is nobody who waits.
///
/// # Errors
/// The database's.
pub(crate) fn say(tx: &mut Tx<'_>, loaded: &mut Loaded, text: &str) -> Result<bool, Fault> {
    let (model, now) = (&loaded.row.model, tx.now());
    let is_closed = model.window_until.is_none_or(|until| until <= now);
    if text.is_empty() || model.contact.group || is_closed || model.block.is_some_and(Block::keeps_out) {
        return Ok(false);
    }
    let reachable = contact::find(tx, loaded.row.model.contact.id)?
        .is_some_and(|row| row.wa_id.is_some() || row.contact.phone.is_some() || row.bsuid.is_some());
    if !reachable {
        return Ok(false);
    }
    let author = Author { kind: AuthorKind::Bot, member: None };
    let mut entry = NewEntry::of(author.clone(), Body::Text { text: text.to_owned() });
    entry.delivery = Some(Delivery::begun(DeliveryState::Queued));
    let message = loaded.append(tx, entry)?;
    loaded.fact(tx, FactKind::MessageWritten, &author)?;
    let row = OutboxRow {
        message: message.id,
        contact: loaded.row.model.contact.id,
        channel: loaded.row.model.channel,
        conversation: loaded.row.model.id,
        attempts: 0,
    };
    outbox::insert(tx, &row, now)?;
    tx.kick(Kicks { outbox: true, jobs: false });
    Ok(true)
}
