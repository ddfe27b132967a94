//! Writing to a customer first: a template opens the conversation, and whoever writes it holds it.

use shared::{
    error::ErrorCode,
    ids::{ChannelId, CommandKey, ConversationId, MemberId, MessageId},
    limits,
    model::{contact::Contact, conversation::ConversationState, outgoing::Outgoing},
    permission::{Audience, can_see},
    phone,
};

use super::{
    by, identity, opening,
    receive::{self, Sender},
    send,
};
use crate::{
    db::{
        Fault, Scoped, Tx,
        rows::{channel, contact::IdentityKind, conversation},
    },
    domain::{
        contacts::address,
        seat::{self, Seat},
    },
};

/// Whom a member writes to, from which number.
#[derive(Debug, Clone, Copy)]
pub struct Address<'a> {
    /// From which.
    pub channel: ChannelId,
    /// To which, as people write it.
    pub phone: &'a str,
    /// What the customer is called, when that is not known yet.
    pub name: Option<&'a str>,
}

/// Begins a conversation with a template, or goes on with one that was closed lately; the member takes it.
///
/// # Errors
/// `not_found` for the channel, `phone_invalid`, `conversation_open` when there is one in sight,
/// `already_assigned` when there is one out of sight, `bad_request` for anything but a template, and what
/// [`send::send`] refuses.
pub fn begin(
    tx: &mut Tx<'_>,
    seat: &Seat,
    key: CommandKey,
    address: Address<'_>,
    what: &Outgoing,
) -> Result<(MessageId, ConversationId), Fault> {
    let Outgoing::Template { .. } = what else { return Err(ErrorCode::BadRequest.into()) };
    let id = address.channel;
    let channel = channel::find(tx, id)?
        .filter(|channel| {
            can_see(&seat.scope, &Audience::Conversation { queue: channel.queue, assignee: None })
        })
        .ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let phone = phone::international(address.phone)?;
    let contact = whom(tx, &phone, address.name)?;
    let now = tx.now();
    let loaded = match conversation::newest(tx, contact.id, id)? {
        Some(row) if row.model.state != ConversationState::Closed => {
            let in_sight = can_see(&seat.scope, &row.model.audience());
            let code = if in_sight { ErrorCode::ConversationOpen } else { ErrorCode::AlreadyAssigned };
            return Err(code.into());
        }
        Some(row)
            if opening::is_continued(&row.model, now) && can_see(&seat.scope, &row.model.audience()) =>
        {
            opening::go_on(tx, row, &by(seat))?
        }
        _ => opening::anew(tx, contact, &channel, &by(seat))?,
    };
    let id = loaded.row.model.id;
    if loaded.row.answer_to.is_some() {
        // The member chose the number.
        conversation::set_answer_to(tx, id, None)?;
    }
    let draft = send::draft(tx, seat, &loaded, what, None)?;
    let message = send::put(tx, loaded, seat, key, draft)?;
    Ok((message, id))
}

/// The open conversation that keeps a member from beginning another one, if it is in sight.
///
/// # Errors
/// The database's.
pub fn existing(
    scoped: &mut Scoped,
    member: MemberId,
    address: Address<'_>,
) -> Result<Option<ConversationId>, Fault> {
    let seat = seat::take(scoped, member)?;
    let Ok(phone) = phone::international(address.phone) else { return Ok(None) };
    let number = Some(phone);
    let sender = Sender { phone: number.clone(), wa_id: number, ..Sender::default() };
    let Some(row) = receive::known(scoped, &sender)? else { return Ok(None) };
    let newest = conversation::newest(scoped, row.contact.id, address.channel)?;
    let open = newest.filter(|row| {
        row.model.state != ConversationState::Closed && can_see(&seat.scope, &row.model.audience())
    });
    Ok(open.map(|row| row.model.id))
}

/// The customer with a number, known or new. A name that is known is not overwritten by what a member calls
/// them.
fn whom(tx: &mut Tx<'_>, phone: &str, name: Option<&str>) -> Result<Contact, Fault> {
    let mut sender = Sender { phone: Some(phone.to_owned()), ..Sender::default() };
    sender.wa_id = Some(phone.to_owned());
    while let Some(row) = receive::known(tx, &sender)? {
        // Only the address that would be written to.
        let current = row.contact.phone.as_deref().or(row.wa_id.as_deref());
        let same = |number: &str| {
            number == phone || phone::other_spelling(number).is_some_and(|other| other == phone)
        };
        if current.is_some_and(same) {
            return Ok(row.contact);
        }
        // Who is written to by an id only is reached at the number as well: two that became one.
        if current.is_none() || address::are_several(tx, row.contact.id)? {
            return identity::reached_at(tx, row, phone);
        }
        // Who was known by the number is reached by another one now: the message must not go there.
        for kind in [IdentityKind::WaId, IdentityKind::Phone] {
            identity::give_up(tx, kind, phone, row.contact.id)?;
        }
    }
    // Only WhatsApp says what somebody's id is.
    sender.wa_id = None;
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| name.contains('\0') || name.chars().count() > limits::NAME_CHARS) {
        return Err(ErrorCode::TextInvalid.into());
    }
    sender.name = name.map(str::to_owned);
    let now = tx.now();
    receive::resolve(tx, &sender, now)
}
