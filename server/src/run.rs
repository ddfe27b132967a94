//! Putting the server together and taking it apart; the same for the binary and for tests.

use std::{net::TcpListener, sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::TimeDelta;
use shared::live::event::Event;
use tokio::runtime::Runtime;

use crate::{
    app::App,
    clock::Clock,
    config::Config,
    db::{
        Store,
        record::{CommitSink, Committed},
    },
    fault::{self, Point},
    files::Files,
    http::{self, Readiness},
    jobs::{Means, Workers, WorkersConfig},
    keys,
    live::{Hub, HubConfig},
    mail::{Bell, Postman},
    outbound::{Outbound, Reach},
    whatsapp::{Connections, Graph, OutboxConfig},
};

/// What tests choose differently from production.
pub struct Parts {
    /// The source of time.
    pub clock: Arc<dyn Clock>,
    /// How the hub behaves.
    pub hub: HubConfig,
    /// How the outbox behaves.
    pub outbox: OutboxConfig,
    /// Waiting times between tries to fetch a file; the last is repeated.
    pub fetch_schedule: Vec<TimeDelta>,
    /// Waiting times between tries to post an alert; after the last it is given up.
    pub post_schedule: Vec<TimeDelta>,
    /// How often it is looked whether somebody waits who need not.
    pub sweep_every: Duration,
}

impl Parts {
    /// The machine's clock and the protocol's defaults.
    pub fn production() -> Self {
        Self {
            clock: Arc::new(crate::clock::SystemClock),
            hub: HubConfig::default(),
            outbox: OutboxConfig::default(),
            fetch_schedule: [2, 10, 60, 300, 1_800, 7_200, 21_600].map(TimeDelta::seconds).to_vec(),
            post_schedule: [10, 30, 120, 300, 900, 1_800, 3_600].map(TimeDelta::seconds).to_vec(),
            sweep_every: Duration::from_secs(60),
        }
    }
}

/// A server that listens.
pub struct Running {
    /// Everything a request can reach.
    pub app: App,
    /// The tasks behind the outbox and the jobs.
    pub workers: Workers,
    readiness: Readiness,
    http: actix_web::dev::ServerHandle,
    runtime: Option<Runtime>,
}

/// A commit goes to the sockets first, then to the workers.
struct Sinks {
    hub: Hub,
    workers: Workers,
}

impl CommitSink for Sinks {
    fn committed(&self, committed: Committed) {
        let (tenant, kicks) = (committed.tenant, committed.kicks);
        for recorded in &committed.events {
            if let Event::Member(member) = &recorded.event
                && !member.active
            {
                self.workers.locked_out(tenant, member.id);
            }
        }
        self.hub.committed(committed);
        self.workers.kicked(tenant, kicks);
    }
}

/// Opens the data and starts everything behind the sockets; `serve` on the result accepts requests.
/// Must run inside an actix system.
///
/// # Errors
/// A sentence for the operator.
pub fn start(
    config: Config,
    parts: Parts,
    listener: TcpListener,
) -> anyhow::Result<(Running, actix_web::dev::Server)> {
    let config = Arc::new(config);
    for doubt in config.doubts() {
        tracing::warn!("{doubt}");
    }
    let store = Store::open(config.store()?, Arc::clone(&parts.clock))?;
    let keys = keys::of_installation(&config, &store)?;
    let connections = Connections::new(store.control().clone(), keys.clone());
    let grace = parts.hub.grace;
    let hub = Hub::new(store.clone(), parts.hub);
    let files = Files::in_directory(&config.files_dir())?;
    let graph = Graph::new(&config.graph_base_url, &config.graph_version)?;
    let reach = if config.outbound_allow_loopback { Reach::Loopback } else { Reach::Public };
    let outbound = Outbound::new(reach)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("worker")
        .enable_all()
        .build()
        .context("the workers' runtime")?;
    let workers = Workers::new(
        store.clone(),
        hub.clone(),
        connections.clone(),
        Means { graph: graph.clone(), files: files.clone(), outbound: outbound.clone(), keys: keys.clone() },
        WorkersConfig {
            outbox: parts.outbox,
            fetch_schedule: parts.fetch_schedule,
            post_schedule: parts.post_schedule,
            sweep_every: parts.sweep_every,
            live_log_hours: i64::from(config.live_log_hours),
            grace,
        },
        runtime.handle().clone(),
    );
    store.listen(Arc::new(Sinks { hub: hub.clone(), workers: workers.clone() }));
    let told = workers.clone();
    hub.on_typing(move |tenant, member, conversation| told.typing(tenant, member, conversation));
    let mail = Bell::default();
    let postman = Postman::new(&config, store.control().clone(), mail.clone())?;
    let app = App { config, store, keys, hub, connections, graph, outbound, files, mail };
    let readiness = Readiness::starting();
    let server = http::server_with(app.clone(), listener, readiness.clone())?;
    workers.watch();
    runtime.spawn(postman.run());
    readiness.set(true);
    let running = Running { app, workers, readiness, http: server.handle(), runtime: Some(runtime) };
    Ok((running, server))
}

/// Between two looks at the lock; a second server could start in between and must not live longer.
const LOCK_EVERY: Duration = Duration::from_secs(5);

impl Running {
    /// Waits until another process could have the data: a server must stop then.
    pub async fn lost_lock(&self) {
        loop {
            tokio::time::sleep(LOCK_EVERY).await;
            let store = self.app.store.clone();
            let held = tokio::task::spawn_blocking(move || store.holds_lock()).await;
            if !held.unwrap_or(false) {
                return;
            }
        }
    }

    /// Stops in order: no new requests, goodbye to the sockets, the workers, the data.
    pub async fn stop(mut self) {
        self.readiness.set(false);
        self.http.pause().await;
        fault::reach(Point::ShutdownPaused);
        self.app.hub.shutdown().await;
        fault::reach(Point::ShutdownGoodbye);
        self.http.stop(true).await;
        fault::reach(Point::ShutdownHttp);
        if let Some(runtime) = self.runtime.take() {
            // A send in flight may finish; one that does not is uncertain after the next start.
            let ended = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(5)));
            if ended.await.is_err() {
                tracing::error!("the workers did not stop");
            }
        }
        fault::reach(Point::ShutdownWorkers);
        self.app.store.close().await;
        fault::reach(Point::ShutdownStore);
    }
}
