//! What the business writes elsewhere: on its own phone, or through another program that answers for the number.

use std::sync::Arc;

use shared::{
    Instant,
    model::{
        content::{Content, Elsewhere},
        message::{Author, AuthorKind, Body, Delivery, DeliveryState, Happening},
    },
};

use super::{
    NewEntry, change,
    file::NewFile,
    opening,
    receive::{self, Answerer, Inbound, Sender},
};
use crate::db::{
    Fault, Tx,
    record::{Fact, FactKind},
    rows::message,
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
    let contact = receive::resolve(tx, &inbound.sender, inbound.written_at)?;
    let author = match echo.place {
        Elsewhere::OtherApp => Author { kind: AuthorKind::Bot, member: None },
        Elsewhere::Phone | Elsewhere::Before => Author { kind: AuthorKind::Member, member: None },
    };
    let mut loaded = opening::quietly(tx, &contact, inbound.channel, &author)?;
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
    // A call of ours answers nothing, nor does a message what the customer wrote after it.
    if !is_call {
        loaded.answered(tx, inbound.written_at, message.seq)?;
    }
    tx.fact(Fact {
        what: FactKind::MessageWritten,
        written_at: Some(inbound.written_at),
        conversation: Some(loaded.row.model.id),
        queue: loaded.row.model.queue,
        member: None,
        channel: Some(inbound.channel),
        author: Some(author.kind),
        calendar: None,
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
    /// Since when, by Meta's clock.
    pub at: Instant,
}

/// Takes in that the chat with a customer was handed over, unless something newer is known of who answers. A
/// conversation that a member holds stays with them. It may overtake whatever the customer wrote: then it stands
/// where that will, and opens what is closed only when it is for us.
///
/// # Errors
/// `bad_request` when nobody can be named.
pub fn handed_over(tx: &mut Tx<'_>, handover: &Handover) -> Result<(), Fault> {
    let whose = receive::resolve(tx, &handover.customer, handover.at)?;
    let author = Author { kind: AuthorKind::System, member: None };
    let mut loaded = if handover.to_us {
        let mut loaded = receive::find_or_begin(tx, &whose, handover.channel, Answerer::Us, None)?;
        loaded.asked(tx, handover.at, Answerer::Us, &author)?;
        loaded
    } else {
        let mut loaded = opening::quietly(tx, &whose, handover.channel, &author)?;
        loaded.answers(tx, handover.at, Answerer::Other, &author)?;
        loaded
    };
    loaded.tell(tx, Happening::HandedOver { to_us: handover.to_us, words: handover.words.clone() })?;
    loaded.save(tx)
}
