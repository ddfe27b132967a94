//! After anything that happens on the floor, every figure is what a recount finds that knows the tables and the
//! definitions and nothing of the board's own code.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::*};
use server::{
    clock::Clock,
    db::{Fault, Scoped},
    domain::{board::Watched, hours::OpenHours},
};
use shared::model::{
    board::{Board, BoardLine},
    queue::QueueRules,
};

use crate::{
    harness::{Engine, Random, run, wait::thorough},
    routing::model::Play,
};

#[test]
fn figures_are_what_a_recount_finds_on_sqlite() {
    run(recounted(Engine::Sqlite, if thorough() { 40 } else { 5 }));
}

#[test]
fn figures_are_what_a_recount_finds_on_postgres() {
    run(recounted(Engine::Postgres, if thorough() { 15 } else { 2 }));
}

const STEPS: usize = 120;
/// So many plays in which a figure stays 0 mean that it can be nothing else.
const MOST_SEQUENCES: usize = 40;
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

async fn recounted(engine: Engine, sequences: usize) {
    let seed = Random::seed();
    let mut random = Random::new(seed);
    let mut most = BoardLine::default();
    for sequence in 0..MOST_SEQUENCES {
        if sequence >= sequences && everything_happened(&most) {
            break;
        }
        let mut play = Play::begin(engine, &mut random).await;
        // Half an hour before midnight, so that days change meanwhile.
        if random.percent(60) {
            let now = play.floor.clock.now().timestamp();
            play.floor.clock.advance(TimeDelta::seconds(86_400 - now % 86_400 - 1_800));
        }
        let mut watched = Watched::default();
        for step in 0..STEPS {
            let what = play.step(&mut random).await;
            // Any split of what is told comes to the same.
            if !random.percent(35) && step + 1 < STEPS {
                continue;
            }
            let case = format!("TEST_SEED={seed}, sequence {sequence}, step {step}: {what}");
            let now = play.floor.clock.now();
            let read = play.floor.tenant.read(move |scoped| {
                let mut known = watched;
                let board = known.look(scoped, now)?;
                let new = Watched::default().look(scoped, now)?;
                Ok((known, board, new, recount(scoped, now.timestamp_micros())?))
            });
            let (known, board, new, recount) = read.await.unwrap();
            watched = known;
            assert_eq!(board, new, "{case}: one who has looked all along sees what a newcomer sees");
            for (queue, expected) in &recount {
                let found = match queue {
                    Some(id) => board.queues.iter().find(|l| l.queue.unwrap().to_string() == *id).unwrap(),
                    None => &board.total,
                };
                assert_eq!(&Counted::of(found), expected, "{case}: {queue:?}");
            }
            raise(&mut most, &board);
        }
        play.floor.close().await;
    }
    assert!(everything_happened(&most), "nothing ever happened: {most:?}, TEST_SEED={seed}");
}

fn everything_happened(most: &BoardLine) -> bool {
    [most.waiting, most.active, most.overdue, most.offered, most.answered, most.abandoned]
        .iter()
        .all(|figure| *figure > 0)
}

fn raise(most: &mut BoardLine, board: &Board) {
    let total = &board.total;
    most.waiting = most.waiting.max(total.waiting);
    most.active = most.active.max(total.active);
    most.overdue = most.overdue.max(total.overdue);
    most.offered = most.offered.max(total.offered);
    most.answered = most.answered.max(total.answered);
    most.abandoned = most.abandoned.max(total.abandoned);
}

/// The figures of a line that are recounted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Counted {
    states: [u32; 5],
    oldest_since: Option<i64>,
    overdue: u32,
    offered: u32,
    answered: u32,
    abandoned: u32,
    abandoned_short: u32,
    answer_secs: Option<u32>,
    level_today: Option<u32>,
    level_recent: Option<u32>,
    members: [u32; 5],
    slots: [u32; 2],
}

impl Counted {
    fn of(line: &BoardLine) -> Self {
        Self {
            states: [line.waiting, line.asked, line.active, line.parked, line.bot],
            oldest_since: line.oldest_since.map(|at| at.timestamp_micros()),
            overdue: line.overdue,
            offered: line.offered,
            answered: line.answered,
            abandoned: line.abandoned,
            abandoned_short: line.abandoned_short,
            answer_secs: line.answer_secs,
            level_today: line.level_today,
            level_recent: line.level_recent,
            members: [line.available, line.busy, line.wrapping_up, line.away, line.offline],
            slots: [line.slots_used, line.slots],
        }
    }
}

#[derive(QueryableByName)]
struct Talk {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    queue: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    unanswered: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    in_line: Option<i64>,
}

#[derive(QueryableByName, Clone)]
struct Told {
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Text)]
    conversation: String,
    #[diesel(sql_type = Nullable<Text>)]
    queue: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    author: Option<String>,
}

#[derive(QueryableByName)]
struct Rules {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    rules: String,
}

