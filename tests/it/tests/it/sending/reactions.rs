//! Emoji that members put under messages, and that customers see somebody write.

use serde_json::{Value, json};
use shared::{
    error::ErrorCode,
    ids::MessageId,
    live::{command::Command, frame::ClientFrame},
    model::{
        message::{AuthorKind, DeliveryState, Message},
        settings::ReadReceipts,
    },
};
use simulator::{Outcome, SendKind};

use super::{becomes, bodies};
use crate::{
    harness::{
        Engine, LiveClient, Options, User, World, eventually,
        webhook::{ann, bob, wamid},
    },
    webhook::{
        changes::{said, timeline},
        elsewhere::all,
    },
};

on_both_engines!(
    an_emoji_reaches_whatsapp_and_stands_beside_the_customers,
    of_many_the_last_is_what_whatsapp_has,
    what_is_told_of_one_message_is_told_one_after_the_other,
    an_emoji_that_whatsapp_refuses_goes_away,
    what_cannot_have_an_emoji_is_refused,
    a_customer_sees_that_somebody_writes_unless_the_tenant_keeps_it_back,
);

fn under(message: &Message) -> Vec<(AuthorKind, String)> {
    message.reactions.iter().map(|one| (one.author, one.emoji.clone())).collect()
}

async fn reacts(user: &User, message: MessageId, emoji: Option<&str>) {
    user.command(Command::React { message, emoji: emoji.map(str::to_owned) }).await.unwrap();
}

/// Every emoji the Graph API was told, in order.
fn told(meta: &simulator::Running) -> Vec<Value> {
    bodies(meta).into_iter().map(|body| body["reaction"]["emoji"].clone()).collect()
}

async fn an_emoji_reaches_whatsapp_and_stands_beside_the_customers(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let asked = world.customer_writes(&ann(), "It came today!").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let mut client = LiveClient::connect(&world.second_agent().await).await;
    client.open(id).await;
    let message = timeline(&agent, id).await.remove(0).id;
    reacts(&agent, message, Some("🎉")).await;
    let ours = (AuthorKind::Member, "🎉".to_owned());
    client
        .until("a colleague sees it", |c| under(&c.view().timelines[&id].messages[&1]) == [ours.clone()])
        .await;
    let sent = meta.control().wait_for_sends(1, crate::harness::wait::PATIENCE).await.unwrap().remove(0).body;
    assert_eq!(sent["reaction"], json!({ "message_id": asked, "emoji": "🎉" }));
    assert_eq!((&sent["type"], &sent["to"]), (&"reaction".into(), &"+4915200000001".into()));
    // The customer's own stands beside it, and an edit of the message keeps ours.
    said(&world, &ann(), &wamid(), "reaction", json!({ "message_id": asked, "emoji": "❤️" }), json!({}))
        .await;
    let edit = json!({ "original_message_id": asked, "message": { "type": "text", "text": { "body": "It came yesterday!" } } });
    said(&world, &ann(), &wamid(), "edit", edit, json!({})).await;
    let both = [(AuthorKind::Customer, "❤️".to_owned()), ours];
    assert_eq!(under(&timeline(&agent, id).await[0]), both);
    // The same again tells nobody anything.
    reacts(&agent, message, Some("🎉")).await;
    reacts(&agent, message, None).await;
    eventually("it is taken back", async || (told(&meta) == ["🎉", ""]).then_some(())).await;
    assert_eq!(under(&timeline(&agent, id).await[0]), both[..1]);
    // It is no answer: the customer still waits.
    let (_, page) = agent.get("/api/conversations").await;
    assert!(!page["conversations"][0]["waiting_since"].is_null());
}

async fn of_many_the_last_is_what_whatsapp_has(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Which?").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let message = timeline(&agent, id).await.remove(0).id;
    meta.control().answer_next([Outcome::AcceptAfter { delay_ms: 150 }, Outcome::ServerError]);
    for emoji in ["👍", "😂", "😮", "😢", "🙏"] {
        reacts(&agent, message, Some(emoji)).await;
    }
    let store = world.store().await;
    eventually("nothing waits to be told", async || {
        let waiting = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'tell_reaction'";
        (crate::harness::sql::number(&store, waiting).await == 0).then_some(())
    })
    .await;
    assert_eq!(told(&meta).last().unwrap(), "🙏");
}

