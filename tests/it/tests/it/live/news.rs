//! News reach everybody they concern, and only them.

use shared::{
    error::ErrorCode, live::command::Command, live::event::Event, model::conversation::ConversationState,
};
use simulator::payload::Sender;

use crate::harness::{Engine, LiveClient, World, webhook::ann};

on_both_engines!(
    hello_is_answered_by_a_welcome_and_the_whole_scope,
    a_webhook_reaches_both_agents_and_the_faster_one_gets_the_conversation,
    a_conversation_out_of_sight_is_never_mentioned,
    another_tenants_console_hears_nothing,
);

async fn hello_is_answered_by_a_welcome_and_the_whole_scope(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "before").await;
    let client = LiveClient::connect(&world.agent().await).await;
    let (welcome, view) = (client.welcome.as_ref().unwrap(), client.view());
    assert_eq!(welcome.pos, view.pos);
    assert_eq!(welcome.scope_rev, view.scope_rev);
    assert_eq!(welcome.heartbeat_ms, 500);
    assert_eq!(view.me, world.alpha.agent.member);
    assert_eq!(view.settings.tenant_name, "alpha");
    assert_eq!((view.members.len(), view.queues.len(), view.channels.len()), (4, 2, 2));
    assert_eq!(view.conversations.len(), 1);
    assert!(!view.truncated);
}

async fn a_webhook_reaches_both_agents_and_the_faster_one_gets_the_conversation(engine: Engine) {
    let world = World::new(engine).await;
    let mut first = LiveClient::connect(&world.agent().await).await;
    let mut second = LiveClient::connect(&world.second_agent().await).await;
    world.customer_writes(&ann(), "Is it in stock?").await;
    for client in [&mut first, &mut second] {
        client.until("the conversation appears", |c| c.view().conversations.len() == 1).await;
        let row = client.view().conversations.values().next().unwrap();
        assert_eq!((row.state, row.unread), (ConversationState::Queued, 1));
    }
    let conversation = *first.view().conversations.keys().next().unwrap();
    let taken = first.done(Command::AssignToMe { conversation }).await;
    assert_eq!(first.view().conversations[&conversation].assignee, Some(world.alpha.agent.member));
    second.reach(taken.pos).await;
    assert_eq!(second.view().conversations[&conversation].assignee, Some(world.alpha.agent.member));
    let take = Command::AssignToMe { conversation };
    assert_eq!(second.refused(take).await, ErrorCode::AlreadyAssigned);
    let answer = Command::text(conversation, "Yes");
    assert_eq!(second.refused(answer).await, ErrorCode::AssignedToAnother);
    // Taking what is one's own already is no fault.
    first.done(Command::AssignToMe { conversation }).await;
}

async fn a_conversation_out_of_sight_is_never_mentioned(engine: Engine) {
    let world = World::new(engine).await;
    let (administrator, agent) = (world.administrator().await, world.agent().await);
    let leave = Command::SetQueues { member: agent.member, queues: vec![world.alpha.support_queue] };
    administrator.command(leave).await.unwrap();
    let mut outside = LiveClient::connect(&agent).await;
    let mut inside = LiveClient::connect(&world.second_agent().await).await;
    world.customer_writes(&ann(), "secret").await;
    inside.until("the conversation appears", |c| c.view().conversations.len() == 1).await;
    let id = *inside.view().conversations.keys().next().unwrap();
    inside.done(Command::AssignToMe { conversation: id }).await;
    let last = inside.pos();
    outside.reach(last).await;
    let heard = |event: &Event| {
        matches!(event, Event::Conversation(_) | Event::ConversationGone { .. } | Event::Message(_))
    };
    assert!(!outside.events.iter().any(|logged| heard(&logged.event)), "{:?}", outside.events);
    assert!(outside.view().conversations.is_empty());
    assert!(!outside.open(id).await);
    assert_eq!(outside.refused_opens.pop().unwrap().1.code, ErrorCode::NotFound);
    let note = Command::AddNote { conversation: id, text: "x".into(), mentions: Vec::new() };
    assert_eq!(outside.refused(note).await, ErrorCode::NotFound);
}

async fn another_tenants_console_hears_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let stranger = world.stranger().await;
    let mut theirs = LiveClient::connect(&stranger).await;
    let mut ours = LiveClient::connect(&world.supervisor().await).await;
    for n in 0..5 {
        world.customer_writes(&Sender::phone(&format!("49152000010{n}"), "Canary"), "canary").await;
    }
    ours.until("all five are there", |c| c.view().conversations.len() == 5).await;
    // The stranger's own command is the barrier: everything before it has been delivered.
    let available = shared::model::member::Availability::Busy;
    theirs.done(Command::available_as(available)).await;
    assert!(theirs.view().conversations.is_empty());
    let all = serde_json::to_string(&theirs.events).unwrap();
    assert!(!all.contains("anary"), "{all}");
}
