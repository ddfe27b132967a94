//! What holds between any two changes, read from the tables and not from the code: I1 to I5, I8, I9 and I13 of the
//! routing's invariants. (I6, the order, is looked at between two changes; see the model.)

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::*};
use server::{
    db::{Fault, Scoped},
    domain::hours::OpenHours,
};
use shared::model::queue::{QueueRules, RoutingMode};

#[derive(QueryableByName, Debug, Clone)]
pub(super) struct Talk {
    #[diesel(sql_type = Text)]
    pub(super) id: String,
    #[diesel(sql_type = Text)]
    pub(super) state: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) queue: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) assignee: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    offer_until: Option<i64>,
}

#[derive(QueryableByName, Debug, Clone)]
pub(super) struct Held {
    #[diesel(sql_type = Text)]
    pub(super) id: String,
    #[diesel(sql_type = Text)]
    pub(super) conversation: String,
    #[diesel(sql_type = Text)]
    pub(super) member: String,
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    #[diesel(sql_type = BigInt)]
    weight: i64,
    #[diesel(sql_type = Bool)]
    counted: bool,
}

#[derive(QueryableByName, Debug, Clone)]
pub(super) struct Agent {
    #[diesel(sql_type = Text)]
    pub(super) id: String,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Bool)]
    connected: bool,
    #[diesel(sql_type = Text)]
    availability: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    wrap_until: Option<i64>,
    #[diesel(sql_type = BigInt)]
    capacity: i64,
    #[diesel(sql_type = BigInt)]
    used: i64,
    #[diesel(sql_type = BigInt)]
    forced: i64,
}

#[derive(QueryableByName, Debug, Clone)]
pub(super) struct Waits {
    #[diesel(sql_type = Text)]
    pub(super) conversation: String,
    #[diesel(sql_type = Text)]
    queue: String,
    #[diesel(sql_type = Bool)]
    pub(super) waits: bool,
    #[diesel(sql_type = BigInt)]
    pub(super) rank_at: i64,
    #[diesel(sql_type = BigInt)]
    since: i64,
    #[diesel(sql_type = Text)]
    passed: String,
}

#[derive(QueryableByName, Debug, Clone)]
struct Pair {
    #[diesel(sql_type = Text)]
    a: String,
    #[diesel(sql_type = Text)]
    b: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Everything that routing goes by, as it stands.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) now: i64,
    pub(super) talks: BTreeMap<String, Talk>,
    pub(super) held: Vec<Held>,
    pub(super) agents: BTreeMap<String, Agent>,
    pub(super) waits: BTreeMap<String, Waits>,
    rules: BTreeMap<String, QueueRules>,
    calendars: BTreeMap<String, OpenHours>,
    visits: Vec<Pair>,
    works: BTreeMap<(String, String), i64>,
    able: BTreeMap<String, BTreeSet<String>>,
    timers: BTreeSet<(String, String)>,
}

pub(super) fn see(scoped: &mut Scoped, now: i64) -> Result<Seen, Fault> {
    let (conn, tenant) = scoped.parts();
    macro_rules! rows {
        ($type:ty, $sql:expr) => {{
            let rows: Vec<$type> = sql_query($sql).bind::<BigInt, _>(tenant).load(conn)?;
            rows
        }};
    }
    let talks = rows!(
        Talk,
        "SELECT id, state, queue_id AS queue, assignee_id AS assignee, offer_until FROM conversation \
         WHERE tenant_id = $1"
    );
    let held = rows!(
        Held,
        "SELECT id, conversation_id AS conversation, member_id AS member, kind, weight, counted \
         FROM assignment WHERE tenant_id = $1 AND ended_at IS NULL"
    );
    let agents = rows!(
        Agent,
        "SELECT m.id, m.active, p.connected, p.availability, p.wrap_until, l.capacity, l.used, l.forced \
         FROM member m JOIN agent_presence p ON p.tenant_id = m.tenant_id AND p.member_id = m.id \
         JOIN agent_load l ON l.tenant_id = m.tenant_id AND l.member_id = m.id WHERE m.tenant_id = $1"
    );
    let waits = rows!(
        Waits,
        "SELECT conversation_id AS conversation, queue_id AS queue, waits, rank_at, since, passed \
         FROM waiting WHERE tenant_id = $1"
    );
    let rules = rows!(Pair, "SELECT id AS a, rules AS b, rev AS n FROM queue WHERE tenant_id = $1");
    let calendars =
        rows!(Pair, "SELECT id AS a, hours AS b, version AS n FROM calendar WHERE tenant_id = $1");
    let visits =
        rows!(Pair, "SELECT conversation_id AS a, been AS b, told AS n FROM visit WHERE tenant_id = $1");
    let works = rows!(
        Pair,
        "SELECT member_id AS a, queue_id AS b, level AS n FROM member_queue WHERE tenant_id = $1"
    );
    let able =
        rows!(Pair, "SELECT member_id AS a, skill AS b, score AS n FROM member_skill WHERE tenant_id = $1");
    let timers = rows!(Pair, "SELECT kind AS a, subject AS b, due_at AS n FROM timer WHERE tenant_id = $1");
    let mut skills: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for pair in able {
        skills.entry(pair.a).or_default().insert(pair.b);
    }
    Ok(Seen {
        now,
        talks: talks.into_iter().map(|talk| (talk.id.clone(), talk)).collect(),
        held,
        agents: agents.into_iter().map(|agent| (agent.id.clone(), agent)).collect(),
        waits: waits.into_iter().map(|row| (row.conversation.clone(), row)).collect(),
        rules: rules.into_iter().map(|pair| (pair.a, serde_json::from_str(&pair.b).unwrap())).collect(),
        calendars: calendars
            .into_iter()
            .map(|pair| (pair.a, OpenHours::new(&serde_json::from_str(&pair.b).unwrap()).unwrap()))
            .collect(),
        visits,
        works: works.into_iter().map(|pair| ((pair.a, pair.b), pair.n)).collect(),
        able: skills,
        timers: timers.into_iter().map(|pair| (pair.a, pair.b)).collect(),
    })
}

