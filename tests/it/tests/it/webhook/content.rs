//! What customers can send besides text: each kind becomes a card of its own, and keeps the item as it
//! came.

use serde_json::{Value, json};
use shared::model::{
    content::{Content, Forwarded, MediaKind},
    message::{Body, Message},
};
use simulator::payload;

use super::changes::{said, timeline};
use crate::harness::{
    Engine, World, sql,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    every_kind_of_message_is_understood,
    an_unknown_kind_is_a_labelled_card_with_all_of_it_kept,
    how_a_message_came_about_is_told,
    a_recording_on_the_line_is_a_voice_message,
);

/// Meta's type, what lies under it, and what the console is told: the kind and the words.
fn samples() -> Vec<(&'static str, Value, &'static str, Option<&'static str>)> {
    let file = |extra: Value| {
        let mut file =
            json!({"mime_type": "image/jpeg", "sha256": "q83v", "id": "1234", "url": "https://x.example/f"});
        file.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        file
    };
    let card = json!({"name": {"formatted_name": "Cleo Lamp"}, "phones": [{"phone": "+49 30 555", "wa_id": "4930555"}],
        "emails": [{"email": "cleo@example.com"}], "org": {"company": "Lamps & Co"}});
    let flow =
        json!({"name": "flow", "body": "Sent", "response_json": "{\"flow_token\":\"x\",\"rating\":\"5\"}"});
    vec![
        ("image", file(json!({"caption": "On the shelf"})), "image", Some("On the shelf")),
        ("video", file(json!({})), "video", None),
        ("audio", file(json!({"voice": true})), "voice", None),
        ("audio", file(json!({"voice": false})), "audio", None),
        ("document", file(json!({"filename": "bill.pdf"})), "document", Some("bill.pdf")),
        ("sticker", file(json!({"animated": true})), "sticker", None),
        (
            "location",
            json!({"latitude": 52.52, "longitude": 13.405, "name": "Shop", "address": "Alexanderplatz 1"}),
            "location",
            Some("Shop\nAlexanderplatz 1"),
        ),
        ("contacts", json!([card, {"phones": [{"wa_id": "1"}]}]), "contacts", Some("Cleo Lamp")),
        ("button", json!({"payload": "yes", "text": "Yes, please"}), "interactive", Some("Yes, please")),
        (
            "interactive",
            json!({"type": "button_reply", "button_reply": {"id": "b1", "title": "Blue"}}),
            "interactive",
            Some("Blue"),
        ),
        (
            "interactive",
            json!({"type": "list_reply", "list_reply": {"id": "l1", "title": "Red", "description": "warm"}}),
            "interactive",
            Some("Red"),
        ),
        ("interactive", json!({"type": "nfm_reply", "nfm_reply": flow}), "form", Some("Sent\n5")),
        (
            "interactive",
            json!({"type": "call_permission_reply", "call_permission_reply":
            {"response": "accept", "is_permanent": false, "expiration_timestamp": "1768550400"}}),
            "call_permission",
            None,
        ),
        (
            "interactive",
            json!({"type": "product", "product": {"catalog_id": "7", "product_retailer_id": "lamp-1"}}),
            "product",
            Some("lamp-1"),
        ),
        (
            "order",
            json!({"catalog_id": "7", "text": "Lovely", "product_items": [
            {"product_retailer_id": "lamp-1", "quantity": "2", "item_price": 30.5, "currency": "EUR"}]}),
            "order",
            Some("Lovely\nlamp-1"),
        ),
        ("request_welcome", Value::Null, "request_welcome", None),
        ("unsupported", json!({"type": "poll"}), "unsupported", None),
        // The last: she is known by another number from then on.
        (
            "system",
            json!({"body": "Ann changed her number", "wa_id": "4915200000099", "type": "user_changed_number"}),
            "system",
            None,
        ),
    ]
}

