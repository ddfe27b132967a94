//! The façade: one async door to the control tables and one to each tenant.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use shared::{Pos, ids::Epoch};
use tokio::sync::{Mutex as AsyncMutex, mpsc, mpsc::error::TrySendError, oneshot};

use super::{
    connection::{OpenError, Scoped},
    control::Control,
    engine::Engine,
    error::{Fault, ReadError, WriteError},
    lock::DataLock,
    migrate,
    reader::Readers,
    record::{CommitSink, Committed},
    tx::Tx,
    writer::{Job, QUEUE, Refusal, TypedJob, Writer, Written, next_due},
};
use crate::{
    clock::Clock,
    fault::{self, Point},
    tenant::TenantId,
};

/// Most tenants open at once; each costs a thread, up to five connections and a page cache.
const OPEN_FILES: usize = 256;
/// The same on PostgreSQL, where each costs a connection of the 100 a server usually has; readers
/// and the control tables need some too.
const OPEN_ON_SERVER: usize = 64;

/// What the store needs to know.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Where the lock, the keys and, on the embedded engine, the data lie.
    pub data_dir: PathBuf,
    /// Which engine.
    pub engine: Engine,
    /// PostgreSQL: the owner's connection string, when this process may migrate by itself.
    pub migrate_url: Option<String>,
}

/// The store of this process.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    config: StoreConfig,
    clock: Arc<dyn Clock>,
    control: Control,
    sink: Arc<LateSink>,
    open: Mutex<HashMap<TenantId, Entry>>,
    /// Whoever opens or shuts a tenant holds its gate: a tenant has one writer, and one that takes
    /// long to open keeps nobody else's visitors waiting.
    gates: Mutex<HashMap<TenantId, Arc<AsyncMutex<()>>>>,
    /// Readers on PostgreSQL, shared by all tenants.
    server_readers: Option<Arc<Readers>>,
    closed: AtomicBool,
    /// Counts looks at tenants, so that the longest unused can be told.
    uses: AtomicU64,
    /// Let go by [`Store::close`]: a store may be reachable from its own listener for ever.
    lock: Mutex<Option<DataLock>>,
}

struct Entry {
    tenant: Arc<Open>,
    used: u64,
}

/// The hub comes into being after the store; what is committed before that has no listener.
#[derive(Default)]
struct LateSink(OnceLock<Arc<dyn CommitSink>>);

impl CommitSink for LateSink {
    fn committed(&self, committed: Committed) {
        if let Some(sink) = self.0.get() {
            sink.committed(committed);
        }
    }
}

/// One open tenant.
struct Open {
    id: TenantId,
    queue: mpsc::Sender<Box<dyn Job>>,
    readers: Arc<Readers>,
    opened_at: Pos,
    writer: Mutex<Option<std::thread::JoinHandle<()>>>,
    lose_answer: Arc<AtomicBool>,
}

/// A tenant's door. Cheap to clone; keeps the tenant open while it lives.
#[derive(Clone)]
pub struct TenantStore {
    open: Arc<Open>,
    clock: Arc<dyn Clock>,
}

impl Store {
    /// Locks the data directory, checks the engine, and brings the schema up to date.
    ///
    /// # Errors
    /// A sentence for the operator; nothing was changed unless a migration had begun.
    pub fn open(config: StoreConfig, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let io = |error: std::io::Error| OpenError(format!("data directory: {error}"));
        std::fs::create_dir_all(config.data_dir.join("tenants")).map_err(io)?;
        let lock = DataLock::take(&config.data_dir, &config.engine)?;
        fault::reach(Point::OpenLocked);
        match &config.engine {
            Engine::Sqlite { dir } => {
                config.engine.check()?;
                migrate::sqlite_control(dir)?;
            }
            Engine::Postgres { url } => {
                if let Some(owner) = &config.migrate_url {
                    migrate::postgres(owner, url)?;
                }
                config.engine.check()?;
                migrate::postgres_is_current(url)?;
            }
        }
        fault::reach(Point::OpenMigrated);
        let control = Control::open(config.engine.clone(), Arc::clone(&clock))?;
        let server_readers =
            (!config.engine.is_sqlite()).then(|| Arc::new(Readers::shared(config.engine.clone())));
        Ok(Self(Arc::new(Inner {
            config,
            clock,
            control,
            sink: Arc::default(),
            open: Mutex::default(),
            gates: Mutex::default(),
            server_readers,
            closed: AtomicBool::new(false),
            uses: AtomicU64::new(0),
            lock: Mutex::new(Some(lock)),
        })))
    }

    /// Names who hears of every commit. Only the first call counts.
    pub fn listen(&self, sink: Arc<dyn CommitSink>) {
        let _ = self.0.sink.0.set(sink);
    }

