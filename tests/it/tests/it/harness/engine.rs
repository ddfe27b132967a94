//! A place for data on either engine, private to one test.

use std::{path::PathBuf, sync::Arc};

use server::{config::Config, db};
use tempfile::TempDir;

use super::postgres;

/// The engine a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Where one test's data lies. Survives restarts of the server; gone when the last clone is.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) engine: Engine,
    dir: Arc<TempDir>,
    urls: Option<Arc<postgres::Urls>>,
}

impl Database {
    pub(crate) fn new(engine: Engine) -> Self {
        let urls = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Arc::new(postgres::Cluster::create_database(postgres::cluster()))),
        };
        Self { engine, dir: Arc::new(tempfile::tempdir().unwrap()), urls }
    }

    /// Embedded data that lie there already.
    pub(crate) fn in_dir(dir: TempDir) -> Self {
        Self { engine: Engine::Sqlite, dir: Arc::new(dir), urls: None }
    }

    /// In a cluster of the test's own.
    pub(crate) fn in_cluster(cluster: &Arc<postgres::Cluster>) -> Self {
        let urls = Some(Arc::new(postgres::Cluster::create_database(cluster)));
        Self { engine: Engine::Postgres, dir: Arc::new(tempfile::tempdir().unwrap()), urls }
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.dir.path().to_path_buf()
    }

    /// PostgreSQL only.
    pub(crate) fn urls(&self) -> &postgres::Urls {
        self.urls.as_ref().expect("only PostgreSQL has addresses")
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::for_tests(self.dir());
        config.database_url = self.urls.as_ref().map(|urls| urls.app.clone());
        config.migrate_database_url = self.urls.as_ref().map(|urls| urls.owner.clone());
        config
    }

    pub(crate) fn store_config(&self) -> db::StoreConfig {
        self.config().store().unwrap()
    }
}
