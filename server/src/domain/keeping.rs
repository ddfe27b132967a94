//! Putting bytes into their place so that nothing stays there that no row knows of, and nothing is missing
//! that a row promises.

use bytes::Bytes;
use chrono::Duration;
use shared::ids::JobId;

use super::conversations::file::DROP;
use crate::{
    db::{Fault, TenantStore, Tx, WriteError},
    files::{Arrived, Files},
};

/// Bytes whose row was not written are looked at after this.
const UNWANTED: Duration = Duration::hours(1);

/// Why bytes are not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    /// Their store does not answer.
    #[error("the store of files: {0:#}")]
    Store(#[from] anyhow::Error),
    /// The database does not, or refused the row.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Moves a file to its place and writes the row that refers to it. Before the bytes are moved their removal
/// is planned; `row` gets the job's id and ends it when the bytes are wanted. Whoever removes the same bytes
/// waits until both are done.
///
/// # Errors
/// The file is as it was: to be abandoned.
pub(crate) async fn keep<T: Send + 'static>(
    tenant: &TenantStore,
    files: &Files,
    arrived: &Arrived,
    small: Option<Bytes>,
    row: impl Fn(&mut Tx<'_>, JobId) -> Result<T, Fault> + Send + 'static,
) -> Result<T, NotKept> {
    let planned = arrived.hash.clone();
    let removal = tenant.write(move |tx| {
        let due = tx.now() + UNWANTED;
        tx.job(DROP, &planned, due)
    });
    let (removal, _) = removal.await?;
    let _alone = files.alone_with(tenant.id(), &arrived.hash).await;
    files.keep(tenant.id(), arrived, small).await?;
    let (kept, _) = tenant.write(move |tx| row(tx, removal)).await?;
    Ok(kept)
}
