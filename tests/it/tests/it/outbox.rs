//! From a member's answer to WhatsApp, through everything that can go wrong on the way.

mod codes;
mod waiting;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use server::{
    admin::{AdminCommand, SetToken, execute},
    clock::{Clock, FakeClock, SystemClock},
};
use shared::{
    ids::{ConversationId, MessageId},
    live::command::Command,
    model::message::{Delivery, DeliveryState, FailureReason},
};
use simulator::{
    Outcome, RecordedSend, StatusPlan,
    payload::{self, Status},
};

use crate::harness::{
    Engine, LiveClient, Options, World, eventually, sql,
    wait::PATIENCE,
    webhook::{ann, bob, unix_now, wamid},
};

on_both_engines!(
    an_answer_is_accepted_sent_delivered_and_read,
    a_refusal_for_now_is_tried_again_until_it_succeeds,
    a_refusal_for_now_that_does_not_end_fails_with_its_reason,
    a_final_refusal_shows_its_reason_and_is_not_tried_again,
    a_failed_message_can_be_sent_again_as_a_new_one,
    a_lost_answer_is_uncertain_until_a_status_with_our_id_explains_it,
    no_message_is_posted_twice_unless_it_was_refused,
    what_was_being_sent_at_a_restart_is_uncertain,
    a_retry_that_a_restart_comes_before_is_made_when_it_is_due,
    messages_to_one_customer_leave_in_order,
    a_customer_who_has_to_wait_holds_up_nobody_else,
    work_that_has_to_wait_does_not_keep_the_worker_busy,
    one_slow_answer_of_metas_holds_up_nobody_else,
    the_maddest_retry_after_does_not_end_the_worker,
    a_suspended_tenant_sends_nothing_until_it_is_resumed,
    a_renewed_access_token_is_used_at_once,
);

/// A conversation with Ann, opened by an agent.
struct Desk {
    world: World,
    meta: simulator::Running,
    client: LiveClient,
    conversation: ConversationId,
}

impl Desk {
    async fn new(engine: Engine) -> Self {
        Self::with(engine, Options::default()).await
    }

    async fn with(engine: Engine, options: Options) -> Self {
        let (world, meta) = World::with_meta(engine, options).await;
        world.customer_writes(&ann(), "Hi").await;
        let mut client = LiveClient::connect(&world.agent().await).await;
        let conversation = *client.view().conversations.keys().next().unwrap();
        assert!(client.open(conversation).await);
        Self { world, meta, client, conversation }
    }

    async fn answer(&mut self, text: &str) -> MessageId {
        let command = Command::text(self.conversation, text);
        self.client.done(command).await.message.unwrap()
    }

    fn delivery(client: &LiveClient, id: MessageId) -> Option<&Delivery> {
        let mut all = client.view().timelines.values().flat_map(|timeline| timeline.messages.values());
        all.find(|message| message.id == id)?.delivery.as_ref()
    }

    async fn becomes(&mut self, id: MessageId, state: DeliveryState) -> Delivery {
        let what = format!("the message is {}", state.as_str());
        self.client.until(&what, |c| Self::delivery(c, id).is_some_and(|d| d.state == state)).await;
        Self::delivery(&self.client, id).unwrap().clone()
    }

    /// States in the order they were told.
    fn told(&self, id: MessageId) -> Vec<DeliveryState> {
        let mut states: Vec<DeliveryState> = Vec::new();
        for logged in &self.client.events {
            if let shared::live::event::Event::Message(message) = &logged.event
                && message.id == id
                && let Some(delivery) = &message.delivery
                && states.last() != Some(&delivery.state)
            {
                states.push(delivery.state);
            }
        }
        states
    }

    async fn sends(&self, count: usize) -> Vec<RecordedSend> {
        self.meta.control().wait_for_sends(count, PATIENCE).await.unwrap()
    }
}

