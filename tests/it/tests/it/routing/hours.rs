//! Calendars, limits, priority rules, and what customers are told while they wait. The clock begins on Friday,
//! 15 January 2027, at 08:00 UTC.

use server::{
    clock::Clock,
    db::{
        Scoped,
        rows::{
            calendar, fact,
            timer::{self, TimerKind},
            visit, waiting,
        },
    },
    domain::members::idle,
};
use shared::{
    error::ErrorCode,
    ids::{CalendarId, ConversationId, MemberId},
    live::command::Command,
    model::{
        calendar::{Holiday, Hours, Weekly, Window, parse_date},
        conversation::{CloseReason, ConversationState},
        member::Availability,
        queue::{PriorityRule, PriorityWhen, QueueRules, Ring, RoutingMode, WhenFull},
        routing::{Ending, MoveTo, RoutingPolicy, Tell},
    },
};

use super::floor::{Floor, auto};
use crate::harness::{Engine, sql};

on_both_engines!(
    nobody_is_given_anything_until_the_queue_opens,
    a_closed_period_is_told_once,
    a_changed_calendar_counts_at_once_and_one_in_use_stays,
    who_waits_longest_is_first_in_all_queues_that_open_with_a_calendar,
    rings_and_the_longest_wait_count_open_time_only,
    what_is_too_many_is_told_once_or_goes_elsewhere,
    nobody_is_sent_round_in_circles,
    an_offer_nobody_accepts_is_no_end_of_the_wait,
    who_was_answered_and_asks_again_waits_from_then_on,
    what_one_held_who_is_gone_is_given_out_by_age,
    sooner_is_never_later,
    who_goes_from_one_to_another_says_nothing_of_the_line,
    who_waits_too_long_goes_elsewhere_with_their_age,
    the_highest_rule_that_fits_counts_and_is_explained,
    a_mark_belongs_to_the_contact_through_merge_and_undo,
    customers_are_told_their_place_as_often_as_the_policy_says,
    time_is_estimated_from_five_on,
    nothing_is_told_when_it_may_not_be,
    who_does_nothing_counts_as_away,
    whoever_is_gone_and_forced_loses_it_in_time,
    what_one_gave_away_comes_last_when_one_takes_the_next,
    another_reason_is_no_end_of_tidying_up,
);

/// Open on Fridays from nine to ten, UTC: in an hour for an hour.
fn morning() -> Hours {
    Hours { zone: "UTC".into(), weekly: vec![Weekly { day: 5, from: 540, to: 600 }], holidays: Vec::new() }
}

fn within(calendar: CalendarId) -> QueueRules {
    QueueRules { calendar: Some(calendar), away_text: "We open at nine.".into(), ..auto() }
}

async fn close(floor: &Floor, who: MemberId, conversation: ConversationId) {
    floor.done(who, Command::Close { conversation, reason: CloseReason::Resolved }).await;
}

async fn tell(floor: &Floor, tell: Tell) {
    let policy = RoutingPolicy { tell, lost_secs: 0, ..RoutingPolicy::default() };
    floor.done(floor.boss, Command::SetRoutingPolicy { policy }).await;
}

async fn facts(floor: &Floor, what: &str) -> i64 {
    let sql = format!("SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what = '{what}'");
    sql::number(&floor.tenant, &sql).await
}

