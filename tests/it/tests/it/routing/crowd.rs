//! Many at once: nobody takes what somebody else has taken, and the books are right afterwards.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use server::clock::Clock;
use shared::{
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    live::command::Command,
    model::{
        conversation::{CloseReason, ConversationState},
        queue::QueueRules,
    },
};

use super::{
    floor::{Floor, auto, offer},
    invariants,
};
use crate::harness::{Engine, Random, sql, wait::thorough};

on_both_engines!(
    a_hundred_and_sixty_agents_never_take_the_same_conversation,
    eight_who_do_everything_at_once_leave_the_books_right,
);

async fn a_hundred_and_sixty_agents_never_take_the_same_conversation(engine: Engine) {
    let (agents, talks) = if thorough() { (160, 1_000) } else { (160, 40) };
    let floor = Arc::new(Floor::new(engine).await);
    let (queue, channel) = floor.queue("sales", QueueRules::manual()).await;
    let mut all = Vec::new();
    for n in 0..talks {
        all.push(floor.customer(channel, n).await);
    }
    let all = Arc::new(all);
    let seed = Random::seed();
    let mut tasks = Vec::new();
    for n in 0..agents {
        let agent = floor.agent(&[queue], 5).await;
        let (floor, all) = (Arc::clone(&floor), Arc::clone(&all));
        tasks.push(tokio::spawn(async move { grab(&floor, &all, agent, seed + n as u64).await }));
    }
    let mut taken: BTreeMap<ConversationId, Vec<MemberId>> = BTreeMap::new();
    let mut slowest = Duration::ZERO;
    for task in tasks {
        let (own, slow) = task.await.unwrap();
        for (talk, agent) in own {
            taken.entry(talk).or_default().push(agent);
        }
        slowest = slowest.max(slow);
    }
    for talk in all.iter() {
        let winners = taken.get(talk).cloned().unwrap_or_default();
        assert_eq!(winners.len(), 1, "TEST_SEED={seed}: {talk} was taken by {winners:?}");
        assert_eq!(floor.holder(*talk).await, winners.first().copied());
    }
    eprintln!("{agents} agents, {talks} conversations: the slowest answer took {slowest:?}");
    look(&floor).await;
}

/// Claims everything in an order of its own; what it got, and how long the slowest refusal took.
async fn grab(
    floor: &Floor,
    all: &[ConversationId],
    agent: MemberId,
    seed: u64,
) -> (Vec<(ConversationId, MemberId)>, Duration) {
    let mut random = Random::new(seed);
    let mut order: Vec<ConversationId> = all.to_vec();
    for at in (1..order.len()).rev() {
        order.swap(at, random.below(at + 1));
    }
    let (mut own, mut slowest) = (Vec::new(), Duration::ZERO);
    for conversation in order {
        let begun = Instant::now();
        match floor.command(agent, Command::AssignToMe { conversation }).await {
            Ok(_) => own.push((conversation, agent)),
            Err(problem) => {
                assert_eq!(problem.code, ErrorCode::AlreadyAssigned);
                slowest = slowest.max(begun.elapsed());
            }
        }
    }
    (own, slowest)
}

async fn eight_who_do_everything_at_once_leave_the_books_right(engine: Engine) {
    let floor = Arc::new(Floor::new(engine).await);
    let (sales, sales_channel) = floor.queue("sales", auto()).await;
    let (support, support_channel) = floor.queue("support", offer()).await;
    let mut agents = Vec::new();
    for _ in 0..6 {
        agents.push(floor.agent(&[sales, support], 2).await);
    }
    let seed = Random::seed();
    let steps = if thorough() { 1_500 } else { 120 };
    let mut tasks = Vec::new();
    for n in 0..8_usize {
        let (floor, agents) = (Arc::clone(&floor), agents.clone());
        let mut random = Random::new(seed + n as u64);
        tasks.push(tokio::spawn(async move {
            for _ in 0..steps {
                let channel = [sales_channel, support_channel][random.below(2)];
                let conversation = floor.customer(channel, random.below(40)).await;
                let seen = floor.see(conversation).await;
                let who = seen.assignee.filter(|_| random.percent(70)).unwrap_or(agents[random.below(6)]);
                let command = match random.below(7) {
                    0 | 1 => Command::AcceptOffer { conversation },
                    2 => Command::DeclineOffer { conversation },
                    3 => Command::park(conversation),
                    4 => Command::Release { conversation },
                    5 => Command::TakeNext {},
                    _ => Command::Close { conversation, reason: CloseReason::Resolved },
                };
                if let Err(problem) = floor.command(who, command).await {
                    assert!(problem.code.status() < 500, "{problem:?}");
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    look(&floor).await;
    // And everything finds its end: nothing is left that nobody can reach.
    for channel in [sales_channel, support_channel] {
        for n in 0..40 {
            let talk = floor.customer(channel, n).await;
            let close = Command::Close { conversation: talk, reason: CloseReason::Resolved };
            floor.done(floor.boss, close).await;
            assert_eq!(floor.see(talk).await.state, ConversationState::Closed);
        }
    }
    let used = "SELECT CAST(sum(used) + sum(forced) AS BIGINT) AS n FROM agent_load WHERE tenant_id = $1";
    assert_eq!(sql::number(&floor.tenant, used).await, 0);
    look(&floor).await;
}

async fn look(floor: &Floor) {
    let now = floor.clock.now().timestamp_micros();
    let seen = floor.tenant.read(move |scoped| invariants::see(scoped, now)).await.unwrap();
    let broken = seen.broken();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
