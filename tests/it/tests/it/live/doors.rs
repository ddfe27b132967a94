//! Who gets a socket, and what ends it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{
    limits::FRAME_BYTES,
    live::{VERSION, close, command::Command, frame::ClientFrame},
};
use tokio_tungstenite::tungstenite::Error;

use crate::harness::{Engine, LiveClient, Options, World, server::ORIGIN};

on_both_engines!(
    a_foreign_origin_gets_no_socket,
    nobody_without_a_session_gets_a_socket,
    a_frame_that_is_not_understood_closes_the_socket,
    a_frame_that_breaks_the_protocol_is_told_so,
    a_client_of_another_version_is_told_to_reload,
    a_deactivated_member_is_out_within_a_second,
    signing_out_closes_the_sockets_of_that_session_only,
    a_suspended_tenant_loses_its_sockets_and_others_do_not,
    a_stop_says_goodbye,
    a_connection_is_greeted_once,
    the_oldest_of_too_many_sockets_of_a_member_makes_room,
    work_over_the_socket_keeps_the_session_alive,
);

async fn a_foreign_origin_gets_no_socket(engine: Engine) {
    let world = World::new(engine).await;
    let agent = world.agent().await;
    for origin in
        ["https://evil.example", "null", "http://localhost:8081", "http://localhost:8080.evil.example"]
    {
        match LiveClient::upgrade(&agent, origin).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), 403, "{origin}"),
            other => panic!("{origin}: {:?}", other.map(drop)),
        }
    }
    assert!(LiveClient::upgrade(&agent, ORIGIN).await.is_ok());
}

async fn nobody_without_a_session_gets_a_socket(engine: Engine) {
    let world = World::new(engine).await;
    let mut agent = world.agent().await;
    agent.cookie = format!("__Host-sid={}", "0".repeat(64));
    match LiveClient::upgrade(&agent, ORIGIN).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 401),
        other => panic!("{:?}", other.map(drop)),
    }
}

async fn a_frame_that_is_not_understood_closes_the_socket(engine: Engine) {
    let world = World::new(engine).await;
    let agent = world.agent().await;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for bad in [
        "{",
        "{}",
        "{\"hello\":{\"version\":\"1\"}}",
        "{\"hello\":{\"version\":1,\"extra\":1}}",
        "null",
        &deep,
    ] {
        let mut client = LiveClient::connect(&agent).await;
        client.send_text(bad.to_owned()).await;
        assert_eq!(client.end().await, close::BAD_FRAME, "{bad:.40}");
        assert_eq!(client.goodbye.map(|(code, _)| code), Some(close::BAD_FRAME));
    }
}

async fn a_frame_that_breaks_the_protocol_is_told_so(engine: Engine) {
    let world = World::new(engine).await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    client.send_text("x".repeat(FRAME_BYTES + 1)).await;
    assert_eq!(client.end().await, close::BAD_FRAME);
    assert_eq!(client.goodbye.map(|(code, _)| code), Some(close::BAD_FRAME));
}

async fn a_client_of_another_version_is_told_to_reload(engine: Engine) {
    let world = World::new(engine).await;
    let mut client = LiveClient::open_socket(&world.agent().await).await;
    client.send(&ClientFrame::Hello { version: VERSION + 1 }).await;
    assert_eq!(client.end().await, close::VERSION);
}

async fn a_deactivated_member_is_out_within_a_second(engine: Engine) {
    let world = World::new(engine).await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    let mut idle = LiveClient::open_socket(&agent).await;
    let administrator = world.administrator().await;
    let began = Instant::now();
    administrator.command(Command::SetActive { member: agent.member, active: false }).await.unwrap();
    assert_eq!(client.end().await, close::SESSION_GONE);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    // A socket that has not said anything yet gets no further either.
    idle.send(&ClientFrame::Hello { version: VERSION }).await;
    assert_eq!(idle.end().await, close::SESSION_GONE);
    assert_eq!(agent.get("/api/conversations").await.0, 401);
    // Nor does the session come back to life with the member, even if nobody has deleted it yet.
    administrator.command(Command::SetActive { member: agent.member, active: true }).await.unwrap();
    assert_eq!(agent.get("/api/conversations").await.0, 401);
    assert_eq!(world.agent().await.get("/api/conversations").await.0, 200);
}

