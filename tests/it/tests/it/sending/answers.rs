//! Answering one message of a conversation.

use serde_json::json;
use shared::{
    error::ErrorCode,
    ids::MessageId,
    live::command::Command,
    model::{
        content::QuotedMessage,
        message::{AuthorKind, DeliveryState, Message},
        outgoing::Outgoing,
    },
};
use simulator::Outcome;

use super::{becomes, bodies};
use crate::{
    harness::{
        Engine, Options, World,
        webhook::{ann, bob, wamid},
    },
    webhook::changes::{said, timeline},
};

on_both_engines!(
    an_answer_names_its_message_to_whatsapp_and_shows_it_here,
    our_own_message_can_be_answered_once_whatsapp_has_it,
    what_cannot_be_answered_is_refused_and_sends_nothing,
    an_answer_that_failed_answers_the_same_when_it_is_sent_again,
);

fn quote(message: &Message) -> Option<QuotedMessage> {
    message.context.as_ref()?.quote.as_ref()?.message.clone()
}

fn answer(message: &Message, text: &str) -> Command {
    to(message, message.id, text)
}

fn to(message: &Message, answers: MessageId, text: &str) -> Command {
    let (conversation, what) = (message.conversation, Outgoing::Text { text: text.into() });
    Command::Send { conversation, answers: Some(answers), base: None, what }
}

async fn an_answer_names_its_message_to_whatsapp_and_shows_it_here(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let asked = world.customer_writes(&ann(), "In green?").await;
    world.customer_writes(&ann(), "And in blue?").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let first = timeline(&agent, id).await.remove(0);
    let done = agent.command(answer(&first, "Yes.")).await.unwrap();
    let sent = becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    let quoted = quote(&sent).unwrap();
    assert_eq!((quoted.id, quoted.preview.as_str()), (first.id, "In green?"));
    assert_eq!(quoted.author, AuthorKind::Customer);
    assert_eq!(bodies(&meta)[0]["context"], json!({ "message_id": asked }));
    // An ordinary answer names none.
    let done = agent.command(Command::text(id, "Anything else?")).await.unwrap();
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    assert_eq!(bodies(&meta)[1].get("context"), None);
}

async fn our_own_message_can_be_answered_once_whatsapp_has_it(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    meta.control().answer_next([Outcome::Stall { delay_ms: 60_000 }]);
    let waiting = agent.command(Command::text(id, "One moment")).await.unwrap().message.unwrap();
    let on_its_way = timeline(&agent, id).await.into_iter().find(|m| m.id == waiting).unwrap();
    assert_eq!(agent.refused(answer(&on_its_way, "Still?")).await, ErrorCode::NotAnswerable);

    world.customer_writes(&bob(), "Hello").await;
    let page = agent.get("/api/conversations?search=bob").await.1;
    let bobs = page["conversations"][0]["id"].as_str().unwrap().parse().unwrap();
    let done = agent.command(Command::text(bobs, "Good morning")).await.unwrap();
    let ours = becomes(&agent, bobs, done.message.unwrap(), DeliveryState::Accepted).await;
    let done = agent.command(answer(&ours, "Or evening")).await.unwrap();
    let sent = becomes(&agent, bobs, done.message.unwrap(), DeliveryState::Accepted).await;
    assert_eq!(quote(&sent).unwrap().author, AuthorKind::Member);
}

async fn what_cannot_be_answered_is_refused_and_sends_nothing(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let deleted = world.customer_writes(&ann(), "my secret").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    said(&world, &ann(), &wamid(), "revoke", json!({ "original_message_id": deleted }), json!({})).await;
    let gone = timeline(&agent, id).await.remove(0);
    assert_eq!(agent.refused(answer(&gone, "Which?")).await, ErrorCode::NotAnswerable);
    let note = Command::AddNote { conversation: id, text: "for us".into(), mentions: Vec::new() };
    let note = agent.command(note).await.unwrap().message.unwrap();
    assert_eq!(agent.refused(to(&gone, note, "Which?")).await, ErrorCode::NotAnswerable);
    // A message of another conversation, and one that nobody has.
    world.customer_writes(&bob(), "Hello").await;
    let page = agent.get("/api/conversations?search=bob").await.1;
    let bobs = page["conversations"][0]["id"].as_str().unwrap().parse().unwrap();
    let other = timeline(&agent, bobs).await.remove(0).id;
    for foreign in [other, MessageId::new()] {
        assert_eq!(agent.refused(to(&gone, foreign, "Which?")).await, ErrorCode::NotFound);
    }
    assert_eq!(bodies(&meta).len(), 0);
}

async fn an_answer_that_failed_answers_the_same_when_it_is_sent_again(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let asked = world.customer_writes(&ann(), "In green?").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let first = timeline(&agent, id).await.remove(0);
    meta.control().answer_next([Outcome::Refuse { code: 131_008, details: None, http: None }]);
    let failed = agent.command(answer(&first, "Yes.")).await.unwrap().message.unwrap();
    becomes(&agent, id, failed, DeliveryState::Failed).await;
    let again = agent.command(Command::RetryMessage { message: failed }).await.unwrap().message.unwrap();
    let sent = becomes(&agent, id, again, DeliveryState::Accepted).await;
    assert_eq!(quote(&sent).unwrap().id, first.id);
    assert_eq!(bodies(&meta)[1]["context"], json!({ "message_id": asked }));
}
