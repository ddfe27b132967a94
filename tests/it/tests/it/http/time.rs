//! What depends on the time, with a clock that the test moves.

use std::sync::Arc;

use chrono::TimeDelta;
use reqwest::StatusCode;
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{
    error::ErrorCode,
    live::command::Command,
    model::{conversation::CloseReason, message::DeliveryState},
};
use simulator::{Outcome, payload};

use crate::harness::{
    Engine, LiveClient, Options, World, sql,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    a_clock_of_metas_that_is_wrong_does_not_move_the_window,
    a_case_goes_on_for_seven_days_and_then_another_begins,
    an_uncertain_message_may_be_sent_again_after_ten_minutes,
    a_session_ends_when_it_is_idle_and_when_it_is_old,
);

fn stopped() -> (Arc<FakeClock>, Options) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    (clock, options)
}

async fn a_clock_of_metas_that_is_wrong_does_not_move_the_window(engine: Engine) {
    let (clock, options) = stopped();
    let world = World::with(engine, options).await;
    let write = async |written_at: i64| {
        let body = payload::text_message(&world.alpha.sales, &ann(), &wamid(), written_at, "Hi");
        assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
        let until = "SELECT coalesce(window_until, 0) AS n FROM conversation WHERE tenant_id = $1";
        sql::number(&world.store().await, until).await
    };
    let now = unix_now(&world.server);
    let day = TimeDelta::hours(24).num_microseconds().unwrap();
    let late = write(now - 3_600).await;
    assert_eq!(late, (now - 3_600) * 1_000_000 + day, "written an hour ago, so an hour is gone");
    let ahead = write(now + 3_600).await;
    assert_eq!(ahead, clock.now().timestamp_micros() + day, "a clock that runs ahead gives nothing");
    assert_eq!(write(0).await, ahead, "an old message does not shorten it");
    assert_eq!(write(-5).await, ahead);
}

async fn a_case_goes_on_for_seven_days_and_then_another_begins(engine: Engine) {
    let (clock, options) = stopped();
    let world = World::with(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    let first = world.only_conversation().await;
    let close = Command::Close { conversation: first, reason: CloseReason::Resolved };
    world.agent().await.command(close.clone()).await.unwrap();
    clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    world.customer_writes(&ann(), "One more thing").await;
    assert_eq!(world.only_conversation().await, first);
    world.agent().await.command(close).await.unwrap();
    clock.advance(TimeDelta::days(7));
    world.customer_writes(&ann(), "Something else").await;
    assert_eq!(sql::count(&world.store().await, "conversation").await, 2);
    assert_eq!(sql::count(&world.store().await, "contact").await, 1);
}

async fn an_uncertain_message_may_be_sent_again_after_ten_minutes(engine: Engine) {
    let (clock, options) = stopped();
    let (world, meta) = World::with_meta(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    assert!(client.open(conversation).await);
    meta.control().answer_next([Outcome::AcceptThenCut]);
    let sent = client.done(Command::text(conversation, "Did it arrive?")).await;
    let message = sent.message.unwrap();
    let state = |c: &LiveClient, id| {
        let mut all = c.view().timelines.values().flat_map(|timeline| timeline.messages.values());
        all.find(|message| message.id == id).and_then(|message| message.delivery.as_ref()).map(|d| d.state)
    };
    client.until("nobody knows", |c| state(c, message) == Some(DeliveryState::Uncertain)).await;
    clock.advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    assert_eq!(client.refused(Command::RetryMessage { message }).await, ErrorCode::NotRetryable);
    clock.advance(TimeDelta::seconds(1));
    let again = client.done(Command::RetryMessage { message }).await.message.unwrap();
    client.until("the copy is accepted", |c| state(c, again) == Some(DeliveryState::Accepted)).await;
    assert_eq!(state(&client, message), Some(DeliveryState::Uncertain), "what is unknown stays unknown");
}

async fn a_session_ends_when_it_is_idle_and_when_it_is_old(engine: Engine) {
    let (clock, options) = stopped();
    let world = World::with(engine, options).await;
    let (idle, busy) = (world.agent().await, world.second_agent().await);
    for _ in 0..3 {
        clock.advance(TimeDelta::hours(7));
        assert_eq!(busy.get("/api/session").await.0, StatusCode::OK);
    }
    assert_eq!(idle.get("/api/session").await.0, StatusCode::NO_CONTENT, "unused for 21 hours");
    clock.advance(TimeDelta::hours(3));
    assert_eq!(busy.get("/api/session").await.0, StatusCode::NO_CONTENT, "24 hours old");
}
