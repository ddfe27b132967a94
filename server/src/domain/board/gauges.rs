//! What is so now: pure, over the rows of what is open. The same conditions count a figure and show what is behind it.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use shared::{
    Instant,
    ids::{ConversationId, MemberId, QueueId},
    model::{
        board::{AgentState, BoardAgent, BoardLine, Figure},
        conversation::ConversationState,
        member::{Availability, Member},
        queue::QueueRules,
    },
};

use super::day::{Hours, counted};
use crate::{
    db::rows::board::{Desk, InLine, Place},
    domain::routing::Need,
};

/// What was read at one moment.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Which moment.
    pub(super) now: Instant,
    /// All queues.
    pub(super) queues: BTreeMap<QueueId, QueueRules>,
    /// When those of them are open that close.
    pub(super) hours: Hours,
    /// All members.
    pub(super) members: Vec<Member>,
    /// Their desks.
    pub(super) desks: HashMap<MemberId, Desk>,
    /// All open conversations.
    pub(super) places: Vec<Place>,
    /// Those of them that wait in queues.
    pub(super) lines: Vec<InLine>,
}

/// Why nobody takes what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Blocked {
    /// Nobody who works in the queue may.
    Skill,
    /// Nobody who may is there.
    Absent,
    /// All who may and are there have no room.
    Full,
}

impl Seen {
    /// What a member does.
    pub(super) fn state(&self, member: &Member) -> AgentState {
        match member.availability {
            _ if !member.connected => AgentState::Offline,
            Availability::Away => AgentState::Away,
            _ if member.wrap_until.is_some_and(|until| until > self.now) => AgentState::WrapUp,
            Availability::Busy => AgentState::Busy,
            Availability::Available => AgentState::Available,
        }
    }

    fn desk(&self, member: MemberId) -> Option<&Desk> {
        self.desks.get(&member)
    }

    /// Whether a member holds so much that nothing of this weight is added.
    fn is_full(&self, member: &Member, weight: u32) -> bool {
        let used = self.desk(member.id).map_or(0, |desk| desk.used);
        used.saturating_add(weight) > member.capacity
    }

    /// Why nobody takes what waits in a queue and needs this; none when somebody could.
    fn blocked(&self, queue: QueueId, need: &str) -> Option<Blocked> {
        let need = Need::parse(need)?;
        let weight = self.queues.get(&queue)?.room();
        let may = |member: &&Member| {
            let level = member.levels.get(&queue).copied().unwrap_or(1);
            member.active
                && member.queues.contains(&queue)
                && level <= need.level
                && need.skills.iter().all(|skill| member.skills.iter().any(|own| own.name == *skill))
        };
        let able: Vec<&Member> = self.members.iter().filter(may).collect();
        let mut there = able.iter().filter(|member| member.takes_work()).peekable();
        if able.is_empty() {
            return Some(Blocked::Skill);
        }
        if there.peek().is_none() {
            return Some(Blocked::Absent);
        }
        let takes =
            |member: &&Member| self.state(member) == AgentState::Available && !self.is_full(member, weight);
        (!there.any(takes)).then_some(Blocked::Full)
    }

    /// Why what waits waits, each need looked at once.
    fn reasons(&self) -> HashMap<(QueueId, &str), Option<Blocked>> {
        let mut reasons = HashMap::new();
        for row in &self.lines {
            reasons
                .entry((row.queue, row.need.as_str()))
                .or_insert_with(|| self.blocked(row.queue, &row.need));
        }
        reasons
    }

    /// Whether a conversation's customer waits for an answer for too long.
    fn is_overdue(&self, place: &Place) -> bool {
        let with_us = !matches!(place.state, ConversationState::Bot | ConversationState::Closed);
        let default = QueueRules::default().overdue_secs;
        let rules = place.queue.and_then(|queue| self.queues.get(&queue));
        let most = TimeDelta::seconds(rules.map_or(default, |rules| rules.overdue_secs).into());
        let hours = place.queue.and_then(|queue| self.hours.get(&queue));
        with_us && place.waiting_since.is_some_and(|since| counted(hours, since, self.now) > most)
    }

    /// How long whoever waits longest in a queue has waited while it was open, in seconds.
    pub(super) fn longest_secs(&self, queue: QueueId) -> i64 {
        let own = self.lines.iter().filter(|row| row.queue == queue);
        let waited = own.map(|row| counted(self.hours.get(&queue), row.since, self.now).num_seconds());
        waited.max().unwrap_or_default()
    }

    /// Whether an open conversation is counted by a figure; those that wait for a reason are not asked here.
    fn counts(&self, figure: Figure, place: &Place) -> bool {
        match figure {
            Figure::Waiting => place.state == ConversationState::Queued,
            Figure::Asked => place.state == ConversationState::Offered,
            Figure::Active => place.state == ConversationState::Assigned,
            Figure::Parked => place.state == ConversationState::Parked,
            Figure::Bot => place.state == ConversationState::Bot,
            Figure::Overdue => self.is_overdue(place),
            _ => false,
        }
    }

