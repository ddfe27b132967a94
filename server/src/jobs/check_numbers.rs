//! Asking Meta how a tenant's numbers are, and planning the next time.

use super::tasks::Tools;
use crate::{
    db::rows::{
        channel,
        job::{self, JobRow},
    },
    domain::numbers,
};

/// Runs the job. A number that cannot be asked about does not keep the others from it; while Meta is out of
/// reach, it is run again.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let tenant = &tools.tenant;
    let bindings = tenant.read(channel::bindings).await.map_err(|error| error.to_string())?;
    let mut unreachable = false;
    for (id, binding) in bindings {
        let found = tools.connections.find(binding.connection).await.map_err(|error| error.to_string())?;
        let Some(connection) = found else { continue };
        let asked = tenant.clock().now();
        let account = binding.account.as_deref();
        let checked = tools.means.graph.check(&connection, &binding.phone_number_id, account).await;
        unreachable |= checked.trouble == Some(shared::model::health::CheckTrouble::Unreachable);
        let stored = tenant.write(move |tx| numbers::store(tx, id, asked, checked.clone())).await;
        stored.map_err(|error| error.to_string())?;
    }
    if unreachable {
        return Err("Meta does not answer".to_owned());
    }
    let id = row.id;
    let done = tenant.write(move |tx| {
        job::done(tx, id)?;
        numbers::plan(tx, None)
    });
    done.await.map(|_| ()).map_err(|error| error.to_string())
}
