//! Shift work: what an absent member holds goes elsewhere at once, whoever waits is raised before their window closes,
//! and a customer's emoji can end their waiting.

use chrono::Duration;
use server::{
    clock::Clock,
    db::rows::{message, notice, template::Parts, waiting},
    domain::{
        conversations::{
            change::{self, Change, What},
            receive::Sender,
        },
        members, outbox,
        routing::explain,
        templates::{self, Listed, Listing},
    },
};
use shared::{
    Instant,
    error::ErrorCode,
    ids::{ChannelId, CommandKey, ConversationId, MemberId, MessageId, QueueId},
    live::command::Command,
    model::{
        content::Content,
        conversation::{CloseReason, ConversationState},
        message::{AuthorKind, Body, Happening},
        queue::{PriorityWhen, QueueRules},
        routing::{AssignmentKind, Ending, MoveTo, Moved, RoutingPolicy, StillOpen},
        template::{TemplateCategory, TemplateHeader, TemplateStatus},
    },
};

use super::floor::{Floor, auto};
use crate::harness::{Engine, sql};

on_both_engines!(
    all_of_it_goes_to_a_queue_with_its_age,
    all_of_it_goes_back_to_where_it_belongs,
    all_of_it_goes_to_a_colleague_by_force,
    no_more_goes_at_once_than_may,
    who_waits_is_raised_once_before_each_window_closes,
    who_was_answered_is_not_raised,
    who_is_not_answered_in_time_is_told_once_and_counts_as_abandoned,
    what_nobody_answered_is_closed_where_the_tenant_wants_it,
    a_template_that_cannot_be_sent_is_not,
    what_was_raised_and_answered_is_no_sooner_any_more,
    the_policy_says_when_and_whether,
    an_emoji_under_the_newest_answer_ends_the_waiting,
    an_emoji_elsewhere_or_before_the_question_ends_nothing,
    an_emoji_that_overtakes_the_answer_ends_the_waiting_too,
);

const HOUR: i64 = 3_600;

async fn move_all(floor: &Floor, from: MemberId, to: MoveTo) -> Moved {
    floor.command(floor.boss, Command::MoveAll { from, to }).await.unwrap().moved.unwrap()
}

async fn facts(floor: &Floor, what: &str) -> i64 {
    let sql = format!("SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what = '{what}'");
    sql::number(&floor.tenant, &sql).await
}

async fn place(floor: &Floor, id: ConversationId) -> waiting::WaitingRow {
    floor.tenant.read(move |scoped| waiting::find(scoped, id)).await.unwrap().unwrap()
}

async fn position(floor: &Floor, id: ConversationId) -> u32 {
    let routing = explain::routing(&floor.tenant, floor.boss, id).await.unwrap();
    routing.waiting.unwrap().position
}

/// Until when the windows were that were about to close.
async fn raised(floor: &Floor, id: ConversationId) -> Vec<Instant> {
    let read = floor.tenant.read(move |scoped| message::page(scoped, id, None, 1_000)).await.unwrap();
    let until = read.into_iter().filter_map(|message| match message.body {
        Body::System { what: Happening::ClosingSoon { until } } => Some(until),
        _ => None,
    });
    until.collect()
}

async fn decide(floor: &Floor, policy: RoutingPolicy) {
    floor.done(floor.boss, Command::SetRoutingPolicy { policy }).await;
}

/// An agent answers; WhatsApp takes the answer, unless that is not known yet.
async fn answers(floor: &Floor, agent: MemberId, conversation: ConversationId) -> MessageId {
    let done = floor.command(agent, Command::text(conversation, "Is it blue?")).await.unwrap();
    done.message.unwrap()
}

fn wamid(id: MessageId) -> String {
    format!("wamid.{id}")
}

async fn taken(floor: &Floor, id: MessageId) {
    floor.write(move |tx| outbox::accepted(tx, id, &wamid(id), |_, _| None)).await;
}

/// Customer `n` puts an emoji under a message, or takes it away, at a time.
async fn reacts(
    floor: &Floor,
    (channel, n): (ChannelId, usize),
    to: MessageId,
    emoji: Option<&str>,
    at: Instant,
) {
    let number = format!("4915{n:08}");
    let told = Change {
        channel,
        wamid: format!("wamid.{}", CommandKey::new()),
        target: wamid(to),
        sender: Sender { wa_id: Some(number.clone()), phone: Some(number), ..Sender::default() },
        written_at: at,
        what: What::React(emoji.map(str::to_owned)),
        ours: false,
        participant: None,
    };
    floor.write(move |tx| change::change(tx, &told)).await;
}

