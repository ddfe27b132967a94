//! Jobs: work that happens after a commit, with leases and a dead end.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{Instant, ids::JobId};

use crate::{
    clock::micros,
    db::{Fault, Scoped, schema::job::dsl as j},
};

/// A job to run.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// Which.
    pub id: JobId,
    /// What kind of work.
    pub kind: String,
    /// What it is about, as JSON.
    pub payload: String,
    /// Runs that failed so far.
    pub attempts: u32,
}

/// Leases due jobs to a worker. A lease of another run of the server counts only until it is over.
///
/// # Errors
/// The database's.
pub fn claim(
    scoped: &mut Scoped,
    worker: &str,
    now: Instant,
    until: Instant,
    limit: i64,
) -> Result<Vec<JobRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String, String, i64)> = j::job
        .filter(
            j::tenant_id
                .eq(tenant)
                .and(j::dead.eq(false))
                .and(j::due_at.le(micros(now)))
                .and(j::leased_by.is_null().or(j::lease_until.lt(micros(now)))),
        )
        .order((j::due_at, j::id))
        .limit(limit)
        .select((j::id, j::kind, j::payload, j::attempts))
        .load(conn)?;
    let mut claimed = Vec::with_capacity(rows.len());
    for (id, kind, payload, attempts) in rows {
        diesel::update(j::job.filter(j::tenant_id.eq(tenant).and(j::id.eq(&id))))
            .set((j::leased_by.eq(worker), j::lease_until.eq(micros(until))))
            .execute(conn)?;
        claimed.push(JobRow {
            id: id.parse()?,
            kind,
            payload,
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        });
    }
    Ok(claimed)
}

/// When the next job becomes due.
///
/// # Errors
/// The database's.
pub fn next_due(scoped: &mut Scoped) -> Result<Option<i64>, Fault> {
    let (conn, tenant) = scoped.parts();
    Ok(j::job
        .filter(j::tenant_id.eq(tenant).and(j::dead.eq(false)).and(j::leased_by.is_null()))
        .select(diesel::dsl::min(j::due_at))
        .get_result(conn)?)
}

/// Whether a live job of this kind exists.
///
/// # Errors
/// The database's.
pub fn exists(scoped: &mut Scoped, kind: &str) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 = j::job
        .filter(j::tenant_id.eq(tenant).and(j::kind.eq(kind)).and(j::dead.eq(false)))
        .count()
        .get_result(conn)?;
    Ok(n > 0)
}

/// Removes a job that is done.
///
/// # Errors
/// The database's.
pub fn done(scoped: &mut Scoped, id: JobId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(j::job.filter(j::tenant_id.eq(tenant).and(j::id.eq(id.to_string())))).execute(conn)?;
    Ok(())
}

/// Puts a job back, or to rest among the dead.
///
/// # Errors
/// The database's.
pub fn failed(
    scoped: &mut Scoped,
    job: &JobRow,
    error: &str,
    retry_at: Option<Instant>,
) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(j::job.filter(j::tenant_id.eq(tenant).and(j::id.eq(job.id.to_string()))))
        .set((
            j::attempts.eq(i64::from(job.attempts) + 1),
            j::error.eq(error),
            j::dead.eq(retry_at.is_none()),
            j::due_at.eq(retry_at.map_or(0, micros)),
            j::leased_by.eq(None::<String>),
            j::lease_until.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(())
}
