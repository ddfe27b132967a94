//! Departments.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{ids::QueueId, model::queue::Queue};

use crate::db::{Fault, Scoped, schema::queue::dsl as q};

/// Adds a queue.
///
/// # Errors
/// A unique violation when the name is taken.
pub fn insert(scoped: &mut Scoped, queue: &Queue) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(q::queue)
        .values((
            q::tenant_id.eq(tenant),
            q::id.eq(queue.id.to_string()),
            q::rev.eq(queue.rev as i64),
            q::name.eq(&queue.name),
        ))
        .execute(conn)?;
    Ok(())
}

/// All queues, by name.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<Queue>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, i64, String)> = q::queue
        .filter(q::tenant_id.eq(tenant))
        .order((q::name, q::id))
        .select((q::id, q::rev, q::name))
        .load(conn)?;
    rows.into_iter().map(|(id, rev, name)| Ok(Queue { id: id.parse()?, rev: rev as u64, name })).collect()
}

/// The queue with this name.
///
/// # Errors
/// The database's.
pub fn by_name(scoped: &mut Scoped, name: &str) -> Result<Option<QueueId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let id: Option<String> = q::queue
        .filter(q::tenant_id.eq(tenant).and(q::name.eq(name)))
        .select(q::id)
        .first(conn)
        .optional()?;
    Ok(id.map(|id| id.parse()).transpose()?)
}
