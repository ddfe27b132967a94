//! The program is killed without warning, again and again, under load: what it said 200 to is there,
//! once; what it accepted is sent, once; and a console that lived through it all shows the truth.

use simulator::Outcome;

use crate::harness::{Engine, LiveClient, Random, Scene, fresh, history::Log, live::Away, wait::thorough};

on_both_engines!(verify_a_kill_under_load_loses_nothing_that_was_promised);

/// Messages per second while the program is being killed.
const PER_SECOND: u64 = 200;

async fn verify_a_kill_under_load_loses_nothing_that_was_promised(engine: Engine) {
    let seed = Random::seed();
    eprintln!("TEST_SEED={seed}");
    let mut random = Random::new(seed);
    let scene = Scene::new(engine).await;
    let mut away: Option<Away> = None;
    for _ in 0..if thorough() { 50 } else { 3 } {
        let victim = scene.start(&scene.setup()).await;
        let mut client = match away.take() {
            None => {
                let mut client = LiveClient::connect(&scene.user.at_base(&victim.base)).await;
                for id in scene.conversations.iter().take(4) {
                    assert!(client.open(*id).await);
                }
                client
            }
            Some(known) => known.at_base(&victim.base).resume().await,
        };
        scene.meta.control().answer_next(moods(&mut random));
        let load = scene.load(&victim, PER_SECOND);
        let enough = client.pos() + 150 + random.below(300) as u64;
        client.until("the load is under way", |c| c.pos() > enough).await;
        drop(victim);
        load.end().await;
        away = Some(leave(client, &scene.log));
    }
    let promised = scene.log.with(|history| (history.acknowledged.len(), history.accepted.len()));
    assert!(promised.0 > 100 && promised.1 > 10, "there was load: {promised:?}");
    assert_eq!(scene.violations().await, []);
    eprintln!("promised {promised:?}, slowest recovery {:?}", scene.log.slowest_recovery());

    let server = scene.rested().await;
    let mut back = away.unwrap().at(&server).resume().await;
    assert_eq!(fresh::differences(&mut back, &scene.user.at(&server)).await, Vec::<String>::new());
    scene.log.console_saw(&back.events);
    drop(back);
    server.stop().await;
    assert_eq!(scene.violations().await, []);
}

/// Mostly willing, sometimes not, sometimes nobody knows.
fn moods(random: &mut Random) -> Vec<Outcome> {
    (0..40)
        .map(|_| match random.below(20) {
            0 => Outcome::AcceptThenCut,
            1 => Outcome::CutBeforeAccept,
            2 => Outcome::RateLimited { retry_after_s: 0 },
            3 => Outcome::Refuse { code: 131_026, details: None, http: None },
            4..=8 => Outcome::AcceptAfter { delay_ms: 30 },
            _ => Outcome::Accept,
        })
        .collect()
}

/// Leaves without a word and hands in what was seen.
fn leave(mut client: LiveClient, log: &Log) -> Away {
    log.console_saw(&std::mem::take(&mut client.events));
    client.disconnect()
}