/// Three customers of an agent who is gone then, a minute apart.
async fn gone_with_three(floor: &Floor, rules: QueueRules) -> (MemberId, QueueId, [ConversationId; 3]) {
    let (queue, channel) = floor.queue("sales", rules).await;
    let agent = floor.agent(&[queue], 3).await;
    let mut talks = Vec::new();
    for n in 1..=3 {
        talks.push(floor.customer(channel, n).await);
        floor.clock.advance(Duration::seconds(60));
    }
    for talk in &talks {
        assert_eq!(floor.holder(*talk).await, Some(agent));
    }
    floor.connect(agent, false).await;
    (agent, queue, talks.try_into().unwrap())
}

async fn all_of_it_goes_to_a_queue_with_its_age(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (gone, _, talks) = gone_with_three(&floor, auto()).await;
    let (rest, _) = floor.queue("rest", auto()).await;
    let there = floor.agent(&[rest], 1).await;
    // The last counts as the first in line, although the first is moved before it.
    floor.done(floor.boss, Command::SetPriority { conversation: talks[2], secs: 1_000 }).await;
    let came = [place(&floor, talks[0]).await.since, place(&floor, talks[1]).await.since];
    let command = Command::MoveAll { from: gone, to: MoveTo::Queue(rest) };
    let key = CommandKey::new();
    let keyed = |command| shared::live::command::KeyedCommand { key, command };
    for _ in 0..2 {
        let done =
            server::domain::commands::dispatch(&floor.tenant, floor.boss, keyed(command.clone())).await;
        assert_eq!(
            done.unwrap().moved,
            Some(Moved { moved: 3, left: 0 }),
            "a repeated command has one answer"
        );
    }
    assert_eq!(floor.holder(talks[2]).await, Some(there));
    for (talk, since) in talks.into_iter().zip(came) {
        let row = place(&floor, talk).await;
        assert_eq!((row.queue, row.waits, row.since), (rest, true, since));
        let seen = floor.see(talk).await;
        assert_eq!((seen.state, seen.queue, seen.assignee), (ConversationState::Queued, Some(rest), None));
        assert_eq!(floor.history(talk).await[0].ending, Some(Ending::Transferred));
    }
    assert_eq!(facts(&floor, "conversation_transferred").await, 3);
    let audit = "SELECT object AS t FROM audit WHERE tenant_id = $1 AND action = 'member.move_all'";
    assert_eq!(sql::texts(&floor.tenant, audit).await, [format!("{gone} {rest}")]);
    assert_eq!(move_all(&floor, gone, MoveTo::Back).await, Moved { moved: 0, left: 0 });
}

async fn all_of_it_goes_back_to_where_it_belongs(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (gone, queue, talks) = gone_with_three(&floor, auto()).await;
    floor.done(gone, Command::text(talks[0], "One moment.")).await;
    floor.done(gone, Command::park(talks[0])).await;
    let there = floor.agent(&[queue], 2).await;
    assert_eq!(move_all(&floor, gone, MoveTo::Back).await, Moved { moved: 3, left: 0 });
    // Who was answered has no right any more to have come first.
    assert_eq!(floor.holder(talks[1]).await, Some(there));
    assert_eq!(floor.holder(talks[2]).await, Some(there));
    let last = floor.see(talks[0]).await;
    assert_eq!((last.state, last.queue), (ConversationState::Queued, Some(queue)));
    // They held nothing any more: nothing is taken from them when they stay away.
    floor.after(600).await;
    assert_eq!(facts(&floor, "conversation_requeued").await, 0);
}

