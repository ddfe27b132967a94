//! The outbox as the domain sees it: what may be sent, and what came of it.
//!
//! A message is leased before it is sent. When the answer is lost (a time-out, a crash), the message
//! becomes `uncertain` and is never sent again by itself: WhatsApp has no idempotency key.

use std::collections::HashSet;

use chrono::Duration;
use shared::{
    Instant,
    ids::{ChannelId, ContactId, MessageId},
    model::message::{Attempt, Body, DeliveryState, Failure, FailureReason},
};

use super::{
    contacts::address,
    conversations::{
        change,
        status::{self, Told, advance},
    },
};
use crate::db::{
    Fault, Tx,
    record::Kicks,
    rows::{
        channel::{self, Binding},
        contact::{self, ContactRow},
        file::{self, FileRow},
        message, outbox,
        sent_file::{self, SentFile},
    },
};

/// A message that a worker may send now.
#[derive(Debug, Clone)]
pub struct Leased {
    /// Which.
    pub message: MessageId,
    /// From which channel.
    pub channel: ChannelId,
    /// How the channel is reached.
    pub binding: Binding,
    /// To whom.
    pub to: ContactRow,
    /// What it says.
    pub body: Body,
    /// WhatsApp's id of the message it answers.
    pub quoted: Option<String>,
    /// Its file.
    pub file: Option<LeasedFile>,
    /// Sends that were refused so far.
    pub attempts: u32,
}

/// What wants to be sent now.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// From which number.
    pub channel: ChannelId,
    /// To whom.
    pub contact: ContactId,
    /// Messages a second that the number may send.
    pub rate: u32,
}

/// Tries to upload a file that ended without an answer before its message fails.
const UPLOAD_ATTEMPTS: u32 = 6;

/// Files of one tenant on their way to WhatsApp at once: a slow line there must not take the places of
/// messages that need none.
const UPLOADS_AT_ONCE: usize = 8;

/// The file of a message that a worker may send now.
#[derive(Debug, Clone)]
pub struct LeasedFile {
    /// Which, for which number, as which type.
    pub file: SentFile,
    /// What WhatsApp calls it, if it has it.
    pub media_id: Option<String>,
}

/// What a worker is doing.
#[derive(Debug)]
pub struct Worker<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is sending at this moment.
    pub in_flight: &'a HashSet<MessageId>,
    /// Numbers from which it sends nothing now.
    pub held: &'a [ChannelId],
    /// How many messages more it may send.
    pub room: usize,
}

/// Leases messages that may be sent now, oldest first; one per contact and number. What waits for numbers that are
/// held back is not even looked at: it stands in nobody's way. What was uploaded after `uploaded_after` WhatsApp
/// still has. `admit` may name a later time.
///
/// # Errors
/// The database's.
pub fn lease(
    tx: &mut Tx<'_>,
    worker: &Worker<'_>,
    uploaded_after: Instant,
    admit: &mut dyn FnMut(Wish, Instant) -> Result<(), Instant>,
) -> Result<Vec<Leased>, Fault> {
    let now = tx.now();
    let mut leased = Vec::new();
    let mut uploading = outbox::count_uploading(tx)?;
    let Worker { name, in_flight, held, room } = worker;
    for row in outbox::sendable(tx, name, in_flight, held, now, *room)? {
        let file = leased_file(tx, row.channel, row.message, uploaded_after)?;
        let uploads = file.as_ref().is_some_and(|file| file.media_id.is_none());
        // Before the pace is asked: what cannot go now must not use it up.
        if uploads && uploading >= UPLOADS_AT_ONCE {
            outbox::postpone(tx, row.message, row.attempts, now + Duration::seconds(1))?;
            continue;
        }
        let binding = channel::binding(tx, row.channel)?;
        let rate = binding.as_ref().map_or(channel::RATE, |binding| binding.rate);
        if let Err(later) = admit(Wish { channel: row.channel, contact: row.contact, rate }, now) {
            outbox::postpone(tx, row.message, row.attempts, later)?;
            continue;
        }
        let found = message::find(tx, row.message)?;
        let to = contact::find(tx, row.contact)?;
        let (Some(found), Some(to), Some(binding)) = (found, to, binding) else {
            outbox::remove(tx, row.message)?; // erased in the meantime
            continue;
        };
        let to = address::of(tx, to, row.conversation)?;
        let (body, quoted) = (found.model.body.clone(), found.quoted.clone());
        uploading += usize::from(uploads);
        outbox::lease(tx, row.message, name, uploads)?;
        advance(tx, found, DeliveryState::Sending, Told::default())?;
        leased.push(Leased {
            message: row.message,
            channel: row.channel,
            binding,
            to,
            body,
            quoted,
            file,
            attempts: row.attempts,
        });
    }
    Ok(leased)
}