async fn nobody_is_given_anything_until_the_queue_opens(engine: Engine) {
    let floor = Floor::new(engine).await;
    let calendar = floor.calendar("morning", morning()).await;
    let (queue, channel) = floor.queue("sales", within(calendar)).await;
    let agent = floor.agent(&[queue], 1).await;
    let first = floor.customer(channel, 1).await;
    floor.clock.advance(chrono::Duration::seconds(1));
    let second = floor.customer(channel, 2).await;
    floor.after(3_598).await;
    assert_eq!(floor.holder(first).await, None);
    let routing = server::domain::routing::explain::routing(&floor.tenant, floor.boss, first).await.unwrap();
    let waits = routing.waiting.unwrap();
    assert!(waits.closed && waits.opens_at == Some(floor.clock.now() + chrono::Duration::seconds(1)));
    // Whoever wants to may answer all the same.
    floor.done(floor.boss, Command::AssignToMe { conversation: second }).await;
    floor.after(1).await;
    assert_eq!(floor.holder(first).await, Some(agent), "given out by the timer alone");
    assert_eq!((facts(&floor, "queue_opened").await, facts(&floor, "queue_closed").await), (1, 0));
    floor.after(3_600).await;
    assert_eq!(facts(&floor, "queue_closed").await, 1);
    close(&floor, agent, first).await;
    let late = floor.customer(channel, 3).await;
    assert_eq!(floor.holder(late).await, None);
    let versioned = "SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what = 'conversation_queued' \
                     AND calendar_version = 1";
    assert_eq!(sql::number(&floor.tenant, versioned).await, 3);
}

async fn a_closed_period_is_told_once(engine: Engine) {
    let floor = Floor::new(engine).await;
    let calendar = floor.calendar("morning", morning()).await;
    let (queue, channel) = floor.queue("sales", within(calendar)).await;
    let talk = floor.customer(channel, 1).await;
    floor.customer(channel, 1).await;
    assert_eq!(floor.told(talk).await, ["We open at nine."]);
    let seen = floor.see(talk).await;
    assert!(seen.waiting_since.is_some() && seen.unread == 2, "an automatic answer answers nobody");
    let waiting = "SELECT count(*) AS n FROM outbox WHERE tenant_id = $1";
    assert_eq!(sql::number(&floor.tenant, waiting).await, 1);
    // Closed and opened again in the same night.
    close(&floor, floor.boss, talk).await;
    assert_eq!(floor.customer(channel, 1).await, talk);
    assert_eq!(floor.told(talk).await.len(), 1);
    // It was open meanwhile, and somebody had it and was told nothing while they did.
    let agent = floor.agent(&[queue], 1).await;
    floor.after(3_600).await;
    assert_eq!(floor.holder(talk).await, Some(agent));
    floor.after(3_600).await;
    floor.customer(channel, 1).await;
    assert_eq!(floor.told(talk).await.len(), 1, "somebody has it");
    floor.done(agent, Command::Release { conversation: talk }).await;
    floor.customer(channel, 1).await;
    assert_eq!(floor.told(talk).await.len(), 2);
}

async fn a_changed_calendar_counts_at_once_and_one_in_use_stays(engine: Engine) {
    let floor = Floor::new(engine).await;
    let calendar = floor.calendar("morning", morning()).await;
    let (queue, channel) = floor.queue("sales", within(calendar)).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    let change = |hours| Command::ChangeCalendar { calendar, name: "Morning".into(), hours };
    floor.done(floor.boss, change(morning())).await;
    let find = move |floor: &Floor| {
        let tenant = floor.tenant.clone();
        async move { tenant.read(move |s| calendar::find(s, calendar)).await.unwrap().unwrap() }
    };
    assert_eq!((find(&floor).await.rev, find(&floor).await.version), (2, 1), "only the name is another");
    let today = Holiday {
        date: parse_date("2027-01-15").unwrap(),
        name: "Open day".into(),
        open: vec![Window { from: 420, to: 540 }],
    };
    floor.done(floor.boss, change(Hours { holidays: vec![today], ..morning() })).await;
    assert_eq!((find(&floor).await.rev, find(&floor).await.version), (3, 2));
    assert_eq!(floor.holder(talk).await, Some(agent));
    let remove = || Command::RemoveCalendar { calendar };
    assert_eq!(floor.refused(floor.boss, remove()).await, ErrorCode::CalendarInUse);
    for (command, code) in [
        (change(Hours { zone: "Europe/Atlantis".into(), ..morning() }), ErrorCode::RulesInvalid),
        (Command::CreateCalendar { name: "Morning".into(), hours: morning() }, ErrorCode::NameTaken),
        (Command::RemoveCalendar { calendar: CalendarId::new() }, ErrorCode::NotFound),
        (
            Command::CreateQueue { name: "x".into(), rules: within(CalendarId::new()) },
            ErrorCode::RulesInvalid,
        ),
    ] {
        assert_eq!(floor.refused(floor.boss, command.clone()).await, code, "{command:?}");
        assert_eq!(floor.refused(agent, command).await, ErrorCode::Forbidden);
    }
    floor.done(floor.boss, Command::ChangeQueue { queue, name: "sales".into(), rules: auto() }).await;
    floor.done(floor.boss, remove()).await;
    let watched = move |s: &mut Scoped| timer::due(s, TimerKind::Hours, &queue.to_string());
    let due = floor.tenant.read(watched).await.unwrap();
    assert_eq!(due, None, "nobody watches a queue that is always open");
}

