//! Calls, as far as WhatsApp tells of them. A call is one entry of the timeline that grows: whatever the order
//! in which the parts come, the end is the same.

use std::sync::Arc;

use shared::{
    Instant,
    ids::{ChannelId, ConversationId},
    model::{
        content::{Call, CallState, Content, Context, Elsewhere},
        message::{Author, AuthorKind, Body},
    },
};

use super::{
    Loaded, NewEntry, change,
    elsewhere::{self, Echo},
    file::NewFile,
    opening,
    receive::{self, Answerer, Inbound, Sender},
};
use crate::db::{
    Fault, Tx,
    rows::{
        conversation,
        message::{self, MessageRow},
    },
};

/// Something that is told of a call.
#[derive(Debug, Clone)]
pub struct Told {
    /// On which number.
    pub channel: ChannelId,
    /// WhatsApp's id of the call.
    pub id: String,
    /// Whose call, or whom it is to.
    pub customer: Sender,
    /// When it happened, by Meta's clock.
    pub at: Instant,
    /// What is known of it now.
    pub call: Call,
}

/// Takes in what is told of a call. A customer's call opens the window, answered or not, and wants an answer as
/// a message does; one of ours opens it when the customer takes it.
///
/// # Errors
/// `bad_request` when nobody can be named.
pub fn told(tx: &mut Tx<'_>, told: &Told) -> Result<(), Fault> {
    if let Some(row) = message::by_wamid(tx, told.channel, &told.id)? {
        return grow(tx, row, told);
    }
    let body = Body::Content(Arc::new(Content::Call(told.call.clone())));
    let message = Inbound {
        channel: told.channel,
        wamid: told.id.clone(),
        written_at: told.at,
        sender: told.customer.clone(),
        body,
        raw: None,
        context: Context::default(),
        quoted: None,
        file: None,
    };
    if !told.call.ours {
        return receive::receive(tx, &message, Answerer::Us).map(drop);
    }
    elsewhere::echo(tx, &Echo { message, place: Elsewhere::OtherApp })?;
    match message::by_wamid(tx, told.channel, &told.id)? {
        Some(row) => touch(tx, row.model.conversation, told.call.clone(), told.at),
        None => Ok(()),
    }
}

/// Takes in what else is told of a call that is known.
fn grow(tx: &mut Tx<'_>, mut row: MessageRow, told: &Told) -> Result<(), Fault> {
    let Body::Content(content) = &row.model.body else { return Ok(()) };
    let Content::Call(before) = &**content else { return Ok(()) };
    let after = Call {
        ours: before.ours,
        state: further(before.state, told.call.state),
        seconds: before.seconds.or(told.call.seconds),
    };
    let (id, call) = (row.model.conversation, Call { ours: before.ours, ..told.call.clone() });
    // It stands for when it began.
    let began = row.model.written_at.is_none_or(|known| told.at < known);
    if began {
        row.model.written_at = Some(told.at);
        message::set_written_at(tx, row.model.id, told.at)?;
    }
    if began || after != *before {
        row.model.body = Body::Content(Arc::new(Content::Call(after)));
        change::tell(tx, row)?;
    }
    touch(tx, id, call, told.at)
}

/// What a call, as it is told now, means for its conversation. Each telling counts as of its own time, so that
/// their order does not matter.
fn touch(tx: &mut Tx<'_>, id: ConversationId, call: Call, at: Instant) -> Result<(), Fault> {
    if call.ours && !is_taken(call.state) {
        return Ok(());
    }
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    let mut loaded = Loaded::from_row(row);
    let now = tx.now();
    receive::open_window(&mut loaded.row.model, at, now);
    if !call.ours {
        let author = Author { kind: AuthorKind::Customer, member: None };
        loaded.asked(tx, at, Answerer::Us, &author)?;
        // It may have begun before something that answered it.
        loaded.recount(tx)?;
    }
    loaded.save_in_place(tx)
}

/// What was said in a call can be heard. That is no message of anybody's: nobody waits for an answer, no window
/// opens, and what is closed stays closed.
///
/// # Errors
/// `bad_request` when nobody can be named.
pub fn recorded(tx: &mut Tx<'_>, recording: &Inbound) -> Result<(), Fault> {
    if message::known(tx, recording.channel, &recording.wamid)?.stored {
        return Ok(());
    }
    let contact = receive::resolve(tx, &recording.sender, recording.written_at)?;
    let author = Author { kind: AuthorKind::Customer, member: None };
    let mut loaded = opening::quietly(tx, &contact, recording.channel, &author)?;
    let mut entry = NewEntry::of(author, recording.body.clone());
    entry.written_at = Some(recording.written_at);
    entry.wamid = Some(recording.wamid.clone());
    entry.raw = recording.raw.clone();
    entry.file = recording.file.clone().map(NewFile::Remote);
    loaded.append(tx, entry)?;
    loaded.save(tx)
}

/// How far a call got by two tellings. An end without a duration ends a call that was taken.
fn further(one: CallState, other: CallState) -> CallState {
    match (one.min(other), one.max(other)) {
        (CallState::Accepted, CallState::Missed) => CallState::Ended,
        (_, later) => later,
    }
}

const fn is_taken(state: CallState) -> bool {
    matches!(state, CallState::Accepted | CallState::Ended)
}
