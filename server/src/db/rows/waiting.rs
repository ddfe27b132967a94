//! How conversations wait. A row stays as long as its conversation is open, so that one that goes back to its queue
//! has its old place.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, dsl::sql,
    sql_types::Bool,
};
use serde::{Deserialize, Serialize};
use shared::{
    Instant,
    ids::{ConversationId, MemberId, QueueId},
    model::queue::PriorityWhen,
};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        fixed::{Fixed, statements},
        schema::waiting::dsl as w,
    },
};

/// A conversation's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    /// Whose.
    pub conversation: ConversationId,
    /// Where.
    pub queue: QueueId,
    /// Whether it waits now.
    pub waits: bool,
    /// When its customer came to wait for an answer; new when they ask again after they had one.
    pub since: Instant,
    /// How many seconds count as waited already.
    pub priority: u32,
    /// What its agent must know besides what the queue asks for, sorted.
    pub skills: Vec<String>,
    /// Which ring it has reached.
    pub ring: u8,
    /// Who must be found for it, as one word: those with the same word can be answered by the same.
    pub need: String,
    /// Who had it and gave it away, and until when they are not asked again.
    pub passed: Vec<Passed>,
    /// Whom it is kept for.
    pub sticky: Option<(MemberId, Instant)>,
    /// Since when it waits where it waits; unlike `since` this is new in another queue, and after an agent had it. An
    /// offer that was not accepted is no time with an agent.
    pub came_at: Instant,
    /// The rule by which seconds count as waited already.
    pub because: Option<PriorityWhen>,
}

/// A member who is not asked for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Who.
    pub member: MemberId,
    /// Until when, in microseconds.
    pub until: i64,
}

impl WaitingRow {
    /// The order in which conversations are answered: the smallest first.
    pub fn rank(&self) -> i64 {
        micros(self.since) - i64::from(self.priority) * 1_000_000
    }
}

/// The first that waits of those with the same need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What they need.
    pub need: String,
    /// Its rank.
    pub rank: i64,
    /// Which.
    pub conversation: ConversationId,
}

statements! {
    Put: "INSERT INTO waiting (tenant_id, conversation_id, queue_id, waits, since, priority, rank_at, skills, ring, \
    need, passed, sticky_id, sticky_until, came_at, because) \
    VALUES (?, ?, ?, CAST(? AS INTEGER) = 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
    ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET queue_id = excluded.queue_id, waits = excluded.waits, \
    since = excluded.since, priority = excluded.priority, rank_at = excluded.rank_at, skills = excluded.skills, \
    ring = excluded.ring, need = excluded.need, passed = excluded.passed, sticky_id = excluded.sticky_id, \
    sticky_until = excluded.sticky_until, came_at = excluded.came_at, because = excluded.because";
    Leave: "UPDATE waiting SET waits = FALSE WHERE tenant_id = ? AND conversation_id = ? AND waits";
    Remove: "DELETE FROM waiting WHERE tenant_id = ? AND conversation_id = ?";
}

/// The condition of the index, word by word: SQLite does not compare an index's condition with a value that is bound.
const WAITS: &str = "waiting.waits";

/// Stores a place.
///
/// # Errors
/// The database's.
pub fn put(scoped: &mut Scoped, row: &WaitingRow) -> Result<(), Fault> {
    let json = |error: serde_json::Error| Fault::Broken(error.to_string());
    let skills = serde_json::to_string(&row.skills).map_err(json)?;
    let passed = serde_json::to_string(&row.passed).map_err(json)?;
    let because = row.because.as_ref().map(serde_json::to_string).transpose().map_err(json)?;
    let (conn, tenant) = scoped.parts();
    let put = Fixed::<Put, _>::new([
        tenant.into(),
        row.conversation.to_string().into(),
        row.queue.to_string().into(),
        i64::from(row.waits).into(),
        micros(row.since).into(),
        i64::from(row.priority).into(),
        row.rank().into(),
        skills.into(),
        i64::from(row.ring).into(),
        row.need.as_str().into(),
        passed.into(),
        row.sticky.map(|(member, _)| member.to_string()).into(),
        row.sticky.map(|(_, until)| micros(until)).into(),
        micros(row.came_at).into(),
        because.into(),
    ]);
    put.execute(conn)?;
    Ok(())
}

/// A conversation does not wait any more; it keeps its place.
///
/// # Errors
/// The database's.
pub fn leave(scoped: &mut Scoped, id: ConversationId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    Fixed::<Leave, _>::new([tenant.into(), id.to_string().into()]).execute(conn)?;
    Ok(())
}

/// A conversation gives up its place.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: ConversationId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    Fixed::<Remove, _>::new([tenant.into(), id.to_string().into()]).execute(conn)?;
    Ok(())
}

type Row = (
    String,
    String,
    bool,
    i64,
    i64,
    String,
    i64,
    String,
    String,
    Option<String>,
    Option<i64>,
    i64,
    Option<String>,
);

macro_rules! columns {
    () => {
        (
            w::conversation_id,
            w::queue_id,
            w::waits,
            w::since,
            w::priority,
            w::skills,
            w::ring,
            w::need,
            w::passed,
            w::sticky_id,
            w::sticky_until,
            w::came_at,
            w::because,
        )
    };
}

