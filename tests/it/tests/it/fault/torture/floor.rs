//! The room in which the torture happens: a server, four members with two tabs each, customers.

use std::time::Duration;

use shared::{
    ids::{CommandKey, ConversationId, QueueId},
    live::{command::Command, frame::ClientFrame},
    model::{
        conversation::CloseReason,
        member::{Availability, Role},
    },
};
use simulator::payload::{self, Sender};

use super::{Plan, steps::Step, tab::Tab};
use crate::harness::{
    Random, Scene, Setup, User, Victim, fresh,
    load::{self, Load},
    proxy::Weather,
    webhook::wamid,
};

/// Tabs per member.
const TABS: usize = 2;
/// Messages per second that come whatever else happens.
const BACKGROUND: u64 = 10;
/// Messages of one webhook of many.
const MANY: usize = 100;
/// Characters of a long message; few of them fill a socket's budget.
const LONG: usize = 3_800;
/// Long messages for somebody who does not read: more than the kernel takes for them, which is some
/// megabytes on a loopback with its large segments, and a socket's budget.
const FLOOD: usize = 3_000;
/// Events the ring holds in bytes, in long messages, and some.
const NIGHT: usize = 1_300;
/// More events than are replayed.
const HOLIDAY: usize = 21_000;

/// Something that everybody hears of.
fn mark() -> Command {
    Command::available_as(Availability::Busy)
}

pub(super) struct Floor {
    scene: Scene,
    setup: Setup,
    victim: Option<Victim>,
    load: Option<Load>,
    /// Agent, second agent, supervisor, administrator, at the server itself.
    users: Vec<User>,
    tabs: Vec<Tab>,
}

impl Floor {
    pub(super) async fn open(plan: &Plan) -> Self {
        let scene = Scene::new(plan.engine).await;
        let mut setup = scene.setup();
        if let Some(guard) = plan.sabotage {
            setup = setup.sabotage(guard);
        }
        let victim = scene.start(&setup).await;
        let alpha = &scene.alpha;
        let mut users = Vec::new();
        for person in [&alpha.agent, &alpha.second_agent, &alpha.supervisor, &alpha.administrator] {
            users.push(User::sign_in_at(&victim.base, person).await);
        }
        let mut tabs = Vec::new();
        for user in users.iter().flat_map(|user| std::iter::repeat_n(user, TABS)) {
            let mut tab = Tab::new(user).await;
            tab.come_back().await;
            tabs.push(tab);
        }
        let load = Some(scene.load(&victim, BACKGROUND));
        Self { scene, setup, victim: Some(victim), load, users, tabs }
    }

    pub(super) async fn play(&mut self, step: Step, random: &mut Random) {
        let at = random.below(self.tabs.len());
        match step {
            Step::Inbound => self.customers_write(1, 10, random).await,
            Step::Burst => self.customers_write(MANY / 2, 10, random).await,
            Step::Work => self.work(at, random).await,
            Step::Decide => self.decide(random).await,
            Step::Read => {
                self.tabs[at].here().await;
            }
            Step::Open => {
                if let Some(id) = self.conversation(at, random) {
                    self.tabs[at].open(id).await;
                }
            }
            Step::Shut => {
                let shown = self.tabs[at].view().map(|view| view.timelines.keys().copied().collect());
                let shown: Vec<ConversationId> = shown.unwrap_or_default();
                if let Some(id) = random.pick(&shown) {
                    self.tabs[at].shut(*id).await;
                }
            }
            Step::Leave => self.tabs[at].leave(),
            Step::Return => self.come_back(at).await,
            Step::Cut => self.tabs[at].proxy.cut(),
            Step::Silence => self.tabs[at].silence(),
            Step::Notice => self.tabs[at].leave(),
            Step::Worsen => {
                let bad = [Weather::Drip, Weather::Slow(Duration::from_millis(3)), Weather::Down];
                self.tabs[at].proxy.set(bad[random.below(bad.len())]);
            }
            Step::Clear => self.tabs[at].proxy.set(Weather::Clear),
            Step::Stall => self.stall(random).await,
            Step::Wake => self.wake().await,
            Step::Storm => self.storm().await,
            Step::Night => self.absence(at, NIGHT, LONG, random).await,
            Step::Holiday => self.absence(at, HOLIDAY, 10, random).await,
            Step::Kill => self.restart(true).await,
            Step::Restart => self.restart(false).await,
        }
    }

