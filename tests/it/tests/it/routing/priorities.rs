//! How much sooner somebody is answered is their queue's to say, unless a person said it.

use server::db::rows::waiting;
use shared::{
    ids::ConversationId,
    live::command::Command,
    model::{
        queue::{PriorityRule, PriorityWhen, QueueRules, RoutingMode},
        routing::Target,
    },
};

use super::floor::{Floor, auto};
use crate::harness::Engine;

on_both_engines!(another_queue_has_other_rules, what_a_person_said_goes_along);

fn rules(priority_secs: u32, hello: u32) -> QueueRules {
    let priorities = vec![PriorityRule { when: PriorityWhen::Keyword("hello".into()), secs: hello }];
    QueueRules { mode: RoutingMode::Manual, priority_secs, priorities, ..auto() }
}

async fn place(floor: &Floor, talk: ConversationId) -> (u32, Option<PriorityWhen>) {
    let row = floor.tenant.read(move |scoped| waiting::find(scoped, talk)).await.unwrap().unwrap();
    (row.priority, row.because)
}

async fn another_queue_has_other_rules(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", rules(10, 300)).await;
    let (support, _) = floor.queue("support", rules(20, 5)).await;
    let (plain, _) = floor.queue("plain", QueueRules { mode: RoutingMode::Manual, ..auto() }).await;
    let conversation = floor.says(channel, 1, "Hello", false).await;
    let hello = Some(PriorityWhen::Keyword("hello".into()));
    let said = place(&floor, conversation).await;
    assert_eq!(said, (310, hello.clone()));
    for (to, expected) in [(support, (25, hello)), (plain, (0, None))] {
        let transfer = Command::Transfer { conversation, to: Target::Queue(to), note: None };
        floor.done(floor.boss, transfer).await;
        assert_eq!(place(&floor, conversation).await, expected);
    }
    floor.close().await;
}

async fn what_a_person_said_goes_along(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", rules(10, 300)).await;
    let (support, _) = floor.queue("support", rules(20, 5)).await;
    let conversation = floor.says(channel, 1, "Hello", false).await;
    floor.done(floor.boss, Command::SetPriority { conversation, secs: 600 }).await;
    let transfer = Command::Transfer { conversation, to: Target::Queue(support), note: None };
    floor.done(floor.boss, transfer).await;
    assert_eq!(place(&floor, conversation).await, (600, None));
    floor.close().await;
}
