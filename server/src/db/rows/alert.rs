//! Which thresholds of queues are crossed. One row for each queue and threshold that ever was.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{Instant, ids::QueueId, model::board::AlertKind};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        fixed::{Fixed, statements},
        schema::alert::dsl as a,
    },
};

/// A threshold that is crossed, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Whose.
    pub queue: QueueId,
    /// Which.
    pub what: AlertKind,
    /// Since when.
    pub since: Instant,
    /// The figure that crossed it.
    pub value: i64,
    /// What it was then.
    pub threshold: u32,
    /// Whether it still is crossed.
    pub raised: bool,
    /// When supervisors were told of it last.
    pub told: Option<Instant>,
}

statements! {
    // Whoever else raises it at the same time finds that it is.
    Raise: "INSERT INTO alert (tenant_id, queue_id, what, since, value, threshold) VALUES (?, ?, ?, ?, ?, ?) \
    ON CONFLICT (tenant_id, queue_id, what) DO UPDATE SET since = excluded.since, value = excluded.value, \
    threshold = excluded.threshold, ended_at = NULL WHERE alert.ended_at IS NOT NULL";
}

/// Notes that a threshold is crossed from now on; says whether it was not before.
///
/// # Errors
/// The database's.
pub fn raise(
    scoped: &mut Scoped,
    (queue, what): (QueueId, AlertKind),
    now: Instant,
    value: i64,
    threshold: u32,
) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let raise = Fixed::<Raise, _>::new([
        tenant.into(),
        queue.to_string().into(),
        what.as_str().into(),
        micros(now).into(),
        value.into(),
        i64::from(threshold).into(),
    ]);
    Ok(raise.execute(conn)? > 0)
}

/// Notes that a threshold is crossed no longer; says whether it was.
///
/// # Errors
/// The database's.
pub fn end(scoped: &mut Scoped, queue: QueueId, what: AlertKind, now: Instant) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let one = a::tenant_id.eq(tenant).and(a::queue_id.eq(queue.to_string())).and(a::what.eq(what.as_str()));
    let raised = a::alert.filter(one.and(a::ended_at.is_null()));
    Ok(diesel::update(raised).set(a::ended_at.eq(micros(now))).execute(conn)? > 0)
}

/// Notes that supervisors are told of it now.
///
/// # Errors
/// The database's.
pub fn told(scoped: &mut Scoped, queue: QueueId, what: AlertKind, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let one = a::tenant_id.eq(tenant).and(a::queue_id.eq(queue.to_string())).and(a::what.eq(what.as_str()));
    diesel::update(a::alert.filter(one)).set(a::told_at.eq(micros(now))).execute(conn)?;
    Ok(())
}

type Row = (String, String, i64, i64, i64, Option<i64>, Option<i64>);

/// All of them, by queue.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<AlertRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = a::alert
        .filter(a::tenant_id.eq(tenant))
        .order((a::queue_id, a::what))
        .select((a::queue_id, a::what, a::since, a::value, a::threshold, a::ended_at, a::told_at))
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

fn model((queue, what, since, value, threshold, ended_at, told): Row) -> Result<AlertRow, Fault> {
    Ok(AlertRow {
        queue: queue.parse()?,
        what: AlertKind::parse(&what).ok_or_else(|| Fault::Broken(format!("alert {what}")))?,
        since: from_micros(since),
        value,
        threshold: u32::try_from(threshold).unwrap_or(u32::MAX),
        raised: ended_at.is_none(),
        told: told.map(from_micros),
    })
}