impl Seen {
    fn rules(&self, queue: &str) -> &QueueRules {
        &self.rules[queue]
    }

    fn hours(&self, queue: &str) -> Option<&OpenHours> {
        self.rules(queue).calendar.map(|id| &self.calendars[&id.to_string()])
    }

    fn is_open(&self, queue: &str) -> bool {
        let now = DateTime::from_timestamp_micros(self.now).unwrap();
        self.hours(queue).is_none_or(|hours| hours.is_open(now))
    }

    /// Seconds that count as waited in the queue.
    fn waited(&self, row: &Waits) -> i64 {
        let at = |micros| DateTime::from_timestamp_micros(micros).unwrap();
        match self.hours(&row.queue) {
            Some(hours) => hours.open_seconds(at(row.since), at(self.now)),
            None => (self.now - row.since) / 1_000_000,
        }
    }

    /// Whether the agent could be asked for something that needs no room.
    fn is_there(&self, agent: &Agent) -> bool {
        agent.active
            && agent.connected
            && agent.availability == "available"
            && agent.wrap_until.is_none_or(|until| until <= self.now)
    }

    /// Whether the queue may give this one to that agent, room aside.
    pub(super) fn suits(&self, row: &Waits, agent: &str) -> bool {
        let rules = self.rules(&row.queue);
        let waited = self.waited(row);
        let reached: Vec<_> =
            rules.rings.iter().filter(|ring| i64::from(ring.after_secs) <= waited).collect();
        let level = reached.iter().map(|ring| i64::from(ring.level)).max().unwrap_or(1);
        let dropped = |skill: &String| reached.iter().any(|ring| ring.drops.contains(skill));
        let none = BTreeSet::new();
        let able = self.able.get(agent).unwrap_or(&none);
        let passed: Vec<serde_json::Value> = serde_json::from_str(&row.passed).unwrap();
        let has_passed =
            passed.iter().any(|one| one["member"] == agent && one["until"].as_i64().unwrap() > self.now);
        rules.mode != RoutingMode::Manual
            && self.is_open(&row.queue)
            && self.is_there(&self.agents[agent])
            && self.works.get(&(agent.to_owned(), row.queue.clone())).is_some_and(|own| *own <= level)
            && rules.skills.iter().all(|skill| dropped(skill) || able.contains(skill))
            && !has_passed
    }

    fn weight(&self, row: &Waits) -> i64 {
        i64::from(self.rules(&row.queue).weight)
    }

    /// How much room an agent has.
    pub(super) fn room(&self, agent: &str) -> i64 {
        let agent = &self.agents[agent];
        agent.capacity - agent.used
    }

