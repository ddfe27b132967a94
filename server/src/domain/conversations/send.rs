//! Answering the customer.

use std::sync::Arc;

use chrono::Duration;
use shared::{
    error::ErrorCode,
    ids::{CommandKey, ConversationId, MessageId},
    limits,
    model::{
        contact::Block,
        content::Content,
        conversation::ConversationState,
        message::{Body, Delivery, DeliveryState},
        outgoing::Outgoing,
        template::TemplateCategory,
    },
    outgoing_rules,
};

use super::{
    Loaded, NewEntry, assign, by,
    file::{self, NewFile},
    join,
    receipt::{self, Occasion},
    template::{self, Wanted},
    upload,
};
use crate::{
    db::{
        Fault, Tx,
        record::{FactKind, Kicks},
        rows::{
            contact,
            message::{self, MessageRow},
            outbox::{self, OutboxRow},
        },
    },
    domain::{drafts, routing, seat::Seat, stickers},
};

/// How long an unknown outcome stays WhatsApp's to explain before an agent may send again.
const UNCERTAIN_MINUTES: i64 = 10;

/// What is about to be put into the outbox.
pub(super) struct Draft {
    body: Body,
    file: Option<NewFile>,
    /// WhatsApp's id of the message that it answers.
    quoted: Option<String>,
}

/// Puts a message into the outbox; takes an unassigned conversation on the way.
///
/// # Errors
/// `colleague_answered`, `conversation_closed`, `assigned_to_another`, `no_room`, `customer_blocked`, `window_closed`, `opted_out`, `no_address`,
/// `not_found` or `not_answerable` for what it answers, `upload_gone`, `message_invalid` by [`outgoing_rules`],
/// and what [`limits::outgoing_text`], [`limits::caption`] and a template's composition refuse.
pub fn send(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    key: CommandKey,
    what: &Outgoing,
    answers: Option<MessageId>,
    base: Option<u64>,
) -> Result<MessageId, Fault> {
    let loaded = Loaded::in_sight(tx, seat, id)?;
    // Before everything else: whoever was faster may hold or have closed it by now, and that they answered says more.
    if let Some(base) = base
        && message::answered_behind(tx, id, base, seat.member.id)?.is_some()
    {
        return Err(ErrorCode::ColleagueAnswered.into());
    }
    let draft = draft(tx, seat, &loaded, what, answers)?;
    let message = put(tx, loaded, seat, key, draft)?;
    let words = match what {
        Outgoing::Text { text } => Some(text),
        Outgoing::File { caption, .. } => caption.as_ref(),
        // What is said without the words that were begun leaves them to be said.
        _ => None,
    };
    if let Some(words) = words {
        drafts::said(tx, seat, id, false, words)?;
    }
    Ok(message)
}

/// What a member wants to say, as a message to be.
pub(super) fn draft(
    tx: &mut Tx<'_>,
    seat: &Seat,
    loaded: &Loaded,
    what: &Outgoing,
    answers: Option<MessageId>,
) -> Result<Draft, Fault> {
    let quoted = answers.map(|answered| named(tx, loaded, answered)).transpose()?;
    let channel = loaded.row.model.channel;
    let (body, file) = match what {
        Outgoing::Text { text } => (Body::Text { text: limits::outgoing_text(text)?.to_owned() }, None),
        Outgoing::File { upload, caption } => {
            let caption = limits::caption(caption.as_deref())?.map(str::to_owned);
            let (body, attached) = upload::take(tx, seat, *upload, caption)?;
            (body, Some(NewFile::Attached(attached)))
        }
        Outgoing::Template { template, values, upload } => {
            let wanted = Wanted { template: *template, values, upload: *upload };
            template::compose(tx, seat, channel, &wanted)?
        }
        Outgoing::Sticker { sticker } => {
            let (body, attached) = stickers::take(tx, *sticker)?;
            (body, Some(NewFile::Attached(attached)))
        }
        Outgoing::Location(_) | Outgoing::Contacts(_) | Outgoing::Interactive(_) => {
            if !outgoing_rules::faults(what).is_empty() {
                return Err(ErrorCode::MessageInvalid.into());
            }
            let content = what.content().ok_or(Fault::Refused(ErrorCode::BadRequest))?;
            (Body::Content(Arc::new(content)), None)
        }
    };
    Ok(Draft { body, file, quoted })
}

