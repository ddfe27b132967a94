//! The test of truth: whatever happens, a console that followed the events shows what a fresh console
//! shows. For every role, through absences, restarts and changes of what a member may see.

mod desk;
mod steps;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::harness::{Engine, run, wait::thorough};

#[test]
fn every_console_shows_what_a_fresh_one_shows_on_sqlite() {
    hold_up(Engine::Sqlite, if thorough() { 512 } else { 32 });
}

#[test]
fn every_console_shows_what_a_fresh_one_shows_on_postgres() {
    hold_up(Engine::Postgres, if thorough() { 256 } else { 8 });
}

fn hold_up(engine: Engine, cases: u32) {
    // A case that hangs takes its patience every time it is tried: shrinking ends after two minutes.
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 60,
        max_shrink_time: 120_000,
        ..Config::default()
    };
    // `SWITCHBOARD_TRUTH_SEED` repeats a run; without it every run looks somewhere else.
    let seed = match std::env::var("SWITCHBOARD_TRUTH_SEED") {
        Ok(text) => text.parse().expect("a number"),
        Err(_) => std::time::UNIX_EPOCH.elapsed().unwrap().as_micros() as u64,
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&steps::sequence(), |steps| {
        run(desk::hold_up(engine, steps));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("SWITCHBOARD_TRUTH_SEED={seed}\n{failure}");
    }
}
