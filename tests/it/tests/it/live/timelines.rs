//! Opened timelines: the page, the events after it, older pages by HTTP.

use shared::{
    api::conversations::MessagesPage,
    error::ErrorCode,
    limits::{OPEN_TIMELINES, TIMELINE_PAGE},
    live::{VERSION, command::Command, frame::ClientFrame, snapshot::Activity},
    model::member::Availability,
};
use simulator::payload::Sender;

use crate::harness::{Engine, LiveClient, World, webhook::ann};

on_both_engines!(
    a_timeline_opens_with_the_newest_page_and_goes_on_with_events,
    older_pages_come_by_http,
    at_most_eight_timelines_are_open,
    messages_reach_only_those_who_have_the_timeline_open,
    colleagues_see_who_looks_and_writes,
    colleagues_see_at_once_that_somebody_stopped,
    a_resume_cannot_listen_in_on_what_is_out_of_sight,
);

async fn a_timeline_opens_with_the_newest_page_and_goes_on_with_events(engine: Engine) {
    let world = World::new(engine).await;
    for n in 1..=60 {
        world.customer_writes(&ann(), &format!("text {n}")).await;
    }
    let id = world.only_conversation().await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    assert!(client.open(id).await);
    let timeline = &client.view().timelines[&id];
    assert_eq!(timeline.messages.len(), TIMELINE_PAGE);
    assert_eq!(timeline.messages.first_key_value().map(|(seq, _)| *seq), Some(11));
    assert!(timeline.has_older);
    world.customer_writes(&ann(), "text 61").await;
    client.until("the event comes", |c| c.view().timelines[&id].messages.contains_key(&61)).await;
    client.done(Command::AddNote { conversation: id, text: "note".into(), mentions: Vec::new() }).await;
    assert!(client.view().timelines[&id].messages.contains_key(&62));
    client.close_timeline(id).await;
    // The note of after the close is the barrier.
    let before = client.events.len();
    client.done(Command::AddNote { conversation: id, text: "unseen".into(), mentions: Vec::new() }).await;
    let later = serde_json::to_string(&client.events[before..]).unwrap();
    assert!(!later.contains("\"message\":{"), "{later}");
}

async fn older_pages_come_by_http(engine: Engine) {
    let world = World::new(engine).await;
    for n in 1..=120 {
        world.customer_writes(&ann(), &format!("text {n}")).await;
    }
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    client.open(id).await;
    let mut before = 71;
    for (rest, has_older) in [(50, true), (20, false)] {
        let (_, page) = agent.get(&format!("/api/conversations/{id}/messages?before={before}")).await;
        let page: MessagesPage = serde_json::from_value(page).unwrap();
        let places: Vec<u64> = page.messages.iter().map(|m| m.seq).collect();
        assert_eq!(places, (before - rest..before).collect::<Vec<_>>());
        assert_eq!(page.has_older, has_older);
        before -= rest;
    }
}

async fn at_most_eight_timelines_are_open(engine: Engine) {
    let world = World::new(engine).await;
    for n in 0..=OPEN_TIMELINES {
        world.customer_writes(&Sender::phone(&format!("49152000020{n}"), "Many"), "Hi").await;
    }
    let mut client = LiveClient::connect(&world.agent().await).await;
    let ids: Vec<_> = client.view().conversations.keys().copied().collect();
    for id in ids.iter().take(OPEN_TIMELINES) {
        assert!(client.open(*id).await);
    }
    assert!(!client.open(ids[OPEN_TIMELINES]).await);
    assert_eq!(client.refused_opens.pop().unwrap().1.code, ErrorCode::TooManyOpen);
    client.close_timeline(ids[0]).await;
    assert!(client.open(ids[OPEN_TIMELINES]).await);
}

