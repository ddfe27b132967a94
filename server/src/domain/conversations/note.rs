//! Internal notes.

use shared::{
    ids::{CommandKey, ConversationId, MessageId},
    limits,
    model::message::Body,
};

use super::{Loaded, NewEntry, by};
use crate::{
    db::{Fault, Tx, record::FactKind},
    domain::seat::Seat,
};

/// Adds a note; also to a closed conversation, also to a colleague's.
///
/// # Errors
/// What [`limits::note_text`] refuses.
pub fn add(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    key: CommandKey,
    text: &str,
) -> Result<MessageId, Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    let text = limits::note_text(text)?.to_owned();
    let mut entry = NewEntry::of(by(seat), Body::Note { text });
    entry.key = Some(key);
    let message = loaded.append(tx, entry)?;
    loaded.fact(tx, FactKind::NoteWritten, &by(seat))?;
    loaded.save(tx)?;
    Ok(message.id)
}
