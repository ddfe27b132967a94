//! Anything anybody can do, in any order, with time going by: after each step the invariants hold.

use chrono::Duration;
use server::{clock::Clock, domain::routing::timers};
use shared::{
    ids::{CalendarId, ChannelId, ConversationId, MemberId, QueueId},
    live::command::Command,
    model::{
        calendar::{Hours, Weekly},
        conversation::CloseReason,
        member::Availability,
        queue::{AlertRules, PriorityRule, PriorityWhen, QueueRules, Ring, RoutingMode, WhenFull},
        routing::{MoveTo, RoutingPolicy, Skill, Target, Tell},
    },
};

use super::{
    floor::Floor,
    invariants::{self, Seen},
};
use crate::harness::{Engine, Random, run, wait::thorough};

#[test]
fn whatever_happens_on_the_floor_the_invariants_hold_on_sqlite() {
    run(hold_up(Engine::Sqlite, if thorough() { 60 } else { 6 }));
}

#[test]
fn whatever_happens_on_the_floor_the_invariants_hold_on_postgres() {
    run(hold_up(Engine::Postgres, if thorough() { 20 } else { 2 }));
}

const STEPS: usize = 120;
const CUSTOMERS: usize = 12;
const SKILLS: [&str; 2] = ["billing", "french"];

pub(crate) struct Play {
    pub(crate) floor: Floor,
    pub(crate) queues: Vec<(QueueId, ChannelId)>,
    agents: Vec<MemberId>,
    pub(crate) talks: Vec<ConversationId>,
    calendar: CalendarId,
    /// The floor at the last look.
    seen: Option<Seen>,
    broken: Vec<String>,
}

async fn hold_up(engine: Engine, sequences: usize) {
    let seed = Random::seed();
    let mut random = Random::new(seed);
    for sequence in 0..sequences {
        let mut play = Play::begin(engine, &mut random).await;
        play.look().await;
        for step in 0..STEPS {
            let what = play.step(&mut random).await;
            let now = play.look().await.broken();
            play.broken.extend(now);
            assert!(
                play.broken.is_empty(),
                "TEST_SEED={seed}, sequence {sequence}, step {step}: {what}\n{}",
                play.broken.join("\n")
            );
        }
        play.floor.close().await;
    }
}

/// Open for some minutes again and again: the play begins on 15 January 2027 at 08:00 UTC, a Friday.
fn hours(random: &mut Random) -> Hours {
    let weekly = (0..10).map(|n| {
        let from = 475 + n * 8 + random.below(4) as u16;
        Weekly { day: 5, from, to: from + 1 + random.below(6) as u16 }
    });
    Hours { zone: "UTC".into(), weekly: weekly.collect(), holidays: Vec::new() }
}

/// Thresholds that are crossed now and then.
fn alerts(random: &mut Random) -> AlertRules {
    AlertRules {
        waiting_over: [0, 1, 2][random.below(3)],
        longest_wait_over_secs: [0, 40][random.below(2)],
        service_level_under_percent: [0, 60, 90][random.below(3)],
        overdue_over: [0, 1][random.below(2)],
    }
}

fn rules(random: &mut Random, calendar: CalendarId, other: Option<QueueId>) -> QueueRules {
    let skill = |random: &mut Random| {
        if random.percent(30) { vec![SKILLS[random.below(2)].to_owned()] } else { Vec::new() }
    };
    let skills = skill(random);
    let mut rings = Vec::new();
    for after_secs in [40, 90] {
        if random.percent(50) {
            rings.push(Ring { after_secs, level: random.below(3) as u8 + 1, drops: skill(random) });
        }
    }
    QueueRules {
        mode: [RoutingMode::Auto, RoutingMode::Auto, RoutingMode::Offer, RoutingMode::Manual]
            [random.below(4)],
        weight: random.below(2) as u32 + 1,
        accept_secs: 20,
        first_reply_secs: [0, 50][random.below(2)],
        wrap_up_secs: [0, 0, 15][random.below(3)],
        sticky_secs: [0, 300][random.below(2)],
        park_secs: [0, 70][random.below(2)],
        by_skill: random.percent(50),
        skills,
        priority_secs: [0, 60][random.below(2)],
        calendar: random.percent(40).then_some(calendar),
        away_text: ["", "We are closed."][random.below(2)].into(),
        max_waiting: [0, 1, 3][random.below(3)],
        max_wait_secs: [0, 60][random.below(2)],
        when_full: match other.filter(|_| random.percent(60)) {
            Some(to) => WhenFull::Overflow { to },
            None => WhenFull::Message { text: "Many wait.".into() },
        },
        priorities: vec![
            PriorityRule { when: PriorityWhen::Keyword("I am 3".into()), secs: 30 },
            PriorityRule { when: PriorityWhen::Vip, secs: 90 },
        ],
        rings,
        overdue_secs: [30, 600][random.below(2)],
        answer_target_secs: [20, 300][random.below(2)],
        alerts: alerts(random),
        ..QueueRules::default()
    }
}

