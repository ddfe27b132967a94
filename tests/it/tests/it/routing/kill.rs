//! The real program is killed while everything is done at once to who answers whom: afterwards the books are right,
//! before anybody repairs anything and after it was started again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::json;
use server::{
    clock::{Clock, SystemClock},
    db::{Store, TenantStore},
};
use shared::{
    api::conversations::ConversationsPage,
    ids::{CommandKey, MemberId},
    live::command::{Command, KeyedCommand},
    model::{
        conversation::{CloseReason, Conversation, ConversationState},
        member::Availability,
        queue::{QueueRules, RoutingMode},
        routing::Target,
    },
};
use simulator::payload::{self, Sender};

use super::{
    floor::{auto, offer},
    invariants,
};
use crate::harness::{
    Database, Engine, LiveClient, Options, Random, Setup, Tenant, TestServer, User, Victim, World, at_rest,
    eventually, load, wait::thorough, webhook::wamid,
};

on_both_engines!(verify_routing_kill_leaves_the_books_right);

const WRITERS: usize = 8;
const AGENTS: usize = 6;
const CUSTOMERS: usize = 30;
/// Longer than the program takes for anything; it may be dead.
const PATIENCE: Duration = Duration::from_secs(5);

/// What outlives the program.
struct Scene {
    database: Database,
    alpha: Tenant,
    boss: User,
    agents: Vec<User>,
}

async fn verify_routing_kill_leaves_the_books_right(engine: Engine) {
    let seed = Random::seed();
    eprintln!("TEST_SEED={seed}");
    let mut random = Random::new(seed);
    let scene = Arc::new(Scene::new(engine).await);
    let mut all = 0;
    for round in 0..if thorough() { 40 } else { 3 } {
        let victim = Victim::start(&scene.database, &Setup::default()).await;
        let (ended, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut writers = Vec::new();
        for n in 0..WRITERS {
            let desk = Desk {
                scene: Arc::clone(&scene),
                base: victim.base.clone(),
                http: reqwest::Client::builder().timeout(PATIENCE).build().unwrap(),
                ended: Arc::clone(&ended),
                done: Arc::clone(&done),
                random: Random::new(seed + (round * WRITERS + n) as u64),
            };
            writers.push(tokio::spawn(desk.write()));
        }
        let enough = 100 + random.below(200);
        let busy = async || (done.load(Ordering::SeqCst) > enough).then_some(());
        eventually("everybody is busy", busy).await;
        drop(victim);
        ended.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.unwrap();
        }
        all += done.load(Ordering::SeqCst);
        scene.look_at_what_was_left(seed).await;
        scene.look_after_a_start(seed).await;
    }
    eprintln!("{all} commands, {WRITERS} at a time");
}

impl Scene {
    async fn new(engine: Engine) -> Self {
        let world = World::new(engine).await;
        let agents = User::crowd(&world.server, &world.alpha, AGENTS).await;
        let administrator = world.administrator().await;
        let (sales, support) = (world.alpha.sales_queue, world.alpha.support_queue);
        // Short enough that time does its part, too.
        let offered = QueueRules { accept_secs: 5, first_reply_secs: 5, ..offer() };
        let routed = QueueRules { mode: RoutingMode::Auto, ..auto() };
        for (queue, name, rules) in [(sales, "sales", offered), (support, "support", routed)] {
            let change = Command::ChangeQueue { queue, name: name.into(), rules };
            administrator.command(change).await.unwrap();
        }
        let boss = world.supervisor().await;
        for agent in &agents {
            let member = agent.member;
            let queues = Command::SetQueues { member, queues: vec![sales, support] };
            administrator.command(queues).await.unwrap();
            boss.command(Command::SetCapacity { member, capacity: 2 }).await.unwrap();
        }
        let World { server, alpha, .. } = world;
        let (database, _) = server.stop().await;
        Self { database, alpha, boss, agents }
    }

    /// Before anything has been started: a transaction is there or it is not.
    async fn look_at_what_was_left(&self, seed: u64) {
        let store = Store::open(self.database.store_config(), Arc::new(SystemClock)).unwrap();
        let tenant = store.tenant(self.alpha.id).await.unwrap();
        let broken = lasting(broken(&tenant).await);
        assert!(broken.is_empty(), "TEST_SEED={seed}\n{}", broken.join("\n"));
        drop(tenant);
        store.close().await;
    }

    /// Started again, at once and when what was due has happened.
    async fn look_after_a_start(&self, seed: u64) {
        let server = TestServer::start(self.database.clone(), Options::default()).await;
        let tenant = server.app.store.tenant(self.alpha.id).await.unwrap();
        server.workers().wake(self.alpha.id);
        let first = lasting(broken(&tenant).await);
        assert!(first.is_empty(), "TEST_SEED={seed}\n{}", first.join("\n"));
        at_rest(&format!("the books are right, TEST_SEED={seed}"), async || {
            let broken = broken(&tenant).await;
            if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
        })
        .await;
        drop(tenant);
        server.stop().await;
    }
}

