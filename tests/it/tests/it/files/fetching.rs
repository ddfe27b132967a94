//! From a webhook to bytes, with everything that can go wrong on the way.

use std::net::TcpListener;

use serde_json::json;
use server::db::TenantStore;
use shared::{
    live::command::Command,
    model::file::{File, FileFailure, Look},
};
use simulator::MediaFault;

use super::{bytes_in, picture, ready, sends, until_file};
use crate::{
    harness::{
        Engine, LiveClient, Options, World, eventually, sql,
        webhook::{ann, wamid},
    },
    webhook::changes::{said, timeline},
};

on_both_engines!(
    a_message_is_shown_first_and_its_file_follows,
    a_file_that_could_not_be_fetched_is_fetched_later,
    what_is_not_what_whatsapp_announced_is_refused_and_can_be_asked_for_again,
    a_file_that_whatsapp_does_not_have_is_told,
    a_restart_forgets_no_file,
    a_deleted_message_takes_its_file_along_unless_another_has_the_same,
    a_message_deleted_while_its_file_comes_leaves_no_bytes,
    a_file_in_whose_hands_the_server_ended_twice_is_not_looked_into,
    no_address_that_a_stranger_named_is_ever_called,
);

async fn jobs(store: &TenantStore) -> i64 {
    let waiting =
        "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind IN ('fetch_file', 'drop_file')";
    sql::number(store, waiting).await
}

async fn a_message_is_shown_first_and_its_file_follows(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Look:").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let mut client = LiveClient::connect(&agent).await;
    client.open(id).await;
    meta.control().fault_media([MediaFault::Drip { pause_ms: 20 }]);
    let bytes = picture(900, 300);
    sends(&world, &meta, "image", &bytes, json!({"caption": "Blue"})).await;
    let of = |c: &LiveClient| c.view().timelines[&id].messages.get(&2).and_then(|m| m.file.clone());
    client.until("the message is shown", |c| of(c).is_some()).await;
    assert_eq!(of(&client).as_deref(), Some(&File::Loading), "the message does not wait for its file");
    client.until("the file is shown", |c| matches!(of(c).as_deref(), Some(File::Ready(_)))).await;
    let message = ready(&agent, id).await;
    assert_eq!(of(&client), message.file);
    let Some(File::Ready(stored)) = message.file.as_deref() else { unreachable!() };
    assert_eq!((stored.look, stored.mime.as_str()), (Look::Picture, "image/png"), "claims are not believed");
    assert_eq!((stored.width, stored.height, stored.size), (Some(900), Some(300), bytes.len() as u64));
    eventually("the job is done", async || (jobs(&world.store().await).await == 0).then_some(())).await;
}

async fn a_file_that_could_not_be_fetched_is_fetched_later(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    meta.control().fault_media([
        MediaFault::Expired,
        MediaFault::ServerError,
        MediaFault::CutHalfway,
        MediaFault::Unauthorised,
        MediaFault::Redirect { url: "http://127.0.0.1:9/".into() },
    ]);
    sends(&world, &meta, "image", &picture(10, 10), json!({})).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    ready(&agent, id).await;
    assert_eq!(meta.control().media_faults_left(), 0);
}

async fn what_is_not_what_whatsapp_announced_is_refused_and_can_be_asked_for_again(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let wrong = [MediaFault::WrongHash, MediaFault::WrongSize, MediaFault::WrongHash, MediaFault::WrongSize];
    meta.control().fault_media(wrong);
    sends(&world, &meta, "document", b"%PDF-1.4 ...", json!({"filename": "bill.pdf"})).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let failed = File::Failed(FileFailure::Damaged);
    let message = until_file(&agent, id, "it is given up", |file| *file == failed).await;
    eventually("nothing is tried any more", async || (jobs(&world.store().await).await == 0).then_some(()))
        .await;
    agent.command(Command::FetchFile { message: message.id }).await.unwrap();
    ready(&agent, id).await;
    // Once more changes nothing.
    agent.command(Command::FetchFile { message: message.id }).await.unwrap();
    assert_eq!(jobs(&world.store().await).await, 0);
}

async fn a_file_that_whatsapp_does_not_have_is_told(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    said(&world, &ann(), &wamid(), "video", json!({"id": "404404", "sha256": "x"}), json!({})).await;
    // An id that could leave its place in an address is none.
    said(&world, &ann(), &wamid(), "video", json!({"id": "../me", "sha256": 7}), json!({})).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let first = async || timeline(&agent, id).await.remove(0).file;
    let gone = File::Failed(FileFailure::Gone);
    eventually("it is told", async || (first().await.as_deref() == Some(&gone)).then_some(())).await;
    let files: Vec<_> = timeline(&agent, id).await.into_iter().map(|message| message.file).collect();
    assert_eq!(files[0].as_deref(), Some(&File::Failed(FileFailure::Gone)));
    assert_eq!(files[1], None);
}

async fn a_restart_forgets_no_file(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    meta.control().fault_media([MediaFault::Drip { pause_ms: 60_000 }]);
    sends(&world, &meta, "audio", b"OggS\0\x02", json!({"voice": true})).await;
    eventually("it is on its way", async || (meta.control().media_faults_left() == 0).then_some(())).await;
    let world = world.restart().await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let message = ready(&agent, id).await;
    let Some(File::Ready(stored)) = message.file.as_deref() else { unreachable!() };
    assert_eq!(stored.look, Look::Sound);
}