async fn who_waits_longest_is_first_in_all_queues_that_open_with_a_calendar(engine: Engine) {
    let open_now =
        Hours { zone: "UTC".into(), weekly: vec![Weekly { day: 5, from: 0, to: 600 }], holidays: Vec::new() };
    for swapped in [false, true] {
        let floor = Floor::new(engine).await;
        let calendar = floor.calendar("morning", morning()).await;
        let mut queues =
            [floor.queue("sales", within(calendar)).await, floor.queue("support", within(calendar)).await];
        if swapped {
            queues.reverse();
        }
        let agent = floor.agent(&queues.map(|(queue, _)| queue), 1).await;
        let first = floor.customer(queues[0].1, 1).await;
        floor.clock.advance(chrono::Duration::seconds(1));
        floor.customer(queues[1].1, 2).await;
        let hours = open_now.clone();
        floor.done(floor.boss, Command::ChangeCalendar { calendar, name: "morning".into(), hours }).await;
        assert_eq!(floor.holder(first).await, Some(agent));
        floor.close().await;
    }
}

async fn rings_and_the_longest_wait_count_open_time_only(engine: Engine) {
    let floor = Floor::new(engine).await;
    let calendar = floor.calendar("morning", morning()).await;
    let (other, _) = floor.queue("other", auto()).await;
    let rules = QueueRules {
        rings: vec![Ring { after_secs: 60, level: 2, drops: Vec::new() }],
        max_wait_secs: 120,
        when_full: WhenFull::Overflow { to: other },
        ..within(calendar)
    };
    let (queue, channel) = floor.queue("sales", rules).await;
    let agent = floor.agent(&[queue], 1).await;
    floor.done(floor.boss, Command::SetLevel { member: agent, queue, level: 2 }).await;
    let (first, second) = (floor.customer(channel, 1).await, floor.customer(channel, 2).await);
    floor.after(3_659).await;
    assert_eq!(floor.holder(first).await, None, "an hour before opening does not count");
    floor.after(1).await;
    assert_eq!(floor.holder(first).await, Some(agent));
    floor.after(59).await;
    assert_eq!(floor.see(second).await.queue, Some(queue));
    floor.after(1).await;
    assert_eq!(floor.see(second).await.queue, Some(other));
}

async fn what_is_too_many_is_told_once_or_goes_elsewhere(engine: Engine) {
    let floor = Floor::new(engine).await;
    let many = WhenFull::Message { text: "Many wait.".into() };
    let rules = QueueRules { max_waiting: 1, max_wait_secs: 300, when_full: many, ..auto() };
    let (queue, channel) = floor.queue("sales", rules).await;
    let (first, second) = (floor.customer(channel, 1).await, floor.customer(channel, 2).await);
    floor.customer(channel, 2).await;
    assert_eq!((floor.told(first).await.len(), floor.told(second).await.len()), (0, 1));
    floor.after(300).await;
    assert_eq!(floor.told(first).await, ["Many wait."], "waited too long");
    assert_eq!(floor.told(second).await, ["Many wait."], "once is enough");
    let (other, _) = floor.queue("other", auto()).await;
    let rules = QueueRules { max_waiting: 2, when_full: WhenFull::Overflow { to: other }, ..auto() };
    floor.done(floor.boss, Command::ChangeQueue { queue, name: "sales".into(), rules }).await;
    let third = floor.customer(channel, 3).await;
    assert_eq!(floor.see(third).await.queue, Some(other));
    assert_eq!(facts(&floor, "conversation_overflowed").await, 1);
    // A queue is not full for whoever is answered at once.
    let agent = floor.agent(&[queue], 3).await;
    assert_eq!((floor.holder(first).await, floor.holder(second).await), (Some(agent), Some(agent)));
    let fourth = floor.customer(channel, 4).await;
    assert_eq!((floor.see(fourth).await.queue, floor.holder(fourth).await), (Some(queue), Some(agent)));
}

