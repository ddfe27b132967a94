//! Coming back: nothing is missed, or everything is sent anew.

use shared::{
    ids::Epoch,
    live::{
        VERSION,
        command::Command,
        frame::{ClientFrame, ResetReason},
    },
};

use crate::harness::{Engine, LiveClient, World, webhook::ann};

on_both_engines!(
    a_short_absence_is_continued_from_memory,
    a_restart_is_continued_from_the_log,
    a_view_of_another_log_is_started_over,
    a_position_that_cannot_be_continued_is_started_over,
    a_scope_that_changed_meanwhile_is_started_over,
    a_view_of_another_member_is_started_over,
    a_client_that_does_not_say_whose_view_it_has_resumes_as_before,
    a_timeline_opened_while_catching_up_stays_complete,
);

async fn a_short_absence_is_continued_from_memory(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    assert!(client.open(id).await);
    let away = client.disconnect();
    for n in 0..20 {
        world.customer_writes(&ann(), &format!("while away {n}")).await;
    }
    let mut back = away.resume().await;
    back.until("all messages are there", |c| c.view().timelines[&id].messages.len() == 21).await;
    back.until("the row is there", |c| c.view().conversations[&id].unread == 21).await;
    assert_eq!((back.snapshots, back.resets.len()), (0, 0));
}

async fn a_restart_is_continued_from_the_log(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    assert!(client.open(id).await);
    let away = client.disconnect();
    for n in 0..300 {
        world.customer_writes(&ann(), &format!("while away {n}")).await;
    }
    let world = world.restart().await;
    let mut back = away.at(&world.server).resume().await;
    back.until("all messages are there", |c| c.view().timelines[&id].messages.len() == 301).await;
    assert_eq!((back.snapshots, back.resets.len()), (0, 0));
    world.customer_writes(&ann(), "after").await;
    back.until("news arrive", |c| c.view().timelines[&id].messages.len() == 302).await;
}

async fn a_view_of_another_log_is_started_over(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let mut away = LiveClient::connect(&world.agent().await).await.disconnect();
    away.epoch = Epoch::new();
    away.view.conversations.clear();
    let mut back = away.begin_resume().await;
    back.until("a snapshot comes", |c| c.snapshots == 1).await;
    assert_eq!(back.resets, [ResetReason::Epoch]);
    assert_eq!(back.view().conversations.len(), 1);
}

async fn a_position_that_cannot_be_continued_is_started_over(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let mut away = LiveClient::connect(&world.agent().await).await.disconnect();
    away.view.pos += 1_000;
    let mut back = away.begin_resume().await;
    back.until("a snapshot comes", |c| c.snapshots == 1).await;
    assert_eq!(back.resets, [ResetReason::Position]);
    assert!(back.pos() < 1_000);
}

async fn a_scope_that_changed_meanwhile_is_started_over(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let agent = world.agent().await;
    let client = LiveClient::connect(&agent).await;
    assert_eq!(client.view().conversations.len(), 1);
    let away = client.disconnect();
    let administrator = world.administrator().await;
    administrator.command(Command::SetQueues { member: agent.member, queues: vec![] }).await.unwrap();
    let mut back = away.begin_resume().await;
    back.until("a snapshot comes", |c| c.snapshots == 1).await;
    assert_eq!(back.resets, [ResetReason::Scope]);
    assert!(back.view().conversations.is_empty());
}

async fn a_view_of_another_member_is_started_over(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let client = LiveClient::connect(&world.agent().await).await;
    let first = client.view().me;
    let mut away = client.disconnect();
    // Another tab of the same browser signed a colleague in: the same jar has another cookie.
    away.user = world.second_agent().await;
    let mut back = away.begin_resume().await;
    back.until("a snapshot comes", |c| c.snapshots == 1).await;
    assert_eq!(back.resets, [ResetReason::Member]);
    assert_ne!(back.view().me, first);
    assert_eq!(back.welcome.as_ref().map(|w| w.member), Some(back.view().me));
}

async fn a_client_that_does_not_say_whose_view_it_has_resumes_as_before(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let agent = world.agent().await;
    let away = LiveClient::connect(&agent).await.disconnect();
    let mut back = LiveClient::open_socket(&agent).await;
    let frame = ClientFrame::Resume {
        version: VERSION,
        epoch: away.epoch,
        member: None,
        pos: away.view.pos,
        scope_rev: away.view.scope_rev,
        open: Vec::new(),
    };
    assert!(!serde_json::to_string(&frame).unwrap().contains("member"));
    back.send(&frame).await;
    back.until("the resume is answered", |c| c.welcome.is_some()).await;
    assert_eq!((back.snapshots, back.resets.len()), (0, 0));
}

async fn a_timeline_opened_while_catching_up_stays_complete(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "text 1").await;
    let id = world.only_conversation().await;
    let away = LiveClient::connect(&world.agent().await).await.disconnect();
    for n in 2..=300 {
        world.customer_writes(&ann(), &format!("text {n}")).await;
    }
    let world = world.restart().await;
    let mut back = away.at(&world.server).begin_resume().await;
    back.ask_open(id).await;
    world.customer_writes(&ann(), "text 301").await;
    back.until("the page and the news are there", |c| {
        c.view().timelines[&id].opened_at.is_some() && c.view().timelines[&id].messages.contains_key(&301)
    })
    .await;
    back.until("the row is there", |c| c.view().conversations[&id].unread == 301).await;
    let mut fresh = LiveClient::connect(&back.user).await;
    assert!(fresh.open(id).await);
    let shown = |c: &LiveClient| {
        c.view().timelines[&id].messages.values().rev().take(50).cloned().collect::<Vec<_>>()
    };
    assert_eq!(shown(&back), shown(&fresh));
    assert!(back.resets.is_empty());
}
