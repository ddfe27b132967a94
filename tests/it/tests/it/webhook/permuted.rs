//! Must hold: random permutation and duplication of the events of 1,000 conversations gives the same final state
//! as in order.
//!
//! One tenant is told everything in its order, the other the same in any order, most of it more than once and in
//! POSTs of any size. Then everything that is stored is compared, but for what tells the order of arrival itself
//! and nothing else: places in the timeline, what a row previews, our own clock's times, and the logs (facts,
//! events, that a conversation was opened again).

mod dump;
mod script;

use std::{collections::HashMap, time::Instant};

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use shared::live::command::Command;

use self::{
    dump::dump,
    script::{Event, Script, label},
};
use crate::harness::{
    Engine, Options, Random, Tenant, User, World, eventually_within, sql,
    wait::{PATIENCE, thorough},
    webhook::unix_now,
};

on_both_engines!(verify_any_order_of_a_thousand_conversations_ends_alike);

/// Every so many conversations have an answer of ours before anything else happens.
const ANSWERED: usize = 5;
/// Items of one POST, at most.
const LARGEST: usize = 60;
/// POSTs on their way at once, where the order does not matter.
const AT_ONCE: usize = 4;

async fn verify_any_order_of_a_thousand_conversations_ends_alike(engine: Engine) {
    // PostgreSQL takes several times as long; there the long proofs do them all.
    let conversations = if matches!(engine, Engine::Sqlite) || thorough() { 1_000 } else { 400 };
    let seed = Random::seed();
    eprintln!("TEST_SEED={seed}");
    let mut random = Random::new(seed);
    // What WhatsApp does not have is looked for once.
    let options = Options { fetch_schedule: vec![TimeDelta::days(1)], ..Options::default() };
    let (world, meta) = World::with_meta(engine, options).await;
    let start = unix_now(&world.server) - 20_000;
    let mut scripts: Vec<Script> = (0..conversations).map(|n| Script::new(n, start)).collect();

    let answered: Vec<usize> = (0..conversations).step_by(ANSWERED).collect();
    let first: Vec<Event> = answered.iter().map(|n| scripts[*n].opening()).collect();
    for tenant in [&world.alpha, &world.beta] {
        for some in first.chunks(LARGEST) {
            post(&world, tenant, some, &HashMap::new()).await;
        }
    }
    let alpha_sent = answers(&world, &world.alpha, &world.administrator().await).await;
    let beta_sent = answers(&world, &world.beta, &world.stranger().await).await;
    assert_eq!((alpha_sent.len(), beta_sent.len()), (answered.len(), answered.len()));
    for n in answered {
        scripts[n].answered();
    }

    let mut events: Vec<Event> = scripts.iter_mut().flat_map(|script| script.play(&mut random)).collect();
    events.sort_by_key(|event| event.at);
    let begun = Instant::now();
    for some in cut(&events, &mut random) {
        post(&world, &world.alpha, some, &alpha_sent).await;
    }
    let in_order = begun.elapsed();
    let shuffled = shuffled(&events, &mut random);
    let begun = Instant::now();
    for wave in cut(&shuffled, &mut random).chunks(AT_ONCE) {
        futures_util::future::join_all(wave.iter().map(|some| post(&world, &world.beta, some, &beta_sent)))
            .await;
    }
    eprintln!(
        "{conversations} conversations, {} events in {in_order:?}, {} in any order in {:?}",
        events.len(),
        shuffled.len(),
        begun.elapsed()
    );
    let right = dump(&world.store().await, &world.alpha, &alpha_sent).await;
    let found = dump(&world.other_store().await, &world.beta, &beta_sent).await;
    let missing: Vec<_> = right.iter().filter(|line| !found.contains(line.as_str())).collect();
    let surplus: Vec<_> = found.iter().filter(|line| !right.contains(line.as_str())).collect();
    if let Some(line) = missing.first().or(surplus.first()) {
        let whose = line.split('|').nth(1).unwrap_or_default();
        let of = |lines: &[&String]| {
            let lines = lines.iter().filter(|line| line.split('|').nth(1) == Some(whose));
            lines.map(|line| format!("\n  {line}")).collect::<String>()
        };
        let arrived = shuffled.iter().filter(|event| event.whose == whose);
        let told: String = arrived.map(|event| format!("\n  {} {}", event.at - start, event.value)).collect();
        panic!(
            "TEST_SEED={seed}: {} lines are missing and {} too many; of {whose} in order{}\nbut{}\nwhen told{told}",
            missing.len(),
            surplus.len(),
            of(&missing),
            of(&surplus),
        );
    }
    assert!(right.len() > conversations * 10, "{} lines are next to nothing", right.len());
    meta.stop().await;
}

/// Answers every conversation there is; WhatsApp's names of the answers, by customer.
async fn answers(world: &World, tenant: &Tenant, user: &User) -> HashMap<String, String> {
    let store = world.server.app.store.tenant(tenant.id).await.unwrap();
    let ids = sql::texts(&store, "SELECT id AS t FROM conversation WHERE tenant_id = $1").await;
    for id in ids {
        user.command(Command::text(id.parse().unwrap(), "Our answer")).await.unwrap();
    }
    // A number sends 80 messages a second.
    eventually_within(4 * PATIENCE, "all answers are accepted", async || {
        (sql::count(&store, "outbox").await == 0).then_some(())
    })
    .await;
    let sent = format!(
        "SELECT {} || '|' || m.wamid AS t FROM message m JOIN contact c ON c.tenant_id = m.tenant_id \
         AND c.id = m.contact_id WHERE m.tenant_id = $1 AND m.delivery IS NOT NULL AND m.wamid IS NOT NULL",
        dump::LABEL
    );
    let rows = sql::texts(&store, &sent).await;
    rows.iter().map(|row| row.split_once('|').unwrap()).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// Everything in any order, half of it once more, some a third time.
fn shuffled(events: &[Event], random: &mut Random) -> Vec<Event> {
    let mut all = events.to_vec();
    for often in [50, 20] {
        all.extend(events.iter().filter(|_| random.percent(often)).cloned());
    }
    for last in (1..all.len()).rev() {
        all.swap(last, random.below(last + 1));
    }
    all
}

/// POSTs of any size.
fn cut<'a>(mut events: &'a [Event], random: &mut Random) -> Vec<&'a [Event]> {
    let mut posts = Vec::new();
    while !events.is_empty() {
        let (some, rest) = events.split_at((1 + random.below(LARGEST)).min(events.len()));
        posts.push(some);
        events = rest;
    }
    posts
}

/// Tells a tenant some events in one POST.
async fn post(world: &World, tenant: &Tenant, events: &[Event], sent: &HashMap<String, String>) {
    let changes: Vec<Value> =
        events.iter().map(|event| event.change(tenant, sent.get(&event.whose))).collect();
    let entry = json!({"id": tenant.sales.waba_id, "time": 1_793_000_000, "changes": changes});
    let body = json!({"object": "whatsapp_business_account", "entry": [entry]});
    assert_eq!(tenant.post(&world.server, &body).await, StatusCode::OK);
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let events = || {
        let mut random = Random::new(7);
        let played: Vec<Event> = (0..40).flat_map(|n| Script::new(n, 0).play(&mut random)).collect();
        shuffled(&played, &mut random).into_iter().map(|event| event.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(events(), events());
    assert_ne!(label(1), label(2));
}
