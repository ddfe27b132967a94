//! Whatever happens on the floor, whoever looks and whatever restarts in between: each crossing of a threshold is raised
//! once and ended once, and nobody who should look sleeps.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::Value;
use server::{
    clock::Clock,
    db::rows::{
        alert::{self, AlertRow},
        alert_webhook, calendar,
        timer::{self, TimerKind},
        waiting,
    },
    domain::{
        board::{Levels, Watched, watch::EVERY_SECS},
        hours::OpenHours,
        routing::timers,
    },
};
use shared::{
    ids::QueueId,
    live::command::Command,
    model::{
        board::{AlertKind, Board, BoardLine},
        conversation::CloseReason,
        queue::{AlertRules, QueueRules, RoutingMode},
    },
};

use crate::{
    harness::{Engine, Random, run, sql, wait::thorough},
    routing::{floor::Floor, model::Play},
};

#[test]
fn each_crossing_is_raised_once_and_ended_once_on_sqlite() {
    run(crossed(Engine::Sqlite, if thorough() { 30 } else { 4 }));
}

#[test]
fn each_crossing_is_raised_once_and_ended_once_on_postgres() {
    run(crossed(Engine::Postgres, if thorough() { 12 } else { 2 }));
}

const STEPS: usize = 150;

async fn crossed(engine: Engine, sequences: usize) {
    let seed = Random::seed();
    let mut random = Random::new(seed);
    let (mut raises, mut ends, mut slept) = (BTreeMap::new(), 0, 0);
    for sequence in 0..sequences {
        let mut play = Play::begin(engine, &mut random).await;
        // Nothing is sent: what is posted stays where it can be counted.
        let put = |tx: &mut server::db::Tx<'_>| alert_webhook::put(tx, "https://nobody.example/", "-", true);
        play.floor.write(put).await;
        for step in 0..STEPS {
            let what = play.step(&mut random).await;
            let case = format!("TEST_SEED={seed}, sequence {sequence}, step {step}: {what}");
            match step {
                40 => many_give_up(&play).await,
                90 => nobody_is_left(&play.floor).await,
                _ => {}
            }
            if random.percent(4) {
                play.floor = play.floor.restart().await;
            }
            slept += usize::from(nobody_oversleeps(&play.floor, &case).await);
            if random.percent(25) {
                looked_at(&play.floor, &mut random, &case).await;
            }
            posted_in_turn(&play.floor, &case).await;
        }
        for (state, kind) in posts(&play.floor).await.iter().map(|post| (post.state.clone(), post.what)) {
            match state.as_str() {
                "raised" => *raises.entry(kind).or_insert(0) += 1,
                _ => ends += 1,
            }
        }
        play.floor.close().await;
    }
    assert_eq!(raises.len(), AlertKind::ALL.len(), "something was never raised: {raises:?}");
    assert!(ends > 0 && slept > 0, "{ends} ended, {slept} times nobody had to look");
}

/// So many customers give up that the level of service falls.
async fn many_give_up(play: &Play) {
    let (floor, (queue, channel)) = (&play.floor, play.queues[0]);
    let alerts = AlertRules {
        waiting_over: 1,
        longest_wait_over_secs: 30,
        service_level_under_percent: 90,
        overdue_over: 1,
    };
    let rules = QueueRules { mode: RoutingMode::Manual, overdue_secs: 30, alerts, ..QueueRules::default() };
    floor.done(floor.boss, Command::ChangeQueue { queue, name: "first".into(), rules }).await;
    let mut came = Vec::new();
    for n in 100..106 {
        came.push(floor.customer(channel, n).await);
    }
    floor.after(45).await;
    for conversation in came {
        floor.done(floor.boss, Command::Close { conversation, reason: CloseReason::Other }).await;
    }
    floor.after(EVERY_SECS).await;
}

