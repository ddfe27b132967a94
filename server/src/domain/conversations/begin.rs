//! Writing to a customer first: a template opens the conversation, and whoever writes it holds it.

use chrono::Duration;
use shared::{
    error::ErrorCode,
    ids::{ChannelId, CommandKey, ConversationId, MessageId},
    limits,
    model::{
        contact::Contact,
        conversation::{Conversation, ConversationState},
        message::Happening,
        outgoing::Outgoing,
    },
    permission::{Audience, can_see},
    phone,
};

use super::{
    Loaded, by,
    receive::{self, CONTINUED_DAYS, Sender},
    send,
};
use crate::{
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{
            channel,
            conversation::{self, ConversationRow},
        },
    },
    domain::seat::Seat,
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
        Some(row) if lately(&row.model, now) && can_see(&seat.scope, &row.model.audience()) => {
            let mut loaded = Loaded::from_row(row);
            loaded.row.model.state = ConversationState::Queued;
            loaded.row.model.closed = None;
            loaded.row.model.opened_at = now;
            loaded.tell(tx, Happening::Reopened { member: Some(seat.member.id) })?;
            loaded.fact(tx, FactKind::ConversationReopened, &by(seat))?;
            loaded
        }
        _ => {
            let row = ConversationRow {
                model: Conversation {
                    id: ConversationId::new(),
                    rev: 0,
                    state: ConversationState::Queued,
                    contact,
                    channel: id,
                    queue: channel.queue,
                    assignee: None,
                    unread: 0,
                    last: None,
                    waiting_since: None,
                    window_until: None,
                    opened_at: now,
                    closed: None,
                },
                last_seq: 0,
                read_seq: 0,
                last_message: None,
                changed_at: now,
            };
            conversation::insert(tx, &row)?;
            let loaded = Loaded::fresh(row);
            loaded.fact(tx, FactKind::ConversationOpened, &by(seat))?;
            loaded
        }
    };
    let conversation = loaded.row.model.id;
    let draft = send::draft(tx, seat, &loaded, what, None)?;
    let message = send::put(tx, loaded, seat, key, draft)?;
    Ok((message, conversation))
}

fn lately(conversation: &Conversation, now: shared::Instant) -> bool {
    conversation.closed.as_ref().is_some_and(|closed| closed.at + Duration::days(CONTINUED_DAYS) > now)
}

/// The customer with a number, known or new. A name that is known is not overwritten by what a member calls
/// them.
fn whom(tx: &mut Tx<'_>, phone: &str, name: Option<&str>) -> Result<Contact, Fault> {
    let mut sender = Sender { phone: Some(phone.to_owned()), ..Sender::default() };
    let known = receive::known(tx, &sender)?;
    if let Some(row) = known {
        return Ok(row.contact);
    }
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| name.contains('\0') || name.chars().count() > limits::NAME_CHARS) {
        return Err(ErrorCode::TextInvalid.into());
    }
    sender.name = name.map(str::to_owned);
    receive::resolve(tx, &sender)
}