async fn nobody_is_sent_round_in_circles(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (first, channel) = floor.queue("first", auto()).await;
    let (second, _) = floor.queue("second", auto()).await;
    let rules = |to| QueueRules { max_wait_secs: 60, when_full: WhenFull::Overflow { to }, ..auto() };
    for (queue, name, to) in [(first, "first", second), (second, "second", first)] {
        floor.done(floor.boss, Command::ChangeQueue { queue, name: name.into(), rules: rules(to) }).await;
    }
    let talk = floor.customer(channel, 1).await;
    floor.after(60).await;
    assert_eq!(floor.see(talk).await.queue, Some(second));
    floor.after(600).await;
    assert_eq!(floor.see(talk).await.queue, Some(second), "not back");
    let opened_at = floor.see(talk).await.opened_at;
    let visit = floor.tenant.read(move |scoped| visit::find(scoped, talk, opened_at)).await.unwrap();
    assert_eq!(visit.been, [first, second]);
    // With another visit it may.
    close(&floor, floor.boss, talk).await;
    floor.after(1).await;
    assert_eq!(floor.customer(channel, 1).await, talk);
    floor.after(60).await;
    assert_eq!(floor.see(talk).await.queue, Some(first));
    // Nor to itself.
    let own = Command::ChangeQueue { queue: first, name: "first".into(), rules: rules(first) };
    floor.done(floor.boss, own).await;
    assert_eq!(floor.see(talk).await.queue, Some(first));
}

async fn an_offer_nobody_accepts_is_no_end_of_the_wait(engine: Engine) {
    for late in [false, true] {
        let floor = Floor::new(engine).await;
        let (rest, _) = floor.queue("rest", auto()).await;
        let rules = QueueRules {
            mode: RoutingMode::Offer,
            accept_secs: 60,
            max_wait_secs: 100,
            when_full: WhenFull::Overflow { to: rest },
            ..auto()
        };
        let (queue, channel) = floor.queue("sales", rules).await;
        let agent = floor.agent(&[queue], 1).await;
        let talk = floor.customer(channel, 1).await;
        floor.after(if late { 41 } else { 30 }).await;
        floor.done(agent, Command::DeclineOffer { conversation: talk }).await;
        if late {
            // They are asked again when their minute is over, and the time runs out meanwhile.
            floor.after(60).await;
            assert_eq!(floor.holder(talk).await, Some(agent));
            floor.done(agent, Command::DeclineOffer { conversation: talk }).await;
            assert_eq!(floor.see(talk).await.queue, Some(rest), "as soon as it is back");
        } else {
            floor.done(agent, Command::available_as(Availability::Busy)).await;
            floor.after(69).await;
            assert_eq!(floor.see(talk).await.queue, Some(queue));
            floor.after(1).await;
            assert_eq!(floor.see(talk).await.queue, Some(rest));
        }
        floor.close().await;
    }
}

