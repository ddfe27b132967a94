//! What a shift begins with is what a recount finds, and only for who may see the board.

use chrono::TimeDelta;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::*};
use server::{
    clock::Clock,
    db::{Fault, Scoped},
    domain::board::shift,
};
use shared::{
    error::ErrorCode,
    live::command::Command,
    model::{
        conversation::Conversation,
        member::Availability,
        queue::{QueueRules, RoutingMode},
        routing::{MoveTo, Moved, RoutingPolicy},
        shift::{Absence, SHIFT_ENTRIES, Shift, ShiftQuery},
    },
};

use crate::{
    harness::{Engine, Random, run, wait::thorough},
    routing::{
        floor::{Floor, auto},
        model::Play,
    },
};

on_both_engines!(
    who_is_missing_holds_something_and_is_not_there,
    what_stayed_open_overnight_comes_unanswered_first,
    whose_window_closes_soon_comes_soonest_first,
    more_than_200_are_counted_and_not_told,
);

#[test]
fn a_shift_is_what_a_recount_finds_on_sqlite() {
    run(recounted(Engine::Sqlite, if thorough() { 20 } else { 3 }));
}

#[test]
fn a_shift_is_what_a_recount_finds_on_postgres() {
    run(recounted(Engine::Postgres, if thorough() { 8 } else { 2 }));
}

/// So many plays in which one of the lists stays empty mean that nothing can ever be on it.
const MOST_SEQUENCES: usize = 40;
const HOUR: i64 = 3_600;
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

async fn look(floor: &Floor, query: ShiftQuery) -> Shift {
    shift::shift(&floor.tenant, floor.boss, query).await.unwrap()
}

async fn all(floor: &Floor) -> Shift {
    look(floor, ShiftQuery::default()).await
}

async fn recounted(engine: Engine, sequences: usize) {
    let seed = Random::seed();
    let mut random = Random::new(seed);
    let mut seen = [0; 4];
    for sequence in 0..MOST_SEQUENCES {
        if sequence >= sequences && seen.iter().all(|figure| *figure > 0) {
            break;
        }
        let mut play = Play::begin(engine, &mut random).await;
        // Before midnight, so that something stays open over it.
        let now = play.floor.clock.now().timestamp();
        play.floor.clock.advance(TimeDelta::seconds(86_400 - now % 86_400 - 900));
        for step in 0..100 {
            let what = play.step(&mut random).await;
            // Blocks are rare in a play.
            if let Some(talk) = random.pick(&play.talks).copied().filter(|_| random.percent(10))
                && let Some(holder) = play.floor.holder(talk).await
            {
                let reason = Some("Spam".to_owned());
                let wish = Command::BlockContact { conversation: talk, blocked: true, reason };
                let _ = play.floor.command(holder, wish).await;
            }
            if step % 10 != 9 {
                continue;
            }
            // Nobody looks at a closing window in a play that lasts an hour, unless a day has nearly gone by.
            if random.percent(15) {
                play.floor.after(20 * HOUR).await;
            }
            let queue = random.percent(30).then_some(play.queues[0].0);
            let found = look(&play.floor, ShiftQuery { queue }).await;
            let now = play.floor.clock.now().timestamp_micros();
            let read =
                play.floor.tenant.read(move |scoped| recount(scoped, now, queue.map(|q| q.to_string())));
            let expected = read.await.unwrap();
            let case = format!("TEST_SEED={seed}, sequence {sequence}, step {step}: {what}");
            assert_eq!(Recounted::of(&found), expected, "{case}");
            for (most, n) in seen.iter_mut().zip([
                found.missing_count,
                found.overnight_count,
                found.closing_count,
                found.blocked_count,
            ]) {
                *most = n.max(*most);
            }
        }
        play.floor.close().await;
    }
    assert!(seen.iter().all(|figure| *figure > 0), "nothing ever happened: {seen:?}, TEST_SEED={seed}");
}

/// What is told, as a recount can say it.
#[derive(Debug, PartialEq, Eq)]
struct Recounted {
    missing: Vec<String>,
    overnight: Vec<String>,
    closing: Vec<String>,
    blocked: Vec<String>,
    counts: [usize; 4],
}

impl Recounted {
    fn of(shift: &Shift) -> Self {
        let mut missing: Vec<String> = shift
            .missing
            .iter()
            .map(|one| {
                let oldest = one.oldest_since.map(|at| at.timestamp_micros());
                let absence = serde_json::to_string(&one.absence).unwrap().replace('"', "");
                format!("{} {absence} {} {} {oldest:?}", one.member, one.held, one.waiting)
            })
            .collect();
        missing.sort();
        let ids = |all: &[Conversation]| all.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
        let mut blocked: Vec<String> =
            shift.blocked.iter().map(|one| format!("{} {}", one.contact.id, one.channel)).collect();
        blocked.sort();
        let counts = [shift.missing_count, shift.overnight_count, shift.closing_count, shift.blocked_count];
        Self {
            missing,
            overnight: ids(&shift.overnight),
            closing: ids(&shift.closing),
            blocked,
            counts: counts.map(|n| n as usize),
        }
    }
}

