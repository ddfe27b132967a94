//! Each rule of the routing by itself.

use server::{clock::Clock, db::rows::agent_load};
use shared::{
    error::ErrorCode,
    ids::{MemberId, QueueId},
    live::command::Command,
    model::{
        conversation::{CloseReason, ConversationState},
        member::Availability,
        queue::{QueueRules, Ring},
        routing::{AssignmentKind, Deciding, Ending, RoutingPolicy, Skill, Target},
    },
};

use super::floor::{Floor, auto, offer};
use crate::harness::{Engine, sql};

on_both_engines!(
    the_freest_agent_gets_it_and_why_is_kept,
    who_waits_longest_is_first_and_priority_counts_as_waiting,
    an_offer_goes_round_until_somebody_accepts,
    who_misses_offers_counts_as_away,
    who_does_not_answer_loses_it_with_its_place_kept,
    rings_widen_with_time,
    what_a_queue_asks_for_an_agent_must_know,
    what_is_parked_takes_no_room_and_comes_back_to_its_agent_first,
    who_is_gone_for_long_loses_what_they_hold,
    a_conversation_is_handed_over_with_a_note,
    nobody_holds_more_than_they_can_unless_it_is_forced,
    after_a_conversation_there_is_time_to_tidy_up,
    the_next_is_what_waits_longest,
    changed_rules_count_at_once,
    where_agents_take_for_themselves_nothing_is_counted,
    rules_that_cannot_be_are_refused,
    what_waits_for_its_time_is_looked_after_by_the_next_start,
    who_lets_several_pass_by_is_away_and_gets_them_no_more,
    a_supervisor_who_answers_an_offer_takes_it,
    whoever_is_away_gets_nothing_back,
);

async fn load(floor: &Floor, id: MemberId) -> (u32, u32, u32) {
    let load = floor.tenant.read(move |scoped| agent_load::find(scoped, id)).await.unwrap().unwrap();
    (load.used, load.capacity, load.forced)
}

async fn the_freest_agent_gets_it_and_why_is_kept(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let (small, large) = (floor.agent(&[queue], 1).await, floor.agent(&[queue], 3).await);
    let first = floor.customer(channel, 1).await;
    floor.clock.advance(chrono::Duration::seconds(1));
    // One of one and one of three are free parts: the second goes to whoever has the larger.
    assert_eq!(floor.holder(first).await, Some(small), "both are free, and this one came first");
    let second = floor.customer(channel, 2).await;
    assert_eq!(floor.holder(second).await, Some(large));
    let history = floor.history(first).await;
    assert_eq!((history[0].kind, history[0].member), (AssignmentKind::Routed, small));
    let why = &history[0].why;
    assert_eq!((why.decided_by, why.candidates, why.used, why.capacity), (Some(Deciding::Order), 2, 0, 1));
    assert_eq!(floor.history(second).await[0].why.decided_by, Some(Deciding::Alone));
    assert_eq!((load(&floor, small).await, load(&floor, large).await), ((1, 1, 0), (1, 3, 0)));
}

async fn who_waits_longest_is_first_and_priority_counts_as_waiting(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let mut talks = Vec::new();
    for n in 0..4 {
        talks.push(floor.customer(channel, n).await);
        floor.clock.advance(chrono::Duration::seconds(10));
    }
    // The last came 30 s after the first: 25 s ahead it is third no more, 15 s later it would be last.
    floor.done(floor.boss, Command::SetPriority { conversation: talks[3], secs: 25 }).await;
    let agent = floor.agent(&[queue], 1).await;
    let mut order = Vec::new();
    for _ in 0..4 {
        let mut held = None;
        for (n, talk) in talks.iter().enumerate() {
            if floor.holder(*talk).await == Some(agent) {
                held = Some((n, *talk));
            }
        }
        let (n, talk) = held.unwrap();
        order.push(n);
        floor.done(agent, Command::Close { conversation: talk, reason: CloseReason::Resolved }).await;
    }
    assert_eq!(order, [0, 3, 1, 2]);
}