/// Sends what a failed message said again, as a new message: the old one keeps its state.
///
/// # Errors
/// `not_retryable`, and what [`send`] refuses.
pub fn retry(tx: &mut Tx<'_>, seat: &Seat, id: MessageId, key: CommandKey) -> Result<MessageId, Fault> {
    let row = message::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let loaded = Loaded::in_sight(tx, seat, row.model.conversation)?;
    let state = row.model.delivery.as_ref().map(|d| d.state);
    // It may have waited for its turn long after it was written.
    let since = row.model.delivery.as_ref().and_then(|d| d.unknown_since).unwrap_or(row.model.at);
    let old_enough = since + Duration::minutes(UNCERTAIN_MINUTES) <= tx.now();
    let may = match state {
        Some(DeliveryState::Failed) => true,
        Some(DeliveryState::Uncertain) => old_enough,
        _ => row.model.delivery.as_ref().is_some_and(|delivery| delivery.given_up_at.is_some()),
    };
    if !may {
        return Err(ErrorCode::NotRetryable.into());
    }
    let file = file::attached(tx, id)?.map(NewFile::Attached);
    let MessageRow { model, quoted, .. } = row;
    put(tx, loaded, seat, key, Draft { body: model.body, file, quoted })
}

/// WhatsApp's name of a message of the conversation that can be answered.
fn named(tx: &mut Tx<'_>, loaded: &Loaded, id: MessageId) -> Result<String, Fault> {
    let row = message::find(tx, id)?.filter(|row| row.model.conversation == loaded.row.model.id);
    let row = row.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let gone = matches!(&row.model.body, Body::Content(content) if **content == Content::Revoked);
    row.wamid.filter(|_| !gone).ok_or(Fault::Refused(ErrorCode::NotAnswerable))
}

/// Puts a message into the outbox, if it may go now.
pub(super) fn put(
    tx: &mut Tx<'_>,
    mut loaded: Loaded,
    seat: &Seat,
    key: CommandKey,
    draft: Draft,
) -> Result<MessageId, Fault> {
    if loaded.row.model.state == ConversationState::Closed {
        return Err(ErrorCode::ConversationClosed.into());
    }
    loaded.workable_by(seat)?;
    if loaded.row.model.block.is_some_and(Block::keeps_out) {
        return Err(ErrorCode::CustomerBlocked.into());
    }
    let now = tx.now();
    let template = match &draft.body {
        Body::Content(content) => match &**content {
            Content::Template(sent) => Some(sent),
            _ => None,
        },
        _ => None,
    };
    let offer = template.is_some_and(|sent| sent.category == TemplateCategory::Marketing);
    if offer && loaded.row.model.contact.no_marketing {
        return Err(ErrorCode::OptedOut.into());
    }
    if template.is_none() && loaded.row.model.window_until.is_none_or(|until| until <= now) {
        return Err(ErrorCode::WindowClosed.into());
    }
    let reachable = contact::find(tx, loaded.row.model.contact.id)?.is_some_and(|c| {
        c.wa_id.is_some() || c.contact.phone.is_some() || c.bsuid.is_some() || c.group.is_some()
    });
    if !reachable {
        return Err(ErrorCode::NoAddress.into());
    }
    match loaded.row.model.state {
        _ if loaded.row.model.assignee.is_none() => assign::take(tx, &mut loaded, seat)?,
        ConversationState::Offered if loaded.row.model.assignee == Some(seat.member.id) => {
            routing::offer::accepted(tx, &mut loaded, seat)?;
        }
        // Whoever acts for others takes what somebody else was only asked to answer.
        ConversationState::Offered => assign::take(tx, &mut loaded, seat)?,
        _ => join::join(tx, &mut loaded, seat)?,
    }
    let mut entry = NewEntry::of(by(seat), draft.body);
    entry.key = Some(key);
    entry.quoted = draft.quoted;
    entry.file = draft.file;
    entry.delivery = Some(Delivery::begun(DeliveryState::Queued));
    let message = loaded.append(tx, entry)?;
    loaded.row.read_seq = message.seq;
    loaded.row.model.unread = 0;
    loaded.row.model.waiting_since = None;
    loaded.fact(tx, FactKind::MessageWritten, &by(seat))?;
    routing::park::answered(tx, &loaded)?;
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