#[derive(QueryableByName)]
struct Talk {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Nullable<Text>)]
    queue: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    holder: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    waits: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    until: Option<i64>,
    #[diesel(sql_type = BigInt)]
    opened: i64,
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Bool)]
    connected: bool,
    #[diesel(sql_type = Text)]
    availability: String,
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    t: String,
}

/// The same from the tables, knowing nothing of the board's code.
fn recount(scoped: &mut Scoped, now: i64, queue: Option<String>) -> Result<Recounted, Fault> {
    let (conn, tenant) = scoped.parts();
    let talks: Vec<Talk> = sql_query(
        "SELECT id, queue_id AS queue, assignee_id AS holder, waiting_since AS waits, window_until AS until, \
         opened_at AS opened FROM conversation WHERE tenant_id = $1 AND state <> 'closed' ORDER BY id",
    )
    .bind::<BigInt, _>(tenant)
    .load(conn)?;
    let people: Vec<Person> = sql_query(
        "SELECT m.id, m.active, p.connected, p.availability FROM member m \
         JOIN agent_presence p ON p.tenant_id = m.tenant_id AND p.member_id = m.id WHERE m.tenant_id = $1",
    )
    .bind::<BigInt, _>(tenant)
    .load(conn)?;
    let rules: Vec<Stored> = sql_query("SELECT 'x' AS id, routing AS t FROM settings WHERE tenant_id = $1")
        .bind::<BigInt, _>(tenant)
        .load(conn)?;
    let policy: RoutingPolicy = serde_json::from_str(&rules[0].t).unwrap();
    let blocks: Vec<Stored> =
        sql_query("SELECT id, blocks AS t FROM contact WHERE tenant_id = $1 AND blocks IS NOT NULL")
            .bind::<BigInt, _>(tenant)
            .load(conn)?;
    let mut missing = Vec::new();
    for person in &people {
        let absence = match person.availability.as_str() {
            _ if !person.active => "inactive",
            _ if !person.connected => "offline",
            "away" => "away",
            _ => continue,
        };
        let own: Vec<&Talk> = talks.iter().filter(|talk| talk.holder.as_ref() == Some(&person.id)).collect();
        let waits: Vec<i64> = own.iter().filter_map(|talk| talk.waits).collect();
        if !own.is_empty() {
            let (all, oldest) = (own.len(), waits.iter().min());
            missing.push(format!("{} {absence} {all} {} {:?}", person.id, waits.len(), oldest.copied()));
        }
    }
    missing.sort();
    let in_queue = |talk: &&Talk| queue.is_none() || talk.queue == queue;
    let midnight = now - now.rem_euclid(DAY);
    let mut overnight: Vec<&Talk> =
        talks.iter().filter(in_queue).filter(|talk| talk.opened < midnight).collect();
    overnight.sort_by_key(|talk| (talk.waits.is_none(), talk.waits.unwrap_or(talk.opened)));
    let soon = now + i64::from(policy.closing_soon_secs) * SECOND;
    let mut closing: Vec<&Talk> = talks
        .iter()
        .filter(in_queue)
        .filter(|talk| talk.waits.is_some() && talk.until.is_some_and(|at| at > now && at <= soon))
        .collect();
    closing.sort_by_key(|talk| talk.until);
    let mut blocked = Vec::new();
    for row in blocks {
        let of: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&row.t).unwrap();
        for (channel, block) in of {
            let judged = block["wish"].is_null() || !block["wish"]["kept_by"].is_null();
            if !judged && block["state"] != "unblocking" {
                blocked.push(format!("{} {channel}", row.id));
            }
        }
    }
    blocked.sort();
    let ids = |all: &[&Talk]| all.iter().map(|talk| talk.id.clone()).collect::<Vec<_>>();
    let counts = [missing.len(), overnight.len(), closing.len(), blocked.len()];
    Ok(Recounted { missing, overnight: ids(&overnight), closing: ids(&closing), blocked, counts })
}