    /// Everything that is broken.
    pub(super) fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut of: BTreeMap<&str, &Held> = BTreeMap::new();
        for held in &self.held {
            if of.insert(&held.conversation, held).is_some() {
                broken.push(format!("I1: {} is held twice", held.conversation));
            }
        }
        for agent in self.agents.values() {
            let sum: i64 =
                self.held.iter().filter(|h| h.member == agent.id && h.counted).map(|h| h.weight).sum();
            if sum != agent.used || agent.used > agent.capacity + agent.forced {
                broken.push(format!("I2: {agent:?} holds {sum}"));
            }
        }
        for talk in self.talks.values() {
            let is_held = ["offered", "assigned", "parked"].contains(&talk.state.as_str());
            let holder = of.get(talk.id.as_str()).map(|held| held.member.clone());
            if holder != talk.assignee || holder.is_some() != is_held {
                broken.push(format!("I4: {talk:?} is held by {holder:?}"));
            }
            let row = self.waits.get(&talk.id);
            let waits = row.is_some_and(|row| row.waits);
            if waits != (talk.state == "queued" && talk.queue.is_some()) {
                broken.push(format!("I3, I13: {talk:?} and {row:?}"));
            }
            if row.is_some_and(|row| Some(&row.queue) != talk.queue.as_ref() && row.waits) {
                broken.push(format!("I3: {talk:?} waits elsewhere: {row:?}"));
            }
            if talk.state == "closed" && row.is_some() {
                broken.push(format!("I3: {talk:?} keeps its place"));
            }
            let timed = self.timers.contains(&("offer".to_owned(), talk.id.clone()));
            let offered = talk.state == "offered";
            let sleeps = self.timers.contains(&("wake".to_owned(), talk.id.clone()));
            // What has an end has a timer, and nothing else has.
            if timed != offered || talk.offer_until.is_some() != (timed || sleeps) {
                broken.push(format!("I9: {talk:?}, timer: {timed}, {sleeps}"));
            }
            if sleeps && talk.state != "parked" {
                broken.push(format!("I9: {talk:?} sleeps"));
            }
        }
        for row in self.waits.values().filter(|row| row.waits) {
            for agent in self.agents.keys() {
                if self.suits(row, agent) && self.room(agent) >= self.weight(row) {
                    broken.push(format!("I8: {row:?} waits beside {:?}", self.agents[agent]));
                }
            }
            let rules = self.rules(&row.queue);
            let waited = self.waited(row);
            let later = rules.rings.iter().any(|ring| i64::from(ring.after_secs) > waited);
            if later && !self.timers.contains(&("ring".to_owned(), row.conversation.clone())) {
                broken.push(format!("I9: nobody widens the ring of {row:?}"));
            }
        }
        for queue in self.rules.keys() {
            let at = DateTime::from_timestamp_micros(self.now).unwrap();
            let turns = self.hours(queue).is_some_and(|hours| hours.next_change(at).is_some());
            if turns != self.timers.contains(&("hours".to_owned(), queue.clone())) {
                broken.push(format!("I9: nobody watches when {queue} opens, or somebody does for nothing"));
            }
        }
        for visit in &self.visits {
            let been: Vec<String> = serde_json::from_str(&visit.b).unwrap();
            let once: BTreeSet<&String> = been.iter().collect();
            if once.len() != been.len() {
                broken.push(format!("{} went round in circles: {been:?}", visit.a));
            }
            if visit.n > 2 {
                broken.push(format!("{} was told {} times", visit.a, visit.n));
            }
        }
        broken
    }

    /// What is broken between two looks: what was given by the queue since, and to whom.
    pub(super) fn broken_since(&self, before: &Self) -> Vec<String> {
        let mut broken = Vec::new();
        let known: BTreeSet<&str> = before.held.iter().map(|held| held.id.as_str()).collect();
        let new = self.held.iter().filter(|held| !known.contains(held.id.as_str()));
        for held in new.filter(|held| ["routed", "offered"].contains(&held.kind.as_str())) {
            let agent = &self.agents[&held.member];
            // One step may hold several moments: whoever counts as away since the last of them was there before,
            // or was once their time to tidy up had ended.
            let was_there = before.agents.get(&held.member).is_some_and(|was| self.is_there(was));
            if !self.is_there(agent) && !was_there {
                broken.push(format!("I5: {held:?} went to {agent:?}"));
            }
            let Some(row) = self.waits.get(&held.conversation) else { continue };
            if !self.is_open(&row.queue) {
                broken.push(format!("I5: {held:?} was given in a closed queue"));
            }
            for other in self.waits.values().filter(|other| other.waits && other.rank_at < row.rank_at) {
                // It waited before, and could have gone to the same agent instead.
                let known = before.waits.get(&other.conversation);
                let waited = known.is_some_and(|was| was.waits && was.queue == other.queue);
                if waited && self.suits(other, &held.member) && self.weight(other) <= held.weight {
                    broken.push(format!("I6: {held:?} overtook {other:?}"));
                }
            }
        }
        broken
    }
}
