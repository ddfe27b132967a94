//! Authentic webhook items that are not understood, or that broke something: kept as they came.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ChannelId, ContactId},
};
use uuid::Uuid;

use super::slice;
use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::raw_item::dsl as r},
};

/// An item to keep.
#[derive(Debug, Clone)]
pub struct RawItem {
    /// Finds a second copy of the same item.
    pub key: String,
    /// Meta's name of the field or type.
    pub kind: String,
    /// The channel it belongs to, if any.
    pub channel: Option<ChannelId>,
    /// About whom, if that is known.
    pub contact: Option<ContactId>,
    /// Why it could not be taken, for those that broke something.
    pub error: Option<String>,
    /// The item.
    pub raw: String,
}

/// Keeps an item once.
///
/// # Errors
/// The database's.
pub fn keep(scoped: &mut Scoped, item: &RawItem, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    if item.error.is_none() {
        // A copy that breaks nothing settles one that did.
        let broken = r::tenant_id.eq(tenant).and(r::item_key.eq(&item.key)).and(r::error.is_not_null());
        diesel::update(r::raw_item.filter(broken)).set(r::error.eq(None::<String>)).execute(conn)?;
    }
    let known: i64 = r::raw_item
        .filter(r::tenant_id.eq(tenant).and(r::item_key.eq(&item.key)))
        .count()
        .get_result(conn)?;
    if known > 0 {
        if let Some(contact) = item.contact {
            // Nobody it names was known when it came.
            let nobodys = r::tenant_id.eq(tenant).and(r::item_key.eq(&item.key)).and(r::contact_id.is_null());
            diesel::update(r::raw_item.filter(nobodys))
                .set(r::contact_id.eq(contact.to_string()))
                .execute(conn)?;
        }
        return Ok(());
    }
    diesel::insert_into(r::raw_item)
        .values((
            r::tenant_id.eq(tenant),
            r::id.eq(Uuid::now_v7().simple().to_string()),
            r::item_key.eq(&item.key),
            r::kind.eq(&item.kind),
            r::channel_id.eq(item.channel.map(|id| id.to_string())),
            r::contact_id.eq(item.contact.map(|id| id.to_string())),
            r::error.eq(&item.error),
            r::raw.eq(&item.raw),
            r::received_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether an item was taken in already. One that broke something was not.
///
/// # Errors
/// The database's.
pub fn is_known(scoped: &mut Scoped, key: &str) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let known: i64 = r::raw_item
        .filter(r::tenant_id.eq(tenant).and(r::item_key.eq(key)).and(r::error.is_null()))
        .count()
        .get_result(conn)?;
    Ok(known > 0)
}

/// Items that broke something: id and raw text.
///
/// # Errors
/// The database's.
pub fn poisonous(scoped: &mut Scoped) -> Result<Vec<(String, String, Option<String>)>, Fault> {
    let (conn, tenant) = scoped.parts();
    Ok(r::raw_item
        .filter(r::tenant_id.eq(tenant).and(r::error.is_not_null()))
        .order(r::id)
        .select((r::id, r::raw, r::channel_id))
        .load(conn)?)
}

/// An item that broke something, for a list.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Which.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// The number it is about.
    pub channel: Option<ChannelId>,
    /// What it broke.
    pub error: String,
    /// When it came.
    pub at: Instant,
}

/// Items that broke something, newest first, at most `most`.
///
/// # Errors
/// The database's.
pub fn broken(scoped: &mut Scoped, most: usize) -> Result<Vec<Broken>, Fault> {
    type Row = (String, String, Option<String>, Option<String>, i64);
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = r::raw_item
        .filter(r::tenant_id.eq(tenant).and(r::error.is_not_null()))
        .order((r::received_at.desc(), r::id.desc()))
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((r::id, r::kind, r::channel_id, r::error, r::received_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, kind, channel, error, at)| {
            let channel = channel.map(|id| id.parse()).transpose()?;
            Ok(Broken { id, kind, channel, error: error.unwrap_or_default(), at: from_micros(at) })
        })
        .collect()
}

/// One item that broke something: its text and channel.
///
/// # Errors
/// The database's.
pub fn broken_one(scoped: &mut Scoped, id: &str) -> Result<Option<(String, Option<String>)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let this = r::tenant_id.eq(tenant).and(r::id.eq(id)).and(r::error.is_not_null());
    Ok(r::raw_item.filter(this).select((r::raw, r::channel_id)).first(conn).optional()?)
}

/// Notes that an item breaks nothing any more.
///
/// # Errors
/// The database's.
pub fn clear_error(scoped: &mut Scoped, id: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(r::raw_item.filter(r::tenant_id.eq(tenant).and(r::id.eq(id))))
        .set(r::error.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Removes an item that was replayed.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(r::raw_item.filter(r::tenant_id.eq(tenant).and(r::id.eq(id)))).execute(conn)?;
    Ok(())
}

/// Forgets a slice of the items older than an instant, also of those that broke something; says how many.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, r::raw_item, r::tenant_id, r::received_at, before)
}
