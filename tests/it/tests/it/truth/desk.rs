//! Four members at work, and the comparison at the end.

use shared::{
    ids::{CommandKey, ConversationId, MessageId, QueueId},
    live::{command::Command, frame::ClientFrame},
    model::{member::Availability, queue::QueueRules, routing::Target},
};
use simulator::payload::{self, Sender};

use super::steps::{Decision, Step, Work};
use crate::harness::{
    Engine, LiveClient, User, World, at_rest, fresh,
    live::Away,
    sql,
    webhook::{unix_now, wamid},
};

/// A member's console.
enum Console {
    Here(Box<LiveClient>),
    Away(Box<Away>),
    /// On the way from one to the other.
    Moving,
}

struct Desk {
    world: World,
    meta: simulator::Running,
    users: Vec<User>,
    consoles: Vec<Console>,
}

/// Plays the steps, lets everything settle, and compares every console with a fresh one.
pub(super) async fn hold_up(engine: Engine, steps: Vec<Step>) {
    let mut desk = Desk::new(engine).await;
    for step in steps {
        desk = desk.play(step).await;
    }
    desk.settle().await;
    for who in 0..desk.consoles.len() {
        desk.compare(who).await;
    }
    desk.meta.stop().await;
}

impl Desk {
    async fn new(engine: Engine) -> Self {
        let (world, meta) = World::with_meta(engine, crate::harness::Options::default()).await;
        // One timeline is longer than a page from the start.
        let now = unix_now(&world.server);
        let texts = (0..55).map(|n| {
            let from = customer(0, 0);
            payload::text_message(&world.alpha.sales, &from, &wamid(), now, &format!("early {n}"))
        });
        assert!(world.alpha.post(&world.server, &payload::batch(texts)).await.is_success());
        let users = vec![
            world.agent().await,
            world.second_agent().await,
            world.supervisor().await,
            world.administrator().await,
        ];
        let mut consoles = Vec::new();
        for user in &users {
            consoles.push(Console::Here(Box::new(LiveClient::connect(user).await)));
        }
        Self { world, meta, users, consoles }
    }

    async fn play(mut self, step: Step) -> Self {
        match step {
            Step::Inbound { customer: who, line, name } => {
                let line = [&self.world.alpha.sales, &self.world.alpha.open][line].clone();
                self.world.customer_writes_to(&line, &customer(who, name), "Hello there").await;
            }
            Step::Report { message, status } => {
                let sends = self.meta.control().sends();
                let accepted: Vec<_> = sends.iter().filter(|send| send.was_accepted()).collect();
                if let Some(send) = pick(&accepted, message) {
                    let lines = [&self.world.alpha.sales, &self.world.alpha.open];
                    let line = lines.into_iter().find(|l| l.phone_number_id == send.phone_number_id).unwrap();
                    let wamid = send.wamid.clone().unwrap();
                    self.world.reported_on(line, &wamid, status, send.callback_data()).await;
                }
            }
            Step::Work { who, work, conversation } => self.work(who, work, conversation).await,
            Step::Choose { who, availability } => {
                self.command(who, Command::available_as(availability)).await;
            }
            Step::Decide { whom, decision } => self.decide(whom, decision).await,
            Step::Open { who, conversation } => {
                let id = self.conversation(conversation).await;
                if let (Some(id), Some(client)) = (id, self.here(who).await) {
                    client.ask_open(id).await;
                }
            }
            Step::CloseTimeline { who, conversation } => {
                let id = self.conversation(conversation).await;
                if let (Some(id), Some(client)) = (id, self.here(who).await) {
                    client.close_timeline(id).await;
                }
            }
            Step::Read { who } => {
                self.here(who).await;
            }
            Step::Leave { who } => self.leave(who),
            Step::Return { who, open } => {
                let id = match open {
                    Some(open) => self.conversation(open).await,
                    None => None,
                };
                self.come_back(who, id).await;
            }
            Step::Restart => return self.restart().await,
        }
        self
    }

