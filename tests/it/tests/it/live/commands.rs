//! One key, one effect, through either door.

use shared::{
    error::ErrorCode,
    ids::CommandKey,
    live::{command::Command, event::Event},
    model::message::Body,
};

use crate::harness::{Engine, LiveClient, World, sql, webhook::ann};

on_both_engines!(
    a_command_given_twice_has_one_effect_through_both_doors,
    a_key_used_for_another_command_is_refused_through_both_doors,
    a_refusal_is_not_remembered,
    fifty_copies_of_a_command_at_once_have_one_effect,
    each_command_asks_for_its_permission,
    reading_what_was_read_is_no_change,
);

async fn a_command_given_twice_has_one_effect_through_both_doors(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    let (key, note) =
        (CommandKey::new(), Command::AddNote { conversation, text: "once".into(), mentions: Vec::new() });
    let first = client.keyed(key, note.clone()).await.unwrap();
    let again = client.keyed(key, note.clone()).await.unwrap();
    let by_http = agent.keyed(key, note.clone()).await.unwrap();
    assert_eq!((&again, &by_http), (&first, &first));
    client.reach(first.pos).await;
    let world = world.restart().await;
    let after = agent.at(&world.server).keyed(key, note).await.unwrap();
    assert_eq!(after, first);
    let notes = "SELECT count(*) AS n FROM message WHERE tenant_id = $1 AND kind <> 'text'";
    assert_eq!(sql::number(&world.store().await, notes).await, 1);
}

async fn a_key_used_for_another_command_is_refused_through_both_doors(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    let key = CommandKey::new();
    let note = |text: &str| Command::AddNote { conversation, text: text.into(), mentions: Vec::new() };
    client.keyed(key, note("one")).await.unwrap();
    for refused in [client.keyed(key, note("two")).await, agent.keyed(key, note("two")).await] {
        let problem = refused.unwrap_err();
        assert_eq!((problem.code, problem.status), (ErrorCode::KeyReused, 422));
    }
    // Keys are the member's own: a colleague may use the same.
    world.second_agent().await.keyed(key, note("three")).await.unwrap();
}

async fn a_refusal_is_not_remembered(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    let (agent, second) = (world.agent().await, world.second_agent().await);
    agent.command(Command::AssignToMe { conversation }).await.unwrap();
    let (key, take) = (CommandKey::new(), Command::AssignToMe { conversation });
    assert_eq!(second.keyed(key, take.clone()).await.unwrap_err().code, ErrorCode::AlreadyAssigned);
    agent.command(Command::Release { conversation }).await.unwrap();
    second.keyed(key, take).await.unwrap();
}

async fn fifty_copies_of_a_command_at_once_have_one_effect(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    client.open(conversation).await;
    let (key, note) =
        (CommandKey::new(), Command::AddNote { conversation, text: "once".into(), mentions: Vec::new() });
    let copies = (0..50).map(|_| agent.keyed(key, note.clone()));
    let answers = futures_util::future::join_all(copies).await;
    let first = answers[0].clone().unwrap();
    assert!(answers.iter().all(|answer| answer.as_ref() == Ok(&first)));
    client.reach(first.pos).await;
    let notes = client
        .events
        .iter()
        .filter(|logged| matches!(&logged.event, Event::Message(m) if matches!(m.body, Body::Note { .. })));
    assert_eq!(notes.count(), 1);
}

async fn each_command_asks_for_its_permission(engine: Engine) {
    let world = World::new(engine).await;
    let member = world.alpha.second_agent.member;
    let role = shared::model::member::Role::Administrator;
    let forbidden = [
        Command::SetRole { member, role },
        Command::SetQueues { member, queues: vec![] },
        Command::SetActive { member, active: false },
        Command::SetPhoneMasking { masked: true },
    ];
    for user in [world.agent().await, world.supervisor().await] {
        for command in &forbidden {
            assert_eq!(user.refused(command.clone()).await, ErrorCode::Forbidden, "{command:?}");
        }
    }
    let administrator = world.administrator().await;
    for role in [shared::model::member::Role::Agent, shared::model::member::Role::Supervisor] {
        let step_down = Command::SetRole { member: administrator.member, role };
        assert_eq!(administrator.refused(step_down).await, ErrorCode::LastAdministrator);
    }
    let leave = Command::SetActive { member: administrator.member, active: false };
    assert_eq!(administrator.refused(leave).await, ErrorCode::LastAdministrator);
}

async fn reading_what_was_read_is_no_change(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    let (agent, store) = (world.agent().await, world.store().await);
    let read = |up_to| Command::MarkRead { conversation, up_to };
    let before = (sql::count(&store, "audit").await, sql::gapless_head(&store).await);
    agent.command(read(1)).await.unwrap();
    let once = (sql::count(&store, "audit").await, sql::gapless_head(&store).await);
    assert_eq!(once, (before.0 + 1, before.1 + 1));
    for up_to in [1, 0, 99] {
        agent.command(read(up_to)).await.unwrap();
    }
    assert_eq!((sql::count(&store, "audit").await, sql::gapless_head(&store).await), once);
}
