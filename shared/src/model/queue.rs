//! A queue: a department that conversations wait for, and how it finds agents for them.

use serde::{Deserialize, Serialize};

use crate::ids::{CalendarId, QueueId};

/// A department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// Which.
    pub id: QueueId,
    /// Version of this row.
    pub rev: u64,
    /// Name as shown.
    pub name: String,
    /// How its conversations find agents.
    #[serde(default, deserialize_with = "crate::office::read_rules")]
    pub rules: QueueRules,
}

/// How a conversation comes to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoutingMode {
    /// Agents take for themselves; nobody is given anything, and what they hold takes no room.
    Manual,
    /// It is the agent's at once, and goes back when they do not answer in time.
    #[default]
    Auto,
    /// It is offered to one agent at a time, who accepts or declines.
    Offer,
}

impl RoutingMode {
    /// All of them, in the order a menu shows them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Offer, Self::Manual];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Auto => "auto",
            Self::Offer => "offer",
        }
    }

    /// The mode with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// How the conversations of a queue find agents. All times are seconds; 0 means never, unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct QueueRules {
    /// How they come to an agent.
    pub mode: RoutingMode,
    /// How much of an agent's capacity one takes, 1 to 10.
    pub weight: u32,
    /// How long an offer stands, 5 to 600; then somebody else is asked.
    pub accept_secs: u32,
    /// How long until an agent who was given one and does not answer loses it again.
    pub first_reply_secs: u32,
    /// How long an agent may tidy up after closing one before the next comes.
    pub wrap_up_secs: u32,
    /// How long a customer who comes back is kept for the agent they had.
    pub sticky_secs: u32,
    /// How long a customer is silent after an answer before the conversation is parked.
    pub park_secs: u32,
    /// Whether the best in the skills asked for comes before the one with the most room.
    pub by_skill: bool,
    /// What every agent must know, small letters.
    pub skills: Vec<String>,
    /// How much sooner than others its conversations are answered: so many seconds count as waited already.
    pub priority_secs: u32,
    /// When it is open; always without one. While it is closed nobody is given anything, and time does not count:
    /// rings and the longest wait go by the time it was open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
    /// What customers are told who write while it is closed, once until it has been open; nothing when empty.
    pub away_text: String,
    /// How many may wait until it is full; 0 means any number.
    pub max_waiting: u32,
    /// How long one may wait here until it is too long; 0 means any time.
    pub max_wait_secs: u32,
    /// What happens to one that comes when it is full, and to one that waits too long.
    pub when_full: WhenFull,
    /// Whose conversations are answered sooner than others of the queue: of those that fit the highest counts, when
    /// the conversation comes.
    pub priorities: Vec<PriorityRule>,
    /// Who else answers when it takes long, in the order of their times.
    pub rings: Vec<Ring>,
    /// In how many seconds a person's answer is in time.
    pub answer_target_secs: u32,
    /// Which percentage of answers should be, 1 to 100.
    pub answer_target_percent: u32,
    /// After how many seconds without an answer a customer waits for too long.
    pub overdue_secs: u32,
    /// Who gives up before this counts neither for nor against anybody.
    pub short_abandon_secs: u32,
    /// What a supervisor is told of.
    pub alerts: AlertRules,
}

/// From when on a supervisor is told; 0 means never.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AlertRules {
    /// When more than so many wait.
    pub waiting_over: u32,
    /// When somebody waits for more than so many seconds.
    pub longest_wait_over_secs: u32,
    /// When a smaller percentage was answered in time in the last 30 minutes, up to 100.
    pub service_level_under_percent: u32,
    /// When more than so many are overdue.
    pub overdue_over: u32,
}

impl Default for QueueRules {
    fn default() -> Self {
        Self {
            mode: RoutingMode::Auto,
            weight: 1,
            accept_secs: 30,
            first_reply_secs: 180,
            wrap_up_secs: 0,
            sticky_secs: 86_400,
            park_secs: 600,
            by_skill: false,
            skills: Vec::new(),
            priority_secs: 0,
            calendar: None,
            away_text: String::new(),
            max_waiting: 0,
            max_wait_secs: 0,
            when_full: WhenFull::default(),
            priorities: Vec::new(),
            rings: Vec::new(),
            answer_target_secs: 300,
            answer_target_percent: 80,
            overdue_secs: 600,
            short_abandon_secs: 30,
            alerts: AlertRules::default(),
        }
    }
}