    async fn work(&mut self, who: usize, work: Work, conversation: usize) {
        let Some(conversation) = self.conversation(conversation).await else { return };
        let text = || format!("said by {who}");
        let command = match work {
            Work::Send => Command::text(conversation, text()),
            Work::Note => Command::AddNote { conversation, text: text(), mentions: Vec::new() },
            Work::Mention(whom) => {
                let mentions = vec![self.users[whom].member];
                Command::AddNote { conversation, text: text(), mentions }
            }
            Work::Draft(nth, note) => {
                let text = ["", "Well", "Well, then", "On second thoughts"][nth].into();
                Command::SetDraft { conversation, text, note, answers: None }
            }
            Work::ReadNotices(nth) => {
                let all = "SELECT id AS t FROM notice WHERE tenant_id = $1 ORDER BY id";
                let all = sql::texts(&self.world.store().await, all).await;
                let Some(up_to) = pick(&all, nth) else { return };
                Command::ReadNotices { up_to: up_to.parse().unwrap() }
            }
            Work::Take => Command::AssignToMe { conversation },
            Work::Release => Command::Release { conversation },
            Work::Close(reason) => Command::Close { conversation, reason },
            Work::Reopen => Command::Reopen { conversation },
            Work::MarkRead(up_to) => Command::MarkRead { conversation, up_to },
            Work::Accept => Command::AcceptOffer { conversation },
            Work::Decline => Command::DeclineOffer { conversation },
            Work::Next => Command::TakeNext {},
            Work::Park => Command::park(conversation),
            Work::Resume => Command::Resume { conversation },
            Work::HandOver(to) => {
                let to = match to {
                    Some(whom) => Target::Member(self.users[whom].member),
                    None => Target::Queue(self.world.alpha.support_queue),
                };
                Command::Transfer { conversation, to, note: Some(text()) }
            }
            Work::Retry(nth) => {
                let failed =
                    "SELECT id AS t FROM message WHERE tenant_id = $1 AND delivery = 'failed' ORDER BY id";
                let all = sql::texts(&self.world.store().await, failed).await;
                let Some(message) = pick(&all, nth) else { return };
                Command::RetryMessage { message: message.parse::<MessageId>().unwrap() }
            }
        };
        self.command(who, command).await;
    }

