//! What was written before a number was connected. WhatsApp sends it in parts and in any order, for minutes:
//! each message is laid aside first, and when nothing more has come for a while a job puts every chat in its
//! order and makes closed conversations of it.

use std::sync::Arc;

use chrono::Duration;
use serde::{Deserialize, Serialize};
use shared::{
    Instant,
    ids::{ContactId, ConversationId, MessageId},
    live::event::Event,
    model::{
        channel::Channel,
        content::{Context, Elsewhere},
        conversation::{CloseReason, Closed, Conversation, ConversationState, LastMessage},
        message::{Author, AuthorKind, Body, Delivery, DeliveryState, Message},
    },
};

use super::{
    change,
    file::{self, NewFile, Remote},
    opening::CONTINUED_DAYS,
    preview,
    receive::{self, Inbound},
};
use crate::db::{
    Fault, Tx,
    rows::{
        channel, contact, contact_card,
        conversation::{self, ConversationRow, Heard},
        job,
        message::{self, MessageRow},
        past_message::{self, PastRow},
        search,
    },
};

/// The kind of the job that makes conversations of what was laid aside.
pub const IMPORT: &str = "import_past";

/// Nothing more is expected when nothing has come for this long.
const QUIET_MINUTES: i64 = 5;
/// Messages that one transaction takes, so that the writer is free again soon; a longer chat becomes several
/// conversations.
const SLICE: usize = 1_000;

/// A message from before the number was connected.
#[derive(Debug, Clone)]
pub struct Past {
    /// The message; its sender is whose chat it stood in.
    pub message: Inbound,
    /// How far it got, when it was ours.
    pub ours: Option<DeliveryState>,
}

/// What is kept of it until its turn comes.
#[derive(Serialize, Deserialize)]
struct Kept {
    body: Body,
    raw: Option<String>,
    context: Context,
    quoted: Option<String>,
    media_id: Option<String>,
    sha256: Option<String>,
    ours: Option<DeliveryState>,
}

/// Lays a message aside; says whether it could be somebody's. A file comes by itself, before or after what stands
/// for it in its chat: who wrote it, when and in whose chat, only that knows.
///
/// # Errors
/// `bad_request` when nobody can be named whose chat it stood in.
pub fn lay_aside(tx: &mut Tx<'_>, past: &Past) -> Result<bool, Fault> {
    let inbound = &past.message;
    if let Some(row) = message::by_wamid(tx, inbound.channel, &inbound.wamid)? {
        return arrive_late(tx, row, past).map(|()| true);
    }
    let own = channel::find(tx, inbound.channel)?.map(|channel| digits(&channel.address));
    if own.is_some() && inbound.sender.phone.as_deref().map(digits) == own {
        return Ok(false); // nobody is a customer of their own
    }
    let contact = receive::resolve(tx, &inbound.sender, inbound.written_at)?.id;
    let (media_id, sha256) =
        inbound.file.clone().map_or((None, None), |file| (Some(file.media_id), file.sha256));
    let kept = Kept {
        body: inbound.body.clone(),
        raw: inbound.raw.clone(),
        context: inbound.context.clone(),
        quoted: inbound.quoted.clone(),
        media_id,
        sha256,
        ours: past.ours,
    };
    let now = tx.now();
    let mut row = PastRow {
        channel: inbound.channel,
        wamid: inbound.wamid.clone(),
        contact,
        written_at: inbound.written_at,
        content: json(&kept)?,
        received_at: now,
    };
    match past_message::find(tx, inbound.channel, &inbound.wamid)? {
        None => past_message::insert(tx, &row)?,
        Some(before) => {
            let first = kept_of(&before)?;
            match (is_placeholder(&first.body), is_placeholder(&kept.body)) {
                // The file of what stands there.
                (true, false) => {
                    let merged =
                        Kept { ours: first.ours, context: first.context, quoted: first.quoted, ..kept };
                    past_message::update(tx, &PastRow { content: json(&merged)?, ..before })?;
                }
                // Where the file that came first belongs.
                (false, true) => {
                    let merged =
                        Kept { ours: kept.ours, context: kept.context, quoted: kept.quoted, ..first };
                    row.content = json(&merged)?;
                    past_message::update(tx, &row)?;
                }
                _ => {} // a second copy
            }
        }
    }
    if !job::exists(tx, IMPORT)? {
        tx.job(IMPORT, "{}", now + Duration::minutes(QUIET_MINUTES))?;
    }
    Ok(true)
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

fn json(kept: &Kept) -> Result<String, Fault> {
    serde_json::to_string(kept).map_err(|error| Fault::Broken(error.to_string()))
}

fn kept_of(row: &PastRow) -> Result<Kept, Fault> {
    serde_json::from_str(&row.content).map_err(|error| Fault::Broken(error.to_string()))
}

/// What became of a round of the import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// Everything that was laid aside is in its place.
    All,
    /// There is more to do at this time.
    More(Instant),
}

