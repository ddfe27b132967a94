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
    /// The item as it came.
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
