//! Listing the message templates of a tenant's business accounts, and planning the next time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use shared::ids::{ChannelId, ConnectionId};

use super::tasks::Tools;
use crate::{
    db::rows::{
        channel,
        job::{self, JobRow},
    },
    domain::templates,
};

/// Between two looks whether the listing before has ended.
const BEHIND: Duration = Duration::seconds(2);

/// Runs the job. An account that cannot be listed does not keep the others from it; while there is one, the
/// job is run again.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    // A listing that was asked for earlier must not be stored after a later one. One that waits for another
    // must not keep a place from other jobs either.
    let Ok(_alone) = tools.listing.try_lock() else { return wait(tools, row).await };
    // Whoever asked before now is served by this run.
    let served = tools.tenant.write(|tx| job::remove_waiting(tx, templates::KIND)).await;
    served.map_err(|error| error.to_string())?;
    let mut failed = None;
    for (connection, account) in accounts(tools).await? {
        if let Err(reason) = list(tools, connection, &account).await {
            tracing::error!(tenant.id = %tools.tenant.id(), connection.id = %connection, account.id = account, error = %reason, "message templates could not be listed");
            failed = Some(reason);
        }
    }
    if let Some(reason) = failed {
        return Err(reason);
    }
    let id = row.id;
    let done = tools.tenant.write(move |tx| {
        job::done(tx, id)?;
        templates::plan(tx, None)
    });
    done.await.map(|_| ()).map_err(|error| error.to_string())
}

/// Puts the job back until the listing that runs has ended; one that waits is enough.
async fn wait(tools: &Tools, row: &JobRow) -> Result<(), String> {
    let id = row.id;
    let put = tools.tenant.write(move |tx| {
        let due = tx.now() + BEHIND;
        match job::waiting(tx, templates::KIND)? {
            Some(other) => {
                job::set_due(tx, other.id, other.due.min(due))?;
                job::done(tx, id)
            }
            None => job::put_back(tx, id, due),
        }
    });
    put.await.map(|_| ()).map_err(|error| error.to_string())
}

/// The accounts that the tenant's numbers belong to. Numbers from before we noted that are looked up.
async fn accounts(tools: &Tools) -> Result<BTreeSet<(ConnectionId, String)>, String> {
    let known = tools.tenant.read(channel::bindings).await.map_err(|error| error.to_string())?;
    let mut accounts = BTreeSet::new();
    let mut missing = BTreeMap::new();
    for (id, binding) in known {
        match binding.account {
            Some(account) => drop(accounts.insert((binding.connection, account))),
            None => drop(missing.insert(id, binding.connection)),
        }
    }
    if !missing.is_empty() {
        accounts.extend(look_up(tools, missing).await?);
    }
    Ok(accounts)
}

async fn look_up(
    tools: &Tools,
    missing: BTreeMap<ChannelId, ConnectionId>,
) -> Result<Vec<(ConnectionId, String)>, String> {
    let routes = tools.connections.routes().await.map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for (id, connection) in missing {
        match routes.iter().find(|route| route.channel == id && route.tenant == tools.tenant.id()) {
            Some(route) => found.push((id, connection, route.waba_id.clone())),
            None => {
                tracing::warn!(tenant.id = %tools.tenant.id(), channel.id = %id, "a channel has no number that is bound to it")
            }
        }
    }
    let noted = found.clone();
    let stored = tools.tenant.write(move |tx| {
        noted.iter().try_for_each(|(id, _, account)| channel::set_account(tx, *id, account))
    });
    stored.await.map_err(|error| error.to_string())?;
    Ok(found.into_iter().map(|(_, connection, account)| (connection, account)).collect())
}

async fn list(tools: &Tools, connection: ConnectionId, account: &str) -> Result<(), String> {
    let tenant = &tools.tenant;
    let found = tools.connections.find(connection).await.map_err(|error| error.to_string())?;
    let found = found.ok_or_else(|| "the numbers have no connection".to_owned())?;
    let asked = tenant.clock().now();
    let listing = tools.means.graph.templates(&found.access_token, account).await;
    let listing = listing.map_err(|error| error.to_string())?;
    let (account, all) = (account.to_owned(), listing.templates.len());
    let stored = tenant.write(move |tx| templates::store(tx, &account, asked, &listing));
    let (stored, _) = stored.await.map_err(|error| error.to_string())?;
    tracing::info!(tenant.id = %tenant.id(), all, added = stored.added, changed = stored.changed, removed = stored.removed, "message templates were listed");
    Ok(())
}