    /// Whether no other process can have the data. May wait for the database: call it on a blocking
    /// thread.
    pub fn holds_lock(&self) -> bool {
        self.0.lock.lock().unwrap_or_else(PoisonError::into_inner).as_mut().is_some_and(DataLock::is_held)
    }

    /// The control tables.
    pub fn control(&self) -> &Control {
        &self.0.control
    }

    /// The clock everything here goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// The data directory.
    pub fn data_dir(&self) -> &std::path::Path {
        &self.0.config.data_dir
    }

    /// Which engine.
    pub fn engine(&self) -> &Engine {
        &self.0.config.engine
    }

    /// The door to a tenant; opens its database when it is not open.
    ///
    /// # Errors
    /// When the tenant's database cannot be opened.
    pub async fn tenant(&self, id: TenantId) -> Result<TenantStore, OpenError> {
        if let Some(open) = self.known(id) {
            return Ok(TenantStore { open, clock: Arc::clone(&self.0.clock) });
        }
        let gate = self.gate(id);
        let _alone = gate.lock().await;
        if let Some(open) = self.known(id) {
            return Ok(TenantStore { open, clock: Arc::clone(&self.0.clock) }); // somebody was faster
        }
        let store = self.clone();
        let open = tokio::task::spawn_blocking(move || store.open_tenant(id))
            .await
            .map_err(|error| OpenError(error.to_string()))??;
        self.shut_surplus();
        Ok(TenantStore { open, clock: Arc::clone(&self.0.clock) })
    }

    /// Creates the rows and, on the embedded engine, the file of a tenant the control tables know.
    ///
    /// # Errors
    /// When the database cannot be created.
    pub(crate) async fn create_tenant_database(&self, id: TenantId) -> Result<(), OpenError> {
        let engine = self.0.config.engine.clone();
        tokio::task::spawn_blocking(move || {
            if let Engine::Sqlite { dir } = &engine {
                migrate::sqlite_tenant(dir, id)?;
            }
            fault::reach(Point::TenantCreated);
            let mut conn = engine.open_tenant(id, None)?;
            super::engine::begin_write(&mut conn)?;
            super::rows::log::create(&mut conn, Epoch::new()).map_err(|e| OpenError(e.to_string()))?;
            diesel::connection::SimpleConnection::batch_execute(&mut conn.conn, "COMMIT")?;
            Ok(())
        })
        .await
        .map_err(|error| OpenError(error.to_string()))?
    }

