//! What becomes of messages that WhatsApp does not take, or of which it tells nothing.

use std::sync::Arc;

use chrono::TimeDelta;
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{
    live::command::Command,
    model::message::{DeliveryState, FailureReason},
};
use simulator::{
    Outcome, StatusPlan,
    payload::{self, Sender, Status},
};

use super::Desk;
use crate::{
    harness::{
        Engine, LiveClient, Options, World, eventually, sql,
        wait::PATIENCE,
        webhook::{ann, unix_now, wamid},
    },
    webhook::changes::timeline,
};

on_both_engines!(
    every_refusal_on_the_way_is_told,
    whatever_goes_wrong_at_metas_a_message_is_posted_once_and_not_lost_sight_of,
    a_number_from_which_nothing_is_taken_pauses,
    a_number_that_pauses_holds_up_no_other_and_says_so,
    a_message_of_which_nothing_is_told_is_given_up_in_time,
    a_lost_answer_that_nothing_explains_is_given_up,
);

fn with_clock() -> (Arc<FakeClock>, Options) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    (Arc::clone(&clock), Options { clock: clock as Arc<dyn Clock>, ..Options::default() })
}

async fn every_refusal_on_the_way_is_told(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    desk.meta.control().answer_next([
        Outcome::Refuse { code: 130_429, details: None, http: None },
        Outcome::RateLimited { retry_after_s: 0 },
        Outcome::Refuse { code: 131_026, details: None, http: None },
    ]);
    let id = desk.answer("Patience").await;
    let failed = desk.becomes(id, DeliveryState::Failed).await;
    assert_eq!(failed.failure.unwrap().code, Some(131_026));
    let reasons: Vec<_> = failed.attempts.iter().map(|attempt| attempt.failure.reason).collect();
    assert_eq!(reasons, [FailureReason::RateLimited, FailureReason::RateLimited]);
    assert!(failed.attempts.iter().all(|attempt| attempt.next_at.is_some()));
    assert_eq!(failed.attempts[0].failure.code, Some(130_429));
}

/// Must hold: over all Graph faults at most one POST per outbox row unless the refusal was definite; every
/// uncertain row is resolved or visible. What Meta's codes mean is proved in `codes`, crashes in `fault`.
async fn whatever_goes_wrong_at_metas_a_message_is_posted_once_and_not_lost_sight_of(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    // What was taken is told of, with our id, as Meta does.
    meta.control().set_statuses(StatusPlan::immediate());
    let faults = [
        Outcome::Accept,
        Outcome::AcceptAfter { delay_ms: 30 },
        Outcome::AcceptThenStall { delay_ms: 30 },
        Outcome::AcceptThenCut,
        Outcome::AcceptThenInvalidJson,
        Outcome::Refuse { code: 131_026, details: None, http: None },
        Outcome::Refuse { code: 130_429, details: None, http: Some(400) },
        Outcome::Refuse { code: 131_056, details: None, http: Some(200) },
        Outcome::Refuse { code: 2, details: None, http: Some(503) },
        Outcome::ServerError,
        Outcome::RateLimited { retry_after_s: 0 },
        Outcome::CutBeforeAccept,
        Outcome::Stall { delay_ms: 30 },
    ];
    let agent = world.agent().await;
    for (n, fault) in faults.into_iter().enumerate() {
        let phone = format!("4915230{n:06}");
        world.customer_writes(&Sender::phone(&phone, "Somebody"), "Hi").await;
        let (_, page) = agent.get(&format!("/api/conversations?search={phone}")).await;
        let conversation = page["conversations"][0]["id"].as_str().unwrap().parse().unwrap();
        meta.control().answer_next([fault.clone()]);
        let id = agent.command(Command::text(conversation, "Hello")).await.unwrap().message.unwrap();
        let settled = eventually(&format!("{fault:?} is settled"), async || {
            let all = timeline(&agent, conversation).await;
            let delivery = all.into_iter().find(|message| message.id == id)?.delivery?;
            // Uncertain is visible: the bubble says so and offers what can be done.
            (delivery.state.rank() >= DeliveryState::Uncertain.rank()).then_some(delivery)
        })
        .await;
        let posts = || {
            let all = meta.control().sends();
            all.into_iter().filter(|send| send.callback_data() == Some(&id.to_string())).collect::<Vec<_>>()
        };
        let taken = posts().iter().filter(|send| send.was_accepted()).count();
        if taken > 0 {
            eventually(&format!("{fault:?} is explained by its statuses"), async || {
                let all = timeline(&agent, conversation).await;
                let delivery = all.into_iter().find(|message| message.id == id)?.delivery?;
                (delivery.state == DeliveryState::Read).then_some(())
            })
            .await;
        }
        let outcomes: Vec<String> = posts().iter().map(|send| send.outcome.clone()).collect();
        let (_, earlier) = outcomes.split_last().unwrap();
        let definite = |outcome: &String| outcome.starts_with("refused") || outcome == "rate_limited";
        assert!(earlier.iter().all(definite) && taken <= 1, "{fault:?}: {outcomes:?} {settled:?}");
    }
    let stuck =
        "SELECT count(*) AS n FROM message WHERE tenant_id = $1 AND delivery IN ('queued', 'sending')";
    assert_eq!(sql::number(&world.store().await, stuck).await, 0);
    assert_eq!(sql::count(&world.store().await, "outbox").await, 0);
}

