//! Against queueing theory. The routing is run through the real store with a clock of its own; beside it runs an
//! ideal line with the same arrivals, times and patience, and both must let every customer wait exactly as long. The
//! ideal one is then run for long, and gives what Erlang's formulas say.
//!
//! Figures: 100 customers in 30 minutes, 3 minutes each. Source: the formulas of Erlang C and Erlang A.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
};

use chrono::Duration;
use server::{
    clock::Clock,
    db::{
        Fault, Tx,
        rows::{conversation, member},
    },
    domain::{
        conversations::close,
        seat::{self, Seat},
    },
};
use shared::{ids::MemberId, model::conversation::CloseReason};

use super::floor::{Floor, auto, writes};
use crate::harness::{Engine, Random, run, wait::thorough};

/// Between two customers, in microseconds, on average.
const BETWEEN: f64 = 18_000_000.0;
/// How long one takes, on average.
const TAKES: f64 = 180_000_000.0;

#[derive(Debug, Clone, Copy)]
struct Customer {
    at: i64,
    takes: i64,
    patience: i64,
}

fn customers(random: &mut Random, many: usize, patience: Option<f64>) -> Vec<Customer> {
    let mut exponential = |mean: f64| {
        let uniform = (random.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((1.0 - uniform).ln() * -mean) as i64 + 1
    };
    let mut at = 0;
    let one = |_| {
        at += exponential(BETWEEN);
        let takes = exponential(TAKES);
        let patience = patience.map_or(i64::MAX / 4, &mut exponential);
        Customer { at, takes, patience }
    };
    (0..many).map(one).collect()
}

/// How long each customer waited, and whether they gave up.
type Waits = Vec<(i64, bool)>;

/// A line with so many servers: whoever came first is first.
fn ideal(customers: &[Customer], servers: usize) -> Waits {
    let mut waits = vec![(0, false); customers.len()];
    let mut free = servers;
    let mut line: VecDeque<usize> = VecDeque::new();
    let mut ends: BinaryHeap<Reverse<i64>> = BinaryHeap::new();
    let mut next = 0;
    while next < customers.len() || !ends.is_empty() {
        let end = ends.peek().map(|Reverse(at)| *at);
        let arrives = customers.get(next).map(|customer| customer.at);
        let now = match (end, arrives) {
            (Some(end), Some(at)) if end <= at => end,
            (Some(end), None) => end,
            (_, Some(at)) => at,
            (None, None) => break,
        };
        if end == Some(now) {
            ends.pop();
            free += 1;
        } else {
            line.push_back(next);
            next += 1;
        }
        while free > 0
            && let Some(first) = line.pop_front()
        {
            let customer = customers[first];
            if now - customer.at >= customer.patience {
                waits[first] = (customer.patience, true);
                continue;
            }
            waits[first] = (now - customer.at, false);
            ends.push(Reverse(now + customer.takes));
            free -= 1;
        }
    }
    for left in line {
        waits[left] = (customers[left].patience, true);
    }
    waits
}

/// The same through the real thing.
async fn real(engine: Engine, customers: &[Customer], servers: usize) -> Waits {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum What {
        Ends(usize),
        GivesUp(usize),
        Arrives(usize),
    }
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("line", auto()).await;
    for _ in 0..servers {
        floor.agent(&[queue], 1).await;
    }
    let start = floor.clock.now().timestamp_micros();
    let mut events: BinaryHeap<Reverse<(i64, What)>> =
        customers.iter().enumerate().map(|(n, customer)| Reverse((customer.at, What::Arrives(n)))).collect();
    let mut talks = BTreeMap::new();
    let mut waits = vec![(0, false); customers.len()];
    let mut begun = vec![false; customers.len()];
    while let Some(Reverse((at, what))) = events.pop() {
        let now = floor.clock.now().timestamp_micros() - start;
        floor.clock.advance(Duration::microseconds(at - now));
        let boss = floor.boss;
        let began = match what {
            What::Arrives(n) => {
                let talk = floor.write(move |tx| writes(tx, channel, n)).await;
                talks.insert(talk, n);
                let taken = floor.holder(talk).await.is_some();
                if !taken && customers[n].patience < i64::MAX / 4 {
                    events.push(Reverse((at + customers[n].patience, What::GivesUp(n))));
                }
                taken.then_some(n)
            }
            What::Ends(n) => {
                let talk = *talks.iter().find(|(_, known)| **known == n).unwrap().0;
                let next = floor.write(move |tx| ends(tx, boss, talk)).await;
                talks.remove(&talk);
                next.map(|talk| talks[&talk])
            }
            What::GivesUp(n) if begun[n] => None,
            What::GivesUp(n) => {
                let talk = *talks.iter().find(|(_, known)| **known == n).unwrap().0;
                assert_eq!(floor.write(move |tx| ends(tx, boss, talk)).await, None);
                talks.remove(&talk);
                (waits[n], begun[n]) = ((customers[n].patience, true), true);
                None
            }
        };
        if let Some(n) = began {
            (waits[n], begun[n]) = ((at - customers[n].at, false), true);
            events.push(Reverse((at + customers[n].takes, What::Ends(n))));
        }
    }
    floor.close().await;
    waits
}

/// A conversation is closed; the one that its agent got instead.
fn ends(
    tx: &mut Tx<'_>,
    boss: MemberId,
    talk: shared::ids::ConversationId,
) -> Result<Option<shared::ids::ConversationId>, Fault> {
    let seat: Seat = seat::take(tx, boss)?;
    let holder = conversation::find(tx, talk)?.and_then(|row| row.model.assignee);
    close::close(tx, &seat, talk, CloseReason::Resolved)?;
    let Some(holder) = holder else { return Ok(None) };
    assert!(member::find(tx, holder)?.is_some());
    Ok(conversation::held_by(tx, holder)?.first().map(|row| row.model.id))
}

async fn waits_as_ideally(engine: Engine, many: usize) {
    let seed = Random::seed();
    for (patience, servers) in [(None, 14), (Some(300_000_000.0), 12)] {
        let customers = customers(&mut Random::new(seed), many, patience);
        let (real, ideal) = (real(engine, &customers, servers).await, ideal(&customers, servers));
        let other = real.iter().zip(&ideal).position(|(one, other)| one != other);
        assert_eq!(other, None, "TEST_SEED={seed}: {:?}", other.map(|n| (n, real[n], ideal[n])));
    }
}

#[test]
fn every_customer_waits_as_long_as_in_an_ideal_line_on_sqlite() {
    run(waits_as_ideally(Engine::Sqlite, if thorough() { 20_000 } else { 1_000 }));
}

#[test]
fn every_customer_waits_as_long_as_in_an_ideal_line_on_postgres() {
    run(waits_as_ideally(Engine::Postgres, if thorough() { 5_000 } else { 200 }));
}

#[test]
fn the_ideal_line_is_erlangs() {
    let near = |what: &str, found: f64, said: f64| {
        assert!((found / said - 1.0).abs() < 0.03, "{what}: {found} instead of {said}");
    };
    let many = 2_000_000;
    let part = |waits: &Waits, is: &dyn Fn(&(i64, bool)) -> bool| {
        waits.iter().filter(|wait| is(wait)).count() as f64 / many as f64
    };
    let mean = |waits: &Waits| waits.iter().map(|(wait, _)| *wait as f64).sum::<f64>() / many as f64 / 60e6;
    // Erlang C with 14 and 15 servers: who waits, and who is answered within 20 seconds.
    let patient = customers(&mut Random::new(1), many, None);
    for (servers, waiting, level) in [(14, 0.17413, 0.88785), (15, 0.10204, 0.94113)] {
        let waits = ideal(&patient, servers);
        near("waiting", part(&waits, &|(wait, _)| *wait > 0), waiting);
        near("level", part(&waits, &|(wait, _)| *wait <= 19_800_000), level);
        if servers == 14 {
            near("mean", mean(&waits), 0.13060);
        }
    }
    // Erlang A: patience of 5 minutes.
    let waits = ideal(&customers(&mut Random::new(2), many, Some(300_000_000.0)), 14);
    near("waiting", part(&waits, &|(wait, _)| *wait > 0), 0.145260);
    near("giving up", part(&waits, &|(_, gave_up)| *gave_up), 0.013984);
    near("mean", mean(&waits), 0.069919);
}
