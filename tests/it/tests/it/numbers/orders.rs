//! What administrators have done at Meta, one by one.

use serde_json::json;
use shared::{api::numbers::BusinessProfile, error::ErrorCode, model::health::NumberState};

use super::{check, post, refused, until};
use crate::harness::{Engine, LiveClient, Options, World, sql};

on_both_engines!(
    one_click_subscribes_the_account,
    a_number_is_registered_with_its_pin,
    a_test_goes_to_ones_own_phone,
    the_profile_is_read_and_written,
    a_number_gets_another_name_colour_and_queue,
    a_chat_begins_with_a_code,
);

async fn one_click_subscribes_the_account(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    assert_eq!(check(&admin, id).await.facts.account.subscribed, Some(false));
    let path = format!("/api/channels/{id}/subscribe");
    meta.control().refuse_orders([200]);
    assert_eq!(refused(&admin, &path, &json!({})).await, ErrorCode::TokenTooWeak);
    assert!(!meta.control().is_subscribed(&world.alpha.sales.waba_id));
    let health = post(&admin, &path, &json!({})).await.unwrap();
    assert_eq!(health["facts"]["account"]["subscribed"], true);
    assert!(meta.control().is_subscribed(&world.alpha.sales.waba_id));
    assert_eq!(audited(&world, "channel.subscribe").await, 1, "once, for what was done");
}

async fn a_number_is_registered_with_its_pin(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let number = world.alpha.sales.phone_number_id.clone();
    meta.control().change_number(&number, |node| {
        node.status = "PENDING".into();
        node.pin = Some("123456".into());
    });
    assert_eq!(check(&admin, id).await.facts.number.state, Some(NumberState::Pending));
    let path = format!("/api/channels/{id}/register");
    for pin in ["", "12345", "12345a", "999999"] {
        assert_eq!(refused(&admin, &path, &json!({ "pin": pin })).await, ErrorCode::PinRefused, "{pin}");
    }
    meta.control().refuse_orders([133_016, 131_000, 190]);
    let pin = json!({ "pin": "123456" });
    assert_eq!(refused(&admin, &path, &pin).await, ErrorCode::RegisteredTooOften);
    assert_eq!(refused(&admin, &path, &pin).await, ErrorCode::MetaUnreachable);
    assert_eq!(refused(&admin, &path, &pin).await, ErrorCode::TokenRefused);
    let health = post(&admin, &path, &pin).await.unwrap();
    assert_eq!(health["facts"]["number"]["state"], "connected");
    assert_eq!(audited(&world, "channel.register").await, 1);
}

async fn a_test_goes_to_ones_own_phone(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let path = format!("/api/channels/{id}/test");
    assert_eq!(refused(&admin, &path, &json!({ "to": "0151 1" })).await, ErrorCode::PhoneInvalid);
    post(&admin, &path, &json!({ "to": "+49 151 12345678" })).await.unwrap();
    let sends = meta.control().sends();
    assert_eq!(sends[0].body["template"]["name"], "hello_world");
    assert_eq!(sends[0].body["to"], "+4915112345678");
    let ann = crate::harness::webhook::ann();
    world.customer_writes(&ann, "Hello?").await;
    let phone = "SELECT value AS t FROM contact_identity WHERE tenant_id = $1 AND kind = 'phone'";
    let phone = sql::texts(&world.store().await, phone).await.remove(0);
    post(&admin, &path, &json!({ "to": format!("+{phone}") })).await.unwrap();
    assert_eq!(meta.control().sends().last().unwrap().body["type"], "text", "inside the window");
    assert_eq!(audited(&world, "channel.test").await, 2);
}

async fn the_profile_is_read_and_written(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let path = format!("/api/channels/{id}/profile");
    let (_, body) = admin.get(&path).await;
    assert_eq!(serde_json::from_value::<BusinessProfile>(body).unwrap(), BusinessProfile::default());
    let new = BusinessProfile {
        about: "Lamps".into(),
        email: "desk@lamps.example".into(),
        websites: vec!["https://lamps.example".into()],
        vertical: "RETAIL".into(),
        ..BusinessProfile::default()
    };
    post(&admin, &path, &json!(new)).await.unwrap();
    let (_, body) = admin.get(&path).await;
    assert_eq!(serde_json::from_value::<BusinessProfile>(body).unwrap(), new);
    assert_eq!(meta.control().number(&world.alpha.sales.phone_number_id).profile["vertical"], "RETAIL");
    let long = BusinessProfile { about: "x".repeat(140), ..new };
    let problem = post(&admin, &path, &json!(long)).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::ProfileInvalid);
    assert!(problem.detail.unwrap().contains("about"));
    assert_eq!(audited(&world, "channel.profile.set").await, 1);
}

async fn a_number_gets_another_name_colour_and_queue(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let mut client = LiveClient::connect(&world.agent().await).await;
    let path = format!("/api/channels/{id}");
    let edit = json!({ "name": "Lamps", "colour": "amber", "queue": world.alpha.support_queue });
    let channel = post(&admin, &path, &edit).await.unwrap();
    assert_eq!((channel["rev"].as_u64(), channel["queue"].as_str().unwrap().len()), (Some(2), 36));
    until(&mut client, |view| view.channels[&id].name == "Lamps").await;
    let nowhere = json!({ "name": "Lamps", "colour": "amber", "queue": shared::ids::QueueId::new() });
    assert_eq!(refused(&admin, &path, &nowhere).await, ErrorCode::NotFound);
    let nameless = json!({ "name": "a\nb", "colour": "amber" });
    assert_eq!(refused(&admin, &path, &nameless).await, ErrorCode::TextInvalid);
    assert_eq!(audited(&world, "channel.edit").await, 1);
}

async fn a_chat_begins_with_a_code(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let path = format!("/api/channels/{id}/qr?text=Hi%20there");
    let answer = admin.request(reqwest::Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/svg+xml");
    let drawn = answer.text().await.unwrap();
    assert!(drawn.starts_with("<svg") && drawn.matches("h1v1h-1z").count() > 100, "{drawn:.80}");
    let long = format!("/api/channels/{id}/qr?text={}", "x".repeat(4_000));
    assert_eq!(admin.get(&long).await.0, 422);
}

async fn audited(world: &World, action: &str) -> i64 {
    let query = format!("SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND action = '{action}'");
    sql::number(&world.store().await, &query).await
}
