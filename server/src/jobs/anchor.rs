//! Where a tenant's audit chain ends is noted in the operator's chain, which is in another database, once a day: whoever
//! writes a tenant's chain anew, from any point, must write that one anew as well.

use chrono::Duration;

use super::tasks::Tools;
use crate::db::{control::audit as operators, rows::audit};

/// Between two notes of one tenant.
const EVERY: Duration = Duration::hours(24);

/// Notes it when it is time. That it could not is a line in the log: the next round tries again.
pub(super) async fn run(tools: &Tools) {
    if let Err(reason) = note(tools).await {
        tracing::error!(tenant.id = %tools.tenant.id(), error = %reason, "the end of the audit chain was not noted");
    }
}

async fn note(tools: &Tools) -> Result<(), String> {
    let (id, now) = (tools.tenant.id(), tools.tenant.clock().now());
    let (seq, hash) = tools.tenant.read(audit::head).await.map_err(|error| error.to_string())?;
    if seq == 0 {
        return Ok(());
    }
    let end = hash.clone();
    let noted = tools.control.write(move |conn| {
        let last = operators::last_anchor(conn, id)?;
        if last.is_some_and(|(at, noted)| now - at < EVERY || noted == seq) {
            return Ok(false);
        }
        operators::anchor(conn, id, seq, &end, now)?;
        Ok(true)
    });
    if noted.await.map_err(|error| error.to_string())? {
        // Also for whoever keeps the log elsewhere.
        tracing::info!(tenant.id = %id, audit.seq = seq, audit.hash = %hash, "the end of the audit chain");
    }
    Ok(())
}
