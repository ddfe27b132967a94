use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::*;

const SECOND: i64 = 1_000_000;

fn queue(n: u128) -> QueueId {
    QueueId::from_uuid(uuid::Uuid::from_u128(n))
}

fn talk(n: u128) -> ConversationId {
    ConversationId::from_uuid(uuid::Uuid::from_u128(n))
}

fn member(n: u128) -> MemberId {
    MemberId::from_uuid(uuid::Uuid::from_u128(n))
}

/// A fact of the first queue, at so many seconds.
fn fact(secs: i64, what: FactKind, id: u128) -> FactRow {
    FactRow {
        id: String::new(),
        what,
        at: secs * SECOND,
        conversation: Some(talk(id)),
        queue: Some(queue(1)),
        member: None,
        author: Some(AuthorKind::System),
    }
}

fn by_member(secs: i64, what: FactKind, id: u128) -> FactRow {
    FactRow { member: Some(member(1)), author: Some(AuthorKind::Member), ..fact(secs, what, id) }
}

fn told(facts: &[FactRow]) -> Vec<(What, i64, u128, i64, i64)> {
    let mut tally = Tally::default();
    facts.iter().for_each(|fact| tally.fold(fact));
    let number = |id: QueueId| (1..9).find(|n| queue(*n) == id).unwrap();
    let events = tally.events.iter();
    events
        .map(|e| {
            let queue = e.queue.map_or(0, number);
            (e.what, e.at / SECOND, queue, e.waited / SECOND, e.whole / SECOND)
        })
        .collect()
}

use FactKind::*;

const NEW: What = What::Began { first: true };

#[test]
fn a_visit_ends_with_the_first_word_of_a_person() {
    let facts = [
        fact(10, ConversationQueued, 1),
        by_member(14, ConversationAssigned, 1),
        by_member(15, NoteWritten, 1),
        FactRow { author: Some(AuthorKind::Bot), ..by_member(17, MessageWritten, 1) },
        by_member(20, MessageWritten, 1),
        by_member(30, MessageWritten, 1),
        by_member(40, ConversationClosed, 1),
    ];
    assert_eq!(
        told(&facts),
        [(NEW, 10, 1, 0, 0), (What::Taken, 14, 1, 4, 4), (What::Answered, 20, 1, 10, 10)],
        "a note, a bot and a second word end nothing"
    );
}

#[test]
fn what_is_closed_without_a_word_was_abandoned_whoever_held_it() {
    let waits = [fact(10, ConversationQueued, 1), by_member(40, ConversationClosed, 1)];
    assert_eq!(told(&waits), [(NEW, 10, 1, 0, 0), (What::Abandoned, 40, 1, 30, 30)]);
    let held = [
        fact(10, ConversationQueued, 1),
        by_member(12, ConversationAssigned, 1),
        by_member(40, ConversationClosed, 1),
    ];
    assert_eq!(told(&held)[2], (What::Abandoned, 40, 1, 30, 30));
}

#[test]
fn what_goes_back_unanswered_goes_on_and_what_was_answered_begins_anew() {
    let facts = [
        fact(10, ConversationQueued, 1),
        by_member(12, ConversationAssigned, 1),
        fact(20, ConversationRequeued, 1),
        fact(20, ConversationQueued, 1),
        by_member(25, ConversationAssigned, 1),
        by_member(30, MessageWritten, 1),
        by_member(40, ConversationReleased, 1),
        fact(40, ConversationQueued, 1),
    ];
    assert_eq!(
        told(&facts),
        [
            (NEW, 10, 1, 0, 0),
            (What::Taken, 12, 1, 2, 2),
            (What::Taken, 25, 1, 5, 5),
            (What::Answered, 30, 1, 20, 20),
            (NEW, 40, 1, 0, 0),
        ]
    );
}

#[test]
fn an_offer_that_is_declined_takes_nothing_out_of_the_line() {
    let facts = [
        fact(10, ConversationQueued, 1),
        fact(10, ConversationOffered, 1),
        fact(15, OfferDeclined, 1),
        fact(15, ConversationQueued, 1),
        by_member(22, ConversationAssigned, 1),
    ];
    assert_eq!(told(&facts), [(NEW, 10, 1, 0, 0), (What::Taken, 22, 1, 12, 12)]);
}

