//! Keeping customers out.

use server::{clock::Clock, domain::board::Watched};
use shared::{
    error::ErrorCode,
    ids::ConversationId,
    live::command::Command,
    model::{
        contact::{Block, BlockRefusal, BlockState, BlockedContacts},
        conversation::{CloseReason, ConversationState},
        queue::{QueueRules, RoutingMode},
    },
};
use simulator::Utterance;

use super::{merge, of, one};
use crate::{
    harness::{Engine, LiveClient, Options, User, World, eventually, sql, webhook::ann},
    routing::floor::{Floor, auto},
    sending::bodies,
};

on_both_engines!(
    a_blocked_customer_reaches_nobody_until_let_in_again,
    who_has_not_written_for_a_day_cannot_be_blocked,
    whatsapp_is_told_until_it_is_so,
    of_two_numbers_both_are_blocked,
    what_is_open_with_whom_we_block_ends_as_unwanted_and_nobody_was_let_down,
    an_agent_blocks_whose_conversation_they_hold_and_a_supervisor_judges_it,
);

const ANN: &str = "4915200000001";

fn block(conversation: ConversationId, blocked: bool) -> Command {
    Command::BlockContact { conversation, blocked, reason: None }
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
    // What is open ends, and a colleague sees that.
    client.until("a colleague sees it", |c| c.view().conversations.is_empty()).await;
    becomes(&supervisor, id, BLOCKED).await;
    assert_eq!(meta.control().blocked(&world.alpha.sales.phone_number_id), [ANN]);
    assert!(!says(&world, &meta, ANN, "Buy more").await);
    supervisor.command(Command::Reopen { conversation: id }).await.unwrap();
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
    supervisor.command(Command::Reopen { conversation: id }).await.unwrap();
    supervisor.command(Command::text(id, "Hello.")).await.unwrap();
    supervisor.command(block(id, false)).await.unwrap();
    becomes(&supervisor, id, None).await;
}

async fn what_is_open_with_whom_we_block_ends_as_unwanted_and_nobody_was_let_down(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", QueueRules { mode: RoutingMode::Manual, ..auto() }).await;
    let (spam, left) = (floor.customer(channel, 1).await, floor.customer(channel, 2).await);
    floor.clock.advance(chrono::TimeDelta::minutes(10));
    floor.done(floor.boss, block(spam, true)).await;
    floor.done(floor.boss, Command::Close { conversation: left, reason: CloseReason::NoReply }).await;
    let now = floor.clock.now();
    let board = floor.tenant.read(move |scoped| Watched::default().look(scoped, now)).await.unwrap();
    // Both came; who was closed without an answer was let down, and who was not wanted was not.
    assert_eq!((board.total.offered, board.total.abandoned, board.total.waiting), (2, 1, 0));
    let ended = floor.see(spam).await;
    assert_eq!(ended.closed.map(|closed| closed.reason), Some(CloseReason::Spam));
    assert_eq!((ended.state, ended.waiting_since), (ConversationState::Closed, None));
    let facts = "SELECT what AS t FROM fact WHERE tenant_id = $1 AND what IN \
        ('contact_blocked', 'conversation_withdrawn', 'conversation_closed') ORDER BY id";
    let told = sql::texts(&floor.tenant, facts).await;
    assert_eq!(
        told,
        ["contact_blocked", "conversation_withdrawn", "conversation_closed", "conversation_closed"]
    );
    // The same again, now that it is closed, ends nothing.
    floor.done(floor.boss, block(spam, true)).await;
    assert_eq!(sql::texts(&floor.tenant, facts).await.len(), 4);
    floor.close().await;
}

async fn listed(user: &User) -> BlockedContacts {
    let (status, body) = user.get("/api/blocked").await;
    assert!(status.is_success(), "{body}");
    serde_json::from_value(body).unwrap()
}

async fn an_agent_blocks_whose_conversation_they_hold_and_a_supervisor_judges_it(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    assert!(says(&world, &meta, ANN, "Buy my lamps").await);
    let (id, agent, supervisor) =
        (world.only_conversation().await, world.agent().await, world.supervisor().await);
    let wish = |reason: Option<&str>| Command::BlockContact {
        conversation: id,
        blocked: true,
        reason: reason.map(str::to_owned),
    };
    assert_eq!(agent.refused(wish(Some("Spam"))).await, ErrorCode::Forbidden, "they do not hold it");
    agent.command(Command::AssignToMe { conversation: id }).await.unwrap();
    assert_eq!(world.second_agent().await.refused(wish(Some("Spam"))).await, ErrorCode::Forbidden);
    for (reason, code) in [
        (None, ErrorCode::TextEmpty),
        (Some(" "), ErrorCode::TextEmpty),
        (Some("x".repeat(201).as_str()), ErrorCode::TextTooLong),
        (Some("a\0"), ErrorCode::TextInvalid),
    ] {
        assert_eq!(agent.refused(wish(reason)).await, code, "{reason:?}");
    }
    let decide = |agents_block| Command::SetOversight { agents_block, reviews: Default::default() };
    let administrator = world.administrator().await;
    administrator.command(decide(false)).await.unwrap();
    assert_eq!(agent.refused(wish(Some("Spam"))).await, ErrorCode::Forbidden, "the tenant does not let them");
    administrator.command(decide(true)).await.unwrap();
    agent.command(wish(Some("Sells lamps to everybody"))).await.unwrap();
    becomes(&supervisor, id, BLOCKED).await;
    assert_eq!(one(&supervisor, id).await.state, ConversationState::Closed);
    assert_eq!(agent.refused(block(id, false)).await, ErrorCode::Forbidden, "letting in is not theirs");
    let all = listed(&supervisor).await;
    let found = &all.contacts[0];
    assert_eq!((all.count, all.open, found.open, found.conversation), (1, 1, true, Some(id)));
    assert_eq!((found.by, found.kept_by), (Some(agent.member), None));
    assert_eq!(found.reason.as_deref(), Some("Sells lamps to everybody"));
    assert_eq!(Some(found.block), BLOCKED);
    let judge = |keep| Command::ReviewBlock { contact: found.contact.id, channel: found.channel, keep };
    assert_eq!(agent.refused(judge(true)).await, ErrorCode::Forbidden);
    assert_eq!(world.stranger().await.get("/api/blocked").await.1["count"], 0);
    supervisor.command(judge(true)).await.unwrap();
    let kept = listed(&supervisor).await;
    assert_eq!((kept.count, kept.open, kept.contacts[0].kept_by), (1, 0, Some(supervisor.member)));
    assert!(!says(&world, &meta, ANN, "Buy more").await, "it stays so");
    supervisor.command(judge(false)).await.unwrap();
    becomes(&supervisor, id, None).await;
    assert_eq!(listed(&supervisor).await.count, 0);
    assert!(says(&world, &meta, ANN, "Sorry").await);
    assert_eq!(supervisor.refused(judge(true)).await, ErrorCode::NotFound, "nobody is kept out any more");
    let judged =
        "SELECT action AS t FROM audit WHERE tenant_id = $1 AND action LIKE 'contact.block_%' ORDER BY seq";
    assert_eq!(sql::texts(&world.store().await, judged).await, ["contact.block_keep", "contact.block_end"]);
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
