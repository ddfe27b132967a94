//! Canned replies: whose they are, who changes them, and taking them elsewhere.
//!
//! They are not in the live log: nobody waits for one, and a console asks when somebody looks for one.

mod transfer;

use shared::{
    api::canned::{WriteCannedRequest, WrittenFile},
    error::ErrorCode,
    ids::{CannedReplyId, MemberId, UploadId},
    model::{
        canned::{CannedFile, CannedReply, CannedScope, MOST_REPLIES},
        outgoing::Upload,
    },
    permission::Permission,
};

pub use self::transfer::{Wrong, export, import};
use super::{
    conversations::{
        file::DROP,
        upload::{self, NewUpload},
    },
    seat::{self, Seat},
};
use crate::db::{
    Fault, ReadError, Scoped, TenantStore, Tx,
    record::Actor,
    rows::{
        canned_reply::{self, CannedRow, KeptFile, KnownFile},
        queue,
    },
};

/// All that a member may use.
///
/// # Errors
/// The database's.
pub async fn list(tenant: &TenantStore, member: MemberId) -> Result<Vec<CannedReply>, ReadError> {
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        Ok(in_sight(scoped, &seat)?.into_iter().map(|row| row.model).collect())
    });
    read.await
}

/// Adds a reply.
///
/// # Errors
/// `reply_invalid`, `forbidden`, `not_found` for the queue, `shortcut_taken`, `too_many_replies`, `upload_gone`.
pub fn create(tx: &mut Tx<'_>, member: MemberId, written: WriteCannedRequest) -> Result<CannedReply, Fault> {
    let seat = seat::take(tx, member)?;
    let (all, file) = (checked(tx, &seat, None, &written)?, file(tx, &seat, None, written.file)?);
    if all.iter().filter(|row| row.model.scope == written.scope).count() >= MOST_REPLIES {
        return Err(ErrorCode::TooManyReplies.into());
    }
    let row = row(&seat, CannedReplyId::new(), 1, written, file);
    canned_reply::insert(tx, &row)?;
    tx.audit(Actor::Member(member), "canned.create", &row.model.id.to_string())?;
    Ok(row.model)
}

/// Changes everything of a reply.
///
/// # Errors
/// As [`create`]; `not_found` also for the reply.
pub fn change(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: CannedReplyId,
    written: WriteCannedRequest,
) -> Result<CannedReply, Fault> {
    let seat = seat::take(tx, member)?;
    let known = mine_to_change(tx, &seat, id)?;
    let all = checked(tx, &seat, Some(id), &written)?;
    let moves = known.model.scope != written.scope;
    if moves && all.iter().filter(|row| row.model.scope == written.scope).count() >= MOST_REPLIES {
        return Err(ErrorCode::TooManyReplies.into());
    }
    let file = file(tx, &seat, known.file.as_ref(), written.file)?;
    let row = row(&seat, id, known.model.rev + 1, written, file);
    canned_reply::update(tx, &row)?;
    if known.file.as_ref().map(|file| &file.hash) != row.file.as_ref().map(|file| &file.hash) {
        drop_file(tx, known.file)?;
    }
    tx.audit(Actor::Member(member), "canned.change", &id.to_string())?;
    Ok(row.model)
}

/// Removes a reply. What was sent with it stays.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn remove(tx: &mut Tx<'_>, member: MemberId, id: CannedReplyId) -> Result<(), Fault> {
    let seat = seat::take(tx, member)?;
    let known = mine_to_change(tx, &seat, id)?;
    canned_reply::remove(tx, id)?;
    drop_file(tx, known.file)?;
    tx.audit(Actor::Member(member), "canned.remove", &id.to_string())
}

/// The file of a reply as an upload of whoever wants to send it.
///
/// # Errors
/// `not_found`, also when the reply has no file.
pub fn upload(tx: &mut Tx<'_>, member: MemberId, id: CannedReplyId) -> Result<Upload, Fault> {
    let seat = seat::take(tx, member)?;
    let row = seen(tx, &seat, id)?;
    let KeptFile { known, hash } = row.file.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let KnownFile { name, kind, mime, stored } = known;
    let model = Upload { id: UploadId::new(), kind, name, stored };
    upload::add(tx, member, NewUpload { model: model.clone(), mime, hash })?;
    Ok(model)
}