impl QueueRules {
    /// The rules of a queue whose agents take for themselves.
    pub fn manual() -> Self {
        Self { mode: RoutingMode::Manual, ..Self::default() }
    }

    /// How much of an agent's capacity a conversation takes.
    pub const fn room(&self) -> u32 {
        match self.mode {
            RoutingMode::Manual => 0,
            RoutingMode::Auto | RoutingMode::Offer => self.weight,
        }
    }
}

/// What happens when a queue is full, or somebody waits too long in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WhenFull {
    /// The customer waits on, and is told so once.
    Message {
        /// What they are told; nothing when empty.
        text: String,
    },
    /// The conversation goes to another queue and keeps the time that was waited, unless it was there before or the
    /// other queue is closed: then it stays.
    Overflow {
        /// Where to.
        to: QueueId,
    },
}

impl Default for WhenFull {
    fn default() -> Self {
        Self::Message { text: String::new() }
    }
}

/// Some are answered sooner than others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PriorityRule {
    /// Which.
    pub when: PriorityWhen,
    /// So many seconds count as waited already, besides those of the queue; 1 to 86,400.
    pub secs: u32,
}

/// Which conversations are answered sooner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PriorityWhen {
    /// Of customers who are marked as important.
    Vip,
    /// Of customers who are known to speak this language, by its code: `de`, `pt-br`.
    Language(String),
    /// That an advertisement began.
    Referral,
    /// Whose first message contains these words, whole and in this order, in any case.
    Keyword(String),
    /// Whose window closes soon. No rule of a queue's: the tenant's policy says when.
    ClosingSoon,
}

impl PriorityWhen {
    fn is_valid(&self) -> bool {
        match self {
            Self::Vip | Self::Referral => true,
            Self::Language(code) => is_language(code),
            Self::Keyword(words) => is_phrase(words),
            Self::ClosingSoon => false,
        }
    }
}

/// Rules of priority that a queue can have.
pub const MOST_PRIORITIES: usize = 20;
/// Most seconds that may count as waited already: a day.
pub const MOST_PRIORITY_SECS: u32 = 86_400;
/// Conversations that wait in a queue until it may count as full.
pub const MOST_WAITING: u32 = 100_000;
/// Characters of a text that customers are told by itself.
pub const TOLD_CHARS: usize = 1_024;
/// Characters of words that are looked for.
pub const PHRASE_CHARS: usize = 60;

/// Whether this can be told by itself: empty, or plain words that are neither blank nor too long.
pub fn is_told(text: &str) -> bool {
    let plain = !text.chars().any(|char| char.is_control() && char != '\n');
    plain && text.chars().count() <= TOLD_CHARS && (text.is_empty() || !text.trim().is_empty())
}

/// Whether these words can be looked for: one at least has a letter or a number.
pub fn is_phrase(words: &str) -> bool {
    words.chars().count() <= PHRASE_CHARS
        && words.chars().any(char::is_alphanumeric)
        && !words.contains(char::is_control)
}

/// Whether this is a language's code: two or three small letters, or with what follows them behind a hyphen.
pub fn is_language(code: &str) -> bool {
    let mut parts = code.split('-');
    let first = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    first && code.len() <= 12 && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(small))
}

/// Who else answers when a conversation has waited so long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Ring {
    /// After how many seconds, 1 to 86,400.
    pub after_secs: u32,
    /// The members of the queue up to this level.
    pub level: u8,
    /// What they need not know any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drops: Vec<String>,
}

/// Levels of a queue's members: those of level 1 answer at once.
pub const LEVELS: std::ops::RangeInclusive<u8> = 1..=6;
/// Rings beyond the first.
pub const MOST_RINGS: usize = 5;
/// Skills that one agent has or one conversation asks for.
pub const MOST_SKILLS: usize = 20;
/// Characters of a skill.
pub const SKILL_CHARS: usize = 40;
/// Slots of an agent.
pub const MOST_CAPACITY: u32 = 100;