async fn who_was_answered_and_asks_again_waits_from_then_on(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rules = QueueRules {
        first_reply_secs: 60,
        rings: vec![Ring { after_secs: 3_600, level: 3, drops: Vec::new() }],
        priorities: vec![PriorityRule { when: PriorityWhen::Vip, secs: 600 }],
        ..auto()
    };
    let (queue, channel) = floor.queue("sales", rules).await;
    let agent = floor.agent(&[queue], 1).await;
    let old = floor.customer(channel, 1).await;
    floor.done(agent, Command::text(old, "Blue.")).await;
    floor.done(floor.boss, Command::SetPriority { conversation: old, secs: 7_200 }).await;
    floor.after(8 * 3_600).await;
    let came = floor.customer(channel, 2).await;
    floor.after(1).await;
    floor.customer(channel, 1).await;
    let asked = floor.clock.now();
    floor.after(60).await;
    // Nobody answered, and it went back: behind who came before it asked again.
    assert_eq!(floor.holder(came).await, Some(agent));
    let row = floor.tenant.read(move |scoped| waiting::find(scoped, old)).await.unwrap().unwrap();
    assert_eq!((row.since, row.priority, row.ring, row.waits), (asked, 0, 0, true));
    // Who was never answered keeps the age, however often it goes back.
    floor.after(60).await;
    let row = floor.tenant.read(move |scoped| waiting::find(scoped, came)).await.unwrap().unwrap();
    assert_eq!(row.since, asked - chrono::Duration::seconds(1));
}

async fn what_one_held_who_is_gone_is_given_out_by_age(engine: Engine) {
    for locked_out in [false, true] {
        let floor = Floor::new(engine).await;
        let policy = RoutingPolicy { lost_secs: 30, ..RoutingPolicy::default() };
        floor.done(floor.boss, Command::SetRoutingPolicy { policy }).await;
        let (queue, channel) = floor.queue("sales", auto()).await;
        let gone = floor.agent(&[queue], 3).await;
        let mut talks = Vec::new();
        for n in 0..3 {
            talks.push(floor.customer(channel, n).await);
            floor.clock.advance(chrono::Duration::seconds(1));
        }
        // The newest counts as the first.
        floor.done(floor.boss, Command::SetPriority { conversation: talks[2], secs: 600 }).await;
        let there = floor.agent(&[queue], 1).await;
        if locked_out {
            floor.done(floor.boss, Command::SetActive { member: gone, active: false }).await;
        } else {
            floor.connect(gone, false).await;
            floor.after(30).await;
        }
        assert_eq!(floor.holder(talks[2]).await, Some(there));
        floor.close().await;
    }
}

async fn sooner_is_never_later(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", auto()).await;
    let talk = floor.customer(channel, 1).await;
    let priority = async || {
        let row = floor.tenant.read(move |scoped| waiting::find(scoped, talk)).await.unwrap();
        row.unwrap().priority
    };
    for (secs, then) in [(7_200, 7_200), (3_600, 7_200), (8_000, 8_000), (0, 0), (60, 60)] {
        floor.done(floor.boss, Command::SetPriority { conversation: talk, secs }).await;
        assert_eq!(priority().await, then);
    }
    assert_eq!(facts(&floor, "conversation_prioritised").await, 4, "what changes nothing is no change");
}

async fn who_goes_from_one_to_another_says_nothing_of_the_line(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agents = [floor.agent(&[queue], 9).await, floor.agent(&[queue], 9).await];
    let taken = async || {
        let since = floor.clock.now() - chrono::Duration::seconds(900);
        floor.tenant.read(move |scoped| fact::taken(scoped, queue, since)).await.unwrap()
    };
    let mut talks = Vec::new();
    for n in 0..4 {
        talks.push(floor.customer(channel, n).await);
    }
    assert_eq!(taken().await, 4);
    floor.clock.advance(chrono::Duration::seconds(1));
    let from = floor.holder(talks[0]).await.unwrap();
    let to = agents.into_iter().find(|agent| *agent != from).unwrap();
    floor.done(floor.boss, Command::MoveAll { from, to: MoveTo::Member(to) }).await;
    floor.done(floor.boss, Command::Assign { conversation: talks[0], member: from, force: true }).await;
    assert_eq!(taken().await, 4);
    // By hand, out of the line.
    for agent in agents {
        floor.done(agent, Command::available_as(Availability::Away)).await;
    }
    let waits = floor.customer(channel, 9).await;
    floor.done(floor.boss, Command::AssignToMe { conversation: waits }).await;
    assert_eq!(taken().await, 5);
    let waits = floor.customer(channel, 10).await;
    floor.done(floor.boss, Command::Assign { conversation: waits, member: to, force: true }).await;
    assert_eq!(taken().await, 6);
}

