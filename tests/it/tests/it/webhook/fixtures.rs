//! A webhook of every shape that Meta is known to send: accepted, lost nowhere, and shown as what it is.

use std::{fmt::Write as _, fs, path::PathBuf};

use reqwest::StatusCode;
use server::whatsapp::fuzz;
use shared::{
    api::conversations::MessagesPage,
    model::message::{Body, Message},
};

use crate::harness::{Engine, World, sql};

on_both_engines!(every_fixture_is_accepted_and_loses_nothing);

/// The bodies, by name: the corpus that fuzzing begins with.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn what_fuzzing_begins_with_holds() {
    for (_, body) in corpus("webhook") {
        fuzz::webhook(&body);
        for cut in (0..body.len()).step_by(7) {
            fuzz::webhook(&body[..cut]);
        }
    }
    corpus("signed").iter().for_each(|(_, input)| fuzz::signed(input));
}

/// The body as it would come for our number; ids are those of no other fixture.
fn addressed(world: &World, n: usize, body: &[u8]) -> String {
    let line = &world.alpha.sales;
    let mut body: serde_json::Value = serde_json::from_slice(body).unwrap();
    for entry in body["entry"].as_array_mut().unwrap() {
        entry["id"] = line.waba_id.clone().into();
        for change in entry["changes"].as_array_mut().into_iter().flatten() {
            for place in ["metadata", "recipient"] {
                if let Some(id) = change.pointer_mut(&format!("/value/{place}/phone_number_id")) {
                    *id = line.phone_number_id.clone().into();
                }
            }
        }
    }
    let body = body.to_string();
    ["wamid.", "wacid."].iter().fold(body, |body, prefix| body.replace(prefix, &format!("{prefix}{n}x")))
}

/// Where items can come to lie.
const PLACES: [&str; 8] = [
    "message",
    "message_change",
    "early_status",
    "raw_item",
    "past_message",
    "template",
    "contact",
    "group_receipt",
];

async fn every_fixture_is_accepted_and_loses_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store().await;
    let admin = world.administrator().await;
    let mut told = String::new();
    let mut seen = Vec::new();
    for (n, (name, body)) in corpus("webhook").into_iter().enumerate() {
        let body = addressed(&world, n, &body);
        let count = async || {
            let mut all = Vec::new();
            for place in PLACES {
                all.push(sql::count(&store, place).await);
            }
            let wishes =
                "SELECT count(*) AS n FROM contact WHERE tenant_id = $1 AND marketing_at IS NOT NULL";
            all.push(sql::number(&store, wishes).await);
            all
        };
        let before = count().await;
        let nobodys =
            "SELECT kind || ' ' || raw AS t FROM raw_item WHERE tenant_id = $1 AND contact_id IS NULL";
        let nobodys_before = sql::texts(&store, nobodys).await;
        let posted = world.alpha.post_bytes(&world.server, body.into_bytes()).await;
        assert_eq!(posted, StatusCode::OK, "{name}");
        let after = count().await;
        assert_ne!(before, after, "{name} is nowhere");
        let broken = "SELECT count(*) AS n FROM raw_item WHERE tenant_id = $1 AND error IS NOT NULL";
        assert_eq!(sql::number(&store, broken).await, 0, "{name} broke something");
        // Whom a message is from or to is known: what is kept beside it is found when they are to be forgotten.
        if after[0] > before[0] {
            let nobodys: Vec<_> = sql::texts(&store, nobodys)
                .await
                .into_iter()
                .filter(|item| !nobodys_before.contains(item))
                .collect();
            assert!(nobodys.is_empty(), "{name}: nobody's: {nobodys:?}");
        }
        let places: Vec<String> = PLACES
            .iter()
            .zip(before.iter().zip(&after))
            .filter(|(place, (before, after))| after > before && **place != "contact")
            .map(|(place, (before, after))| format!("{place} {}", after - before))
            .collect();
        let mut shown = Vec::new();
        for id in
            sql::texts(&store, "SELECT id AS t FROM conversation WHERE tenant_id = $1 ORDER BY id").await
        {
            let (status, page) = admin.get(&format!("/api/conversations/{id}/messages")).await;
            assert!(status.is_success(), "{name}: {status}");
            let page: MessagesPage = serde_json::from_value(page).unwrap();
            for message in page.messages {
                if !seen.contains(&message.id) {
                    seen.push(message.id);
                    shown.push(card(&message));
                }
            }
        }
        writeln!(told, "{name}: {}", places.into_iter().chain(shown).collect::<Vec<_>>().join(" | "))
            .unwrap();
    }
    assert_eq!(world.quarantined().await, 0);
    let expected = include_str!("fixtures.txt");
    assert!(told == expected, "what is shown of the fixtures changed; it is now:\n{told}");
}

/// A message in one line.
fn card(message: &Message) -> String {
    let author = message.author.kind.as_str();
    match &message.body {
        Body::Text { text } => format!("{author}: {text}"),
        Body::System { what } => format!("{author}: {what:?}"),
        body => format!(
            "{author} [{}]: {}",
            body.kind().unwrap_or("?"),
            body.words().unwrap_or_default().replace('\n', " / ")
        ),
    }
}