async fn all_of_it_goes_to_a_colleague_by_force(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (gone, queue, talks) = gone_with_three(&floor, auto()).await;
    floor.done(gone, Command::text(talks[0], "One moment.")).await;
    floor.done(gone, Command::park(talks[0])).await;
    let colleague = floor.agent(&[queue], 1).await;
    floor.connect(colleague, false).await;
    let to = MoveTo::Member(colleague);
    assert_eq!(floor.refused(colleague, Command::MoveAll { from: gone, to }).await, ErrorCode::Forbidden);
    for (from, to, code) in [
        (MemberId::new(), MoveTo::Back, ErrorCode::NotFound),
        (gone, MoveTo::Queue(QueueId::new()), ErrorCode::NotFound),
        (gone, MoveTo::Member(MemberId::new()), ErrorCode::NotFound),
        (gone, MoveTo::Member(gone), ErrorCode::NotEligible),
    ] {
        assert_eq!(floor.refused(floor.boss, Command::MoveAll { from, to }).await, code, "{to:?}");
    }
    let locked_out = floor.agent(&[queue], 1).await;
    floor.connect(locked_out, false).await;
    floor.write(move |tx| members::change::active(tx, locked_out, false)).await;
    let command = Command::MoveAll { from: gone, to: MoveTo::Member(locked_out) };
    assert_eq!(floor.refused(floor.boss, command).await, ErrorCode::NotEligible);

    assert_eq!(move_all(&floor, gone, to).await, Moved { moved: 3, left: 0 });
    for talk in talks {
        assert_eq!(floor.holder(talk).await, Some(colleague));
        let last = floor.history(talk).await.remove(0);
        assert_eq!((last.kind, last.why.by), (AssignmentKind::Forced, Some(floor.boss)));
    }
    let states = [floor.see(talks[0]).await.state, floor.see(talks[1]).await.state];
    assert_eq!(
        states,
        [ConversationState::Parked, ConversationState::Assigned],
        "what was put aside stays so"
    );
    let used = "SELECT CAST(sum(used) AS BIGINT) AS n FROM agent_load WHERE tenant_id = $1";
    assert_eq!(sql::number(&floor.tenant, used).await, 2);
    let told = floor.tenant.read(move |scoped| notice::unread(scoped, colleague, 10)).await.unwrap();
    assert_eq!(told.len(), 3);
    // They do not come: what waits goes on to others.
    floor.after(300).await;
    assert_eq!(floor.holder(talks[1]).await, None);
    assert_eq!(floor.holder(talks[0]).await, Some(colleague));
}

async fn no_more_goes_at_once_than_may(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", QueueRules::manual()).await;
    let agent = floor.agent(&[queue], 1).await;
    let mut talks = Vec::new();
    for n in 0..202 {
        talks.push(floor.customer(channel, n).await);
        floor.done(agent, Command::AssignToMe { conversation: talks[n] }).await;
        floor.clock.advance(Duration::seconds(1));
    }
    assert_eq!(move_all(&floor, agent, MoveTo::Back).await, Moved { moved: 200, left: 2 });
    assert_eq!(floor.holder(talks[199]).await, None, "who waits longest goes first");
    assert_eq!(floor.holder(talks[200]).await, Some(agent));
    assert_eq!(move_all(&floor, agent, MoveTo::Back).await, Moved { moved: 2, left: 0 });
}

async fn who_waits_is_raised_once_before_each_window_closes(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", auto()).await;
    let began = floor.clock.now();
    let first = floor.customer(channel, 1).await;
    floor.after(HOUR).await;
    let second = floor.customer(channel, 2).await;
    floor.done(floor.boss, Command::SetPriority { conversation: second, secs: 7_200 }).await;
    assert_eq!(position(&floor, first).await, 2);
    floor.after(18 * HOUR - 1).await;
    assert!(raised(&floor, first).await.is_empty());
    floor.after(1).await;
    assert_eq!(raised(&floor, first).await, [began + Duration::hours(24)]);
    let row = place(&floor, first).await;
    assert_eq!((row.priority, row.because), (86_400, Some(PriorityWhen::ClosingSoon)));
    assert_eq!(position(&floor, first).await, 1);
    assert!(raised(&floor, second).await.is_empty());
    // They write again while they wait: another window, which closes later.
    floor.after(HOUR).await;
    assert_eq!(raised(&floor, second).await.len(), 1);
    floor.customer(channel, 1).await;
    floor.after(19 * HOUR - 1).await;
    assert_eq!((raised(&floor, first).await.len(), raised(&floor, second).await.len()), (1, 1));
    floor.after(1).await;
    assert_eq!(raised(&floor, first).await, [began + Duration::hours(24), began + Duration::hours(44)]);
    floor.after(48 * HOUR).await;
    assert_eq!((raised(&floor, first).await.len(), raised(&floor, second).await.len()), (2, 1));
    // They still wait, and write in no window.
    floor.customer(channel, 2).await;
    floor.after(19 * HOUR).await;
    assert_eq!(raised(&floor, second).await.len(), 2);
    assert_eq!(facts(&floor, "conversation_closing_soon").await, 4);
}

