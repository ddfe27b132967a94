//! Who must be found for a conversation that waits, as rings widen with time.

use shared::model::queue::QueueRules;

/// Between the parts of a need's word; no skill contains it.
const BETWEEN: char = '\u{1f}';

/// Who may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    /// Members of the queue up to this level.
    pub(crate) level: u8,
    /// What they must know, sorted.
    pub(crate) skills: Vec<String>,
}

impl Need {
    /// What a conversation needs that asks for more skills than its queue and has reached a ring.
    pub(crate) fn of(rules: &QueueRules, skills: &[String], ring: u8) -> Self {
        let reached: Vec<_> = rules.rings.iter().take(usize::from(ring)).collect();
        let mut all: Vec<String> = rules.skills.iter().chain(skills).cloned().collect();
        all.retain(|skill| !reached.iter().any(|ring| ring.drops.contains(skill)));
        all.sort_unstable();
        all.dedup();
        Self { level: reached.iter().map(|ring| ring.level).max().unwrap_or(1).max(1), skills: all }
    }

    /// The need as one word: the same for the same need. Never empty.
    pub(crate) fn word(&self) -> String {
        let mut word = self.level.to_string();
        for skill in &self.skills {
            word.push(BETWEEN);
            word.push_str(skill);
        }
        word
    }

    /// The need with this word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let mut parts = word.split(BETWEEN);
        let level = parts.next()?.parse().ok()?;
        Some(Self { level, skills: parts.map(str::to_owned).collect() })
    }
}

/// Which ring is reached after so many seconds.
pub(crate) fn ring_after(rules: &QueueRules, secs: i64) -> u8 {
    let reached = rules.rings.iter().take_while(|ring| i64::from(ring.after_secs) <= secs).count();
    u8::try_from(reached).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use shared::model::queue::Ring;

    use super::*;

    fn rules() -> QueueRules {
        let ring = |after_secs, level, drops: &[&str]| Ring {
            after_secs,
            level,
            drops: drops.iter().map(|drop| (*drop).to_owned()).collect(),
        };
        QueueRules {
            skills: vec!["french".into(), "billing".into()],
            rings: vec![ring(60, 3, &["billing"]), ring(120, 2, &["french"])],
            ..QueueRules::default()
        }
    }

    #[test]
    fn a_ring_asks_for_less_and_never_for_fewer_people() {
        let of = |ring| Need::of(&rules(), &["vip".to_owned(), "french".to_owned()], ring);
        assert_eq!(of(0), Need { level: 1, skills: vec!["billing".into(), "french".into(), "vip".into()] });
        assert_eq!(of(1), Need { level: 3, skills: vec!["french".into(), "vip".into()] });
        assert_eq!(of(2), Need { level: 3, skills: vec!["vip".into()] });
        assert_eq!(of(200), of(2));
    }

    #[test]
    fn a_word_says_it_all() {
        for ring in 0..3 {
            let need = Need::of(&rules(), &["two words".to_owned()], ring);
            assert_eq!(Need::parse(&need.word()), Some(need));
        }
        assert_eq!(Need::of(&QueueRules::default(), &[], 0).word(), "1");
        assert_eq!(Need::parse(""), None);
    }

    #[test]
    fn rings_are_reached_in_time() {
        let reached: Vec<u8> = [0, 59, 60, 119, 120, 9_999].map(|secs| ring_after(&rules(), secs)).to_vec();
        assert_eq!(reached, [0, 0, 1, 1, 2, 2]);
        assert_eq!(ring_after(&rules(), -5), 0, "a clock that went back");
    }
}
