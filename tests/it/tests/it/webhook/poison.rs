//! What customers' phones and Meta's versions send that nobody expected.

use reqwest::StatusCode;
use serde_json::{Value, json};
use server::secrets::sha256;
use simulator::payload::{self, Line, messages};

use crate::harness::{
    Engine, World, sql,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    a_poisonous_item_does_not_harm_its_siblings,
    an_id_too_long_for_an_index_does_not_harm_its_siblings,
    an_authentic_body_that_is_not_a_webhook_is_kept_by_the_operator,
    a_body_of_three_megabytes_is_taken_and_one_of_five_is_not,
    an_unknown_field_is_kept_raw_for_its_tenant,
    what_is_kept_raw_says_whose_it_is,
);

async fn a_poisonous_item_does_not_harm_its_siblings(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    let text = |body: &str| payload::message_of(&ann(), &wamid(), now, "text", json!({ "body": body }));
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let items: Vec<(Value, &str)> = vec![
        (text("good 1"), "text"),
        (text("a SURROGATE b"), "text"),
        (text("nul \u{0} inside"), "text"),
        (
            json!({ "from": "4915200000001", "id": wamid(), "timestamp": "1", "type": "text", "text": 7 }),
            "unknown",
        ),
        (
            json!({ "from": "4915200000001", "id": wamid(), "timestamp": [], "type": {}, "x": deep }),
            "unknown",
        ),
        (payload::message_of(&ann(), &wamid(), now, "hologram", json!({ "a": 1 })), "hologram"),
        (text("good 2"), "text"),
    ];
    // Without an id, or without a sender, nothing can be deduplicated or answered: kept raw.
    let nameless = [
        json!({ "from": "4915200000001", "timestamp": "1", "type": "text", "text": { "body": "no id" } }),
        json!("not even an object"),
        json!({ "id": "", "from": "4915200000001", "type": "text", "text": { "body": "empty id" } }),
    ];
    let mut list: Vec<Value> = items.iter().map(|(item, _)| item.clone()).collect();
    list.extend(nameless.iter().cloned());
    list.push(text("good 3"));
    let body = messages(&world.alpha.sales, &ann(), list).to_string();
    // serde_json cannot write a lone surrogate; phones can.
    let body = body.replace("SURROGATE", r"\ud83d");
    for _ in 0..2 {
        let status = world.alpha.post_bytes(&world.server, body.clone().into_bytes()).await;
        assert_eq!(status, StatusCode::OK);
    }
    let store = world.store().await;
    let kinds = "SELECT kind AS t FROM message WHERE tenant_id = $1 ORDER BY seq";
    let mut wanted: Vec<&str> = items.iter().map(|(_, kind)| *kind).collect();
    wanted.push("text");
    let stored = sql::texts(&store, kinds).await;
    assert_eq!(stored.len(), wanted.len(), "{stored:?}");
    let texts = sql::texts(
        &store,
        "SELECT text AS t FROM message WHERE tenant_id = $1 AND kind = 'text' ORDER BY seq",
    )
    .await;
    assert_eq!(texts, ["good 1", "a \u{fffd} b", "nul  inside", "good 2", "good 3"]);
    assert_eq!(sql::count(&store, "raw_item").await, nameless.len() as i64);
    let raw = sql::texts(&store, "SELECT raw AS t FROM raw_item WHERE tenant_id = $1").await.join("\n");
    assert!(raw.contains("no id") && raw.contains("not even an object") && raw.contains("empty id"));
}

