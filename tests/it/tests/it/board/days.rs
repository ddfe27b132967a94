//! "Today" is the tenant's day: it ends at its midnight, also on days of 23 and 25 hours.

use chrono::{DateTime, TimeDelta, Utc};
use server::{clock::Clock, domain::board::Watched};
use shared::{
    error::ErrorCode,
    live::command::Command,
    model::{
        board::Board,
        queue::{QueueRules, RoutingMode},
    },
};

use crate::{
    harness::{Engine, run},
    routing::floor::{Floor, auto},
};

#[test]
fn a_day_ends_at_midnight_there_on_sqlite() {
    run(days_end(Engine::Sqlite));
}

#[test]
fn a_day_ends_at_midnight_there_on_postgres() {
    run(days_end(Engine::Postgres));
}

#[test]
fn what_is_no_zone_is_refused() {
    run(refused());
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

/// A zone, the first instants of two days that follow one another, and how many hours the first has.
const DAYS: [(&str, &str, &str, i64); 5] = [
    ("Europe/Berlin", "2027-03-28T00:00:00+01:00", "2027-03-29T00:00:00+02:00", 23),
    ("Asia/Kathmandu", "2027-04-10T00:00:00+05:45", "2027-04-11T00:00:00+05:45", 24),
    ("America/St_Johns", "2027-06-01T00:00:00-02:30", "2027-06-02T00:00:00-02:30", 24),
    ("Europe/Berlin", "2027-10-31T00:00:00+02:00", "2027-11-01T00:00:00+01:00", 25),
    ("America/St_Johns", "2027-11-07T00:00:00-02:30", "2027-11-08T00:00:00-03:30", 25),
];

/// The board as the one that was watched all along shows it, which must be what a new one shows.
async fn look(floor: &Floor, watched: &mut Watched) -> Board {
    let now = floor.clock.now();
    let mut known = std::mem::take(watched);
    let read = floor.tenant.read(move |scoped| {
        let old = known.look(scoped, now)?;
        Ok((known, old, Watched::default().look(scoped, now)?))
    });
    let (known, old, new) = read.await.unwrap();
    *watched = known;
    assert_eq!(old, new, "at {now}");
    old
}

async fn days_end(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rules = QueueRules { mode: RoutingMode::Manual, ..auto() };
    let (_, channel) = floor.queue("sales", rules).await;
    let agent = floor.agent(&[], 5).await;
    let mut watched = Watched::default();
    for (n, (zone, first, second, hours)) in DAYS.into_iter().enumerate() {
        let (first, second) = (at(first), at(second));
        assert_eq!((second - first).num_hours(), hours);
        floor.done(floor.boss, Command::SetZone { zone: zone.into() }).await;
        let to = |instant: DateTime<Utc>| floor.clock.advance(instant - floor.clock.now());
        let figures = |board: &Board| (board.total.offered, board.total.answered);

        to(first - TimeDelta::microseconds(1));
        let (late, early) = (10 * n, 10 * n + 1);
        let conversation = floor.customer(channel, late).await;
        let before = look(&floor, &mut watched).await;
        assert_eq!((figures(&before), before.day_began < first), ((1, 0), true), "{zone}");

        to(first);
        assert_eq!(figures(&look(&floor, &mut watched).await), (0, 0), "{zone} {first}");
        floor.done(floor.boss, Command::text(conversation, "Yes.")).await;
        let board = look(&floor, &mut watched).await;
        assert_eq!(
            (figures(&board), board.day_began),
            ((0, 1), first),
            "what came yesterday is answered today"
        );
        floor.customer(channel, early).await;

        to(second - TimeDelta::microseconds(1));
        let board = look(&floor, &mut watched).await;
        assert_eq!((figures(&board), board.day_began), ((1, 1), first), "{zone}, a day of {hours} hours");
        to(second);
        let board = look(&floor, &mut watched).await;
        assert_eq!(
            (figures(&board), board.day_began),
            ((0, 0), second),
            "{zone}, the day after {hours} hours"
        );
        assert_eq!(board.total.waiting as usize, n + 1, "who waits, waits");
    }
    let _ = agent;
    floor.close().await;
}

async fn refused() {
    let floor = Floor::new(Engine::Sqlite).await;
    for zone in ["", "Berlin", "UTC+1", "Mars/Olympus"] {
        let refused = floor.refused(floor.boss, Command::SetZone { zone: zone.into() }).await;
        assert_eq!(refused, ErrorCode::RulesInvalid, "{zone}");
    }
    let agent = floor.agent(&[], 1).await;
    let zone = || Command::SetZone { zone: "Asia/Kathmandu".into() };
    assert_eq!(floor.refused(agent, zone()).await, ErrorCode::Forbidden);
    floor.done(floor.boss, zone()).await;
    let settings = floor.tenant.read(server::db::rows::settings::get).await.unwrap();
    assert_eq!(settings.zone, "Asia/Kathmandu");
    floor.close().await;
}
