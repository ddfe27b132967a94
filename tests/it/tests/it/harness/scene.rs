//! What outlives every crash: the data, the simulated Meta, and the history of promises.

use std::time::Duration;

use reqwest::StatusCode;
use server::db::TenantStore;
use shared::ids::ConversationId;
use simulator::payload::{self, Sender};

use super::{
    Database, Engine, Options, Tenant, TestServer, User, World,
    child::{Setup, Victim},
    eventually, eventually_within,
    history::{self, Log, Violation},
    load::{self, Load, Target},
    sql,
    webhook::wamid,
};

/// A tenant with conversations in progress, and nobody serving it.
pub(crate) struct Scene {
    pub(crate) database: Database,
    pub(crate) alpha: Tenant,
    pub(crate) meta: simulator::Running,
    pub(crate) log: Log,
    pub(crate) user: User,
    pub(crate) conversations: Vec<ConversationId>,
    http: reqwest::Client,
}

impl Scene {
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::on(Database::new(engine)).await
    }

    pub(crate) async fn on(database: Database) -> Self {
        let meta = simulator::Simulator::start(simulator::Config::for_tests()).unwrap();
        let options = Options { graph: meta.base_url.clone(), ..Options::default() };
        let world = World::on(TestServer::start(database, options).await).await;
        world.introduce(&meta);
        let log = Log::default();
        // Some customers wrote before, so that the agent has somebody to answer.
        for n in 0..8 {
            let from = Sender::phone(&format!("4915{n:09}"), &format!("Customer {n}"));
            let id = wamid();
            let body = payload::text_message(&world.alpha.sales, &from, &id, load::now(), "Hello");
            assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
            log.with(|history| {
                history.written.insert(id.clone(), body.to_string());
                history.acknowledged.insert(id);
            });
        }
        let user = world.agent().await.unpooled();
        let ids =
            sql::texts(&world.store().await, "SELECT id AS t FROM conversation WHERE tenant_id = $1").await;
        let conversations = ids.iter().map(|id| id.parse().unwrap()).collect();
        let World { server, alpha, .. } = world;
        let (database, _) = server.stop().await;
        let http = client();
        Self { database, alpha, meta, log, user, conversations, http }
    }

    pub(crate) fn setup(&self) -> Setup {
        Setup::with_meta(&self.meta)
    }

    /// Starts the program and measures how long it takes to answer a webhook.
    pub(crate) async fn start(&self, setup: &Setup) -> Victim {
        let victim = Victim::start(&self.database, setup).await;
        self.takes_a_webhook(&victim.base).await;
        self.log.recovered(victim.age());
        victim
    }

    /// Delivers a new message until it is acknowledged.
    pub(crate) async fn takes_a_webhook(&self, base: &str) {
        let id = wamid();
        let from = Sender::phone("4915000000000", "Customer 0");
        let body = payload::text_message(&self.alpha.sales, &from, &id, load::now(), "after all").to_string();
        self.log.with(|history| history.written.insert(id.clone(), body.clone()));
        let target = self.target(base);
        eventually("a webhook is acknowledged", async || {
            (load::post(&target, body.clone()).await == Some(StatusCode::OK)).then_some(())
        })
        .await;
        self.log.with(|history| history.acknowledged.insert(id));
    }

    pub(crate) fn target(&self, base: &str) -> Target {
        Target {
            base: base.to_owned(),
            tenant: self.alpha.clone(),
            user: self.user.clone(),
            meta: self.meta.control().clone(),
            log: self.log.clone(),
            conversations: self.conversations.clone(),
            http: self.http.clone(),
        }
    }

    pub(crate) fn load(&self, victim: &Victim, per_second: u64) -> Load {
        Load::start(self.target(&victim.base), per_second)
    }

    /// Starts a server for the last time, delivers what is left, and lets it come to rest.
    pub(crate) async fn rested(&self) -> TestServer {
        let options = Options { graph: self.meta.base_url.clone(), ..Options::default() };
        let server = TestServer::start(self.database.clone(), options).await;
        load::redeliver(&self.target(&server.base)).await;
        let store = self.store(&server).await;
        eventually_within(SENT, "everything that waits is sent", async || {
            (sql::count(&store, "outbox").await == 0).then_some(())
        })
        .await;
        server
    }

    pub(crate) async fn store(&self, server: &TestServer) -> TenantStore {
        server.app.store.tenant(self.alpha.id).await.unwrap()
    }

    /// What was promised and not kept, once everything has come to rest.
    pub(crate) async fn violations(&self) -> Vec<Violation> {
        let server = self.rested().await;
        let store = self.store(&server).await;
        let found =
            history::check(&self.log, self.database.engine, &store, &self.meta.control().sends()).await;
        drop(store);
        server.stop().await;
        found
    }
}

/// Behind a burst one customer gets an answer every six seconds, and a slow start lets many come together.
const SENT: Duration = Duration::from_secs(240);

/// A server that hangs must not hang the test, and what it holds open is counted: so nothing is kept.
fn client() -> reqwest::Client {
    reqwest::Client::builder().pool_max_idle_per_host(0).timeout(Duration::from_secs(15)).build().unwrap()
}
