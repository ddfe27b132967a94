//! A console that does not read harms nobody, costs a bounded amount, and converges when it wakes.

use std::time::{Duration, Instant};

use shared::{live::command::Command, model::member::Role};

use crate::harness::{Engine, LiveClient, Options, World, webhook::ann};

on_both_engines!(
    a_stalled_console_harms_nobody_and_converges_when_it_wakes,
    a_console_that_stalls_around_a_reset_gets_nothing_twice,
);

async fn a_stalled_console_harms_nobody_and_converges_when_it_wakes(engine: Engine) {
    let mut options = Options::default();
    options.hub.soft_bytes = 8 * 1024;
    options.hub.hard_bytes = 32 * 1024;
    let world = World::with(engine, options.clone()).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let mut stalled = LiveClient::connect(&world.second_agent().await).await;
    let mut prompt = LiveClient::connect(&world.agent().await).await;
    assert!(stalled.open(id).await && prompt.open(id).await);

    // Far more than the sockets' buffers and the budget hold together.
    let text = "x".repeat(4_000);
    let (soft, hard) = (options.hub.soft_bytes, options.hub.hard_bytes);
    let (mut slowest, mut most) = (Duration::ZERO, 0);
    let mut last = 0;
    for n in 0..1_500 {
        let began = Instant::now();
        let seen = prompt.pos();
        if n % 50 == 0 {
            last = prompt
                .done(Command::AddNote {
                    conversation: id,
                    text: format!("{n} {text}"),
                    mentions: Vec::new(),
                })
                .await
                .pos;
        } else {
            world.customer_writes(&ann(), &format!("{n} {text}")).await;
            prompt.until("the event arrives", |c| c.pos() > seen).await;
        }
        slowest = slowest.max(began.elapsed());
        most = most.max(world.server.app.hub.most_waiting().await);
    }
    assert!(most > soft, "the console was never stalled: {most}");
    // What was queued last may go over the budget; then everything that can be read again is dropped.
    assert!(most < hard + 3 * text.len(), "{most} bytes waited at one socket");
    assert!(slowest < Duration::from_secs(2), "the other console waited {slowest:?}");
    world.customer_writes(&ann(), "the end").await;
    let seq = 1_502;
    prompt.until("the end arrives", |c| c.view().timelines[&id].messages.contains_key(&seq)).await;
    stalled.until("the end arrives here too", |c| c.view().timelines[&id].messages.contains_key(&seq)).await;
    stalled.reach(last).await;
    assert_eq!(stalled.view().timelines[&id].messages, prompt.view().timelines[&id].messages);
    assert_eq!(stalled.view().conversations, prompt.view().conversations);
    assert!(stalled.resets.is_empty(), "the log reaches back far enough");
}

async fn a_console_that_stalls_around_a_reset_gets_nothing_twice(engine: Engine) {
    let mut options = Options::default();
    options.hub.soft_bytes = 24 * 1024;
    options.hub.hard_bytes = 32 * 1024;
    let world = World::with(engine, options.clone()).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let second = world.second_agent().await;
    let mut stalled = LiveClient::connect(&second).await;
    assert!(stalled.open(id).await);
    let text = "x".repeat(4_000);
    let hub = world.server.app.hub.clone();
    // Until the kernel takes no more and some wait for it,
    while hub.most_waiting().await < 4 * text.len() {
        world.customer_writes(&ann(), &text).await;
    }
    // then a snapshot behind them,
    let administrator = world.administrator().await;
    administrator.command(Command::SetRole { member: second.member, role: Role::Supervisor }).await.unwrap();
    // and more than the budget behind that: its rows alone, the timeline is not open any more.
    for n in 0..300 {
        world.customer_writes(&ann(), &format!("{n}")).await;
    }
    let busy = Command::available_as(shared::model::member::Availability::Busy);
    let last = administrator.command(busy).await.unwrap().pos;
    // Reading panics at a batch that does not follow on what was read before.
    stalled.reach(last).await;
    assert_eq!(stalled.resets.len(), 1, "{:?}", stalled.resets);
}
