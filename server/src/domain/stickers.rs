//! The stickers that everybody here can send: a collection of the tenant's own, never what customers sent.

use shared::{
    error::ErrorCode,
    ids::{MemberId, StickerId, UploadId},
    model::{
        content::{Media, MediaKind},
        message::Body,
        sticker::Sticker,
    },
};

use super::{
    conversations::{
        file::{self, Attached, DROP},
        upload,
    },
    seat::{self, Seat},
};
use crate::db::{
    Fault, ReadError, TenantStore, Tx,
    rows::sticker::{self, StickerRow},
};

/// Stickers of a tenant. Ours: a picker shows them all at once.
const MOST: i64 = 60;
/// Width and height of a sticker, in pixels. Source: Cloud API, supported media types.
const SIDE: u32 = 512;
/// What all stickers are sent as.
const MIME: &str = "image/webp";

/// Adds an uploaded sticker to the collection; one that is there already is not added twice.
///
/// # Errors
/// `upload_gone`, `file_type_refused`, `sticker_size_refused`, `too_many_stickers`.
pub fn add(tx: &mut Tx<'_>, seat: &Seat, id: UploadId) -> Result<(), Fault> {
    let row = upload::claim(tx, seat, id)?;
    if row.model.kind != MediaKind::Sticker {
        return Err(ErrorCode::FileTypeRefused.into());
    }
    let stored = row.model.stored;
    if (stored.width, stored.height) != (Some(SIDE), Some(SIDE)) {
        return Err(ErrorCode::StickerSizeRefused.into());
    }
    if sticker::has(tx, &row.hash)? {
        return Ok(());
    }
    if sticker::count(tx)? >= MOST {
        return Err(ErrorCode::TooManyStickers.into());
    }
    let name = row.model.name;
    let name = name.rsplit_once('.').map_or(name.as_str(), |(name, _)| name).to_owned();
    let now = tx.now();
    let model = Sticker { id: StickerId::new(), name };
    sticker::insert(tx, &StickerRow { model, stored, hash: row.hash }, now)
}

/// Takes a sticker out of the collection. Messages that it was sent with keep it.
///
/// # Errors
/// `not_found`.
pub fn remove(tx: &mut Tx<'_>, id: StickerId) -> Result<(), Fault> {
    let row = sticker::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    sticker::remove(tx, id)?;
    let now = tx.now();
    tx.job(DROP, &row.hash, now).map(|_| ())
}

/// What a message with a sticker says, and its file.
pub(super) fn take(tx: &mut Tx<'_>, id: StickerId) -> Result<(Body, Attached), Fault> {
    let StickerRow { stored, hash, .. } =
        sticker::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let media =
        Media { kind: MediaKind::Sticker, caption: None, file_name: None, mime: Some(MIME.to_owned()) };
    Ok((file::body(media), Attached { hash, stored, sent_as: MIME.to_owned() }))
}

/// The collection.
///
/// # Errors
/// The database's.
pub async fn list(tenant: &TenantStore, member: MemberId) -> Result<Vec<Sticker>, ReadError> {
    let read = tenant.read(move |scoped| {
        seat::take(scoped, member)?;
        Ok(sticker::all(scoped)?.into_iter().map(|row| row.model).collect())
    });
    read.await
}

/// The digest of a sticker's bytes.
///
/// # Errors
/// `not_found`.
pub async fn bytes(tenant: &TenantStore, member: MemberId, id: StickerId) -> Result<String, ReadError> {
    let read = tenant.read(move |scoped| {
        seat::take(scoped, member)?;
        sticker::find(scoped, id)?.map(|row| row.hash).ok_or(Fault::Refused(ErrorCode::NotFound))
    });
    read.await
}