    /// Customers write so many messages of so many characters, in webhooks of many.
    async fn customers_write(&mut self, count: usize, length: usize, random: &mut Random) {
        let who = random.below(8);
        self.write_as(count, length, |n| (who + n) % 8).await;
    }

    async fn write_as(&mut self, count: usize, length: usize, who: impl Fn(usize) -> usize) {
        let target = self.scene.target(&self.base());
        let mut left: Vec<usize> = (0..count).collect();
        while !left.is_empty() {
            let part: Vec<usize> = left.drain(..left.len().min(MANY)).collect();
            let mut ids = Vec::new();
            let texts = part.into_iter().map(|n| {
                let who = who(n);
                let from = Sender::phone(&format!("4915{who:09}"), &format!("Customer {who}"));
                let (id, text) = (wamid(), "x".repeat(length));
                ids.push(id.clone());
                payload::text_message(&target.tenant.sales, &from, &id, load::now(), &text)
            });
            let body = payload::batch(texts).to_string();
            let posted = load::post(&target, body).await;
            self.scene.log.with(|history| {
                for id in ids {
                    // Never posted again: a server that is alive has no reason to refuse it.
                    history.written.insert(id.clone(), String::new());
                    history.acknowledged.insert(id);
                }
            });
            assert_eq!(posted, Some(reqwest::StatusCode::OK));
        }
    }

    /// Commands go over the socket or over HTTP; refusals are part of the game.
    async fn work(&mut self, at: usize, random: &mut Random) {
        let Some(conversation) = self.conversation(at, random) else { return };
        let text = format!("work {}", random.next());
        let command = match random.below(9) {
            0..=2 => Command::text(conversation, text),
            3 | 4 => Command::AddNote { conversation, text, mentions: Vec::new() },
            5 => Command::AssignToMe { conversation },
            6 => Command::Release { conversation },
            7 => Command::Close { conversation, reason: CloseReason::ALL[0] },
            _ => Command::MarkRead { conversation, up_to: random.next() % 500 },
        };
        if random.percent(30) {
            self.tabs[at].send(&ClientFrame::Command { key: CommandKey::new(), command }).await;
        } else {
            let _ = self.user(at).command(command).await;
        }
    }

    async fn decide(&mut self, random: &mut Random) {
        let whom = random.below(3);
        let member = self.users[whom].member;
        let alpha = &self.scene.alpha;
        let command = match random.below(9) {
            0 | 1 => Command::SetRole {
                member,
                role: [Role::Agent, Role::Supervisor, Role::Administrator][random.below(3)],
            },
            2..=4 => {
                let all = [alpha.sales_queue, alpha.support_queue];
                let queues: Vec<QueueId> = all.into_iter().filter(|_| random.percent(60)).collect();
                Command::SetQueues { member, queues }
            }
            5 | 6 => Command::SetActive { member, active: random.percent(60) },
            _ => Command::SetPhoneMasking { masked: random.percent(50) },
        };
        let lets_in = matches!(command, Command::SetActive { active: true, .. });
        let done = self.administrator().command(command).await;
        if lets_in && done.is_ok() {
            self.let_in(whom).await;
        }
    }

    /// Whoever was locked out has lost the session, or is about to, and signs in again.
    async fn let_in(&mut self, who: usize) {
        let alpha = &self.scene.alpha;
        let person = [&alpha.agent, &alpha.second_agent, &alpha.supervisor][who];
        self.users[who] = User::sign_in_at(&self.base(), person).await;
        for tab in &mut self.tabs[who * TABS..(who + 1) * TABS] {
            tab.sign_in(&self.users[who]);
        }
    }

    /// A tab that sees numbers stops reading, and one of its timelines gets more than its socket may hold.
    async fn stall(&mut self, random: &mut Random) {
        let first = random.below(self.tabs.len());
        for at in (first..self.tabs.len()).chain(0..first) {
            let Some(id) = self.conversation(at, random) else { continue };
            let phone = self.tabs[at].view().and_then(|v| v.conversations.get(&id)?.contact.phone.clone());
            let who = phone.and_then(|phone| phone.strip_prefix("4915")?.parse().ok());
            if let (Some(who), Some(_)) = (who, self.tabs[at].here().await) {
                self.tabs[at].open(id).await;
                self.tabs[at].stalled = true;
                return self.write_as(FLOOD, LONG, |_| who).await;
            }
        }
    }

