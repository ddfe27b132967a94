//! Searches that are kept under a name.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::{MemberId, SavedViewId},
    model::saved_view::SavedView,
};

use crate::db::{Fault, Scoped, schema::saved_view::dsl as v};

type Row = (String, Option<String>, String, String);

/// Adds a view, or stores what it is called, what it searches for and where it stands.
///
/// # Errors
/// The database's.
pub fn put(
    scoped: &mut Scoped,
    view: &SavedView,
    owner: Option<MemberId>,
    place: usize,
) -> Result<(), Fault> {
    remove(scoped, view.id)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(v::saved_view)
        .values((
            v::tenant_id.eq(tenant),
            v::id.eq(view.id.to_string()),
            v::member_id.eq(owner.map(|id| id.to_string())),
            v::place.eq(i64::try_from(place).unwrap_or(i64::MAX)),
            v::name.eq(&view.name),
            v::search.eq(&view.search),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes a view.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: SavedViewId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(v::saved_view.filter(v::tenant_id.eq(tenant).and(v::id.eq(id.to_string()))))
        .execute(conn)?;
    Ok(())
}

/// A view, and whose it is; of nobody's are those for everybody.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: SavedViewId) -> Result<Option<(SavedView, Option<MemberId>)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = v::saved_view
        .filter(v::tenant_id.eq(tenant).and(v::id.eq(id.to_string())))
        .select((v::id, v::member_id, v::name, v::search))
        .first(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let owner = row.1.as_deref().map(str::parse).transpose()?;
    Ok(Some((model(row)?, owner)))
}

/// A member's own views, or those for everybody, in their order.
///
/// # Errors
/// The database's.
pub fn of(scoped: &mut Scoped, owner: Option<MemberId>) -> Result<Vec<SavedView>, Fault> {
    let (conn, tenant) = scoped.parts();
    let own = v::saved_view.filter(v::tenant_id.eq(tenant)).order((v::place, v::id)).select((
        v::id,
        v::member_id,
        v::name,
        v::search,
    ));
    let rows: Vec<Row> = match owner {
        Some(member) => own.filter(v::member_id.eq(member.to_string())).load(conn)?,
        None => own.filter(v::member_id.is_null()).load(conn)?,
    };
    rows.into_iter().map(model).collect()
}

fn model((id, owner, name, search): Row) -> Result<SavedView, Fault> {
    Ok(SavedView { id: id.parse()?, name, search, shared: owner.is_none() })
}
