//! Internal notes.

use shared::{
    ids::{CommandKey, ConversationId, MemberId, MessageId},
    limits,
    model::{message::Body, notice::NoticeKind},
};

use super::{Loaded, NewEntry, by};
use crate::{
    db::{Fault, Tx, record::FactKind},
    domain::{drafts, notices, seat::Seat},
};

/// Adds a note; also to a closed conversation, also to a colleague's. Colleagues whom it names are told.
///
/// # Errors
/// `not_mentionable`, and what [`limits::note_text`] refuses.
pub fn add(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    key: CommandKey,
    text: &str,
    mentions: &[MemberId],
) -> Result<MessageId, Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    let text = limits::note_text(text)?.to_owned();
    let mentioned = notices::check(tx, id, mentions)?;
    let mut entry = NewEntry::of(by(seat), Body::Note { text });
    entry.key = Some(key);
    let message = loaded.append(tx, entry)?;
    loaded.fact(tx, FactKind::NoteWritten, &by(seat))?;
    loaded.save(tx)?;
    let me = seat.member.id;
    for member in mentioned.into_iter().filter(|member| *member != me) {
        notices::tell(tx, member, NoticeKind::Mentioned, id, Some(message.id), Some(me))?;
    }
    drafts::said(tx, seat, id, true)?;
    Ok(message.id)
}
