//! Jobs: work that happens after a commit, with leases and a dead end.

use std::collections::HashSet;

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{Instant, ids::JobId};

use crate::{
    clock::{from_micros, micros},
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
    /// Whether the server ended in its last two runs.
    pub ends_servers: bool,
}

/// Leases due jobs to a worker. What bears its name without being in its hands was leased by a commit
/// whose answer was lost: it is free.
///
/// # Errors
/// The database's.
pub fn claim(
    scoped: &mut Scoped,
    worker: &str,
    in_hand: &HashSet<JobId>,
    now: Instant,
    limit: usize,
) -> Result<Vec<JobRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String, String, i64, Option<String>)> = j::job
        .filter(
            j::tenant_id
                .eq(tenant)
                .and(j::dead.eq(false))
                .and(j::due_at.le(micros(now)))
                .and(j::leased_by.is_null().or(j::leased_by.eq(worker))),
        )
        .order((j::due_at, j::id))
        .limit(many(limit + in_hand.len()))
        .select((j::id, j::kind, j::payload, j::attempts, j::error))
        .load(conn)?;
    let mut claimed = Vec::new();
    for (id, kind, payload, attempts, error) in rows {
        let row = JobRow {
            id: id.parse()?,
            kind,
            payload,
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            ends_servers: error.as_deref() == Some(INTERRUPTED_AGAIN),
        };
        if claimed.len() == limit || in_hand.contains(&row.id) {
            continue;
        }
        diesel::update(j::job.filter(j::tenant_id.eq(tenant).and(j::id.eq(&id))))
            .set(j::leased_by.eq(worker))
            .execute(conn)?;
        claimed.push(row);
    }
    Ok(claimed)
}

/// Puts a job back that could not begin; that was no try.
///
/// # Errors
/// The database's.
pub fn put_back(scoped: &mut Scoped, id: JobId, due: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(j::job.filter(j::tenant_id.eq(tenant).and(j::id.eq(id.to_string()))))
        .set((j::due_at.eq(micros(due)), j::leased_by.eq(None::<String>)))
        .execute(conn)?;
    Ok(())
}

/// Frees what another worker had leased: there is one per tenant, so it is gone. Says how many jobs.
///
/// # Errors
/// The database's.
pub fn free_others(scoped: &mut Scoped, worker: &str) -> Result<usize, Fault> {
    let (conn, tenant) = scoped.parts();
    let theirs = j::tenant_id.eq(tenant).and(j::leased_by.ne(worker));
    let before = j::job.filter(theirs.and(j::error.eq_any([INTERRUPTED, INTERRUPTED_AGAIN])));
    let set = (j::leased_by.eq(None::<String>), j::error.eq(INTERRUPTED_AGAIN));
    let again = diesel::update(before).set(set).execute(conn)?;
    let set = (j::leased_by.eq(None::<String>), j::error.eq(INTERRUPTED));
    Ok(again + diesel::update(j::job.filter(theirs)).set(set).execute(conn)?)
}

/// What stands in the place of an error when the server ended during a run.
const INTERRUPTED: &str = "interrupted";
/// The same when it ended in the run before, too.
const INTERRUPTED_AGAIN: &str = "interrupted again";

/// When the next job becomes due that a worker could take.
///
/// # Errors
/// The database's.
pub fn next_due(scoped: &mut Scoped, in_hand: &HashSet<JobId>) -> Result<Option<i64>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, i64)> = j::job
        .filter(j::tenant_id.eq(tenant).and(j::dead.eq(false)))
        .order((j::due_at, j::id))
        .limit(many(in_hand.len() + 1))
        .select((j::id, j::due_at))
        .load(conn)?;
    for (id, due) in rows {
        if !in_hand.contains(&id.parse()?) {
            return Ok(Some(due));
        }
    }
    Ok(None)
}

fn many(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A job that waits for its time.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// Which.
    pub id: JobId,
    /// When it is due.
    pub due: Instant,
    /// Runs that failed so far.
    pub attempts: u32,
}

/// The first job of this kind that waits; one that runs does not.
///
/// # Errors
/// The database's.
pub fn waiting(scoped: &mut Scoped, kind: &str) -> Result<Option<Waiting>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(String, i64, i64)> = j::job
        .filter(
            j::tenant_id.eq(tenant).and(j::kind.eq(kind)).and(j::dead.eq(false)).and(j::leased_by.is_null()),
        )
        .order((j::due_at, j::id))
        .select((j::id, j::due_at, j::attempts))
        .first(conn)
        .optional()?;
    row.map(|(id, due, attempts)| {
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        Ok(Waiting { id: id.parse()?, due: from_micros(due), attempts })
    })
    .transpose()
}

/// Removes all jobs of this kind that wait.
///
/// # Errors
/// The database's.
pub fn remove_waiting(scoped: &mut Scoped, kind: &str) -> Result<usize, Fault> {
    let (conn, tenant) = scoped.parts();
    let waiting = j::job.filter(
        j::tenant_id.eq(tenant).and(j::kind.eq(kind)).and(j::dead.eq(false)).and(j::leased_by.is_null()),
    );
    Ok(diesel::delete(waiting).execute(conn)?)
}

/// Makes a job due at another time.
///
/// # Errors
/// The database's.
pub fn set_due(scoped: &mut Scoped, id: JobId, due: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(j::job.filter(j::tenant_id.eq(tenant).and(j::id.eq(id.to_string()))))
        .set(j::due_at.eq(micros(due)))
        .execute(conn)?;
    Ok(())
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

/// Makes a waiting job due at once; says whether there was one.
///
/// # Errors
/// The database's.
pub fn hasten(scoped: &mut Scoped, kind: &str, payload: &str, now: Instant) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let waiting = j::job.filter(
        j::tenant_id.eq(tenant).and(j::dead.eq(false)).and(j::kind.eq(kind)).and(j::payload.eq(payload)),
    );
    Ok(diesel::update(waiting).set(j::due_at.eq(micros(now))).execute(conn)? > 0)
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

/// Puts a job back for a later run.
///
/// # Errors
/// The database's.
pub fn postpone(scoped: &mut Scoped, job: &JobRow, error: &str, due: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(j::job.filter(j::tenant_id.eq(tenant).and(j::id.eq(job.id.to_string()))))
        .set((
            j::attempts.eq(i64::from(job.attempts) + 1),
            j::error.eq(error),
            j::due_at.eq(micros(due)),
            j::leased_by.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Puts a job to rest among the dead: it failed too often, and somebody should look.
///
/// # Errors
/// The database's.
pub fn bury(scoped: &mut Scoped, job: &JobRow, error: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(j::job.filter(j::tenant_id.eq(tenant).and(j::id.eq(job.id.to_string()))))
        .set((
            j::attempts.eq(i64::from(job.attempts) + 1),
            j::error.eq(error),
            j::dead.eq(true),
            j::leased_by.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}