/// A conversation's place.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ConversationId) -> Result<Option<WaitingRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = w::waiting
        .filter(w::tenant_id.eq(tenant).and(w::conversation_id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// Everything that waits in a queue.
///
/// # Errors
/// The database's.
pub fn of_queue(scoped: &mut Scoped, queue: QueueId) -> Result<Vec<WaitingRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = w::waiting
        .filter(w::tenant_id.eq(tenant).and(w::queue_id.eq(queue.to_string())).and(sql::<Bool>(WAITS)))
        .order((w::need, w::rank_at, w::conversation_id))
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// How many wait in a queue.
///
/// # Errors
/// The database's.
pub fn count(scoped: &mut Scoped, queue: QueueId) -> Result<u32, Fault> {
    let (conn, tenant) = scoped.parts();
    let all: i64 = w::waiting
        .filter(w::tenant_id.eq(tenant).and(w::queue_id.eq(queue.to_string())).and(sql::<Bool>(WAITS)))
        .count()
        .get_result(conn)?;
    Ok(u32::try_from(all).unwrap_or(u32::MAX))
}

/// Whether anybody waits in a queue.
///
/// # Errors
/// The database's.
pub fn any(scoped: &mut Scoped) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let first: Option<String> = w::waiting
        .filter(w::tenant_id.eq(tenant).and(sql::<Bool>(WAITS)))
        .select(w::conversation_id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// How many wait before one that waits in the same queue.
///
/// # Errors
/// The database's.
pub fn ahead(scoped: &mut Scoped, row: &WaitingRow) -> Result<u32, Fault> {
    let (conn, tenant) = scoped.parts();
    let (rank, id) = (row.rank(), row.conversation.to_string());
    // Every need is more than nothing, and the index is of needs.
    let ahead: i64 = w::waiting
        .filter(
            w::tenant_id
                .eq(tenant)
                .and(w::queue_id.eq(row.queue.to_string()))
                .and(sql::<Bool>(WAITS))
                .and(w::need.gt(""))
                .and(w::rank_at.le(rank))
                .and(w::rank_at.lt(rank).or(w::conversation_id.lt(id))),
        )
        .count()
        .get_result(conn)?;
    Ok(u32::try_from(ahead).unwrap_or(u32::MAX))
}

/// The first of each need that waits in a queue, whatever the number of those behind them.
///
/// # Errors
/// The database's.
pub fn heads(scoped: &mut Scoped, queue: QueueId) -> Result<Vec<Head>, Fault> {
    let mut heads: Vec<Head> = Vec::new();
    let mut after = String::new();
    loop {
        let (conn, tenant) = scoped.parts();
        // Every need is more than nothing.
        let row: Option<(String, i64, String)> = w::waiting
            .filter(
                w::tenant_id
                    .eq(tenant)
                    .and(w::queue_id.eq(queue.to_string()))
                    .and(sql::<Bool>(WAITS))
                    .and(w::need.gt(&after)),
            )
            .order((w::need, w::rank_at, w::conversation_id))
            .select((w::need, w::rank_at, w::conversation_id))
            .first(conn)
            .optional()?;
        let Some((need, rank, id)) = row else { return Ok(heads) };
        after.clone_from(&need);
        heads.push(Head { need, rank, conversation: id.parse()? });
    }
}

/// The next of a need behind one of them.
///
/// # Errors
/// The database's.
pub fn next(scoped: &mut Scoped, queue: QueueId, behind: &Head) -> Result<Option<Head>, Fault> {
    let (conn, tenant) = scoped.parts();
    let id = behind.conversation.to_string();
    let row: Option<(i64, String)> = w::waiting
        .filter(
            w::tenant_id
                .eq(tenant)
                .and(w::queue_id.eq(queue.to_string()))
                .and(sql::<Bool>(WAITS))
                .and(w::need.eq(&behind.need))
                .and(w::rank_at.ge(behind.rank))
                .and(w::rank_at.gt(behind.rank).or(w::conversation_id.gt(id))),
        )
        .order((w::rank_at, w::conversation_id))
        .select((w::rank_at, w::conversation_id))
        .first(conn)
        .optional()?;
    let Some((rank, id)) = row else { return Ok(None) };
    Ok(Some(Head { need: behind.need.clone(), rank, conversation: id.parse()? }))
}

fn model(row: Row) -> Result<WaitingRow, Fault> {
    let (id, queue, waits, since, priority, skills, ring, need, passed, sticky, until, came_at, because) =
        row;
    let json = |error: serde_json::Error| Fault::Broken(error.to_string());
    let sticky = match (sticky, until) {
        (Some(member), Some(until)) => Some((member.parse()?, from_micros(until))),
        _ => None,
    };
    Ok(WaitingRow {
        conversation: id.parse()?,
        queue: queue.parse()?,
        waits,
        since: from_micros(since),
        priority: u32::try_from(priority).unwrap_or_default(),
        skills: serde_json::from_str(&skills).map_err(json)?,
        ring: u8::try_from(ring).unwrap_or_default(),
        need,
        passed: serde_json::from_str(&passed).map_err(json)?,
        sticky,
        came_at: from_micros(came_at),
        because: because.as_deref().map(serde_json::from_str).transpose().map_err(json)?,
    })
}
