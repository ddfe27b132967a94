//! Keeping customers out.

use shared::{
    error::ErrorCode,
    ids::ConversationId,
    live::command::Command,
    model::contact::{Block, BlockRefusal, BlockState},
};
use simulator::Utterance;

use super::{merge, of, one};
use crate::{
    harness::{Engine, LiveClient, Options, User, World, eventually, sql, webhook::ann},
    sending::bodies,
};

on_both_engines!(
    a_blocked_customer_reaches_nobody_until_let_in_again,
    who_has_not_written_for_a_day_cannot_be_blocked,
    whatsapp_is_told_until_it_is_so,
    of_two_numbers_both_are_blocked,
);

const ANN: &str = "4915200000001";

fn block(conversation: ConversationId, blocked: bool) -> Command {
    Command::BlockContact { conversation, blocked }
}

async fn becomes(user: &User, id: ConversationId, wanted: Option<Block>) {
    eventually(&format!("the block is {wanted:?}"), async || {
        (one(user, id).await.block == wanted).then_some(())
    })
    .await;
}

const BLOCKED: Option<Block> = Some(Block { state: BlockState::Blocked, refusal: None });

async fn says(world: &World, meta: &simulator::Running, customer: &str, text: &str) -> bool {
    let to = &world.alpha.sales.phone_number_id;
    meta.control().say(customer, Utterance::text(text).to(to)).await.is_ok()
}

async fn a_blocked_customer_reaches_nobody_until_let_in_again(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    assert!(says(&world, &meta, ANN, "Buy my lamps").await);
    let (id, supervisor) = (world.only_conversation().await, world.supervisor().await);
    let mut client = LiveClient::connect(&world.agent().await).await;
    supervisor.command(block(id, true)).await.unwrap();
    // A colleague sees it; nothing is closed by itself.
    client.until("a colleague sees it", |c| c.view().conversations[&id].block == BLOCKED).await;
    assert_eq!(meta.control().blocked(&world.alpha.sales.phone_number_id), [ANN]);
    assert!(!says(&world, &meta, ANN, "Buy more").await);
    assert_eq!(supervisor.refused(Command::text(id, "No.")).await, ErrorCode::CustomerBlocked);
    assert_eq!(bodies(&meta).len(), 0, "WhatsApp was not asked");
    // The same again changes nothing.
    let before = sql::count(&world.store().await, "live_event").await;
    supervisor.command(block(id, true)).await.unwrap();
    assert_eq!(sql::count(&world.store().await, "live_event").await, before);
    supervisor.command(block(id, false)).await.unwrap();
    becomes(&supervisor, id, None).await;
    assert!(says(&world, &meta, ANN, "Sorry").await);
    supervisor.command(Command::text(id, "Well then.")).await.unwrap();
}

async fn who_has_not_written_for_a_day_cannot_be_blocked(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    // Past the simulator: it never heard of her.
    world.customer_writes(&ann(), "Hello").await;
    let (id, supervisor) = (world.only_conversation().await, world.supervisor().await);
    supervisor.command(block(id, true)).await.unwrap();
    let refused = Block { state: BlockState::Refused, refusal: Some(BlockRefusal::NotRecent) };
    becomes(&supervisor, id, Some(refused)).await;
    assert_eq!(meta.control().blocked(&world.alpha.sales.phone_number_id), Vec::<String>::new());
    // Nothing keeps us from answering, and the wish can be dropped.
    supervisor.command(Command::text(id, "Hello.")).await.unwrap();
    supervisor.command(block(id, false)).await.unwrap();
    becomes(&supervisor, id, None).await;
}

async fn whatsapp_is_told_until_it_is_so(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    assert!(says(&world, &meta, ANN, "Buy my lamps").await);
    let (id, supervisor) = (world.only_conversation().await, world.supervisor().await);
    meta.control().fail_blocks([139_103, 139_102]);
    supervisor.command(block(id, true)).await.unwrap();
    becomes(&supervisor, id, BLOCKED).await;
    meta.control().fail_blocks([131_005]);
    supervisor.command(block(id, false)).await.unwrap();
    let stays = Block { state: BlockState::Blocked, refusal: Some(BlockRefusal::NotAuthorised) };
    becomes(&supervisor, id, Some(stays)).await;
    // Of many wishes the last is what WhatsApp has.
    for blocked in [false, true, false, true, false] {
        supervisor.command(block(id, blocked)).await.unwrap();
    }
    becomes(&supervisor, id, None).await;
    assert_eq!(meta.control().blocked(&world.alpha.sales.phone_number_id), Vec::<String>::new());
    let store = world.store().await;
    eventually("nothing waits to be told", async || {
        let waiting = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'tell_block'";
        (sql::number(&store, waiting).await == 0).then_some(())
    })
    .await;
}

async fn of_two_numbers_both_are_blocked(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    assert!(says(&world, &meta, ANN, "Hello").await);
    let id = world.only_conversation().await;
    let open = Utterance::text("Hello").to(&world.alpha.open.phone_number_id);
    assert!(meta.control().say("4915200000002", open).await.is_ok());
    let supervisor = world.supervisor().await;
    let (anns, bobs) = (of(&supervisor, "Customer 0001").await, of(&supervisor, "Customer 0002").await);
    let change = merge(&supervisor, anns.contact.id, bobs.contact.id).await;
    // Only one of them wrote to this number within a day.
    supervisor.command(block(id, true)).await.unwrap();
    let partly = Block { state: BlockState::Blocked, refusal: Some(BlockRefusal::NotRecent) };
    becomes(&supervisor, id, Some(partly)).await;
    assert!(says(&world, &meta, "4915200000002", "From my other number").await);
    supervisor.command(block(id, true)).await.unwrap();
    becomes(&supervisor, id, BLOCKED).await;
    assert_eq!(meta.control().blocked(&world.alpha.sales.phone_number_id).len(), 2);
    // It is so for both when they are two again.
    supervisor.command(Command::UndoContactChange { id: change }).await.unwrap();
    assert_eq!(one(&supervisor, anns.id).await.block, BLOCKED);
}
