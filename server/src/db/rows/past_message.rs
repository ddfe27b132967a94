//! Messages from before a number was connected, until they are put in their order.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ChannelId, ContactId},
};

use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::past_message::dsl as p},
};

/// A message that waits.
#[derive(Debug, Clone)]
pub struct PastRow {
    /// On which number.
    pub channel: ChannelId,
    /// WhatsApp's id.
    pub wamid: String,
    /// Whose chat it stood in.
    pub contact: ContactId,
    /// When it was written, by Meta's clock.
    pub written_at: Instant,
    /// What is known of it, as JSON.
    pub content: String,
    /// When it came.
    pub received_at: Instant,
}

/// A message that waits.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, channel: ChannelId, wamid: &str) -> Result<Option<PastRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let this = p::tenant_id.eq(tenant).and(p::channel_id.eq(channel.to_string())).and(p::wamid.eq(wamid));
    let found: Option<(String, i64, String, i64)> = p::past_message
        .filter(this)
        .select((p::contact_id, p::written_at, p::content, p::received_at))
        .first(conn)
        .optional()?;
    found
        .map(|(contact, written_at, content, received_at)| {
            Ok(PastRow {
                channel,
                wamid: wamid.to_owned(),
                contact: contact.parse()?,
                written_at: from_micros(written_at),
                content,
                received_at: from_micros(received_at),
            })
        })
        .transpose()
}

/// Keeps a message.
///
/// # Errors
/// A unique violation when it is kept already.
pub fn insert(scoped: &mut Scoped, row: &PastRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(p::past_message)
        .values((
            p::tenant_id.eq(tenant),
            p::channel_id.eq(row.channel.to_string()),
            p::wamid.eq(&row.wamid),
            p::contact_id.eq(row.contact.to_string()),
            p::written_at.eq(micros(row.written_at)),
            p::content.eq(&row.content),
            p::received_at.eq(micros(row.received_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores what is known of a message by now.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, row: &PastRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let this =
        p::tenant_id.eq(tenant).and(p::channel_id.eq(row.channel.to_string())).and(p::wamid.eq(&row.wamid));
    diesel::update(p::past_message.filter(this))
        .set((
            p::contact_id.eq(row.contact.to_string()),
            p::written_at.eq(micros(row.written_at)),
            p::content.eq(&row.content),
        ))
        .execute(conn)?;
    Ok(())
}

/// When the newest of them came.
///
/// # Errors
/// The database's.
pub fn newest(scoped: &mut Scoped) -> Result<Option<Instant>, Fault> {
    let (conn, tenant) = scoped.parts();
    let at: Option<i64> = p::past_message
        .filter(p::tenant_id.eq(tenant))
        .order(p::received_at.desc())
        .select(p::received_at)
        .first(conn)
        .optional()?;
    Ok(at.map(from_micros))
}

/// One of the chats that wait.
///
/// # Errors
/// The database's.
pub fn first_chat(scoped: &mut Scoped) -> Result<Option<(ChannelId, ContactId)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let found: Option<(String, String)> = p::past_message
        .filter(p::tenant_id.eq(tenant))
        .order((p::channel_id, p::contact_id, p::written_at))
        .select((p::channel_id, p::contact_id))
        .first(conn)
        .optional()?;
    found.map(|(channel, contact)| Ok((channel.parse()?, contact.parse()?))).transpose()
}

/// The oldest messages of a chat, in the order in which they were written.
///
/// # Errors
/// The database's.
pub fn of_chat(
    scoped: &mut Scoped,
    channel: ChannelId,
    contact: ContactId,
    most: usize,
) -> Result<Vec<PastRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, i64, String, i64)> = p::past_message
        .filter(
            p::tenant_id
                .eq(tenant)
                .and(p::channel_id.eq(channel.to_string()))
                .and(p::contact_id.eq(contact.to_string())),
        )
        .order((p::written_at, p::wamid))
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((p::wamid, p::written_at, p::content, p::received_at))
        .load(conn)?;
    let row = |(wamid, written_at, content, received_at)| PastRow {
        channel,
        wamid,
        contact,
        written_at: from_micros(written_at),
        content,
        received_at: from_micros(received_at),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Removes messages that have their place.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, channel: ChannelId, wamids: &[String]) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    for wamid in wamids {
        let this = p::tenant_id.eq(tenant).and(p::channel_id.eq(channel.to_string())).and(p::wamid.eq(wamid));
        diesel::delete(p::past_message.filter(this)).execute(conn)?;
    }
    Ok(())
}