async fn an_offer_goes_round_until_somebody_accepts(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", offer()).await;
    let agents = [floor.agent(&[queue], 1).await, floor.agent(&[queue], 1).await];
    let talk = floor.customer(channel, 1).await;
    let seen = floor.see(talk).await;
    assert_eq!((seen.state, seen.assignee), (ConversationState::Offered, Some(agents[0])));
    assert!(seen.offer_until.is_some());
    assert_eq!(
        floor.refused(agents[1], Command::AcceptOffer { conversation: talk }).await,
        ErrorCode::OfferOver
    );
    floor.done(agents[0], Command::DeclineOffer { conversation: talk }).await;
    assert_eq!(floor.holder(talk).await, Some(agents[1]));
    // Nobody is left to ask: it waits until who declined may be asked again.
    floor.after(30).await;
    let seen = floor.see(talk).await;
    assert_eq!((seen.state, seen.assignee, seen.offer_until), (ConversationState::Queued, None, None));
    floor.after(30).await;
    assert_eq!(floor.holder(talk).await, Some(agents[0]));
    floor.done(agents[0], Command::AcceptOffer { conversation: talk }).await;
    floor.done(agents[0], Command::AcceptOffer { conversation: talk }).await;
    assert_eq!(floor.see(talk).await.state, ConversationState::Assigned);
    let endings: Vec<_> = floor.history(talk).await.into_iter().map(|one| one.ending).collect();
    assert_eq!(endings, [None, Some(Ending::Missed), Some(Ending::Declined)]);
    floor.after(600).await;
    assert_eq!(floor.holder(talk).await, Some(agents[0]), "an offer that was accepted is over");
}

async fn who_misses_offers_counts_as_away(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", offer()).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.after(30).await;
    floor.after(60).await;
    assert_eq!(floor.see(talk).await.state, ConversationState::Offered);
    floor.after(30).await;
    let member = server::db::rows::member::find;
    let row = floor.tenant.read(move |scoped| member(scoped, agent)).await.unwrap().unwrap();
    assert_eq!(row.member.availability, Availability::Away);
    floor.after(600).await;
    assert_eq!(floor.see(talk).await.state, ConversationState::Queued);
    floor.done(agent, Command::available_as(Availability::Available)).await;
    assert_eq!(floor.holder(talk).await, Some(agent), "whoever comes back is asked at once");
    // A reason belongs to being away, and an offer does not wait for who leaves.
    let away = |reason: &str| Command::SetAvailability {
        availability: Availability::Away,
        reason: Some(reason.to_owned()),
    };
    floor.done(agent, away(" Lunch ")).await;
    let row = floor.tenant.read(move |scoped| member(scoped, agent)).await.unwrap().unwrap();
    assert_eq!(row.member.reason.as_deref(), Some("Lunch"));
    assert_eq!(floor.holder(talk).await, None);
    assert_eq!(floor.refused(agent, away(&"x".repeat(81))).await, ErrorCode::TextTooLong);
}

async fn who_does_not_answer_loses_it_with_its_place_kept(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rules = QueueRules { first_reply_secs: 100, ..auto() };
    let (queue, channel) = floor.queue("sales", rules).await;
    let slow = floor.agent(&[queue], 1).await;
    let first = floor.customer(channel, 1).await;
    floor.after(10).await;
    let second = floor.customer(channel, 2).await;
    floor.after(90).await;
    // It went back, and the agent who had it is not asked again at once: the other is theirs.
    assert_eq!((floor.holder(first).await, floor.holder(second).await), (None, Some(slow)));
    let quick = floor.agent(&[queue], 1).await;
    assert_eq!(floor.holder(first).await, Some(quick), "the first place is still its own");
    floor.done(quick, Command::text(first, "Yes?")).await;
    floor.after(1_000).await;
    assert_eq!(floor.holder(first).await, Some(quick), "nobody waits");
    // The next question wants an answer as the first did.
    floor.customer(channel, 1).await;
    floor.after(99).await;
    assert_eq!(floor.holder(first).await, Some(quick));
    floor.after(1).await;
    let endings: Vec<_> = floor.history(first).await.into_iter().map(|one| one.ending).collect();
    assert_eq!(endings.last(), Some(&Some(Ending::Unanswered)));
    assert_eq!(endings.get(endings.len() - 2), Some(&Some(Ending::Unanswered)));
}

