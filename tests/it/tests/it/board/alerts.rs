//! What is over a threshold is on the board, the same for everybody who looks, and why what waits waits.

use server::{clock::Clock, domain::board::Watched};
use shared::{
    live::command::Command,
    model::{
        board::{AlertKind, Board, BoardLine},
        conversation::CloseReason,
        queue::{AlertRules, QueueRules, RoutingMode},
    },
};

use crate::{
    harness::{Engine, run},
    routing::floor::{Floor, auto},
};

#[test]
fn thresholds_are_crossed_and_left() {
    run(crossed());
}

#[test]
fn what_waits_says_why() {
    run(blocked());
}

async fn look(floor: &Floor, watched: &mut Watched) -> Board {
    let now = floor.clock.now();
    let mut known = std::mem::take(watched);
    let read = floor.tenant.read(move |scoped| {
        let board = known.look(scoped, now)?;
        Ok((known, board))
    });
    let (known, board) = read.await.unwrap();
    *watched = known;
    board
}

fn raised(line: &BoardLine) -> Vec<(AlertKind, i64)> {
    line.alerts.iter().map(|alert| (alert.what, alert.since.timestamp())).collect()
}

async fn crossed() {
    let floor = Floor::new(Engine::Sqlite).await;
    let alerts =
        AlertRules { waiting_over: 1, longest_wait_over_secs: 100, overdue_over: 1, ..AlertRules::default() };
    let rules = QueueRules { mode: RoutingMode::Manual, overdue_secs: 200, alerts, ..auto() };
    let (queue, channel) = floor.queue("sales", rules).await;
    floor.queue("quiet", auto()).await;
    let mut watched = Watched::default();
    let first = floor.customer(channel, 1).await;
    let second = floor.customer(channel, 2).await;
    floor.after(10).await;
    let begin = floor.clock.now().timestamp();
    let of = |board: &Board| board.queues.iter().find(|line| line.queue == Some(queue)).unwrap().clone();
    assert_eq!(raised(&of(&look(&floor, &mut watched).await)), [(AlertKind::Waiting, begin)]);
    floor.after(91).await;
    let both = [(AlertKind::Waiting, begin), (AlertKind::LongestWait, begin + 91)];
    assert_eq!(raised(&of(&look(&floor, &mut watched).await)), both);
    floor.after(100).await;
    let board = look(&floor, &mut watched).await;
    let late = (AlertKind::Overdue, begin + 191);
    assert_eq!(raised(&of(&board)), [both[0], both[1], late], "each since it was seen first");
    let newcomer = look(&floor, &mut Watched::default()).await;
    assert_eq!(raised(&of(&newcomer)), [both[0], both[1], late], "whoever looks first, or again");
    assert!(board.total.alerts.is_empty(), "thresholds are a queue's");
    assert_eq!(board.queues.iter().filter(|line| !line.alerts.is_empty()).count(), 1);
    let close = |conversation| Command::Close { conversation, reason: CloseReason::Other };
    floor.done(floor.boss, close(first)).await;
    floor.after(10).await;
    assert_eq!(raised(&of(&look(&floor, &mut watched).await)).len(), 3, "not clearly over yet");
    floor.done(floor.boss, close(second)).await;
    floor.after(10).await;
    assert_eq!(raised(&of(&look(&floor, &mut watched).await)), []);
    floor.close().await;
}

async fn blocked() {
    let floor = Floor::new(Engine::Sqlite).await;
    let (plain, channel) = floor.queue("plain", auto()).await;
    let (skilled, hard) = floor.queue("hard", QueueRules { skills: vec!["french".into()], ..auto() }).await;
    let agent = floor.agent(&[plain, skilled], 1).await;
    for n in 0..3 {
        floor.customer(channel, n).await;
    }
    floor.customer(hard, 9).await;
    let mut watched = Watched::default();
    let reasons =
        |line: &BoardLine| [line.waiting, line.blocked_skill, line.blocked_absent, line.blocked_full];
    let board = look(&floor, &mut watched).await;
    assert_eq!(reasons(&board.total), [3, 1, 0, 2]);
    assert_eq!((board.total.available, board.total.full, board.total.slots_used), (1, 1, 1));
    floor.done(agent, Command::available_as(shared::model::member::Availability::Busy)).await;
    let board = look(&floor, &mut watched).await;
    assert_eq!(reasons(&board.total), [3, 1, 2, 0]);
    for line in &board.queues {
        let expected = if line.queue == Some(plain) { [2, 0, 2, 0] } else { [1, 1, 0, 0] };
        assert_eq!(reasons(line), expected);
        assert_eq!((line.busy, line.offline), (1, 0));
    }
    floor.close().await;
}
