//! Customers who are known by something else from now on.

use serde_json::{Value, json};
use shared::{
    error::ErrorCode,
    ids::ConversationId,
    live::command::Command,
    model::{
        content::Content,
        conversation::CloseReason,
        message::{Body, DeliveryState},
    },
};
use simulator::payload::{self, Sender};

use super::changes::{said, timeline};
use crate::{
    harness::{
        Engine, Options, User, World, sql,
        webhook::{ann, bob, unix_now, wamid},
    },
    sending::becomes,
};

on_both_engines!(
    a_customer_with_a_new_number_keeps_the_history,
    news_of_a_number_are_no_message_to_be_answered,
    a_new_account_of_the_same_person_is_the_same_customer,
    a_number_that_somebody_else_had_leads_to_its_new_owner,
    news_of_a_stranger_change_nothing,
    a_late_copy_does_not_move_the_next_owner_of_the_number,
    a_new_account_whose_number_is_not_told_has_none,
    what_was_written_from_the_new_number_before_can_still_be_answered,
    another_number_in_an_ordinary_message_gives_the_old_one_up,
    somebody_elses_card_beside_a_message_is_not_the_senders,
    other_news_of_the_system_move_nobody,
);

const NEW: &str = "4915200000099";

fn new_number() -> Value {
    json!({ "body": "Ann changed her number", "wa_id": NEW, "type": "user_changed_number" })
}

async fn conversations(user: &User, query: &str) -> Vec<Value> {
    let (_, page) = user.get(&format!("/api/conversations?state=any&{query}")).await;
    page["conversations"].as_array().unwrap().clone()
}

fn id_of(conversation: &Value) -> ConversationId {
    conversation["id"].as_str().unwrap().parse().unwrap()
}

async fn a_customer_with_a_new_number_keeps_the_history(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hello").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let news = wamid();
    said(&world, &ann(), &news, "system", new_number(), json!({})).await;
    said(&world, &ann(), &news, "system", new_number(), json!({})).await;
    world.customer_writes(&Sender::phone(NEW, "Ann"), "It is me").await;
    let messages = timeline(&agent, id).await;
    assert_eq!(messages.len(), 3, "a second copy tells nothing new");
    let Body::Content(content) = &messages[1].body else { panic!("{:?}", messages[1].body) };
    assert!(matches!(&**content, Content::Changed(changed) if changed.number));
    // Answers go to the new number, and it is what she is found by.
    let done = agent.command(Command::text(id, "Noted.")).await.unwrap();
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    let sent = meta.control().wait_for_sends(1, crate::harness::wait::PATIENCE).await.unwrap();
    assert_eq!(sent[0].recipient().as_deref(), Some(NEW));
    assert_eq!(conversations(&agent, &format!("search={NEW}")).await.len(), 1);
    // Whoever gets the old number is somebody else.
    world.customer_writes(&Sender::phone("4915200000001", "Carl"), "Is this a shop?").await;
    let all = conversations(&agent, "").await;
    assert_eq!(all.len(), 2);
    assert_eq!(timeline(&agent, id).await.len(), 5, "hers: three, taken, answered");
}

async fn news_of_a_number_are_no_message_to_be_answered(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hello").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    agent.command(Command::text(id, "Hello!")).await.unwrap();
    let before = conversations(&agent, "").await.remove(0);
    agent.command(Command::Close { conversation: id, reason: CloseReason::Resolved }).await.unwrap();
    said(&world, &ann(), &wamid(), "system", new_number(), json!({})).await;
    let after = conversations(&agent, "").await.remove(0);
    assert_eq!(after["state"], "closed", "nobody wrote");
    for kept in ["unread", "waiting_since", "window_until"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!(after["contact"]["phone"], NEW);
}

async fn a_new_account_of_the_same_person_is_the_same_customer(engine: Engine) {
    let world = World::new(engine).await;
    let scoped = |id: &str| Sender::scoped(id, "Dora");
    world.customer_writes(&scoped("DE.1"), "Hello").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let news = json!({ "body": "Dora changed", "type": "user_changed_user_id", "user_id": "DE.2", "previous_user_id": "DE.1" });
    said(&world, &scoped("DE.2"), &wamid(), "system", news, json!({})).await;
    world.customer_writes(&scoped("DE.2"), "It is me").await;
    assert_eq!(timeline(&agent, id).await.len(), 3);
    assert_eq!(sql::count(&world.store().await, "contact").await, 1);
}

async fn a_number_that_somebody_else_had_leads_to_its_new_owner(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&Sender::phone(NEW, "Emil"), "I will give this number up").await;
    world.customer_writes(&ann(), "Hello").await;
    let agent = world.agent().await;
    let emils = id_of(&conversations(&agent, "search=emil").await[0]);
    said(&world, &ann(), &wamid(), "system", new_number(), json!({})).await;
    world.customer_writes(&Sender::phone(NEW, "Ann"), "It is me").await;
    let anns = id_of(&conversations(&agent, &format!("search={NEW}")).await[0]);
    assert_ne!(anns, emils);
    assert_eq!(timeline(&agent, anns).await.len(), 3);
    // What is written to Emil reaches nobody any more, least of all Ann.
    assert_eq!(agent.refused(Command::text(emils, "Still there?")).await, ErrorCode::NoAddress);
    assert_eq!(timeline(&agent, emils).await.len(), 1);
}

