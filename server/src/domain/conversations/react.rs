//! Putting an emoji under a message, and taking it back. Each side has one per message; what we put there is
//! kept with the message, and a job tells WhatsApp what it is in the end.

use shared::{
    error::ErrorCode,
    ids::MessageId,
    limits,
    model::{
        content::{Content, Reaction},
        conversation::ConversationState,
        message::{AuthorKind, Body},
    },
};

use super::{Loaded, change};
use crate::{
    db::{
        Fault, Tx,
        rows::message::{self, MessageRow},
    },
    domain::seat::Seat,
};

/// The kind of the job that tells WhatsApp; its payload is the message's id.
pub const TELL: &str = "tell_reaction";

/// Puts an emoji under a message instead of ours before; none takes it away.
///
/// # Errors
/// `not_found`, `conversation_closed`, `assigned_to_another`, `window_closed`, `not_answerable`, and
/// `text_invalid` for what is no emoji.
pub fn react(tx: &mut Tx<'_>, seat: &Seat, id: MessageId, emoji: Option<&str>) -> Result<(), Fault> {
    let row = message::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let loaded = Loaded::in_sight(tx, seat, row.model.conversation)?;
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    loaded.workable_by(seat)?;
    let now = tx.now();
    if loaded.row.model.window_until.is_none_or(|until| until <= now) {
        return Err(ErrorCode::WindowClosed.into());
    }
    let gone = matches!(&row.model.body, Body::Content(content) if **content == Content::Revoked);
    if row.wamid.is_none() || gone {
        return Err(ErrorCode::NotAnswerable.into());
    }
    let emoji = emoji.map(limits::emoji).transpose()?;
    if put(tx, row, emoji)? {
        tx.job(TELL, &id.to_string(), now)?;
    }
    Ok(())
}

/// Our emoji under a message.
pub fn ours(row: &MessageRow) -> Option<&str> {
    row.model.reactions.iter().find(|one| one.author != AuthorKind::Customer).map(|one| one.emoji.as_str())
}

/// WhatsApp did not take the emoji: it goes, unless there is another by now.
///
/// # Errors
/// The database's.
pub fn refused(tx: &mut Tx<'_>, id: MessageId, emoji: &str) -> Result<(), Fault> {
    match message::find(tx, id)? {
        Some(row) if ours(&row) == Some(emoji) => put(tx, row, None).map(|_| ()),
        _ => Ok(()),
    }
}

fn put(tx: &mut Tx<'_>, mut row: MessageRow, emoji: Option<&str>) -> Result<bool, Fault> {
    if ours(&row) == emoji {
        return Ok(false);
    }
    row.model.reactions.retain(|one| one.author == AuthorKind::Customer);
    let new = emoji.map(|emoji| Reaction { author: AuthorKind::Member, emoji: emoji.to_owned() });
    row.model.reactions.extend(new);
    change::tell(tx, row)?;
    Ok(true)
}