async fn a_number_from_which_nothing_is_taken_pauses(engine: Engine) {
    let (clock, mut options) = with_clock();
    options.outbox.pause = TimeDelta::minutes(10);
    options.outbox.at_once = 1;
    let (world, meta) = World::with_meta(engine, options).await;
    meta.control().answer_always(Outcome::ServerError);
    let agent = world.agent().await;
    for n in 0..8 {
        world.customer_writes(&Sender::phone(&format!("491520000100{n}"), "Somebody"), "Hi").await;
    }
    let store = world.store().await;
    let ids = sql::texts(&store, "SELECT id AS t FROM conversation WHERE tenant_id = $1").await;
    for id in &ids {
        agent.command(Command::text(id.parse().unwrap(), "Hello")).await.unwrap();
    }
    let waiting = async |left: i64| {
        eventually("the others wait", async || {
            let leased = "SELECT count(*) AS n FROM outbox WHERE tenant_id = $1 AND leased_by IS NOT NULL";
            let all = sql::count(&store, "outbox").await;
            (all == left && sql::number(&store, leased).await == 0).then_some(())
        })
        .await;
    };
    // Customers are told that they were read; that is no message.
    let sent = || meta.control().sends().iter().filter(|send| send.text().is_some()).count();
    waiting(3).await;
    assert_eq!(sent(), 5, "what is not sent cannot become uncertain");
    // After the pause one finds out for all.
    clock.advance(TimeDelta::minutes(10));
    world.server.workers().wake(world.alpha.id);
    waiting(2).await;
    assert_eq!(sent(), 6);
    meta.control().answer_always(Outcome::Accept);
    clock.advance(TimeDelta::minutes(20));
    world.server.workers().wake(world.alpha.id);
    waiting(0).await;
    assert_eq!(sent(), 8);
}

async fn a_number_that_pauses_holds_up_no_other_and_says_so(engine: Engine) {
    let (clock, mut options) = with_clock();
    options.outbox.pause = TimeDelta::minutes(10);
    let (world, meta) = World::with_meta(engine, options).await;
    let (sales, open) = (&world.alpha.sales, &world.alpha.open);
    let now = unix_now(&world.server);
    let customer = |n: usize| Sender::phone(&format!("4915210{n:06}"), "Somebody");
    for some in (0..1_500).collect::<Vec<_>>().chunks(250) {
        let all = some.iter().map(|n| payload::text_message(sales, &customer(*n), &wamid(), now, "Hi"));
        assert!(world.alpha.post(&world.server, &payload::batch(all)).await.is_success());
    }
    world.customer_writes_to(open, &ann(), "Hi").await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    let channels =
        |c: &LiveClient| c.view().channels.values().filter(|c| c.paused).map(|c| c.id).collect::<Vec<_>>();
    // Five of them find out that nothing is taken.
    meta.control().answer_always(Outcome::ServerError);
    let row = |client: &LiveClient, phone: &str| {
        let mut all = client.view().conversations.values();
        all.find(|row| row.contact.phone.as_deref() == Some(phone)).unwrap().id
    };
    for n in 0..5 {
        let id = row(&client, &format!("4915210{n:06}"));
        client.done(Command::text(id, "Hello")).await;
    }
    let sales_channel = world.alpha.sales_channel;
    client.until("everybody sees that it pauses", |c| channels(c) == [sales_channel]).await;
    // What else is to be sent from it, and has been longest: of that only the place in the queue matters here.
    let store = world.store().await;
    let waits = "INSERT INTO outbox (tenant_id, message_id, contact_id, channel_id, conversation_id, attempts, \
        due_at, created_at, uploading) SELECT tenant_id, id, contact_id, channel_id, conversation_id, 0, 0, 0, FALSE \
        FROM message WHERE tenant_id = $1 AND author_kind = 'customer'";
    store.write(|tx| Ok(sql::execute(tx, waits)?)).await.unwrap();
    let other = "DELETE FROM outbox WHERE tenant_id = $1 AND created_at = 0 AND channel_id <> ";
    let other = format!("{other}'{sales_channel}'");
    store.write(move |tx| Ok(sql::execute(tx, &other)?)).await.unwrap();
    assert_eq!(sql::count(&store, "outbox").await, 1_500);
    meta.control().answer_always(Outcome::Accept);
    let id = row(&client, "4915200000001");
    let message = client.done(Command::text(id, "From the other one")).await.message.unwrap();
    client.open(id).await;
    let accepted =
        |c: &LiveClient| Desk::delivery(c, message).is_some_and(|d| d.state == DeliveryState::Accepted);
    client.until("the other number sends", accepted).await;
    assert_eq!(sql::count(&store, "outbox").await, 1_500, "nothing else left");
    // Nothing waits any more and the time is over: nobody says that it pauses.
    store
        .write(|tx| Ok(sql::execute(tx, "DELETE FROM outbox WHERE tenant_id = $1 AND created_at = 0")?))
        .await
        .unwrap();
    clock.advance(TimeDelta::minutes(11));
    world.server.workers().wake(world.alpha.id);
    client.until("everybody sees that it is over", |c| channels(c).is_empty()).await;
}