async fn an_answer_is_accepted_sent_delivered_and_read(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    desk.meta.control().set_statuses(StatusPlan::immediate());
    let id = desk.answer("Yes, in three colours.").await;
    let read = desk.becomes(id, DeliveryState::Read).await;
    assert!(read.sent_at.is_some() && read.delivered_at.is_some() && read.read_at.is_some());
    let told = desk.told(id);
    assert!(told.is_sorted_by_key(|state| state.rank()), "{told:?}");
    assert_eq!(told[..2], [DeliveryState::Queued, DeliveryState::Sending]);
    let sends = desk.sends(1).await;
    assert_eq!(sends.len(), 1);
    assert_eq!(sends[0].text(), Some("Yes, in three colours."));
    assert_eq!(sends[0].recipient().as_deref(), Some("4915200000001"));
    assert_eq!(sends[0].phone_number_id, desk.world.alpha.sales.phone_number_id);
    assert_eq!(sends[0].callback_data(), Some(id.to_string().as_str()));
    let row = &desk.client.view().conversations[&desk.conversation];
    assert_eq!(row.last.as_ref().unwrap().delivery, Some(DeliveryState::Read));
    assert_eq!(sql::count(&desk.world.store().await, "outbox").await, 0);
}

async fn a_refusal_for_now_is_tried_again_until_it_succeeds(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    let busy = Outcome::Refuse { code: 130_429, details: None, http: None };
    desk.meta.control().answer_next([busy.clone(), busy]);
    let id = desk.answer("Patience").await;
    desk.becomes(id, DeliveryState::Accepted).await;
    let sends = desk.sends(3).await;
    let outcomes: Vec<_> = sends.iter().map(|send| send.outcome.as_str()).collect();
    assert_eq!(outcomes, ["refused:130429", "refused:130429", "accepted"]);
    let gaps: Vec<i64> = sends.windows(2).map(|pair| pair[1].at_ms - pair[0].at_ms).collect();
    // The schedule says 20 and 40 ms, give or take a fifth.
    assert!(gaps[0] >= 15 && gaps[1] >= 30, "{gaps:?}");
}

async fn a_refusal_for_now_that_does_not_end_fails_with_its_reason(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    desk.meta.control().answer_always(Outcome::Refuse { code: 130_429, details: None, http: None });
    let id = desk.answer("Never").await;
    let failed = desk.becomes(id, DeliveryState::Failed).await;
    assert_eq!(failed.failure.unwrap().reason, FailureReason::RateLimited);
    assert_eq!(desk.sends(4).await.len(), 4, "the first and three more");
}

async fn a_final_refusal_shows_its_reason_and_is_not_tried_again(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    desk.meta.control().answer_next([Outcome::Refuse { code: 131_047, details: None, http: None }]);
    let id = desk.answer("Too late").await;
    let failure = desk.becomes(id, DeliveryState::Failed).await.failure.unwrap();
    assert_eq!((failure.code, failure.reason), (Some(131_047), FailureReason::WindowClosed));
    // The next one is the barrier: what was to be tried again would have been by then.
    let next = desk.answer("next").await;
    desk.becomes(next, DeliveryState::Accepted).await;
    assert_eq!(desk.sends(2).await.len(), 2);
}

async fn a_failed_message_can_be_sent_again_as_a_new_one(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    desk.meta.control().answer_next([Outcome::Refuse { code: 131_026, details: None, http: None }]);
    let id = desk.answer("Hello").await;
    desk.becomes(id, DeliveryState::Failed).await;
    let again = desk.client.done(Command::RetryMessage { message: id }).await.message.unwrap();
    assert_ne!(again, id);
    desk.becomes(again, DeliveryState::Accepted).await;
    assert_eq!(Desk::delivery(&desk.client, id).unwrap().state, DeliveryState::Failed);
    let refused = desk.client.refused(Command::RetryMessage { message: again }).await;
    assert_eq!(refused, shared::error::ErrorCode::NotRetryable);
}

async fn a_lost_answer_is_uncertain_until_a_status_with_our_id_explains_it(engine: Engine) {
    for outcome in [Outcome::AcceptThenCut, Outcome::AcceptThenInvalidJson, Outcome::ServerError] {
        let mut desk = Desk::new(engine).await;
        desk.meta.control().answer_next([outcome]);
        let id = desk.answer("Did it arrive?").await;
        desk.becomes(id, DeliveryState::Uncertain).await;
        let refused = desk.client.refused(Command::RetryMessage { message: id }).await;
        assert_eq!(refused, shared::error::ErrorCode::NotRetryable, "WhatsApp may still explain it");
        let ours = id.to_string();
        desk.world.reported("wamid.FOUND", Status::Delivered, Some(&ours)).await;
        desk.becomes(id, DeliveryState::Delivered).await;
        // From now on the message is known by WhatsApp's own id.
        desk.world.reported("wamid.FOUND", Status::Read, None).await;
        desk.becomes(id, DeliveryState::Read).await;
        assert_eq!(desk.sends(1).await.len(), 1);
    }
}

