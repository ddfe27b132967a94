//! A real server in this process, on its own thread, on a free port.

use std::{net::TcpListener, sync::Arc, time::Duration};

use chrono::TimeDelta;
use server::{
    admin::{AdminContext, Live},
    app::App,
    clock::{Clock, SystemClock},
    jobs::Workers,
    live::HubConfig,
    run::{self, Parts, Running},
    tenant::TenantId,
    whatsapp::OutboxConfig,
};
use tokio::sync::oneshot;

use super::Database;

/// The origin the server believes to be reached at.
pub(crate) const ORIGIN: &str = "http://localhost:8080";

/// What a test chooses differently.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hub: HubConfig,
    pub(crate) outbox: OutboxConfig,
    pub(crate) fetch_schedule: Vec<TimeDelta>,
    pub(crate) post_schedule: Vec<TimeDelta>,
    pub(crate) sweep_every: Duration,
    /// Whether addresses that tenants name may be on this machine.
    pub(crate) loopback: bool,
    /// Who plays Meta; nobody listens at the default.
    pub(crate) graph: String,
}

impl Default for Options {
    fn default() -> Self {
        let short = [20, 40, 80].map(TimeDelta::milliseconds).to_vec();
        Self {
            clock: Arc::new(SystemClock),
            hub: HubConfig {
                heartbeat: Duration::from_millis(500),
                grace: Duration::from_millis(300),
                ..HubConfig::default()
            },
            outbox: OutboxConfig {
                schedule: short.clone(),
                pause: TimeDelta::milliseconds(50),
                ..OutboxConfig::default()
            },
            fetch_schedule: short.clone(),
            post_schedule: short,
            // Never in a test that is not about it: what it would put right is to be found.
            sweep_every: Duration::from_secs(3_600),
            loopback: true,
            graph: "http://127.0.0.1:9".into(),
        }
    }
}

/// A running server.
pub(crate) struct TestServer {
    pub(crate) app: App,
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    pub(crate) database: Database,
    options: Options,
    running: Option<Running>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl TestServer {
    pub(crate) async fn start(database: Database, options: Options) -> Self {
        let mut config = database.config();
        config.graph_base_url = options.graph.clone();
        config.outbound_allow_loopback = options.loopback;
        let parts = Parts {
            clock: Arc::clone(&options.clock),
            hub: options.hub.clone(),
            outbox: options.outbox.clone(),
            fetch_schedule: options.fetch_schedule.clone(),
            post_schedule: options.post_schedule.clone(),
            sweep_every: options.sweep_every,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (started, starting) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match run::start(config, parts, listener) {
                    Ok((running, serving)) => {
                        assert!(started.send(Ok(running)).is_ok(), "the test is gone");
                        serving.await.unwrap();
                    }
                    Err(error) => assert!(started.send(Err(error)).is_ok(), "the test is gone"),
                }
            });
        });
        let running: Running = starting.await.unwrap().unwrap();
        let app = running.app.clone();
        Self {
            app,
            base,
            http: reqwest::Client::new(),
            database,
            options,
            running: Some(running),
            thread: Some(thread),
        }
    }

    /// Stops in order and gives what a later start needs.
    pub(crate) async fn stop(mut self) -> (Database, Options) {
        let (running, thread) = (self.running.take().unwrap(), self.thread.take().unwrap());
        let (database, options) = (self.database.clone(), self.options.clone());
        // Connections that are kept alive would hold up the stop.
        drop(self);
        running.stop().await;
        tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
        (database, options)
    }

    /// Stops and starts on the same data.
    pub(crate) async fn restart(self) -> Self {
        let (database, options) = self.stop().await;
        Self::start(database, options).await
    }

    /// What sends and cleans up behind the sockets.
    pub(crate) fn workers(&self) -> Workers {
        self.running.as_ref().unwrap().workers.clone()
    }

    /// The operator's door.
    pub(crate) fn admin(&self) -> AdminContext {
        AdminContext {
            store: self.app.store.clone(),
            keys: self.app.keys.clone(),
            live: Arc::new(Hears { app: self.app.clone(), workers: self.workers() }),
        }
    }
}

impl Drop for TestServer {
    /// A test that ends without a stop does not wait for one.
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(running.stop());
            });
        }
    }
}

/// The running server as administration sees it.
struct Hears {
    app: App,
    workers: Workers,
}

impl Live for Hears {
    fn connections_changed(&self) {
        self.app.connections.invalidate();
    }

    fn tenant_suspended(&self, tenant: TenantId) {
        self.workers.suspend(tenant);
        self.app.hub.end_tenant(tenant);
    }

    fn tenant_resumed(&self, tenant: TenantId) {
        self.app.hub.readmit_tenant(tenant);
        self.workers.resume(tenant);
    }
}