/// What the product wrote to the customer by itself.
async fn written(floor: &Floor, id: ConversationId) -> Vec<Body> {
    let read = floor.tenant.read(move |scoped| message::page(scoped, id, None, 1_000)).await.unwrap();
    read.into_iter().filter(|m| m.author.kind == AuthorKind::Bot).map(|m| m.body).collect()
}

/// The template of the number's account, as Meta lists it.
async fn listed(floor: &Floor, channel: ChannelId, change: impl FnOnce(&mut Listed)) {
    const ACCOUNT: &str = "100000000000009";
    let mut template = Listed {
        meta_id: "1".into(),
        name: "still_open".into(),
        language: "de".into(),
        category: TemplateCategory::Utility,
        status: TemplateStatus::Approved,
        reason: None,
        quality: None,
        parts: Parts { body: "Your question is still open.".into(), ..Parts::default() },
    };
    change(&mut template);
    let listing = Listing { templates: vec![template], complete: true };
    let bound =
        format!("UPDATE channel SET account_id = '{ACCOUNT}' WHERE tenant_id = $1 AND id = '{channel}'");
    floor
        .write(move |tx| {
            sql::execute(tx, &bound)?;
            let now = tx.now();
            templates::store(tx, ACCOUNT, now, &listing)
        })
        .await;
}

fn still_open() -> Option<StillOpen> {
    Some(StillOpen { name: "still_open".into(), language: "de".into() })
}

async fn who_is_not_answered_in_time_is_told_once_and_counts_as_abandoned(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    listed(&floor, channel, |_| {}).await;
    // Nothing is raised, and all the same it is looked after.
    let policy = RoutingPolicy {
        closing_soon_secs: 0,
        still_open: still_open(),
        lapsed_closes: true,
        ..RoutingPolicy::default()
    };
    decide(&floor, policy).await;
    let waits = floor.customer(channel, 1).await;
    floor.after(24 * HOUR - 1).await;
    assert_eq!((written(&floor, waits).await.len(), facts(&floor, "conversation_lapsed").await), (0, 0));
    floor.after(1).await;
    let told = written(&floor, waits).await;
    assert!(
        matches!(&told[..], [Body::Content(content)]
            if matches!(&**content, Content::Template(sent) if sent.body == "Your question is still open.")),
        "{told:?}"
    );
    let seen = floor.see(waits).await;
    assert_eq!(
        (seen.state, seen.waiting_since.is_some()),
        (ConversationState::Queued, true),
        "it is still open"
    );
    assert_eq!(facts(&floor, "conversation_lapsed").await, 1);
    let outgoing = "SELECT count(*) AS n FROM outbox WHERE tenant_id = $1";
    assert_eq!(sql::number(&floor.tenant, outgoing).await, 1);
    // Time goes by, and rules change: nobody is told twice.
    floor.after(72 * HOUR).await;
    decide(&floor, RoutingPolicy { still_open: still_open(), ..RoutingPolicy::default() }).await;
    floor.after(24 * HOUR).await;
    assert_eq!((written(&floor, waits).await.len(), facts(&floor, "conversation_lapsed").await), (1, 1));
    // They write again: another window, and nobody answers in that one either.
    floor.customer(channel, 1).await;
    floor.after(24 * HOUR).await;
    assert_eq!((written(&floor, waits).await.len(), facts(&floor, "conversation_lapsed").await), (2, 2));
    // Whoever is answered is told nothing.
    let agent = floor.agent(&[queue], 3).await;
    let answered = floor.customer(channel, 2).await;
    floor.done(agent, Command::text(answered, "Blue.")).await;
    floor.after(48 * HOUR).await;
    assert!(written(&floor, answered).await.is_empty());
}

