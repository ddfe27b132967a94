//! Authentic items that no tenant may have: the operator's to look at.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{Instant, ids::ConnectionId};
use uuid::Uuid;

use crate::{
    clock::micros,
    db::{Fault, connection::AnyConnection, schema::quarantine::dsl as q},
};

/// An item in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Finds a second copy of the same item.
    pub key: String,
    /// Whose secret signed it.
    pub connection: ConnectionId,
    /// Why it was not routed.
    pub reason: String,
    /// The item with what it takes to route it again, or a body that has no items as it came.
    pub raw: String,
}

/// Keeps an item once.
///
/// # Errors
/// The database's.
pub fn keep(conn: &mut AnyConnection, item: &Quarantined, now: Instant) -> Result<(), Fault> {
    let known: i64 = q::quarantine.filter(q::item_key.eq(&item.key)).count().get_result(conn)?;
    if known > 0 {
        return Ok(());
    }
    diesel::insert_into(q::quarantine)
        .values((
            q::id.eq(Uuid::now_v7().simple().to_string()),
            q::item_key.eq(&item.key),
            q::connection_id.eq(item.connection.to_string()),
            q::reason.eq(&item.reason),
            q::raw.eq(&item.raw),
            q::bytes.eq(i64::try_from(item.raw.len()).unwrap_or(i64::MAX)),
            q::received_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes an item that a tenant has now.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut AnyConnection, key: &str) -> Result<(), Fault> {
    diesel::delete(q::quarantine.filter(q::item_key.eq(key))).execute(conn)?;
    Ok(())
}

/// Keeps what one connection's items take within bounds: whoever has an app secret can sign anything.
/// The oldest go first; says how many went.
///
/// # Errors
/// The database's.
pub fn trim(conn: &mut AnyConnection, connection: ConnectionId) -> Result<usize, Fault> {
    let mine = q::connection_id.eq(connection.to_string());
    let newest: Vec<(String, i64)> = q::quarantine
        .filter(mine.clone())
        .order(q::id.desc())
        .limit(MOST_ITEMS + 1)
        .select((q::id, q::bytes))
        .load(conn)?;
    let mut bytes = 0_i64;
    let surplus = newest.iter().zip(0..).find(|((_, size), place)| {
        bytes = bytes.saturating_add(*size);
        *place > 0 && (*place == MOST_ITEMS || bytes > MOST_BYTES)
    });
    let Some(((first, _), _)) = surplus else { return Ok(0) };
    Ok(diesel::delete(q::quarantine.filter(mine.and(q::id.le(first)))).execute(conn)?)
}

/// Items of one connection that are kept at most.
const MOST_ITEMS: i64 = 10_000;
/// What one connection's items may take, in bytes.
const MOST_BYTES: i64 = 64 * 1024 * 1024;

/// Forgets items older than an instant.
///
/// # Errors
/// The database's.
pub fn prune(conn: &mut AnyConnection, before: Instant) -> Result<usize, Fault> {
    Ok(diesel::delete(q::quarantine.filter(q::received_at.lt(micros(before)))).execute(conn)?)
}

/// Everything in quarantine, oldest first.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<Quarantined>, Fault> {
    let rows: Vec<(String, String, String, String)> =
        q::quarantine.order(q::id).select((q::item_key, q::connection_id, q::reason, q::raw)).load(conn)?;
    rows.into_iter()
        .map(|(key, connection, reason, raw)| {
            Ok(Quarantined { key, connection: connection.parse()?, reason, raw })
        })
        .collect()
}
