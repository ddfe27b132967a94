//! Who held which conversation. One is open per conversation at most: an index says so.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, dsl::sql,
    sql_types::Bool,
};
use shared::{
    Instant,
    ids::{AssignmentId, ConversationId, MemberId},
    model::routing::{Assignment, AssignmentKind, Ending, Why},
};

use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::assignment::dsl as a},
};

/// An open assignment, as far as the next step needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRow {
    /// Which.
    pub id: AssignmentId,
    /// Whose.
    pub member: MemberId,
    /// How it began.
    pub kind: AssignmentKind,
    /// How much room it takes while it counts.
    pub weight: u32,
    /// Whether it counts now; one that is parked may not.
    pub counted: bool,
}

impl OpenRow {
    /// The room it takes now.
    pub const fn room(&self) -> u32 {
        if self.counted { self.weight } else { 0 }
    }
}

/// The condition of the indexes, word by word.
const OPEN: &str = "assignment.ended_at IS NULL";

/// Begins one.
///
/// # Errors
/// A unique violation when one is open.
pub fn insert(
    scoped: &mut Scoped,
    conversation: ConversationId,
    new: &Assignment,
    counted: bool,
) -> Result<(), Fault> {
    let why = serde_json::to_string(&new.why).map_err(|error| Fault::Broken(error.to_string()))?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(a::assignment)
        .values((
            a::tenant_id.eq(tenant),
            a::id.eq(new.id.to_string()),
            a::conversation_id.eq(conversation.to_string()),
            a::member_id.eq(new.member.to_string()),
            a::queue_id.eq(new.queue.map(|id| id.to_string())),
            a::kind.eq(new.kind.as_str()),
            a::weight.eq(i64::from(new.weight)),
            a::counted.eq(counted),
            a::begun_at.eq(micros(new.begun_at)),
            a::accepted_at.eq(new.accepted_at.map(micros)),
            a::why.eq(why),
        ))
        .execute(conn)?;
    Ok(())
}

/// The open one of a conversation.
///
/// # Errors
/// The database's.
pub fn open(scoped: &mut Scoped, conversation: ConversationId) -> Result<Option<OpenRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(String, String, String, i64, bool)> = a::assignment
        .filter(
            a::tenant_id
                .eq(tenant)
                .and(a::conversation_id.eq(conversation.to_string()))
                .and(sql::<Bool>(OPEN)),
        )
        .select((a::id, a::member_id, a::kind, a::weight, a::counted))
        .first(conn)
        .optional()?;
    let Some((id, member, kind, weight, counted)) = row else { return Ok(None) };
    Ok(Some(OpenRow {
        id: id.parse()?,
        member: member.parse()?,
        kind: AssignmentKind::parse(&kind).ok_or_else(|| Fault::Broken(format!("assignment {kind}")))?,
        weight: u32::try_from(weight).unwrap_or_default(),
        counted,
    }))
}

/// Since when a member has had a conversation, if they have it.
///
/// # Errors
/// The database's.
pub fn begun(
    scoped: &mut Scoped,
    conversation: ConversationId,
    member: MemberId,
) -> Result<Option<Instant>, Fault> {
    let (conn, tenant) = scoped.parts();
    let begun: Option<i64> = a::assignment
        .filter(
            a::tenant_id
                .eq(tenant)
                .and(a::conversation_id.eq(conversation.to_string()))
                .and(a::member_id.eq(member.to_string()))
                .and(sql::<Bool>(OPEN)),
        )
        .select(a::begun_at)
        .first(conn)
        .optional()?;
    Ok(begun.map(from_micros))
}

/// Ends one.
///
/// # Errors
/// The database's.
pub fn end(scoped: &mut Scoped, id: AssignmentId, ending: Ending, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(a::assignment.filter(a::tenant_id.eq(tenant).and(a::id.eq(id.to_string()))))
        .set((a::ended_at.eq(micros(now)), a::ending.eq(ending.as_str())))
        .execute(conn)?;
    Ok(())
}

