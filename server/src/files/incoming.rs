//! A file on its way in: under a name of its own until it is known what it is.

use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart, path::Path};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use crate::secrets::hex;

/// Where files lie until they are whole.
pub(super) const ROOM: &str = ".switchboard-incoming";
/// Bytes that say what a file is; of the boxes of office documents the first 6,000 are looked at.
const HEAD: usize = 8_192;
/// Parts on their way to the store at once.
const PARTS: usize = 2;

/// A file that is being taken in.
pub(crate) struct Incoming {
    store: Arc<dyn ObjectStore>,
    path: Path,
    upload: WriteMultipart,
    digest: Sha256,
    size: u64,
    head: Vec<u8>,
    turn: Option<OwnedSemaphorePermit>,
}

/// A file that was taken in whole.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(super) path: Path,
    /// Its first bytes.
    pub(crate) head: Vec<u8>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub(crate) hash: String,
    /// Its length in bytes.
    pub(crate) size: u64,
    /// The place it takes among those that come in, until it is put down.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Incoming {
    pub(super) async fn begin(
        store: Arc<dyn ObjectStore>,
        turn: Option<OwnedSemaphorePermit>,
    ) -> anyhow::Result<Self> {
        let path = Path::from(format!("{ROOM}/{}", Uuid::now_v7().simple()));
        let upload = WriteMultipart::new(store.put_multipart(&path).await?);
        Ok(Self { store, path, upload, digest: Sha256::new(), size: 0, head: Vec::new(), turn })
    }

    /// Bytes so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds what came.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub(crate) async fn push(&mut self, chunk: Bytes) -> anyhow::Result<()> {
        self.digest.update(&chunk);
        self.size += chunk.len() as u64;
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(missing));
        self.upload.wait_for_capacity(PARTS).await?;
        // Copied into one piece: a stranger's chunks may be of a byte each.
        self.upload.write(&chunk);
        Ok(())
    }

    /// Everything came.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub(crate) async fn finish(self) -> anyhow::Result<Arrived> {
        self.upload.finish().await.context("the end of a file")?;
        let hash = hex(&self.digest.finalize());
        Ok(Arrived { path: self.path, head: self.head, hash, size: self.size, _turn: self.turn })
    }

    /// It will not become whole.
    pub(crate) async fn abandon(self) {
        if let Err(error) = self.upload.abort().await {
            tracing::warn!(error = %error, "the beginning of a file stays behind");
        }
        // A store that writes in place may have something there already.
        let _ = self.store.delete(&self.path).await;
    }
}