impl Play {
    pub(crate) async fn begin(engine: Engine, random: &mut Random) -> Self {
        let floor = Floor::new(engine).await;
        let calendar = floor.calendar("often", hours(random)).await;
        let first = QueueRules { mode: RoutingMode::Auto, ..rules(random, calendar, None) };
        let first = floor.queue("first", first).await;
        let queues = vec![first, floor.queue("second", rules(random, calendar, Some(first.0))).await];
        let mut agents = Vec::new();
        for n in 0..4 {
            let own: Vec<QueueId> = match n {
                0 => vec![queues[0].0],
                1 => vec![queues[1].0],
                _ => queues.iter().map(|(queue, _)| *queue).collect(),
            };
            agents.push(floor.agent(&own, random.below(3) as u32 + 1).await);
        }
        Self { floor, queues, agents, talks: Vec::new(), calendar, seen: None, broken: Vec::new() }
    }

    /// What is broken in what was given since the last look is kept.
    async fn look(&mut self) -> &Seen {
        let now = self.floor.clock.now().timestamp_micros();
        let seen = self.floor.tenant.read(move |scoped| invariants::see(scoped, now)).await.unwrap();
        if let Some(before) = &self.seen {
            self.broken.extend(seen.broken_since(before));
        }
        self.seen.insert(seen)
    }

    /// Each change that time makes is looked at: what is given in one is no fault by what a later one changed.
    async fn goes_by(&mut self, secs: i64) {
        self.floor.clock.advance(Duration::seconds(secs));
        while self.floor.write(timers::ring).await {
            self.look().await;
        }
    }