/// Makes conversations of one chat that was laid aside, once nothing more is expected.
///
/// # Errors
/// The database's.
pub fn import(tx: &mut Tx<'_>) -> Result<Imported, Fault> {
    let now = tx.now();
    let Some(newest) = past_message::newest(tx)? else { return Ok(Imported::All) };
    let quiet = newest + Duration::minutes(QUIET_MINUTES);
    if quiet > now {
        return Ok(Imported::More(quiet));
    }
    let Some((id, contact)) = past_message::first_chat(tx)? else { return Ok(Imported::All) };
    let rows = past_message::of_chat(tx, id, contact, SLICE)?;
    let channel = channel::find(tx, id)?.ok_or_else(|| Fault::Broken(format!("no channel {id}")))?;
    for case in cases(rows) {
        case_of(tx, &channel, contact, case)?;
    }
    Ok(Imported::More(now))
}

/// A chat in cases, as our own conversations would have been: a week of silence ends one.
fn cases(rows: Vec<PastRow>) -> Vec<Vec<PastRow>> {
    let mut cases: Vec<Vec<PastRow>> = Vec::new();
    for row in rows {
        match cases.last_mut().and_then(|case| case.last().map(|last| last.written_at)) {
            Some(last) if row.written_at - last < Duration::days(CONTINUED_DAYS) => {
                cases.last_mut().into_iter().for_each(|case| case.push(row.clone()));
            }
            _ => cases.push(vec![row]),
        }
    }
    cases
}

fn case_of(tx: &mut Tx<'_>, channel: &Channel, whose: ContactId, rows: Vec<PastRow>) -> Result<(), Fault> {
    let Some(contact) = contact::find(tx, whose)?.map(|row| row.contact) else { return Ok(()) };
    let fresh = rows.iter().map(|row| row.wamid.clone()).collect::<Vec<_>>();
    let mut entries = Vec::new();
    for row in rows {
        // It came another way meanwhile.
        let known = message::known(tx, channel.id, &row.wamid)?;
        if !known.stored {
            entries.push((row, known.changed || known.quoted));
        }
    }
    if let (Some((first, _)), Some((last, _))) = (entries.first(), entries.last()) {
        let block = contact_card::block(tx, contact.id, channel.id)?;
        let mut conversation = ConversationRow {
            model: Conversation {
                id: ConversationId::new(),
                rev: 1,
                state: ConversationState::Closed,
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
                opened_at: first.written_at,
                closed: Some(Closed { at: last.written_at, reason: CloseReason::Other }),
                block,
            },
            last_seq: entries.len() as u64,
            read_seq: entries.len() as u64,
            last_message: None,
            changed_at: last.written_at,
            answer_to: None,
            heard: Heard::default(),
        };
        conversation::insert(tx, &conversation)?;
        for (seq, (row, touched)) in (1..).zip(entries) {
            let wamid = row.wamid.clone();
            let put = put(tx, &conversation, seq, row)?;
            let id = put.model.id;
            tx.emit(conversation.model.audience(), Some(whose), Event::Message(put.model.clone()));
            if touched {
                // Edits, deletions and reactions came while it waited.
                change::named(tx, &put, &wamid)?;
            }
            let Some(MessageRow { model: stored, .. }) = message::find(tx, id)? else { continue };
            if let Some((preview, kind)) = preview(&stored.body) {
                conversation.last_message = Some(stored.id);
                conversation.model.last = Some(LastMessage {
                    at: stored.written_at.unwrap_or(stored.at),
                    preview,
                    kind,
                    note: false,
                    author: stored.author.clone(),
                    delivery: stored.delivery.as_ref().map(|delivery| delivery.state),
                });
            }
        }
        conversation::update(tx, &conversation)?;
        tx.conversation_changed(None, conversation.model);
    }
    past_message::remove(tx, channel.id, &fresh)
}

