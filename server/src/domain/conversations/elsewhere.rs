//! What the business writes elsewhere: on its own phone, or through another program that answers for the number.

use std::sync::Arc;

use shared::model::{
    content::{Content, Elsewhere},
    conversation::{CloseReason, Closed, ConversationState},
    message::{Author, AuthorKind, Body, Delivery, DeliveryState, Happening},
};

use super::{
    Loaded, NewEntry, change,
    file::NewFile,
    opening,
    receive::{self, Answerer, Inbound, Sender},
};
use crate::{
    db::{
        Fault, Tx,
        record::{Fact, FactKind},
        rows::{channel, conversation, message},
    },
    domain::routing,
};

/// A message that the business wrote elsewhere. Its sender is whom it is to.
#[derive(Debug, Clone)]
pub struct Echo {
    /// The message.
    pub message: Inbound,
    /// Where it was written.
    pub place: Elsewhere,
}

/// Stores what the business wrote elsewhere. It answers the customer: nobody waits any more. What was closed or
/// never began here stays closed, because nobody here has anything to do.
///
/// # Errors
/// `bad_request` when nobody can be named whom it is to.
pub fn echo(tx: &mut Tx<'_>, echo: &Echo) -> Result<(), Fault> {
    let inbound = &echo.message;
    let known = message::known(tx, inbound.channel, &inbound.wamid)?;
    if known.stored {
        return Ok(());
    }
    let contact = receive::resolve(tx, &inbound.sender)?;
    let author = match echo.place {
        Elsewhere::OtherApp => Author { kind: AuthorKind::Bot, member: None },
        Elsewhere::Phone | Elsewhere::Before => Author { kind: AuthorKind::Member, member: None },
    };
    let now = tx.now();
    let mut loaded = match conversation::newest(tx, contact.id, inbound.channel)? {
        Some(row)
            if row.model.state != ConversationState::Closed || opening::is_continued(&row.model, now) =>
        {
            Loaded::from_row(row)
        }
        _ => {
            let channel = channel::find(tx, inbound.channel)?
                .ok_or_else(|| Fault::Broken(format!("no channel {}", inbound.channel)))?;
            let mut loaded = opening::anew(tx, contact.clone(), &channel, &author)?;
            loaded.row.model.state = ConversationState::Closed;
            loaded.row.model.closed = Some(Closed { at: now, reason: CloseReason::Other });
            loaded
        }
    };
    let mut entry = NewEntry::of(author.clone(), inbound.body.clone());
    let mut context = inbound.context.clone();
    context.elsewhere = Some(echo.place);
    entry.written_at = Some(inbound.written_at);
    entry.wamid = Some(inbound.wamid.clone());
    entry.raw = inbound.raw.clone();
    entry.quoted = inbound.quoted.clone();
    entry.file = inbound.file.clone().map(NewFile::Remote);
    entry.context = Some(Arc::new(context));
    let is_call = matches!(&inbound.body, Body::Content(content) if matches!(**content, Content::Call(_)));
    entry.delivery = (!is_call).then(|| Delivery::begun(DeliveryState::Sent));
    if known.changed {
        change::before_arrival(tx, contact.id, inbound.channel, &mut entry)?;
    }
    let message = loaded.append(tx, entry)?;
    loaded.row.model.contact = contact;
    // A call that nobody took answers nothing, nor does what was written before the customer wrote.
    let told = message::newest_written(tx, loaded.row.model.id, message.seq)?;
    if !is_call && told.is_none_or(|told| told <= inbound.written_at) {
        loaded.row.model.waiting_since = None;
        // Whoever wrote it has seen what it answers.
        loaded.row.model.unread = 0;
        loaded.row.read_seq = message.seq;
    }
    tx.fact(Fact {
        what: FactKind::MessageWritten,
        written_at: Some(inbound.written_at),
        conversation: Some(loaded.row.model.id),
        queue: loaded.row.model.queue,
        member: None,
        channel: Some(inbound.channel),
        author: Some(author.kind),
    })?;
    let whose = loaded.row.model.contact.id;
    loaded.save(tx)?;
    if known.quoted {
        change::tell_answers(tx, inbound.channel, whose, &inbound.wamid)?;
    }
    Ok(())
}

/// Somebody else answers from now on, or we do.
#[derive(Debug, Clone)]
pub struct Handover {
    /// On which number.
    pub channel: shared::ids::ChannelId,
    /// Whose chat.
    pub customer: Sender,
    /// Whether people answer now.
    pub to_us: bool,
    /// What the one who handed over says.
    pub words: Option<String>,
}

/// Takes in that the chat with a customer was handed over; says whether anybody known was meant. A conversation
/// that a member holds stays with them.
///
/// # Errors
/// The database's.
pub fn handed_over(tx: &mut Tx<'_>, handover: &Handover) -> Result<bool, Fault> {
    let whose = match receive::known(tx, &handover.customer)? {
        Some(row) => row.contact,
        // It overtook what they wrote, which is for us then.
        None if handover.to_us => receive::resolve(tx, &handover.customer)?,
        None => return Ok(false),
    };
    let author = Author { kind: AuthorKind::System, member: None };
    let answerer = if handover.to_us { Answerer::Us } else { Answerer::Other };
    let newest = conversation::newest(tx, whose.id, handover.channel)?;
    let is_open = newest.as_ref().is_some_and(|row| row.model.state != ConversationState::Closed);
    let mut loaded = match newest {
        Some(row) if is_open => Loaded::from_row(row),
        // Without a conversation there is nothing to keep quiet about.
        _ if !handover.to_us => return Ok(true),
        _ => receive::find_or_begin(tx, &whose, handover.channel, answerer)?,
    };
    let now = tx.now();
    match (loaded.row.model.state, handover.to_us) {
        (ConversationState::Bot, true) => {
            routing::queue_up(tx, &mut loaded)?;
            loaded.row.model.waiting_since.get_or_insert(now);
            loaded.fact(tx, FactKind::ConversationQueued, &author)?;
        }
        (ConversationState::Queued, true) => {
            loaded.row.model.waiting_since.get_or_insert(now);
        }
        (ConversationState::Queued, false) => {
            routing::withdraw(tx, loaded.row.model.id)?;
            loaded.row.model.state = ConversationState::Bot;
            loaded.row.model.waiting_since = None;
        }
        _ => {}
    }
    loaded.tell(tx, Happening::HandedOver { to_us: handover.to_us, words: handover.words.clone() })?;
    loaded.save(tx)?;
    Ok(true)
}