fn leased_file(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    message: MessageId,
    uploaded_after: Instant,
) -> Result<Option<LeasedFile>, Fault> {
    let Some(FileRow { hash: Some(hash), sent_as: Some(mime), .. }) = file::find(tx, message)? else {
        return Ok(None);
    };
    let file = SentFile { channel, hash, mime };
    let media_id = sent_file::find(tx, &file, uploaded_after)?;
    Ok(Some(LeasedFile { file, media_id }))
}

/// WhatsApp took the message. Statuses that overtook this answer are applied now.
///
/// # Errors
/// The database's.
pub fn accepted(
    tx: &mut Tx<'_>,
    id: MessageId,
    wamid: &str,
    parse: impl Fn(&str, ChannelId) -> Option<status::Status>,
) -> Result<(), Fault> {
    outbox::remove(tx, id)?;
    let Some(mut row) = message::find(tx, id)? else { return Ok(()) };
    let channel = row.channel;
    if row.wamid.is_none() {
        message::set_wamid(tx, &mut row, wamid)?;
        change::named(tx, &row, wamid)?;
        let Some(fresh) = message::find(tx, id)? else { return Ok(()) };
        row = fresh;
    }
    advance(tx, row, DeliveryState::Accepted, Told::default())?;
    status::catch_up(tx, channel, wamid, |raw| parse(raw, channel))
}

/// WhatsApp refused for now: the message waits.
///
/// # Errors
/// The database's.
pub fn postponed(
    tx: &mut Tx<'_>,
    id: MessageId,
    failure: &Failure,
    attempts: u32,
    due: Instant,
) -> Result<(), Fault> {
    if !outbox::contains(tx, id)? {
        return Ok(());
    }
    outbox::postpone(tx, id, attempts, due)?;
    let at = tx.now();
    status::tried(tx, id, Attempt { at, failure: failure.clone(), next_at: Some(due) })
}

/// The message will not be sent.
///
/// # Errors
/// The database's.
pub fn failed(tx: &mut Tx<'_>, id: MessageId, failure: &Failure) -> Result<(), Fault> {
    outbox::remove(tx, id)?;
    let Some(row) = message::find(tx, id)? else { return Ok(()) };
    advance(tx, row, DeliveryState::Failed, Told { failure: Some(failure.clone()), ..Told::default() })
}

/// Nobody knows whether WhatsApp took the message; unless its file had not even arrived: then it waits on.
///
/// # Errors
/// The database's.
pub fn uncertain(tx: &mut Tx<'_>, id: MessageId) -> Result<(), Fault> {
    if let Some(attempts) = outbox::attempts_if_uploading(tx, id)? {
        let attempts = attempts.saturating_add(1);
        // A file that ends servers must not do so for ever.
        if attempts >= UPLOAD_ATTEMPTS {
            let failure = Failure { code: None, reason: FailureReason::ServiceUnavailable, detail: None };
            return failed(tx, id, &failure);
        }
        let due = tx.now() + Duration::seconds(1 << attempts);
        outbox::postpone(tx, id, attempts, due)?;
        tx.kick(Kicks { outbox: true, jobs: false });
        return Ok(());
    }
    outbox::remove(tx, id)?;
    let Some(row) = message::find(tx, id)? else { return Ok(()) };
    advance(tx, row, DeliveryState::Uncertain, Told::default())
}

/// After a crash: whatever another run of the server had leased is uncertain.
///
/// # Errors
/// The database's.
pub fn recover(tx: &mut Tx<'_>, worker: &str) -> Result<usize, Fault> {
    let lost = outbox::leased_elsewhere(tx, worker)?;
    for id in &lost {
        uncertain(tx, *id)?;
    }
    Ok(lost.len())
}
