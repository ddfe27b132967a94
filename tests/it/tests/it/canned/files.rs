//! The file of a reply: kept with it, sent by everybody who uses it, gone when nobody needs it.

use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::{
    api::canned::WrittenFile,
    ids::{CannedReplyId, UploadId},
    live::command::Command,
    model::{
        canned::{CannedFile, CannedScope},
        content::MediaKind,
        message::DeliveryState,
        outgoing::{Outgoing, Upload},
    },
};

use super::{all, create, created, path, put, remove, reply};
use crate::{
    files::bytes_in,
    harness::{Engine, Options, User, World, eventually, sql, webhook::ann},
    sending::{becomes, bodies, uploads},
};

on_both_engines!(
    everybody_sends_the_file_of_a_reply,
    the_bytes_of_a_file_go_with_the_last_reply_that_has_it,
    only_an_upload_of_ones_own_becomes_the_file_of_a_reply,
);

const PAPER: &[u8] = b"%PDF-1.7 prices";

async fn upload(user: &User, id: CannedReplyId) -> Upload {
    let (status, body) = user.send(Method::POST, &format!("{}/upload", path(id)), &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    serde_json::from_value(body).unwrap()
}

async fn everybody_sends_the_file_of_a_reply(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Prices?").await;
    let conversation = world.only_conversation().await;
    let (supervisor, agent) = (world.supervisor().await, world.agent().await);
    let given = uploads(&supervisor, "prices.pdf", PAPER).await.unwrap();
    let mut written = reply(CannedScope::Tenant, "prices");
    written.file = WrittenFile::Upload(given.id);
    let made = created(&supervisor, &written).await;
    assert_eq!(made.file, Some(CannedFile { name: "prices.pdf".into(), kind: MediaKind::Document }));
    assert_eq!(all(&agent).await, std::slice::from_ref(&made));
    // The upload is used up; each use makes one of the user's own.
    let mine = upload(&agent, made.id).await;
    assert_ne!(mine.id, upload(&agent, made.id).await.id);
    let what = Outgoing::File { upload: mine.id, caption: Some("Here".into()) };
    let done = agent.command(Command::Send { conversation, answers: None, base: None, what }).await.unwrap();
    becomes(&agent, conversation, done.message.unwrap(), DeliveryState::Accepted).await;
    let body = bodies(&meta).remove(0);
    assert_eq!(
        (&body["document"]["filename"], &body["document"]["caption"]),
        (&json!("prices.pdf"), &json!("Here"))
    );
    let media = body["document"]["id"].as_str().unwrap();
    assert_eq!(meta.control().media(media).unwrap(), ("application/pdf".to_owned(), PAPER.to_vec()));
    // A change of the words keeps the file, if it says so.
    written.file = WrittenFile::Kept;
    written.words.title = "Our prices".into();
    assert_eq!(put(&supervisor, made.id, &written).await.0, StatusCode::OK);
    assert_eq!(all(&agent).await[0].file, made.file);
    written.file = WrittenFile::Nothing;
    assert_eq!(put(&supervisor, made.id, &written).await.0, StatusCode::OK);
    assert_eq!(all(&agent).await[0].file, None);
    let none = agent.send(Method::POST, &format!("{}/upload", path(made.id)), &json!({})).await;
    assert_eq!(none.0, StatusCode::NOT_FOUND);
}

async fn the_bytes_of_a_file_go_with_the_last_reply_that_has_it(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, store) = (world.agent().await, world.store().await);
    let stored = || bytes_in(&world.server.app.config.files_dir());
    let open = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'drop_file' AND due_at < 9000000000000000";
    let settled = async || {
        eventually("the bytes were looked at", async || (sql::number(&store, open).await == 0).then_some(()))
            .await;
    };
    let mut made = Vec::new();
    for shortcut in ["one", "two"] {
        let mut written = reply(CannedScope::Personal, shortcut);
        written.file = WrittenFile::Upload(uploads(&agent, "prices.pdf", PAPER).await.unwrap().id);
        made.push(created(&agent, &written).await.id);
    }
    let whole = stored();
    assert_eq!(whole, 1);
    assert_eq!(remove(&agent, made[0]).await, StatusCode::NO_CONTENT);
    settled().await;
    assert_eq!(stored(), whole);
    // Another file in its place lets the old one go as well as a removal does.
    let mut written = reply(CannedScope::Personal, "two");
    written.file = WrittenFile::Upload(uploads(&agent, "new.pdf", b"%PDF-1.7 n").await.unwrap().id);
    assert_eq!(put(&agent, made[1], &written).await.0, StatusCode::OK);
    settled().await;
    assert_eq!(stored(), 1);
    assert_eq!(remove(&agent, made[1]).await, StatusCode::NO_CONTENT);
    settled().await;
    assert_eq!(stored(), 0);
}

async fn only_an_upload_of_ones_own_becomes_the_file_of_a_reply(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, second) = (world.agent().await, world.second_agent().await);
    let theirs = uploads(&second, "prices.pdf", PAPER).await.unwrap().id;
    for id in [theirs, UploadId::new()] {
        let mut written = reply(CannedScope::Personal, "hi");
        written.file = WrittenFile::Upload(id);
        let (status, body) = create(&agent, &written).await;
        assert_eq!((status, &body["code"]), (StatusCode::CONFLICT, &json!("upload_gone")));
    }
    // What is refused for another reason leaves the upload as it is.
    let own = uploads(&agent, "prices.pdf", PAPER).await.unwrap().id;
    let mut written = reply(CannedScope::Tenant, "hi");
    written.file = WrittenFile::Upload(own);
    assert_eq!(create(&agent, &written).await.0, StatusCode::FORBIDDEN);
    written.scope = CannedScope::Personal;
    created(&agent, &written).await;
    // Nothing to keep is nothing.
    written.words.shortcut = "ho".into();
    written.file = WrittenFile::Kept;
    assert_eq!(created(&agent, &written).await.file, None);
}