async fn who_waits_too_long_goes_elsewhere_with_their_age(engine: Engine) {
    let floor = Floor::new(engine).await;
    let calendar = floor.calendar("morning", morning()).await;
    let (closed, _) = floor.queue("closed", within(calendar)).await;
    let (open, open_channel) = floor.queue("open", auto()).await;
    let rules = |to| QueueRules { max_wait_secs: 60, when_full: WhenFull::Overflow { to }, ..auto() };
    let (queue, channel) = floor.queue("sales", rules(closed)).await;
    let old = floor.customer(channel, 1).await;
    let since = floor.clock.now();
    floor.after(30).await;
    let new = floor.customer(open_channel, 2).await;
    floor.after(30).await;
    assert_eq!(floor.see(old).await.queue, Some(queue), "where it is closed nobody waits better");
    floor.done(floor.boss, Command::ChangeQueue { queue, name: "sales".into(), rules: rules(open) }).await;
    assert_eq!(floor.see(old).await.queue, Some(open), "changed rules count at once");
    let place = floor.tenant.read(move |scoped| waiting::find(scoped, old)).await.unwrap().unwrap();
    assert_eq!((place.since, place.came_at), (since, floor.clock.now()));
    let agent = floor.agent(&[open], 1).await;
    assert_eq!((floor.holder(old).await, floor.holder(new).await), (Some(agent), None));
}

async fn the_highest_rule_that_fits_counts_and_is_explained(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rule = |when, secs| PriorityRule { when, secs };
    let rules = QueueRules {
        priority_secs: 10,
        priorities: vec![
            rule(PriorityWhen::Keyword("cancel".into()), 60),
            rule(PriorityWhen::Referral, 120),
            rule(PriorityWhen::Language("de".into()), 240),
            rule(PriorityWhen::Vip, 300),
        ],
        ..auto()
    };
    let (queue, channel) = floor.queue("sales", rules).await;
    let place = |id| floor.tenant.read(move |scoped| waiting::find(scoped, id));
    let plain = floor.says(channel, 0, "Hello", false).await;
    let word = floor.says(channel, 1, "I want to CANCEL!", false).await;
    let ad = floor.says(channel, 2, "Cancel", true).await;
    floor.says(channel, 0, "cancel", false).await;
    for (id, secs, because) in [
        (plain, 10, None),
        (word, 70, Some(PriorityWhen::Keyword("cancel".into()))),
        (ad, 130, Some(PriorityWhen::Referral)),
    ] {
        let row = place(id).await.unwrap().unwrap();
        assert_eq!((row.priority, row.because), (secs, because), "the first message counts");
    }
    let contact = floor.see(plain).await.contact.id;
    let agent = floor.agent(&[], 1).await;
    let vip = || Command::SetVip { contact, on: true };
    assert_eq!(floor.refused(agent, vip()).await, ErrorCode::Forbidden);
    let language = |code: &str| Command::SetLanguage { contact, language: Some(code.to_owned()) };
    assert_eq!(floor.refused(floor.boss, language("German")).await, ErrorCode::RulesInvalid);
    floor.done(floor.boss, language("de")).await;
    close(&floor, floor.boss, plain).await;
    floor.says(channel, 0, "Hello", false).await;
    assert_eq!(place(plain).await.unwrap().unwrap().priority, 250);
    floor.done(floor.boss, vip()).await;
    assert!(floor.see(plain).await.contact.vip);
    close(&floor, floor.boss, plain).await;
    floor.says(channel, 0, "Hello", false).await;
    let routing = server::domain::routing::explain::routing(&floor.tenant, floor.boss, plain).await.unwrap();
    let waits = routing.waiting.unwrap();
    assert_eq!((waits.priority_secs, waits.because, waits.position), (310, Some(PriorityWhen::Vip), 1));
    let able = floor.agent(&[queue], 1).await;
    assert_eq!(floor.holder(plain).await, Some(able));
    let why = floor.history(plain).await[0].why.clone();
    assert_eq!((why.priority_secs, why.because), (310, Some(PriorityWhen::Vip)));
}