async fn no_message_is_posted_twice_unless_it_was_refused(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    desk.meta.control().answer_next([
        Outcome::AcceptThenCut,
        Outcome::CutBeforeAccept,
        Outcome::ServerError,
        Outcome::RateLimited { retry_after_s: 0 },
        Outcome::AcceptThenInvalidJson,
        Outcome::Refuse { code: 131_056, details: None, http: None },
        Outcome::AcceptAfter { delay_ms: 50 },
    ]);
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(desk.answer(&format!("message {n}")).await);
    }
    let settled = |c: &LiveClient| {
        ids.iter().all(|id| {
            Desk::delivery(c, *id).is_some_and(|d| d.state.rank() >= DeliveryState::Uncertain.rank())
        })
    };
    desk.client.until("every message is settled", settled).await;
    let all = desk.meta.control().sends();
    for id in ids {
        let id = id.to_string();
        let posts: Vec<&str> =
            all.iter().filter(|s| s.callback_data() == Some(&id)).map(|s| s.outcome.as_str()).collect();
        assert!(!posts.is_empty(), "every message was tried");
        let (last, earlier) = posts.split_last().unwrap();
        let refused = |outcome: &&str| outcome.starts_with("refused") || *outcome == "rate_limited";
        assert!(earlier.iter().all(refused), "{posts:?}");
        assert!(!last.is_empty());
    }
}

async fn what_was_being_sent_at_a_restart_is_uncertain(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    desk.meta.control().answer_next([Outcome::AcceptThenStall { delay_ms: 60_000 }]);
    let sent = desk.answer("on the way").await;
    desk.sends(1).await;
    let waiting = desk.answer("behind it").await;
    let Desk { world, meta, client, conversation } = desk;
    let away = client.disconnect();
    let world = world.restart().await;
    world.introduce(&meta);
    let client = away.at(&world.server).resume().await;
    let mut desk = Desk { world, meta, client, conversation };
    desk.becomes(sent, DeliveryState::Uncertain).await;
    desk.becomes(waiting, DeliveryState::Accepted).await;
    let posts = desk.sends(2).await;
    let texts: Vec<_> = posts.iter().filter_map(RecordedSend::text).collect();
    assert_eq!(texts, ["on the way", "behind it"]);
    let ours = sent.to_string();
    let wamid = posts[0].wamid.clone().unwrap();
    desk.world.reported(&wamid, Status::Delivered, Some(&ours)).await;
    desk.becomes(sent, DeliveryState::Delivered).await;
}

async fn a_retry_that_a_restart_comes_before_is_made_when_it_is_due(engine: Engine) {
    let mut options = Options::default();
    options.outbox.schedule = vec![chrono::TimeDelta::seconds(4)];
    let mut desk = Desk::with(engine, options).await;
    desk.meta.control().answer_next([Outcome::RateLimited { retry_after_s: 0 }]);
    desk.answer("again").await;
    let store = desk.world.store().await;
    eventually("the message waits", async || {
        let waiting = "SELECT count(*) AS n FROM outbox WHERE tenant_id = $1 AND attempts = 1";
        (sql::number(&store, waiting).await == 1).then_some(())
    })
    .await;
    drop(store);
    let Desk { world, meta, client, .. } = desk;
    drop(client);
    let _world = world.restart().await;
    // Within the patience of a test, which is shorter than the time between two looks at all tenants.
    let sends = meta.control().wait_for_sends(2, PATIENCE).await.unwrap();
    assert!(sends[1].was_accepted());
}