#[test]
fn another_queue_is_another_visit_of_the_same_spell() {
    let other = |fact: FactRow| FactRow { queue: Some(queue(2)), ..fact };
    let facts = [
        fact(10, ConversationQueued, 1),
        other(by_member(30, ConversationTransferred, 1)),
        other(fact(30, ConversationQueued, 1)),
        other(by_member(50, MessageWritten, 1)),
    ];
    let second = What::Began { first: false };
    assert_eq!(told(&facts), [(NEW, 10, 1, 0, 0), (second, 30, 2, 0, 0), (What::Answered, 50, 2, 20, 40)]);
}

#[test]
fn what_another_program_takes_was_neither_answered_nor_abandoned() {
    let facts = [
        fact(10, ConversationQueued, 1),
        fact(20, ConversationWithdrawn, 1),
        by_member(30, ConversationClosed, 1),
        fact(40, MessageFailed, 1),
    ];
    assert_eq!(told(&facts), [(NEW, 10, 1, 0, 0), (What::Failed, 40, 1, 0, 0)]);
}

#[test]
fn whom_nobody_answered_in_time_is_abandoned_once() {
    let facts = [
        fact(10, ConversationQueued, 1),
        fact(60, ConversationLapsed, 1),
        by_member(70, ConversationAssigned, 1),
        by_member(80, ConversationReleased, 1),
        fact(80, ConversationQueued, 1),
        by_member(90, ConversationClosed, 1),
        fact(95, ConversationQueued, 1),
        by_member(99, MessageWritten, 1),
    ];
    assert_eq!(
        told(&facts),
        [
            (NEW, 10, 1, 0, 0),
            (What::Abandoned, 60, 1, 50, 50),
            (What::Taken, 70, 1, 60, 60),
            (NEW, 95, 1, 0, 0),
            (What::Answered, 99, 1, 4, 4),
        ]
    );
}

#[test]
fn nobody_waits_for_less_than_nothing() {
    let facts = [fact(10, ConversationQueued, 1), by_member(4, MessageWritten, 1)];
    assert_eq!(told(&facts)[1], (What::Answered, 4, 1, 0, 0), "the clock was set back");
}

#[test]
fn members_act_and_are_not_acted_upon() {
    let mut tally = Tally::default();
    tally.fold(&by_member(10, NoteWritten, 1));
    tally.fold(&FactRow { author: Some(AuthorKind::Customer), ..by_member(20, MessageReceived, 1) });
    assert_eq!(tally.acted(member(1)), Some(10 * SECOND));
    assert_eq!(tally.acted(member(2)), None);
}

/// Any fact about one of three conversations in one of two queues, a little later than the last.
fn any_fact() -> impl Strategy<Value = (i64, FactKind, u128, u128, bool)> {
    let kinds = [
        ConversationQueued,
        ConversationQueued,
        ConversationAssigned,
        ConversationOffered,
        ConversationTransferred,
        ConversationLapsed,
        ConversationClosed,
        ConversationWithdrawn,
        CustomerContent,
        MessageReceived,
        MessageWritten,
        MessageFailed,
    ];
    (0..100_i64, prop::sample::select(kinds.to_vec()), 1..4_u128, 1..3_u128, any::<bool>())
}

fn story(steps: &[(i64, FactKind, u128, u128, bool)]) -> Vec<FactRow> {
    let mut now = 0;
    let told = steps.iter().map(|(later, what, id, at, human)| {
        now += later;
        let author = if *human { AuthorKind::Member } else { AuthorKind::Bot };
        FactRow { queue: Some(queue(*at)), author: Some(author), ..fact(now, *what, *id) }
    });
    told.collect()
}