async fn a_mark_belongs_to_the_contact_through_merge_and_undo(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", auto()).await;
    let (first, second) = (floor.customer(channel, 1).await, floor.customer(channel, 2).await);
    let (keep, other) = (floor.see(first).await.contact.id, floor.see(second).await.contact.id);
    close(&floor, floor.boss, second).await;
    floor.done(floor.boss, Command::SetVip { contact: other, on: true }).await;
    let merged = floor.command(floor.boss, Command::MergeContacts { keep, other }).await.unwrap();
    assert!(floor.see(first).await.contact.vip);
    floor.done(floor.boss, Command::UndoContactChange { id: merged.change.unwrap() }).await;
    assert!(!floor.see(first).await.contact.vip && floor.see(second).await.contact.vip);
}

async fn customers_are_told_their_place_as_often_as_the_policy_says(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    floor.customer(channel, 0).await;
    floor.clock.advance(chrono::Duration::seconds(1));
    let talk = floor.customer(channel, 1).await;
    floor.says(channel, 1, "How long?", false).await;
    assert_eq!(floor.told(talk).await.len(), 0, "the tenant wants nothing told");
    let chosen = Tell { on_request: true, after_secs: vec![30, 60, 90], at_most: 3, ..Tell::default() };
    tell(&floor, chosen).await;
    floor.after(29).await;
    assert_eq!(floor.told(talk).await.len(), 0);
    floor.says(channel, 1, "I cannot wait", false).await;
    floor.says(channel, 1, "Hello?", false).await;
    assert_eq!(floor.told(talk).await, ["You are number 2 in line."]);
    floor.after(1).await;
    assert_eq!(floor.told(talk).await.len(), 2);
    floor.after(30).await;
    assert_eq!(floor.told(talk).await.len(), 3);
    floor.after(60).await;
    floor.says(channel, 1, "position", false).await;
    assert_eq!(floor.told(talk).await.len(), 3, "not more often than the tenant wants");
    // Whoever is answered is told nothing.
    let third = floor.customer(channel, 2).await;
    floor.agent(&[queue], 3).await;
    floor.after(500).await;
    floor.says(channel, 2, "position", false).await;
    assert_eq!(floor.told(third).await.len(), 0);
}

async fn time_is_estimated_from_five_on(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    tell(&floor, Tell { on_request: true, at_most: 9, ..Tell::default() }).await;
    let agent = floor.agent(&[queue], 4).await;
    for n in 0..4 {
        floor.customer(channel, n).await;
    }
    let mut waits = Vec::new();
    for n in 10..13 {
        floor.clock.advance(chrono::Duration::seconds(1));
        waits.push(floor.customer(channel, n).await);
    }
    let ask = |n| floor.says(channel, n, "position?", false);
    ask(12).await;
    assert_eq!(floor.told(waits[2]).await, ["You are number 3 in line."], "four say nothing");
    let mut held =
        floor.tenant.read(move |s| server::db::rows::conversation::held_by(s, agent)).await.unwrap();
    close(&floor, agent, held.pop().unwrap().model.id).await;
    ask(12).await;
    // Five in fifteen minutes, and two before them: the second of them in six.
    assert_eq!(floor.told(waits[2]).await[1], "You are number 2 in line. It will take about 6 min.");
    floor.after(901).await;
    ask(12).await;
    assert_eq!(floor.told(waits[2]).await[2], "You are number 2 in line.", "long ago says nothing");
}