/// Everything is closed, and half an hour goes by.
async fn nobody_is_left(floor: &Floor) {
    let open = "SELECT id AS t FROM conversation WHERE tenant_id = $1 AND state <> 'closed'";
    for id in sql::texts(&floor.tenant, open).await {
        let conversation = id.parse().unwrap();
        floor.done(floor.boss, Command::Close { conversation, reason: CloseReason::Other }).await;
    }
    floor.after(31 * 60).await;
}

/// Whoever waits, or was raised, is looked at in time. Says whether nobody has to look for long.
async fn nobody_oversleeps(floor: &Floor, case: &str) -> bool {
    let now = floor.clock.now();
    let read = floor.tenant.read(move |scoped| {
        let board = Watched::default().look(scoped, now)?;
        Ok((board, alert::all(scoped)?, timer::due(scoped, TimerKind::Watch, "")?, rules(scoped)?))
    });
    let (board, alerts, due, rules) = read.await.unwrap();
    let raised = alerts.iter().any(|row| row.raised);
    let watched = rules.values().any(|rules| *rules != AlertRules::default());
    if !watched && !raised {
        return false;
    }
    let due = due.unwrap_or_else(|| panic!("{case}: nobody looks"));
    let waits = board.total.waiting + board.total.overdue > 0;
    let soon = due <= now + TimeDelta::seconds(EVERY_SECS);
    assert!(soon || !waits && !raised, "{case}: {waits} {raised}, and nobody looks before {due}");
    !soon
}

fn rules(scoped: &mut server::db::Scoped) -> Result<BTreeMap<QueueId, AlertRules>, server::db::Fault> {
    let queues = server::db::rows::queue::all(scoped)?;
    Ok(queues.into_iter().map(|queue| (queue.id, queue.rules.alerts)).collect())
}

/// How long whoever waits longest has waited in each queue, closed time left out, in seconds.
fn longest(
    scoped: &mut server::db::Scoped,
    now: shared::Instant,
) -> Result<BTreeMap<QueueId, i64>, server::db::Fault> {
    let mut longest = BTreeMap::new();
    for queue in server::db::rows::queue::all(scoped)? {
        let calendar = queue.rules.calendar.map(|id| calendar::find(scoped, id)).transpose()?.flatten();
        let hours = calendar.map(|calendar| OpenHours::new(&calendar.hours).unwrap());
        let waited = waiting::of_queue(scoped, queue.id)?.into_iter().map(|row| match &hours {
            Some(hours) => hours.open_seconds(row.since, now),
            None => (now - row.since).num_seconds(),
        });
        longest.insert(queue.id, waited.max().unwrap_or_default());
    }
    Ok(longest)
}

/// After the time of a look, what is raised is what the figures say; two look at once, and one knows the levels.
async fn looked_at(floor: &Floor, random: &mut Random, case: &str) {
    let before = floor.tenant.read(alert::all).await.unwrap();
    floor.clock.advance(TimeDelta::seconds(EVERY_SECS + 1));
    let now = floor.clock.now();
    let levels = floor.tenant.read(move |scoped| Levels::default().look(scoped, now)).await.unwrap();
    let knows = random.percent(50).then_some(levels);
    let one = floor.tenant.write(move |tx| timers::ring_knowing(tx, knows.as_ref()));
    let (one, other) = tokio::join!(one, floor.tenant.write(timers::ring));
    let (one, other) = (one.unwrap().0, other.unwrap().0);
    while floor.write(timers::ring).await {}
    let read = floor.tenant.read(move |scoped| {
        let board = Watched::default().look(scoped, now)?;
        let levels = Levels::default().look(scoped, now)?;
        Ok((board, alert::all(scoped)?, rules(scoped)?, levels, longest(scoped, now)?))
    });
    let (board, after, rules, levels, longest) = read.await.unwrap();
    for line in &board.queues {
        let queue = line.queue.unwrap();
        let judged = levels.get(&queue).map_or(0, |level| level.judged);
        for (what, verdict) in verdicts(&rules[&queue], line, judged, longest[&queue]) {
            let is = |rows: &[AlertRow]| {
                rows.iter().any(|row| row.raised && (row.queue, row.what) == (queue, what))
            };
            let expected = verdict.unwrap_or_else(|| is(&before));
            assert_eq!(is(&after), expected, "{case}: {queue} {what:?} {line:?} ({one}, {other})");
        }
    }
    agrees(&board, &after, case);
}

