//! Which agent: pure, so that a thousand cases cost nothing to try.

use std::{
    cmp::{Ordering, Reverse},
    collections::BTreeMap,
};

use shared::{
    ids::{MemberId, QueueId},
    model::routing::Deciding,
};

use super::need::Need;

/// Somebody who is there, available, and has room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) id: MemberId,
    pub(crate) used: u32,
    pub(crate) capacity: u32,
    /// When they were last given something, in microseconds; never comes first.
    pub(crate) given_at: Option<i64>,
    /// Their queues, and how soon they are asked in each.
    pub(crate) levels: BTreeMap<QueueId, u8>,
    /// What they are good at.
    pub(crate) skills: BTreeMap<String, u8>,
}

impl Agent {
    /// Whether they could answer what needs this, in this queue, and takes so much room.
    pub(crate) fn may(&self, queue: QueueId, need: &Need, weight: u32) -> bool {
        self.levels.get(&queue).is_some_and(|level| *level <= need.level)
            && need.skills.iter().all(|skill| self.skills.contains_key(skill))
            && self.used.saturating_add(weight) <= self.capacity
    }

    fn score(&self, need: &Need) -> u32 {
        need.skills.iter().filter_map(|skill| self.skills.get(skill)).map(|score| u32::from(*score)).sum()
    }

    /// Compares the parts of their room that are free.
    fn freer(&self, other: &Self) -> Ordering {
        let free = |agent: &Self| u64::from(agent.capacity - agent.used.min(agent.capacity));
        (free(self) * u64::from(other.capacity)).cmp(&(free(other) * u64::from(self.capacity)))
    }
}

/// How to choose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taste<'a> {
    pub(crate) need: &'a Need,
    /// Who had the customer before.
    pub(crate) sticky: Option<MemberId>,
    /// Whether skill comes before room.
    pub(crate) by_skill: bool,
}

/// The choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) id: MemberId,
    pub(crate) decided_by: Deciding,
    pub(crate) candidates: u32,
}

/// The best of those who could answer: whoever had the customer, then the best in what is asked for (where the queue
/// wants that), then the freest, then the longest without work, then the first.
pub(crate) fn best<'a>(agents: impl Iterator<Item = &'a Agent>, taste: Taste<'_>) -> Option<Chosen> {
    let mut candidates: Vec<&Agent> = agents.collect();
    candidates.sort_unstable_by(|one, other| compare(one, other, taste).0);
    let (first, rest) = candidates.split_first()?;
    let decided_by = match rest.first() {
        None => Deciding::Alone,
        Some(second) => compare(first, second, taste).1,
    };
    let candidates = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
    Some(Chosen { id: first.id, decided_by, candidates })
}

/// Who comes first, and what decides.
fn compare(one: &Agent, other: &Agent, taste: Taste<'_>) -> (Ordering, Deciding) {
    let had = |agent: &Agent| Reverse(taste.sticky == Some(agent.id));
    let score = |agent: &Agent| Reverse(if taste.by_skill { agent.score(taste.need) } else { 0 });
    let orders = [
        (had(one).cmp(&had(other)), Deciding::Sticky),
        (score(one).cmp(&score(other)), Deciding::Skill),
        (other.freer(one), Deciding::Room),
        (one.given_at.cmp(&other.given_at), Deciding::Idle),
        (one.id.cmp(&other.id), Deciding::Order),
    ];
    orders.into_iter().find(|(order, _)| order.is_ne()).unwrap_or((Ordering::Equal, Deciding::Order))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(queue: QueueId, used: u32, capacity: u32, given_at: Option<i64>) -> Agent {
        Agent {
            id: MemberId::new(),
            used,
            capacity,
            given_at,
            levels: BTreeMap::from([(queue, 1)]),
            skills: BTreeMap::new(),
        }
    }

    fn need(skills: &[&str]) -> Need {
        Need { level: 1, skills: skills.iter().map(|skill| (*skill).to_owned()).collect() }
    }

    #[test]
    fn only_who_can_may() {
        let (queue, other) = (QueueId::new(), QueueId::new());
        let mut one = agent(queue, 2, 3, None);
        assert!(one.may(queue, &need(&[]), 1));
        assert!(!one.may(queue, &need(&[]), 2), "no room");
        assert!(!one.may(other, &need(&[]), 1), "not theirs");
        assert!(!one.may(queue, &need(&["french"]), 1), "cannot");
        one.skills.insert("french".into(), 1);
        assert!(one.may(queue, &need(&["french"]), 1));
        one.levels.insert(queue, 2);
        assert!(!one.may(queue, &need(&[]), 1), "not yet");
        assert!(one.may(queue, &Need { level: 2, skills: Vec::new() }, 1));
    }

    #[test]
    fn each_rule_decides_when_those_before_it_do_not() {
        let queue = QueueId::new();
        let first = agent(queue, 1, 2, Some(5));
        let second = agent(queue, 1, 2, Some(5));
        let (plain, french) = (need(&[]), need(&["french"]));
        let taste = |sticky, by_skill, need| Taste { need, sticky, by_skill };
        let pick = |agents: &[Agent], taste| {
            let chosen = best(agents.iter(), taste).unwrap();
            (chosen.id, chosen.decided_by)
        };
        let all = [first.clone(), second.clone()];
        assert_eq!(pick(&all[..1], taste(None, false, &plain)), (first.id, Deciding::Alone));
        assert_eq!(pick(&all, taste(None, false, &plain)), (first.id, Deciding::Order));
        assert_eq!(pick(&all, taste(Some(second.id), false, &plain)), (second.id, Deciding::Sticky));
        let rested = [first.clone(), Agent { given_at: Some(4), ..second.clone() }];
        assert_eq!(pick(&rested, taste(None, false, &plain)), (second.id, Deciding::Idle));
        let fresh = [first.clone(), Agent { given_at: None, ..second.clone() }];
        assert_eq!(pick(&fresh, taste(None, false, &plain)), (second.id, Deciding::Idle));
        // One of two beats eight of ten: the part counts, not the number.
        let freer = [Agent { used: 8, capacity: 10, ..first.clone() }, second.clone()];
        assert_eq!(pick(&freer, taste(None, false, &plain)), (second.id, Deciding::Room));
        let mut able = [first.clone(), Agent { used: 0, ..second.clone() }];
        able[0].skills.insert("french".into(), 9);
        able[1].skills.insert("french".into(), 3);
        assert_eq!(pick(&able, taste(None, true, &french)), (first.id, Deciding::Skill));
        assert_eq!(pick(&able, taste(None, false, &french)), (second.id, Deciding::Room));
        assert!(best([].iter(), taste(None, false, &plain)).is_none());
    }

    #[test]
    fn equal_agents_take_turns() {
        let queue = QueueId::new();
        let mut agents: Vec<Agent> = (0..7).map(|_| agent(queue, 0, 100, None)).collect();
        let plain = need(&[]);
        let mut counts = BTreeMap::new();
        for now in 0..700 {
            let taste = Taste { need: &plain, sticky: None, by_skill: false };
            let id = best(agents.iter(), taste).unwrap().id;
            let chosen = agents.iter_mut().find(|agent| agent.id == id).unwrap();
            chosen.used += 1;
            chosen.given_at = Some(now);
            *counts.entry(id).or_insert(0) += 1;
            let (most, least) = (counts.values().max().unwrap(), counts.values().min().unwrap());
            assert!(counts.len() < 7 && *most == 1 || most - least <= 1, "{counts:?}");
        }
    }
}