async fn rings_widen_with_time(engine: Engine) {
    let floor = Floor::new(engine).await;
    let ring = |after_secs, level, drops: &[&str]| Ring {
        after_secs,
        level,
        drops: drops.iter().map(|drop| (*drop).to_owned()).collect(),
    };
    let rules = QueueRules {
        skills: vec!["french".into()],
        rings: vec![ring(60, 2, &[]), ring(120, 2, &["french"])],
        ..auto()
    };
    let (queue, channel) = floor.queue("sales", rules).await;
    let able = floor.agent(&[queue], 1).await;
    let skills = vec![Skill { name: "french".into(), score: 3 }];
    floor.done(floor.boss, Command::SetLevel { member: able, queue, level: 2 }).await;
    floor.done(floor.boss, Command::SetSkills { member: able, skills }).await;
    let unable = floor.agent(&[queue], 1).await;
    let (first, second) = (floor.customer(channel, 1).await, floor.customer(channel, 2).await);
    floor.after(59).await;
    assert_eq!((floor.holder(first).await, floor.holder(second).await), (None, None));
    floor.after(1).await;
    assert_eq!((floor.holder(first).await, floor.holder(second).await), (Some(able), None));
    floor.after(60).await;
    assert_eq!(floor.holder(second).await, Some(unable));
    assert_eq!(floor.history(second).await[0].why.ring, 2);
}

async fn what_a_queue_asks_for_an_agent_must_know(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rules = QueueRules { skills: vec!["french".into()], by_skill: true, ..auto() };
    let (queue, channel) = floor.queue("french", rules).await;
    let (plain, plain_channel) = floor.queue("plain", auto()).await;
    let agents = [
        floor.agent(&[queue, plain], 5).await,
        floor.agent(&[queue, plain], 5).await,
        floor.agent(&[queue, plain], 5).await,
    ];
    let stuck = floor.customer(channel, 1).await;
    let easy = floor.customer(plain_channel, 2).await;
    assert_eq!(floor.holder(stuck).await, None);
    assert!(floor.holder(easy).await.is_some(), "one nobody can answer holds up nobody else");
    for (agent, score) in [(agents[1], 2), (agents[2], 9)] {
        let skills = vec![Skill { name: "french".into(), score }];
        floor.done(floor.boss, Command::SetSkills { member: agent, skills }).await;
    }
    assert_eq!(floor.holder(stuck).await, Some(agents[1]), "as soon as somebody can");
    let next = floor.customer(channel, 3).await;
    assert_eq!(floor.holder(next).await, Some(agents[2]), "the best, where there are several");
}

async fn what_is_parked_takes_no_room_and_comes_back_to_its_agent_first(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rules = QueueRules { park_secs: 300, sticky_secs: 3_600, ..auto() };
    let (queue, channel) = floor.queue("sales", rules).await;
    let agent = floor.agent(&[queue], 1).await;
    let (first, second) = (floor.customer(channel, 1).await, floor.customer(channel, 2).await);
    floor.done(agent, Command::text(first, "Is it blue?")).await;
    floor.after(299).await;
    assert_eq!(floor.see(first).await.state, ConversationState::Assigned);
    floor.after(1).await;
    assert_eq!(floor.see(first).await.state, ConversationState::Parked);
    assert_eq!((floor.holder(first).await, floor.holder(second).await), (Some(agent), Some(agent)));
    assert_eq!(load(&floor, agent).await, (1, 1, 0));
    assert_eq!(floor.refused(agent, Command::Resume { conversation: first }).await, ErrorCode::NoRoom);
    // Back when there is no room: it waits, for its agent first.
    floor.customer(channel, 1).await;
    assert_eq!(floor.see(first).await.state, ConversationState::Queued);
    assert_eq!(floor.history(first).await[0].ending, Some(Ending::NoRoom));
    let other = floor.agent(&[queue], 1).await;
    assert_eq!(floor.holder(first).await, Some(other), "nobody waits for one agent while another is free");
    floor.done(other, Command::park(first)).await;
    floor.done(agent, Command::Close { conversation: second, reason: CloseReason::Resolved }).await;
    floor.customer(channel, 1).await;
    assert_eq!(
        (floor.see(first).await.state, floor.holder(first).await),
        (ConversationState::Assigned, Some(other))
    );
    // A customer who comes back after the end gets whom they had, though the other is just as free.
    floor.done(other, Command::Close { conversation: first, reason: CloseReason::Resolved }).await;
    floor.after(60).await;
    floor.customer(channel, 1).await;
    let history = floor.history(first).await;
    assert_eq!((history[0].member, history[0].why.decided_by), (other, Some(Deciding::Sticky)));
    // Where parked ones count, they keep their room.
    let policy = RoutingPolicy { parked_counts: true, ..RoutingPolicy::default() };
    floor.done(floor.boss, Command::SetRoutingPolicy { policy }).await;
    floor.done(other, Command::park(first)).await;
    assert_eq!(load(&floor, other).await, (1, 1, 0));
}

