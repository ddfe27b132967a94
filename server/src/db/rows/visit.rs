//! What happened to a conversation since it opened that is not to happen twice.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ConversationId, QueueId},
};

use super::message::json;
use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        fixed::{Fixed, statements},
        schema::visit::dsl as v,
    },
};

/// A conversation from its opening to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// When it opened: with another opening another visit begins.
    pub opened_at: Instant,
    /// When the customer was told last that the queue is closed; stays from visit to visit.
    pub away_at: Option<Instant>,
    /// How often they were told their place.
    pub told: u32,
    /// Whether they were told that many wait.
    pub full: bool,
    /// The queues from and to which it was sent because one was full.
    pub been: Vec<QueueId>,
}

statements! {
    Put: "INSERT INTO visit (tenant_id, conversation_id, opened_at, away_at, told, full_told, been) \
    VALUES (?, ?, ?, ?, ?, CAST(? AS INTEGER) = 1, ?) \
    ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET opened_at = excluded.opened_at, \
    away_at = excluded.away_at, told = excluded.told, full_told = excluded.full_told, been = excluded.been";
}

/// The visit that began then; nothing happened in one of which nothing is stored.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ConversationId, opened_at: Instant) -> Result<Visit, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(i64, Option<i64>, i64, bool, String)> = v::visit
        .filter(v::tenant_id.eq(tenant).and(v::conversation_id.eq(id.to_string())))
        .select((v::opened_at, v::away_at, v::told, v::full_told, v::been))
        .first(conn)
        .optional()?;
    let fresh = Visit { opened_at, away_at: None, told: 0, full: false, been: Vec::new() };
    let Some((known, away_at, told, full, been)) = row else { return Ok(fresh) };
    let away_at = away_at.map(from_micros);
    if known != micros(opened_at) {
        return Ok(Visit { away_at, ..fresh });
    }
    let been = serde_json::from_str(&been).map_err(|error| Fault::Broken(error.to_string()))?;
    Ok(Visit { away_at, told: u32::try_from(told).unwrap_or(u32::MAX), full, been, ..fresh })
}

/// Stores a visit.
///
/// # Errors
/// The database's.
pub fn put(scoped: &mut Scoped, id: ConversationId, visit: &Visit) -> Result<(), Fault> {
    let been = json(&visit.been)?;
    let (conn, tenant) = scoped.parts();
    let put = Fixed::<Put, _>::new([
        tenant.into(),
        id.to_string().into(),
        micros(visit.opened_at).into(),
        visit.away_at.map(micros).into(),
        i64::from(visit.told).into(),
        i64::from(visit.full).into(),
        been.into(),
    ]);
    put.execute(conn)?;
    Ok(())
}