async fn a_deleted_message_takes_its_file_along_unless_another_has_the_same(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let bytes = picture(20, 20);
    let first = sends(&world, &meta, "image", &bytes, json!({})).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    ready(&agent, id).await;
    let second = sends(&world, &meta, "image", &bytes, json!({})).await;
    let kept = ready(&agent, id).await;
    let gone = timeline(&agent, id).await.remove(0);
    let get = async |message: &shared::model::message::Message| {
        agent.get(&format!("/api/messages/{}/file", message.id)).await.0.as_u16()
    };
    let revokes = async |target: &str| {
        said(&world, &ann(), &wamid(), "revoke", json!({"original_message_id": target}), json!({})).await;
        eventually("it is cleared up", async || (jobs(&world.store().await).await == 0).then_some(())).await;
    };
    assert_eq!((get(&gone).await, get(&kept).await), (200, 200));
    revokes(&first).await;
    assert_eq!((get(&gone).await, get(&kept).await), (404, 200));
    assert_eq!(timeline(&agent, id).await[0].file, None);
    let root = world.server.app.config.files_dir();
    assert_eq!(bytes_in(&root), 2, "the file and its small copy");
    revokes(&second).await;
    assert_eq!(get(&kept).await, 404);
    assert_eq!(bytes_in(&root), 0);
}

async fn a_message_deleted_while_its_file_comes_leaves_no_bytes(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    meta.control().fault_media([MediaFault::Drip { pause_ms: 100 }]);
    let original = sends(&world, &meta, "image", &picture(30, 30), json!({})).await;
    eventually("it is on its way", async || (meta.control().media_faults_left() == 0).then_some(())).await;
    said(&world, &ann(), &wamid(), "revoke", json!({"original_message_id": original}), json!({})).await;
    eventually("it is cleared up", async || (jobs(&world.store().await).await == 0).then_some(())).await;
    assert_eq!(bytes_in(&world.server.app.config.files_dir()), 0);
    assert_eq!(sql::count(&world.store().await, "file").await, 0);
}

async fn a_file_in_whose_hands_the_server_ended_twice_is_not_looked_into(engine: Engine) {
    let (mut world, meta) = World::with_meta(engine, Options::default()).await;
    sends(&world, &meta, "image", &picture(30, 30), json!({})).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    ready(&agent, id).await;
    let slow = || meta.control().fault_media([MediaFault::Drip { pause_ms: 60_000 }]);
    let begun = async || {
        eventually("it is on its way", async || (meta.control().media_faults_left() == 0).then_some(()))
            .await;
    };
    slow();
    sends(&world, &meta, "image", &picture(31, 31), json!({})).await;
    for again in [true, false] {
        begun().await;
        if again {
            slow();
        }
        world = world.restart().await;
    }
    let message = ready(&world.agent().await, id).await;
    let Some(File::Ready(stored)) = message.file.as_deref() else { unreachable!() };
    assert_eq!((stored.look, stored.mime.as_str()), (Look::Closed, "image/png"));
}

async fn no_address_that_a_stranger_named_is_ever_called(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let trap = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = trap.local_addr().unwrap().port();
    // A machine without IPv6 has nothing to be called there.
    let traps: Vec<TcpListener> =
        [Some(trap), TcpListener::bind(("::1", port)).ok()].into_iter().flatten().collect();
    traps.iter().for_each(|trap| trap.set_nonblocking(true).unwrap());
    // What a webhook names is not even looked at; what an answer names must be Meta's.
    let named = json!({"url": format!("http://127.0.0.1:{port}/webhook")});
    let spelled = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0x7f000001:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://0:{port}/"),
        format!("http://0177.0.0.1:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://127.0.0.1.:{port}/"),
        format!("http://１２７.0.0.1:{port}/"),
        format!("http://%31%32%37.0.0.1:{port}/"),
        format!("http://localhost.:{port}/"),
        format!("http://LOCALHOST:{port}/"),
        format!("http://[::ffff:7f00:1]:{port}/"),
        format!("http://[::127.0.0.1]:{port}/"),
        format!("http://[0:0:0:0:0:0:0:1]:{port}/"),
        format!("http://[64:ff9b::7f00:1]:{port}/"),
        format!("http://[2002:7f00:1::]:{port}/"),
        format!("https://fbsbx.com.localhost:{port}/"),
        format!("https://lookaside.fbsbx.com:{port}/"),
        format!("http://lookaside.fbsbx.com:{port}/"),
        format!("https://lookaside.fbsbx.com%2f@127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}#@lookaside.fbsbx.com/"),
        format!("https://127.0.0.1:{port}\\@lookaside.fbsbx.com/"),
        format!("https://lookaside.fbsbx.com@127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/lookaside.fbsbx.com"),
    ];
    for url in spelled {
        meta.control()
            .fault_media([MediaFault::Elsewhere { url: url.clone() }, MediaFault::Redirect { url }]);
        sends(&world, &meta, "image", &picture(5, 5), named.clone()).await;
        let (id, agent) = (world.only_conversation().await, world.agent().await);
        ready(&agent, id).await;
        assert_eq!(meta.control().media_faults_left(), 0);
    }
    for trap in traps {
        let nobody = trap.accept().map(|_| ()).unwrap_err();
        assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock, "somebody called");
    }
}
