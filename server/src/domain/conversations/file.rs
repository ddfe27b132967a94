//! The file of a message, from "there is one" to its bytes. The message is stored and shown first; a job
//! fetches the file, and what it found comes back as a change of the message.

use std::sync::Arc;

use shared::{
    error::ErrorCode,
    ids::{ContactId, MessageId},
    live::event::Event,
    model::{
        content::{Content, Media},
        file::{File, FileFailure, Stored},
        message::Body,
    },
};

use super::Loaded;
use crate::{
    db::{
        Fault, Tx,
        record::Kicks,
        rows::{
            conversation,
            file::{self, FileRow},
            job, message,
        },
    },
    domain::seat::Seat,
};

/// The kind of the job that fetches a file; its payload is the message's id.
pub const FETCH: &str = "fetch_file";
/// The kind of the job that removes bytes nobody refers to; its payload is their hash.
pub const DROP: &str = "drop_file";

/// A file as a webhook names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// What WhatsApp calls it.
    pub media_id: String,
    /// Its digest in hexadecimal.
    pub sha256: Option<String>,
}

/// A file that is here and goes out with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The digest of its bytes.
    pub hash: String,
    /// What was found in it.
    pub stored: Stored,
    /// The type it is sent as.
    pub sent_as: String,
}

/// The file of a new message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewFile {
    /// It is to be fetched.
    Remote(Remote),
    /// It is here.
    Attached(Attached),
}

/// A message has a file: one that is not here will be fetched by a job.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    message: MessageId,
    contact: ContactId,
    new: NewFile,
) -> Result<Arc<File>, Fault> {
    let created_at = tx.now();
    let row = match new {
        NewFile::Remote(Remote { media_id, sha256 }) => FileRow {
            message,
            contact,
            media_id,
            claimed: sha256,
            file: File::Loading,
            hash: None,
            created_at,
            sent_as: None,
        },
        NewFile::Attached(Attached { hash, stored, sent_as }) => FileRow {
            message,
            contact,
            media_id: String::new(),
            claimed: None,
            file: File::Ready(stored),
            hash: Some(hash),
            created_at,
            sent_as: Some(sent_as),
        },
    };
    file::insert(tx, &row)?;
    if row.hash.is_none() {
        tx.job(FETCH, &message.to_string(), created_at)?;
    }
    Ok(Arc::new(row.file))
}

/// The file of a message that went out, to send it again.
pub(super) fn attached(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Attached>, Fault> {
    Ok(file::find(tx, id)?.and_then(|row| match row {
        FileRow { file: File::Ready(stored), hash: Some(hash), sent_as: Some(sent_as), .. } => {
            Some(Attached { hash, stored, sent_as })
        }
        _ => None,
    }))
}

/// The body of a message with a file.
pub(in crate::domain) fn body(media: Media) -> Body {
    Body::Content(Arc::new(Content::Media(media)))
}

/// The bytes are here. Says whether they are wanted: the message may have been deleted meanwhile.
///
/// # Errors
/// The database's.
pub fn arrived(tx: &mut Tx<'_>, id: MessageId, hash: &str, stored: &Stored) -> Result<bool, Fault> {
    let Some(row) = file::find(tx, id)? else { return Ok(false) };
    if row.hash.is_none() {
        let row = FileRow { file: File::Ready(stored.clone()), hash: Some(hash.to_owned()), ..row };
        change(tx, &row)?;
    }
    Ok(true)
}

/// The file is not here and those who look at the message should know.
///
/// # Errors
/// The database's.
pub fn missing(tx: &mut Tx<'_>, id: MessageId, failure: FileFailure) -> Result<(), Fault> {
    match file::find(tx, id)? {
        Some(row) if row.hash.is_none() && row.file != File::Failed(failure) => {
            change(tx, &FileRow { file: File::Failed(failure), ..row })
        }
        _ => Ok(()),
    }
}

/// Tries again to fetch a file; one that is here or on its way is left alone.
///
/// # Errors
/// `not_found` when there is no such message in sight, or it has no file.
pub fn fetch_again(tx: &mut Tx<'_>, seat: &Seat, id: MessageId) -> Result<(), Fault> {
    let found = message::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    Loaded::in_sight(tx, seat, found.model.conversation)?;
    let row = file::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if row.hash.is_none() {
        if row.file != File::Loading {
            change(tx, &FileRow { file: File::Loading, ..row })?;
        }
        let now = tx.now();
        if job::hasten(tx, FETCH, &id.to_string(), now)? {
            tx.kick(Kicks { jobs: true, outbox: false });
        } else {
            tx.job(FETCH, &id.to_string(), now)?;
        }
    }
    Ok(())
}

/// The message was deleted: its file goes too.
pub(super) fn forget(tx: &mut Tx<'_>, id: MessageId) -> Result<(), Fault> {
    let Some(row) = file::find(tx, id)? else { return Ok(()) };
    file::remove(tx, id)?;
    if let Some(hash) = row.hash {
        let now = tx.now();
        tx.job(DROP, &hash, now)?;
    }
    Ok(())
}

/// Stores how far we got and tells the log.
fn change(tx: &mut Tx<'_>, row: &FileRow) -> Result<(), Fault> {
    file::update(tx, row)?;
    let Some(mut found) = message::find(tx, row.message)? else { return Ok(()) };
    found.model.rev += 1;
    message::update_rev(tx, &found)?;
    let Some(conversation) = conversation::find(tx, found.model.conversation)? else { return Ok(()) };
    tx.emit(conversation.model.audience(), Some(found.contact), Event::Message(found.model));
    Ok(())
}
