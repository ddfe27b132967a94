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
    receive::{self, Answerer, Inbound, Sender},
};
use crate::db::{
    Fault, Tx,
    rows::{conversation, message},
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
    if let Some(mut row) = message::by_wamid(tx, told.channel, &told.id)? {
        let Body::Content(content) = &row.model.body else { return Ok(()) };
        let Content::Call(before) = &**content else { return Ok(()) };
        let after = Call {
            ours: before.ours,
            state: further(before.state, told.call.state),
            seconds: before.seconds.or(told.call.seconds),
        };
        if after == *before {
            return Ok(());
        }
        let taken = after.ours && after.state != before.state && is_taken(after.state);
        row.model.body = Body::Content(Arc::new(Content::Call(after)));
        let id = row.model.conversation;
        change::tell(tx, row)?;
        return if taken { took_ours(tx, id, told.at) } else { Ok(()) };
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
        Some(row) if is_taken(told.call.state) => took_ours(tx, row.model.conversation, told.at),
        _ => Ok(()),
    }
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
    let contact = receive::resolve(tx, &recording.sender)?;
    let Some(row) = conversation::newest(tx, contact.id, recording.channel)? else {
        return elsewhere::echo(tx, &Echo { message: recording.clone(), place: Elsewhere::OtherApp });
    };
    let mut loaded = Loaded::from_row(row);
    let author = Author { kind: AuthorKind::Customer, member: None };
    let mut entry = NewEntry::of(author, recording.body.clone());
    entry.written_at = Some(recording.written_at);
    entry.wamid = Some(recording.wamid.clone());
    entry.raw = recording.raw.clone();
    entry.file = recording.file.clone().map(NewFile::Remote);
    loaded.append(tx, entry)?;
    loaded.save(tx)
}

/// The customer took a call of ours: the window is open.
fn took_ours(tx: &mut Tx<'_>, id: ConversationId, at: Instant) -> Result<(), Fault> {
    let Some(row) = conversation::find(tx, id)? else { return Ok(()) };
    let mut loaded = Loaded::from_row(row);
    let now = tx.now();
    receive::open_window(&mut loaded.row.model, at, now);
    loaded.save_in_place(tx)
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
