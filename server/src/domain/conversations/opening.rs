//! How a conversation opens, whoever writes first: an older one goes on, or a new one begins.

use chrono::Duration;
use shared::{
    Instant,
    ids::{ChannelId, ConversationId},
    model::{
        channel::Channel,
        contact::Contact,
        conversation::{CloseReason, Closed, Conversation, ConversationState},
        message::{Author, Happening},
    },
};

use super::Loaded;
use crate::db::{
    Fault, Tx,
    record::FactKind,
    rows::{
        channel, contact_card,
        conversation::{self, ConversationRow, Heard},
    },
};

/// A closed conversation is continued when somebody writes in it again within this time; later a new one
/// begins.
pub(super) const CONTINUED_DAYS: i64 = 7;

/// Whether a conversation was closed so lately that it is continued.
pub(super) fn is_continued(conversation: &Conversation, now: Instant) -> bool {
    conversation.closed.as_ref().is_some_and(|closed| closed.at + Duration::days(CONTINUED_DAYS) > now)
}

/// Continues a closed conversation; it is nobody's yet.
pub(super) fn go_on(tx: &mut Tx<'_>, row: ConversationRow, author: &Author) -> Result<Loaded, Fault> {
    let mut loaded = Loaded::from_row(row);
    loaded.row.model.state = ConversationState::Queued;
    loaded.row.model.closed = None;
    loaded.row.model.opened_at = tx.now();
    loaded.tell(tx, Happening::Reopened { member: author.member })?;
    loaded.fact(tx, FactKind::ConversationReopened, author)?;
    Ok(loaded)
}

/// Begins a new conversation; it is nobody's yet.
pub(super) fn anew(
    tx: &mut Tx<'_>,
    contact: Contact,
    channel: &Channel,
    author: &Author,
) -> Result<Loaded, Fault> {
    let now = tx.now();
    let block = contact_card::block(tx, contact.id, channel.id)?;
    let row = ConversationRow {
        model: Conversation {
            id: ConversationId::new(),
            rev: 0,
            state: ConversationState::Queued,
            contact,
            channel: channel.id,
            queue: channel.queue,
            assignee: None,
            unread: 0,
            last: None,
            waiting_since: None,
            window_until: None,
            offer_until: None,
            sleeps_until: None,
            opened_at: now,
            closed: None,
            block,
        },
        last_seq: 0,
        read_seq: 0,
        last_message: None,
        changed_at: now,
        answer_to: None,
        heard: Heard::default(),
    };
    conversation::insert(tx, &row)?;
    let loaded = Loaded::fresh(row);
    loaded.fact(tx, FactKind::ConversationOpened, author)?;
    Ok(loaded)
}

/// Where something stands that nobody here has anything to do with: the conversation that goes on, or could, else
/// a new one that is closed.
pub(super) fn quietly(
    tx: &mut Tx<'_>,
    contact: &Contact,
    id: ChannelId,
    author: &Author,
) -> Result<Loaded, Fault> {
    let now = tx.now();
    match conversation::newest(tx, contact.id, id)? {
        Some(row) if row.model.state != ConversationState::Closed || is_continued(&row.model, now) => {
            Ok(Loaded::from_row(row))
        }
        _ => {
            let channel = channel::find(tx, id)?.ok_or_else(|| Fault::Broken(format!("no channel {id}")))?;
            let mut loaded = anew(tx, contact.clone(), &channel, author)?;
            loaded.row.model.state = ConversationState::Closed;
            loaded.row.model.closed = Some(Closed { at: now, reason: CloseReason::Other });
            Ok(loaded)
        }
    }
}
