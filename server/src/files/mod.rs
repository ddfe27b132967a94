//! The bytes of customers' files, by what they are: each lies under the digest of its content, per tenant.
//!
//! Whether anybody may have a file is not decided here, and no name that a stranger chose is ever part of
//! a path.

mod incoming;
mod look;
mod picture;
mod recording;
mod seats;
mod voice;

use std::{
    hash::{BuildHasher, RandomState},
    ops::Range,
    os::unix::fs::DirBuilderExt,
    path::Path as Directory,
    sync::Arc,
};

use anyhow::Context;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path,
};
use shared::{
    ids::MemberId,
    model::file::{Look, Stored},
};
use tokio::sync::{Mutex, MutexGuard, Semaphore};

pub(crate) use self::incoming::{Arrived, Incoming};
pub(crate) use self::look::sendable_type;
use self::seats::{Seat, Seats};
use crate::tenant::TenantId;

/// Locks by hash; more would only cost memory.
const STRIPES: usize = 64;
/// Customers' files that come in at once, of all tenants: each takes some megabytes on its way.
const COMING_IN: usize = 16;
/// Members' files that come in at once, of all tenants.
const COMING_UP: usize = 32;
/// Files that are looked into at once: decoding a picture takes a core and tens of megabytes.
const LOOKED_INTO: usize = 1;
/// A file that is looked into as a whole is at most this large, in bytes.
const LOOKABLE: u64 = 32 * 1024 * 1024;

/// All tenants' files; cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    store: Arc<dyn ObjectStore>,
    stripes: [Mutex<()>; STRIPES],
    hasher: RandomState,
    looking: Semaphore,
    coming_in: Arc<Semaphore>,
    coming_up: Arc<Semaphore>,
    coming_from: Seats,
}

/// How deep to look into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All of it.
    Whole,
    /// Its first bytes: looking deeper has ended the server before.
    Surface,
}

/// Which of a file's two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it came.
    Whole,
    /// A small copy of a picture.
    Small,
}

impl Files {
    /// Files in a directory of this machine, which nobody else uses. What an earlier run of the server
    /// began to take in is removed.
    ///
    /// # Errors
    /// When the directory cannot be made or used.
    pub fn in_directory(directory: &Directory) -> anyhow::Result<Self> {
        // For its owner alone; one that is there keeps its rights.
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .with_context(|| format!("cannot make the directory of files {}", directory.display()))?;
        let begun = directory.join(incoming::ROOM);
        if begun.exists() {
            std::fs::remove_dir_all(&begun).with_context(|| format!("cannot empty {}", begun.display()))?;
        }
        let store = LocalFileSystem::new_with_prefix(directory)?.with_fsync(true);
        Ok(Self(Arc::new(Inner {
            store: Arc::new(store),
            stripes: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            looking: Semaphore::new(LOOKED_INTO),
            coming_in: Arc::new(Semaphore::new(COMING_IN)),
            coming_up: Arc::new(Semaphore::new(COMING_UP)),
            coming_from: Seats::default(),
        })))
    }

