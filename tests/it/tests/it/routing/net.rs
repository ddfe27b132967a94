//! The safety net: what waits although somebody could take it is found without anything that stirs it.

use std::time::Duration;

use shared::{
    live::command::Command,
    model::{conversation::ConversationState, queue::QueueRules},
};
use simulator::payload::Sender;

use super::floor::auto;
use crate::harness::{Engine, LiveClient, Options, World, eventually, sql};

on_both_engines!(what_nothing_stirs_is_found);

async fn what_nothing_stirs_is_found(engine: Engine) {
    let options = Options { sweep_every: Duration::from_millis(50), ..Options::default() };
    let world = World::with(engine, options).await;
    let (administrator, boss) = (world.administrator().await, world.supervisor().await);
    let rules = QueueRules { first_reply_secs: 0, ..auto() };
    let change = Command::ChangeQueue { queue: world.alpha.sales_queue, name: "sales".into(), rules };
    administrator.command(change).await.unwrap();
    let agent = LiveClient::connect(&world.agent().await).await;
    let member = agent.user.member;
    boss.command(Command::SetCapacity { member, capacity: 1 }).await.unwrap();
    for n in 0..2 {
        world.customer_writes(&Sender::phone(&format!("49151000{n}"), "Customer"), "Hello").await;
    }
    let store = world.store().await;
    let of_state = async |state: ConversationState| {
        let all = "SELECT state AS t FROM conversation WHERE tenant_id = $1";
        sql::texts(&store, all).await.iter().filter(|one| **one == state.as_str()).count()
    };
    let (held, waiting) = (ConversationState::Assigned, ConversationState::Queued);
    assert_eq!((of_state(held).await, of_state(waiting).await), (1, 1));
    // By hand: no domain function knows of it.
    let by_hand = |tx: &mut server::db::Tx<'_>| {
        let statement = "UPDATE agent_load SET capacity = 2 WHERE tenant_id = $1 AND capacity = 1";
        assert_eq!(sql::execute(tx, statement)?, 1);
        Ok::<_, server::db::Fault>(())
    };
    store.write(by_hand).await.unwrap();
    eventually("whoever waits is found", async || (of_state(held).await == 2).then_some(())).await;
    world.server.stop().await;
}