async fn an_id_too_long_for_an_index_does_not_harm_its_siblings(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    // Not repetitive: PostgreSQL compresses what it puts into an index.
    let long: String = (0..200).map(|n| sha256(format!("{n}").as_bytes())).collect();
    let line = &world.alpha.sales;
    let text = |from: &Value, id: &str| json!({ "from": from, "id": id, "timestamp": now.to_string(), "type": "text", "text": { "body": "x" } });
    let phone = json!("4915200000001");
    let mut by_user = text(&json!("4915200000001"), &wamid());
    by_user["from_user_id"] = json!(long);
    let list = vec![text(&phone, &long), text(&json!(long), &wamid()), by_user, text(&phone, &wamid())];
    let bodies = [
        messages(line, &ann(), list),
        payload::webhook(
            &line.waba_id,
            json!({
                "metadata": { "phone_number_id": line.phone_number_id },
                "statuses": [{ "id": long, "status": "read", "timestamp": now.to_string() }],
            }),
        ),
        payload::text_message(
            &Line { phone_number_id: long.clone(), ..line.clone() },
            &ann(),
            &wamid(),
            now,
            "x",
        ),
        payload::change(&world.alpha.sales.waba_id, &long, json!({ "x": 1 })),
        payload::change(&long, "account_update", json!({ "x": 1 })),
        payload::change(&world.alpha.sales.waba_id, "nul \0 inside", json!({ "x": 1 })),
    ];
    for body in &bodies {
        for _ in 0..2 {
            assert_eq!(world.alpha.post(&world.server, body).await, StatusCode::OK, "{body:.300}");
        }
    }
    let store = world.store().await;
    assert_eq!(sql::count(&store, "message").await, 1);
    assert_eq!(sql::count(&store, "raw_item").await, 6);
    assert_eq!(world.quarantined().await, 2);
}

async fn an_authentic_body_that_is_not_a_webhook_is_kept_by_the_operator(engine: Engine) {
    let world = World::new(engine).await;
    let mut nested = vec![b'['; 20_000];
    nested.extend(vec![b']'; 20_000]);
    let bodies: Vec<Vec<u8>> = vec![
        b"{\"entry\":[{".to_vec(),
        b"[]".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        br#"{"entry":7}"#.to_vec(),
        nested,
    ];
    for body in &bodies {
        assert_eq!(world.alpha.post_bytes(&world.server, body.clone()).await, StatusCode::OK);
        assert_eq!(world.alpha.post_bytes(&world.server, body.clone()).await, StatusCode::OK);
    }
    assert_eq!(world.quarantined().await, bodies.len());
    assert_eq!(sql::count(&world.store().await, "raw_item").await, 0);
}

async fn a_body_of_three_megabytes_is_taken_and_one_of_five_is_not(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    let text = |megabytes: usize| {
        let body = "x".repeat(megabytes * 1024 * 1024);
        payload::text_message(&world.alpha.sales, &ann(), &wamid(), now, &body)
    };
    assert_eq!(world.alpha.post(&world.server, &text(3)).await, StatusCode::OK);
    assert_eq!(sql::count(&world.store().await, "message").await, 1);
    assert_eq!(world.alpha.post(&world.server, &text(5)).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(sql::count(&world.store().await, "message").await, 1);
}

async fn an_unknown_field_is_kept_raw_for_its_tenant(engine: Engine) {
    let world = World::new(engine).await;
    let waba = &world.alpha.sales.waba_id;
    let body = payload::change(waba, "template_category_update", json!({ "new_category": "MARKETING" }));
    for _ in 0..2 {
        assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
    }
    let store = world.store().await;
    let kinds = sql::texts(&store, "SELECT kind AS t FROM raw_item WHERE tenant_id = $1").await;
    assert_eq!(kinds, ["template_category_update/change"]);
    assert_eq!(world.quarantined().await, 0);
}

async fn what_is_kept_raw_says_whose_it_is(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    // Without an id it cannot be a message; who wrote it is known all the same.
    let nameless =
        json!({ "from": "4915200000001", "timestamp": "1", "type": "text", "text": { "body": "x" } });
    let stranger =
        json!({ "from": "4915200000009", "timestamp": "1", "type": "text", "text": { "body": "y" } });
    let body = messages(&world.alpha.sales, &Default::default(), vec![nameless, stranger]);
    assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
    // A status of a message nobody knows, to Ann.
    world.reported("wamid.UNKNOWN", payload::Status::Read, None).await;
    let store = world.store().await;
    let hers = sql::texts(&store, "SELECT id AS t FROM contact WHERE tenant_id = $1").await;
    assert_eq!(hers.len(), 1, "a raw item makes no contact");
    let raw = "SELECT contact_id AS t FROM raw_item WHERE tenant_id = $1 ORDER BY contact_id IS NULL";
    assert_eq!(sql::texts(&store, raw).await, [hers[0].as_str(), ""]);
    let early = "SELECT contact_id AS t FROM early_status WHERE tenant_id = $1";
    assert_eq!(sql::texts(&store, early).await, hers);
}
