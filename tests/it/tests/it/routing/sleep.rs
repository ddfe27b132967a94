//! What is put aside until a time wakes then, once, for whoever holds it.

use chrono::{DateTime, Duration, Utc};
use server::{
    clock::Clock,
    db::rows::{message, notice, waiting},
};
use shared::{
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    limits::SLEEP_DAYS,
    live::command::Command,
    model::{
        conversation::{CloseReason, ConversationState},
        message::{Body, Happening},
        notice::NoticeKind,
        queue::QueueRules,
        routing::{Ending, MoveTo, Target},
    },
};

use super::floor::{Floor, auto};
use crate::harness::Engine;

on_both_engines!(
    what_sleeps_is_its_holders_work_again_at_its_time_and_once,
    what_wakes_without_room_waits_as_what_goes_back,
    what_wakes_without_its_holder_waits,
    a_message_wakes_it_sooner,
    what_changes_hands_sleeps_no_more,
    a_time_that_cannot_be_is_refused,
    a_sleep_is_looked_after_by_the_next_start,
);

fn sleep(floor: &Floor, conversation: ConversationId, secs: i64) -> Command {
    Command::Park { conversation, until: Some(in_secs(floor, secs)) }
}

fn in_secs(floor: &Floor, secs: i64) -> DateTime<Utc> {
    floor.clock.now() + Duration::seconds(secs)
}

/// How often it woke.
async fn woke(floor: &Floor, id: ConversationId) -> usize {
    let page = floor.tenant.read(move |scoped| message::page(scoped, id, None, 1_000)).await.unwrap();
    let woke = |body: &Body| matches!(body, Body::System { what: Happening::Woke { .. } });
    page.iter().filter(|message| woke(&message.body)).count()
}

async fn told(floor: &Floor, member: MemberId) -> usize {
    let all = floor.tenant.read(move |scoped| notice::unread(scoped, member, 100)).await.unwrap();
    all.iter().filter(|notice| notice.kind == NoticeKind::Woke).count()
}

async fn what_sleeps_is_its_holders_work_again_at_its_time_and_once(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.done(agent, Command::text(talk, "I ask for it.")).await;
    floor.done(agent, sleep(&floor, talk, 600)).await;
    let seen = floor.see(talk).await;
    assert_eq!((seen.state, seen.sleeps_until), (ConversationState::Parked, Some(in_secs(&floor, 600))));
    let other = floor.customer(channel, 2).await;
    assert_eq!(floor.holder(other).await, Some(agent), "what sleeps takes no room");
    floor.done(agent, Command::Close { conversation: other, reason: CloseReason::Resolved }).await;
    floor.after(599).await;
    assert_eq!(floor.see(talk).await.state, ConversationState::Parked);
    floor.after(1).await;
    let seen = floor.see(talk).await;
    assert_eq!(
        (seen.state, seen.assignee, seen.sleeps_until),
        (ConversationState::Assigned, Some(agent), None)
    );
    floor.after(100_000).await;
    assert_eq!((woke(&floor, talk).await, told(&floor, agent).await), (1, 1));
    // Put aside anew until a later time, it sleeps until then only.
    floor.done(agent, sleep(&floor, talk, 100)).await;
    floor.done(agent, sleep(&floor, talk, 300)).await;
    floor.after(200).await;
    assert_eq!(floor.see(talk).await.state, ConversationState::Parked);
    floor.done(agent, Command::park(talk)).await;
    assert_eq!(floor.see(talk).await.sleeps_until, None, "until the customer writes");
    floor.after(100_000).await;
    assert_eq!((floor.see(talk).await.state, woke(&floor, talk).await), (ConversationState::Parked, 1));
}

async fn what_wakes_without_room_waits_as_what_goes_back(engine: Engine) {
    for answered in [false, true] {
        let floor = Floor::new(engine).await;
        let rules = QueueRules { first_reply_secs: 0, ..auto() };
        let (queue, channel) = floor.queue("sales", rules).await;
        let agent = floor.agent(&[queue], 1).await;
        let (talk, since) = (floor.customer(channel, 1).await, floor.clock.now());
        if answered {
            floor.done(agent, Command::text(talk, "I ask for it.")).await;
        }
        floor.done(agent, sleep(&floor, talk, 600)).await;
        floor.after(500).await;
        let busy = floor.customer(channel, 3).await;
        assert_eq!(floor.holder(busy).await, Some(agent));
        let younger = floor.customer(channel, 4).await;
        floor.after(100).await;
        assert_eq!(floor.see(talk).await.state, ConversationState::Queued);
        let row = floor.tenant.read(move |scoped| waiting::find(scoped, talk)).await.unwrap().unwrap();
        // Who was answered waits from when they are to be looked at again.
        let since = if answered { floor.clock.now() } else { since };
        assert_eq!((row.waits, row.since, woke(&floor, talk).await), (true, since, 1));
        assert_eq!(floor.history(talk).await[0].ending, Some(Ending::NoRoom));
        assert_eq!(told(&floor, agent).await, 0);
        floor.done(agent, Command::Close { conversation: busy, reason: CloseReason::Resolved }).await;
        let (first, last) = if answered { (younger, talk) } else { (talk, younger) };
        assert_eq!((floor.holder(first).await, floor.holder(last).await), (Some(agent), None));
        floor.close().await;
    }
}

