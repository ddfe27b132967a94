//! Many agents at their consoles claim whatever they see: nothing is taken twice, and whoever comes too late sees at
//! once who has it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use shared::{
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    live::{command::Command, event::Event},
};
use simulator::payload::{self, Sender};

use crate::harness::{
    Engine, LiveClient, Random, User, World, sql,
    wait::thorough,
    webhook::{unix_now, wamid},
};

on_both_engines!(verify_claims_at_random_never_take_twice_and_losers_see_who_was_faster);

/// Between two claims of one agent: a hand on the mouse.
const EVERY: Duration = Duration::from_millis(250);
/// Every other claim goes to one of the first that are free, where everybody looks.
const FIRST: usize = 10;
/// Within this of the winner's news, losers know.
const SEEN_WITHIN: Duration = Duration::from_millis(100);
/// Messages in one webhook.
const MANY: usize = 50;

/// A claim that came too late.
struct Lost {
    conversation: ConversationId,
    holder: Option<MemberId>,
    /// When the refusal was read.
    at: Instant,
}

/// What an agent did and saw.
struct Agent {
    client: LiveClient,
    won: Vec<ConversationId>,
    lost: Vec<Lost>,
}

async fn verify_claims_at_random_never_take_twice_and_losers_see_who_was_faster(engine: Engine) {
    let (agents, talks) = if thorough() { (160, 1_000) } else { (20, 100) };
    let seed = Random::seed();
    let world = World::new(engine).await;
    customers_write(&world, talks).await;
    let users = User::crowd(&world.server, &world.alpha, agents).await;
    let mut watcher = LiveClient::connect(&world.supervisor().await).await;
    let mut tasks = Vec::new();
    for (n, user) in users.into_iter().enumerate() {
        tasks.push(tokio::spawn(claim(user, talks, Random::new(seed + n as u64))));
    }
    let all_taken = |c: &LiveClient| c.taken.len() == talks;
    watcher.until_within(Duration::from_secs(300), "everything is taken", all_taken).await;
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }

    // Who won: one for each, the same for everybody, in the rows and in the events.
    let mut winners: BTreeMap<ConversationId, MemberId> = BTreeMap::new();
    for agent in &all {
        for id in &agent.won {
            let me = agent.client.user.member;
            let other = winners.insert(*id, me).filter(|other| *other != me);
            assert_eq!(other, None, "TEST_SEED={seed}: {id} was taken twice");
        }
    }
    assert_eq!(winners.len(), talks);
    let rows = "SELECT conversation_id || ' ' || member_id AS t FROM assignment WHERE tenant_id = $1";
    let rows: BTreeSet<String> = sql::texts(&world.store().await, rows).await.into_iter().collect();
    assert_eq!(rows, winners.iter().map(|(id, member)| format!("{id} {member}")).collect());
    let told = watcher.events.iter().filter_map(|logged| match &logged.event {
        Event::Conversation(row) => row.assignee.map(|holder| (row.id, holder)),
        _ => None,
    });
    assert_eq!(told.collect::<BTreeSet<_>>(), winners.iter().map(|(id, member)| (*id, *member)).collect());

    // When the first of all heard of it, and when those who had wanted it did.
    let mut first: BTreeMap<ConversationId, Instant> = BTreeMap::new();
    for (id, (_, at)) in all.iter().flat_map(|agent| &agent.client.taken) {
        first.entry(*id).and_modify(|known| *known = (*known).min(*at)).or_insert(*at);
    }
    let mut waits = Vec::new();
    for agent in &all {
        for lost in &agent.lost {
            let winner = winners[&lost.conversation];
            assert_eq!(lost.holder, Some(winner), "a refusal names who holds it");
            let (holder, event) = agent.client.taken[&lost.conversation];
            assert_eq!(holder, winner, "the event names who holds it");
            waits.push(event.min(lost.at).saturating_duration_since(first[&lost.conversation]));
        }
    }
    waits.sort();
    assert!(!waits.is_empty(), "somebody wanted what somebody else had");
    let (half, most) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    eprintln!(
        "{agents} agents, {talks} conversations: {} lost claims, p50 {half:?}, p99 {most:?}",
        waits.len()
    );
    // Where a debug build shares its cores with other tests, time says nothing.
    if thorough() && !cfg!(debug_assertions) {
        assert!(most <= SEEN_WITHIN, "losers hear after {most:?}");
    }
}

/// So many customers write, each once.
async fn customers_write(world: &World, talks: usize) {
    let now = unix_now(&world.server);
    let all: Vec<usize> = (0..talks).collect();
    for some in all.chunks(MANY) {
        let texts = some.iter().map(|n| {
            let from = Sender::phone(&format!("4915{n:09}"), &format!("Customer {n}"));
            payload::text_message(&world.alpha.sales, &from, &wamid(), now, "Hello")
        });
        assert_eq!(world.alpha.post(&world.server, &payload::batch(texts)).await, StatusCode::OK);
    }
}

/// Claims what nobody holds, as the own console shows it, until somebody holds everything.
async fn claim(user: User, talks: usize, mut random: Random) -> Agent {
    let client = LiveClient::connect(&user).await;
    let mut agent = Agent { client, won: Vec::new(), lost: Vec::new() };
    let mut pace = tokio::time::interval(EVERY);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        // Reads until it is time.
        tokio::select! {
            _ = pace.tick() => {}
            () = agent.client.until("it is time", |_| false) => {}
        }
        // Thousands of rows of which nobody asks afterwards.
        agent.client.events.clear();
        let view = agent.client.view();
        assert_eq!(view.conversations.len(), talks);
        // The answer may come before the news: what is one's own is not wanted again.
        let free = view.conversations.values().filter(|row| row.assignee.is_none());
        let free = free.filter(|row| !agent.won.contains(&row.id));
        let free: Vec<ConversationId> = free.map(|row| row.id).collect();
        let reach = if random.percent(50) { FIRST.min(free.len()) } else { free.len() };
        let Some(conversation) = random.pick(&free[..reach]).copied() else { break };
        match agent.client.command(Command::AssignToMe { conversation }).await {
            Ok(_) => agent.won.push(conversation),
            Err(problem) => {
                assert_eq!(problem.code, ErrorCode::AlreadyAssigned);
                let holder = problem.member.as_deref().copied();
                agent.lost.push(Lost { conversation, holder, at: Instant::now() });
            }
        }
    }
    agent
}
