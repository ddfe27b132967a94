//! People come and go, write and answer, for a long time; memory does not grow, and afterwards no
//! descriptor, no connection and no thread is left over.
//!
//! `TEST_SOAK_MINUTES` says how long; an hour with `TEST_VERIFY=1`, else a few seconds, which are too
//! short to judge memory and look at the rest.

use std::time::{Duration, Instant};

use shared::live::command::Command;

use crate::harness::{
    Engine, LiveClient, Scene, User, Victim, eventually,
    usage::{Usage, growth, resident},
    wait::thorough,
};

on_both_engines!(verify_churn_leaves_nothing_behind);

/// Consoles that come and go together.
const CONSOLES: usize = 24;
/// Messages per second meanwhile.
const PER_SECOND: u64 = 40;
/// Files of database connections that pools may still open: eight for the control tables, four for each
/// of two tenants, three files each.
const POOLED: usize = 3 * (8 + 2 * 4);
/// Growth of memory per hour that is still none.
const GROWTH: f64 = 0.01;

async fn verify_churn_leaves_nothing_behind(engine: Engine) {
    let scene = Scene::new(engine).await;
    let victim = scene.start(&scene.setup()).await;
    let user = scene.user.at_base(&victim.base);
    let load = scene.load(&victim, PER_SECOND);
    // Pools of connections to the database fill on first use.
    for _ in 0..2 {
        come_and_go(&scene, &user).await;
    }
    let start = Usage::of(victim.pid(), &victim.base);
    let start = Usage { connections: 0, files: start.files + POOLED, ..start };
    let (began, length) = (Instant::now(), length());
    let mut memory = Vec::new();
    while began.elapsed() < length {
        come_and_go(&scene, &user).await;
        memory.push((began.elapsed().as_secs_f64() / 3_600.0, resident(victim.pid())));
    }
    load.end().await;
    let what = format!("everything is given back down to {start:?}");
    eventually(&what, async || Usage::of(victim.pid(), &victim.base).is_within(&start).then_some(())).await;
    judge(&memory, length, &victim);
    victim.stop().await;
    assert_eq!(scene.violations().await, []);
}

/// How long to churn.
fn length() -> Duration {
    let named = std::env::var("TEST_SOAK_MINUTES").ok();
    let minutes: Option<u64> = named.map(|text| text.parse().expect("minutes"));
    match (minutes, thorough()) {
        (Some(minutes), _) => Duration::from_secs(60 * minutes),
        (None, true) => Duration::from_secs(3_600),
        (None, false) => Duration::from_secs(6),
    }
}

/// Consoles connect, look, do something, and leave; half of them without a word.
async fn come_and_go(scene: &Scene, user: &User) {
    let mut consoles = Vec::new();
    for n in 0..CONSOLES {
        let mut console = LiveClient::connect(user).await;
        let conversation = scene.conversations[n % scene.conversations.len()];
        console.open(conversation).await;
        let _ = console
            .command(Command::AddNote { conversation, text: "seen".into(), mentions: Vec::new() })
            .await;
        consoles.push(console);
    }
    for (n, mut console) in consoles.into_iter().enumerate() {
        console.read_what_is_there().await;
        if n % 2 == 0 {
            console.say_goodbye().await;
        }
    }
}

/// The first fifth is warm-up: caches and the ring fill.
fn judge(memory: &[(f64, f64)], length: Duration, victim: &Victim) {
    let settled = &memory[memory.len() / 5..];
    let mean = settled.iter().map(|point| point.1).sum::<f64>() / settled.len() as f64;
    let growth = growth(settled);
    eprintln!(
        "{} minutes: {:.1} MiB resident, {:+.3} % an hour, {:?}",
        length.as_secs() / 60,
        mean / 1_048_576.0,
        growth * 100.0,
        Usage::of(victim.pid(), &victim.base)
    );
    if length >= Duration::from_secs(600) {
        assert!(growth < GROWTH, "memory grows by {:.2} % an hour", growth * 100.0);
    }
}
