//! Waiting for conditions, never for time to pass.

use std::{future::Future, time::Duration};

/// Longest time anything may take before a test counts as hanging. Generous: machines are shared.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Longest time a whole test may take.
const TEST_LIMIT: Duration = Duration::from_secs(240);
/// The same for a long proof.
const PROOF_LIMIT: Duration = Duration::from_secs(6 * 3600);
/// Between two looks at a condition that nobody announces.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Runs a test on a runtime of its own.
pub(crate) fn run(test: impl Future<Output = ()>) {
    // Fails only when another test was faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let limit = if thorough() { PROOF_LIMIT } else { TEST_LIMIT };
    runtime.block_on(async {
        tokio::time::timeout(limit, test).await.expect("the test took too long");
    });
}

/// Whether the long rounds are asked for.
pub(crate) fn thorough() -> bool {
    std::env::var("TEST_VERIFY").is_ok_and(|value| value == "1")
}

/// Looks until there is something, and panics with `what` when there is nothing in time.
pub(crate) async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, look).await
}

/// The same with a patience of its own.
pub(crate) async fn eventually_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let search = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    match tokio::time::timeout(patience, search).await {
        Ok(found) => found,
        Err(_) => panic!("waited in vain until {what}"),
    }
}

/// Looks until nothing is left that keeps `what` from being true; in vain, it tells what was left last.
pub(crate) async fn at_rest(what: &str, mut look: impl AsyncFnMut() -> Result<(), String>) {
    let started = std::time::Instant::now();
    while let Err(left) = look().await {
        assert!(started.elapsed() < PATIENCE, "waited in vain until {what}; {left}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
