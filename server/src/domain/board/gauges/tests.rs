use chrono::DateTime;
use shared::model::{member::Role, queue::RoutingMode, routing::Skill};
use uuid::Uuid;

use super::*;

fn at(secs: i64) -> Instant {
    DateTime::from_timestamp(1_800_000_000 + secs, 0).unwrap()
}

fn queue(n: u128) -> QueueId {
    QueueId::from_uuid(Uuid::from_u128(n))
}

fn member_of(n: u128, queues: &[u128]) -> Member {
    Member {
        id: MemberId::from_uuid(Uuid::from_u128(n)),
        rev: 1,
        name: String::new(),
        role: Role::Agent,
        active: true,
        availability: Availability::Available,
        connected: true,
        queues: queues.iter().copied().map(queue).collect(),
        levels: BTreeMap::new(),
        skills: Vec::new(),
        capacity: 2,
        reason: None,
        wrap_until: None,
    }
}

fn place(n: u128, queue: Option<QueueId>, state: ConversationState) -> Place {
    Place {
        id: ConversationId::from_uuid(Uuid::from_u128(n)),
        queue,
        assignee: None,
        state,
        waiting_since: None,
        window_until: None,
        opened_at: at(-50),
    }
}

/// Two queues and nobody in them.
fn seen() -> Seen {
    Seen {
        now: at(0),
        queues: BTreeMap::from([(queue(1), QueueRules::default()), (queue(2), QueueRules::default())]),
        hours: Hours::new(),
        members: Vec::new(),
        desks: HashMap::new(),
        places: Vec::new(),
        lines: Vec::new(),
    }
}

impl Seen {
    fn with(mut self, member: Member, used: u32) -> Self {
        self.desks.insert(member.id, Desk { member: member.id, since: at(-9), used });
        self.members.push(member);
        self
    }
}

#[test]
fn what_waits_is_blocked_by_the_first_thing_that_is_missing() {
    let french = || Skill { name: "french".into(), score: 3 };
    let blocked = |seen: &Seen| seen.blocked(queue(1), "1\u{1f}french");
    assert_eq!(blocked(&seen()), Some(Blocked::Skill), "nobody works there");
    let plain = member_of(1, &[1]);
    assert_eq!(blocked(&seen().with(plain.clone(), 0)), Some(Blocked::Skill));
    let able = Member { skills: vec![french()], ..plain.clone() };
    assert_eq!(blocked(&seen().with(able.clone(), 0)), None);
    let elsewhere = Member { queues: vec![queue(2)], ..able.clone() };
    assert_eq!(blocked(&seen().with(elsewhere, 0)), Some(Blocked::Skill));
    let later = Member { levels: BTreeMap::from([(queue(1), 2)]), ..able.clone() };
    assert_eq!(blocked(&seen().with(later, 0)), Some(Blocked::Skill), "not yet");
    for away in [
        Member { connected: false, ..able.clone() },
        Member { availability: Availability::Busy, ..able.clone() },
        Member { availability: Availability::Away, ..able.clone() },
    ] {
        assert_eq!(blocked(&seen().with(away, 0)), Some(Blocked::Absent));
    }
    assert_eq!(blocked(&seen().with(able.clone(), 2)), Some(Blocked::Full));
    let tidies = Member { wrap_until: Some(at(5)), ..able.clone() };
    assert_eq!(blocked(&seen().with(tidies, 0)), Some(Blocked::Full));
    let tidied = Member { wrap_until: Some(at(0)), ..able.clone() };
    assert_eq!(blocked(&seen().with(tidied, 0)), None);
    let mut by_hand = seen().with(able.clone(), 2);
    by_hand.queues.insert(queue(1), QueueRules { mode: RoutingMode::Manual, ..QueueRules::default() });
    assert_eq!(blocked(&by_hand), None, "what is taken by hand takes no room");
    let two = seen().with(Member { availability: Availability::Away, ..able.clone() }, 0);
    let other = Member { id: MemberId::from_uuid(Uuid::from_u128(9)), ..able };
    assert_eq!(blocked(&two.with(other, 1)), None, "one of them is enough");
}

#[test]
fn the_whole_tenant_is_no_sum_of_its_queues() {
    let mut seen = seen().with(member_of(1, &[1, 2]), 2).with(member_of(2, &[1]), 1);
    seen.places = vec![
        place(1, Some(queue(1)), ConversationState::Queued),
        place(2, None, ConversationState::Queued),
        place(3, Some(queue(2)), ConversationState::Bot),
    ];
    let (lines, total) = seen.lines();
    let (one, two) = (&lines[&queue(1)], &lines[&queue(2)]);
    assert_eq!((one.available, two.available, total.available), (2, 1, 2));
    assert_eq!((one.full, two.full, total.full), (1, 1, 1));
    assert_eq!((one.slots_used, two.slots_used, total.slots_used), (3, 2, 3));
    assert_eq!((one.slots, two.slots, total.slots), (4, 2, 4));
    assert_eq!((one.waiting, two.waiting, total.waiting), (1, 0, 2));
    assert_eq!((one.bot, two.bot, total.bot), (0, 1, 1));
    assert_eq!(total.oldest_since, Some(at(-50)), "that without a queue waits, too");
}

#[test]
fn overdue_is_who_waits_for_longer_than_the_queue_allows() {
    let mut seen = seen();
    seen.queues.insert(queue(2), QueueRules { overdue_secs: 60, ..QueueRules::default() });
    let waits =
        |n, at_queue, state, secs: i64| Place { waiting_since: Some(at(-secs)), ..place(n, at_queue, state) };
    seen.places = vec![
        waits(1, Some(queue(1)), ConversationState::Assigned, 600),
        waits(2, Some(queue(1)), ConversationState::Assigned, 601),
        waits(3, Some(queue(2)), ConversationState::Queued, 61),
        waits(4, Some(queue(2)), ConversationState::Bot, 999),
        waits(5, None, ConversationState::Queued, 601),
        place(6, Some(queue(1)), ConversationState::Assigned),
        waits(7, Some(queue(2)), ConversationState::Parked, 62),
        waits(8, Some(queue(2)), ConversationState::Offered, 63),
    ];
    let (lines, total) = seen.lines();
    assert_eq!((lines[&queue(1)].overdue, lines[&queue(2)].overdue, total.overdue), (1, 3, 5));
    let ids: Vec<_> = seen.behind(Figure::Overdue, None, None);
    let expected: Vec<_> = [2, 5, 8, 7, 3].map(|n| ConversationId::from_uuid(Uuid::from_u128(n))).to_vec();
    assert_eq!(ids, expected, "the longest first");
}

#[test]
fn agents_who_are_gone_and_hold_nothing_are_not_shown() {
    let gone = |n| Member { connected: false, ..member_of(n, &[1]) };
    let locked = Member { active: false, ..member_of(4, &[1]) };
    let mut seen = seen().with(member_of(1, &[1]), 0).with(gone(2), 0).with(gone(3), 1).with(locked, 0);
    seen.places = vec![Place {
        assignee: Some(MemberId::from_uuid(Uuid::from_u128(3))),
        waiting_since: Some(at(-7)),
        ..place(1, Some(queue(1)), ConversationState::Assigned)
    }];
    let agents = seen.agents();
    let shown: Vec<_> = agents.iter().map(|a| (a.member, a.state, a.active, a.unanswered_since)).collect();
    let id = |n| MemberId::from_uuid(Uuid::from_u128(n));
    assert_eq!(
        shown,
        [(id(1), AgentState::Available, 0, None), (id(3), AgentState::Offline, 1, Some(at(-7)))]
    );
}
