//! Messages that wait to be sent.

use std::collections::HashSet;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{BigInt, Bool},
};
use shared::{
    Instant,
    ids::{ChannelId, ContactId, ConversationId, MessageId},
};

use crate::{
    clock::micros,
    db::{Fault, Scoped, schema::outbox::dsl as o},
};

/// A message that waits to be sent.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// The message.
    pub message: MessageId,
    /// To whom; messages to one contact leave one after the other.
    pub contact: ContactId,
    /// From which number.
    pub channel: ChannelId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Sends that were refused so far.
    pub attempts: u32,
}

type Row = (String, String, String, String, i64);

/// Adds a message.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, row: &OutboxRow, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(o::outbox)
        .values((
            o::tenant_id.eq(tenant),
            o::message_id.eq(row.message.to_string()),
            o::contact_id.eq(row.contact.to_string()),
            o::channel_id.eq(row.channel.to_string()),
            o::conversation_id.eq(row.conversation.to_string()),
            o::attempts.eq(i64::from(row.attempts)),
            o::due_at.eq(micros(now)),
            o::created_at.eq(micros(now)),
            o::uploading.eq(false),
        ))
        .execute(conn)?;
    Ok(())
}

/// The first of its contact on its number: their messages leave one after the other.
const FIRST_IN_LINE: &str = "NOT EXISTS (SELECT 1 FROM outbox AS earlier \
    WHERE earlier.tenant_id = outbox.tenant_id AND earlier.contact_id = outbox.contact_id \
    AND earlier.channel_id = outbox.channel_id \
    AND (earlier.created_at, earlier.message_id) < (outbox.created_at, outbox.message_id))";

/// Rows that may be sent now: due, free, the first in line, and of no number that is held back. In order. What
/// bears the worker's name without being in flight was leased by a commit whose answer was lost: it is free.
///
/// # Errors
/// The database's.
pub fn sendable(
    scoped: &mut Scoped,
    worker: &str,
    in_flight: &HashSet<MessageId>,
    held: &[ChannelId],
    now: Instant,
    limit: usize,
) -> Result<Vec<OutboxRow>, Fault> {
    let flying: Vec<String> = in_flight.iter().map(ToString::to_string).collect();
    let held: Vec<String> = held.iter().map(ToString::to_string).collect();
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = o::outbox
        .filter(o::tenant_id.eq(tenant))
        // Not by when they are due, which would sort all that are: the first in order are mostly enough.
        .filter(sql::<Bool>("+outbox.due_at <= ").bind::<BigInt, _>(micros(now)))
        .filter(o::channel_id.ne_all(held))
        .filter(o::leased_by.is_null().or(o::leased_by.eq(worker)))
        .filter(o::message_id.ne_all(flying))
        .filter(sql::<Bool>(FIRST_IN_LINE))
        .order((o::created_at, o::message_id))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((o::message_id, o::contact_id, o::channel_id, o::conversation_id, o::attempts))
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(OutboxRow {
                message: row.0.parse()?,
                contact: row.1.parse()?,
                channel: row.2.parse()?,
                conversation: row.3.parse()?,
                attempts: u32::try_from(row.4).unwrap_or(u32::MAX),
            })
        })
        .collect()
}

/// When the next row becomes due of a number that is not held back; none when nothing waits unleased. Like
/// [`sendable`] it looks at the first in line: who waits behind somebody else is not due before them.
///
/// # Errors
/// The database's.
pub fn next_due(scoped: &mut Scoped, held: &[ChannelId]) -> Result<Option<i64>, Fault> {
    let held: Vec<String> = held.iter().map(ToString::to_string).collect();
    let (conn, tenant) = scoped.parts();
    Ok(o::outbox
        .filter(o::tenant_id.eq(tenant).and(o::leased_by.is_null()))
        .filter(o::channel_id.ne_all(held))
        .filter(sql::<Bool>(FIRST_IN_LINE))
        .order(o::due_at)
        .select(o::due_at)
        .first(conn)
        .optional()?)
}

/// Whether anything waits to be sent from a number.
///
/// # Errors
/// The database's.
pub fn any_of(scoped: &mut Scoped, channel: ChannelId) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let found: Option<String> = o::outbox
        .filter(o::tenant_id.eq(tenant).and(o::channel_id.eq(channel.to_string())))
        .select(o::message_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Marks a row as being sent by a worker; with a file that has to be uploaded before.
///
/// # Errors
/// The database's.
pub fn lease(scoped: &mut Scoped, message: MessageId, worker: &str, uploading: bool) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(o::outbox.filter(o::tenant_id.eq(tenant).and(o::message_id.eq(message.to_string()))))
        .set((o::leased_by.eq(worker), o::uploading.eq(uploading)))
        .execute(conn)?;
    Ok(())
}

/// The file is with WhatsApp: from here on the message may have been sent.
///
/// # Errors
/// The database's.
pub fn uploaded(scoped: &mut Scoped, message: MessageId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(o::outbox.filter(o::tenant_id.eq(tenant).and(o::message_id.eq(message.to_string()))))
        .set(o::uploading.eq(false))
        .execute(conn)?;
    Ok(())
}

/// How many sends wait for their file to be uploaded.
///
/// # Errors
/// The database's.
pub fn count_uploading(scoped: &mut Scoped) -> Result<usize, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 =
        o::outbox.filter(o::tenant_id.eq(tenant).and(o::uploading.eq(true))).count().get_result(conn)?;
    Ok(usize::try_from(n).unwrap_or(usize::MAX))
}

/// How often a message was tried whose file was on its way when the worker ended: nothing was sent. None for
/// any other.
///
/// # Errors
/// The database's.
pub fn attempts_if_uploading(scoped: &mut Scoped, message: MessageId) -> Result<Option<u32>, Fault> {
    let (conn, tenant) = scoped.parts();
    let this = o::tenant_id.eq(tenant).and(o::message_id.eq(message.to_string()));
    let attempts: Option<i64> =
        o::outbox.filter(this.and(o::uploading.eq(true))).select(o::attempts).first(conn).optional()?;
    Ok(attempts.map(|attempts| u32::try_from(attempts).unwrap_or(u32::MAX)))
}

/// Messages leased by a worker that is not this one: what became of them is unknown.
///
/// # Errors
/// The database's.
pub fn leased_elsewhere(scoped: &mut Scoped, worker: &str) -> Result<Vec<MessageId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let ids: Vec<String> = o::outbox
        .filter(o::tenant_id.eq(tenant).and(o::leased_by.ne(worker)))
        .select(o::message_id)
        .load(conn)?;
    Ok(ids.into_iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
}

/// Whether the message still waits.
///
/// # Errors
/// The database's.
pub fn contains(scoped: &mut Scoped, message: MessageId) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 = o::outbox
        .filter(o::tenant_id.eq(tenant).and(o::message_id.eq(message.to_string())))
        .count()
        .get_result(conn)?;
    Ok(n > 0)
}

/// Puts a row back for a later try.
///
/// # Errors
/// The database's.
pub fn postpone(scoped: &mut Scoped, message: MessageId, attempts: u32, due: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(o::outbox.filter(o::tenant_id.eq(tenant).and(o::message_id.eq(message.to_string()))))
        .set((
            o::attempts.eq(i64::from(attempts)),
            o::due_at.eq(micros(due)),
            o::leased_by.eq(None::<String>),
            o::uploading.eq(false),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes a row: the message was accepted, failed for good, or its fate is unknown.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, message: MessageId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(o::outbox.filter(o::tenant_id.eq(tenant).and(o::message_id.eq(message.to_string()))))
        .execute(conn)?;
    Ok(())
}
