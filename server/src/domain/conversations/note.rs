//! Internal notes, and what supervisors suggest.

use shared::{
    error::ErrorCode,
    ids::{CommandKey, ConversationId, MemberId, MessageId},
    limits,
    model::{message::Body, notice::NoticeKind},
    permission::Permission,
};

use super::{Loaded, NewEntry, by};
use crate::{
    db::{Fault, Tx, record::FactKind},
    domain::{drafts, notices, seat::Seat},
};

/// Adds a note; also to a closed conversation, also to a colleague's. Colleagues whom it names are told, and so is
/// whoever holds it of what one writes who monitors it.
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
    let text = limits::note_text(text)?;
    let mut mentioned = notices::check(tx, id, mentions)?;
    if seat.member.role.may(Permission::Monitor) {
        mentioned.extend(loaded.row.model.holder());
    }
    let mut entry = NewEntry::of(by(seat), Body::note(text.to_owned()));
    entry.key = Some(key);
    let message = loaded.append(tx, entry)?;
    loaded.fact(tx, FactKind::NoteWritten, &by(seat))?;
    loaded.save(tx)?;
    let me = seat.member.id;
    for member in mentioned.into_iter().filter(|member| *member != me) {
        notices::tell(tx, member, NoticeKind::Mentioned, id, Some(message.id), Some(me))?;
    }
    drafts::said(tx, seat, id, true, text)?;
    Ok(message.id)
}

/// Suggests an answer to whoever holds a conversation, who is told. The team sees it in the timeline.
///
/// # Errors
/// `nobody_holds`, also for what is one's own, and what [`limits::note_text`] refuses.
pub fn suggest(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    key: CommandKey,
    text: &str,
) -> Result<MessageId, Fault> {
    let mut loaded = Loaded::in_sight(tx, seat, id)?;
    let text = limits::note_text(text)?;
    let me = seat.member.id;
    let holder = loaded.row.model.holder().filter(|holder| *holder != me);
    let holder = holder.ok_or(Fault::Refused(ErrorCode::NobodyHolds))?;
    let mut entry = NewEntry::of(by(seat), Body::Note { text: text.to_owned(), suggestion: true });
    entry.key = Some(key);
    let message = loaded.append(tx, entry)?;
    loaded.fact(tx, FactKind::NoteWritten, &by(seat))?;
    loaded.save(tx)?;
    notices::tell(tx, holder, NoticeKind::Suggested, id, Some(message.id), Some(me))?;
    drafts::said(tx, seat, id, true, text)?;
    Ok(message.id)
}