fn put(tx: &mut Tx<'_>, conversation: &ConversationRow, seq: u64, row: PastRow) -> Result<MessageRow, Fault> {
    let kept = kept_of(&row)?;
    let kind = if kept.ours.is_some() { AuthorKind::Member } else { AuthorKind::Customer };
    let mut context = kept.context;
    context.elsewhere = kept.ours.map(|_| Elsewhere::Before);
    let model = Message {
        id: MessageId::new(),
        rev: 1,
        conversation: conversation.model.id,
        seq,
        // It stands where it was written, not where it came.
        at: row.written_at,
        written_at: Some(row.written_at),
        author: Author { kind, member: None },
        body: kept.body,
        file: None,
        delivery: kept.ours.map(Delivery::begun),
        context: (!context.is_empty()).then(|| Arc::new(context)),
        reactions: Vec::new(),
        edited_at: None,
        key: None,
    };
    let mut stored = MessageRow {
        model,
        contact: row.contact,
        channel: row.channel,
        wamid: Some(row.wamid),
        raw: kept.raw,
        quoted: kept.quoted,
    };
    message::insert(tx, &stored)?;
    message::fill_quotes(tx, std::slice::from_mut(&mut stored))?;
    if let Some(media_id) = kept.media_id {
        let remote = Remote { media_id, sha256: kept.sha256 };
        let id = stored.model.id;
        stored.model.file = Some(file::begin(tx, id, row.contact, NewFile::Remote(remote))?);
    }
    if let Some(words) = stored.model.body.words() {
        search::index(tx, conversation.model.id, row.contact, &words)?;
    }
    Ok(stored)
}

/// A file whose message has its place already.
fn arrive_late(tx: &mut Tx<'_>, mut row: MessageRow, past: &Past) -> Result<(), Fault> {
    let Some(remote) = past.message.file.clone().filter(|_| is_placeholder(&row.model.body)) else {
        return Ok(());
    };
    row.model.body = past.message.body.clone();
    row.model.file = Some(file::begin(tx, row.model.id, row.contact, NewFile::Remote(remote))?);
    message::update_raw(tx, row.model.id, past.message.raw.as_deref())?;
    if let Some(words) = row.model.body.words() {
        search::index(tx, row.model.conversation, row.contact, &words)?;
    }
    let (id, shown) = (row.model.id, preview(&row.model.body));
    let found = change::tell(tx, row)?;
    if let Some(mut loaded) = found
        && loaded.row.last_message == Some(id)
        && let (Some(last), Some((preview, kind))) = (&mut loaded.row.model.last, shown)
    {
        last.preview = preview;
        last.kind = kind;
        loaded.save_in_place(tx)?;
    }
    Ok(())
}

/// Whether a message stands for a file that WhatsApp sends later.
fn is_placeholder(body: &Body) -> bool {
    matches!(body, Body::Other { kind, .. } if kind == "media_placeholder")
}