/// Notes that an offer was accepted.
///
/// # Errors
/// The database's.
pub fn accept(scoped: &mut Scoped, id: AssignmentId, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(a::assignment.filter(a::tenant_id.eq(tenant).and(a::id.eq(id.to_string()))))
        .set(a::accepted_at.eq(micros(now)))
        .execute(conn)?;
    Ok(())
}

/// Stores whether one takes room now.
///
/// # Errors
/// The database's.
pub fn count(scoped: &mut Scoped, id: AssignmentId, counted: bool) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(a::assignment.filter(a::tenant_id.eq(tenant).and(a::id.eq(id.to_string()))))
        .set(a::counted.eq(counted))
        .execute(conn)?;
    Ok(())
}

/// Who held a conversation last without giving it away or letting it wait, and until when.
///
/// # Errors
/// The database's.
pub fn last_holder(
    scoped: &mut Scoped,
    conversation: ConversationId,
) -> Result<Option<(MemberId, Instant)>, Fault> {
    let kept = [Ending::Closed, Ending::NoRoom, Ending::Lost, Ending::Transferred, Ending::TakenOver];
    let kept = kept.map(Ending::as_str);
    let (conn, tenant) = scoped.parts();
    let row: Option<(String, Option<i64>)> = a::assignment
        .filter(
            a::tenant_id
                .eq(tenant)
                .and(a::conversation_id.eq(conversation.to_string()))
                .and(a::accepted_at.is_not_null())
                .and(a::ending.eq_any(kept)),
        )
        .order(a::id.desc())
        .select((a::member_id, a::ended_at))
        .first(conn)
        .optional()?;
    let Some((member, Some(ended))) = row else { return Ok(None) };
    Ok(Some((member.parse()?, from_micros(ended))))
}

/// Whether a member ever held a conversation.
///
/// # Errors
/// The database's.
pub fn was_held_by(
    scoped: &mut Scoped,
    conversation: ConversationId,
    member: MemberId,
) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let theirs = a::tenant_id
        .eq(tenant)
        .and(a::conversation_id.eq(conversation.to_string()))
        .and(a::member_id.eq(member.to_string()))
        .and(a::accepted_at.is_not_null());
    let count: i64 = a::assignment.filter(theirs).count().get_result(conn)?;
    Ok(count > 0)
}

/// Everybody's time with a conversation, the last first.
///
/// # Errors
/// The database's.
pub fn of(scoped: &mut Scoped, conversation: ConversationId) -> Result<Vec<Assignment>, Fault> {
    type Row =
        (String, String, Option<String>, String, i64, i64, Option<i64>, Option<i64>, Option<String>, String);
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = a::assignment
        .filter(a::tenant_id.eq(tenant).and(a::conversation_id.eq(conversation.to_string())))
        .order(a::id.desc())
        .limit(100)
        .select((
            a::id,
            a::member_id,
            a::queue_id,
            a::kind,
            a::weight,
            a::begun_at,
            a::accepted_at,
            a::ended_at,
            a::ending,
            a::why,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, member, queue, kind, weight, begun, accepted, ended, ending, why)| {
            let broken = |what: &str| Fault::Broken(format!("assignment {what}"));
            Ok(Assignment {
                id: id.parse()?,
                member: member.parse()?,
                queue: queue.map(|id| id.parse()).transpose()?,
                kind: AssignmentKind::parse(&kind).ok_or_else(|| broken(&kind))?,
                weight: u32::try_from(weight).unwrap_or_default(),
                begun_at: from_micros(begun),
                accepted_at: accepted.map(from_micros),
                ended_at: ended.map(from_micros),
                ending: ending.map(|text| Ending::parse(&text).ok_or_else(|| broken(&text))).transpose()?,
                why: serde_json::from_str::<Why>(&why).map_err(|error| broken(&error.to_string()))?,
            })
        })
        .collect()
}