async fn what_nobody_answered_is_closed_where_the_tenant_wants_it(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let open = floor.customer(channel, 1).await;
    floor.after(24 * HOUR).await;
    assert_eq!(floor.see(open).await.state, ConversationState::Queued, "it stays open unless it is wanted");
    decide(&floor, RoutingPolicy { lapsed_closes: true, lost_secs: 0, ..RoutingPolicy::default() }).await;
    let agent = floor.agent(&[queue], 2).await;
    floor.done(floor.boss, Command::Close { conversation: open, reason: CloseReason::Other }).await;
    let held = floor.customer(channel, 2).await;
    let parked = floor.customer(channel, 3).await;
    assert_eq!((floor.holder(held).await, floor.holder(parked).await), (Some(agent), Some(agent)));
    floor.done(agent, Command::text(parked, "Which one?")).await;
    floor.done(agent, Command::park(parked)).await;
    floor.after(24 * HOUR).await;
    let seen = floor.see(held).await;
    assert_eq!(seen.state, ConversationState::Closed, "also what somebody holds");
    assert_eq!(seen.closed.unwrap().reason, CloseReason::Unanswered);
    assert_eq!(floor.see(parked).await.state, ConversationState::Parked, "it waits for the customer");
    let history = floor.history(held).await;
    assert_eq!(history.first().unwrap().ending, Some(Ending::Closed));
    assert_eq!(written(&floor, held).await, []);
    // They come back, and it goes on as any other.
    floor.customer(channel, 2).await;
    assert_ne!(floor.see(held).await.state, ConversationState::Closed);
    // Nobody says of what they close that nobody answered it.
    let close = Command::Close { conversation: held, reason: CloseReason::Unanswered };
    assert_eq!(floor.refused(agent, close).await, ErrorCode::BadRequest);
}

async fn a_template_that_cannot_be_sent_is_not(engine: Engine) {
    let changes: [fn(&mut Listed); 4] = [
        |one| one.status = TemplateStatus::Paused,
        |one| one.parts.body = "Dear {{1}}, your question is still open.".into(),
        |one| one.language = "en".into(),
        |one| one.parts.header = Some(TemplateHeader::Image),
    ];
    for change in changes {
        let floor = Floor::new(engine).await;
        let (_, channel) = floor.queue("sales", auto()).await;
        listed(&floor, channel, change).await;
        decide(&floor, RoutingPolicy { still_open: still_open(), ..RoutingPolicy::default() }).await;
        let waits = floor.customer(channel, 1).await;
        floor.after(24 * HOUR).await;
        assert_eq!(written(&floor, waits).await, []);
        assert_eq!(facts(&floor, "conversation_lapsed").await, 1);
        assert_eq!(floor.see(waits).await.state, ConversationState::Queued);
        floor.close().await;
    }
}

async fn who_was_answered_is_not_raised(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 3).await;
    let [answered, asks_again, closed] = [
        floor.customer(channel, 1).await,
        floor.customer(channel, 2).await,
        floor.customer(channel, 3).await,
    ];
    for talk in [answered, asks_again] {
        floor.done(agent, Command::text(talk, "Is it blue?")).await;
    }
    floor.done(agent, Command::Close { conversation: closed, reason: CloseReason::Other }).await;
    floor.after(HOUR).await;
    floor.customer(channel, 2).await;
    floor.after(19 * HOUR - 1).await;
    for talk in [answered, asks_again, closed] {
        assert!(raised(&floor, talk).await.is_empty());
    }
    floor.after(1).await;
    assert_eq!(raised(&floor, asks_again).await.len(), 1, "whoever holds it");
    let seen = floor.see(asks_again).await;
    assert_eq!((seen.state, seen.assignee), (ConversationState::Assigned, Some(agent)));
    floor.after(48 * HOUR).await;
    assert_eq!(facts(&floor, "conversation_closing_soon").await, 1);
}

async fn what_was_raised_and_answered_is_no_sooner_any_more(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", QueueRules { priority_secs: 7, ..auto() }).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.after(19 * HOUR).await;
    floor.done(agent, Command::Release { conversation: talk }).await;
    assert_eq!(place(&floor, talk).await.priority, 86_400, "it waits as before");
    floor.done(agent, Command::AssignToMe { conversation: talk }).await;
    floor.done(agent, Command::text(talk, "Is it blue?")).await;
    floor.done(agent, Command::Release { conversation: talk }).await;
    let row = place(&floor, talk).await;
    assert_eq!((row.priority, row.because), (7, None));
}

async fn the_policy_says_when_and_whether(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", auto()).await;
    let policy = |closing_soon_secs| RoutingPolicy { closing_soon_secs, ..RoutingPolicy::default() };
    let wrong = Command::SetRoutingPolicy { policy: policy(86_400) };
    assert_eq!(floor.refused(floor.boss, wrong).await, ErrorCode::RulesInvalid);
    decide(&floor, policy(0)).await;
    let talk = floor.customer(channel, 1).await;
    floor.after(20 * HOUR).await;
    assert!(raised(&floor, talk).await.is_empty());
    // Whoever waits already goes by what is decided now.
    decide(&floor, policy(7_200)).await;
    floor.after(2 * HOUR - 1).await;
    assert!(raised(&floor, talk).await.is_empty());
    floor.after(1).await;
    assert_eq!(raised(&floor, talk).await.len(), 1);
    decide(&floor, policy(3_600)).await;
    decide(&floor, policy(80_000)).await;
    floor.after(2 * HOUR).await;
    assert_eq!(raised(&floor, talk).await.len(), 1, "once in each window");
    let other = floor.customer(channel, 2).await;
    floor.after(86_400 - 80_000).await;
    assert_eq!(raised(&floor, other).await.len(), 1);
}

