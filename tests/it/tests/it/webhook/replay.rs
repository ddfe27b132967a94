//! What was set aside, and taking it once more.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::admin::{AddNumber, AdminCommand, execute};
use shared::{
    live::command::Command,
    model::{channel::ChannelColour, conversation::CloseReason},
};
use simulator::payload::{self, Line};

use crate::harness::{
    Engine, World, sql,
    webhook::{ann, bob, unix_now, wamid},
};

on_both_engines!(
    an_item_that_panics_is_set_aside_alone_and_taken_when_the_cause_is_gone,
    a_replay_of_what_is_still_not_understood_deletes_nothing,
    a_number_that_is_bound_later_gets_what_came_before,
    an_equal_change_of_another_time_is_another_change,
);

async fn replay(world: &World, tenant: Option<&str>) -> Value {
    let command = AdminCommand::Replay { tenant: tenant.map(str::to_owned) };
    execute(&world.server.admin(), command).await.unwrap_or_else(|e| panic!("{e}"))
}

async fn run(world: &World, statement: String) {
    let store = world.store().await;
    store.write(move |tx| Ok(sql::execute(tx, &statement)?)).await.unwrap();
}

async fn an_item_that_panics_is_set_aside_alone_and_taken_when_the_cause_is_gone(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "first").await;
    let conversation = world.only_conversation().await;
    let close = Command::Close { conversation, reason: CloseReason::Resolved };
    world.agent().await.command(close).await.unwrap();
    // A row no code of ours writes: closed so late that seven days more do not fit into an instant.
    let end_of_time = (DateTime::<Utc>::MAX_UTC - TimeDelta::days(1)).timestamp_micros();
    run(&world, format!("UPDATE conversation SET closed_at = {end_of_time} WHERE tenant_id = $1")).await;

    let now = unix_now(&world.server);
    let text = |body: &str| payload::text_message(&world.alpha.sales, &ann(), &wamid(), now, body);
    let hers = text("poisonous");
    let body = payload::batch([
        payload::text_message(&world.alpha.sales, &bob(), &wamid(), now, "before"),
        hers.clone(),
        payload::text_message(&world.alpha.sales, &bob(), &wamid(), now, "after"),
    ]);
    for _ in 0..2 {
        assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
    }
    let store = world.store().await;
    let texts = "SELECT text AS t FROM message WHERE tenant_id = $1 AND kind = 'text' ORDER BY id";
    assert_eq!(sql::texts(&store, texts).await, ["first", "before", "after"]);
    let set_aside = "SELECT count(*) AS n FROM raw_item WHERE tenant_id = $1 AND error IS NOT NULL";
    assert_eq!(sql::number(&store, set_aside).await, 1);

    let still = replay(&world, Some("alpha")).await;
    assert_eq!(still["tenants"], json!([{ "tenant": "alpha", "taken": 0, "kept": 0, "left": 1 }]));
    assert_eq!(sql::number(&store, set_aside).await, 1);

    let now = world.server.app.store.clock().now().timestamp_micros();
    run(
        &world,
        format!("UPDATE conversation SET closed_at = {now} WHERE tenant_id = $1 AND closed_at IS NOT NULL"),
    )
    .await;
    let taken = replay(&world, Some("alpha")).await;
    assert_eq!(taken["tenants"], json!([{ "tenant": "alpha", "taken": 1, "kept": 0, "left": 0 }]));
    assert_eq!(sql::texts(&store, texts).await, ["first", "before", "after", "poisonous"]);
    assert_eq!(sql::count(&store, "raw_item").await, 0);
}

async fn a_replay_of_what_is_still_not_understood_deletes_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let body = payload::change(&world.alpha.sales.waba_id, "template_category_update", json!({ "x": 1 }));
    assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
    run(&world, "UPDATE raw_item SET error = 'it broke something once' WHERE tenant_id = $1".into()).await;
    let replayed = replay(&world, None).await;
    assert_eq!(replayed["tenants"][0], json!({ "tenant": "alpha", "taken": 0, "kept": 1, "left": 0 }));
    let store = world.store().await;
    assert_eq!(sql::count(&store, "raw_item").await, 1);
    let again = replay(&world, None).await;
    assert_eq!(again["tenants"][0], json!({ "tenant": "alpha", "taken": 0, "kept": 0, "left": 0 }));
}

async fn a_number_that_is_bound_later_gets_what_came_before(engine: Engine) {
    let world = World::new(engine).await;
    let line = Line {
        waba_id: world.alpha.sales.waba_id.clone(),
        phone_number_id: "900000000000077".into(),
        display_phone_number: "+49 30 5550177".into(),
    };
    let early = payload::text_message(&line, &ann(), &wamid(), unix_now(&world.server), "too early");
    assert_eq!(world.alpha.post(&world.server, &early).await, StatusCode::OK);
    assert_eq!(world.alpha.post_bytes(&world.server, b"[]".to_vec()).await, StatusCode::OK);
    assert_eq!(world.quarantined().await, 2);
    assert_eq!(replay(&world, None).await["quarantine"], json!({ "taken": 0, "left": 2 }));

    let number = AddNumber {
        tenant: "alpha".into(),
        connection: world.alpha.key.clone(),
        phone_number_id: line.phone_number_id.clone(),
        waba_id: line.waba_id.clone(),
        number: line.display_phone_number.clone(),
        label: "late".into(),
        colour: ChannelColour::Rose,
        queue: None,
    };
    let added = execute(&world.server.admin(), AdminCommand::AddNumber(number)).await;
    assert!(added.is_ok());
    assert_eq!(replay(&world, Some("beta")).await["quarantine"], json!({ "taken": 0, "left": 2 }));
    assert_eq!(replay(&world, Some("alpha")).await["quarantine"], json!({ "taken": 1, "left": 1 }));
    assert_eq!(world.quarantined().await, 1);
    let texts = "SELECT text AS t FROM message WHERE tenant_id = $1";
    assert_eq!(sql::texts(&world.store().await, texts).await, ["too early"]);
    // Meta delivers again all the same: still one message.
    assert_eq!(world.alpha.post(&world.server, &early).await, StatusCode::OK);
    assert_eq!(sql::count(&world.store().await, "message").await, 1);
}

async fn an_equal_change_of_another_time_is_another_change(engine: Engine) {
    let world = World::new(engine).await;
    let change = |time: i64| {
        let mut body =
            payload::change(&world.alpha.sales.waba_id, "account_update", json!({ "event": "DISABLED" }));
        body["entry"][0]["time"] = json!(time);
        body
    };
    for time in [1_750_000_000, 1_750_000_000, 1_760_000_000] {
        assert_eq!(world.alpha.post(&world.server, &change(time)).await, StatusCode::OK);
    }
    assert_eq!(sql::count(&world.store().await, "raw_item").await, 2);
}