async fn messages_reach_only_those_who_have_the_timeline_open(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let mut open = LiveClient::connect(&world.agent().await).await;
    let mut list_only = LiveClient::connect(&world.second_agent().await).await;
    open.open(id).await;
    let long = "a text that is far longer than the eighty characters a preview may have, so that only \
                the timeline can show its very last words: needle";
    let done =
        open.done(Command::AddNote { conversation: id, text: long.into(), mentions: Vec::new() }).await;
    list_only.reach(done.pos).await;
    assert!(serde_json::to_string(&open.events).unwrap().contains("needle"));
    assert!(!serde_json::to_string(&list_only.events).unwrap().contains("needle"));
}

async fn colleagues_see_who_looks_and_writes(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let mut writer = LiveClient::connect(&world.agent().await).await;
    let mut reader = LiveClient::connect(&world.second_agent().await).await;
    let mut outside = LiveClient::connect(&world.supervisor().await).await;
    assert!(writer.open(id).await && reader.open(id).await);
    writer.send(&ClientFrame::Typing { conversation: id }).await;
    reader.until("the sign arrives", |c| !c.signals.is_empty()).await;
    let watcher = &reader.signals[0];
    assert_eq!((watcher.member, watcher.activity), (world.alpha.agent.member, Activity::Typing));
    let done =
        reader.done(Command::AddNote { conversation: id, text: "x".into(), mentions: Vec::new() }).await;
    writer.reach(done.pos).await;
    outside.reach(done.pos).await;
    assert!(writer.signals.is_empty(), "nobody is told of oneself");
    assert!(outside.signals.is_empty(), "only those who have it open are told");
}

async fn colleagues_see_at_once_that_somebody_stopped(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let mut writer = LiveClient::connect(&world.agent().await).await;
    let mut reader = LiveClient::connect(&world.second_agent().await).await;
    assert!(writer.open(id).await && reader.open(id).await);
    let last = |client: &LiveClient| {
        let watcher = client.signals.last()?;
        let since = client.welcome.as_ref()?.now;
        Some((watcher.activity, watcher.until > since + chrono::TimeDelta::seconds(4)))
    };
    writer.send(&ClientFrame::Typing { conversation: id }).await;
    reader.until("typing is seen", |c| last(c) == Some((Activity::Typing, true))).await;
    writer.done(Command::AddNote { conversation: id, text: "done".into(), mentions: Vec::new() }).await;
    reader.until("the end of typing is seen", |c| last(c) == Some((Activity::Typing, false))).await;
    writer.send(&ClientFrame::viewing(Some(id))).await;
    reader.until("viewing is seen", |c| last(c) == Some((Activity::Viewing, true))).await;
    drop(writer);
    reader.until("the end of viewing is seen", |c| last(c) == Some((Activity::Viewing, false))).await;
}

async fn a_resume_cannot_listen_in_on_what_is_out_of_sight(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    let id = world.only_conversation().await;
    let (agent, administrator) = (world.agent().await, world.administrator().await);
    let none = Command::SetQueues { member: agent.member, queues: vec![] };
    administrator.command(none).await.unwrap();
    let mut spy = LiveClient::connect(&agent).await;
    assert!(spy.view().conversations.is_empty());
    let resume = ClientFrame::Resume {
        version: VERSION,
        epoch: spy.welcome.as_ref().unwrap().epoch,
        member: None,
        pos: spy.pos(),
        scope_rev: spy.view().scope_rev,
        open: vec![id],
    };
    spy = spy.greet_anew(&resume).await;
    let mut holder = LiveClient::connect(&world.second_agent().await).await;
    let mut colleague = LiveClient::connect(&world.supervisor().await).await;
    assert!(holder.open(id).await && colleague.open(id).await);
    holder.send(&ClientFrame::Typing { conversation: id }).await;
    colleague.until("typing is seen", |c| !c.signals.is_empty()).await;
    spy.send(&ClientFrame::Typing { conversation: id }).await;
    let barrier = spy.done(Command::available_as(Availability::Busy)).await;
    colleague.reach(barrier.pos).await;
    assert!(spy.signals.is_empty(), "{:?}", spy.signals);
    let typing_spy = |c: &LiveClient| c.signals.iter().any(|watcher| watcher.member == agent.member);
    assert!(!typing_spy(&colleague), "who sees nothing is not seen there either");
}