/// The same from the definitions, one conversation after another: for each beginning of a wait, what ended it.
fn recount(facts: &[FactRow]) -> BTreeMap<(u128, &'static str), (u32, i64)> {
    let mut sums: BTreeMap<(u128, &'static str), (u32, i64)> = BTreeMap::new();
    let mut add = |queue: u128, what, secs: i64| {
        let sum = sums.entry((queue, what)).or_default();
        *sum = (sum.0 + 1, sum.1 + secs);
    };
    for id in 1..4 {
        let own: Vec<&FactRow> = facts.iter().filter(|fact| fact.conversation == Some(talk(id))).collect();
        let ends_wait = |fact: &FactRow| match fact.what {
            MessageWritten => fact.author == Some(AuthorKind::Member),
            ConversationLapsed | ConversationClosed | ConversationWithdrawn | CustomerContent => true,
            _ => false,
        };
        let mut lapsed = false;
        // Cut where waits end; each piece holds at most one spell, from the first time it came to wait.
        let mut from = 0;
        for (n, last) in own.iter().enumerate() {
            if !ends_wait(last) && n + 1 < own.len() {
                continue;
            }
            let piece = &own[from..=n];
            from = n + 1;
            // Until somebody answers or it ends, whoever lapsed is counted no more.
            let was_lapsed = lapsed;
            lapsed = last.what == ConversationLapsed || lapsed && !ends_wait(last);
            if was_lapsed {
                continue;
            }
            let comings: Vec<&&FactRow> = piece.iter().filter(|f| f.what == ConversationQueued).collect();
            let Some(first) = comings.first() else { continue };
            add(0, "began", 0);
            let mut visits = vec![**first];
            for next in &comings {
                if next.queue != visits.last().unwrap().queue {
                    visits.push(next);
                }
            }
            let number = |fact: &FactRow| (1..3).find(|n| fact.queue == Some(queue(*n))).unwrap();
            visits.iter().for_each(|visit| add(number(visit), "began", 0));
            let visit = visits.last().unwrap();
            let what = match last.what {
                MessageWritten if ends_wait(last) => "answered",
                ConversationLapsed | ConversationClosed => "abandoned",
                _ => continue,
            };
            add(number(visit), what, (last.at - visit.at) / SECOND);
            add(0, what, (last.at - first.at) / SECOND);
        }
    }
    sums
}

fn counted(tally: &Tally) -> BTreeMap<(u128, &'static str), (u32, i64)> {
    let mut sums: BTreeMap<(u128, &'static str), (u32, i64)> = BTreeMap::new();
    let mut add = |queue: u128, what, time: i64| {
        let sum = sums.entry((queue, what)).or_default();
        *sum = (sum.0 + 1, sum.1 + time / SECOND);
    };
    for event in &tally.events {
        let at = (1..3).find(|n| event.queue == Some(queue(*n))).unwrap();
        match event.what {
            What::Began { first } => {
                add(at, "began", 0);
                if first {
                    add(0, "began", 0);
                }
            }
            What::Answered => {
                add(at, "answered", event.waited);
                add(0, "answered", event.whole);
            }
            What::Abandoned => {
                add(at, "abandoned", event.waited);
                add(0, "abandoned", event.whole);
            }
            What::Taken | What::Failed => {}
        }
    }
    sums
}

proptest! {
    #[test]
    fn whatever_happens_the_tally_is_what_a_recount_finds(steps in vec(any_fact(), 0..60)) {
        let facts = story(&steps);
        let mut tally = Tally::default();
        facts.iter().for_each(|fact| tally.fold(fact));
        prop_assert_eq!(counted(&tally), recount(&facts));
    }

    #[test]
    fn other_facts_count_only_when_a_member_acted(steps in vec(any_fact(), 0..60)) {
        let facts = story(&steps);
        let (mut all, mut wanted) = (Tally::default(), Tally::default());
        facts.iter().for_each(|fact| all.fold(fact));
        let is_wanted = |fact: &&FactRow| KINDS.contains(&fact.what) || fact.author == Some(AuthorKind::Member);
        facts.iter().filter(is_wanted).for_each(|fact| wanted.fold(fact));
        prop_assert_eq!(all, wanted);
    }

    #[test]
    fn nobody_is_counted_who_did_not_come(steps in vec(any_fact(), 0..60)) {
        let mut tally = Tally::default();
        story(&steps).iter().for_each(|fact| tally.fold(fact));
        let count = |wanted: fn(What) -> bool| tally.events.iter().filter(|e| wanted(e.what)).count();
        let came = count(|what| matches!(what, What::Began { first: true }));
        let left = count(|what| matches!(what, What::Answered | What::Abandoned));
        prop_assert!(left <= came);
        prop_assert!(tally.spells.len() + left <= came);
        let lines = tally.events.iter().filter(|e| matches!(e.what, What::Taken)).all(|e| e.waited >= 0);
        prop_assert!(lines);
    }
}