#[derive(QueryableByName)]
struct Works {
    #[diesel(sql_type = Text)]
    member: String,
    #[diesel(sql_type = Nullable<Text>)]
    queue: Option<String>,
    #[diesel(sql_type = Text)]
    availability: String,
    #[diesel(sql_type = Bool)]
    connected: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    wrap_until: Option<i64>,
    #[diesel(sql_type = BigInt)]
    used: i64,
    #[diesel(sql_type = BigInt)]
    capacity: i64,
}

/// Every line from the tables, by queue; none is the whole tenant.
fn recount(scoped: &mut Scoped, now: i64) -> Result<BTreeMap<Option<String>, Counted>, Fault> {
    let (conn, tenant) = scoped.parts();
    macro_rules! rows {
        ($type:ty, $sql:expr) => {{
            let rows: Vec<$type> = sql_query($sql).bind::<BigInt, _>(tenant).load(conn)?;
            rows
        }};
    }
    let rules: BTreeMap<String, QueueRules> =
        rows!(Rules, "SELECT id, rules FROM queue WHERE tenant_id = $1")
            .into_iter()
            .map(|row| (row.id, serde_json::from_str(&row.rules).unwrap()))
            .collect();
    let calendars: BTreeMap<String, OpenHours> =
        rows!(Rules, "SELECT id, hours AS rules FROM calendar WHERE tenant_id = $1")
            .into_iter()
            .map(|row| (row.id, OpenHours::new(&serde_json::from_str(&row.rules).unwrap()).unwrap()))
            .collect();
    // Minute by minute: hours begin and end at whole ones.
    let open = |rules: &QueueRules, from: i64, to: i64| {
        let Some(calendar) = rules.calendar else { return to - from };
        let hours = &calendars[&calendar.to_string()];
        let (mut at, mut open) = (from, 0);
        while at < to {
            let next = (at - at.rem_euclid(60 * SECOND) + 60 * SECOND).min(to);
            if hours.is_open(DateTime::from_timestamp_micros(at).unwrap()) {
                open += next - at;
            }
            at = next;
        }
        open
    };
    let talks = rows!(
        Talk,
        "SELECT c.state, c.queue_id AS queue, c.waiting_since AS unanswered, \
         CASE WHEN w.waits THEN w.since END AS in_line FROM conversation c \
         LEFT JOIN waiting w ON w.tenant_id = c.tenant_id AND w.conversation_id = c.id WHERE c.tenant_id = $1"
    );
    let told = rows!(
        Told,
        "SELECT what, at, conversation_id AS conversation, queue_id AS queue, author_kind AS author \
         FROM fact WHERE tenant_id = $1 AND conversation_id IS NOT NULL ORDER BY id"
    );
    let works = rows!(
        Works,
        "SELECT m.id AS member, q.queue_id AS queue, p.availability, p.connected, p.wrap_until, l.used, \
         l.capacity FROM member m \
         JOIN agent_presence p ON p.tenant_id = m.tenant_id AND p.member_id = m.id \
         JOIN agent_load l ON l.tenant_id = m.tenant_id AND l.member_id = m.id \
         LEFT JOIN member_queue q ON q.tenant_id = m.tenant_id AND q.member_id = m.id \
         WHERE m.tenant_id = $1 AND m.active"
    );
    let mut lines: BTreeMap<Option<String>, Counted> =
        rules.keys().map(|id| (Some(id.clone()), Counted::default())).collect();
    lines.insert(None, Counted::default());
    for (queue, line) in &mut lines {
        let own: Vec<&Talk> = talks.iter().filter(|t| queue.is_none() || t.queue == *queue).collect();
        let states = ["queued", "offered", "assigned", "parked", "bot"];
        line.states = states.map(|state| own.iter().filter(|talk| talk.state == state).count() as u32);
        line.oldest_since = own.iter().filter_map(|talk| talk.in_line).min();
        let is_overdue = |talk: &&&Talk| {
            let most = rules[talk.queue.as_ref().unwrap()].overdue_secs;
            !["bot", "closed"].contains(&talk.state.as_str())
                && talk.unanswered.is_some_and(|since| {
                    let rules = &rules[talk.queue.as_ref().unwrap()];
                    open(rules, since, now) > i64::from(most) * SECOND
                })
        };
        line.overdue = own.iter().filter(is_overdue).count() as u32;
        let mut there: BTreeMap<&str, &Works> = BTreeMap::new();
        for row in works.iter().filter(|row| queue.is_none() || row.queue == *queue) {
            there.insert(&row.member, row);
        }
        for row in there.values() {
            let state = match row.availability.as_str() {
                _ if !row.connected => 4,
                "away" => 3,
                _ if row.wrap_until.is_some_and(|until| until > now) => 2,
                "busy" => 1,
                _ => 0,
            };
            line.members[state] += 1;
            if state != 4 {
                line.slots[0] += row.used as u32;
                line.slots[1] += row.capacity as u32;
            }
        }
    }
    let midnight = now - now.rem_euclid(DAY);
    for visit in visits(&told, midnight - 2 * DAY) {
        for (queue, from) in [(Some(visit.queue.clone()), visit.here), (None, visit.began)] {
            let Some(line) = lines.get_mut(&queue) else { continue };
            let is_first = queue.is_some() || visit.here == visit.began && visit.first;
            line.offered += u32::from(is_first && visit.here >= midnight);
            let Some((end, answered)) = visit.end else { continue };
            let rules = &rules[&visit.queue];
            let lasted = open(rules, from, end);
            let short = !answered && lasted < i64::from(rules.short_abandon_secs) * SECOND;
            let in_time = answered && lasted <= i64::from(rules.answer_target_secs) * SECOND;
            line.judge(visit.end.unwrap(), lasted, (in_time, short), (midnight, now));
        }
    }
    for line in lines.values_mut() {
        line.finish();
    }
    Ok(lines)
}

