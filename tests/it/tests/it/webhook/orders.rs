//! Things that come in an order nobody would choose: the end is the same.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    ids::ConversationId,
    live::command::Command,
    model::{
        content::Content,
        conversation::{CloseReason, ConversationState},
        message::{AuthorKind, Body, DeliveryState, Message},
    },
};
use simulator::payload::{self, Status};

use super::{
    changes::{said, timeline},
    elsewhere::{all, call, echo, past, thread, told, typed, with_clock, words},
    text::conversation,
};
use crate::harness::{
    Engine, World, eventually, sql,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    what_comes_to_us_brings_a_conversation_back_from_a_bot,
    a_recording_opens_nothing,
    what_was_typed_before_the_customer_wrote_answers_nothing,
    a_status_that_overtakes_an_echo_counts,
    a_handover_that_overtakes_the_customer_is_for_us,
    a_file_of_before_is_whose_its_chat_says,
    what_was_deleted_while_it_waited_is_not_shown,
);

async fn what_comes_to_us_brings_a_conversation_back_from_a_bot(engine: Engine) {
    let world = World::new(engine).await;
    let item =
        payload::message_of(&ann(), &wamid(), unix_now(&world.server), "text", json!({"body": "Hi, bot"}));
    let standby = json!({"contacts": [payload::contact(&ann())], "messages": [item]});
    told(&world, "standby", json!({"standby": standby})).await;
    let (agent, id) = (world.agent().await, world.only_conversation().await);
    assert_eq!(conversation(&agent, id).await.state, ConversationState::Bot);
    // No handover was told.
    world.customer_writes(&ann(), "A person, please").await;
    let row = conversation(&agent, id).await;
    assert_eq!(row.state, ConversationState::Queued);
    assert!(row.waiting_since.is_some());
}

async fn a_recording_opens_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let rings = call("connect", json!({}));
    told(&world, "calls", json!({"contacts": [payload::contact(&ann())], "calls": [rings]})).await;
    let (agent, id) = (world.agent().await, world.only_conversation().await);
    let close = Command::Close { conversation: id, reason: CloseReason::Resolved };
    agent.command(close).await.unwrap();
    let before = conversation(&agent, id).await;
    let recording = json!({"type": "audio", "audio": {"id": "77", "mime_type": "audio/ogg"}});
    let heard = json!({"id": "wacid.1", "from": "4915200000001", "timestamp": unix_now(&world.server).to_string(),
        "event": "call_recording_available", "call_recording": recording});
    told(&world, "calls", json!({"calls": [heard]})).await;
    let after = conversation(&agent, id).await;
    assert_eq!((after.state, after.unread), (ConversationState::Closed, before.unread));
    assert_eq!(after.window_until, before.window_until);
    assert_eq!(timeline(&agent, id).await.last().unwrap().body.kind(), Some("audio"));
}

async fn what_was_typed_before_the_customer_wrote_answers_nothing(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Is it in stock?").await;
    let (agent, id) = (world.agent().await, world.only_conversation().await);
    let earlier = echo(&wamid(), unix_now(&world.server) - 600, "text", json!({"body": "Good morning"}));
    told(&world, "smb_message_echoes", json!({"message_echoes": [earlier]})).await;
    let row = conversation(&agent, id).await;
    assert!(row.waiting_since.is_some() && row.unread == 1, "she still waits");
}

async fn a_status_that_overtakes_an_echo_counts(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let name = wamid();
    world.reported(&name, Status::Read, None).await;
    typed(&world, &name, "Hello").await;
    let messages = timeline(&world.agent().await, world.only_conversation().await).await;
    assert_eq!(messages[1].delivery.as_ref().unwrap().state, DeliveryState::Read);
    assert_eq!(sql::count(&world.store().await, "early_status").await, 0);
}

async fn a_handover_that_overtakes_the_customer_is_for_us(engine: Engine) {
    let world = World::new(engine).await;
    let line = &world.alpha.sales;
    let value = json!({"messaging_product": "whatsapp", "sender": {"phone_number": "4915200000001"},
        "recipient": {"phone_number_id": line.phone_number_id}, "type": "control_passed", "timestamp": "1793000000",
        "control_passed": {"new_owner_role": "escalation"}});
    let body = payload::change(&line.waba_id, "messaging_handovers", value);
    assert!(world.alpha.post(&world.server, &body).await.is_success());
    let row = conversation(&world.agent().await, world.only_conversation().await).await;
    assert_eq!(row.state, ConversationState::Queued);
}

/// The messages of the only chat of the past, once they have their place.
async fn imported(world: &World, clock: &server::clock::FakeClock) -> (ConversationId, Vec<Message>) {
    clock.advance(TimeDelta::minutes(6));
    world.server.workers().wake(world.alpha.id);
    let store = world.store().await;
    eventually("the past has its place", async || {
        (sql::count(&store, "past_message").await == 0).then_some(())
    })
    .await;
    let rows = all(world).await;
    assert_eq!(rows.len(), 1);
    (rows[0].id, timeline(&world.agent().await, rows[0].id).await)
}

async fn a_file_of_before_is_whose_its_chat_says(engine: Engine) {
    let (clock, options) = with_clock();
    let world = World::with(engine, options).await;
    let at = unix_now(&world.server) - 86_400;
    let names = [wamid(), wamid()];
    let stands_for = |name: &str| -> Value {
        json!({"from": "493055501", "id": name, "timestamp": at.to_string(), "type": "media_placeholder",
            "history_context": {"status": "PLAYED"}})
    };
    let file = |name: &str| -> Value {
        let image = json!({"mime_type": "image/jpeg", "sha256": "q83v", "id": "1234", "caption": "The lamp"});
        json!({"messages": [{"from": "4915200000001", "id": name, "timestamp": at.to_string(), "type": "image", "image": image}]})
    };
    told(&world, "history", thread(vec![stands_for(&names[0])])).await;
    told(&world, "history", file(&names[0])).await;
    told(&world, "history", file(&names[1])).await;
    told(&world, "history", thread(vec![stands_for(&names[1])])).await;
    let (_, messages) = imported(&world, &clock).await;
    assert_eq!(words(&messages), ["The lamp", "The lamp"]);
    for message in messages {
        assert_eq!(message.author.kind, AuthorKind::Member, "the chat says who wrote it");
        assert_eq!(message.delivery.unwrap().state, DeliveryState::Played);
    }
}

async fn what_was_deleted_while_it_waited_is_not_shown(engine: Engine) {
    let (clock, options) = with_clock();
    let world = World::with(engine, options).await;
    let (name, at) = (wamid(), unix_now(&world.server) - 86_400);
    told(&world, "history", thread(vec![past(&name, at, false, "My PIN is 1234")])).await;
    said(&world, &ann(), &wamid(), "revoke", json!({"original_message_id": name}), json!({})).await;
    let (id, messages) = imported(&world, &clock).await;
    assert!(matches!(&messages[0].body, Body::Content(content) if **content == Content::Revoked));
    let row = conversation(&world.agent().await, id).await;
    assert!(!row.last.unwrap().preview.contains("PIN"));
    let (_, found) = world.agent().await.get("/api/conversations?state=any&search=pin").await;
    assert!(found["conversations"].as_array().unwrap().is_empty());
}