/// What is wrong with rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleFault {
    /// The weight is not 1 to 10.
    Weight,
    /// An offer stands shorter than 5 seconds or longer than 10 minutes.
    AcceptSecs,
    /// A time is longer than 30 days, or one that counts as waited already than a day.
    Long,
    /// A skill is empty, too long, given twice, or not in small letters, or there are too many.
    Skills,
    /// The rings are too many, or not in the order of their times, or of a level there is not.
    Rings,
    /// A text that customers are told is blank, too long, or not plain.
    Texts,
    /// More may wait than can.
    Waiting,
    /// The rules of priority are too many, or of more than a day, or look for what is nothing.
    Priorities,
    /// An answer is never in time, or the target or a threshold is no percentage.
    Targets,
}

impl QueueRules {
    /// Everything that is wrong; nothing when they can be stored.
    pub fn faults(&self) -> Vec<RuleFault> {
        const MONTH: u32 = 30 * 86_400;
        let mut faults = Vec::new();
        if !(1..=10).contains(&self.weight) {
            faults.push(RuleFault::Weight);
        }
        if !(5..=600).contains(&self.accept_secs) {
            faults.push(RuleFault::AcceptSecs);
        }
        let times =
            [self.first_reply_secs, self.wrap_up_secs, self.sticky_secs, self.park_secs, self.max_wait_secs];
        if times.iter().any(|time| *time > MONTH) || self.priority_secs > MOST_PRIORITY_SECS {
            faults.push(RuleFault::Long);
        }
        if !are_skills(&self.skills) {
            faults.push(RuleFault::Skills);
        }
        let sorted = self.rings.is_sorted_by(|one, next| one.after_secs < next.after_secs);
        let known = |ring: &Ring| {
            (1..=86_400).contains(&ring.after_secs) && LEVELS.contains(&ring.level) && are_skills(&ring.drops)
        };
        if self.rings.len() > MOST_RINGS || !sorted || !self.rings.iter().all(known) {
            faults.push(RuleFault::Rings);
        }
        let full = match &self.when_full {
            WhenFull::Message { text } => text.as_str(),
            WhenFull::Overflow { .. } => "",
        };
        if !is_told(&self.away_text) || !is_told(full) {
            faults.push(RuleFault::Texts);
        }
        if self.max_waiting > MOST_WAITING {
            faults.push(RuleFault::Waiting);
        }
        let possible =
            |rule: &PriorityRule| (1..=MOST_PRIORITY_SECS).contains(&rule.secs) && rule.when.is_valid();
        if self.priorities.len() > MOST_PRIORITIES || !self.priorities.iter().all(possible) {
            faults.push(RuleFault::Priorities);
        }
        let targets = [self.answer_target_secs, self.overdue_secs, self.short_abandon_secs];
        if self.answer_target_secs == 0
            || self.overdue_secs == 0
            || targets.iter().any(|time| *time > MONTH)
            || !(1..=100).contains(&self.answer_target_percent)
            || self.alerts.service_level_under_percent > 100
        {
            faults.push(RuleFault::Targets);
        }
        faults
    }
}

