//! Files that members uploaded and have not sent yet.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{MemberId, UploadId},
    model::{content::MediaKind, outgoing::Upload},
};

use super::message::json;
use crate::{
    clock::micros,
    db::{Fault, Scoped, schema::upload::dsl as u},
};

/// An upload as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// What its member sees.
    pub model: Upload,
    /// Whose.
    pub member: MemberId,
    /// The type it is sent as.
    pub mime: String,
    /// The digest of its bytes in hexadecimal, under which they lie.
    pub hash: String,
    /// When it came.
    pub created_at: Instant,
}

type Row = (String, String, String, String, String, String, String, i64);

macro_rules! columns {
    () => {
        (u::id, u::member_id, u::kind, u::mime, u::name, u::stored, u::hash, u::created_at)
    };
}

/// Adds an upload.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, row: &UploadRow) -> Result<(), Fault> {
    let stored = json(&row.model.stored)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(u::upload)
        .values((
            u::tenant_id.eq(tenant),
            u::id.eq(row.model.id.to_string()),
            u::member_id.eq(row.member.to_string()),
            u::kind.eq(row.model.kind.as_str()),
            u::mime.eq(&row.mime),
            u::name.eq(&row.model.name),
            u::stored.eq(stored),
            u::hash.eq(&row.hash),
            u::created_at.eq(micros(row.created_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// One upload.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: UploadId) -> Result<Option<UploadRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = u::upload
        .filter(u::tenant_id.eq(tenant).and(u::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// How many uploads of a member wait to be sent.
///
/// # Errors
/// The database's.
pub fn count_of(scoped: &mut Scoped, member: MemberId) -> Result<i64, Fault> {
    let (conn, tenant) = scoped.parts();
    Ok(u::upload
        .filter(u::tenant_id.eq(tenant).and(u::member_id.eq(member.to_string())))
        .count()
        .get_result(conn)?)
}

/// The oldest upload of a member.
///
/// # Errors
/// The database's.
pub fn oldest_of(scoped: &mut Scoped, member: MemberId) -> Result<Option<UploadRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = u::upload
        .filter(u::tenant_id.eq(tenant).and(u::member_id.eq(member.to_string())))
        .order((u::created_at, u::id))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// The oldest uploads from before an instant.
///
/// # Errors
/// The database's.
pub fn older(scoped: &mut Scoped, before: Instant, most: usize) -> Result<Vec<UploadRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = u::upload
        .filter(u::tenant_id.eq(tenant).and(u::created_at.lt(micros(before))))
        .order(u::created_at)
        .limit(most as i64)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// Removes an upload.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: UploadId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(u::upload.filter(u::tenant_id.eq(tenant).and(u::id.eq(id.to_string())))).execute(conn)?;
    Ok(())
}

/// Whether any upload has these bytes.
///
/// # Errors
/// The database's.
pub fn has(scoped: &mut Scoped, hash: &str) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 = u::upload.filter(u::tenant_id.eq(tenant).and(u::hash.eq(hash))).count().get_result(conn)?;
    Ok(n > 0)
}

fn model(row: Row) -> Result<UploadRow, Fault> {
    let (id, member, kind, mime, name, stored, hash, created_at) = row;
    let broken = |what: &str| Fault::Broken(format!("upload {id}: {what}"));
    Ok(UploadRow {
        model: Upload {
            kind: MediaKind::parse(&kind).ok_or_else(|| broken("kind"))?,
            stored: serde_json::from_str(&stored).map_err(|_| broken("stored"))?,
            id: id.parse()?,
            name,
        },
        member: member.parse()?,
        mime,
        hash,
        created_at: crate::clock::from_micros(created_at),
    })
}
