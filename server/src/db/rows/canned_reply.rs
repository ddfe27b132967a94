//! Canned replies.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, dsl::count_star,
};
use serde::{Deserialize, Serialize};
use shared::{
    ids::{CannedReplyId, MemberId},
    model::{
        canned::{CannedFile, CannedReply, CannedScope, CannedWords},
        content::MediaKind,
        file::Stored,
    },
};

use super::message::json;
use crate::db::{Fault, Scoped, schema::canned_reply::dsl as c};

/// A canned reply as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedRow {
    /// What members see.
    pub model: CannedReply,
    /// Whose it is; of personal ones only.
    pub member: Option<MemberId>,
    /// Its file.
    pub file: Option<KeptFile>,
}

/// The file of a canned reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// What is known of it.
    pub known: KnownFile,
    /// The digest of its bytes in hexadecimal, under which they lie.
    pub hash: String,
}

/// What is known of a file, as it lies in its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFile {
    /// Its name.
    pub name: String,
    /// As what it is sent.
    pub kind: MediaKind,
    /// The type it is sent as.
    pub mime: String,
    /// What was found in it.
    pub stored: Stored,
}

type Row = (
    (String, i64, Option<String>, Option<String>),
    (String, String, String, String, String),
    Option<String>,
    Option<String>,
);

macro_rules! columns {
    () => {
        (
            (c::id, c::rev, c::member_id, c::queue_id),
            (c::folder, c::shortcut, c::language, c::title, c::text),
            c::file,
            c::hash,
        )
    };
}

macro_rules! written {
    ($row:expr, $file:expr) => {
        (
            c::rev.eq($row.model.rev as i64),
            c::member_id.eq($row.member.map(|id| id.to_string())),
            c::queue_id.eq(match $row.model.scope {
                CannedScope::Queue(id) => Some(id.to_string()),
                _ => None,
            }),
            c::folder.eq(&$row.model.words.folder),
            c::shortcut.eq(&$row.model.words.shortcut),
            c::language.eq(&$row.model.words.language),
            c::title.eq(&$row.model.words.title),
            c::text.eq(&$row.model.words.text),
            c::file.eq($file),
            c::hash.eq($row.file.as_ref().map(|file| &file.hash)),
        )
    };
}

/// Adds a reply.
///
/// # Errors
/// A unique violation when the shortcut is taken.
pub fn insert(scoped: &mut Scoped, row: &CannedRow) -> Result<(), Fault> {
    let file = row.file.as_ref().map(|file| json(&file.known)).transpose()?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(c::canned_reply)
        .values((c::tenant_id.eq(tenant), c::id.eq(row.model.id.to_string()), written!(row, file)))
        .execute(conn)?;
    Ok(())
}

/// Stores everything of a reply that is there.
///
/// # Errors
/// A unique violation when the shortcut is taken.
pub fn update(scoped: &mut Scoped, row: &CannedRow) -> Result<(), Fault> {
    let file = row.file.as_ref().map(|file| json(&file.known)).transpose()?;
    let (conn, tenant) = scoped.parts();
    let one = c::canned_reply.filter(c::tenant_id.eq(tenant).and(c::id.eq(row.model.id.to_string())));
    diesel::update(one).set(written!(row, file)).execute(conn)?;
    Ok(())
}

/// Removes a reply.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: CannedReplyId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(c::canned_reply.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))))
        .execute(conn)?;
    Ok(())
}

/// One reply.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: CannedReplyId) -> Result<Option<CannedRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = c::canned_reply
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// A member's own replies and all that are nobody's own, the oldest first; ids sort by creation.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped, member: MemberId) -> Result<Vec<CannedRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = c::canned_reply
        .filter(c::tenant_id.eq(tenant))
        .filter(c::member_id.is_null().or(c::member_id.eq(member.to_string())))
        .order(c::id)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Whether any reply has these bytes.
///
/// # Errors
/// The database's.
pub fn has(scoped: &mut Scoped, hash: &str) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 = c::canned_reply
        .filter(c::tenant_id.eq(tenant).and(c::hash.eq(hash)))
        .select(count_star())
        .first(conn)?;
    Ok(n > 0)
}

fn read(((id, rev, member, queue), words, file, hash): Row) -> Result<CannedRow, Fault> {
    let (folder, shortcut, language, title, text) = words;
    let known = |text: String| {
        serde_json::from_str::<KnownFile>(&text)
            .map_err(|_| Fault::Broken(format!("canned reply {id}: file")))
    };
    let file = match (file, hash) {
        (Some(file), Some(hash)) => Some(KeptFile { known: known(file)?, hash }),
        _ => None,
    };
    let scope = match (&member, queue) {
        (Some(_), _) => CannedScope::Personal,
        (None, Some(queue)) => CannedScope::Queue(queue.parse()?),
        (None, None) => CannedScope::Tenant,
    };
    let model = CannedReply {
        id: id.parse()?,
        rev: rev as u64,
        scope,
        words: CannedWords { folder, shortcut, language, title, text },
        file: file.as_ref().map(|file| CannedFile { name: file.known.name.clone(), kind: file.known.kind }),
    };
    Ok(CannedRow { model, member: member.map(|id| id.parse()).transpose()?, file })
}