/// Percentages and means are kept as sums until everything is added up: in time, judged; and seconds, answered.
impl Counted {
    fn judge(
        &mut self,
        (end, answered): (i64, bool),
        lasted: i64,
        (in_time, short): (bool, bool),
        (midnight, now): (i64, i64),
    ) {
        let add = |level: &mut Option<u32>| {
            let (good, all) = level.map_or((0, 0), |packed| (packed >> 16, packed & 0xFFFF));
            *level = Some(((good + u32::from(in_time)) << 16) + all + 1);
        };
        if end > now - 1_800 * SECOND && !short {
            add(&mut self.level_recent);
        }
        if end < midnight {
            return;
        }
        self.answered += u32::from(answered);
        self.abandoned += u32::from(!answered);
        self.abandoned_short += u32::from(short);
        if !short {
            add(&mut self.level_today);
        }
        if answered {
            let millis = u32::try_from(lasted / 1_000).unwrap();
            self.answer_secs = Some(self.answer_secs.unwrap_or_default() + millis);
        }
    }

    fn finish(&mut self) {
        let percent = |packed: u32| (packed >> 16) * 100 / (packed & 0xFFFF);
        self.level_today = self.level_today.map(percent);
        self.level_recent = self.level_recent.map(percent);
        self.answer_secs = self.answer_secs.map(|millis| millis / self.answered / 1_000);
    }
}

/// One customer's time in one queue.
struct Visit {
    queue: String,
    /// When the customer began to wait, and when here.
    began: i64,
    here: i64,
    /// Whether it is the spell's first.
    first: bool,
    /// When it was answered, or ended without.
    end: Option<(i64, bool)>,
}

/// All visits, one conversation after another: from when it came to wait until a person wrote or it was closed.
fn ends(fact: &Told) -> bool {
    match fact.what.as_str() {
        "conversation_lapsed" | "conversation_closed" | "conversation_withdrawn" | "customer_content" => true,
        "message_written" => fact.author.as_deref() == Some("member"),
        _ => false,
    }
}

fn visits(told: &[Told], from: i64) -> Vec<Visit> {
    let mut of: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    let mut lapsed: BTreeSet<&str> = BTreeSet::new();
    for fact in told.iter().filter(|fact| fact.at >= from) {
        // Whoever was not answered in time is not counted again before they are, or it ends.
        let over = ends(fact) && fact.what != "conversation_lapsed";
        if over {
            lapsed.remove(fact.conversation.as_str());
        } else if lapsed.contains(fact.conversation.as_str()) {
            continue;
        } else if fact.what == "conversation_lapsed" {
            lapsed.insert(&fact.conversation);
        }
        of.entry(&fact.conversation).or_default().push(fact);
    }
    let mut visits = Vec::new();
    for facts in of.values() {
        let mut rest = facts.as_slice();
        while let Some(begins) = rest.iter().position(|fact| fact.what == "conversation_queued") {
            rest = &rest[begins..];
            let ends = rest.iter().position(|fact| ends(fact));
            let spell = &rest[..ends.unwrap_or(rest.len())];
            let end = ends
                .map(|at| rest[at])
                .filter(|fact| !["conversation_withdrawn", "customer_content"].contains(&fact.what.as_str()));
            let end = end.map(|fact| (fact.at, fact.what == "message_written"));
            let comes = spell.iter().filter(|fact| fact.what == "conversation_queued");
            let mut own: Vec<Visit> = Vec::new();
            for fact in comes {
                let queue = fact.queue.clone().unwrap();
                if own.last().is_none_or(|last| last.queue != queue) {
                    let (began, first) = (spell[0].at, own.is_empty());
                    own.push(Visit { queue, began, here: fact.at, first, end: None });
                }
            }
            if let Some(last) = own.last_mut() {
                last.end = end;
            }
            visits.append(&mut own);
            rest = ends.map_or(&[], |at| &rest[at + 1..]);
        }
    }
    visits
}
