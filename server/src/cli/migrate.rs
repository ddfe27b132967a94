//! `switchboard migrate`: brings every database of the installation to this version's schema.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use crate::{
    clock::SystemClock,
    config::Config,
    db::{Store, control::tenant, migrate},
};

/// PostgreSQL is migrated as the owner; SQLite by opening everything once. The server must be down.
pub(super) fn run(config: Config) -> anyhow::Result<()> {
    let tenants = match &config.database_url {
        Some(url) => {
            let owner = config.migrate_database_url.as_deref().context(
                "migrate_database_url is not set: PostgreSQL is migrated as the owner of the tables",
            )?;
            super::serve::prepare_data_dir(&config)?;
            migrate::postgres_alone(&config.store()?, owner, url)?;
            None
        }
        None => Some(open_all(&config)?),
    };
    println!("{}", json!({ "migrated": true, "tenants": tenants }));
    Ok(())
}

fn open_all(config: &Config) -> anyhow::Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    super::serve::prepare_data_dir(config)?;
    let store = Store::open(config.store()?, Arc::new(SystemClock))?;
    runtime.block_on(async {
        let all = store.control().read(tenant::all).await?;
        let mut opened = 0;
        for row in all.into_iter().filter(|row| row.life != "erased") {
            store.tenant(row.id).await.with_context(|| format!("tenant {}", row.slug))?;
            opened += 1;
        }
        store.close().await;
        Ok(opened)
    })
}