async fn messages_to_one_customer_leave_in_order(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    let busy = Outcome::Refuse { code: 130_429, details: None, http: None };
    // Slow, refused and quick ones mixed: order must hold all the same.
    desk.meta.control().answer_next([
        Outcome::AcceptAfter { delay_ms: 80 },
        busy.clone(),
        Outcome::Accept,
        Outcome::AcceptAfter { delay_ms: 40 },
        busy,
    ]);
    let mut last = None;
    for n in 0..12 {
        last = Some(desk.answer(&format!("{n:02}")).await);
    }
    desk.becomes(last.unwrap(), DeliveryState::Accepted).await;
    let sends = desk.sends(14).await;
    let accepted: Vec<_> = sends.iter().filter(|s| s.was_accepted()).filter_map(RecordedSend::text).collect();
    let wanted: Vec<String> = (0..12).map(|n| format!("{n:02}")).collect();
    assert_eq!(accepted, wanted);
}

async fn a_customer_who_has_to_wait_holds_up_nobody_else(engine: Engine) {
    let mut options = Options::default();
    options.outbox.schedule = vec![chrono::TimeDelta::seconds(600)];
    let (world, meta) = World::with_meta(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    let slow = world.only_conversation().await;
    world.customer_writes(&bob(), "Hi").await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    let quick = *client.view().conversations.keys().find(|id| **id != slow).unwrap();
    assert!(client.open(slow).await && client.open(quick).await);
    let mut desk = Desk { world, meta, client, conversation: slow };
    desk.meta.control().answer_next([Outcome::RateLimited { retry_after_s: 600 }]);
    desk.answer("waits").await;
    desk.sends(1).await;
    // This one waits behind the first: due, but not its turn.
    desk.answer("waits behind").await;
    desk.conversation = quick;
    let id = desk.answer("does not wait").await;
    desk.becomes(id, DeliveryState::Accepted).await;
    assert_eq!(desk.sends(2).await.len(), 2);
}

/// A desk with Ann's conversation in hand, and Bob's.
async fn desk_with_two(engine: Engine, options: Options) -> (Desk, ConversationId) {
    let (world, meta) = World::with_meta(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    let ann = world.only_conversation().await;
    world.customer_writes(&bob(), "Hi").await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    let bob = *client.view().conversations.keys().find(|id| **id != ann).unwrap();
    assert!(client.open(ann).await && client.open(bob).await);
    (Desk { world, meta, client, conversation: ann }, bob)
}

async fn one_slow_answer_of_metas_holds_up_nobody_else(engine: Engine) {
    let (mut desk, bob) = desk_with_two(engine, Options::default()).await;
    desk.meta.control().answer_next([Outcome::AcceptThenStall { delay_ms: 60_000 }]);
    let stalled = desk.answer("slow").await;
    desk.sends(1).await;
    let behind = desk.answer("behind the slow one").await;
    desk.conversation = bob;
    for n in 0..3 {
        let quick = desk.answer(&format!("quick {n}")).await;
        desk.becomes(quick, DeliveryState::Accepted).await;
    }
    let state = |id| Desk::delivery(&desk.client, id).unwrap().state;
    assert_eq!(state(stalled), DeliveryState::Sending, "the others did not wait for its answer");
    assert_eq!(state(behind), DeliveryState::Queued, "one customer's messages keep their order");
    let texts: Vec<_> = desk.sends(4).await.iter().filter_map(|s| s.text().map(str::to_owned)).collect();
    assert_eq!(texts, ["slow", "quick 0", "quick 1", "quick 2"]);
}

async fn the_maddest_retry_after_does_not_end_the_worker(engine: Engine) {
    let (mut desk, bob) = desk_with_two(engine, Options::default()).await;
    desk.meta.control().answer_next([Outcome::RateLimited { retry_after_s: u64::MAX }]);
    desk.answer("limited").await;
    desk.sends(1).await;
    desk.conversation = bob;
    let id = desk.answer("not limited").await;
    desk.becomes(id, DeliveryState::Accepted).await;
}

async fn a_suspended_tenant_sends_nothing_until_it_is_resumed(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let mut options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    options.outbox.schedule = vec![chrono::TimeDelta::seconds(60)];
    let (world, meta) = World::with_meta(engine, options).await;
    let admin = world.server.admin();
    let order = async |command| execute(&admin, command).await.unwrap_or_else(|e| panic!("{e}"));
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    meta.control().answer_next([Outcome::RateLimited { retry_after_s: 60 }]);
    let text = Command::text(conversation, "for later");
    world.agent().await.command(text).await.unwrap();
    let postponed = || async {
        let postponed = "SELECT count(*) AS n FROM outbox WHERE tenant_id = $1 AND leased_by IS NULL \
                         AND attempts = 1";
        (sql::number(&world.store().await, postponed).await == 1).then_some(())
    };
    eventually("the first try was refused", postponed).await;
    order(AdminCommand::SuspendTenant { tenant: "alpha".into() }).await;
    clock.advance(chrono::TimeDelta::seconds(300));
    world.server.workers().wake(world.alpha.id);
    world.customer_writes(&ann(), "Are you there?").await;
    // The other tenant's answer is the barrier: it travels the same way and is not suspended.
    let hers = payload::text_message(&world.beta.sales, &bob(), &wamid(), unix_now(&world.server), "Hi");
    assert!(world.beta.post(&world.server, &hers).await.is_success());
    let ids = "SELECT id AS t FROM conversation WHERE tenant_id = $1";
    let conversation = sql::texts(&world.other_store().await, ids).await[0].parse().unwrap();
    let text = Command::text(conversation, "the barrier");
    world.stranger().await.command(text).await.unwrap();
    let texts = |all: Vec<RecordedSend>| -> Vec<String> {
        all.iter().filter_map(|send| send.text().map(str::to_owned)).collect()
    };
    let sent = texts(meta.control().wait_for_sends(2, PATIENCE).await.unwrap());
    assert_eq!(sent, ["for later", "the barrier"], "the second try waits");
    assert_eq!(sql::count(&world.store().await, "message").await, 4, "what the customer wrote is kept");
    order(AdminCommand::ResumeTenant { tenant: "alpha".into() }).await;
    let sent = texts(meta.control().wait_for_sends(3, PATIENCE).await.unwrap());
    assert_eq!(sent, ["for later", "the barrier", "for later"]);
}

async fn a_renewed_access_token_is_used_at_once(engine: Engine) {
    let mut desk = Desk::new(engine).await;
    let before = desk.answer("with the old token").await;
    desk.becomes(before, DeliveryState::Accepted).await;
    let renewed = "alpha-access-token-renewed";
    desk.world.alpha.access_token = renewed;
    desk.world.introduce(&desk.meta);
    let refused = desk.answer("Meta knows only the new one").await;
    let failure = desk.becomes(refused, DeliveryState::Failed).await.failure.unwrap();
    assert_eq!(failure.reason, FailureReason::NotAuthorised);
    let connection = desk.world.alpha.key.clone();
    let set = AdminCommand::SetToken(SetToken { connection, access_token: renewed.into() });
    execute(&desk.world.server.admin(), set).await.unwrap_or_else(|e| panic!("{e}"));
    let after = desk.answer("with the new token").await;
    desk.becomes(after, DeliveryState::Accepted).await;
}

/// The machine's clock, counting who asks: every write transaction does.
#[derive(Default)]
struct Asked(AtomicU64);

impl Clock for Asked {
    fn now(&self) -> shared::Instant {
        self.0.fetch_add(1, Ordering::SeqCst);
        SystemClock.now()
    }
}

async fn work_that_has_to_wait_does_not_keep_the_worker_busy(engine: Engine) {
    let asked = Arc::new(Asked::default());
    let mut options = Options { clock: Arc::clone(&asked) as Arc<dyn Clock>, ..Options::default() };
    options.outbox.schedule = vec![chrono::TimeDelta::seconds(600)];
    let (world, meta) = World::with_meta(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    let mut client = LiveClient::connect(&world.agent().await).await;
    let conversation = world.only_conversation().await;
    assert!(client.open(conversation).await);
    let mut desk = Desk { world, meta, client, conversation };
    desk.meta.control().answer_next([Outcome::RateLimited { retry_after_s: 600 }]);
    desk.answer("waits").await;
    desk.sends(1).await;
    desk.answer("waits behind").await;
    let (before, pings) = (asked.0.load(Ordering::SeqCst), desk.client.pings);
    // Pings come once a second here; they measure the time without sleeping.
    desk.client.until("three pings have come", |c| c.pings >= pings + 3).await;
    let transactions = asked.0.load(Ordering::SeqCst) - before;
    assert!(transactions < 60, "{transactions} looks at the clock while nothing could be done");
    assert_eq!(desk.sends(1).await.len(), 1);
}
