//! The one writer of a tenant: a thread that commits what is queued in groups.
//!
//! Rules: one transaction per group, one savepoint per job, positions given in job order, the head
//! written once. A refusal undoes one job. Jobs that are hardly ever refused go without a savepoint,
//! which costs them as much as a row; when one of them is refused after all, the group is undone and
//! run again with savepoints for everybody. Any other error, swallowed or not, or a panic ends the
//! group: rollback, a fresh connection, and each job once more on its own. Jobs are therefore
//! idempotent; a lost COMMIT answer is just another reason to run them again.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant as Monotonic},
};

use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, connection::SimpleConnection, sql_query,
    sql_types,
};
use shared::{Pos, ids::Epoch};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{
    connection::{Alarm, OpenError, Scoped},
    engine::{Engine, begin_write},
    error::{Fault, WriteError},
    fixed::{Fixed, statements},
    record::{CommitSink, Committed, Kicks, Recorded, rendered},
    rows::{fact, live_event},
    schema,
    tx::{LogHead, Tx},
};
use crate::{
    clock::Clock,
    fault::{self, Point},
    tenant::TenantId,
};

/// Most jobs in one group. More would only make the first of them wait longer.
const GROUP: usize = 64;
/// Most jobs that may wait. Whoever comes then is told to come again: memory is not a queue.
pub(crate) const QUEUE: usize = 4_096;
/// A file is checked after a failure, but not again for so long: on a full disk every group fails,
/// and each check reads the whole file while callers wait for their answer.
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// A write with its position, once durable.
pub(crate) type Written<T> = (T, Pos);

/// Whether a job is expected to be refused now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It gets a savepoint.
    Likely,
    /// It gets none as long as nobody in its group is refused.
    Unlikely,
}

/// Work that waits for the writer. `run` may be called more than once and must be able to.
pub(crate) trait Job: Send {
    /// What is expected of it.
    fn refusal(&self) -> Refusal;
    /// Does the work; the outcome stays inside until [`Job::settle`].
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault>;
    /// Answers the caller: the position after the job, or why nothing happened.
    fn settle(self: Box<Self>, outcome: Result<Pos, WriteError>);
}

pub(crate) struct TypedJob<F, T> {
    refusal: Refusal,
    work: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<Written<T>, WriteError>>,
}

impl<F, T> TypedJob<F, T> {
    pub(crate) fn new(
        refusal: Refusal,
        work: F,
        reply: oneshot::Sender<Result<Written<T>, WriteError>>,
    ) -> Self {
        Self { refusal, work, value: None, reply }
    }
}

impl<F, T> Job for TypedJob<F, T>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send,
    T: Send,
{
    fn refusal(&self) -> Refusal {
        self.refusal
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.value = Some((self.work)(tx)?);
        Ok(())
    }

    fn settle(self: Box<Self>, outcome: Result<Pos, WriteError>) {
        let answer = match (outcome, self.value) {
            (Ok(pos), Some(value)) => Ok((value, pos)),
            (Ok(_), None) => Err(WriteError::Panicked("a job ended without a value".into())),
            (Err(error), _) => Err(error),
        };
        // A caller that went away does not undo what is durable.
        let _ = self.reply.send(answer);
    }
}

/// Why a group came to nothing.
enum Undone {
    /// A job without a savepoint was refused.
    Refused,
    /// The database failed, or a job panicked.
    Failed(String),
}