    /// One that had stopped reading reads until it has everything, or has missed something.
    async fn wake(&mut self) {
        let marker = self.administrator().clone();
        let Some(tab) = self.tabs.iter_mut().find(|tab| tab.stalled) else { return };
        tab.stalled = false;
        let Ok(mark) = marker.command(mark()).await else { return };
        let found = tab.reaches(mark.pos).await;
        tab.broken.extend(found);
    }

    async fn storm(&mut self) {
        for tab in &mut self.tabs {
            tab.leave();
        }
        for at in 0..self.tabs.len() {
            self.come_back(at).await;
        }
    }

    async fn absence(&mut self, at: usize, events: usize, length: usize, random: &mut Random) {
        self.tabs[at].leave();
        self.customers_write(events, length, random).await;
        self.come_back(at).await;
    }

    async fn restart(&mut self, killed: bool) {
        let victim = self.victim.take().unwrap();
        match killed {
            true => drop(victim),
            false => victim.stop().await,
        }
        if let Some(load) = self.load.take() {
            load.end().await;
        }
        let victim = self.scene.start(&self.setup).await;
        for user in &mut self.users {
            *user = user.at_base(&victim.base);
        }
        for tab in &self.tabs {
            tab.proxy.lead_to(&victim.base);
        }
        self.load = Some(self.scene.load(&victim, BACKGROUND));
        self.victim = Some(victim);
    }

    /// Unless the member is locked out.
    async fn come_back(&mut self, at: usize) {
        if !self.tabs[at].is_connected() && self.user(at).get("/api/session").await.0 == 200 {
            self.tabs[at].come_back().await;
        }
    }

    /// Lets everybody in, calms the network, and compares every tab with a fresh console.
    pub(super) async fn compare(&mut self) -> Vec<String> {
        if let Some(load) = self.load.take() {
            load.end().await;
        }
        for user in &self.users[..3] {
            let let_in = Command::SetActive { member: user.member, active: true };
            self.administrator().command(let_in).await.unwrap();
        }
        for who in 0..3 {
            self.let_in(who).await;
        }
        let mut found = Vec::new();
        for at in 0..self.tabs.len() {
            let mark = self.administrator().command(mark()).await.unwrap();
            let tab = &mut self.tabs[at];
            // Nobody may need a new connection to hear of something.
            found.extend(tab.reaches(mark.pos).await);
            // What a silent network swallowed is noticed by everybody in the end.
            tab.leave();
            self.come_back(at).await;
            let marker = self.administrator().clone();
            let tab = &mut self.tabs[at];
            found.append(&mut tab.broken);
            tab.here().await;
            self.come_back(at).await;
            let tab = &mut self.tabs[at];
            match tab.here().await {
                Some(client) => found.extend(fresh::differences(client, &marker).await),
                None => found.push(format!("tab {at} is not let in")),
            }
        }
        let victim = self.victim.as_ref().unwrap();
        self.load = Some(self.scene.load(victim, BACKGROUND));
        found
    }

    /// Ends everything; gives what the server promised and did not keep.
    pub(super) async fn close(mut self) -> Vec<String> {
        if let Some(load) = self.load.take() {
            load.end().await;
        }
        self.tabs.clear();
        self.victim.take().unwrap().stop().await;
        self.scene.violations().await.into_iter().map(|violation| format!("{violation:?}")).collect()
    }

    fn conversation(&self, at: usize, random: &mut Random) -> Option<ConversationId> {
        let known: Vec<ConversationId> = self.tabs[at].view()?.conversations.keys().copied().collect();
        random.pick(&known).copied()
    }

    fn user(&self, at: usize) -> &User {
        &self.users[at / TABS]
    }

    fn administrator(&self) -> &User {
        &self.users[3]
    }

    fn base(&self) -> String {
        self.victim.as_ref().unwrap().base.clone()
    }
}
