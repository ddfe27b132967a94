//! Removing bytes that no message refers to any more.

use super::tasks::Tools;
use crate::db::rows::{
    file,
    job::{self, JobRow},
    sent_file,
};

/// Runs the job. It holds the hash until it is done, so that no file with the same bytes arrives between
/// the look and the removal.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let (tenant, hash) = (&tools.tenant, row.payload.clone());
    let _alone = tools.means.files.alone_with(tenant.id(), &hash).await;
    let wanted = hash.clone();
    let used = tenant.read(move |scoped| file::is_used(scoped, &wanted)).await;
    let used = used.map_err(|error| error.to_string())?;
    if !used {
        tools.means.files.remove(tenant.id(), &hash).await.map_err(|error| error.to_string())?;
    }
    let id = row.id;
    let done = tenant.write(move |tx| {
        if !used {
            sent_file::forget_bytes(tx, &hash)?;
        }
        job::done(tx, id)
    });
    done.await.map(|_| ()).map_err(|error| error.to_string())
}
