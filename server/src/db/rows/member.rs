//! Members, the queues they work in, and their presence.

use std::collections::BTreeMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{AccountId, MemberId, QueueId},
    model::member::{Availability, Member, Role},
};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        schema::{agent_presence::dsl as p, member::dsl as m, member_queue::dsl as mq},
    },
};

/// A member with what only the server needs.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// What colleagues see.
    pub member: Member,
    /// Rises whenever what the member may see changes.
    pub scope_rev: u64,
    /// When the member was last locked out. A session that began before opens nothing.
    pub locked_out_at: Option<Instant>,
}

type Row = (String, i64, i64, String, String, bool, Option<i64>, String, bool);

/// The columns of [`Row`], in its order.
macro_rules! columns {
    () => {
        (
            m::id,
            m::rev,
            m::scope_rev,
            m::name,
            m::role,
            m::active,
            m::locked_out_at,
            p::availability,
            p::connected,
        )
    };
}

/// Adds a member with presence: available, not connected.
///
/// # Errors
/// A unique violation when the account is a member already.
pub fn insert(scoped: &mut Scoped, member: &Member, account: AccountId, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(m::member)
        .values((
            m::tenant_id.eq(tenant),
            m::id.eq(member.id.to_string()),
            m::rev.eq(member.rev as i64),
            m::scope_rev.eq(1_i64),
            m::account_id.eq(account.to_string()),
            m::name.eq(&member.name),
            m::role.eq(member.role.as_str()),
            m::active.eq(member.active),
        ))
        .execute(conn)?;
    diesel::insert_into(p::agent_presence)
        .values((
            p::tenant_id.eq(tenant),
            p::member_id.eq(member.id.to_string()),
            p::availability.eq(member.availability.as_str()),
            p::connected.eq(member.connected),
            p::incarnation.eq(""),
            p::changed_at.eq(micros(now)),
        ))
        .execute(conn)?;
    set_queues(scoped, member.id, &member.queues)
}

/// All members, by id.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<MemberRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = m::member
        .inner_join(p::agent_presence.on(p::tenant_id.eq(m::tenant_id).and(p::member_id.eq(m::id))))
        .filter(m::tenant_id.eq(tenant))
        .order(m::id)
        .select(columns!())
        .load(conn)?;
    let links: Vec<(String, String)> = mq::member_queue
        .filter(mq::tenant_id.eq(tenant))
        .order((mq::member_id, mq::queue_id))
        .select((mq::member_id, mq::queue_id))
        .load(conn)?;
    let mut queues: BTreeMap<String, Vec<QueueId>> = BTreeMap::new();
    for (member, queue) in links {
        queues.entry(member).or_default().push(queue.parse()?);
    }
    rows.into_iter()
        .map(|row| {
            let own = queues.remove(&row.0).unwrap_or_default();
            model(row, own)
        })
        .collect()
}

/// One member.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: MemberId) -> Result<Option<MemberRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = m::member
        .inner_join(p::agent_presence.on(p::tenant_id.eq(m::tenant_id).and(p::member_id.eq(m::id))))
        .filter(m::tenant_id.eq(tenant).and(m::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let links: Vec<String> = mq::member_queue
        .filter(mq::tenant_id.eq(tenant).and(mq::member_id.eq(id.to_string())))
        .order(mq::queue_id)
        .select(mq::queue_id)
        .load(conn)?;
    let queues = links.into_iter().map(|q| q.parse()).collect::<Result<_, _>>()?;
    model(row, queues).map(Some)
}

/// Stores what is in a member's own row and raises its scope revision to the given one.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, row: &MemberRow) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(m::member.filter(m::tenant_id.eq(tenant).and(m::id.eq(row.member.id.to_string()))))
        .set((
            m::rev.eq(row.member.rev as i64),
            m::scope_rev.eq(row.scope_rev as i64),
            m::name.eq(&row.member.name),
            m::role.eq(row.member.role.as_str()),
            m::active.eq(row.member.active),
            m::locked_out_at.eq(row.locked_out_at.map(micros)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces the queues a member works in.
///
/// # Errors
/// A foreign-key violation when there is no such queue.
pub fn set_queues(scoped: &mut Scoped, member: MemberId, queues: &[QueueId]) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(
        mq::member_queue.filter(mq::tenant_id.eq(tenant).and(mq::member_id.eq(member.to_string()))),
    )
    .execute(conn)?;
    for queue in queues {
        diesel::insert_into(mq::member_queue)
            .values((
                mq::tenant_id.eq(tenant),
                mq::member_id.eq(member.to_string()),
                mq::queue_id.eq(queue.to_string()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Stores presence. `incarnation` names the run of the server that saw the sockets.
///
/// # Errors
/// The database's.
pub fn set_presence(
    scoped: &mut Scoped,
    member: &Member,
    incarnation: Option<&str>,
    now: Instant,
) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let row = p::agent_presence.filter(p::tenant_id.eq(tenant).and(p::member_id.eq(member.id.to_string())));
    diesel::update(row)
        .set((
            p::availability.eq(member.availability.as_str()),
            p::connected.eq(member.connected),
            p::changed_at.eq(micros(now)),
        ))
        .execute(conn)?;
    if let Some(incarnation) = incarnation {
        let row =
            p::agent_presence.filter(p::tenant_id.eq(tenant).and(p::member_id.eq(member.id.to_string())));
        diesel::update(row).set(p::incarnation.eq(incarnation)).execute(conn)?;
    }
    Ok(())
}

/// Members who count as connected through another run of the server.
///
/// # Errors
/// The database's.
pub fn connected_elsewhere(scoped: &mut Scoped, incarnation: &str) -> Result<Vec<MemberId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let ids: Vec<String> = p::agent_presence
        .filter(p::tenant_id.eq(tenant).and(p::connected.eq(true)).and(p::incarnation.ne(incarnation)))
        .select(p::member_id)
        .load(conn)?;
    Ok(ids.into_iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
}

fn model(row: Row, queues: Vec<QueueId>) -> Result<MemberRow, Fault> {
    let (id, rev, scope_rev, name, role, active, locked_out_at, availability, connected) = row;
    Ok(MemberRow {
        member: Member {
            id: id.parse()?,
            rev: rev as u64,
            name,
            role: Role::parse(&role).ok_or_else(|| Fault::Broken(format!("role {role}")))?,
            active,
            availability: Availability::parse(&availability)
                .ok_or_else(|| Fault::Broken(format!("availability {availability}")))?,
            connected,
            queues,
        },
        scope_rev: scope_rev as u64,
        locked_out_at: locked_out_at.map(from_micros),
    })
}
