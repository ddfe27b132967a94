//! Who is told that a threshold was crossed, and how often.

use std::time::Instant;

use server::{
    clock::Clock,
    db::rows::{alert, notice},
    domain::{
        members,
        routing::timers,
        tenancy::{self, NewMember},
    },
};
use shared::{
    ids::{AccountId, MemberId},
    live::command::Command,
    model::{
        board::AlertKind,
        conversation::CloseReason,
        member::Role,
        notice::{Notice, NoticeKind},
        queue::{AlertRules, QueueRules, RoutingMode},
    },
};

use crate::{
    harness::Engine,
    routing::floor::{Floor, auto},
};

on_both_engines!(
    whoever_sees_the_board_is_told_once_in_ten_minutes,
    without_thresholds_nobody_looks,
    whoever_looks_costs_little,
);

async fn member(floor: &Floor, role: Role, active: bool) -> MemberId {
    let id = MemberId::new();
    let work = move |tx: &mut server::db::Tx<'_>| {
        let new = NewMember { id, account: AccountId::new(), name: id.to_string(), role, queues: Vec::new() };
        tenancy::create_member(tx, server::db::record::Actor::Operator, &new)?;
        if active { Ok(()) } else { members::change::active(tx, id, false) }
    };
    floor.write(work).await;
    id
}

async fn told(floor: &Floor, member: MemberId) -> Vec<Notice> {
    floor.tenant.read(move |scoped| notice::unread(scoped, member, 50)).await.unwrap()
}

fn over(waiting_over: u32) -> QueueRules {
    let alerts = AlertRules { waiting_over, ..AlertRules::default() };
    QueueRules { mode: RoutingMode::Manual, alerts, ..auto() }
}

async fn whoever_sees_the_board_is_told_once_in_ten_minutes(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", over(1)).await;
    let supervisor = member(&floor, Role::Supervisor, true).await;
    let agent = member(&floor, Role::Agent, true).await;
    let gone = member(&floor, Role::Supervisor, false).await;
    let mut waiting = Vec::new();
    let mut count = 0;
    // Raised and ended five times within ten minutes, and once more after them.
    for round in 0..6 {
        for _ in 0..2 {
            count += 1;
            waiting.push(floor.customer(channel, count).await);
        }
        floor.after(10).await;
        let expected = if round < 5 { 1 } else { 2 };
        for who in [supervisor, floor.boss] {
            let notices = told(&floor, who).await;
            assert_eq!(notices.len(), expected, "round {round}");
            let notice = &notices[0];
            assert_eq!((notice.kind, notice.conversation), (NoticeKind::Alert, None));
            let alert = notice.alert.unwrap();
            assert_eq!((alert.queue, alert.what, alert.value), (queue, AlertKind::Waiting, 2));
        }
        assert!(told(&floor, agent).await.is_empty() && told(&floor, gone).await.is_empty());
        for conversation in waiting.drain(..) {
            floor.done(floor.boss, Command::Close { conversation, reason: CloseReason::Other }).await;
        }
        floor.after(if round == 4 { 600 } else { 20 }).await;
        let rows = floor.tenant.read(alert::all).await.unwrap();
        assert!(rows.len() == 1 && !rows[0].raised, "round {round}: {rows:?}");
    }
    floor.close().await;
}

async fn without_thresholds_nobody_looks(engine: Engine) {
    use server::db::rows::timer::{self, TimerKind};
    let floor = Floor::new(engine).await;
    let due = async |floor: &Floor| {
        floor.tenant.read(|scoped| timer::due(scoped, TimerKind::Watch, "")).await.unwrap()
    };
    let (queue, channel) = floor.queue("sales", over(0)).await;
    floor.customer(channel, 1).await;
    floor.customer(channel, 2).await;
    floor.after(10).await;
    assert_eq!(due(&floor).await, None);
    let change = |rules| Command::ChangeQueue { queue, name: "sales".into(), rules };
    floor.done(floor.boss, change(over(1))).await;
    assert!(due(&floor).await.is_some());
    floor.after(0).await;
    assert_eq!(told(&floor, floor.boss).await.len(), 1);
    // Without its threshold what is raised ends, and then nobody looks any more.
    floor.done(floor.boss, change(over(0))).await;
    floor.after(0).await;
    assert!(!floor.tenant.read(alert::all).await.unwrap()[0].raised);
    floor.after(10).await;
    assert_eq!(due(&floor).await, None);
    floor.close().await;
}

/// How long a look takes is printed, for the figures in the documents; here it only must not be out of all proportion.
async fn whoever_looks_costs_little(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rules = QueueRules {
        alerts: AlertRules { service_level_under_percent: 80, ..over(2_000).alerts },
        ..over(2_000)
    };
    let (_, channel) = floor.queue("sales", rules).await;
    let work = move |tx: &mut server::db::Tx<'_>| {
        (0..1_000).try_for_each(|n| crate::routing::floor::writes(tx, channel, n).map(drop))
    };
    floor.write(work).await;
    let mut took = Vec::new();
    for _ in 0..5 {
        floor.clock.advance(chrono::Duration::seconds(10));
        let began = Instant::now();
        let now = floor.clock.now();
        let read =
            floor.tenant.read(move |scoped| server::domain::board::Levels::default().look(scoped, now));
        let levels = read.await.unwrap();
        let read = began.elapsed();
        assert!(floor.tenant.write(move |tx| timers::ring_knowing(tx, Some(&levels))).await.unwrap().0);
        took.push((read, began.elapsed() - read));
    }
    took.sort();
    println!("{engine:?}: a look with 1,000 who wait, read and written: {:?}", took[2]);
    assert!(took[2].1.as_secs() < 2, "{took:?}");
    floor.close().await;
}
