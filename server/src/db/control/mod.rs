//! The control tables: tenants, accounts, sessions, connections, number routes, quarantine.
//!
//! Small and rarely written, so one mutex around one writing connection is enough. No transaction
//! ever spans the control tables and a tenant's.

pub mod account;
pub mod audit;
pub mod connection;
pub mod mail;
pub mod quarantine;
pub mod session;
pub mod tenant;
pub mod throttle;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use diesel::connection::SimpleConnection;
use tokio::sync::Semaphore;

use super::{
    connection::{AnyConnection, OpenError},
    engine::Engine,
    error::{Fault, ReadError, WriteError},
};
use crate::{clock::Clock, tenant::TenantId};

/// The door to the control tables.
#[derive(Clone)]
pub struct Control(Arc<Inner>);

/// Reads at once. They are short; more would only cost connections.
const READERS: usize = 8;

struct Inner {
    engine: Engine,
    clock: Arc<dyn Clock>,
    writer: Mutex<Option<AnyConnection>>,
    readers: Mutex<Vec<AnyConnection>>,
    permits: Arc<Semaphore>,
    closed: AtomicBool,
}

impl Control {
    pub(super) fn open(engine: Engine, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let writer = engine.open_control()?;
        Ok(Self(Arc::new(Inner {
            engine,
            clock,
            writer: Mutex::new(Some(writer)),
            readers: Mutex::default(),
            permits: Arc::new(Semaphore::new(READERS)),
            closed: AtomicBool::new(false),
        })))
    }

    /// Lets every connection go and opens no other: whoever still holds this must not hold them.
    pub(super) fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn unless_closed(&self, conn: AnyConnection) -> Option<AnyConnection> {
        (!self.0.closed.load(Ordering::SeqCst)).then_some(conn)
    }

    fn connect(&self) -> Result<AnyConnection, OpenError> {
        if self.0.closed.load(Ordering::SeqCst) {
            return Err(OpenError("the store is closed".into()));
        }
        self.0.engine.open_control()
    }

    /// The clock everything here goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Reads on a blocking thread.
    ///
    /// # Errors
    /// The work's refusal, or that the database cannot answer now.
    pub async fn read<T, F>(&self, work: F) -> Result<T, ReadError>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let control = self.clone();
        let permit = Arc::clone(&self.0.permits).acquire_owned().await;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            control.read_now(work)
        })
        .await
        .map_err(|error| ReadError::Unavailable(error.to_string()))?
    }

    /// Writes in one durable transaction on a blocking thread.
    ///
    /// # Errors
    /// [`WriteError`]; nothing is stored.
    pub async fn write<T, F>(&self, work: F) -> Result<T, WriteError>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let control = self.clone();
        tokio::task::spawn_blocking(move || control.write_now(work))
            .await
            .map_err(|error| WriteError::Unavailable(error.to_string()))?
    }

    pub(crate) fn read_now<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Fault>,
    ) -> Result<T, ReadError> {
        let idle = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut conn = match idle {
            Some(conn) => conn,
            None => self.connect().map_err(|e| ReadError::Unavailable(e.to_string()))?,
        };
        let result = work(&mut conn);
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(result, Err(Fault::Db(_))) && !self.0.closed.load(Ordering::SeqCst) {
            readers.push(conn);
        }
        Ok(result?)
    }

    pub(crate) fn write_now<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Fault>,
    ) -> Result<T, WriteError> {
        let unavailable = |error: diesel::result::Error| WriteError::Unavailable(error.to_string());
        let mut slot = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut conn = match slot.take() {
            Some(conn) => conn,
            None => self.connect().map_err(|e| WriteError::Unavailable(e.to_string()))?,
        };
        let begin = if conn.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" };
        conn.batch_execute(begin).map_err(unavailable)?;
        // An error that is not a row's own leaves the slot empty: the next write reconnects.
        match work(&mut conn) {
            Ok(value) => {
                conn.batch_execute("COMMIT").map_err(unavailable)?;
                *slot = self.unless_closed(conn);
                Ok(value)
            }
            Err(fault) if fault.is_contained() => {
                conn.batch_execute("ROLLBACK").map_err(unavailable)?;
                *slot = self.unless_closed(conn);
                Err(match fault {
                    Fault::Refused(code) => WriteError::Refused(code),
                    other => WriteError::Constraint(other.to_string()),
                })
            }
            Err(fault) => Err(WriteError::Unavailable(fault.to_string())),
        }
    }

    pub(super) fn set_wake_at(&self, id: TenantId, at: Option<i64>) -> Result<(), OpenError> {
        self.write_now(|conn| tenant::set_wake_at(conn, id, at)).map_err(|e| OpenError(e.to_string()))
    }
}