/// The board shows what is stored.
fn agrees(board: &Board, rows: &[AlertRow], case: &str) {
    let raised = rows.iter().filter(|row| row.raised).count();
    assert_eq!(board.queues.iter().map(|line| line.alerts.len()).sum::<usize>(), raised, "{case}");
    for row in rows.iter().filter(|row| row.raised) {
        let line = board.queues.iter().find(|line| line.queue == Some(row.queue)).unwrap();
        let shown = line.alerts.iter().any(|alert| (alert.what, alert.since) == (row.what, row.since));
        assert!(shown, "{case}: {row:?}");
    }
}

/// What the definitions say, written anew: raised, over, or as it was before.
fn verdicts(
    rules: &AlertRules,
    line: &BoardLine,
    judged: u32,
    longest: i64,
) -> [(AlertKind, Option<bool>); 4] {
    let more = |value: i64, most: u32| {
        let most = i64::from(most);
        let clearly_less = value as f64 <= most as f64 * 0.8;
        if most == 0 || clearly_less { Some(false) } else { (value > most).then_some(true) }
    };
    let least = rules.service_level_under_percent;
    let level = match line.level_recent {
        Some(percent) if least > 0 && percent < least && judged >= 5 => Some(true),
        Some(percent) if least > 0 && percent < (least + 5).min(100) => None,
        _ => Some(false),
    };
    [
        (AlertKind::Waiting, more(line.waiting.into(), rules.waiting_over)),
        (AlertKind::LongestWait, more(longest, rules.longest_wait_over_secs)),
        (AlertKind::ServiceLevel, level),
        (AlertKind::Overdue, more(line.overdue.into(), rules.overdue_over)),
    ]
}

struct Post {
    queue: QueueId,
    what: AlertKind,
    state: String,
    since: String,
}

/// What is to be posted, in the order in which it was stored.
async fn posts(floor: &Floor) -> Vec<Post> {
    let all = "SELECT payload AS t FROM job WHERE tenant_id = $1 AND kind = 'alert_webhook' ORDER BY id";
    let post = |payload: String| {
        let payload: Value = serde_json::from_str(&payload).unwrap();
        let body: Value = serde_json::from_str(payload["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["id"], payload["id"]);
        Post {
            queue: body["queue"]["id"].as_str().unwrap().parse().unwrap(),
            what: AlertKind::parse(body["what"].as_str().unwrap()).unwrap(),
            state: body["state"].as_str().unwrap().into(),
            since: body["since"].as_str().unwrap().into(),
        }
    };
    sql::texts(&floor.tenant, all).await.into_iter().map(post).collect()
}

/// Raised, ended, raised, ended: for each queue and threshold, the last as the row says; the facts count the same.
async fn posted_in_turn(floor: &Floor, case: &str) {
    let (rows, posts) = (floor.tenant.read(alert::all).await.unwrap(), posts(floor).await);
    let mut open: BTreeMap<(QueueId, AlertKind), String> = BTreeMap::new();
    for post in &posts {
        let key = (post.queue, post.what);
        match post.state.as_str() {
            "raised" => assert_eq!(open.insert(key, post.since.clone()), None, "{case}: raised twice"),
            "ended" => assert_eq!(open.remove(&key), Some(post.since.clone()), "{case}: ended twice"),
            other => panic!("{other}"),
        }
    }
    let raised: BTreeSet<_> = rows.iter().filter(|row| row.raised).map(|row| (row.queue, row.what)).collect();
    assert_eq!(open.keys().copied().collect::<BTreeSet<_>>(), raised, "{case}");
    let facts =
        "SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what IN ('alert_raised', 'alert_ended')";
    assert_eq!(sql::number(&floor.tenant, facts).await, posts.len() as i64, "{case}");
}
