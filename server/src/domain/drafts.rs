//! What members have begun to write: theirs alone, on all their devices. No audit entry tells of it, because nothing
//! is said yet and nobody else sees it.

use shared::{
    Instant,
    error::ErrorCode,
    ids::{ContactId, ConversationId, MemberId, MessageId},
    limits,
    live::event::Event,
    model::draft::Draft,
    permission::Audience,
};

use super::{conversations::Loaded, seat::Seat};
use crate::db::{
    Fault, Tx,
    rows::{
        draft::{self, DraftRow},
        message,
        slice::SLICE,
    },
};

/// Keeps what a member has begun to write; nothing but blanks removes it.
///
/// # Errors
/// `not_found` for the conversation or what is to be answered, and what [`limits::draft_text`] refuses.
pub fn set(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    text: &str,
    note: bool,
    answers: Option<MessageId>,
) -> Result<(), Fault> {
    let member = seat.member.id;
    let known = draft::find(tx, member, id)?;
    let Some(text) = limits::draft_text(text)? else {
        // Also where the conversation is out of sight by now: the words are the member's.
        return known.map_or(Ok(()), |row| drop_row(tx, &row));
    };
    let contact = Loaded::in_sight(tx, seat, id)?.row.model.contact.id;
    if let Some(answers) = answers
        && message::find(tx, answers)?.is_none_or(|row| row.model.conversation != id)
    {
        return Err(ErrorCode::NotFound.into());
    }
    let rev = known.as_ref().map_or(1, |row| row.model.rev + 1);
    if known.is_some_and(|row| {
        (row.model.text.as_str(), row.model.note, row.model.answers) == (text, note, answers)
    }) {
        return Ok(());
    }
    if rev == 1 {
        make_room(tx, member)?;
    }
    let model = Draft { conversation: id, rev, text: text.to_owned(), note, answers, at: tx.now() };
    let row = DraftRow { model, member, contact };
    draft::put(tx, &row)?;
    tell(tx, member, contact, Event::Draft(row.model));
    Ok(())
}

/// The member has said something in words. What they had begun goes with it if that is how the words begin; whatever
/// else they had begun stays: they may have said this at another place, or let a sticker speak first.
///
/// # Errors
/// The database's.
pub(super) fn said(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    note: bool,
    words: &str,
) -> Result<(), Fault> {
    match draft::find(tx, seat.member.id, id)? {
        Some(row) if row.model.note == note && words.trim().starts_with(row.model.text.trim()) => {
            drop_row(tx, &row)
        }
        _ => Ok(()),
    }
}

/// Forgets a slice of the drafts from before an instant; says how many.
///
/// # Errors
/// The database's.
pub fn forget(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    let old = draft::older(tx, before, SLICE)?;
    for row in &old {
        drop_row(tx, row)?;
    }
    Ok(old.len())
}

fn make_room(tx: &mut Tx<'_>, member: MemberId) -> Result<(), Fault> {
    let all = draft::of(tx, member)?;
    let many = (all.len() + 1).saturating_sub(limits::DRAFTS);
    all.iter().take(many).try_for_each(|row| drop_row(tx, row))
}

fn drop_row(tx: &mut Tx<'_>, row: &DraftRow) -> Result<(), Fault> {
    let conversation = row.model.conversation;
    draft::remove(tx, row.member, conversation)?;
    tell(tx, row.member, row.contact, Event::DraftGone { conversation });
    Ok(())
}

fn tell(tx: &mut Tx<'_>, member: MemberId, contact: ContactId, event: Event) {
    tx.emit(Audience::Member(member), Some(contact), event);
}
