//! What a conversation is before and after something was done to it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::{
    Instant,
    ids::{LabelId, MemberId, QueueId},
    model::{conversation::ConversationState, queue::PriorityWhen},
};

use crate::db::{
    Fault, Scoped,
    rows::{
        conversation::ConversationRow,
        label,
        waiting::{self, Passed, WaitingRow},
    },
};

/// By what it is told whether somebody did something with it. What WhatsApp tells of old messages, and what somebody
/// has read, is nothing done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) seq: u64,
    pub(super) state: ConversationState,
    pub(super) queue: Option<QueueId>,
    pub(super) holder: Option<MemberId>,
    pub(super) sleeps_until: Option<Instant>,
    /// Seconds that count as waited already; none without a place in a queue.
    pub(super) priority: Option<u32>,
    pub(super) labels: BTreeSet<LabelId>,
}

impl Mark {
    pub(super) fn of(scoped: &mut Scoped, row: &ConversationRow) -> Result<Self, Fault> {
        let model = &row.model;
        let priority = waiting::find(scoped, model.id)?.map(|place| place.priority);
        let labels = label::of_conversations(scoped, model.contact.id)?.remove(&model.id);
        Ok(Self {
            seq: row.last_seq,
            state: model.state,
            queue: model.queue,
            holder: model.assignee,
            sleeps_until: model.sleeps_until,
            priority,
            labels: labels.unwrap_or_default().into_iter().collect(),
        })
    }

    /// Whether it is in the same hands.
    pub(super) fn hands(&self, other: &Self) -> bool {
        (self.state, self.queue, self.holder, self.sleeps_until)
            == (other.state, other.queue, other.holder, other.sleeps_until)
    }
}

/// What it was, and what it needs to be so again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) mark: Mark,
    pub(super) unread: u32,
    pub(super) read_seq: u64,
    pub(super) waiting_since: Option<Instant>,
    pub(super) opened_at: Instant,
    pub(super) place: Option<Place>,
}

/// A place in a queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    queue: QueueId,
    since: Instant,
    pub(super) priority: u32,
    pub(super) because: Option<PriorityWhen>,
    skills: Vec<String>,
    ring: u8,
    need: String,
    passed: Vec<Passed>,
    came_at: Instant,
}

impl Before {
    pub(super) fn of(scoped: &mut Scoped, row: &ConversationRow) -> Result<Self, Fault> {
        let place = waiting::find(scoped, row.model.id)?.map(|place| Place {
            queue: place.queue,
            since: place.since,
            priority: place.priority,
            because: place.because,
            skills: place.skills,
            ring: place.ring,
            need: place.need,
            passed: place.passed,
            came_at: place.came_at,
        });
        Ok(Self {
            mark: Mark::of(scoped, row)?,
            unread: row.model.unread,
            read_seq: row.read_seq,
            waiting_since: row.model.waiting_since,
            opened_at: row.model.opened_at,
            place,
        })
    }

    /// Gives a conversation the place it had; whoever lets it wait says so.
    pub(super) fn take_place(&self, scoped: &mut Scoped, row: &ConversationRow) -> Result<(), Fault> {
        let Some(place) = self.place.clone() else { return waiting::remove(scoped, row.model.id) };
        let row = WaitingRow {
            conversation: row.model.id,
            queue: place.queue,
            waits: false,
            since: place.since,
            priority: place.priority,
            skills: place.skills,
            ring: place.ring,
            need: place.need,
            passed: place.passed,
            sticky: None,
            came_at: place.came_at,
            because: place.because,
        };
        waiting::put(scoped, &row)
    }
}
