//! Members, the queues they work in, and their presence.

use std::collections::BTreeMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{AccountId, MemberId, QueueId},
    model::{
        member::{Availability, Member, Role},
        routing::Skill,
    },
};

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        rows::agent_load,
        schema::{
            agent_load::dsl as l, agent_presence::dsl as p, member::dsl as m, member_queue::dsl as mq,
            member_skill::dsl as ms,
        },
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

type Row =
    ((String, i64, i64, String, String, bool, Option<i64>), (String, bool, Option<String>, Option<i64>), i64);

/// The columns of [`Row`], in its order.
macro_rules! columns {
    () => {
        (
            (m::id, m::rev, m::scope_rev, m::name, m::role, m::active, m::locked_out_at),
            (p::availability, p::connected, p::reason, p::wrap_until),
            l::capacity,
        )
    };
}

/// Adds a member with presence: available, not connected, holding nothing.
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
    agent_load::insert(scoped, member.id, member.capacity)?;
    set_queues(scoped, member.id, &member.queues, &member.levels)?;
    set_skills(scoped, member.id, &member.skills)
}

/// All members, by id.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<MemberRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = m::member
        .inner_join(p::agent_presence.on(p::tenant_id.eq(m::tenant_id).and(p::member_id.eq(m::id))))
        .inner_join(l::agent_load.on(l::tenant_id.eq(m::tenant_id).and(l::member_id.eq(m::id))))
        .filter(m::tenant_id.eq(tenant))
        .order(m::id)
        .select(columns!())
        .load(conn)?;
    let links: Vec<(String, String, i64)> = mq::member_queue
        .filter(mq::tenant_id.eq(tenant))
        .order((mq::member_id, mq::queue_id))
        .select((mq::member_id, mq::queue_id, mq::level))
        .load(conn)?;
    let mut works: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
    for (member, queue, level) in links {
        works.entry(member).or_default().push((queue, level));
    }
    let mut able: BTreeMap<MemberId, Vec<Skill>> = BTreeMap::new();
    for (member, skill) in skills(scoped)? {
        able.entry(member).or_default().push(skill);
    }
    rows.into_iter()
        .map(|row| {
            let own = works.remove(&row.0.0).unwrap_or_default();
            let mut row = model(row, own)?;
            row.member.skills = able.remove(&row.member.id).unwrap_or_default();
            Ok(row)
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
        .inner_join(l::agent_load.on(l::tenant_id.eq(m::tenant_id).and(l::member_id.eq(m::id))))
        .filter(m::tenant_id.eq(tenant).and(m::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let links: Vec<(String, i64)> = mq::member_queue
        .filter(mq::tenant_id.eq(tenant).and(mq::member_id.eq(id.to_string())))
        .order(mq::queue_id)
        .select((mq::queue_id, mq::level))
        .load(conn)?;
    let able: Vec<(String, i64)> = ms::member_skill
        .filter(ms::tenant_id.eq(tenant).and(ms::member_id.eq(id.to_string())))
        .order(ms::skill)
        .select((ms::skill, ms::score))
        .load(conn)?;
    let mut row = model(row, links)?;
    row.member.skills = able.into_iter().map(|(name, score)| skill(name, score)).collect();
    Ok(Some(row))
}

/// The queues a member works in.
///
/// # Errors
/// The database's.
pub fn queues_of(scoped: &mut Scoped, id: MemberId) -> Result<Vec<QueueId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let ids: Vec<String> = mq::member_queue
        .filter(mq::tenant_id.eq(tenant).and(mq::member_id.eq(id.to_string())))
        .order(mq::queue_id)
        .select(mq::queue_id)
        .load(conn)?;
    Ok(ids.into_iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
}

/// Somebody who could be given something in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Free {
    /// Who.
    pub id: MemberId,
    /// In which queue.
    pub queue: QueueId,
    /// How soon they are asked there.
    pub level: u8,
    /// What they hold, in slots.
    pub used: u32,
    /// What they can hold.
    pub capacity: u32,
    /// When they were last given something, in microseconds.
    pub given_at: Option<i64>,
}

/// Who is there, available, not tidying up, and has room, once for each of these queues they work in.
///
/// # Errors
/// The database's.
pub fn free(scoped: &mut Scoped, queues: &[QueueId], now: Instant) -> Result<Vec<Free>, Fault> {
    let queues: Vec<String> = queues.iter().map(ToString::to_string).collect();
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String, i64, i64, i64, Option<i64>)> = mq::member_queue
        .inner_join(m::member.on(m::tenant_id.eq(mq::tenant_id).and(m::id.eq(mq::member_id))))
        .inner_join(p::agent_presence.on(p::tenant_id.eq(mq::tenant_id).and(p::member_id.eq(mq::member_id))))
        .inner_join(l::agent_load.on(l::tenant_id.eq(mq::tenant_id).and(l::member_id.eq(mq::member_id))))
        .filter(
            mq::tenant_id
                .eq(tenant)
                .and(mq::queue_id.eq_any(queues))
                .and(m::active.eq(true))
                .and(p::connected.eq(true))
                .and(p::availability.eq(Availability::Available.as_str()))
                .and(p::wrap_until.is_null().or(p::wrap_until.le(micros(now))))
                .and(l::used.lt(l::capacity)),
        )
        .select((mq::member_id, mq::queue_id, mq::level, l::used, l::capacity, l::given_at))
        .load(conn)?;
    let slots = |n: i64| u32::try_from(n).unwrap_or_default();
    rows.into_iter()
        .map(|(id, queue, level, used, capacity, given_at)| {
            Ok(Free {
                id: id.parse()?,
                queue: queue.parse()?,
                level: self::level(level),
                used: slots(used),
                capacity: slots(capacity),
                given_at,
            })
        })
        .collect()
}

/// What everybody is good at.
///
/// # Errors
/// The database's.
pub fn skills(scoped: &mut Scoped) -> Result<Vec<(MemberId, Skill)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String, i64)> = ms::member_skill
        .filter(ms::tenant_id.eq(tenant))
        .order((ms::member_id, ms::skill))
        .select((ms::member_id, ms::skill, ms::score))
        .load(conn)?;
    rows.into_iter().map(|(id, name, score)| Ok((id.parse()?, skill(name, score)))).collect()
}

