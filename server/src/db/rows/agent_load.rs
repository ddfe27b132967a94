//! How much members hold and can hold. The database refuses more: a condition of the update that takes room, and a
//! check of the row.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{Instant, ids::MemberId};

use crate::{
    clock::micros,
    db::{
        Fault, Scoped,
        fixed::{Fixed, statements},
        schema::agent_load::dsl as l,
    },
};

/// What a member holds, in slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// What they can hold.
    pub capacity: u32,
    /// What they hold.
    pub used: u32,
    /// How much more than they can a supervisor gave them.
    pub forced: u32,
    /// When they were last given something, in microseconds.
    pub given_at: Option<i64>,
    /// Offers in a row that they missed.
    pub misses: u32,
}

statements! {
    Take: "UPDATE agent_load SET used = used + ?, given_at = ? WHERE tenant_id = ? AND member_id = ? \
    AND used + ? <= capacity";
    Force: "UPDATE agent_load SET used = used + ?, given_at = ?, \
    forced = CASE WHEN used + ? > capacity + forced THEN used + ? - capacity ELSE forced END \
    WHERE tenant_id = ? AND member_id = ?";
    Free: "UPDATE agent_load SET used = used - ?, \
    forced = CASE WHEN used - ? <= capacity THEN 0 WHEN used - ? - capacity < forced THEN used - ? - capacity ELSE forced END \
    WHERE tenant_id = ? AND member_id = ?";
    Capacity: "UPDATE agent_load SET capacity = ?, \
    forced = CASE WHEN used > ? THEN used - ? ELSE 0 END WHERE tenant_id = ? AND member_id = ?";
    Misses: "UPDATE agent_load SET misses = ? WHERE tenant_id = ? AND member_id = ?";
}

/// Adds a member who holds nothing.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, member: MemberId, capacity: u32) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(l::agent_load)
        .values((
            l::tenant_id.eq(tenant),
            l::member_id.eq(member.to_string()),
            l::capacity.eq(i64::from(capacity)),
            l::used.eq(0_i64),
            l::forced.eq(0_i64),
            l::misses.eq(0_i64),
        ))
        .execute(conn)?;
    Ok(())
}

/// What a member holds.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, member: MemberId) -> Result<Option<Load>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(i64, i64, i64, Option<i64>, i64)> = l::agent_load
        .filter(l::tenant_id.eq(tenant).and(l::member_id.eq(member.to_string())))
        .select((l::capacity, l::used, l::forced, l::given_at, l::misses))
        .first(conn)
        .optional()?;
    let slots = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(row.map(|(capacity, used, forced, given_at, misses)| Load {
        capacity: slots(capacity),
        used: slots(used),
        forced: slots(forced),
        given_at,
        misses: slots(misses),
    }))
}

/// Takes room; says whether there was enough.
///
/// # Errors
/// The database's.
pub fn take(scoped: &mut Scoped, member: MemberId, weight: u32, now: Instant) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let weight = i64::from(weight);
    let take = Fixed::<Take, _>::new([
        weight.into(),
        micros(now).into(),
        tenant.into(),
        member.to_string().into(),
        weight.into(),
    ]);
    Ok(take.execute(conn)? == 1)
}

/// Takes room that may not be there: what is too much is marked.
///
/// # Errors
/// The database's.
pub fn force(scoped: &mut Scoped, member: MemberId, weight: u32, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let weight = i64::from(weight);
    let force = Fixed::<Force, _>::new([
        weight.into(),
        micros(now).into(),
        weight.into(),
        weight.into(),
        tenant.into(),
        member.to_string().into(),
    ]);
    force.execute(conn)?;
    Ok(())
}

/// Gives room back; what was forced goes first.
///
/// # Errors
/// A check violation when less is held.
pub fn free(scoped: &mut Scoped, member: MemberId, weight: u32) -> Result<(), Fault> {
    if weight == 0 {
        return Ok(());
    }
    let (conn, tenant) = scoped.parts();
    let weight = i64::from(weight);
    let free = Fixed::<Free, _>::new([
        weight.into(),
        weight.into(),
        weight.into(),
        weight.into(),
        tenant.into(),
        member.to_string().into(),
    ]);
    free.execute(conn)?;
    Ok(())
}

/// Stores what a member can hold; what they hold beyond it counts as forced.
///
/// # Errors
/// The database's.
pub fn set_capacity(scoped: &mut Scoped, member: MemberId, capacity: u32) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let capacity = i64::from(capacity);
    let set = Fixed::<Capacity, _>::new([
        capacity.into(),
        capacity.into(),
        capacity.into(),
        tenant.into(),
        member.to_string().into(),
    ]);
    set.execute(conn)?;
    Ok(())
}

/// Stores how many offers in a row were missed.
///
/// # Errors
/// The database's.
pub fn set_misses(scoped: &mut Scoped, member: MemberId, misses: u32) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let misses = i64::from(misses);
    Fixed::<Misses, _>::new([misses.into(), tenant.into(), member.to_string().into()]).execute(conn)?;
    Ok(())
}
