//! What happened today, folded out of the facts: pure, so that any split of them into batches comes to the same.
//!
//! A *visit* is one customer's time in one queue: it begins when their conversation comes to wait there and ends when a
//! person writes to them (answered), when it is closed or WhatsApp's window closes before (abandoned), or when it goes to
//! another queue or another program (neither). That somebody holds it ends nothing: a queue that gives conversations out would have answered
//! everybody at once. A *spell* is the same over all queues, so the tenant's figures are no sums.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use shared::{
    Instant,
    ids::{ConversationId, MemberId, QueueId},
    model::message::AuthorKind,
};

use crate::{
    clock::micros,
    db::{record::FactKind, rows::fact::FactRow},
    domain::zone::Day,
};

/// How long before a day's beginning facts are read: what came to wait before is followed from when it is told of again.
/// WhatsApp's window closes a day after a customer's last words, and most have no more to say than in another day.
pub const BEFORE_HOURS: i64 = 48;

/// "Lately" is so many minutes.
pub const RECENT_MINUTES: i64 = 30;

/// The facts that change what is counted, whoever acted; besides them only what members do matters.
pub const KINDS: [FactKind; 8] = [
    FactKind::ConversationQueued,
    FactKind::ConversationAssigned,
    FactKind::ConversationLapsed,
    FactKind::ConversationClosed,
    FactKind::ConversationWithdrawn,
    FactKind::CustomerContent,
    FactKind::MessageWritten,
    FactKind::MessageFailed,
];

/// The facts that a day's tally is folded from begin here.
pub fn first_of(day: Day) -> Instant {
    day.begins - TimeDelta::hours(BEFORE_HOURS)
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A visit began.
    Began {
        /// And with it the spell.
        first: bool,
    },
    /// Somebody got it out of the line.
    Taken,
    /// It was answered.
    Answered,
    /// It ended without an answer.
    Abandoned,
    /// A message failed.
    Failed,
}

/// Something that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub what: What,
    /// When, in microseconds.
    pub at: i64,
    /// Where.
    pub conversation: ConversationId,
    /// In which queue.
    pub queue: Option<QueueId>,
    /// With which member.
    pub member: Option<MemberId>,
    /// How long the visit had lasted, in microseconds; for what was taken, how long it had stood in line.
    pub waited: i64,
    /// How long the spell had.
    pub whole: i64,
}

/// Somebody who waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spell {
    began: i64,
    queue: Option<QueueId>,
    /// When they came to this queue.
    here: i64,
}

/// What happened, as far as it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    spells: HashMap<ConversationId, Spell>,
    /// Those who were not answered in time and count as abandoned, until they are answered or it is closed: that it
    /// goes back to a queue is no other visit.
    lapsed: HashSet<ConversationId>,
    /// Since when those are in line that nobody holds.
    line: HashMap<ConversationId, i64>,
    /// What is counted, in the order in which it was told.
    events: Vec<Event>,
    /// When members did something last.
    acted: HashMap<MemberId, i64>,
}

impl Tally {
    /// Takes in what happened next.
    pub fn fold(&mut self, fact: &FactRow) {
        if let (Some(member), Some(AuthorKind::Member)) = (fact.member, fact.author) {
            let last = self.acted.entry(member).or_insert(fact.at);
            *last = fact.at.max(*last);
        }
        let Some(id) = fact.conversation else { return };
        match fact.what {
            FactKind::ConversationQueued => self.queued(id, fact),
            FactKind::ConversationAssigned => {
                if let Some(since) = self.line.remove(&id) {
                    self.note(What::Taken, id, fact, (since, since));
                }
            }
            FactKind::MessageWritten if fact.author == Some(AuthorKind::Member) => {
                self.lapsed.remove(&id);
                if let Some(spell) = self.spells.remove(&id) {
                    self.ended(What::Answered, id, fact, spell);
                }
            }
            FactKind::ConversationLapsed => {
                self.lapsed.insert(id);
                if let Some(spell) = self.spells.remove(&id) {
                    self.ended(What::Abandoned, id, fact, spell);
                }
            }
            FactKind::ConversationClosed => {
                self.line.remove(&id);
                self.lapsed.remove(&id);
                if let Some(spell) = self.spells.remove(&id) {
                    self.ended(What::Abandoned, id, fact, spell);
                }
            }
            // Neither answered nor given up; what is in line stays there.
            FactKind::CustomerContent => {
                self.lapsed.remove(&id);
                self.spells.remove(&id);
            }
            FactKind::ConversationWithdrawn => {
                self.line.remove(&id);
                self.lapsed.remove(&id);
                self.spells.remove(&id);
            }
            FactKind::MessageFailed => self.note(What::Failed, id, fact, (fact.at, fact.at)),
            _ => {}
        }
    }

    fn queued(&mut self, id: ConversationId, fact: &FactRow) {
        let known = self.spells.get(&id).copied();
        match known {
            None if self.lapsed.contains(&id) => {
                self.line.entry(id).or_insert(fact.at);
                return;
            }
            // It went back, and nobody has answered yet.
            Some(spell) if spell.queue == fact.queue => {
                self.line.entry(id).or_insert(fact.at);
                return;
            }
            Some(spell) => {
                self.spells.insert(id, Spell { queue: fact.queue, here: fact.at, ..spell });
            }
            None => {
                self.spells.insert(id, Spell { began: fact.at, queue: fact.queue, here: fact.at });
            }
        }
        self.line.insert(id, fact.at);
        self.note(What::Began { first: known.is_none() }, id, fact, (fact.at, fact.at));
    }

    fn ended(&mut self, what: What, id: ConversationId, fact: &FactRow, spell: Spell) {
        self.note(what, id, fact, (spell.here, spell.began));
        if let Some(event) = self.events.last_mut() {
            event.queue = spell.queue;
        }
    }

    fn note(&mut self, what: What, id: ConversationId, fact: &FactRow, (here, began): (i64, i64)) {
        self.events.push(Event {
            what,
            at: fact.at,
            conversation: id,
            queue: fact.queue,
            member: fact.member,
            // A clock that was set back makes nobody wait for less than nothing.
            waited: (fact.at - here).max(0),
            whole: (fact.at - began).max(0),
        });
    }

    /// What is counted since an instant, in the order in which it was told.
    pub fn since(&self, from: Instant) -> impl Iterator<Item = &Event> {
        let from = micros(from);
        self.events.iter().filter(move |event| event.at >= from)
    }

    /// When a member did something last, in microseconds.
    pub fn acted(&self, member: MemberId) -> Option<i64> {
        self.acted.get(&member).copied()
    }

    /// Forgets what is counted no more: events of before the day that are not recent either.
    pub fn forget(&mut self, day: Day) {
        let kept = micros(day.begins - TimeDelta::minutes(RECENT_MINUTES));
        self.events.retain(|event| event.at >= kept);
    }

    /// The conversations of events, each once, the last first.
    pub fn conversations<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<ConversationId> {
        let mut ids: Vec<_> = events.map(|event| event.conversation).collect();
        ids.reverse();
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(*id));
        ids
    }
}

#[cfg(test)]
mod tests;
