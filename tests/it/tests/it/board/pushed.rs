//! When the board comes: at once after a quiet moment, then four times a second at most.

use std::time::{Duration, Instant};

use shared::{live::frame::ClientFrame, model::board::Board};
use simulator::payload::Sender;

use super::doors::{newest, watching};
use crate::harness::{Engine, LiveClient, World, webhook::ann};

on_both_engines!(
    the_first_change_after_a_quiet_second_is_there_within_250_ms,
    a_stream_of_changes_makes_at_most_four_frames_a_second,
    a_board_that_does_not_change_is_not_sent,
    everybody_who_looks_gets_the_same,
);

const QUIET: Duration = Duration::from_secs(1);
const PROMISED: Duration = Duration::from_millis(250);

fn customer(n: usize) -> Sender {
    Sender::phone(&format!("4915300{n:06}"), &format!("Customer {n}"))
}

/// Reads until the last frame of the board is so old; pings make it look.
async fn quiet(client: &mut LiveClient) {
    client.until("nothing changes for a second", |c| c.boards.last().unwrap().0.elapsed() >= QUIET).await;
}

async fn the_first_change_after_a_quiet_second_is_there_within_250_ms(engine: Engine) {
    let world = World::new(engine).await;
    let mut client = watching(&world.supervisor().await).await;
    let (mut looks, mut arrivals) = (Vec::new(), Vec::new());
    for n in 1..=5 {
        quiet(&mut client).await;
        world.customer_writes(&customer(n), "Hello?").await;
        let stored = Instant::now();
        client.until("the board says so", |c| newest(c).total.waiting as usize == n).await;
        arrivals.push(client.boards.last().unwrap().0.saturating_duration_since(stored));
        let store = world.store().await;
        let query = "SELECT max(opened_at) AS n FROM conversation WHERE tenant_id = $1";
        let changed = crate::harness::sql::number(&store, query).await;
        let looked = newest(&client).at.timestamp_micros() - changed;
        looks.push(Duration::from_micros(
            u64::try_from(looked).expect("no board is older than what it shows"),
        ));
    }
    looks.sort_unstable();
    arrivals.sort_unstable();
    // Not each of them: the machine is shared, and a test that waits for its turn says nothing about the server.
    assert!(looks[2] < PROMISED, "looked {looks:?} after the change");
    assert!(arrivals[2] < PROMISED, "arrived {arrivals:?} after the change");
}

async fn a_stream_of_changes_makes_at_most_four_frames_a_second(engine: Engine) {
    let world = World::new(engine).await;
    let mut client = watching(&world.supervisor().await).await;
    quiet(&mut client).await;
    client.boards.drain(..client.boards.len() - 1);
    let mut n = 0;
    while client.boards.len() < 12 {
        n += 1;
        world.customer_writes(&customer(n), "Hello?").await;
        client.read_what_is_there().await;
    }
    client.until("the last of them is there", |c| newest(c).total.waiting as usize == n).await;
    let frames: Vec<&Board> = client.boards.iter().skip(1).map(|(_, board)| board).collect();
    assert!(n > 2 * frames.len(), "{n} changes in {} frames are no stream", frames.len());
    for five in frames.windows(5) {
        let took = five[4].at - five[0].at;
        assert!(took.num_milliseconds() >= 995, "five frames in {took}");
    }
    for two in client.boards.windows(2) {
        assert_eq!(two[1].1.seq, two[0].1.seq + 1, "whoever reads misses none");
    }
}

async fn a_board_that_does_not_change_is_not_sent(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let supervisor = world.supervisor().await;
    let mut client = watching(&supervisor).await;
    quiet(&mut client).await;
    let frames = client.boards.len();
    let looks = || world.server.app.hub.board_looks(world.alpha.id).unwrap();
    let before = looks();
    // What a member reads and writes down changes nothing on the board but when they did something last.
    let id = world.only_conversation().await;
    let read = shared::live::command::Command::MarkRead { conversation: id, up_to: 1 };
    client.done(read).await;
    client.until("the board was looked at", |_| looks() > before).await;
    client.read_what_is_there().await;
    assert_eq!(client.boards.len(), frames);
}

async fn everybody_who_looks_gets_the_same(engine: Engine) {
    let world = World::new(engine).await;
    let mut one = watching(&world.supervisor().await).await;
    let mut other = watching(&world.administrator().await).await;
    world.customer_writes(&ann(), "Hello?").await;
    for client in [&mut one, &mut other] {
        client.until("the board says so", |c| newest(c).total.waiting == 1).await;
    }
    let seq = newest(&one).seq.max(newest(&other).seq);
    for client in [&mut one, &mut other] {
        client.until("both are as far", |c| newest(c).seq >= seq).await;
    }
    let of = |client: &LiveClient| {
        let found = client.boards.iter().find(|(_, board)| board.seq == seq);
        found.map(|(_, board)| board.clone())
    };
    assert_eq!(of(&one), of(&other));
    // Asked again, it is shown again.
    let frames = one.boards.len();
    one.send(&ClientFrame::WatchBoard {}).await;
    one.until("it is shown again", |c| c.boards.len() > frames).await;
}