/// Whether a seat may change what is for these people.
fn may_write(seat: &Seat, scope: CannedScope) -> bool {
    scope == CannedScope::Personal || seat.member.role.may(Permission::ManageCanned)
}

fn in_sight(scoped: &mut Scoped, seat: &Seat) -> Result<Vec<CannedRow>, Fault> {
    let mut all = canned_reply::all(scoped, seat.member.id)?;
    all.retain(|row| sees(seat, row));
    Ok(all)
}

fn sees(seat: &Seat, row: &CannedRow) -> bool {
    match row.model.scope {
        CannedScope::Personal => row.member == Some(seat.member.id),
        CannedScope::Queue(queue) => {
            seat.scope.queues.contains(&queue) || seat.member.role.may(Permission::SeeAllConversations)
        }
        CannedScope::Tenant => true,
    }
}

fn seen(scoped: &mut Scoped, seat: &Seat, id: CannedReplyId) -> Result<CannedRow, Fault> {
    let row = canned_reply::find(scoped, id)?.filter(|row| sees(seat, row));
    row.ok_or(Fault::Refused(ErrorCode::NotFound))
}

fn mine_to_change(scoped: &mut Scoped, seat: &Seat, id: CannedReplyId) -> Result<CannedRow, Fault> {
    let row = seen(scoped, seat, id)?;
    if may_write(seat, row.model.scope) { Ok(row) } else { Err(ErrorCode::Forbidden.into()) }
}

/// Whether a reply may be so; gives the others, to count them.
fn checked(
    scoped: &mut Scoped,
    seat: &Seat,
    id: Option<CannedReplyId>,
    written: &WriteCannedRequest,
) -> Result<Vec<CannedRow>, Fault> {
    written.words.check().map_err(|_| ErrorCode::ReplyInvalid)?;
    if !may_write(seat, written.scope) {
        return Err(ErrorCode::Forbidden.into());
    }
    if let CannedScope::Queue(queue) = written.scope {
        queue::find(scoped, queue)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    }
    let all = canned_reply::all(scoped, seat.member.id)?;
    let same = |row: &CannedRow| {
        row.model.scope == written.scope
            && row.model.words.language == written.words.language
            && row.model.words.shortcut == written.words.shortcut
    };
    match all.iter().any(|row| Some(row.model.id) != id && same(row)) {
        true => Err(ErrorCode::ShortcutTaken.into()),
        false => Ok(all),
    }
}

fn file(
    tx: &mut Tx<'_>,
    seat: &Seat,
    known: Option<&KeptFile>,
    wish: WrittenFile,
) -> Result<Option<KeptFile>, Fault> {
    Ok(match wish {
        WrittenFile::Nothing => None,
        WrittenFile::Kept => known.cloned(),
        WrittenFile::Upload(id) => {
            let row = upload::claim(tx, seat, id)?;
            let Upload { kind, name, stored, .. } = row.model;
            Some(KeptFile { known: KnownFile { name, kind, mime: row.mime, stored }, hash: row.hash })
        }
    })
}

fn row(
    seat: &Seat,
    id: CannedReplyId,
    rev: u64,
    written: WriteCannedRequest,
    file: Option<KeptFile>,
) -> CannedRow {
    let shown = file.as_ref().map(|file| CannedFile { name: file.known.name.clone(), kind: file.known.kind });
    CannedRow {
        member: (written.scope == CannedScope::Personal).then_some(seat.member.id),
        model: CannedReply { id, rev, scope: written.scope, words: written.words, file: shown },
        file,
    }
}

/// Bytes that nobody else refers to go.
fn drop_file(tx: &mut Tx<'_>, file: Option<KeptFile>) -> Result<(), Fault> {
    let now = tx.now();
    file.map_or(Ok(()), |file| tx.job(DROP, &file.hash, now).map(drop))
}