    async fn decide(&mut self, whom: usize, decision: Decision) {
        let member = self.users[whom].member;
        let alpha = &self.world.alpha;
        let command = match decision {
            Decision::Role(role) => Command::SetRole { member, role },
            Decision::Queues(bits) => {
                let all = [(1, alpha.sales_queue), (2, alpha.support_queue)];
                let queues: Vec<QueueId> =
                    all.into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, queue)| queue).collect();
                Command::SetQueues { member, queues }
            }
            Decision::Active(active) => Command::SetActive { member, active },
            Decision::Masking(masked) => Command::SetPhoneMasking { masked },
            // Nothing of it happens by itself while the test looks.
            Decision::Routing(mode) => {
                let rules = QueueRules {
                    mode,
                    accept_secs: 600,
                    first_reply_secs: 0,
                    park_secs: 0,
                    ..QueueRules::default()
                };
                Command::ChangeQueue { queue: alpha.sales_queue, name: "sales".into(), rules }
            }
            Decision::Capacity(capacity) => Command::SetCapacity { member, capacity },
        };
        // Refusals are fine: the administrator may have been demoted or locked out by a colleague.
        let done = self.users[3].command(command).await.is_ok();
        match decision {
            // Their sessions end behind the answer.
            Decision::Active(false) if done => self.world.signed_out(member).await,
            Decision::Active(true) if done => self.let_in_again(whom).await,
            _ => {}
        }
    }

    /// Whoever was locked out signs in again, and their console goes on where it was.
    async fn let_in_again(&mut self, who: usize) {
        if self.users[who].get("/api/session").await.0 == 200 {
            return;
        }
        self.leave(who);
        let alpha = &self.world.alpha;
        let people = [&alpha.agent, &alpha.second_agent, &alpha.supervisor, &alpha.administrator];
        self.users[who] = User::sign_in(&self.world.server, people[who]).await;
        if let Console::Away(away) = &mut self.consoles[who] {
            away.user = self.users[who].clone();
        }
    }

    /// Through the socket when there is one, else over HTTP. Refusals are part of the game.
    async fn command(&mut self, who: usize, command: Command) {
        let key = CommandKey::new();
        match self.here(who).await {
            Some(client) => {
                client.send(&ClientFrame::Command { key, command }).await;
                client
                    .until("the command is answered", |c| c.replies.contains_key(&key) || c.closed.is_some())
                    .await;
            }
            None => {
                let _ = self.users[who].keyed(key, command).await;
            }
        }
    }

    async fn conversation(&self, nth: usize) -> Option<ConversationId> {
        let query = "SELECT id AS t FROM conversation WHERE tenant_id = $1 ORDER BY id";
        let all = sql::texts(&self.world.store().await, query).await;
        pick(&all, nth).map(|id| id.parse().unwrap())
    }

    /// The console, having read what has come so far; none while it is away or locked out.
    async fn here(&mut self, who: usize) -> Option<&mut LiveClient> {
        let Console::Here(client) = &mut self.consoles[who] else { return None };
        client.read_what_is_there().await;
        if client.closed.is_some() {
            self.leave(who);
        }
        match &mut self.consoles[who] {
            Console::Here(client) => Some(client),
            Console::Away(_) | Console::Moving => None,
        }
    }

    fn leave(&mut self, who: usize) {
        let console = std::mem::replace(&mut self.consoles[who], Console::Moving);
        self.consoles[who] = match console {
            Console::Here(client) => Console::Away(Box::new(client.disconnect())),
            other => other,
        };
    }

    async fn come_back(&mut self, who: usize, open: Option<ConversationId>) {
        let Console::Away(away) = &self.consoles[who] else { return };
        if self.users[who].get("/api/session").await.0 != 200 {
            return; // locked out
        }
        let mut client = away.as_ref().clone().begin_resume().await;
        if let Some(id) = open {
            client.ask_open(id).await;
        }
        self.consoles[who] = Console::Here(Box::new(client));
    }

    async fn restart(mut self) -> Self {
        for who in 0..self.consoles.len() {
            self.leave(who);
        }
        let Self { world, meta, users, consoles } = self;
        let world = world.restart().await;
        world.introduce(&meta);
        let users = users.iter().map(|user| user.at(&world.server)).collect();
        let consoles = consoles.into_iter().map(|console| match console {
            Console::Away(away) => Console::Away(Box::new(away.at(&world.server))),
            here => here,
        });
        let consoles = consoles.collect();
        Self { world, meta, users, consoles }
    }

    /// Everybody who may comes back; the outbox and the presence come to rest; one last event that all
    /// can see marks the position up to which consoles are compared.
    async fn settle(&mut self) {
        for who in 0..self.consoles.len() {
            self.here(who).await;
            self.come_back(who, None).await;
        }
        for console in &mut self.consoles {
            if let Console::Here(client) = console {
                client.until("everybody is back", |c| c.is_greeted() || c.closed.is_some()).await;
            }
        }
        let store = self.world.store().await;
        // What is still on its way out, and whose presence lags behind.
        let restless = "SELECT 'outbox ' || o.message_id || ' attempts ' || o.attempts || ' due ' || o.due_at \
                        || ' leased by ' || coalesce(o.leased_by, 'nobody') AS t \
                        FROM outbox o WHERE o.tenant_id = $1 \
                        UNION ALL \
                        SELECT 'member ' || m.id || ' active ' || m.active || ' connected ' || p.connected \
                        FROM member m JOIN agent_presence p ON p.tenant_id = m.tenant_id AND p.member_id = m.id \
                        WHERE m.tenant_id = $1 AND m.active <> p.connected";
        at_rest("the outbox is empty and the presence is settled", async || {
            let left = sql::texts(&store, restless).await;
            if left.is_empty() { Ok(()) } else { Err(format!("left are {left:#?}")) }
        })
        .await;
        let mut mark = None;
        for user in &self.users {
            for availability in [Availability::Away, Availability::Available] {
                if let Ok(done) = user.command(Command::available_as(availability)).await {
                    mark = Some(done.pos);
                }
            }
        }
        let mark = mark.expect("at least an administrator is active");
        for console in &mut self.consoles {
            let Console::Here(client) = console else { continue };
            client
                .until("the mark is seen and every timeline has its page", |c| {
                    c.pos() >= mark && c.view().timelines.values().all(|t| t.opened_at.is_some())
                })
                .await;
            assert_eq!(client.pos(), mark, "nothing happened after the mark");
        }
        assert_eq!(sql::gapless_head(&store).await, mark);
    }

    async fn compare(&mut self, who: usize) {
        let Console::Here(client) = &self.consoles[who] else {
            assert_eq!(self.users[who].get("/api/session").await.0, 204, "only the locked out are away");
            return;
        };
        let mut fresh = LiveClient::connect(&self.users[who]).await;
        let found = fresh::compare(&mut fresh, client.view()).await;
        assert!(found.is_empty(), "console {who}: {found:#?}");
    }
}

/// Two known by number, one by business-scoped id, and the same one when the number is known as well.
fn customer(who: usize, name: usize) -> Sender {
    let name = ["Ann", "Ann B.", "A. B."][name].to_owned();
    match who {
        0 | 1 => Sender {
            username: Some(format!("user{who}")),
            ..Sender::phone(&format!("491520000000{who}"), &name)
        },
        2 => Sender::scoped("DE.1349120865530274", &name),
        _ => Sender { user_id: Some("DE.1349120865530274".into()), ..Sender::phone("4915200000003", &name) },
    }
}

fn pick<T>(all: &[T], nth: usize) -> Option<&T> {
    if all.is_empty() { None } else { all.get(nth % all.len()) }
}
