//! What the supervisor's board reads of what is so now: one row for each open conversation, each that waits, and
//! each member. Indexes hold only what is open, so that the cost is that of the work at hand and not of the past.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl, dsl::sql, sql_types::Bool,
};
use shared::{
    Instant,
    ids::{ConversationId, MemberId, QueueId},
    model::conversation::ConversationState,
};

use crate::{
    clock::from_micros,
    db::{
        Fault, Scoped,
        schema::{agent_load::dsl as l, agent_presence::dsl as p, conversation::dsl as c, waiting::dsl as w},
    },
};

/// An open conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub id: ConversationId,
    /// Where it belongs.
    pub queue: Option<QueueId>,
    /// Who holds it.
    pub assignee: Option<MemberId>,
    /// Who owns it.
    pub state: ConversationState,
    /// Since when its customer waits for an answer.
    pub waiting_since: Option<Instant>,
    /// Until when its customer can be written to.
    pub window_until: Option<Instant>,
    /// When it was opened.
    pub opened_at: Instant,
}

/// A conversation that waits in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InLine {
    /// Which.
    pub id: ConversationId,
    /// Where.
    pub queue: QueueId,
    /// Since when.
    pub since: Instant,
    /// Who must be found for it, as one word.
    pub need: String,
}

/// What a member holds, and since when they do what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// Who.
    pub member: MemberId,
    /// Since when their presence is as it is.
    pub since: Instant,
    /// What they hold, in slots.
    pub used: u32,
}

/// The conditions of the indexes, word by word.
const OPEN: &str = "conversation.state <> 'closed'";
const WAITS: &str = "waiting.waits";

type PlaceRow = (String, Option<String>, Option<String>, String, Option<i64>, Option<i64>, i64);

/// All open conversations.
///
/// # Errors
/// The database's.
pub fn places(scoped: &mut Scoped) -> Result<Vec<Place>, Fault> {
    let (conn, tenant) = scoped.parts();
    // Each was changed at some time, and the index of what is open is in that order.
    let rows: Vec<PlaceRow> = c::conversation
        .filter(c::tenant_id.eq(tenant).and(sql::<Bool>(OPEN)).and(c::changed_at.gt(0)))
        .select((
            c::id,
            c::queue_id,
            c::assignee_id,
            c::state,
            c::waiting_since,
            c::window_until,
            c::opened_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, queue, assignee, state, waiting_since, window_until, opened_at)| {
            Ok(Place {
                id: id.parse()?,
                queue: queue.map(|id| id.parse()).transpose()?,
                assignee: assignee.map(|id| id.parse()).transpose()?,
                state: ConversationState::parse(&state)
                    .ok_or_else(|| Fault::Broken(format!("state {state}")))?,
                waiting_since: waiting_since.map(from_micros),
                window_until: window_until.map(from_micros),
                opened_at: from_micros(opened_at),
            })
        })
        .collect()
}

/// Everything that waits in queues.
///
/// # Errors
/// The database's.
pub fn lines(scoped: &mut Scoped) -> Result<Vec<InLine>, Fault> {
    let (conn, tenant) = scoped.parts();
    // Each is in some queue, and the index of what waits begins with it.
    let rows: Vec<(String, String, i64, String)> = w::waiting
        .filter(w::tenant_id.eq(tenant).and(sql::<Bool>(WAITS)).and(w::queue_id.gt("")))
        .select((w::conversation_id, w::queue_id, w::since, w::need))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, queue, since, need)| {
            Ok(InLine { id: id.parse()?, queue: queue.parse()?, since: from_micros(since), need })
        })
        .collect()
}

/// All members' desks, by member.
///
/// # Errors
/// The database's.
pub fn desks(scoped: &mut Scoped) -> Result<Vec<Desk>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, i64, i64)> = p::agent_presence
        .inner_join(l::agent_load.on(l::tenant_id.eq(p::tenant_id).and(l::member_id.eq(p::member_id))))
        .filter(p::tenant_id.eq(tenant))
        .order(p::member_id)
        .select((p::member_id, p::changed_at, l::used))
        .load(conn)?;
    rows.into_iter()
        .map(|(member, since, used)| {
            let used = u32::try_from(used).unwrap_or_default();
            Ok(Desk { member: member.parse()?, since: from_micros(since), used })
        })
        .collect()
}