    /// The open conversations behind a figure, those that wait longest first.
    pub(super) fn behind(
        &self,
        figure: Figure,
        queue: Option<QueueId>,
        member: Option<MemberId>,
    ) -> Vec<ConversationId> {
        let reason = match figure {
            Figure::BlockedSkill => Some(Blocked::Skill),
            Figure::BlockedAbsent => Some(Blocked::Absent),
            Figure::BlockedFull => Some(Blocked::Full),
            _ => None,
        };
        let mut found: Vec<(Instant, ConversationId)> = match reason {
            // Nobody holds what waits.
            Some(_) if member.is_some() => Vec::new(),
            Some(reason) => {
                let reasons = self.reasons();
                let rows = self.lines.iter().filter(|row| queue.is_none_or(|queue| row.queue == queue));
                rows.filter(|row| reasons.get(&(row.queue, row.need.as_str())) == Some(&Some(reason)))
                    .map(|row| (row.since, row.id))
                    .collect()
            }
            None => {
                let places = self.places.iter().filter(|place| {
                    (queue.is_none() || place.queue == queue)
                        && (member.is_none() || place.assignee == member)
                        && self.counts(figure, place)
                });
                places.map(|place| (place.waiting_since.unwrap_or(place.opened_at), place.id)).collect()
            }
        };
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// The lines of all queues and that of the whole tenant, with what is so now.
    pub(super) fn lines(&self) -> (BTreeMap<QueueId, BoardLine>, BoardLine) {
        let line = |(id, rules): (&QueueId, &QueueRules)| {
            let line = BoardLine {
                queue: Some(*id),
                target_secs: Some(rules.answer_target_secs),
                target_percent: Some(rules.answer_target_percent),
                ..BoardLine::default()
            };
            (*id, line)
        };
        let mut queues: BTreeMap<QueueId, BoardLine> = self.queues.iter().map(line).collect();
        let mut total = BoardLine::default();
        for place in &self.places {
            let own = place.queue.and_then(|queue| queues.get_mut(&queue));
            for line in own.into_iter().chain([&mut total]) {
                self.add_place(line, place);
            }
        }
        let reasons = self.reasons();
        for row in &self.lines {
            let reason = reasons.get(&(row.queue, row.need.as_str())).copied().flatten();
            for line in queues.get_mut(&row.queue).into_iter().chain([&mut total]) {
                sooner(&mut line.oldest_since, row.since);
                match reason {
                    Some(Blocked::Skill) => line.blocked_skill += 1,
                    Some(Blocked::Absent) => line.blocked_absent += 1,
                    Some(Blocked::Full) => line.blocked_full += 1,
                    None => {}
                }
            }
        }
        for member in self.members.iter().filter(|member| member.active) {
            for queue in &member.queues {
                if let (Some(line), Some(rules)) = (queues.get_mut(queue), self.queues.get(queue)) {
                    self.add_member(line, member, rules.room());
                }
            }
            self.add_member(&mut total, member, 1);
        }
        (queues, total)
    }

    fn add_place(&self, line: &mut BoardLine, place: &Place) {
        let fields = [
            (Figure::Waiting, &mut line.waiting),
            (Figure::Asked, &mut line.asked),
            (Figure::Active, &mut line.active),
            (Figure::Parked, &mut line.parked),
            (Figure::Bot, &mut line.bot),
            (Figure::Overdue, &mut line.overdue),
        ];
        for (figure, count) in fields {
            *count += u32::from(self.counts(figure, place));
        }
        // What has no queue has no place in a line, and waits all the same.
        if place.state == ConversationState::Queued && place.queue.is_none() {
            sooner(&mut line.oldest_since, place.waiting_since.unwrap_or(place.opened_at));
        }
    }

    fn add_member(&self, line: &mut BoardLine, member: &Member, weight: u32) {
        let state = self.state(member);
        match state {
            AgentState::Available => line.available += 1,
            AgentState::Busy => line.busy += 1,
            AgentState::WrapUp => line.wrapping_up += 1,
            AgentState::Away => line.away += 1,
            AgentState::Offline => line.offline += 1,
        }
        if state == AgentState::Available && self.is_full(member, weight) {
            line.full += 1;
        }
        if state != AgentState::Offline {
            line.slots += member.capacity;
            line.slots_used += self.desk(member.id).map_or(0, |desk| desk.used);
        }
    }

    /// Active members who are there or hold something, by id; what they did last is not known here.
    pub(super) fn agents(&self) -> Vec<BoardAgent> {
        let mut held: HashMap<MemberId, (u32, u32, Option<Instant>)> = HashMap::new();
        for place in &self.places {
            let Some(member) = place.assignee else { continue };
            let (active, parked, since) = held.entry(member).or_default();
            *active += u32::from(self.counts(Figure::Active, place));
            *parked += u32::from(self.counts(Figure::Parked, place));
            if let Some(waits) = place.waiting_since {
                sooner(since, waits);
            }
        }
        let mut agents = Vec::new();
        for member in self.members.iter().filter(|member| member.active) {
            let (active, parked, unanswered_since) = held.get(&member.id).copied().unwrap_or_default();
            let state = self.state(member);
            let Some(desk) = self.desk(member.id) else { continue };
            if state == AgentState::Offline && desk.used == 0 && active + parked == 0 {
                continue;
            }
            agents.push(BoardAgent {
                member: member.id,
                state,
                since: desk.since,
                used: desk.used,
                capacity: member.capacity,
                active,
                parked,
                unanswered_since,
                last_at: None,
            });
        }
        agents.sort_unstable_by_key(|agent| agent.member);
        agents
    }
}

fn sooner(known: &mut Option<Instant>, at: Instant) {
    *known = Some(known.map_or(at, |known| known.min(at)));
}

#[cfg(test)]
mod tests;
