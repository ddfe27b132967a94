//! When the business is open.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{ids::CalendarId, model::calendar::Calendar};

use super::message::json;
use crate::db::{Fault, Scoped, schema::calendar::dsl as c};

type Row = (String, i64, i64, String, String);

/// Adds a calendar.
///
/// # Errors
/// A unique violation when the name is taken.
pub fn insert(scoped: &mut Scoped, calendar: &Calendar) -> Result<(), Fault> {
    let hours = json(&calendar.hours)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(c::calendar)
        .values((
            c::tenant_id.eq(tenant),
            c::id.eq(calendar.id.to_string()),
            c::rev.eq(calendar.rev as i64),
            c::version.eq(calendar.version as i64),
            c::name.eq(&calendar.name),
            c::hours.eq(hours),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores name and hours.
///
/// # Errors
/// A unique violation when the name is taken.
pub fn update(scoped: &mut Scoped, calendar: &Calendar) -> Result<(), Fault> {
    let hours = json(&calendar.hours)?;
    let (conn, tenant) = scoped.parts();
    diesel::update(c::calendar.filter(c::tenant_id.eq(tenant).and(c::id.eq(calendar.id.to_string()))))
        .set((
            c::rev.eq(calendar.rev as i64),
            c::version.eq(calendar.version as i64),
            c::name.eq(&calendar.name),
            c::hours.eq(hours),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes a calendar.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: CalendarId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(c::calendar.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))))
        .execute(conn)?;
    Ok(())
}

/// One calendar.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: CalendarId) -> Result<Option<Calendar>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = c::calendar
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select((c::id, c::rev, c::version, c::name, c::hours))
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// All calendars, by name.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<Calendar>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = c::calendar
        .filter(c::tenant_id.eq(tenant))
        .order((c::name, c::id))
        .select((c::id, c::rev, c::version, c::name, c::hours))
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// The calendar with this name.
///
/// # Errors
/// The database's.
pub fn by_name(scoped: &mut Scoped, name: &str) -> Result<Option<CalendarId>, Fault> {
    let (conn, tenant) = scoped.parts();
    let id: Option<String> = c::calendar
        .filter(c::tenant_id.eq(tenant).and(c::name.eq(name)))
        .select(c::id)
        .first(conn)
        .optional()?;
    Ok(id.map(|id| id.parse()).transpose()?)
}

fn model((id, rev, version, name, hours): Row) -> Result<Calendar, Fault> {
    let hours = serde_json::from_str(&hours).map_err(|error| Fault::Broken(format!("hours: {error}")))?;
    Ok(Calendar { id: id.parse()?, rev: rev as u64, version: version as u64, name, hours })
}
