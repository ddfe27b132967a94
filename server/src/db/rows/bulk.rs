//! What was done to many conversations at once, as long as it can be taken back.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{BulkId, MemberId},
    model::bulk::BulkAction,
};

use super::{message::json, slice};
use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::bulk::dsl as b},
};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRow {
    /// Which.
    pub id: BulkId,
    /// Who did it.
    pub member: MemberId,
    /// When.
    pub at: Instant,
    /// What.
    pub action: BulkAction,
    /// What each was before and after; the domain's JSON.
    pub items: String,
    /// Whether it was taken back.
    pub undone: bool,
}

/// Adds one.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, row: &BulkRow) -> Result<(), Fault> {
    let action = json(&row.action)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(b::bulk)
        .values((
            b::tenant_id.eq(tenant),
            b::id.eq(row.id.to_string()),
            b::member_id.eq(row.member.to_string()),
            b::at.eq(micros(row.at)),
            b::action.eq(action),
            b::items.eq(&row.items),
            b::undone.eq(row.undone),
        ))
        .execute(conn)?;
    Ok(())
}

/// One of them.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: BulkId) -> Result<Option<BulkRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<(String, i64, String, String, bool)> = b::bulk
        .filter(b::tenant_id.eq(tenant).and(b::id.eq(id.to_string())))
        .select((b::member_id, b::at, b::action, b::items, b::undone))
        .first(conn)
        .optional()?;
    let Some((member, at, action, items, undone)) = row else { return Ok(None) };
    let action = serde_json::from_str(&action).map_err(|error| Fault::Broken(error.to_string()))?;
    Ok(Some(BulkRow { id, member: member.parse()?, at: from_micros(at), action, items, undone }))
}

/// It was taken back.
///
/// # Errors
/// The database's.
pub fn set_undone(scoped: &mut Scoped, id: BulkId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(b::bulk.filter(b::tenant_id.eq(tenant).and(b::id.eq(id.to_string()))))
        .set(b::undone.eq(true))
        .execute(conn)?;
    Ok(())
}

/// Forgets a slice of those from before an instant; says how many.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, b::bulk, b::tenant_id, b::at, before)
}