async fn a_message_of_which_nothing_is_told_is_given_up_in_time(engine: Engine) {
    let (clock, options) = with_clock();
    let mut desk = Desk::with(engine, options).await;
    let arrives = desk.answer("arrives").await;
    desk.becomes(arrives, DeliveryState::Accepted).await;
    let lost = desk.answer("is dropped").await;
    desk.becomes(lost, DeliveryState::Accepted).await;
    let sends = desk.sends(2).await;
    desk.world.reported(sends[0].wamid.as_ref().unwrap(), Status::Delivered, None).await;
    desk.world.reported(sends[1].wamid.as_ref().unwrap(), Status::Sent, None).await;
    desk.becomes(arrives, DeliveryState::Delivered).await;
    desk.becomes(lost, DeliveryState::Sent).await;
    assert_eq!(sql::count(&desk.world.store().await, "awaited").await, 1);
    clock.advance(TimeDelta::days(30) - TimeDelta::minutes(1));
    desk.world.server.workers().wake(desk.world.alpha.id);
    clock.advance(TimeDelta::hours(2));
    desk.world.server.workers().wake(desk.world.alpha.id);
    let given_up = |c: &LiveClient| Desk::delivery(c, lost).is_some_and(|d| d.given_up_at.is_some());
    desk.client.until("the message is given up", given_up).await;
    assert_eq!(Desk::delivery(&desk.client, lost).unwrap().state, DeliveryState::Sent);
    assert_eq!(Desk::delivery(&desk.client, arrives).unwrap().given_up_at, None);
    // It may be sent again once she has written.
    desk.world.customer_writes(&ann(), "Anybody there?").await;
    let again = desk.client.done(Command::RetryMessage { message: lost }).await.message.unwrap();
    desk.becomes(again, DeliveryState::Accepted).await;
    // Should WhatsApp tell after all, that counts.
    desk.world.reported(sends[1].wamid.as_ref().unwrap(), Status::Delivered, None).await;
    assert_eq!(desk.becomes(lost, DeliveryState::Delivered).await.given_up_at, None);
}

async fn a_lost_answer_that_nothing_explains_is_given_up(engine: Engine) {
    let (clock, options) = with_clock();
    let mut desk = Desk::with(engine, options).await;
    desk.meta.control().answer_next([Outcome::AcceptThenCut]);
    let id = desk.answer("Did it arrive?").await;
    desk.becomes(id, DeliveryState::Uncertain).await;
    clock.advance(TimeDelta::hours(26));
    desk.world.server.workers().wake(desk.world.alpha.id);
    let given_up = |c: &LiveClient| Desk::delivery(c, id).is_some_and(|d| d.given_up_at.is_some());
    desk.client.until("the message is given up", given_up).await;
    let sends = desk.meta.control().wait_for_sends(1, PATIENCE).await.unwrap();
    assert_eq!(sends.len(), 1);
}