/// A customer whose question an agent answered, and who asks something else, a minute later each.
async fn asks_twice(floor: &Floor) -> (MemberId, ChannelId, ConversationId, MessageId) {
    let (queue, channel) = floor.queue("sales", QueueRules { park_secs: 600, ..auto() }).await;
    let agent = floor.agent(&[queue], 3).await;
    let talk = floor.customer(channel, 1).await;
    let answer = answers(floor, agent, talk).await;
    floor.clock.advance(Duration::seconds(60));
    floor.customer(channel, 1).await;
    floor.clock.advance(Duration::seconds(60));
    (agent, channel, talk, answer)
}

fn answering() -> RoutingPolicy {
    RoutingPolicy { reaction_answers: true, ..RoutingPolicy::default() }
}

async fn an_emoji_under_the_newest_answer_ends_the_waiting(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (agent, channel, talk, answer) = asks_twice(&floor).await;
    taken(&floor, answer).await;
    let customer = (channel, 1);
    reacts(&floor, customer, answer, Some("👍"), floor.clock.now()).await;
    let before = floor.see(talk).await;
    assert!(before.waiting_since.is_some(), "not unless the tenant says so");
    decide(&floor, answering()).await;
    reacts(&floor, customer, answer, Some("🎉"), floor.clock.now()).await;
    let seen = floor.see(talk).await;
    assert_eq!(
        (seen.waiting_since, seen.state, seen.assignee),
        (None, ConversationState::Assigned, Some(agent))
    );
    assert_eq!(seen.unread, before.unread, "nobody has read it for that");
    // Nothing is left of the waiting: it is put aside as after an answer, and not raised.
    floor.after(600).await;
    assert_eq!(floor.see(talk).await.state, ConversationState::Parked);
    floor.after(24 * HOUR).await;
    assert!(raised(&floor, talk).await.is_empty());
    // An emoji makes nobody wait, and what is written does.
    reacts(&floor, customer, answer, None, floor.clock.now()).await;
    assert_eq!(floor.see(talk).await.waiting_since, None);
    floor.customer(channel, 1).await;
    assert!(floor.see(talk).await.waiting_since.is_some());
}

async fn an_emoji_elsewhere_or_before_the_question_ends_nothing(engine: Engine) {
    let floor = Floor::new(engine).await;
    decide(&floor, answering()).await;
    let (agent, channel, talk, first) = asks_twice(&floor).await;
    taken(&floor, first).await;
    let now = floor.clock.now();
    // It was put there before the second question, and is told late.
    reacts(&floor, (channel, 1), first, Some("👍"), now - Duration::seconds(90)).await;
    assert!(floor.see(talk).await.waiting_since.is_some());
    reacts(&floor, (channel, 1), first, None, now).await;
    assert!(floor.see(talk).await.waiting_since.is_some(), "taken away");
    let second = answers(&floor, agent, talk).await;
    taken(&floor, second).await;
    floor.customer(channel, 1).await;
    floor.clock.advance(Duration::seconds(1));
    reacts(&floor, (channel, 1), first, Some("👍"), floor.clock.now()).await;
    assert!(floor.see(talk).await.waiting_since.is_some(), "not the newest");
    // A note is nothing the customer sees.
    floor.done(agent, Command::note(talk, "Blue.")).await;
    reacts(&floor, (channel, 1), second, Some("👍"), floor.clock.now()).await;
    assert_eq!(floor.see(talk).await.waiting_since, None);
}

async fn an_emoji_that_overtakes_the_answer_ends_the_waiting_too(engine: Engine) {
    let floor = Floor::new(engine).await;
    decide(&floor, answering()).await;
    let (_, channel, talk, answer) = asks_twice(&floor).await;
    reacts(&floor, (channel, 1), answer, Some("👍"), floor.clock.now()).await;
    assert!(floor.see(talk).await.waiting_since.is_some(), "nobody knows under what it is");
    taken(&floor, answer).await;
    assert_eq!(floor.see(talk).await.waiting_since, None);
}
