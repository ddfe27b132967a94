//! Blue ticks: when a customer is told that the messages were read.

use shared::{
    live::command::Command,
    model::{member::Role, settings::ReadReceipts},
};
use simulator::{Running, SendKind};

use crate::harness::{
    Engine, Options, World, eventually, sql,
    webhook::{ann, bob},
};

on_both_engines!(
    a_customer_is_told_with_the_first_answer,
    a_customer_is_told_as_soon_as_somebody_looks_where_that_is_wanted,
    a_customer_is_never_told_where_that_is_wanted,
    a_customer_is_told_although_whatsapp_was_away,
);

/// Messages that were marked as read, in order.
fn marked(meta: &Running) -> Vec<String> {
    let sends = meta.control().sends();
    let marks = sends.into_iter().filter(|send| send.kind == SendKind::Read && send.outcome == "accepted");
    marks.map(|send| send.body["message_id"].as_str().unwrap().to_owned()).collect()
}

/// Waits until nothing is left to be told.
async fn all_told(world: &World) {
    let store = world.store().await;
    let waiting = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'tell_read'";
    eventually("everything is told", async || (sql::number(&store, waiting).await == 0).then_some(())).await;
}

async fn choose(world: &World, receipts: ReadReceipts) {
    world.administrator().await.command(Command::SetReadReceipts { receipts }).await.unwrap();
}

async fn a_customer_is_told_with_the_first_answer(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hello").await;
    let newest = world.customer_writes(&ann(), "Is it in stock?").await;
    let (conversation, agent) = (world.only_conversation().await, world.agent().await);
    agent.command(Command::MarkRead { conversation, up_to: 2 }).await.unwrap();
    all_told(&world).await;
    assert_eq!(marked(&meta), [""; 0], "a look is not told");
    for text in ["It is.", "In blue, too."] {
        agent.command(Command::text(conversation, text)).await.unwrap();
        all_told(&world).await;
    }
    assert_eq!(marked(&meta), [newest], "once, for the newest");
    let more = world.customer_writes(&ann(), "Thanks").await;
    agent.command(Command::text(conversation, "Welcome")).await.unwrap();
    all_told(&world).await;
    assert_eq!(marked(&meta).last(), Some(&more));
}

async fn a_customer_is_told_as_soon_as_somebody_looks_where_that_is_wanted(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    choose(&world, ReadReceipts::OnOpen).await;
    let first = world.customer_writes(&ann(), "Hello").await;
    let (conversation, agent) = (world.only_conversation().await, world.agent().await);
    agent.command(Command::AssignToMe { conversation }).await.unwrap();
    let second = world.customer_writes(&ann(), "Anybody there?").await;
    // A look at somebody else's conversation reads nothing.
    world.supervisor().await.command(Command::MarkRead { conversation, up_to: 9 }).await.unwrap();
    all_told(&world).await;
    assert_eq!(marked(&meta), [""; 0]);
    for up_to in [1, 9, 9] {
        agent.command(Command::MarkRead { conversation, up_to }).await.unwrap();
        all_told(&world).await;
    }
    assert_eq!(marked(&meta), [first, second]);
}

async fn a_customer_is_never_told_where_that_is_wanted(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    choose(&world, ReadReceipts::Never).await;
    world.customer_writes(&bob(), "Hello").await;
    let (conversation, agent) = (world.only_conversation().await, world.agent().await);
    agent.command(Command::MarkRead { conversation, up_to: 9 }).await.unwrap();
    agent.command(Command::text(conversation, "Hello")).await.unwrap();
    all_told(&world).await;
    assert_eq!(marked(&meta), [""; 0]);
    let receipts = ReadReceipts::OnOpen;
    assert_eq!(
        agent.refused(Command::SetReadReceipts { receipts }).await,
        shared::error::ErrorCode::Forbidden,
        "{:?} may not choose",
        Role::Agent
    );
}

async fn a_customer_is_told_although_whatsapp_was_away(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    choose(&world, ReadReceipts::OnOpen).await;
    let newest = world.customer_writes(&ann(), "Hello").await;
    let (conversation, agent) = (world.only_conversation().await, world.agent().await);
    meta.control().fail_marks(2);
    agent.command(Command::MarkRead { conversation, up_to: 1 }).await.unwrap();
    all_told(&world).await;
    assert_eq!(marked(&meta).last(), Some(&newest));
}