/// Whether these are skills, each once.
pub fn are_skills(skills: &[String]) -> bool {
    let is_one = |skill: &String| {
        let chars = skill.chars().count();
        (1..=SKILL_CHARS).contains(&chars)
            && skill.trim() == skill
            && !skill.chars().any(char::is_control)
            && skill.to_lowercase() == *skill
    };
    let mut once: Vec<&String> = skills.iter().collect();
    once.sort_unstable();
    once.dedup();
    once.len() == skills.len() && skills.len() <= MOST_SKILLS && skills.iter().all(is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_rules_may_lack_what_came_later() {
        let old: QueueRules = serde_json::from_str(r#"{"mode":"manual"}"#).unwrap();
        assert_eq!(old, QueueRules::manual());
        assert!(old.faults().is_empty() && QueueRules::default().faults().is_empty());
        assert_eq!((old.room(), QueueRules::default().room()), (0, 1));
        for mode in RoutingMode::ALL {
            assert_eq!(RoutingMode::parse(mode.as_str()), Some(mode));
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.as_str());
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        let ring = |after_secs, level| Ring { after_secs, level, drops: Vec::new() };
        let faulty = QueueRules {
            weight: 0,
            accept_secs: 4,
            park_secs: u32::MAX,
            skills: vec!["French".into()],
            rings: vec![ring(60, 2), ring(60, 3)],
            answer_target_percent: 101,
            ..QueueRules::default()
        };
        let all = [
            RuleFault::Weight,
            RuleFault::AcceptSecs,
            RuleFault::Long,
            RuleFault::Skills,
            RuleFault::Rings,
            RuleFault::Targets,
        ];
        assert_eq!(faulty.faults(), all);
        let rule = |when, secs| PriorityRule { when, secs };
        let faulty = QueueRules {
            priority_secs: MOST_PRIORITY_SECS + 1,
            away_text: " ".into(),
            max_waiting: MOST_WAITING + 1,
            priorities: vec![rule(PriorityWhen::Vip, 0)],
            ..QueueRules::default()
        };
        let all = [RuleFault::Long, RuleFault::Texts, RuleFault::Waiting, RuleFault::Priorities];
        assert_eq!(faulty.faults(), all);
        for (when, secs, may) in [
            (PriorityWhen::Vip, 86_400, true),
            (PriorityWhen::Vip, 86_401, false),
            (PriorityWhen::ClosingSoon, 1, false),
            (PriorityWhen::Keyword("to cancel".into()), 1, true),
            (PriorityWhen::Keyword(" - ".into()), 1, false),
            (PriorityWhen::Language("pt-br".into()), 1, true),
            (PriorityWhen::Language("German".into()), 1, false),
        ] {
            let rules = QueueRules { priorities: vec![rule(when, secs)], ..QueueRules::default() };
            assert_eq!(rules.faults().is_empty(), may, "{:?}", rules.priorities);
        }
        let full = |text: &str| WhenFull::Message { text: text.to_owned() };
        for (text, may) in [("Many\nwait.", true), ("", true), ("a\tb", false), (&"x".repeat(1_025), false)] {
            let rules = QueueRules { when_full: full(text), ..QueueRules::default() };
            assert_eq!(rules.faults().is_empty(), may, "{text}");
        }
        for (rings, may) in [
            (vec![ring(1, 1), ring(2, 6)], true),
            (vec![ring(0, 1)], false),
            (vec![ring(1, 7)], false),
            ((1..=6).map(|n| ring(n, 2)).collect(), false),
        ] {
            let rules = QueueRules { rings, ..QueueRules::default() };
            assert_eq!(rules.faults().is_empty(), may, "{:?}", rules.rings);
        }
    }

    #[test]
    fn a_target_can_be_met_and_missed() {
        let alerts = |percent| AlertRules { service_level_under_percent: percent, ..AlertRules::default() };
        let rules = QueueRules::default;
        for (rules, may) in [
            (QueueRules { answer_target_secs: 0, ..rules() }, false),
            (QueueRules { answer_target_percent: 0, ..rules() }, false),
            (QueueRules { answer_target_percent: 100, short_abandon_secs: 0, ..rules() }, true),
            (QueueRules { overdue_secs: 0, ..rules() }, false),
            (QueueRules { overdue_secs: u32::MAX, ..rules() }, false),
            (QueueRules { alerts: alerts(100), ..rules() }, true),
            (QueueRules { alerts: alerts(101), ..rules() }, false),
        ] {
            assert_eq!(rules.faults().is_empty(), may, "{rules:?}");
        }
    }

    #[test]
    fn a_skill_has_one_spelling() {
        let are = |all: &[&str]| are_skills(&all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        assert!(are(&[]) && are(&["french", "äpfel", "billing 2"]));
        for wrong in [&[""][..], &["French"], &[" french"], &["a", "a"], &["a\nb"]] {
            assert!(!are(wrong), "{wrong:?}");
        }
        assert!(!are(&["x"; 21]) && !are_skills(&["y".repeat(41)]));
    }
}
