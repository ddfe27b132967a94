//! The same webhook again and again; and the proof that the test would notice a second copy.

use server::fault::Sabotage;

use crate::harness::{Engine, Scene, eventually, history::Violation, load, run};

on_both_engines!(a_webhook_delivered_again_across_a_kill_is_stored_once);

async fn a_webhook_delivered_again_across_a_kill_is_stored_once(engine: Engine) {
    assert_eq!(delivered_again(engine, None).await, []);
}

/// The negative control: without the key the same test finds copies.
#[test]
fn a_server_without_its_dedupe_key_is_found_out() {
    run(async {
        let found = delivered_again(Engine::Sqlite, Some(Sabotage::NoDedupe)).await;
        assert!(found.iter().any(|v| matches!(v, Violation::StoredTwice(_))), "{found:?}");
    });
}

/// Some load, a kill, and every webhook once more at the next start.
async fn delivered_again(engine: Engine, sabotage: Option<Sabotage>) -> Vec<Violation> {
    let scene = Scene::new(engine).await;
    let setup = sabotage.into_iter().fold(scene.setup(), |setup, guard| setup.sabotage(guard));
    let victim = scene.start(&setup).await;
    let load = scene.load(&victim, 100);
    eventually("the load is under way", async || (load.acknowledged() > 40).then_some(())).await;
    drop(victim);
    load.end().await;
    let victim = scene.start(&setup).await;
    let bodies: Vec<String> = scene.log.with(|history| history.written.values().cloned().collect());
    for body in bodies {
        assert!(load::post(&scene.target(&victim.base), body).await.is_some_and(|s| s.is_success()));
    }
    scene.log.with(|history| history.acknowledged = history.written.keys().cloned().collect());
    victim.stop().await;
    scene.violations().await
}