async fn broken(tenant: &TenantStore) -> Vec<String> {
    let now = SystemClock.now().timestamp_micros();
    tenant.read(move |scoped| Ok(invariants::see(scoped, now)?.broken())).await.unwrap()
}

/// Without what becomes true by itself as time goes by: a timer that is due has not rung yet.
fn lasting(broken: Vec<String>) -> Vec<String> {
    broken.into_iter().filter(|what| !what.starts_with("I8") && !what.contains("nobody widens")).collect()
}

/// One of those who do everything.
struct Desk {
    scene: Arc<Scene>,
    base: String,
    http: reqwest::Client,
    ended: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    random: Random,
}

impl Desk {
    /// Until the program is gone.
    async fn write(mut self) {
        let mut console: Option<LiveClient> = None;
        while !self.ended.load(Ordering::SeqCst) {
            let went_well = match self.random.below(10) {
                0..=2 => self.customer_writes().await,
                // The sockets say who is there.
                3 => {
                    console = match console {
                        Some(_) => None,
                        None => self.come().await,
                    };
                    true
                }
                _ => self.work().await,
            };
            self.done.fetch_add(usize::from(went_well), Ordering::SeqCst);
        }
    }

    async fn come(&mut self) -> Option<LiveClient> {
        let user = self.agent().at_base(&self.base);
        let connected = LiveClient::try_hello(&user).await;
        let available = Command::available_as(Availability::Available);
        self.command(&user, available).await;
        connected
    }

    fn agent(&mut self) -> User {
        self.scene.agents[self.random.below(AGENTS)].clone()
    }

    async fn customer_writes(&mut self) -> bool {
        let n = self.random.below(CUSTOMERS);
        let from = Sender::phone(&format!("4915{n:09}"), &format!("Customer {n}"));
        let alpha = &self.scene.alpha;
        let body = payload::text_message(&alpha.sales, &from, &wamid(), load::now(), "Hello").to_string();
        let request = self.http.post(alpha.webhook_url(&self.base));
        let signature = simulator::sign(alpha.secret, body.as_bytes());
        let answer = request.header("x-hub-signature-256", signature).body(body).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn work(&mut self) -> bool {
        let Some(talk) = self.some_conversation().await else { return false };
        let user = self.who(talk.assignee);
        let command = self.command_for(&talk, user.member);
        self.command(&user, command).await
    }

    /// Mostly whoever holds it.
    fn who(&mut self, holder: Option<MemberId>) -> User {
        let holder = self.scene.agents.iter().find(|agent| Some(agent.member) == holder).cloned();
        let user = match holder {
            Some(holder) if self.random.percent(80) => holder,
            _ => self.agent(),
        };
        user.at_base(&self.base)
    }

    fn command_for(&mut self, talk: &Conversation, member: MemberId) -> Command {
        let conversation = talk.id;
        let offered = talk.state == ConversationState::Offered;
        match self.random.below(12) {
            0..=2 if offered => Command::AcceptOffer { conversation },
            3 | 4 if offered => Command::DeclineOffer { conversation },
            0 | 1 => Command::Close { conversation, reason: CloseReason::Resolved },
            2 | 3 => Command::text(conversation, "Good morning"),
            4 => Command::park(conversation),
            5 => Command::Release { conversation },
            6 => Command::AssignToMe { conversation },
            7 => Command::TakeNext {},
            8 => {
                let to = Target::Queue(self.scene.alpha.support_queue);
                Command::Transfer { conversation, to, note: None }
            }
            9 => Command::available_as(Availability::ALL[self.random.below(Availability::ALL.len())]),
            10 => Command::SetDraft { conversation, text: "Well".into(), note: false, answers: None },
            _ => Command::AddNote { conversation, text: "Look".into(), mentions: vec![member] },
        }
    }

    async fn some_conversation(&mut self) -> Option<Conversation> {
        let boss = self.scene.boss.at_base(&self.base);
        let request = boss.request(Method::GET, "/api/conversations").timeout(PATIENCE);
        let mut page: ConversationsPage = request.send().await.ok()?.json().await.ok()?;
        if page.conversations.is_empty() {
            return None;
        }
        let at = self.random.below(page.conversations.len());
        Some(page.conversations.swap_remove(at))
    }

    /// Whether it was answered; a refusal is an answer.
    async fn command(&self, user: &User, command: Command) -> bool {
        let body = json!(KeyedCommand { key: CommandKey::new(), command });
        let request = user.request(Method::POST, "/api/commands").json(&body).timeout(PATIENCE);
        request.send().await.is_ok_and(|answer| {
            assert!(answer.status() != 500, "a fault of ours");
            true
        })
    }
}