async fn nothing_is_told_when_it_may_not_be(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (_, channel) = floor.queue("sales", auto()).await;
    let day = 86_400;
    let chosen = Tell { after_secs: vec![day], ..Tell::default() };
    tell(&floor, chosen).await;
    let talk = floor.customer(channel, 1).await;
    floor.after(i64::from(day)).await;
    assert_eq!(floor.told(talk).await.len(), 0, "24 hours are over");
    // Blocked: nothing would be taken.
    tell(&floor, Tell { on_request: true, ..Tell::default() }).await;
    floor.done(floor.boss, Command::BlockContact { conversation: talk, blocked: true, reason: None }).await;
    floor.says(channel, 1, "position", false).await;
    assert_eq!(floor.told(talk).await.len(), 0);
    assert_eq!(floor.see(talk).await.state, ConversationState::Queued);
}

async fn who_does_nothing_counts_as_away(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 1).await;
    let busy = floor.agent(&[], 1).await;
    floor.done(busy, Command::available_as(Availability::Busy)).await;
    let policy = RoutingPolicy { away_after_secs: 600, ..RoutingPolicy::default() };
    floor.done(floor.boss, Command::SetRoutingPolicy { policy }).await;
    let find = server::db::rows::member::find;
    let member = |id| {
        let read = floor.tenant.read(move |scoped| find(scoped, id));
        async move { read.await.unwrap().unwrap().member }
    };
    floor.after(500).await;
    floor.write(move |tx| idle::active(tx, agent)).await;
    floor.after(600).await;
    assert_eq!(member(agent).await.availability, Availability::Available, "they worked meanwhile");
    floor.after(60).await;
    let seen = member(agent).await;
    assert_eq!((seen.availability, seen.reason.as_deref()), (Availability::Away, Some("inactive")));
    assert_eq!(member(busy).await.availability, Availability::Busy);
    let talk = floor.customer(channel, 1).await;
    assert_eq!(floor.holder(talk).await, None);
    floor.done(agent, Command::available_as(Availability::Available)).await;
    assert_eq!(floor.holder(talk).await, Some(agent));
    floor.after(660).await;
    assert_eq!(member(agent).await.availability, Availability::Away, "again");
    assert_eq!(floor.holder(talk).await, Some(agent), "what they hold is theirs while they are connected");
}

async fn whoever_is_gone_and_forced_loses_it_in_time(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let gone = floor.agent(&[queue], 1).await;
    floor.connect(gone, false).await;
    floor.after(3_600).await;
    let talk = floor.customer(channel, 1).await;
    let force = Command::Assign { conversation: talk, member: gone, force: true };
    floor.done(floor.boss, force).await;
    floor.after(299).await;
    assert_eq!(floor.holder(talk).await, Some(gone));
    floor.after(1).await;
    assert_eq!(floor.holder(talk).await, None);
    assert_eq!(floor.history(talk).await[0].ending, Some(Ending::Lost));
}

async fn what_one_gave_away_comes_last_when_one_takes_the_next(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", QueueRules::manual()).await;
    let agent = floor.agent(&[queue], 1).await;
    let mut talks = Vec::new();
    for n in 0..2 {
        talks.push(floor.customer(channel, n).await);
        floor.clock.advance(chrono::Duration::seconds(1));
    }
    let next = async || floor.command(agent, Command::TakeNext {}).await.unwrap().conversation.unwrap();
    assert_eq!(next().await, talks[0]);
    floor.done(agent, Command::Release { conversation: talks[0] }).await;
    assert_eq!(next().await, talks[1], "not what they just gave back");
    assert_eq!(next().await, talks[0], "unless there is nothing else");
}

async fn another_reason_is_no_end_of_tidying_up(engine: Engine) {
    let floor = Floor::new(engine).await;
    let agent = floor.agent(&[], 1).await;
    for reason in ["Lunch", "Meeting"] {
        let away = Command::SetAvailability { availability: Availability::Away, reason: Some(reason.into()) };
        floor.done(agent, away).await;
    }
    assert_eq!((facts(&floor, "wrap_up_ended").await, facts(&floor, "availability_chosen").await), (0, 1));
}
