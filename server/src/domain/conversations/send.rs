//! Answering the customer.

use chrono::Duration;
use shared::{
    error::ErrorCode,
    ids::{CommandKey, ConversationId, MessageId},
    limits,
    model::{
        conversation::ConversationState,
        message::{Body, Delivery, DeliveryState},
    },
};

use super::{
    Loaded, NewEntry, assign, by,
    receipt::{self, Occasion},
};
use crate::{
    db::{
        Fault, Tx,
        record::{FactKind, Kicks},
        rows::{
            contact, message,
            outbox::{self, OutboxRow},
        },
    },
    domain::seat::Seat,
};

/// How long an unknown outcome stays WhatsApp's to explain before an agent may send again.
const UNCERTAIN_MINUTES: i64 = 10;

/// Puts a text into the outbox; takes an unassigned conversation on the way.
///
/// # Errors
/// `conversation_closed`, `assigned_to_another`, `window_closed`, `no_address`, and what
/// [`limits::outgoing_text`] refuses.
pub fn text(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    key: CommandKey,
    text: &str,
) -> Result<MessageId, Fault> {
    let loaded = Loaded::in_sight(tx, seat, id)?;
    let text = limits::outgoing_text(text)?.to_owned();
    send(tx, loaded, seat, key, text)
}

/// Sends the text of a failed message again, as a new message: the old one keeps its state.
///
/// # Errors
/// `not_retryable`, and what [`text`] refuses.
pub fn retry(tx: &mut Tx<'_>, seat: &Seat, id: MessageId, key: CommandKey) -> Result<MessageId, Fault> {
    let row = message::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let loaded = Loaded::in_sight(tx, seat, row.model.conversation)?;
    let state = row.model.delivery.as_ref().map(|d| d.state);
    let old_enough = row.model.at + Duration::minutes(UNCERTAIN_MINUTES) <= tx.now();
    match (state, row.model.body) {
        (Some(DeliveryState::Failed), Body::Text { text }) => send(tx, loaded, seat, key, text),
        (Some(DeliveryState::Uncertain), Body::Text { text }) if old_enough => {
            send(tx, loaded, seat, key, text)
        }
        _ => Err(ErrorCode::NotRetryable.into()),
    }
}

fn send(
    tx: &mut Tx<'_>,
    mut loaded: Loaded,
    seat: &Seat,
    key: CommandKey,
    text: String,
) -> Result<MessageId, Fault> {
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    loaded.workable_by(seat)?;
    let now = tx.now();
    if loaded.row.model.window_until.is_none_or(|until| until <= now) {
        return Err(ErrorCode::WindowClosed.into());
    }
    let reachable = contact::find(tx, loaded.row.model.contact.id)?
        .is_some_and(|c| c.wa_id.is_some() || c.contact.phone.is_some() || c.bsuid.is_some());
    if !reachable {
        return Err(ErrorCode::NoAddress.into());
    }
    if loaded.row.model.assignee.is_none() {
        assign::take(tx, &mut loaded, seat)?;
    }
    let mut entry = NewEntry::of(by(seat), Body::Text { text });
    entry.key = Some(key);
    entry.delivery = Some(Delivery {
        state: DeliveryState::Queued,
        sent_at: None,
        delivered_at: None,
        read_at: None,
        failure: None,
    });
    let message = loaded.append(tx, entry)?;
    loaded.row.read_seq = message.seq;
    loaded.row.model.unread = 0;
    loaded.row.model.waiting_since = None;
    loaded.fact(tx, FactKind::MessageWritten, &by(seat))?;
    let row = OutboxRow {
        message: message.id,
        contact: loaded.row.model.contact.id,
        channel: loaded.row.model.channel,
        conversation: loaded.row.model.id,
        attempts: 0,
    };
    outbox::insert(tx, &row, now)?;
    tx.kick(Kicks { outbox: true, jobs: false });
    let (conversation, channel) = (loaded.row.model.id, loaded.row.model.channel);
    loaded.save(tx)?;
    receipt::tell(tx, conversation, channel, message.seq, Occasion::Replied)?;
    Ok(message.id)
}
