//! Files that members upload: kept from the upload until they are sent, for a day at most.

use shared::{
    Instant,
    error::ErrorCode,
    ids::{MemberId, UploadId},
    model::{
        content::{Media, MediaKind},
        message::Body,
        outgoing::Upload,
    },
};

use super::file::{self, Attached};
use crate::{
    db::{
        Fault, Tx,
        rows::{
            slice::SLICE,
            upload::{self, UploadRow},
        },
    },
    domain::seat::Seat,
};

/// Uploads of one member that may wait to be sent at once. A person attaches a handful; the rest would be a
/// way to fill the disk.
const MOST: i64 = 50;

/// A file whose bytes lie in their place.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// What its member sees.
    pub model: Upload,
    /// The type it is sent as.
    pub mime: String,
    /// The digest of its bytes.
    pub hash: String,
}

/// Stores an upload. Where a member has too many, the oldest makes room: nobody may be able to name it any
/// more, after a page was loaded again.
///
/// # Errors
/// The database's.
pub fn add(tx: &mut Tx<'_>, member: MemberId, new: NewUpload) -> Result<(), Fault> {
    while upload::count_of(tx, member)? >= MOST {
        let Some(oldest) = upload::oldest_of(tx, member)? else { break };
        drop_row(tx, &oldest)?;
    }
    let created_at = tx.now();
    let NewUpload { model, mime, hash } = new;
    upload::insert(tx, &UploadRow { model, member, mime, hash, created_at })
}

/// Removes an upload that its member does not want to send after all; one that is gone is removed.
///
/// # Errors
/// The database's.
pub fn discard(tx: &mut Tx<'_>, member: MemberId, id: UploadId) -> Result<(), Fault> {
    match upload::find(tx, id)? {
        Some(row) if row.member == member => drop_row(tx, &row),
        _ => Ok(()),
    }
}

/// Takes an upload to send it: what the message says, and its file.
pub(super) fn take(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: UploadId,
    caption: Option<String>,
) -> Result<(Body, Attached), Fault> {
    let row = claim(tx, seat, id)?;
    if caption.is_some() && !row.model.kind.takes_caption() {
        return Err(ErrorCode::CaptionRefused.into());
    }
    let UploadRow { model: Upload { kind, name, stored, .. }, mime, hash, .. } = row;
    // Customers see the names of documents only.
    let file_name = (kind == MediaKind::Document).then_some(name);
    let media = Media { kind, caption, file_name, mime: Some(mime.clone()) };
    Ok((file::body(media), Attached { hash, stored, sent_as: mime }))
}

/// Takes an upload away from those that wait; its bytes stay for whoever refers to them now.
///
/// # Errors
/// `upload_gone` when there is none of this member.
pub fn claim(tx: &mut Tx<'_>, seat: &Seat, id: UploadId) -> Result<UploadRow, Fault> {
    let row = upload::find(tx, id)?.filter(|row| row.member == seat.member.id);
    let row = row.ok_or(Fault::Refused(ErrorCode::UploadGone))?;
    upload::remove(tx, id)?;
    Ok(row)
}

/// Forgets a slice of what was not sent since before an instant; says how much.
///
/// # Errors
/// The database's.
pub fn forget_unsent(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    let old = upload::older(tx, before, SLICE)?;
    for row in &old {
        drop_row(tx, row)?;
    }
    Ok(old.len())
}

fn drop_row(tx: &mut Tx<'_>, row: &UploadRow) -> Result<(), Fault> {
    upload::remove(tx, row.model.id)?;
    let now = tx.now();
    tx.job(file::DROP, &row.hash, now).map(|_| ())
}
