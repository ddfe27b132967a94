//! The disk is full, or fails: nothing is acknowledged that is not stored, nothing is stored by halves,
//! and the program goes on by itself as soon as the disk does.

use std::time::Instant;

use futures_util::future::join_all;
use reqwest::StatusCode;
use simulator::payload::{self, Sender};

use crate::harness::{
    Engine, Options, Scene, TestServer,
    child::RECOVERY,
    disk::{Disk, Files, Trouble},
    eventually, load, run, sql,
    wait::thorough,
    webhook::wamid,
};

/// Webhooks that wait at the same time: more than one group of the writer.
const WAITING: usize = 100;
/// Posts within which an operation of a given number must have come.
const POSTS: usize = 120;

#[test]
fn a_full_disk_refuses_every_waiting_webhook_and_heals_by_itself() {
    run(outage(Trouble::Full));
}

#[test]
fn a_disk_that_fails_in_the_middle_of_a_group_refuses_every_waiting_webhook_and_heals_by_itself() {
    // Late enough that the first jobs of the group have run, early enough that none has committed.
    run(outage(Trouble::AllFrom(1)));
}

async fn outage(trouble: Trouble) {
    let scene = Scene::new(Engine::Sqlite).await;
    let disk = Disk::new();
    let victim = scene.start(&disk.under(scene.setup(), &scene.database)).await;
    disk.set(trouble, Files::All);
    let posted = post_many(&scene, &victim.base, WAITING).await;
    let answers: Vec<_> = posted.iter().map(|(_, answer)| *answer).collect();
    assert_eq!(answers, vec![Some(StatusCode::SERVICE_UNAVAILABLE); WAITING], "{trouble:?}");
    assert!(disk.failed() > 0);
    disk.heal();
    let healed = Instant::now();
    scene.takes_a_webhook(&victim.base).await;
    assert!(healed.elapsed() < RECOVERY, "{trouble:?}: {:?}", healed.elapsed());
    victim.stop().await;

    // What was refused is not there, not even in part.
    let server = TestServer::start(scene.database.clone(), Options::default()).await;
    let store = scene.store(&server).await;
    let stored = sql::texts(&store, "SELECT wamid AS t FROM message WHERE tenant_id = $1").await;
    assert!(posted.iter().all(|(id, _)| !stored.contains(id)), "{trouble:?}");
    drop(store);
    server.stop().await;
    assert_eq!(scene.violations().await, [], "{trouble:?}");
}

#[test]
fn verify_no_write_and_no_sync_that_fails_is_acknowledged() {
    run(async {
        let scene = Scene::new(Engine::Sqlite).await;
        let disk = Disk::new();
        let victim = scene.start(&disk.under(scene.setup(), &scene.database)).await;
        for n in 1..=if thorough() { 200 } else { 8 } {
            for (trouble, files) in [
                (Trouble::WriteAt(n), Files::All),
                (Trouble::SyncAt(n), Files::All),
                (Trouble::AnyAt(n), Files::Wal),
            ] {
                disk.set(trouble, files);
                for _ in 0..POSTS {
                    post_many(&scene, &victim.base, 5).await;
                    if disk.failed() > 0 {
                        break;
                    }
                }
                assert!(disk.failed() > 0, "{trouble:?} never came");
                disk.heal();
                scene.takes_a_webhook(&victim.base).await;
            }
        }
        victim.stop().await;
        assert_eq!(scene.violations().await, []);
    });
}

#[test]
fn work_goes_on_through_a_disk_that_fails_now_and_then() {
    run(async {
        let scene = Scene::new(Engine::Sqlite).await;
        let disk = Disk::new();
        let victim = scene.start(&disk.under(scene.setup(), &scene.database)).await;
        let load = scene.load(&victim, 100);
        for n in 0..if thorough() { 500 } else { 10 } {
            disk.set(Trouble::AnyAt(7 + n % 23), Files::All);
            eventually("the disk fails", async || (disk.failed() > 0).then_some(())).await;
        }
        disk.heal();
        scene.takes_a_webhook(&victim.base).await;
        load.end().await;
        victim.stop().await;
        assert_eq!(scene.violations().await, []);
    });
}

/// Posts new messages at the same time; gives each with its answer, having written down what was
/// acknowledged.
async fn post_many(scene: &Scene, base: &str, count: usize) -> Vec<(String, Option<StatusCode>)> {
    let target = scene.target(base);
    let posts = (0..count).map(async |n| {
        let from = Sender::phone(&format!("4915{:09}", n % 40), &format!("Customer {}", n % 40));
        let id = wamid();
        let body = payload::text_message(&scene.alpha.sales, &from, &id, load::now(), "disk").to_string();
        scene.log.with(|history| history.written.insert(id.clone(), body.clone()));
        let answer = load::post(&target, body).await;
        if answer == Some(StatusCode::OK) {
            scene.log.with(|history| history.acknowledged.insert(id.clone()));
        }
        assert!(matches!(answer, Some(StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE)), "{answer:?}");
        (id, answer)
    });
    join_all(posts).await
}