impl Undone {
    fn failed(error: diesel::result::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What one attempt at a group came to.
struct Attempt {
    outcomes: Vec<Result<Pos, WriteError>>,
    last_fact: u128,
    committed: Committed,
}

pub(crate) struct Writer {
    engine: Engine,
    tenant: TenantId,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn CommitSink>,
    conn: Option<Scoped>,
    alarm: Alarm,
    published: Pos,
    /// The id of the newest fact that was stored, as a number.
    last_fact: u128,
    checked: Option<Monotonic>,
    /// Tests: the next COMMIT happens, but its answer does not arrive.
    lose_answer: Arc<AtomicBool>,
}

#[derive(diesel::QueryableByName)]
struct LogRow {
    #[diesel(sql_type = sql_types::Text)]
    epoch: String,
    #[diesel(sql_type = sql_types::BigInt)]
    head: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    audit_seq: i64,
    #[diesel(sql_type = sql_types::Text)]
    audit_hash: String,
}

#[derive(diesel::QueryableByName)]
struct Check {
    #[diesel(sql_type = sql_types::Text)]
    quick_check: String,
}

impl Writer {
    /// Opens the tenant's database and reads where its log stands.
    pub(crate) fn open(
        engine: Engine,
        tenant: TenantId,
        clock: Arc<dyn Clock>,
        sink: Arc<dyn CommitSink>,
        lose_answer: Arc<AtomicBool>,
    ) -> Result<Self, OpenError> {
        let mut writer = Self {
            engine,
            tenant,
            clock,
            sink,
            conn: None,
            alarm: Alarm::default(),
            published: 0,
            last_fact: 0,
            checked: None,
            lose_answer,
        };
        let mut conn = writer.engine.open_tenant(tenant, Some(writer.alarm.clone()))?;
        (writer.published, writer.last_fact) = Self::inspect(&mut conn)?;
        writer.conn = Some(conn);
        Ok(writer)
    }

    /// The position up to which the sink has heard everything.
    pub(crate) fn published(&self) -> Pos {
        self.published
    }

    /// Serves until every sender is gone.
    pub(crate) fn serve(mut self, mut queue: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = queue.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP {
                match queue.try_recv() {
                    Ok(job) => group.push(job),
                    Err(_) => break,
                }
            }
            self.run(group);
        }
    }

    fn run(&mut self, mut group: Vec<Box<dyn Job>>) {
        match self.attempt(&mut group) {
            Ok(attempt) => self.conclude(group, attempt),
            Err(reason) => {
                tracing::warn!(tenant.id = %self.tenant, jobs = group.len(), reason = %reason, "a group of writes failed; running each alone");
                // Once the database does not even open, nobody behind needs to find out alone.
                let mut away: Option<String> = None;
                for mut job in group {
                    let alone = std::slice::from_mut(&mut job);
                    if away.is_none() {
                        away = self.reopen().err();
                    }
                    let attempt = match &away {
                        Some(reason) => Err(reason.clone()),
                        None => self.attempt(alone),
                    };
                    match attempt {
                        Ok(attempt) => self.conclude(vec![job], attempt),
                        Err(reason) => {
                            tracing::error!(tenant.id = %self.tenant, reason = %reason, "a write failed also alone");
                            let panicked = reason.starts_with(PANIC);
                            job.settle(Err(if panicked {
                                WriteError::Panicked(reason)
                            } else {
                                WriteError::Unavailable(reason)
                            }));
                        }
                    }
                }
            }
        }
    }

    fn conclude(&mut self, group: Vec<Box<dyn Job>>, attempt: Attempt) {
        if let Some(last) = attempt.committed.events.last() {
            self.published = last.pos;
        }
        if !attempt.committed.events.is_empty() || attempt.committed.kicks != Kicks::default() {
            self.sink.committed(attempt.committed);
        }
        fault::reach(Point::CommitPublished);
        for (job, outcome) in group.into_iter().zip(attempt.outcomes) {
            job.settle(outcome);
        }
    }

    /// Runs the jobs in one transaction. On error nothing of them is stored and the connection is
    /// closed, unless the error struck the COMMIT itself, whose outcome is then unknown.
    fn attempt(&mut self, group: &mut [Box<dyn Job>]) -> Result<Attempt, String> {
        let Some(mut conn) = self.conn.take() else { return Err("the database is not open".into()) };
        let _ = self.alarm.take();
        let now = self.clock.now();
        let careful = group.iter().all(|job| job.refusal() == Refusal::Likely);
        let mut done = Self::transact(&mut conn, group, now, &self.alarm, careful, self.last_fact);
        if let Err(Undone::Refused) = done {
            done = match conn.conn.batch_execute("ROLLBACK") {
                Ok(()) => Self::transact(&mut conn, group, now, &self.alarm, true, self.last_fact),
                Err(error) => Err(Undone::failed(error)),
            };
        }
        match done {
            Ok(_) if self.lose_answer.swap(false, Ordering::SeqCst) => {
                Err("the answer to COMMIT was lost".into())
            }
            Ok(attempt) => {
                self.conn = Some(conn);
                self.last_fact = attempt.last_fact;
                Ok(attempt)
            }
            Err(undone) => {
                // Best effort: dropping the connection rolls back as well.
                let _ = conn.conn.batch_execute("ROLLBACK");
                Err(match undone {
                    Undone::Failed(reason) => reason,
                    Undone::Refused => "a job was refused that had a savepoint".into(),
                })
            }
        }
    }

    fn transact(
        conn: &mut Scoped,
        group: &mut [Box<dyn Job>],
        now: shared::Instant,
        alarm: &Alarm,
        careful: bool,
        last_fact: u128,
    ) -> Result<Attempt, Undone> {
        let say = Undone::failed;
        begin_write(conn).map_err(say)?;
        let row = read_log(conn, true).map_err(say)?;
        let epoch: Epoch =
            row.epoch.parse().map_err(|_| Undone::Failed("the log's epoch is malformed".into()))?;
        let mut log = LogHead {
            head: row.head as Pos,
            audit_seq: row.audit_seq,
            audit_hash: row.audit_hash.clone(),
            last_fact,
        };
        let mut outcomes = Vec::with_capacity(group.len());
        let mut events = Vec::new();
        let mut kicks = Kicks::default();

        for job in group.iter_mut() {
            let saved = careful || job.refusal() == Refusal::Likely;
            if saved {
                conn.conn.batch_execute("SAVEPOINT job").map_err(say)?;
            }
            let mut tx = Tx::new(conn, now, log.clone());
            let ran = catch_unwind(AssertUnwindSafe(|| {
                job.run(&mut tx)?;
                record(&mut tx)
            }))
            .map_err(|panic| Undone::Failed(format!("{PANIC}{}", panic_text(&*panic))))?;
            let (after, wanted) = (tx.log.clone(), tx.kicks);
            if let Some(error) = alarm.take() {
                return Err(Undone::Failed(error));
            }
            match ran {
                Ok(recorded) => {
                    if saved {
                        conn.conn.batch_execute("RELEASE SAVEPOINT job").map_err(say)?;
                    }
                    log = after;
                    log.head += recorded.len() as Pos;
                    kicks.merge(wanted);
                    events.extend(recorded.into_iter().map(Arc::new));
                    outcomes.push(Ok(log.head));
                }
                Err(fault) if fault.is_contained() && !saved => return Err(Undone::Refused),
                Err(fault) if fault.is_contained() => {
                    conn.conn
                        .batch_execute("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")
                        .map_err(say)?;
                    outcomes.push(Err(refusal(fault, conn.tenant)));
                }
                Err(fault) => return Err(Undone::Failed(fault.to_string())),
            }
        }
        write_log(conn, &log, &row).map_err(say)?;
        fault::reach(Point::CommitBefore);
        conn.conn.batch_execute("COMMIT").map_err(say)?;
        fault::reach(Point::CommitAfter);
        if let Some(error) = alarm.take() {
            return Err(Undone::Failed(error));
        }
        let last_fact = log.last_fact;
        Ok(Attempt {
            outcomes,
            last_fact,
            committed: Committed { tenant: conn.tenant, epoch, events, kicks },
        })
    }

    /// A fresh connection after a failure, checked, with everything committed but unheard published:
    /// the COMMIT whose answer was lost may have happened.
    fn reopen(&mut self) -> Result<(), String> {
        if self.conn.is_some() {
            return Ok(());
        }
        let mut conn =
            self.engine.open_tenant(self.tenant, Some(self.alarm.clone())).map_err(|e| e.to_string())?;
        let due = self.checked.is_none_or(|at| at.elapsed() >= CHECK_EVERY);
        if conn.conn.is_sqlite() && due {
            let check: Check = sql_query("PRAGMA quick_check(1)")
                .get_result(&mut conn.conn)
                .map_err(|e| format!("quick_check: {e}"))?;
            if check.quick_check != "ok" {
                return Err(format!("quick_check: {}", check.quick_check));
            }
            self.checked = Some(Monotonic::now());
        }
        let (head, last_fact) = Self::inspect(&mut conn).map_err(|e| e.to_string())?;
        self.last_fact = last_fact;
        if head > self.published {
            let missing = self.unheard(&mut conn).map_err(|e| e.to_string())?;
            self.sink.committed(missing);
            self.published = head;
        }
        self.conn = Some(conn);
        Ok(())
    }

    fn unheard(&self, conn: &mut Scoped) -> Result<Committed, Fault> {
        super::engine::begin_read(conn)?;
        let epoch = read_log(conn, false)?.epoch.parse()?;
        let events = live_event::after(conn, self.published, i64::MAX)?;
        conn.conn.batch_execute("COMMIT")?;
        Ok(Committed {
            tenant: self.tenant,
            epoch,
            events: events.into_iter().map(Arc::new).collect(),
            kicks: Kicks { outbox: true, jobs: true },
        })
    }

    /// Where the log stands, and the newest fact.
    fn inspect(conn: &mut Scoped) -> Result<(Pos, u128), OpenError> {
        super::engine::begin_read(conn)?;
        let row = read_log(conn, false)?;
        let last = fact::last(conn).map_err(|fault| OpenError(fault.to_string()))?;
        conn.conn.batch_execute("COMMIT")?;
        let last = last.and_then(|id| Uuid::try_parse(&id).ok());
        Ok((row.head as Pos, last.map_or(0, |id| id.as_u128())))
    }
}

const PANIC: &str = "panic: ";

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

fn refusal(fault: Fault, tenant: TenantId) -> WriteError {
    match fault {
        Fault::Refused(code) => WriteError::Refused(code),
        Fault::Db(error) => {
            tracing::error!(tenant.id = %tenant, error = %error, "a constraint refused a write");
            WriteError::Constraint(error.to_string())
        }
        Fault::Broken(what) => {
            tracing::error!(tenant.id = %tenant, what, "a row is not as expected");
            WriteError::Constraint(what)
        }
    }
}

/// Writes the job's events behind the head the job started from.
fn record(tx: &mut Tx<'_>) -> Result<Vec<Recorded>, Fault> {
    let (at, head) = (tx.now(), tx.log.head);
    let mut recorded = Vec::new();
    for (draft, pos) in tx.take_drafts().into_iter().zip(head + 1..) {
        let payload = serde_json::to_string(&draft.event).map_err(|e| Fault::Broken(e.to_string()))?;
        live_event::insert(tx, pos, at, &draft, &payload)?;
        recorded.push(Recorded {
            pos,
            at,
            before: draft.before,
            after: draft.after,
            event: draft.event,
            rendered: rendered(pos, &payload),
        });
    }
    Ok(recorded)
}

fn read_log(conn: &mut Scoped, lock: bool) -> Result<LogRow, diesel::result::Error> {
    let (conn, tenant) = conn.parts();
    // PostgreSQL: this row lock comes before any other, so two nodes' groups never interleave.
    let tail = if lock && !conn.is_sqlite() { " FOR UPDATE" } else { "" };
    sql_query(format!("SELECT epoch, head, audit_seq, audit_hash FROM tenant_log WHERE tenant_id = $1{tail}"))
        .bind::<sql_types::BigInt, _>(tenant)
        .get_result(conn)
}

statements! {
    WriteLog: "UPDATE tenant_log SET head = ?, audit_seq = ?, audit_hash = ? WHERE tenant_id = ?";
}

fn write_log(conn: &mut Scoped, log: &LogHead, row: &LogRow) -> Result<(), diesel::result::Error> {
    if log.head as i64 == row.head && log.audit_seq == row.audit_seq {
        return Ok(());
    }
    let (conn, tenant) = conn.parts();
    let values =
        [(log.head as i64).into(), log.audit_seq.into(), log.audit_hash.as_str().into(), tenant.into()];
    Fixed::<WriteLog, _>::new(values).execute(conn)?;
    Ok(())
}

/// When the tenant needs attention next: the earliest due job, outbox row or timer, or at once when members
/// count as connected, because nobody will be after this run of the server.
pub(crate) fn next_due(conn: &mut Scoped) -> Result<Option<i64>, diesel::result::Error> {
    use schema::{agent_presence::dsl as p, job::dsl as j, outbox::dsl as o, timer::dsl as t};
    let (conn, tenant) = conn.parts();
    let connected: i64 = p::agent_presence
        .filter(p::tenant_id.eq(tenant).and(p::connected.eq(true)))
        .count()
        .get_result(conn)?;
    if connected > 0 {
        return Ok(Some(0));
    }
    let job: Option<i64> = j::job
        .filter(j::tenant_id.eq(tenant).and(j::dead.eq(false)))
        .select(diesel::dsl::min(j::due_at))
        .get_result(conn)?;
    let outbox: Option<i64> =
        o::outbox.filter(o::tenant_id.eq(tenant)).select(diesel::dsl::min(o::due_at)).get_result(conn)?;
    let timer: Option<i64> =
        t::timer.filter(t::tenant_id.eq(tenant)).select(diesel::dsl::min(t::due_at)).get_result(conn)?;
    Ok([job, outbox, timer].into_iter().flatten().min())
}