async fn news_of_a_stranger_change_nothing(engine: Engine) {
    let world = World::new(engine).await;
    said(&world, &ann(), &wamid(), "system", new_number(), json!({})).await;
    assert_eq!(sql::count(&world.store().await, "contact").await, 0);
    world.customer_writes(&bob(), "Hello").await;
    assert_eq!(conversations(&world.agent().await, "").await.len(), 1);
}

async fn a_late_copy_does_not_move_the_next_owner_of_the_number(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes_to(&world.alpha.open, &ann(), "Hello").await;
    let agent = world.agent().await;
    // She has no conversation on the number that tells of it, so no line says that it was told.
    let news = payload::message_of(&ann(), &wamid(), unix_now(&world.server), "system", new_number());
    let news = payload::messages(&world.alpha.sales, &ann(), vec![news]);
    assert!(world.alpha.post(&world.server, &news).await.is_success());
    world.customer_writes(&Sender::phone("4915200000001", "Carl"), "I have this number now").await;
    let carls = id_of(&conversations(&agent, "search=carl").await[0]);
    assert!(world.alpha.post(&world.server, &news).await.is_success());
    let done = agent.command(Command::text(carls, "Welcome, Carl")).await.unwrap();
    becomes(&agent, carls, done.message.unwrap(), DeliveryState::Accepted).await;
    let sent = meta.control().wait_for_sends(1, crate::harness::wait::PATIENCE).await.unwrap();
    assert_eq!(sent[0].recipient().as_deref(), Some("4915200000001"));
}

async fn a_new_account_whose_number_is_not_told_has_none(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let dora = Sender { user_id: Some("DE.1".into()), ..Sender::phone("4915200000077", "Dora") };
    world.customer_writes(&dora, "Hello").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let news = json!({ "body": "Dora changed", "type": "user_changed_user_id", "user_id": "DE.2", "previous_user_id": "DE.1" });
    said(&world, &Sender::scoped("DE.2", "Dora"), &wamid(), "system", news, json!({})).await;
    let done = agent.command(Command::text(id, "Still you?")).await.unwrap();
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    let sent = meta.control().wait_for_sends(1, crate::harness::wait::PATIENCE).await.unwrap();
    assert_eq!(sent[0].body.get("to"), None, "the old number may be anybody's");
    assert_eq!(sent[0].body["recipient"], "DE.2");
    world.customer_writes(&Sender::phone("4915200000077", "Carl"), "Is this a shop?").await;
    assert_eq!(conversations(&agent, "").await.len(), 2);
}

async fn what_was_written_from_the_new_number_before_can_still_be_answered(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes(&Sender::phone(NEW, "Ann"), "My new number").await;
    let agent = world.agent().await;
    let fresh = id_of(&conversations(&agent, &format!("search={NEW}")).await[0]);
    // What WhatsApp told an hour ago comes now.
    let hour_ago = crate::harness::webhook::unix_now(&world.server) - 3_600;
    let beside = json!({ "timestamp": hour_ago.to_string() });
    said(&world, &ann(), &wamid(), "system", new_number(), beside).await;
    let done = agent.command(Command::text(fresh, "Thank you")).await.unwrap();
    becomes(&agent, fresh, done.message.unwrap(), DeliveryState::Accepted).await;
    let sent = meta.control().wait_for_sends(1, crate::harness::wait::PATIENCE).await.unwrap();
    assert_eq!(sent[0].recipient().as_deref(), Some(NEW));
}

async fn another_number_in_an_ordinary_message_gives_the_old_one_up(engine: Engine) {
    let world = World::new(engine).await;
    let at = |phone: &str| Sender { user_id: Some("DE.7".into()), ..Sender::phone(phone, "Fay") };
    world.customer_writes(&at("4915200000081"), "Hello").await;
    world.customer_writes(&at("4915200000082"), "From my other phone").await;
    let agent = world.agent().await;
    assert_eq!(conversations(&agent, "").await.len(), 1);
    world.customer_writes(&Sender::phone("4915200000081", "Gus"), "Hi there").await;
    assert_eq!(conversations(&agent, "").await.len(), 2, "Gus is not Fay");
}

async fn somebody_elses_card_beside_a_message_is_not_the_senders(engine: Engine) {
    let world = World::new(engine).await;
    let fay = Sender { user_id: Some("DE.7".into()), ..Sender::phone("4915200000081", "Fay") };
    world.customer_writes(&fay, "Hello").await;
    let body = json!({ "object": "whatsapp_business_account", "entry": [{
        "id": world.alpha.sales.waba_id,
        "changes": [{ "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "phone_number_id": world.alpha.sales.phone_number_id },
            "contacts": [{ "profile": { "name": "Fay" }, "wa_id": "4915200000081", "user_id": "DE.7" }],
            "messages": [{
                "from": "4915200000099", "id": wamid(), "timestamp": "1750000000", "type": "text",
                "text": { "body": "I am somebody else" },
            }],
        } }],
    }] });
    assert!(world.alpha.post(&world.server, &body).await.is_success());
    let agent = world.agent().await;
    let all = conversations(&agent, "").await;
    assert_eq!(all.len(), 2);
    let fays = all.iter().find(|one| one["contact"]["name"] == "Fay").unwrap();
    assert_eq!(fays["contact"]["phone"], "4915200000081");
}

async fn other_news_of_the_system_move_nobody(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let news = json!({ "body": "Something else", "type": "customer_identity_changed", "wa_id": NEW });
    said(&world, &ann(), &wamid(), "system", news, json!({})).await;
    world.customer_writes(&ann(), "Still me").await;
    assert_eq!(timeline(&world.agent().await, world.only_conversation().await).await.len(), 3);
}
