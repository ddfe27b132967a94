//! The stickers of the tenant.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::StickerId,
    model::{file::Stored, sticker::Sticker},
};

use super::message::json;
use crate::{
    clock::micros,
    db::{Fault, Scoped, schema::sticker::dsl as s},
};

/// A sticker as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StickerRow {
    /// What members see.
    pub model: Sticker,
    /// What was found in it.
    pub stored: Stored,
    /// The digest of its bytes in hexadecimal, under which they lie.
    pub hash: String,
}

type Row = (String, String, String, String);

/// Adds a sticker.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, row: &StickerRow, now: Instant) -> Result<(), Fault> {
    let stored = json(&row.stored)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(s::sticker)
        .values((
            s::tenant_id.eq(tenant),
            s::id.eq(row.model.id.to_string()),
            s::name.eq(&row.model.name),
            s::stored.eq(stored),
            s::hash.eq(&row.hash),
            s::created_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// One sticker.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: StickerId) -> Result<Option<StickerRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = s::sticker
        .filter(s::tenant_id.eq(tenant).and(s::id.eq(id.to_string())))
        .select((s::id, s::name, s::stored, s::hash))
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// All stickers, the oldest first; ids sort by creation.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<StickerRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = s::sticker
        .filter(s::tenant_id.eq(tenant))
        .order(s::id)
        .select((s::id, s::name, s::stored, s::hash))
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// How many there are.
///
/// # Errors
/// The database's.
pub fn count(scoped: &mut Scoped) -> Result<i64, Fault> {
    let (conn, tenant) = scoped.parts();
    Ok(s::sticker.filter(s::tenant_id.eq(tenant)).count().get_result(conn)?)
}

/// Removes a sticker.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: StickerId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(s::sticker.filter(s::tenant_id.eq(tenant).and(s::id.eq(id.to_string())))).execute(conn)?;
    Ok(())
}

/// Whether a sticker has these bytes.
///
/// # Errors
/// The database's.
pub fn has(scoped: &mut Scoped, hash: &str) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 = s::sticker.filter(s::tenant_id.eq(tenant).and(s::hash.eq(hash))).count().get_result(conn)?;
    Ok(n > 0)
}

fn model((id, name, stored, hash): Row) -> Result<StickerRow, Fault> {
    let stored = serde_json::from_str(&stored).map_err(|_| Fault::Broken(format!("sticker {id}: stored")))?;
    Ok(StickerRow { model: Sticker { id: id.parse()?, name }, stored, hash })
}