    /// Finishes what is queued and closes every tenant, noting when each needs attention next; then
    /// another process may have the data.
    pub async fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        let all: Vec<_> = {
            let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.drain().map(|(_, entry)| entry.tenant).collect()
        };
        let store = self.clone();
        let closing = tokio::task::spawn_blocking(move || {
            for tenant in all {
                tenant.readers.close();
                store.shut(tenant);
            }
        });
        if let Err(error) = closing.await {
            tracing::error!(error = %error, "closing the store failed");
        }
        // The store may be reachable from its own listener for ever; its connections must not be.
        if let Some(readers) = &self.0.server_readers {
            readers.close();
        }
        self.0.control.close();
        self.0.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn gate(&self, id: TenantId) -> Arc<AsyncMutex<()>> {
        let mut gates = self.0.gates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(id).or_default())
    }

    fn known(&self, id: TenantId) -> Option<Arc<Open>> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = open.get_mut(&id)?;
        entry.used = self.0.uses.fetch_add(1, Ordering::Relaxed);
        Some(Arc::clone(&entry.tenant))
    }

    fn open_tenant(&self, id: TenantId) -> Result<Arc<Open>, OpenError> {
        if let Engine::Sqlite { dir } = &self.0.config.engine {
            if !Engine::tenant_file(dir, id).exists() {
                return Err(OpenError(format!("the file of tenant {id} is missing")));
            }
            migrate::sqlite_tenant(dir, id)?;
        }
        // From here on a crash must find the tenant again: boot opens whatever is due.
        self.0.control.set_wake_at(id, Some(0))?;
        fault::reach(Point::TenantOpening);
        let engine = self.0.config.engine.clone();
        let sink: Arc<dyn CommitSink> = Arc::clone(&self.0.sink) as Arc<dyn CommitSink>;
        let lose_answer = Arc::new(AtomicBool::new(false));
        let writer =
            Writer::open(engine.clone(), id, Arc::clone(&self.0.clock), sink, Arc::clone(&lose_answer))?;
        let opened_at = writer.published();
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name(format!("tenant-{id}"))
            .spawn(move || writer.serve(jobs))
            .map_err(|error| OpenError(error.to_string()))?;
        let tenant = Arc::new(Open {
            id,
            queue,
            readers: match &self.0.server_readers {
                Some(shared) => Arc::clone(shared),
                None => Arc::new(Readers::of_file(engine)),
            },
            opened_at,
            writer: Mutex::new(Some(thread)),
            lose_answer,
        });
        let used = self.0.uses.fetch_add(1, Ordering::Relaxed);
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.closed.load(Ordering::SeqCst) {
            return Err(OpenError("the store is closing".into()));
        }
        open.insert(id, Entry { tenant: Arc::clone(&tenant), used });
        Ok(tenant)
    }

    /// Shuts a tenant in the background that nobody uses, once too many are open.
    fn shut_surplus(&self) {
        let Some(id) = self.surplus() else { return };
        let (store, gate) = (self.clone(), self.gate(id));
        tokio::task::spawn_blocking(move || {
            let _alone = gate.blocking_lock();
            let idle = {
                let mut open = store.0.open.lock().unwrap_or_else(PoisonError::into_inner);
                // Somebody may have come while we waited for the gate.
                let unused = open.get(&id).is_some_and(|entry| Arc::strong_count(&entry.tenant) == 1);
                if unused { open.remove(&id) } else { None }
            };
            if let Some(entry) = idle {
                store.shut(entry.tenant);
            }
        });
    }

    /// The least recently used tenant that nobody holds, once too many are open.
    fn surplus(&self) -> Option<TenantId> {
        let open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let most = if self.0.config.engine.is_sqlite() { OPEN_FILES } else { OPEN_ON_SERVER };
        if open.len() <= most {
            return None;
        }
        open.iter()
            .filter(|(_, entry)| Arc::strong_count(&entry.tenant) == 1)
            .min_by_key(|(_, entry)| entry.used)
            .map(|(id, _)| *id)
    }

    fn shut(&self, tenant: Arc<Open>) {
        let id = tenant.id;
        let thread = tenant.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let alone = Arc::into_inner(tenant);
        if alone.is_none() {
            // Somebody still holds the door; what they write is durable all the same, and wake_at
            // stays 0, so the next boot looks at the tenant.
            return;
        }
        drop(alone);
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!(tenant.id = %id, "the writer ended in a panic");
            return;
        }
        fault::reach(Point::ShutdownTenant);
        let noted = self.0.config.engine.open_tenant(id, None).and_then(|mut conn| {
            super::engine::begin_read(&mut conn)?;
            let due = next_due(&mut conn)?;
            diesel::connection::SimpleConnection::batch_execute(&mut conn.conn, "COMMIT")?;
            self.0.control.set_wake_at(id, due)
        });
        if let Err(error) = noted {
            tracing::warn!(tenant.id = %id, error = %error, "the next due time could not be noted");
        }
    }
}

impl TenantStore {
    /// Which tenant.
    pub fn id(&self) -> TenantId {
        self.open.id
    }

    /// The log's head when the tenant was opened; everything after it passes the commit sink.
    pub fn opened_at(&self) -> Pos {
        self.open.opened_at
    }

    /// The clock everything here goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// For tests: the next group commits, but the writer does not learn of it.
    #[doc(hidden)]
    pub fn lose_next_commit_answer(&self) {
        self.open.lose_answer.store(true, Ordering::SeqCst);
    }

    /// Reads in one consistent transaction.
    ///
    /// # Errors
    /// The work's refusal, or that the database cannot answer now.
    pub async fn read<T, F>(&self, work: F) -> Result<T, ReadError>
    where
        F: FnOnce(&mut Scoped) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        self.open.readers.read(self.open.id, work).await
    }

    /// Writes: state, events, facts and jobs in one transaction. `work` may run more than once.
    ///
    /// # Errors
    /// [`WriteError`]; in every case nothing is stored.
    pub async fn write<T, F>(&self, work: F) -> Result<Written<T>, WriteError>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        self.enqueue(Refusal::Likely, work).await
    }

    /// The same for work that is hardly ever refused: it costs less, and a refusal costs the others
    /// that are written with it a second run.
    ///
    /// # Errors
    /// [`WriteError`]; in every case nothing is stored.
    pub async fn write_unrefused<T, F>(&self, work: F) -> Result<Written<T>, WriteError>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        self.enqueue(Refusal::Unlikely, work).await
    }

    async fn enqueue<T, F>(&self, refusal: Refusal, work: F) -> Result<Written<T>, WriteError>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.open.queue.try_send(Box::new(TypedJob::new(refusal, work, reply))).map_err(|refused| {
            WriteError::Unavailable(match refused {
                TrySendError::Full(_) => "too much waits to be written".into(),
                TrySendError::Closed(_) => "the tenant is closing".into(),
            })
        })?;
        answer.await.map_err(|_| WriteError::Unavailable("the writer is gone".into()))?
    }
}