async fn what_wakes_without_its_holder_waits(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let gone = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.done(gone, Command::text(talk, "I ask for it.")).await;
    floor.done(gone, sleep(&floor, talk, 600)).await;
    floor.connect(gone, false).await;
    floor.after(599).await;
    assert_eq!(floor.holder(talk).await, Some(gone), "what sleeps waits for its time");
    floor.after(1).await;
    assert_eq!((floor.see(talk).await.state, woke(&floor, talk).await), (ConversationState::Queued, 1));
    assert_eq!(floor.history(talk).await[0].ending, Some(Ending::Lost));
    assert_eq!(told(&floor, gone).await, 0);
}

async fn a_message_wakes_it_sooner(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.done(agent, Command::text(talk, "I ask for it.")).await;
    floor.done(agent, sleep(&floor, talk, 600)).await;
    floor.customer(channel, 1).await;
    let seen = floor.see(talk).await;
    assert_eq!((seen.state, seen.sleeps_until), (ConversationState::Assigned, None));
    // The old time means nothing to what is put aside again.
    floor.done(agent, Command::text(talk, "It comes.")).await;
    floor.done(agent, Command::park(talk)).await;
    floor.after(600).await;
    assert_eq!((floor.see(talk).await.state, woke(&floor, talk).await), (ConversationState::Parked, 0));
}

async fn what_changes_hands_sleeps_no_more(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", QueueRules::manual()).await;
    let (agent, other) = (floor.agent(&[queue], 9).await, floor.agent(&[queue], 9).await);
    let ways: [fn(ConversationId, MemberId, MemberId) -> Command; 6] = [
        |conversation, _, _| Command::Close { conversation, reason: CloseReason::Resolved },
        |conversation, _, _| Command::Release { conversation },
        |conversation, _, other| Command::Transfer { conversation, to: Target::Member(other), note: None },
        |conversation, _, other| Command::Assign { conversation, member: other, force: true },
        |conversation, _, _| Command::Resume { conversation },
        |_, from, to| Command::MoveAll { from, to: MoveTo::Member(to) },
    ];
    for (n, way) in ways.into_iter().enumerate() {
        let talk = floor.customer(channel, n).await;
        floor.done(agent, Command::AssignToMe { conversation: talk }).await;
        floor.done(agent, sleep(&floor, talk, 600)).await;
        floor.done(floor.boss, way(talk, agent, other)).await;
        let before = floor.see(talk).await;
        assert_eq!(before.sleeps_until, None, "way {n}");
        floor.after(600).await;
        let after = floor.see(talk).await;
        assert_eq!(
            (after.state, after.assignee, woke(&floor, talk).await),
            (before.state, before.assignee, 0)
        );
    }
}

async fn a_time_that_cannot_be_is_refused(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    for secs in [-1, 0, SLEEP_DAYS * 86_400 + 1] {
        assert_eq!(floor.refused(agent, sleep(&floor, talk, secs)).await, ErrorCode::TimeInvalid);
    }
    floor.done(agent, sleep(&floor, talk, SLEEP_DAYS * 86_400)).await;
    floor.done(agent, Command::Close { conversation: talk, reason: CloseReason::Resolved }).await;
    assert_eq!(floor.refused(agent, sleep(&floor, talk, 60)).await, ErrorCode::ConversationClosed);
}

async fn a_sleep_is_looked_after_by_the_next_start(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.done(agent, sleep(&floor, talk, 200)).await;
    // Whoever is gone is missed later than that.
    floor.connect(agent, false).await;
    let due = in_secs(&floor, 200);
    let forget = |tx: &mut server::db::Tx<'_>| {
        Ok(crate::harness::sql::execute(tx, "DELETE FROM job WHERE tenant_id = $1")?)
    };
    floor.write(forget).await;
    assert_eq!(floor.ends().await, Some(due.timestamp_micros()));
}
