//! Readers of one tenant: a few connections, each read in one consistent transaction.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use tokio::sync::Semaphore;

use super::{
    connection::Scoped,
    engine::{Engine, begin_read},
    error::{Fault, ReadError},
};
use crate::tenant::TenantId;

/// Connections per open tenant. Reads are short; more would only cost descriptors.
const READERS: usize = 4;

pub(crate) struct Readers {
    engine: Engine,
    tenant: TenantId,
    idle: Mutex<Vec<Scoped>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(engine: Engine, tenant: TenantId) -> Self {
        Self { engine, tenant, idle: Mutex::default(), permits: Arc::new(Semaphore::new(READERS)) }
    }

    /// Runs a read on a blocking thread.
    pub(crate) async fn read<T, F>(self: &Arc<Self>, work: F) -> Result<T, ReadError>
    where
        F: FnOnce(&mut Scoped) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| ReadError::Unavailable("the tenant is closing".into()))?;
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            readers.read_now(work)
        })
        .await
        .map_err(|error| ReadError::Unavailable(error.to_string()))?
    }

    fn read_now<T>(&self, work: impl FnOnce(&mut Scoped) -> Result<T, Fault>) -> Result<T, ReadError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut conn = match idle {
            Some(conn) => conn,
            None => self
                .engine
                .open_tenant(self.tenant, None)
                .map_err(|error| ReadError::Unavailable(error.to_string()))?,
        };
        let unavailable = |error: diesel::result::Error| ReadError::Unavailable(error.to_string());
        begin_read(&mut conn).map_err(unavailable)?;
        let result = work(&mut conn);
        conn.conn.batch_execute("COMMIT").map_err(unavailable)?;
        // Only a connection that ended cleanly goes back; any other is closed by dropping it.
        if !matches!(result, Err(Fault::Db(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
        Ok(result?)
    }
}
