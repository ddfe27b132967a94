//! Consoles through everything a network, a server and an administrator can do to them. In the end
//! each shows what a fresh console shows, without a gap and without a repetition on the way.

mod floor;
mod steps;
mod tab;

use server::fault::Sabotage;

use self::{floor::Floor, steps::Step};
use crate::harness::{Engine, Random, run, wait::thorough};

on_both_engines!(verify_consoles_survive_torture);

/// Comparisons with fresh consoles per run, the last at its end.
const STAGES: usize = 4;

/// What is done to whom.
struct Plan {
    engine: Engine,
    steps: usize,
    sabotage: Option<Sabotage>,
}

async fn verify_consoles_survive_torture(engine: Engine) {
    let steps = if thorough() { 100_000 } else { 600 };
    let found = torture(Plan { engine, steps, sabotage: None }).await;
    assert!(found.is_empty(), "{found:#?}");
}

// The negative controls: the torture must notice that a guard is missing.

#[test]
fn a_server_that_skips_the_gap_check_is_found_out() {
    find_out(Sabotage::NoGapCheck);
}

#[test]
fn a_server_that_forgets_what_it_dropped_is_found_out() {
    run(async {
        let sabotage = Some(Sabotage::NoRewind);
        let mut floor = Floor::open(&Plan { engine: Engine::Sqlite, steps: 0, sabotage }).await;
        let mut random = Random::new(1);
        for step in [Step::Burst, Step::Read, Step::Stall, Step::Wake] {
            floor.play(step, &mut random).await;
        }
        assert!(!floor.compare().await.is_empty(), "nobody noticed");
    });
}

fn find_out(guard: Sabotage) {
    run(async {
        // Luck decides whether a hole is still on screen at a comparison; it does not fail this often.
        for _ in 0..5 {
            let sabotage = Some(guard);
            let found = torture(Plan { engine: Engine::Sqlite, steps: 400, sabotage }).await;
            if let Some(first) = found.first() {
                return eprintln!("found: {first:.300}");
            }
        }
        panic!("nobody noticed");
    });
}

/// Plays random steps; gives everything that was wrong.
async fn torture(plan: Plan) -> Vec<String> {
    let seed = Random::seed();
    eprintln!("TEST_SEED={seed}");
    let mut random = Random::new(seed);
    let mut floor = Floor::open(&plan).await;
    let mut found = Vec::new();
    let stage = plan.steps / STAGES;
    for n in 1..=plan.steps {
        floor.play(steps::step(&mut random, n), &mut random).await;
        if n % 10_000 == 0 {
            eprintln!("{n} steps");
        }
        if n % stage == 0 {
            found.append(&mut floor.compare().await);
            if !found.is_empty() {
                eprintln!("TEST_SEED={seed}, found within {n} steps");
                return found;
            }
        }
    }
    found.extend(floor.close().await);
    found
}
