//! The files of messages: where WhatsApp has them and what became of them here. One row per message.

use std::sync::Arc;

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ContactId, ConversationId, MessageId},
    model::{
        file::{File, FileFailure},
        message::Body,
    },
};

use super::{
    canned_reply,
    message::{MessageRow, json},
    sticker, upload,
};
use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        schema::{file::dsl as f, message::dsl as m},
    },
};

/// A file as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The message it belongs to.
    pub message: MessageId,
    /// Whose.
    pub contact: ContactId,
    /// What WhatsApp calls it.
    pub media_id: String,
    /// Its digest as the webhook told it, in hexadecimal.
    pub claimed: Option<String>,
    /// How far we got.
    pub file: File,
    /// The digest of its bytes in hexadecimal, under which they lie; of files that are here.
    pub hash: Option<String>,
    /// When the message came.
    pub created_at: Instant,
    /// The type it is sent as; of files that go out.
    pub sent_as: Option<String>,
}

type Row = (
    String,
    String,
    String,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    Option<String>,
);

macro_rules! columns {
    () => {
        (
            f::message_id,
            f::contact_id,
            f::media_id,
            f::claimed_sha256,
            f::state,
            f::failure,
            f::stored,
            f::hash,
            f::created_at,
            f::sent_as,
        )
    };
}

/// Adds the file of a message.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, row: &FileRow) -> Result<(), Fault> {
    let columns = Columns::of(&row.file)?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(f::file)
        .values((
            f::tenant_id.eq(tenant),
            f::message_id.eq(row.message.to_string()),
            f::contact_id.eq(row.contact.to_string()),
            f::media_id.eq(&row.media_id),
            f::claimed_sha256.eq(&row.claimed),
            f::state.eq(columns.state),
            f::failure.eq(columns.failure),
            f::stored.eq(columns.stored),
            f::hash.eq(&row.hash),
            f::created_at.eq(micros(row.created_at)),
            f::sent_as.eq(&row.sent_as),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores how far we got.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, row: &FileRow) -> Result<(), Fault> {
    let columns = Columns::of(&row.file)?;
    let (conn, tenant) = scoped.parts();
    diesel::update(f::file.filter(f::tenant_id.eq(tenant).and(f::message_id.eq(row.message.to_string()))))
        .set((
            f::state.eq(columns.state),
            f::failure.eq(columns.failure),
            f::stored.eq(columns.stored),
            f::hash.eq(&row.hash),
        ))
        .execute(conn)?;
    Ok(())
}

/// The file of a message.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, message: MessageId) -> Result<Option<FileRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = f::file
        .filter(f::tenant_id.eq(tenant).and(f::message_id.eq(message.to_string())))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// Removes the file of a message.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, message: MessageId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(f::file.filter(f::tenant_id.eq(tenant).and(f::message_id.eq(message.to_string()))))
        .execute(conn)?;
    Ok(())
}

/// Whether any message, upload, sticker or canned reply has a file with these bytes.
///
/// # Errors
/// The database's.
pub fn is_used(scoped: &mut Scoped, hash: &str) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let n: i64 = f::file
        .filter(f::tenant_id.eq(tenant).and(f::hash.is_not_null()).and(f::hash.eq(hash)))
        .count()
        .get_result(conn)?;
    Ok(n > 0 || upload::has(scoped, hash)? || sticker::has(scoped, hash)? || canned_reply::has(scoped, hash)?)
}

/// Tells of each message that came with a file how far we got with it.
///
/// # Errors
/// The database's.
pub fn fill_files(scoped: &mut Scoped, rows: &mut [MessageRow]) -> Result<(), Fault> {
    let with_file = |row: &MessageRow| match &row.model.body {
        Body::Content(content) => content.has_file(),
        _ => false,
    };
    let wanted: Vec<String> =
        rows.iter().filter(|row| with_file(row)).map(|row| row.model.id.to_string()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let (conn, tenant) = scoped.parts();
    let found: Vec<Row> = f::file
        .filter(f::tenant_id.eq(tenant).and(f::message_id.eq_any(&wanted)))
        .select(columns!())
        .load(conn)?;
    let found: Vec<FileRow> = found.into_iter().map(model).collect::<Result<_, _>>()?;
    for row in rows {
        let file = found.iter().find(|found| found.message == row.model.id);
        row.model.file = file.map(|found| Arc::new(found.file.clone()));
    }
    Ok(())
}

/// A file of a contact's, for lists.
pub type OfContact = (MessageId, ConversationId, String, Option<String>, Instant);

/// The newest files of a contact that are here, in some conversations: message, conversation, kind, what the message
/// carries as it is stored, and when it came.
///
/// # Errors
/// The database's.
pub fn of_contact(
    scoped: &mut Scoped,
    contact: ContactId,
    conversations: &[ConversationId],
    most: i64,
) -> Result<Vec<OfContact>, Fault> {
    let conversations: Vec<String> = conversations.iter().map(ToString::to_string).collect();
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String, String, Option<String>, i64)> = f::file
        .inner_join(m::message.on(m::tenant_id.eq(f::tenant_id).and(m::id.eq(f::message_id))))
        .filter(f::tenant_id.eq(tenant).and(f::contact_id.eq(contact.to_string())).and(f::state.eq(READY)))
        .filter(m::conversation_id.eq_any(conversations))
        .order(f::message_id.desc())
        .limit(most)
        .select((m::id, m::conversation_id, m::kind, m::content, m::at))
        .load(conn)?;
    rows.into_iter()
        .map(|(message, conversation, kind, content, at)| {
            Ok((message.parse()?, conversation.parse()?, kind, content, from_micros(at)))
        })
        .collect()
}

struct Columns {
    state: &'static str,
    failure: Option<String>,
    stored: Option<String>,
}

impl Columns {
    fn of(file: &File) -> Result<Self, Fault> {
        Ok(match file {
            File::Loading => Self { state: LOADING, failure: None, stored: None },
            File::Ready(stored) => Self { state: READY, failure: None, stored: Some(json(stored)?) },
            File::Failed(failure) => Self { state: FAILED, failure: Some(json(failure)?), stored: None },
        })
    }
}

const LOADING: &str = "loading";
const READY: &str = "ready";
const FAILED: &str = "failed";

fn model(row: Row) -> Result<FileRow, Fault> {
    let (message, contact, media_id, claimed, state, failure, stored, hash, created_at, sent_as) = row;
    let broken = || Fault::Broken(format!("the file of {message} is {state}"));
    let file = match (state.as_str(), failure, stored) {
        (LOADING, _, _) => File::Loading,
        (READY, _, Some(stored)) => File::Ready(serde_json::from_str(&stored).map_err(|_| broken())?),
        (FAILED, Some(failure), _) => {
            File::Failed(serde_json::from_str::<FileFailure>(&failure).map_err(|_| broken())?)
        }
        _ => return Err(broken()),
    };
    Ok(FileRow {
        message: message.parse()?,
        contact: contact.parse()?,
        media_id,
        claimed,
        file,
        hash,
        created_at: from_micros(created_at),
        sent_as,
    })
}