    pub(crate) async fn step(&mut self, random: &mut Random) -> String {
        let agent = *random.pick(&self.agents).unwrap();
        let boss = self.floor.boss;
        let Some(talk) = random.pick(&self.talks).copied() else { return self.customer(random).await };
        let (queue, _) = *random.pick(&self.queues).unwrap();
        // Most often by whoever holds it, so that something happens.
        let holder = self.floor.holder(talk).await.filter(|_| random.percent(85)).unwrap_or(agent);
        let availability = Availability::ALL[[0, 0, 1, 2][random.below(4)]];
        let (who, command) = match random.below(30) {
            0..=6 => return self.customer(random).await,
            7..=9 => {
                // Now and then so long that a window closes soon, or has.
                let secs = match random.below(100) {
                    0..=1 => 4_000,
                    2 => 85_000,
                    _ => [1, 5, 20, 45, 100][random.below(5)],
                };
                self.goes_by(secs).await;
                return format!("{secs} s go by");
            }
            10 | 11 => {
                let connected = random.percent(60);
                self.floor.connect(agent, connected).await;
                return format!("{agent} is there: {connected}");
            }
            12 | 13 => (holder, Command::AcceptOffer { conversation: talk }),
            14 => (holder, Command::DeclineOffer { conversation: talk }),
            15 | 16 => (holder, Command::Close { conversation: talk, reason: CloseReason::Resolved }),
            17 => (holder, Command::Release { conversation: talk }),
            18 => (holder, Command::Park { conversation: talk }),
            19 => (holder, Command::Resume { conversation: talk }),
            20 => (holder, Command::text(talk, "Yes.")),
            21 => (agent, Command::available_as(availability)),
            22 => (agent, Command::TakeNext {}),
            23 => (agent, Command::AssignToMe { conversation: talk }),
            24 => {
                let to = if random.percent(50) { Target::Queue(queue) } else { Target::Member(agent) };
                (holder, Command::Transfer { conversation: talk, to, note: Some("see above".into()) })
            }
            25 => (boss, Command::Assign { conversation: talk, member: agent, force: random.percent(50) }),
            26 => (boss, Command::SetCapacity { member: agent, capacity: random.below(4) as u32 }),
            27 => match random.below(4) {
                0 => (boss, Command::SetActive { member: agent, active: random.percent(70) }),
                1 => {
                    let queues = self.queues.iter().map(|(queue, _)| *queue);
                    let queues = queues.filter(|_| random.percent(70)).collect();
                    (boss, Command::SetQueues { member: agent, queues })
                }
                2 => (boss, Command::SetLevel { member: agent, queue, level: random.below(3) as u8 + 1 }),
                _ => (boss, Command::Reopen { conversation: talk }),
            },
            28 => {
                let skills = SKILLS.iter().filter(|_| random.percent(50));
                let skills = skills.map(|name| Skill { name: (*name).to_owned(), score: 5 }).collect();
                (boss, Command::SetSkills { member: agent, skills })
            }
            _ => match random.below(9) {
                4 => {
                    let command = Command::ChangeCalendar {
                        calendar: self.calendar,
                        name: "often".into(),
                        hours: hours(random),
                    };
                    (boss, command)
                }
                5 => {
                    let contact = self.floor.see(talk).await.contact.id;
                    (boss, Command::SetVip { contact, on: random.percent(70) })
                }
                0 => {
                    let policy = RoutingPolicy {
                        parked_counts: random.percent(30),
                        lost_secs: [0, 30][random.below(2)],
                        misses: random.below(3) as u32,
                        away_after_secs: [0, 0, 120][random.below(3)],
                        closing_soon_secs: [0, 18_000, 82_800][random.below(3)],
                        lapsed_closes: random.percent(50),
                        reaction_answers: random.percent(50),
                        tell: Tell {
                            on_request: random.percent(50),
                            after_secs: vec![15, 60],
                            words: vec!["I am".into()],
                            ..Tell::default()
                        },
                        ..RoutingPolicy::default()
                    };
                    (boss, Command::SetRoutingPolicy { policy })
                }
                6 => {
                    let to = [MoveTo::Queue(queue), MoveTo::Member(agent), MoveTo::Back][random.below(3)];
                    (boss, Command::MoveAll { from: holder, to })
                }
                7 | 8 => {
                    let (blocked, reason) = (random.percent(80), Some("rude".to_owned()));
                    let who = if random.percent(50) { boss } else { holder };
                    (who, Command::BlockContact { conversation: talk, blocked, reason })
                }
                1 => (boss, Command::SetPriority { conversation: talk, secs: random.below(200) as u32 }),
                _ => {
                    let (first, second) = (self.queues[0].0, self.queues[1].0);
                    let (name, other) = if queue == first { ("first", second) } else { ("second", first) };
                    let rules = rules(random, self.calendar, Some(other));
                    (boss, Command::ChangeQueue { queue, name: name.into(), rules })
                }
            },
        };
        let shown = format!("{who}: {command:?}");
        match self.floor.command(who, command).await {
            Ok(_) => shown,
            Err(problem) => {
                let code = problem.code;
                assert!(![500, 503].contains(&code.status()), "{shown}: {code:?}");
                format!("{shown}, refused: {code:?}")
            }
        }
    }

    async fn customer(&mut self, random: &mut Random) -> String {
        let ((_, channel), n) = (*random.pick(&self.queues).unwrap(), random.below(CUSTOMERS));
        let id = self.floor.customer(channel, n).await;
        if !self.talks.contains(&id) {
            self.talks.push(id);
        }
        format!("customer {n} writes in {id}")
    }
}
