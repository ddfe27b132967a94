//! When what a member may see changes while they look.

use shared::{live::command::Command, live::frame::ResetReason, model::member::Role};

use crate::harness::{Engine, LiveClient, World, webhook::ann};

on_both_engines!(
    a_connected_member_who_changes_queues_gets_the_right_snapshot,
    a_connected_member_who_changes_roles_gets_the_right_snapshot,
    masking_hides_numbers_from_agents_only,
    what_a_deactivated_member_held_goes_back_to_its_queue,
    a_conversation_taken_from_sight_leaves_the_screen_with_its_timeline,
);

async fn a_connected_member_who_changes_queues_gets_the_right_snapshot(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    assert!(client.open(id).await);
    let administrator = world.administrator().await;
    let queues = |queues| Command::SetQueues { member: agent.member, queues };
    let rev = client.view().scope_rev;
    let done = administrator.command(queues(vec![world.alpha.support_queue])).await.unwrap();
    client.until("the snapshot comes", |c| c.snapshots == 2).await;
    assert_eq!(client.resets, [ResetReason::Scope]);
    assert!(client.view().conversations.is_empty() && client.pos() >= done.pos);
    assert!(client.view().scope_rev > rev);
    client.until("the timeline is refused", |c| !c.refused_opens.is_empty()).await;

    administrator.command(queues(vec![world.alpha.sales_queue])).await.unwrap();
    client.until("the next snapshot comes", |c| c.snapshots == 3).await;
    assert!(client.view().conversations.contains_key(&id));
    assert!(client.open(id).await);
}

async fn a_connected_member_who_changes_roles_gets_the_right_snapshot(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let (supervisor, administrator) = (world.supervisor().await, world.administrator().await);
    let mut client = LiveClient::connect(&supervisor).await;
    assert_eq!(client.view().conversations.len(), 1);
    let role = |role| Command::SetRole { member: supervisor.member, role };
    administrator.command(role(Role::Agent)).await.unwrap();
    client.until("the snapshot comes", |c| c.snapshots == 2).await;
    assert!(client.view().conversations.is_empty());
    administrator.command(role(Role::Supervisor)).await.unwrap();
    client.until("the next snapshot comes", |c| c.snapshots == 3).await;
    assert_eq!(client.view().conversations.len(), 1);
}

async fn masking_hides_numbers_from_agents_only(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let mut agent = LiveClient::connect(&world.agent().await).await;
    let mut supervisor = LiveClient::connect(&world.supervisor().await).await;
    let phone =
        |c: &LiveClient| c.view().conversations.values().next().unwrap().contact.phone.clone().unwrap();
    assert_eq!(phone(&agent), "4915200000001");
    let administrator = world.administrator().await;
    let done = administrator.command(Command::SetPhoneMasking { masked: true }).await.unwrap();
    agent.until("the snapshot comes", |c| c.snapshots == 2).await;
    supervisor.reach(done.pos).await;
    assert_eq!((phone(&agent).as_str(), phone(&supervisor).as_str()), ("491•••••••001", "4915200000001"));
    assert_eq!(supervisor.snapshots, 1);
    world.customer_writes(&ann(), "two").await;
    agent.until("the event comes", |c| c.view().conversations.values().any(|row| row.unread == 2)).await;
    assert_eq!(phone(&agent), "491•••••••001");
    let text = serde_json::to_string(&agent.events).unwrap();
    assert!(!text.contains("4915200000001"), "{text}");
    let (_, page) = agent.user.get("/api/conversations").await;
    assert!(!page.to_string().contains("4915200000001"), "{page}");
}

async fn what_a_deactivated_member_held_goes_back_to_its_queue(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let conversation = world.only_conversation().await;
    let agent = world.agent().await;
    agent.command(Command::AssignToMe { conversation }).await.unwrap();
    let mut colleague = LiveClient::connect(&world.second_agent().await).await;
    let administrator = world.administrator().await;
    let out = Command::SetActive { member: agent.member, active: false };
    let done = administrator.command(out).await.unwrap();
    colleague.reach(done.pos).await;
    assert_eq!(colleague.view().conversations[&conversation].assignee, None);
    assert!(!colleague.view().members[&agent.member].active);
    colleague.done(Command::AssignToMe { conversation }).await;
}

async fn a_conversation_taken_from_sight_leaves_the_screen_with_its_timeline(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let conversation = world.only_conversation().await;
    let (agent, administrator) = (world.agent().await, world.administrator().await);
    agent.command(Command::AssignToMe { conversation }).await.unwrap();
    administrator.command(Command::SetQueues { member: agent.member, queues: vec![] }).await.unwrap();
    let mut client = LiveClient::connect(&agent).await;
    assert!(client.open(conversation).await, "it is still the agent's own");
    let mut supervisor = LiveClient::connect(&world.supervisor().await).await;
    let taken = supervisor.done(Command::AssignToMe { conversation }).await;
    client.reach(taken.pos).await;
    assert!(client.view().conversations.is_empty() && client.view().timelines.is_empty());
    let secret = Command::AddNote { conversation, text: "secret".into(), mentions: Vec::new() };
    let noted = supervisor.done(secret).await;
    client.reach(noted.pos).await;
    let heard = serde_json::to_string(&client.events).unwrap();
    assert!(!heard.contains("secret"), "{heard}");
    assert_eq!(client.resets.len(), 0);
}
