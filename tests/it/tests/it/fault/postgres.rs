//! PostgreSQL ends our connections, or crashes itself, under load: nothing is lost, and we come back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::harness::{
    Database, Engine, Scene,
    child::RECOVERY,
    eventually,
    postgres::{Cluster, Storm},
    run,
    wait::thorough,
};

/// Messages per second.
const PER_SECOND: u64 = 40;

#[test]
fn verify_connections_that_are_ended_again_and_again_lose_nothing() {
    run(async {
        let scene = Scene::new(Engine::Postgres).await;
        let victim = scene.start(&scene.setup()).await;
        let load = scene.load(&victim, PER_SECOND);
        let storm = Storm::begin(scene.database.urls(), Duration::from_millis(150));
        for part in 1..=if thorough() { 30 } else { 1 } {
            let enough = part * 150;
            let through = async || (load.acknowledged() > enough).then_some(());
            eventually("messages come through the storm", through).await;
        }
        assert!(storm.end() > 10, "connections were ended");
        let calm = Instant::now();
        scene.takes_a_webhook(&victim.base).await;
        assert!(calm.elapsed() < RECOVERY, "{:?}", calm.elapsed());
        load.end().await;
        victim.stop().await;
        assert_eq!(scene.violations().await, []);
    });
}

#[test]
fn verify_a_crash_of_postgresql_under_load_loses_nothing() {
    run(async {
        let cluster = tokio::task::spawn_blocking(|| Arc::new(Cluster::start())).await.unwrap();
        let scene = Scene::on(Database::in_cluster(&cluster)).await;
        for _ in 0..if thorough() { 20 } else { 2 } {
            let mut victim = scene.start(&scene.setup()).await;
            let load = scene.load(&victim, PER_SECOND);
            eventually("the load is under way", async || (load.acknowledged() > 50).then_some(())).await;
            let broken = Arc::clone(&cluster);
            tokio::task::spawn_blocking(move || broken.crash()).await.unwrap();
            let back = Arc::clone(&cluster);
            tokio::task::spawn_blocking(move || back.recover()).await.unwrap();
            // The lock on the database went with the session, so the program ends; whoever runs it
            // starts it again.
            victim.ends().await;
            load.end().await;
            scene.start(&scene.setup()).await.stop().await;
            assert_eq!(scene.violations().await, []);
        }
    });
}