async fn every_kind_of_message_is_understood(engine: Engine) {
    let world = World::new(engine).await;
    for (kind, content, ..) in samples() {
        said(&world, &ann(), &wamid(), kind, content, json!({})).await;
    }
    let agent = world.agent().await;
    let messages = timeline(&agent, world.only_conversation().await).await;
    assert_eq!(messages.len(), samples().len());
    for (message, (kind, _, shown, words)) in messages.iter().zip(samples()) {
        assert!(matches!(message.body, Body::Content(_)), "{kind}: {:?}", message.body);
        assert_eq!(message.body.kind(), Some(shown), "{kind}");
        assert_eq!(message.body.words().as_deref(), words, "{kind}");
    }
    let store = world.store().await;
    let kept = "SELECT count(*) AS n FROM message WHERE tenant_id = $1 AND raw IS NOT NULL";
    assert_eq!(sql::number(&store, kept).await, samples().len() as i64);
    // The news of her number is kept besides, so that a copy of it moves nobody else.
    assert_eq!(sql::count(&store, "raw_item").await, 1);
}

async fn an_unknown_kind_is_a_labelled_card_with_all_of_it_kept(engine: Engine) {
    let world = World::new(engine).await;
    said(&world, &ann(), &wamid(), "hologram", json!({"depth": 3}), json!({})).await;
    said(&world, &ann(), &wamid(), "location", json!({"latitude": 200, "longitude": 0}), json!({})).await;
    let messages = timeline(&world.agent().await, world.only_conversation().await).await;
    let kinds: Vec<_> = messages.iter().map(|message| &message.body).collect();
    let other = |kind: &str| Body::Other { kind: kind.into(), caption: None };
    assert_eq!(kinds, [&other("hologram"), &other("location")]);
    let raw =
        sql::texts(&world.store().await, "SELECT raw AS t FROM message WHERE tenant_id = $1 ORDER BY seq")
            .await;
    assert!(raw[0].contains("\"depth\":3") && raw[1].contains("\"latitude\":200"), "{raw:?}");
}

async fn how_a_message_came_about_is_told(engine: Engine) {
    let world = World::new(engine).await;
    let referral = json!({"source_url": "https://fb.me/lamps", "source_type": "ad", "headline": "Lamps", "body": "Warm light"});
    said(&world, &ann(), &wamid(), "text", json!({"body": "Is it blue?"}), json!({"referral": referral}))
        .await;
    said(&world, &ann(), &wamid(), "text", json!({"body": "hi"}), json!({"context": {"forwarded": true}}))
        .await;
    let asks = json!({"context": {"frequently_forwarded": true,
        "referred_product": {"catalog_id": "7", "product_retailer_id": "lamp-1"}}});
    said(&world, &ann(), &wamid(), "text", json!({"body": "this one"}), asks).await;
    let messages = timeline(&world.agent().await, world.only_conversation().await).await;
    let context = |message: &Message| message.context.as_deref().cloned().expect("it says something");
    let advertisement = context(&messages[0]).referral.unwrap();
    assert_eq!(advertisement.headline.as_deref(), Some("Lamps"));
    assert_eq!(advertisement.url.as_deref(), Some("https://fb.me/lamps"));
    assert_eq!(context(&messages[1]).forwarded, Some(Forwarded::Once));
    assert_eq!(context(&messages[2]).forwarded, Some(Forwarded::Often));
    assert_eq!(context(&messages[2]).product.unwrap().product, "lamp-1");
    assert!(context(&messages[2]).quote.is_none());
}

async fn a_recording_on_the_line_is_a_voice_message(engine: Engine) {
    let world = World::new(engine).await;
    let file = json!({"id": "1", "mime_type": "audio/ogg; codecs=opus", "sha256": "q83v"});
    let message = payload::message_of(&ann(), "wacid.1", unix_now(&world.server), "audio", file);
    let body = payload::messages(&world.alpha.sales, &ann(), vec![message]);
    assert!(world.alpha.post(&world.server, &body).await.is_success());
    let messages = timeline(&world.agent().await, world.only_conversation().await).await;
    let Body::Content(content) = &messages[0].body else { panic!("not understood") };
    let Content::Media(media) = &**content else { panic!("not a file") };
    assert_eq!(media.kind, MediaKind::Voice);
}
