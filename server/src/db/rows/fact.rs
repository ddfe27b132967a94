//! Facts: transitions for boards, recounts and analytics. They are written by `Tx::fact`, and their ids rise in the
//! order of the commits.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl,
    dsl::sql,
    sql_query,
    sql_types::{BigInt, Bool, Text},
};
use shared::{
    Instant,
    ids::{ConversationId, MemberId, QueueId},
    model::message::AuthorKind,
};

use super::slice;
use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, record::FactKind, schema::fact::dsl as f},
};

/// Written out, so that the index of these alone is found.
const MONITORED: &str = "fact.what = 'conversation_monitored'";

/// How many were taken out of a queue's line since an instant: given out, pulled, accepted, or taken by hand. Who only
/// went from one member to another stood in no line.
///
/// # Errors
/// The database's.
pub fn taken(scoped: &mut Scoped, queue: QueueId, since: Instant) -> Result<u32, Fault> {
    let (conn, tenant) = scoped.parts();
    let count: Count = sql_query(TAKEN)
        .bind::<BigInt, _>(tenant)
        .bind::<BigInt, _>(micros(since))
        .bind::<Text, _>(FactKind::ConversationAssigned.as_str())
        .bind::<Text, _>(queue.to_string())
        .get_result(conn)?;
    Ok(u32::try_from(count.n).unwrap_or(u32::MAX))
}

const TAKEN: &str = "SELECT count(*) AS n FROM fact f JOIN assignment a ON a.tenant_id = f.tenant_id \
    AND a.conversation_id = f.conversation_id AND a.member_id = f.member_id AND a.accepted_at = f.at \
    WHERE f.tenant_id = $1 AND f.at >= $2 AND f.what = $3 AND f.queue_id = $4 \
    AND (a.kind IN ('routed', 'offered', 'pulled') OR NOT EXISTS (SELECT 1 FROM assignment p \
    WHERE p.tenant_id = a.tenant_id AND p.conversation_id = a.conversation_id AND p.ended_at = a.begun_at))";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// When a member last began to monitor a conversation, if since an instant.
///
/// # Errors
/// The database's.
pub fn monitored(
    scoped: &mut Scoped,
    conversation: ConversationId,
    member: MemberId,
    since: Instant,
) -> Result<Option<Instant>, Fault> {
    let (conn, tenant) = scoped.parts();
    let last: Option<i64> = f::fact
        .filter(
            f::tenant_id
                .eq(tenant)
                .and(f::conversation_id.eq(conversation.to_string()))
                .and(f::member_id.eq(member.to_string()))
                .and(f::at.ge(micros(since)))
                .and(sql::<Bool>(MONITORED)),
        )
        .select(f::at)
        .order(f::at.desc())
        .first(conn)
        .optional()?;
    Ok(last.map(from_micros))
}

/// A fact as boards read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow {
    /// Its place among all.
    pub id: String,
    /// What happened.
    pub what: FactKind,
    /// When, in microseconds of our clock.
    pub at: i64,
    /// Where.
    pub conversation: Option<ConversationId>,
    /// In which queue.
    pub queue: Option<QueueId>,
    /// Concerning which member.
    pub member: Option<MemberId>,
    /// Who acted.
    pub author: Option<AuthorKind>,
}

type Row = (String, String, i64, Option<String>, Option<String>, Option<String>, Option<String>);

/// The columns of [`Row`], in its order.
macro_rules! columns {
    () => {
        (f::id, f::what, f::at, f::conversation_id, f::queue_id, f::member_id, f::author_kind)
    };
}

/// What happened of these kinds since an instant, and whatever members did, in the order of the commits.
///
/// # Errors
/// The database's.
pub fn since(scoped: &mut Scoped, from: Instant, kinds: &[FactKind]) -> Result<Vec<FactRow>, Fault> {
    let kinds = kinds.iter().map(|kind| kind.as_str());
    let wanted = f::what.eq_any(kinds).or(f::author_kind.eq(AuthorKind::Member.as_str()));
    let (conn, tenant) = scoped.parts();
    // In the order of the index; that of the commits is another one where a clock was set.
    let rows: Vec<Row> = f::fact
        .filter(f::tenant_id.eq(tenant).and(f::at.ge(micros(from))).and(wanted))
        .order((f::at, f::id))
        .select(columns!())
        .load(conn)?;
    let mut facts = rows.into_iter().map(model).collect::<Result<Vec<_>, _>>()?;
    facts.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(facts)
}

/// Everything behind a fact, in the order of the commits.
///
/// # Errors
/// The database's.
pub fn after(scoped: &mut Scoped, id: &str) -> Result<Vec<FactRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = f::fact
        .filter(f::tenant_id.eq(tenant).and(f::id.gt(id)))
        .order(f::id)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// The newest fact of all.
///
/// # Errors
/// The database's.
pub fn last(scoped: &mut Scoped) -> Result<Option<String>, Fault> {
    let (conn, tenant) = scoped.parts();
    let id: Option<String> =
        f::fact.filter(f::tenant_id.eq(tenant)).order(f::id.desc()).select(f::id).first(conn).optional()?;
    Ok(id)
}

/// Forgets a slice of the facts older than an instant; says how many.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, f::fact, f::tenant_id, f::at, before)
}

fn model(row: Row) -> Result<FactRow, Fault> {
    let (id, what, at, conversation, queue, member, author) = row;
    let author = author
        .map(|author| AuthorKind::parse(&author).ok_or_else(|| Fault::Broken(format!("author {author}"))));
    Ok(FactRow {
        id,
        what: FactKind::parse(&what).ok_or_else(|| Fault::Broken(format!("fact {what}")))?,
        at,
        conversation: conversation.map(|id| id.parse()).transpose()?,
        queue: queue.map(|id| id.parse()).transpose()?,
        member: member.map(|id| id.parse()).transpose()?,
        author: author.transpose()?,
    })
}
