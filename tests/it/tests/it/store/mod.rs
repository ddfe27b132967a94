//! Promises of the store: what commits together, what is refused alone, what a failure leaves behind.

use std::sync::{Arc, Mutex};

use server::{
    admin::{AdminCommand, AdminContext, CreateTenant, execute},
    clock::SystemClock,
    db::{
        Fault, Store, TenantStore, Tx, control,
        record::{CommitSink, Committed},
    },
    keys,
};
use shared::{
    ids::QueueId,
    live::event::Event,
    model::queue::{Queue, QueueRules},
    permission::Audience,
};

use crate::harness::Database;

mod closing;
mod failures;
mod groups;
mod guards;
mod plans;
mod reads;

/// A store without a server, with one tenant, and what it published.
struct Bare {
    store: Store,
    tenant: TenantStore,
    heard: Arc<Heard>,
    database: Database,
}

#[derive(Default)]
struct Heard(Mutex<Vec<(u64, String)>>);

impl CommitSink for Heard {
    fn committed(&self, committed: Committed) {
        let mut all = self.0.lock().unwrap();
        for recorded in committed.events {
            let name = match &recorded.event {
                Event::Queue(queue) => queue.name.clone(),
                _ => String::new(),
            };
            all.push((recorded.pos, name));
        }
    }
}

impl Heard {
    /// Positions and names of everything published, in the order it was.
    fn all(&self) -> Vec<(u64, String)> {
        self.0.lock().unwrap().clone()
    }
}

impl Bare {
    async fn new(engine: crate::harness::Engine) -> Self {
        let database = Database::new(engine);
        let store = Store::open(database.store_config(), Arc::new(SystemClock)).unwrap();
        let heard = Arc::new(Heard::default());
        store.listen(Arc::clone(&heard) as Arc<dyn CommitSink>);
        let tenant = create_tenant(&store, &database, "bare").await;
        Self { store, tenant, heard, database }
    }
}

async fn create_tenant(store: &Store, database: &Database, slug: &'static str) -> TenantStore {
    let keys = keys::of_installation(&database.config(), store).unwrap();
    let admin = AdminContext::offline(store.clone(), keys);
    let new = CreateTenant { slug: slug.into(), name: slug.into(), zone: None };
    execute(&admin, AdminCommand::CreateTenant(new)).await.unwrap();
    let row = store.control().read(move |conn| control::tenant::by_slug(conn, slug)).await.unwrap();
    store.tenant(row.id).await.unwrap()
}

/// A job with a row and an event, both with this name. The name is unique in the tenant.
fn mark(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    let queue = Queue { id: QueueId::new(), rev: 1, name: name.to_owned(), rules: QueueRules::manual() };
    server::db::rows::queue::insert(tx, &queue)?;
    tx.emit(Audience::Tenant, None, Event::Queue(queue));
    Ok(())
}

/// The names that are stored.
async fn marks(tenant: &TenantStore) -> Vec<String> {
    crate::harness::sql::texts(tenant, "SELECT name AS t FROM queue WHERE tenant_id = $1 ORDER BY name").await
}

/// Holds the writer inside a job, so that what is sent meanwhile becomes one group; dropping the
/// sender lets go.
async fn hold(tenant: &TenantStore) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let (let_go, wait) = std::sync::mpsc::channel::<()>();
    let (inside, entered) = tokio::sync::oneshot::channel();
    let (wait, mut inside) = (Mutex::new(wait), Some(inside));
    let tenant = tenant.clone();
    let held = tokio::spawn(async move {
        let job = move |_: &mut Tx<'_>| {
            if let Some(inside) = inside.take() {
                let _ = inside.send(());
            }
            let _ = wait.lock().unwrap().recv();
            Ok(())
        };
        tenant.write(job).await.unwrap();
    });
    entered.await.unwrap();
    (let_go, held)
}

/// A job.
type Work<T = ()> = Box<dyn FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send>;

/// Sends jobs so that the writer takes all of them as one group, in order.
async fn as_one_group<T: Send + 'static>(
    tenant: &TenantStore,
    jobs: Vec<Work<T>>,
) -> Vec<Result<(T, u64), server::db::WriteError>> {
    as_one_group_of(tenant, |job| tenant.write(job), jobs).await
}

/// The same through another door of the writer's.
async fn as_one_group_of<J, A, W: Future<Output = A>>(
    tenant: &TenantStore,
    door: impl Fn(J) -> W,
    jobs: Vec<J>,
) -> Vec<A> {
    let (let_go, held) = hold(tenant).await;
    let mut writes: Vec<_> = jobs.into_iter().map(|job| Box::pin(door(job))).collect();
    // The first poll of a write queues its job; nobody answers before the writer is let go.
    for write in &mut writes {
        assert!(futures_util::poll!(write.as_mut()).is_pending());
    }
    drop(let_go);
    held.await.unwrap();
    futures_util::future::join_all(writes).await
}