async fn what_is_told_of_one_message_is_told_one_after_the_other(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Which?").await;
    world.customer_writes(&bob(), "And here?").await;
    let agent = world.agent().await;
    let mut messages = Vec::new();
    for row in all(&world).await {
        messages.push(timeline(&agent, row.id).await.remove(0).id);
    }
    // WhatsApp takes its time: whoever does not wait for the answer tells the next meanwhile.
    meta.control().answer_always(Outcome::AcceptAfter { delay_ms: 200 });
    for emoji in ["👍", "😂", "🙏"] {
        reacts(&agent, messages[0], Some(emoji)).await;
    }
    reacts(&agent, messages[1], Some("🎉")).await;
    let store = world.store().await;
    eventually("nothing waits to be told", async || {
        let waiting = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'tell_reaction'";
        (crate::harness::sql::number(&store, waiting).await == 0).then_some(())
    })
    .await;
    let sends = meta.control().sends();
    let party = sends.iter().position(|send| send.body["reaction"]["emoji"] == "🎉").unwrap();
    let told: Vec<_> = sends.iter().filter(|send| send.body["reaction"]["emoji"] != "🎉").collect();
    assert_eq!(told.last().unwrap().body["reaction"]["emoji"], "🙏");
    assert!(told.windows(2).all(|two| two[1].at_ms - two[0].at_ms >= 190), "two were on their way");
    assert!(party < sends.len() - 1, "another message waits for nobody");
}

async fn an_emoji_that_whatsapp_refuses_goes_away(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let message = timeline(&agent, id).await.remove(0).id;
    meta.control().answer_next([Outcome::Refuse { code: 131_009, details: None, http: None }]);
    reacts(&agent, message, Some("👍")).await;
    eventually("it goes away", async || {
        let gone = under(&timeline(&agent, id).await[0]).is_empty();
        (gone && !told(&meta).is_empty()).then_some(())
    })
    .await;
}

async fn what_cannot_have_an_emoji_is_refused(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let deleted = world.customer_writes(&ann(), "oops").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let message = timeline(&agent, id).await.remove(0).id;
    let react = |message, emoji: &str| Command::React { message, emoji: Some(emoji.to_owned()) };
    assert_eq!(agent.refused(react(message, "yes")).await, ErrorCode::TextInvalid);
    assert_eq!(agent.refused(react(MessageId::new(), "👍")).await, ErrorCode::NotFound);
    assert_eq!(world.stranger().await.refused(react(message, "👍")).await, ErrorCode::NotFound);
    let note = Command::AddNote { conversation: id, text: "for us".into(), mentions: Vec::new() };
    let note = agent.command(note).await.unwrap().message.unwrap();
    assert_eq!(agent.refused(react(note, "👍")).await, ErrorCode::NotAnswerable);
    said(&world, &ann(), &wamid(), "revoke", json!({ "original_message_id": deleted }), json!({})).await;
    assert_eq!(agent.refused(react(message, "👍")).await, ErrorCode::NotAnswerable);
    world.second_agent().await.command(Command::AssignToMe { conversation: id }).await.unwrap();
    assert_eq!(agent.refused(react(message, "👍")).await, ErrorCode::AssignedToAnother);
    assert_eq!(told(&meta).len(), 0);
}

async fn a_customer_sees_that_somebody_writes_unless_the_tenant_keeps_it_back(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let asked = world.customer_writes(&ann(), "Hello?").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let administrator = world.administrator().await;
    let policy = async |receipts| administrator.command(Command::SetReadReceipts { receipts }).await.unwrap();
    let mut client = LiveClient::connect(&agent).await;
    client.open(id).await;
    let typed = || {
        meta.control().sends().into_iter().filter(|send| send.kind == SendKind::Typing).collect::<Vec<_>>()
    };
    policy(ReadReceipts::OnOpen).await;
    // Twice within WhatsApp's 25 seconds is told once.
    for _ in 0..2 {
        client.send(&ClientFrame::Typing { conversation: id }).await;
    }
    eventually("the customer sees it", async || (typed().len() == 1).then_some(())).await;
    assert_eq!(typed()[0].body["message_id"], asked);
    assert_eq!(typed()[0].body["typing_indicator"], json!({ "type": "text" }));
    let done = client.done(Command::text(id, "Here I am.")).await;
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    assert_eq!(typed().len(), 1);

    // It counts as read: a tenant that tells later, or never, keeps this back too.
    policy(ReadReceipts::OnReply).await;
    world.customer_writes_to(&world.alpha.open, &ann(), "Another number").await;
    client.until("the second conversation is there", |c| c.view().conversations.len() == 2).await;
    let other = *client.view().conversations.keys().find(|other| **other != id).unwrap();
    client.open(other).await;
    client.send(&ClientFrame::Typing { conversation: other }).await;
    let done = client.done(Command::text(other, "Hello.")).await;
    becomes(&agent, other, done.message.unwrap(), DeliveryState::Accepted).await;
    assert_eq!(typed().len(), 1);
}