async fn who_is_missing_holds_something_and_is_not_there(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", QueueRules { mode: RoutingMode::Manual, ..auto() }).await;
    let [gone, away, there, idle] = [
        floor.agent(&[queue], 9).await,
        floor.agent(&[queue], 9).await,
        floor.agent(&[queue], 9).await,
        floor.agent(&[queue], 9).await,
    ];
    for (n, agent) in [gone, gone, away, there].into_iter().enumerate() {
        floor.after(10).await;
        let conversation = floor.customer(channel, n).await;
        floor.done(agent, Command::AssignToMe { conversation }).await;
        if n == 1 {
            floor.done(agent, Command::text(conversation, "Yes.")).await;
        }
    }
    assert_eq!(all(&floor).await.missing, [], "all are there");
    let since = floor.clock.now();
    floor.connect(gone, false).await;
    floor.connect(idle, false).await;
    floor.done(away, Command::available_as(Availability::Away)).await;
    floor.clock.advance(TimeDelta::seconds(5));
    let found = all(&floor).await.missing;
    let shown: Vec<_> = found.iter().map(|one| (one.member, one.absence, one.held, one.waiting)).collect();
    assert_eq!(
        shown,
        [(gone, Absence::Offline, 2, 1), (away, Absence::Away, 1, 1)],
        "the longest wait first"
    );
    assert!(found.iter().all(|one| one.since == since));
    let moved = floor.command(floor.boss, Command::MoveAll { from: gone, to: MoveTo::Back }).await.unwrap();
    assert_eq!(moved.moved, Some(Moved { moved: 2, left: 0 }));
    assert_eq!(all(&floor).await.missing.len(), 1);
    // Only who may see the board is told, and nothing is told of other tenants' members: there is no other store.
    let refused = shift::shift(&floor.tenant, there, ShiftQuery::default()).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    floor.close().await;
}

async fn what_stayed_open_overnight_comes_unanswered_first(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let (_, other) = floor.queue("support", QueueRules { mode: RoutingMode::Manual, ..auto() }).await;
    let agent = floor.agent(&[queue], 9).await;
    // 15 January 2027, 08:00 UTC, which is 21:00 in Auckland.
    floor.done(floor.boss, Command::SetZone { zone: "Pacific/Auckland".into() }).await;
    let answered = floor.customer(channel, 1).await;
    floor.done(agent, Command::text(answered, "Yes.")).await;
    floor.after(60).await;
    let (waits, elsewhere) = (floor.customer(channel, 2).await, floor.customer(other, 3).await);
    assert_eq!(all(&floor).await.overnight_count, 0, "the day has not ended there");
    floor.after(3 * HOUR).await;
    let fresh = floor.customer(channel, 4).await;
    let ids = |shift: &Shift| shift.overnight.iter().map(|one| one.id).collect::<Vec<_>>();
    let shift = all(&floor).await;
    assert_eq!(ids(&shift)[2], answered, "what was answered comes last");
    assert!(ids(&shift)[..2].contains(&waits) && ids(&shift)[..2].contains(&elsewhere));
    assert!(!ids(&shift).contains(&fresh));
    assert_eq!(shift.overnight_count, 3);
    assert_eq!(ids(&look(&floor, ShiftQuery { queue: Some(queue) }).await), [waits, answered]);
    floor.close().await;
}

async fn whose_window_closes_soon_comes_soonest_first(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 9).await;
    let policy = RoutingPolicy { closing_soon_secs: 3_600, ..RoutingPolicy::default() };
    floor.done(floor.boss, Command::SetRoutingPolicy { policy: policy.clone() }).await;
    let first = floor.customer(channel, 1).await;
    floor.after(600).await;
    let (second, answered) = (floor.customer(channel, 2).await, floor.customer(channel, 3).await);
    floor.done(agent, Command::text(answered, "Yes.")).await;
    assert_eq!(all(&floor).await.closing_count, 0);
    floor.after(23 * HOUR).await;
    let ids = |shift: Shift| shift.closing.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(all(&floor).await), [first, second]);
    floor.after(HOUR - 600).await;
    assert_eq!(ids(all(&floor).await), [second], "a window that is closed closes no more");
    let policy = RoutingPolicy { closing_soon_secs: 0, ..policy };
    floor.done(floor.boss, Command::SetRoutingPolicy { policy }).await;
    assert_eq!(ids(all(&floor).await), [], "nobody wants to know");
    floor.close().await;
}

async fn more_than_200_are_counted_and_not_told(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", QueueRules { mode: RoutingMode::Manual, ..auto() }).await;
    for n in 0..SHIFT_ENTRIES + 3 {
        floor.customer(channel, n).await;
    }
    floor.after(20 * HOUR).await;
    let shift = all(&floor).await;
    assert_eq!((shift.overnight_count, shift.overnight.len()), (203, 200));
    assert_eq!((shift.closing_count, shift.closing.len()), (203, 200));
    floor.close().await;
}