async fn who_is_gone_for_long_loses_what_they_hold(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let (asks, asks_channel) = floor.queue("asks", offer()).await;
    let gone = floor.agent(&[queue, asks], 3).await;
    let held = floor.customer(channel, 1).await;
    let parked = floor.customer(channel, 2).await;
    floor.done(gone, Command::text(parked, "Is it blue?")).await;
    floor.done(gone, Command::park(parked)).await;
    let offered = floor.customer(asks_channel, 3).await;
    let (stays, _) = floor.queue("by hand", QueueRules::manual()).await;
    let stayer = floor.agent(&[stays, queue, asks], 5).await;
    floor.connect(gone, false).await;
    assert_eq!(floor.holder(offered).await, Some(stayer), "nobody who is gone is asked");
    floor.done(stayer, Command::AcceptOffer { conversation: offered }).await;
    floor.after(299).await;
    assert_eq!(floor.holder(held).await, Some(gone), "a reload is not an absence");
    floor.connect(gone, true).await;
    floor.after(60).await;
    floor.connect(gone, false).await;
    floor.after(299).await;
    assert_eq!(floor.holder(held).await, Some(gone));
    floor.after(1).await;
    assert_eq!((floor.holder(held).await, floor.holder(parked).await), (Some(stayer), Some(gone)));
    // Its customer writes, and its agent has not been there for long.
    floor.customer(channel, 2).await;
    assert_eq!(floor.holder(parked).await, Some(stayer));
    assert_eq!(floor.history(parked).await[1].ending, Some(Ending::Lost));
}

async fn a_conversation_is_handed_over_with_a_note(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (sales, channel) = floor.queue("sales", auto()).await;
    let (support, _) = floor.queue("support", auto()).await;
    let seller = floor.agent(&[sales, support], 2).await;
    let talk = floor.customer(channel, 1).await;
    let to = |to| Command::Transfer { conversation: talk, to, note: Some("needs an invoice".into()) };
    floor.done(seller, to(Target::Queue(support))).await;
    let seen = floor.see(talk).await;
    assert_eq!(
        (seen.state, seen.queue),
        (ConversationState::Queued, Some(support)),
        "not back to who gave it"
    );
    assert!(seen.last.unwrap().note);
    let helper = floor.agent(&[support], 1).await;
    assert_eq!(floor.holder(talk).await, Some(helper));
    let colleague = floor.agent(&[sales], 1).await;
    floor.done(helper, to(Target::Member(colleague))).await;
    let history = floor.history(talk).await;
    assert_eq!((history[0].kind, history[0].why.by), (AssignmentKind::Given, Some(helper)));
    assert_eq!(history[1].ending, Some(Ending::Transferred));
    // To nobody who is not there, or who is away, or locked out, or unknown.
    floor.done(seller, Command::available_as(Availability::Away)).await;
    for (who, code) in [
        (Target::Member(seller), ErrorCode::NotEligible),
        (Target::Member(MemberId::new()), ErrorCode::NotFound),
        (Target::Queue(QueueId::new()), ErrorCode::NotFound),
    ] {
        assert_eq!(floor.refused(colleague, to(who)).await, code);
    }
    assert_eq!(floor.refused(seller, to(Target::Queue(sales))).await, ErrorCode::AssignedToAnother);
}

async fn nobody_holds_more_than_they_can_unless_it_is_forced(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", QueueRules { weight: 2, ..auto() }).await;
    let agent = floor.agent(&[queue], 3).await;
    let (first, second) = (floor.customer(channel, 1).await, floor.customer(channel, 2).await);
    assert_eq!((floor.holder(first).await, floor.holder(second).await), (Some(agent), None));
    for command in [
        Command::AssignToMe { conversation: second },
        Command::text(second, "Hello"),
        Command::TakeNext {},
        Command::Assign { conversation: second, member: agent, force: false },
    ] {
        let who = if matches!(command, Command::Assign { .. }) { floor.boss } else { agent };
        assert_eq!(floor.refused(who, command).await, ErrorCode::NoRoom);
    }
    let force = Command::Assign { conversation: second, member: agent, force: true };
    assert_eq!(floor.refused(agent, force.clone()).await, ErrorCode::Forbidden);
    floor.done(floor.boss, force).await;
    assert_eq!(load(&floor, agent).await, (4, 3, 1));
    assert_eq!(floor.history(second).await[0].kind, AssignmentKind::Forced);
    // Less capacity takes nothing away; what is given back goes first from what was too much.
    floor.done(floor.boss, Command::SetCapacity { member: agent, capacity: 1 }).await;
    assert_eq!(load(&floor, agent).await, (4, 1, 3));
    floor.done(agent, Command::Close { conversation: first, reason: CloseReason::Resolved }).await;
    assert_eq!(load(&floor, agent).await, (2, 1, 1));
    floor.done(agent, Command::Close { conversation: second, reason: CloseReason::Resolved }).await;
    assert_eq!(load(&floor, agent).await, (0, 1, 0));
    let third = floor.customer(channel, 3).await;
    assert_eq!(floor.holder(third).await, None);
    floor.done(floor.boss, Command::SetCapacity { member: agent, capacity: 2 }).await;
    assert_eq!(floor.holder(third).await, Some(agent), "more capacity is more work at once");
}