async fn signing_out_closes_the_sockets_of_that_session_only(engine: Engine) {
    let world = World::new(engine).await;
    let (here, there) = (world.agent().await, world.agent().await);
    let mut first = LiveClient::connect(&here).await;
    let mut second = LiveClient::connect(&there).await;
    let answer = here.request(reqwest::Method::DELETE, "/api/session").send().await.unwrap();
    assert!(answer.status().is_success());
    assert_eq!(first.end().await, close::SESSION_GONE);
    let busy = shared::model::member::Availability::Busy;
    second.done(Command::available_as(busy)).await;
}

async fn a_suspended_tenant_loses_its_sockets_and_others_do_not(engine: Engine) {
    let world = World::new(engine).await;
    let mut ours = LiveClient::connect(&world.agent().await).await;
    let mut theirs = LiveClient::connect(&world.stranger().await).await;
    let suspend = server::admin::AdminCommand::SuspendTenant { tenant: "alpha".into() };
    server::admin::execute(&world.server.admin(), suspend).await.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(ours.end().await, close::SESSION_GONE);
    let busy = shared::model::member::Availability::Busy;
    theirs.done(Command::available_as(busy)).await;
}

async fn a_stop_says_goodbye(engine: Engine) {
    let world = World::new(engine).await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    let World { server, .. } = world;
    let stopping = tokio::spawn(server.stop());
    assert_eq!(client.end().await, close::RESTART);
    assert_eq!(client.goodbye.map(|(code, _)| code), Some(close::RESTART));
    stopping.await.unwrap();
}

async fn a_connection_is_greeted_once(engine: Engine) {
    let world = World::new(engine).await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    client.send(&ClientFrame::Hello { version: VERSION }).await;
    assert_eq!(client.end().await, close::BAD_FRAME);
    assert_eq!(client.snapshots, 1, "no second snapshot was made");
}

async fn the_oldest_of_too_many_sockets_of_a_member_makes_room(engine: Engine) {
    let world = World::new(engine).await;
    let agent = world.agent().await;
    let mut oldest = LiveClient::connect(&agent).await;
    let mut others = Vec::new();
    for _ in 0..20 {
        others.push(LiveClient::connect(&agent).await);
    }
    assert_eq!(oldest.end().await, close::REPLACED);
    let busy = shared::model::member::Availability::Busy;
    others[0].done(Command::available_as(busy)).await;
}

async fn work_over_the_socket_keeps_the_session_alive(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let world = World::with(engine, options).await;
    let (agent, colleague) = (world.agent().await, world.second_agent().await);
    let mut works = LiveClient::connect(&agent).await;
    let mut looks = LiveClient::connect(&colleague).await;
    // Ten hours in which one does something every hour and the other only answers pings. Housekeeping
    // comes once a minute of real time, so the clock stands still while it is waited for.
    let busy = Command::available_as(shared::model::member::Availability::Busy);
    for _ in 0..7 {
        clock.advance(TimeDelta::hours(1));
        works.done(busy.clone()).await;
    }
    world.server.app.hub.tidy_now().await;
    clock.advance(TimeDelta::hours(2));
    works.done(busy).await;
    world.server.app.hub.tidy_now().await;
    assert_eq!(looks.end().await, close::SESSION_GONE);
    assert_eq!(agent.get("/api/session").await.0, 200);
    assert_eq!(colleague.get("/api/conversations").await.0, 401);
    works.done(Command::available_as(shared::model::member::Availability::Away)).await;
}
