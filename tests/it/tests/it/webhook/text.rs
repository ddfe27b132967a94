//! A customer's text.

use chrono::TimeDelta;
use shared::{
    ids::ConversationId,
    live::command::Command,
    model::{
        conversation::{CloseReason, Conversation, ConversationState},
        message::{AuthorKind, Body},
    },
};
use simulator::payload::Sender;

use crate::harness::{
    Engine, User, World, sql,
    webhook::{ann, bob},
};

on_both_engines!(
    a_text_is_stored_once_and_its_conversation_waits_in_the_queue_of_the_number,
    a_second_text_joins_the_open_conversation,
    a_number_without_a_queue_is_everybodys,
    a_customer_without_a_phone_number_is_recognised_again,
    ten_first_messages_at_once_make_one_contact_and_one_conversation,
    a_new_name_is_shown_in_closed_conversations_and_moves_none_of_them,
);

pub(super) async fn conversation(user: &User, id: ConversationId) -> Conversation {
    let (status, page) = user.get("/api/conversations?state=any").await;
    assert!(status.is_success());
    let page: shared::api::conversations::ConversationsPage = serde_json::from_value(page).unwrap();
    page.conversations.into_iter().find(|c| c.id == id).expect("the conversation is in sight")
}

async fn a_text_is_stored_once_and_its_conversation_waits_in_the_queue_of_the_number(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Is it in stock?").await;
    let agent = world.agent().await;
    let id = world.only_conversation().await;
    let row = conversation(&agent, id).await;
    assert_eq!(row.state, ConversationState::Queued);
    assert_eq!(row.queue, Some(world.alpha.sales_queue));
    assert_eq!(row.channel, world.alpha.sales_channel);
    assert_eq!((row.unread, row.assignee), (1, None));
    assert_eq!(row.contact.name.as_deref(), Some("Ann"));
    assert_eq!(row.contact.phone.as_deref(), Some("4915200000001"));
    let last = row.last.unwrap();
    assert_eq!((last.preview.as_str(), last.author.kind), ("Is it in stock?", AuthorKind::Customer));
    assert!(row.waiting_since.is_some());
    let now = world.server.app.store.clock().now();
    let until = row.window_until.unwrap();
    assert!(until <= now + TimeDelta::hours(24) && until > now + TimeDelta::hours(23));

    let (_, page) = agent.get(&format!("/api/conversations/{id}/messages")).await;
    let page: shared::api::conversations::MessagesPage = serde_json::from_value(page).unwrap();
    assert_eq!(page.messages.len(), 1);
    assert_eq!(page.messages[0].seq, 1);
    assert_eq!(page.messages[0].body, Body::Text { text: "Is it in stock?".into() });
    assert!(page.messages[0].delivery.is_none());
}

async fn a_second_text_joins_the_open_conversation(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    world.customer_writes(&ann(), "two").await;
    world.customer_writes(&bob(), "three").await;
    let store = world.store().await;
    assert_eq!(sql::count(&store, "conversation").await, 2);
    assert_eq!(sql::count(&store, "contact").await, 2);
    let unread = "SELECT CAST(unread AS TEXT) AS t FROM conversation WHERE tenant_id = $1 ORDER BY unread";
    assert_eq!(sql::texts(&store, unread).await, ["1", "2"]);
}

async fn a_number_without_a_queue_is_everybodys(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes_to(&world.alpha.open, &ann(), "Hello?").await;
    let id = world.only_conversation().await;
    let row = conversation(&world.agent().await, id).await;
    assert_eq!((row.queue, row.state), (None, ConversationState::Queued));
}

async fn a_customer_without_a_phone_number_is_recognised_again(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&Sender::scoped("DE.13491208655302741918", "Cleo"), "one").await;
    world.customer_writes(&Sender::scoped("DE.13491208655302741918", "Cleo B."), "two").await;
    let id = world.only_conversation().await;
    let row = conversation(&world.agent().await, id).await;
    assert_eq!(row.contact.phone, None);
    assert_eq!(row.contact.name.as_deref(), Some("Cleo B."));
    // The number appears later: still the same person.
    let both = Sender {
        wa_id: Some("4915200000003".into()),
        user_id: Some("DE.13491208655302741918".into()),
        name: Some("Cleo B.".into()),
        username: Some("cleo".into()),
    };
    world.customer_writes(&both, "three").await;
    world.customer_writes(&Sender::phone("4915200000003", "Cleo B."), "four").await;
    let row = conversation(&world.agent().await, id).await;
    assert_eq!(row.contact.phone.as_deref(), Some("4915200000003"));
    assert_eq!(row.contact.username.as_deref(), Some("cleo"));
    assert_eq!(row.unread, 4);
}

async fn ten_first_messages_at_once_make_one_contact_and_one_conversation(engine: Engine) {
    let world = World::new(engine).await;
    let customer = ann();
    let texts: Vec<String> = (0..10).map(|n| n.to_string()).collect();
    futures_util::future::join_all(texts.iter().map(|text| world.customer_writes(&customer, text))).await;
    let store = world.store().await;
    assert_eq!(sql::count(&store, "contact").await, 1);
    assert_eq!(sql::count(&store, "conversation").await, 1);
    assert_eq!(sql::count(&store, "message").await, 10);
    let places = "SELECT CAST(max(seq) AS TEXT) AS t FROM message WHERE tenant_id = $1";
    assert_eq!(sql::texts(&store, places).await, ["10"]);
}

async fn a_new_name_is_shown_in_closed_conversations_and_moves_none_of_them(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "on the first number").await;
    let old = world.only_conversation().await;
    let agent = world.agent().await;
    let close = Command::Close { conversation: old, reason: CloseReason::Resolved };
    agent.command(close).await.unwrap();
    let changed_at = "SELECT changed_at AS n FROM conversation WHERE tenant_id = $1 AND state = 'closed'";
    let before = sql::number(&world.store().await, changed_at).await;
    let married = Sender { name: Some("Ann Miller".into()), ..ann() };
    world.customer_writes_to(&world.alpha.open, &married, "on the other number").await;
    assert_eq!(conversation(&agent, old).await.contact.name.as_deref(), Some("Ann Miller"));
    assert_eq!(sql::number(&world.store().await, changed_at).await, before);
}