async fn after_a_conversation_there_is_time_to_tidy_up(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", QueueRules { wrap_up_secs: 30, ..auto() }).await;
    let agent = floor.agent(&[queue], 1).await;
    let mut talks = Vec::new();
    for n in 0..3 {
        talks.push(floor.customer(channel, n).await);
    }
    let close = |conversation| Command::Close { conversation, reason: CloseReason::Resolved };
    floor.done(agent, close(talks[0])).await;
    floor.after(29).await;
    assert_eq!(floor.holder(talks[1]).await, None);
    floor.after(1).await;
    assert_eq!(floor.holder(talks[1]).await, Some(agent));
    floor.done(agent, close(talks[1])).await;
    assert_eq!(floor.holder(talks[2]).await, None);
    floor.done(agent, Command::available_as(Availability::Available)).await;
    assert_eq!(floor.holder(talks[2]).await, Some(agent), "whoever says so is done");
}

async fn the_next_is_what_waits_longest(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (first, first_channel) = floor.queue("first", QueueRules::manual()).await;
    let (second, second_channel) = floor.queue("second", QueueRules::manual()).await;
    let (_, foreign_channel) = floor.queue("foreign", QueueRules::manual()).await;
    floor.customer(foreign_channel, 1).await;
    floor.clock.advance(chrono::Duration::seconds(1));
    let older = floor.customer(second_channel, 2).await;
    floor.clock.advance(chrono::Duration::seconds(1));
    let newer = floor.customer(first_channel, 3).await;
    let agent = floor.agent(&[first, second], 1).await;
    for talk in [older, newer] {
        let done = floor.command(agent, Command::TakeNext {}).await.unwrap();
        assert_eq!((done.conversation, floor.holder(talk).await), (Some(talk), Some(agent)));
    }
    assert_eq!(floor.refused(agent, Command::TakeNext {}).await, ErrorCode::NothingWaits);
    assert_eq!(floor.history(older).await[0].kind, AssignmentKind::Pulled);
}

async fn changed_rules_count_at_once(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rules = QueueRules { skills: vec!["french".into()], ..auto() };
    let (queue, channel) = floor.queue("sales", rules).await;
    let agent = floor.agent(&[queue], 2).await;
    let talk = floor.customer(channel, 1).await;
    assert_eq!(floor.holder(talk).await, None);
    let change = Command::ChangeQueue { queue, name: "Sales".into(), rules: auto() };
    assert_eq!(floor.refused(agent, change.clone()).await, ErrorCode::Forbidden);
    floor.done(floor.boss, change).await;
    assert_eq!(floor.holder(talk).await, Some(agent));
}

async fn where_agents_take_for_themselves_nothing_is_counted(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", QueueRules::manual()).await;
    let agent = floor.agent(&[queue], 1).await;
    for n in 0..3 {
        let talk = floor.customer(channel, n).await;
        assert_eq!(floor.holder(talk).await, None);
        floor.done(agent, Command::AssignToMe { conversation: talk }).await;
    }
    assert_eq!(load(&floor, agent).await, (0, 1, 0));
    floor.connect(agent, false).await;
    floor.after(100_000).await;
    let talk = floor.customer(channel, 0).await;
    assert_eq!(floor.holder(talk).await, Some(agent), "and nothing is taken away");
}

