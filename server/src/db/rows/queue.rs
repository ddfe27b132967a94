//! Departments and their rules.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::QueueId,
    model::queue::{Queue, QueueRules},
};

use crate::db::{Fault, Scoped, schema::queue::dsl as q};

type Row = (String, i64, String, String);

/// Adds a queue.
///
/// # Errors
/// A unique violation when the name is taken.
pub fn insert(scoped: &mut Scoped, queue: &Queue) -> Result<(), Fault> {
    let rules = json(&queue.rules)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(q::queue)
        .values((
            q::tenant_id.eq(tenant),
            q::id.eq(queue.id.to_string()),
            q::rev.eq(queue.rev as i64),
            q::name.eq(&queue.name),
            q::rules.eq(rules),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores name and rules.
///
/// # Errors
/// A unique violation when the name is taken.
pub fn update(scoped: &mut Scoped, queue: &Queue) -> Result<(), Fault> {
    let rules = json(&queue.rules)?;
    let (conn, tenant) = scoped.parts();
    diesel::update(q::queue.filter(q::tenant_id.eq(tenant).and(q::id.eq(queue.id.to_string()))))
        .set((q::rev.eq(queue.rev as i64), q::name.eq(&queue.name), q::rules.eq(rules)))
        .execute(conn)?;
    Ok(())
}

/// One queue.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: QueueId) -> Result<Option<Queue>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = q::queue
        .filter(q::tenant_id.eq(tenant).and(q::id.eq(id.to_string())))
        .select((q::id, q::rev, q::name, q::rules))
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// The rules of a queue; those of one that is not there are a manual one's.
///
/// # Errors
/// The database's.
pub fn rules(scoped: &mut Scoped, id: Option<QueueId>) -> Result<QueueRules, Fault> {
    let Some(id) = id else { return Ok(QueueRules::manual()) };
    Ok(find(scoped, id)?.map_or_else(QueueRules::manual, |queue| queue.rules))
}

/// All queues, by name.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<Queue>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = q::queue
        .filter(q::tenant_id.eq(tenant))
        .order((q::name, q::id))
        .select((q::id, q::rev, q::name, q::rules))
        .load(conn)?;
    rows.into_iter().map(model).collect()
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

fn model((id, rev, name, rules): Row) -> Result<Queue, Fault> {
    let rules = serde_json::from_str(&rules).map_err(|error| Fault::Broken(format!("rules: {error}")))?;
    Ok(Queue { id: id.parse()?, rev: rev as u64, name, rules })
}

fn json(rules: &QueueRules) -> Result<String, Fault> {
    serde_json::to_string(rules).map_err(|error| Fault::Broken(error.to_string()))
}