    /// Begins to take a file in, when it is its turn.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub(crate) async fn receive(&self) -> anyhow::Result<Incoming> {
        let turn = Arc::clone(&self.0.coming_in).acquire_owned().await?;
        Incoming::begin(Arc::clone(&self.0.store), Some(turn)).await
    }

    /// Begins to take a member's file in; none when too many come at once, so that slow lines of members
    /// never hold up the files of customers, nor those of one member the others'.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub(crate) async fn take_up(&self, member: MemberId) -> anyhow::Result<Option<(Incoming, Seat)>> {
        let Some(seat) = Seat::take(&self.0.coming_from, member) else { return Ok(None) };
        match Arc::clone(&self.0.coming_up).try_acquire_owned() {
            Ok(turn) => {
                let incoming = Incoming::begin(Arc::clone(&self.0.store), Some(turn)).await?;
                Ok(Some((incoming, seat)))
            }
            Err(_) => Ok(None),
        }
    }

    /// Forgets a file that was taken in and is not wanted.
    pub(crate) async fn abandon(&self, arrived: &Arrived) {
        // It may have been moved to its place before something went wrong.
        if let Err(error) = self.0.store.delete(&arrived.path).await
            && !matches!(error, object_store::Error::NotFound { .. })
        {
            tracing::warn!(error = %error, "a file that is not wanted stays behind");
        }
    }

    /// Keeps two tasks from storing and removing the same bytes at once: who holds this may believe that
    /// what the database says of the hash stays true.
    pub(crate) async fn alone_with(&self, tenant: TenantId, hash: &str) -> MutexGuard<'_, ()> {
        let at = self.0.hasher.hash_one((tenant.to_string(), hash)) as usize % STRIPES;
        match self.0.stripes.get(at) {
            Some(stripe) => stripe.lock().await,
            None => unreachable!("a remainder is smaller than its divisor"),
        }
    }

    /// Puts a browser's recording into the box that WhatsApp takes; none when it is no such recording. What was
    /// taken in before stays as it is.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn boxed(&self, recording: &Arrived) -> anyhow::Result<Option<Arrived>> {
        let bytes = self.0.store.get(&recording.path).await?.bytes().await?;
        let Some(ogg) = tokio::task::spawn_blocking(move || recording::to_ogg(&bytes)).await? else {
            return Ok(None);
        };
        // What it is made from has a place already.
        let mut incoming = Incoming::begin(Arc::clone(&self.0.store), None).await?;
        incoming.push(ogg).await?;
        incoming.finish().await.map(Some)
    }

    /// Finds out what a file is, and makes a small copy of a picture. Nothing here trusts the sender.
    /// With `Depth::Surface` only its first bytes are looked at.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn look_into(
        &self,
        arrived: &Arrived,
        depth: Depth,
    ) -> anyhow::Result<(Stored, Option<Bytes>)> {
        let (look, mime) = look::of(&arrived.head);
        let plain = Stored {
            look,
            mime: mime.to_owned(),
            size: arrived.size,
            width: None,
            height: None,
            millis: None,
            wave: None,
        };
        let worth = matches!(look, Look::Picture) || mime == look::VOICE;
        if !worth {
            return Ok((plain, None));
        }
        if arrived.size > LOOKABLE || depth == Depth::Surface {
            return Ok((closed_if_picture(plain), None));
        }
        let _turn = self.0.looking.acquire().await?;
        let bytes = self.0.store.get(&arrived.path).await?.bytes().await?;
        let fallback = plain.clone();
        let looked = tokio::task::spawn_blocking(move || looked_at(plain, &bytes)).await;
        Ok(looked.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "a file could not be looked into");
            (closed_if_picture(fallback), None)
        }))
    }

    /// Moves a file that was taken in to its place.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn keep(
        &self,
        tenant: TenantId,
        arrived: &Arrived,
        small: Option<Bytes>,
    ) -> anyhow::Result<()> {
        if let Some(small) = small {
            self.0.store.put(&place(tenant, &arrived.hash, Form::Small), PutPayload::from(small)).await?;
        }
        self.0.store.rename(&arrived.path, &place(tenant, &arrived.hash, Form::Whole)).await?;
        Ok(())
    }

    /// Part of a file's bytes, in pieces, and its whole length; none when it is not here.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn read(
        &self,
        tenant: TenantId,
        hash: &str,
        form: Form,
        range: Option<Range<u64>>,
    ) -> Result<Option<Read>, object_store::Error> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        match self.0.store.get_opts(&place(tenant, hash, form), options).await {
            Ok(found) => Ok(Some(Read { size: found.meta.size, pieces: found.into_stream() })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a file in all its forms; one that is not here is removed.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn remove(&self, tenant: TenantId, hash: &str) -> Result<(), object_store::Error> {
        for form in [Form::Whole, Form::Small] {
            match self.0.store.delete(&place(tenant, hash, form)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Bytes on their way out.
pub(crate) struct Read {
    /// The length of the whole file.
    pub(crate) size: u64,
    /// The part that was asked for.
    pub(crate) pieces: BoxStream<'static, Result<Bytes, object_store::Error>>,
}

fn place(tenant: TenantId, hash: &str, form: Form) -> Path {
    let room = hash.get(..2).unwrap_or("00");
    let ending = match form {
        Form::Whole => "",
        Form::Small => ".small",
    };
    Path::from(format!("{tenant}/{room}/{hash}{ending}"))
}

fn looked_at(plain: Stored, bytes: &[u8]) -> (Stored, Option<Bytes>) {
    if plain.look != Look::Picture {
        let found = voice::read(bytes);
        let (millis, wave) = found.map(|voice| (voice.millis, voice.wave)).unzip();
        return (Stored { millis, wave, ..plain }, None);
    }
    match picture::read(bytes) {
        Some(picture) => {
            let (width, height) = (Some(picture.width), Some(picture.height));
            (Stored { width, height, ..plain }, Some(picture.small))
        }
        None => (closed_if_picture(plain), None),
    }
}

/// What calls itself a picture and cannot be read as one is not shown as one.
fn closed_if_picture(plain: Stored) -> Stored {
    let look = if plain.look == Look::Picture { Look::Closed } else { plain.look };
    Stored { look, ..plain }
}

#[cfg(test)]
mod tests;