/// Replaces what a member is good at.
///
/// # Errors
/// The database's.
pub fn set_skills(scoped: &mut Scoped, member: MemberId, skills: &[Skill]) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let own = ms::tenant_id.eq(tenant).and(ms::member_id.eq(member.to_string()));
    diesel::delete(ms::member_skill.filter(own)).execute(conn)?;
    for skill in skills {
        diesel::insert_into(ms::member_skill)
            .values((
                ms::tenant_id.eq(tenant),
                ms::member_id.eq(member.to_string()),
                ms::skill.eq(&skill.name),
                ms::score.eq(i64::from(skill.score)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Stores how soon a member is asked in a queue.
///
/// # Errors
/// The database's.
pub fn set_level(scoped: &mut Scoped, member: MemberId, queue: QueueId, level: u8) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let row = mq::tenant_id
        .eq(tenant)
        .and(mq::member_id.eq(member.to_string()))
        .and(mq::queue_id.eq(queue.to_string()));
    diesel::update(mq::member_queue.filter(row)).set(mq::level.eq(i64::from(level))).execute(conn)?;
    Ok(())
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

/// Replaces the queues a member works in; those without a level have the first.
///
/// # Errors
/// A foreign-key violation when there is no such queue.
pub fn set_queues(
    scoped: &mut Scoped,
    member: MemberId,
    queues: &[QueueId],
    levels: &BTreeMap<QueueId, u8>,
) -> Result<(), Fault> {
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
                mq::level.eq(i64::from(levels.get(queue).copied().unwrap_or(1))),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Stores presence. `incarnation` names the run of the server that saw the sockets. When it changed is when their
/// state did: a reason, another run or a longer time to tidy up begins nothing anew.
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
    let (availability, connected, wrap_until, since): (String, bool, Option<i64>, i64) =
        row.select((p::availability, p::connected, p::wrap_until, p::changed_at)).first(conn)?;
    let same = availability == member.availability.as_str()
        && (connected, wrap_until.is_some()) == (member.connected, member.wrap_until.is_some());
    let row = p::agent_presence.filter(p::tenant_id.eq(tenant).and(p::member_id.eq(member.id.to_string())));
    diesel::update(row)
        .set((
            p::availability.eq(member.availability.as_str()),
            p::connected.eq(member.connected),
            p::changed_at.eq(if same { since } else { micros(now) }),
            p::reason.eq(&member.reason),
            p::wrap_until.eq(member.wrap_until.map(micros)),
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

fn model(row: Row, works: Vec<(String, i64)>) -> Result<MemberRow, Fault> {
    let (member, (availability, connected, reason, wrap_until), capacity) = row;
    let (id, rev, scope_rev, name, role, active, locked_out_at) = member;
    let mut queues = Vec::with_capacity(works.len());
    let mut levels = BTreeMap::new();
    for (queue, at) in works {
        let queue: QueueId = queue.parse()?;
        queues.push(queue);
        if at != 1 {
            levels.insert(queue, level(at));
        }
    }
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
            levels,
            skills: Vec::new(),
            capacity: u32::try_from(capacity).unwrap_or_default(),
            reason,
            wrap_until: wrap_until.map(from_micros),
        },
        scope_rev: scope_rev as u64,
        locked_out_at: locked_out_at.map(from_micros),
    })
}

fn level(stored: i64) -> u8 {
    u8::try_from(stored).unwrap_or(u8::MAX)
}

fn skill(name: String, score: i64) -> Skill {
    Skill { name, score: u8::try_from(score).unwrap_or(1) }
}
