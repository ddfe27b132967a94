use std::sync::atomic::Ordering;

use simulator::{Config, Customer, Simulator, Utterance, sign};

use super::receiver::Receiver;
use super::*;

#[actix_web::test]
async fn a_customers_words_arrive_signed_over_the_raw_bytes() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    let delivery = meta.control().say(CUSTOMER, Utterance::text("Größe M? 😀").at(1_749_416_383)).await;
    assert_eq!(delivery.status, Some(200));
    let (signature, bytes) = receiver.next().await;
    assert_eq!(signature, sign(&Config::for_tests().app.app_secret, &bytes));
    let webhook: Value = serde_json::from_slice(&bytes).unwrap();
    let message = webhook.pointer("/entry/0/changes/0/value/messages/0").unwrap();
    assert_eq!(message["timestamp"], "1749416383");
    assert_eq!(message["text"]["body"], "Größe M? 😀");
    assert_eq!(Some(message["id"].as_str().unwrap()), delivery.wamid.as_deref());
}

#[actix_web::test]
async fn a_customer_may_have_no_phone_number() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    let user_id = Some("DE.1349".to_owned());
    meta.control().put_customer(Customer { user_id, name: Some("Bo".into()), ..Customer::default() });
    meta.control().say("DE.1349", Utterance::text("Hi")).await;
    let value = receiver.next_value().await;
    assert_eq!(value["contacts"][0], json!({ "profile": { "name": "Bo" }, "user_id": "DE.1349" }));
    assert!(value["messages"][0].get("from").is_none());
}

#[actix_web::test]
async fn a_refused_webhook_is_tried_again() {
    let mut receiver = Receiver::start();
    receiver.answer.store(503, Ordering::SeqCst);
    let meta =
        Simulator::start(Config { webhook_retries: 2, webhook_retry_ms: 1, ..Config::for_tests() }).unwrap();
    meta.control().set_webhook_url(&receiver.url);
    let delivery = meta.control().say(CUSTOMER, Utterance::text("Hello?")).await;
    assert_eq!((delivery.status, delivery.attempts), (Some(503), 3));
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!(first, second);
}

#[actix_web::test]
async fn duplicates_and_replays_are_the_same_bytes() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    let copies = meta.control().duplicate(CUSTOMER, Utterance::text("once"), 3).await;
    assert_eq!(copies.len(), 3);
    let first = receiver.next().await;
    assert_eq!(receiver.next().await, first);
    assert_eq!(receiver.next().await, first);
    let said = meta.control().say(CUSTOMER, Utterance::text("again")).await;
    let original = receiver.next().await;
    assert_eq!(meta.control().replay(said.webhook, 1).await.len(), 1);
    assert_eq!(receiver.next().await, original);
    assert!(meta.control().replay(9_999, 1).await.is_empty());
}

#[actix_web::test]
async fn a_batch_is_one_webhook_and_a_shuffle_is_many() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    let said = || ["one", "two", "three"].map(|word| (CUSTOMER.to_owned(), Utterance::text(word)));
    assert!(meta.control().batch(said()).await.is_ok());
    assert_eq!(receiver.next_value().await["messages"].as_array().unwrap().len(), 3);
    assert_eq!(meta.control().shuffle(said()).await.len(), 3);
    for _ in 0..3 {
        assert_eq!(receiver.next_value().await["messages"].as_array().unwrap().len(), 1);
    }
}

#[actix_web::test]
async fn the_handshake_is_checked() {
    let receiver = Receiver::start();
    let meta = start();
    assert!(!meta.control().verify(None).await.ok);
    meta.control().set_webhook_url(&receiver.url);
    assert!(meta.control().verify(None).await.ok);
}

#[actix_web::test]
async fn the_same_works_over_http() {
    let mut receiver = Receiver::start();
    let meta = start();
    let control = |path: &str| http().post(format!("{}/control/{path}", meta.base_url));
    control("webhook").json(&json!({ "url": receiver.url })).send().await.unwrap();
    let said = control(&format!("customers/{CUSTOMER}/say")).json(&json!({ "text": "Hi", "name": "Ada" }));
    let delivery: Value = said.send().await.unwrap().json().await.unwrap();
    assert_eq!(delivery["status"], 200);
    assert_eq!(receiver.next_value().await["contacts"][0]["profile"]["name"], "Ada");
    let tapped = json!({ "type": "button_reply", "id": "b1", "title": "Yes", "reply_to": "wamid.Q" });
    control(&format!("customers/{CUSTOMER}/say")).json(&tapped).send().await.unwrap();
    let message = receiver.next_value().await["messages"][0].clone();
    assert_eq!(message["interactive"]["button_reply"]["id"], "b1");
    assert_eq!(message["context"]["id"], "wamid.Q");
    let behaviour = json!({ "queue": [{ "kind": "refuse", "code": 131026 }], "statuses": "manual" });
    let changed = control("behaviour").json(&behaviour).send().await.unwrap();
    assert_eq!(changed.status(), 200);
    assert_eq!(send(&meta, &text("no")).await.unwrap().1["error"]["code"], 131_026);
}

#[actix_web::test]
async fn the_phone_page_shows_the_chat_and_reports_reading() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    send(&meta, &text("Good morning")).await.unwrap();
    let page = http().get(format!("{}/", meta.base_url)).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("/phone/phone.js"));
    let view = format!("{}/phone/api/view?customer={CUSTOMER}", meta.base_url);
    let view: Value = http().get(view).send().await.unwrap().json().await.unwrap();
    assert_eq!(view["chat"][0]["text"], "Good morning");
    assert_eq!(view["unread"], 1);
    let read = http().post(format!("{}/phone/api/read", meta.base_url));
    read.json(&json!({ "customer": CUSTOMER, "number": view["number"] })).send().await.unwrap();
    assert_eq!(receiver.next_value().await["statuses"][0]["status"], "read");
}
