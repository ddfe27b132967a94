//! The power goes: what was acknowledged is on the disk itself, not only in the machine's memory.

use server::fault::Sabotage;

use crate::harness::{
    Database, Engine, Random, Scene,
    disk::Disk,
    eventually,
    history::Violation,
    power::{Unsynced, after_power_cut},
    run,
    wait::thorough,
};

/// Messages per second.
const PER_SECOND: u64 = 200;

#[test]
fn verify_a_power_cut_loses_nothing_that_was_promised() {
    run(async {
        let seed = Random::seed();
        eprintln!("TEST_SEED={seed}");
        let mut random = Random::new(seed);
        let mut scene = Scene::new(Engine::Sqlite).await;
        for round in 0..if thorough() { 40 } else { 4 } {
            let torn = round % 2 == 1;
            power_goes(&mut scene, None, torn.then_some(&mut random)).await;
            let found = scene.violations().await;
            assert!(found.is_empty(), "TEST_SEED={seed}, round {round}: {found:#?}");
        }
    });
}

/// The negative control: it proves that the power cut is one.
#[test]
fn a_server_that_does_not_wait_for_the_disk_loses_messages_when_the_power_goes() {
    run(async {
        let mut scene = Scene::new(Engine::Sqlite).await;
        power_goes(&mut scene, Some(Sabotage::SynchronousNormal), None).await;
        let found = scene.violations().await;
        assert!(found.iter().any(|v| matches!(v, Violation::LostInbound(_))), "{found:?}");
    });
}

/// Load, then darkness; afterwards the scene's data are what the disk has.
async fn power_goes(scene: &mut Scene, sabotage: Option<Sabotage>, torn: Option<&mut Random>) {
    let disk = Disk::new();
    let before = Disk::copy(&scene.database.dir());
    let mut setup = disk.under(scene.setup(), &scene.database);
    if let Some(guard) = sabotage {
        setup = setup.sabotage(guard);
    }
    let victim = scene.start(&setup).await;
    let load = scene.load(&victim, PER_SECOND);
    eventually("the load is under way", async || (load.acknowledged() > 150).then_some(())).await;
    drop(victim);
    load.end().await;
    let unsynced = torn.map_or(Unsynced::Lost, Unsynced::Torn);
    let after = after_power_cut(before.path(), &scene.database.dir(), &disk, unsynced);
    scene.database = Database::in_dir(after);
}