async fn rules_that_cannot_be_are_refused(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, _) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 1).await;
    let broken = QueueRules { weight: 0, ..auto() };
    for (command, code) in [
        (Command::CreateQueue { name: "x".into(), rules: broken.clone() }, ErrorCode::RulesInvalid),
        (Command::CreateQueue { name: " ".into(), rules: auto() }, ErrorCode::TextEmpty),
        (Command::CreateQueue { name: "sales".into(), rules: auto() }, ErrorCode::NameTaken),
        (Command::ChangeQueue { queue, name: "sales".into(), rules: broken }, ErrorCode::RulesInvalid),
        (
            Command::ChangeQueue { queue: QueueId::new(), name: "x".into(), rules: auto() },
            ErrorCode::NotFound,
        ),
        (Command::SetCapacity { member: agent, capacity: 101 }, ErrorCode::RulesInvalid),
        (Command::SetCapacity { member: MemberId::new(), capacity: 1 }, ErrorCode::NotFound),
        (Command::SetLevel { member: agent, queue, level: 0 }, ErrorCode::RulesInvalid),
        (Command::SetLevel { member: floor.boss, queue, level: 1 }, ErrorCode::NotFound),
        (
            Command::SetSkills { member: agent, skills: vec![Skill { name: "a".into(), score: 11 }] },
            ErrorCode::RulesInvalid,
        ),
        (
            Command::SetSkills { member: agent, skills: vec![Skill { name: "A".into(), score: 1 }] },
            ErrorCode::RulesInvalid,
        ),
        (
            Command::SetRoutingPolicy { policy: RoutingPolicy { misses: 21, ..RoutingPolicy::default() } },
            ErrorCode::RulesInvalid,
        ),
    ] {
        let shown = format!("{command:?}");
        assert_eq!(floor.refused(floor.boss, command.clone()).await, code, "{shown}");
        assert_eq!(floor.refused(agent, command).await, ErrorCode::Forbidden, "{shown}");
    }
    // A queue keeps its own name.
    floor.done(floor.boss, Command::ChangeQueue { queue, name: "sales".into(), rules: offer() }).await;
}

async fn what_waits_for_its_time_is_looked_after_by_the_next_start(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 1).await;
    floor.customer(channel, 1).await;
    floor.connect(agent, false).await;
    let due = floor.clock.now() + chrono::Duration::seconds(300);
    let forget = |tx: &mut server::db::Tx<'_>| Ok(sql::execute(tx, "DELETE FROM job WHERE tenant_id = $1")?);
    floor.write(forget).await;
    assert_eq!(floor.ends().await, Some(due.timestamp_micros()));
}

async fn who_lets_several_pass_by_is_away_and_gets_them_no_more(engine: Engine) {
    let floor = Floor::new(engine).await;
    let rules = QueueRules { first_reply_secs: 100, sticky_secs: 3_600, ..auto() };
    let (queue, channel) = floor.queue("sales", rules).await;
    let absent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.after(100).await;
    let present = floor.agent(&[queue], 1).await;
    assert_eq!(floor.holder(talk).await, Some(present), "who let it wait is not asked first");
    let other = floor.customer(channel, 2).await;
    assert_eq!(floor.holder(other).await, Some(absent));
    // Put aside, the customer waits no less.
    floor.done(absent, Command::park(other)).await;
    floor.after(100).await;
    let find = server::db::rows::member::find;
    let row = floor.tenant.read(move |scoped| find(scoped, absent)).await.unwrap().unwrap();
    assert_eq!(row.member.availability, Availability::Away);
    assert_ne!(floor.holder(other).await, Some(absent));
}

async fn a_supervisor_who_answers_an_offer_takes_it(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", offer()).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.done(floor.boss, Command::text(talk, "I do this.")).await;
    let history = floor.history(talk).await;
    assert_eq!((history[0].member, history[1].member), (floor.boss, agent));
    assert_eq!((history[1].accepted_at, history[1].ending), (None, Some(Ending::TakenOver)));
    assert_eq!(load(&floor, agent).await, (0, 1, 0));
}

async fn whoever_is_away_gets_nothing_back(engine: Engine) {
    let floor = Floor::new(engine).await;
    let (queue, channel) = floor.queue("sales", auto()).await;
    let agent = floor.agent(&[queue], 1).await;
    let talk = floor.customer(channel, 1).await;
    floor.done(agent, Command::text(talk, "Is it blue?")).await;
    floor.done(agent, Command::park(talk)).await;
    floor.done(agent, Command::available_as(Availability::Away)).await;
    floor.after(3_600).await;
    floor.customer(channel, 1).await;
    assert_eq!(floor.see(talk).await.state, ConversationState::Queued);
    // It was answered since it came: whoever came meanwhile is not overtaken by its old age.
    let waits = floor.tenant.read(move |scoped| server::db::rows::waiting::find(scoped, talk)).await;
    assert_eq!(waits.unwrap().unwrap().since, floor.clock.now());
}
