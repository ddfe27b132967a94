//! Readers: a few connections, each read in one consistent transaction that is bound to one tenant.
//!
//! On the embedded engine a tenant's file has readers of its own. On a server all tenants share some,
//! because a connection is bound anew in every transaction and the server has few of them.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use tokio::sync::Semaphore;

use super::{
    connection::{AnyConnection, Scoped},
    engine::{Engine, begin_read},
    error::{Fault, ReadError},
};
use crate::tenant::TenantId;

/// Connections per open file. Reads are short; more would only cost descriptors.
const PER_FILE: usize = 4;
/// Connections to a server, for all tenants.
const PER_SERVER: usize = 16;

pub(crate) struct Readers {
    engine: Engine,
    /// None once it is closed.
    idle: Mutex<Option<Vec<AnyConnection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// The readers of one tenant's file.
    pub(crate) fn of_file(engine: Engine) -> Self {
        Self { engine, idle: Mutex::new(Some(Vec::new())), permits: Arc::new(Semaphore::new(PER_FILE)) }
    }

    /// The readers of all tenants on a server.
    pub(crate) fn shared(engine: Engine) -> Self {
        Self { engine, idle: Mutex::new(Some(Vec::new())), permits: Arc::new(Semaphore::new(PER_SERVER)) }
    }

    /// Lets every connection go and opens no other.
    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Runs a read on a blocking thread.
    pub(crate) async fn read<T, F>(self: &Arc<Self>, tenant: TenantId, work: F) -> Result<T, ReadError>
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
            readers.read_now(tenant, work)
        })
        .await
        .map_err(|error| ReadError::Unavailable(error.to_string()))?
    }

    fn read_now<T>(
        &self,
        tenant: TenantId,
        work: impl FnOnce(&mut Scoped) -> Result<T, Fault>,
    ) -> Result<T, ReadError> {
        let idle = match &mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(idle) => idle.pop(),
            None => return Err(ReadError::Unavailable("the store is closed".into())),
        };
        let mut scoped = match idle {
            Some(conn) => Scoped { conn, tenant },
            None => self
                .engine
                .open_tenant(tenant, None)
                .map_err(|error| ReadError::Unavailable(error.to_string()))?,
        };
        let unavailable = |error: diesel::result::Error| ReadError::Unavailable(error.to_string());
        begin_read(&mut scoped).map_err(unavailable)?;
        let result = work(&mut scoped);
        scoped.conn.batch_execute("COMMIT").map_err(unavailable)?;
        // Only a connection that ended cleanly goes back; any other is closed by dropping it.
        if !matches!(result, Err(Fault::Db(_)))
            && let Some(idle) = &mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner)
        {
            idle.push(scoped.conn);
        }
        Ok(result?)
    }
}
