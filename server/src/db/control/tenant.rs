//! Tenants.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{Instant, error::ErrorCode};

use crate::{
    clock::micros,
    db::{Fault, connection::AnyConnection, schema::tenant::dsl as t},
    tenant::TenantId,
};

/// A tenant as the operator sees it.
#[derive(Debug, Clone)]
pub struct TenantRow {
    /// Which.
    pub id: TenantId,
    /// Short name in addresses and on the command line.
    pub slug: String,
    /// The business's name.
    pub name: String,
    /// `active`, `suspended`, `ended` or `erased`.
    pub life: String,
}

type Row = (i64, String, String, String);

/// Adds a tenant; its number is one more than the largest so far and never used again.
///
/// # Errors
/// A unique violation when the slug is taken.
pub fn insert(conn: &mut AnyConnection, slug: &str, name: &str, now: Instant) -> Result<TenantId, Fault> {
    let last: Option<i64> = t::tenant.select(diesel::dsl::max(t::id)).get_result(conn)?;
    let id = last.unwrap_or(0) + 1;
    diesel::insert_into(t::tenant)
        .values((
            t::id.eq(id),
            t::slug.eq(slug),
            t::name.eq(name),
            t::life.eq("active"),
            t::created_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(TenantId::from_control(id))
}

/// All tenants, oldest first.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<TenantRow>, Fault> {
    let rows: Vec<Row> = t::tenant.order(t::id).select((t::id, t::slug, t::name, t::life)).load(conn)?;
    Ok(rows.into_iter().map(model).collect())
}

/// The tenant with this slug.
///
/// # Errors
/// `not_found`.
pub fn by_slug(conn: &mut AnyConnection, slug: &str) -> Result<TenantRow, Fault> {
    let row: Option<Row> = t::tenant
        .filter(t::slug.eq(slug))
        .select((t::id, t::slug, t::name, t::life))
        .first(conn)
        .optional()?;
    row.map(model).ok_or(Fault::Refused(ErrorCode::NotFound))
}

/// Whether the tenant may work now.
///
/// # Errors
/// The database's.
pub fn is_active(conn: &mut AnyConnection, id: TenantId) -> Result<bool, Fault> {
    let life: Option<String> = t::tenant.filter(t::id.eq(id.get())).select(t::life).first(conn).optional()?;
    Ok(life.as_deref() == Some("active"))
}

/// Changes a tenant's life.
///
/// # Errors
/// A check violation for an unknown word.
pub fn set_life(conn: &mut AnyConnection, id: TenantId, life: &str) -> Result<(), Fault> {
    diesel::update(t::tenant.filter(t::id.eq(id.get()))).set(t::life.eq(life)).execute(conn)?;
    Ok(())
}

/// When the tenant must be looked at next: 0 while it is open, none when nothing waits.
///
/// # Errors
/// The database's.
pub fn set_wake_at(conn: &mut AnyConnection, id: TenantId, at: Option<i64>) -> Result<(), Fault> {
    diesel::update(t::tenant.filter(t::id.eq(id.get()))).set(t::wake_at.eq(at)).execute(conn)?;
    Ok(())
}

/// Active tenants with something due.
///
/// # Errors
/// The database's.
pub fn due(conn: &mut AnyConnection, now: Instant) -> Result<Vec<TenantId>, Fault> {
    let ids: Vec<i64> = t::tenant
        .filter(t::life.eq("active").and(t::wake_at.le(micros(now))))
        .order(t::wake_at)
        .select(t::id)
        .load(conn)?;
    Ok(ids.into_iter().map(TenantId::from_control).collect())
}

/// When the next active tenant has something due that has nothing due yet.
///
/// # Errors
/// The database's.
pub fn next_wake(conn: &mut AnyConnection, now: Instant) -> Result<Option<i64>, Fault> {
    Ok(t::tenant
        .filter(t::life.eq("active").and(t::wake_at.gt(micros(now))))
        .select(diesel::dsl::min(t::wake_at))
        .first(conn)?)
}

fn model((id, slug, name, life): Row) -> TenantRow {
    TenantRow { id: TenantId::from_control(id), slug, name, life }
}
