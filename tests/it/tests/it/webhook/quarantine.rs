//! What was set aside, as an administrator sees it: looked at, taken once more, discarded.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::api::quarantine::{QuarantinePage, RawJson, ReplayOutcome, ReplayedItem};

use super::changes::{said, timeline};
use crate::harness::{
    Engine, User, World, sql,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    an_administrator_looks_takes_once_more_and_discards,
    nobody_else_sees_what_was_set_aside,
    an_administrator_sees_what_a_message_came_in,
);

/// Sets items aside as if they had broken something: a message that is whole, and one that is not.
async fn set_aside(world: &World) -> Vec<String> {
    let now = unix_now(&world.server);
    let line = &world.alpha.sales;
    let whole = json!({"from": "4915200000001", "id": wamid(), "timestamp": now.to_string(), "type": "text",
        "text": {"body": "Are you there?"}});
    let broken = json!({"from": "4915200000001", "type": "text"});
    let channel = world.alpha.sales_channel;
    let mut ids = Vec::new();
    for (n, raw) in [whole, broken].into_iter().enumerate() {
        let stored = json!({"field": "messages", "waba_id": line.waba_id, "time": "", "kind": "message",
            "phone_number_id": line.phone_number_id, "raw": raw.to_string(), "contacts": null});
        let (id, at) = (format!("item{n}"), now * 1_000_000 + n as i64);
        let insert = format!(
            "INSERT INTO raw_item (tenant_id, id, item_key, kind, channel_id, error, raw, received_at) \
             VALUES ($1, '{id}', '{id}', 'messages/message', '{channel}', 'it broke something', '{stored}', {at})"
        );
        let store = world.store().await;
        store.write(move |tx| Ok(sql::execute(tx, &insert)?)).await.unwrap();
        ids.push(id);
    }
    ids
}

async fn list(user: &User) -> Vec<String> {
    let (status, page) = user.get("/api/quarantine").await;
    assert_eq!(status, StatusCode::OK);
    let page: QuarantinePage = serde_json::from_value(page).unwrap();
    assert!(page.items.iter().all(|item| item.error == "it broke something" && item.channel.is_some()));
    assert!(!page.has_more);
    page.items.into_iter().map(|item| item.id).collect()
}

async fn an_administrator_looks_takes_once_more_and_discards(engine: Engine) {
    let world = World::new(engine).await;
    let ids = set_aside(&world).await;
    let admin = world.administrator().await;
    assert_eq!(list(&admin).await, [ids[1].clone(), ids[0].clone()], "newest first");
    let (status, raw) = admin.get(&format!("/api/quarantine/{}", ids[0])).await;
    assert_eq!(status, StatusCode::OK);
    let raw: RawJson = serde_json::from_value(raw).unwrap();
    assert!(raw.raw.unwrap().contains("Are you there?"));
    let replay = async |id: &str| {
        let (status, answer) =
            admin.send(Method::POST, &format!("/api/quarantine/{id}/replay"), &json!({})).await;
        assert_eq!(status, StatusCode::OK);
        serde_json::from_value::<ReplayedItem>(answer).unwrap().outcome
    };
    assert_eq!(replay(&ids[0]).await, ReplayOutcome::Taken);
    assert_eq!(timeline(&admin, world.only_conversation().await).await.len(), 1);
    // Without an id it is no message, but it breaks nothing any more.
    assert_eq!(list(&admin).await, [ids[1].clone()]);
    let gone =
        async |id: &str| admin.send(Method::DELETE, &format!("/api/quarantine/{id}"), &Value::Null).await.0;
    assert_eq!(gone(&ids[1]).await, StatusCode::NO_CONTENT);
    assert_eq!(gone(&ids[1]).await, StatusCode::NOT_FOUND);
    assert_eq!(gone("nothing").await, StatusCode::NOT_FOUND);
    assert!(list(&admin).await.is_empty());
    let entries =
        "SELECT action AS t FROM audit WHERE tenant_id = $1 AND action LIKE 'quarantine%' ORDER BY seq";
    let entries = sql::texts(&world.store().await, entries).await;
    assert_eq!(entries, ["quarantine.read", "quarantine.replay", "quarantine.discard"]);
}

async fn nobody_else_sees_what_was_set_aside(engine: Engine) {
    let world = World::new(engine).await;
    let id = set_aside(&world).await.remove(0);
    let one = format!("/api/quarantine/{id}");
    for (user, expected) in [
        (world.agent().await, StatusCode::FORBIDDEN),
        (world.supervisor().await, StatusCode::FORBIDDEN),
        (world.stranger().await, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(user.get(&one).await.0, expected);
        assert_eq!(user.send(Method::DELETE, &one, &Value::Null).await.0, expected);
        assert_eq!(user.send(Method::POST, &format!("{one}/replay"), &json!({})).await.0, expected);
    }
    assert_eq!(world.agent().await.get("/api/quarantine").await.0, StatusCode::FORBIDDEN);
    assert!(list(&world.stranger().await).await.is_empty());
    assert_eq!(list(&world.administrator().await).await.len(), 2, "nothing happened");
}

async fn an_administrator_sees_what_a_message_came_in(engine: Engine) {
    let world = World::new(engine).await;
    said(&world, &ann(), &wamid(), "hologram", json!({"depth": 3}), json!({})).await;
    world.customer_writes(&ann(), "Hi").await;
    let admin = world.administrator().await;
    let messages = timeline(&admin, world.only_conversation().await).await;
    let raw = async |user: &User, n: usize| {
        let (status, raw) = user.get(&format!("/api/messages/{}/raw", messages[n].id)).await;
        (status, raw["raw"].as_str().map(str::to_owned))
    };
    let (status, kept) = raw(&admin, 0).await;
    assert!(status == StatusCode::OK && kept.unwrap().contains(r#""depth":3"#));
    assert_eq!(raw(&admin, 1).await, (StatusCode::OK, None), "a text says it all");
    assert_eq!(raw(&world.supervisor().await, 0).await.0, StatusCode::FORBIDDEN);
    assert_eq!(raw(&world.stranger().await, 0).await.0, StatusCode::NOT_FOUND);
}
