//! How conversations came to those who answer them, and what the tenant decided about that.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::queue::{PriorityWhen, is_phrase, is_told};
use crate::ids::{AssignmentId, MemberId, QueueId};

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored form.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }

            /// The one with this stored form.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

/// How a conversation came to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AssignmentKind {
    /// They took it, by hand or by answering.
    Taken,
    /// It was theirs at once.
    Routed,
    /// They were asked.
    Offered,
    /// They asked for the next one.
    Pulled,
    /// A colleague handed it over.
    Given,
    /// A supervisor handed it over although they had no room for it.
    Forced,
}

words!(AssignmentKind {
    Taken = "taken",
    Routed = "routed",
    Offered = "offered",
    Pulled = "pulled",
    Given = "given",
    Forced = "forced",
});

/// How an assignment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The conversation was closed.
    Closed,
    /// They gave it back.
    Released,
    /// They said no.
    Declined,
    /// They did not say anything in time.
    Missed,
    /// They did not answer the customer in time.
    Unanswered,
    /// It was handed over.
    Transferred,
    /// Somebody else took it over.
    TakenOver,
    /// They were gone for too long, or while they were asked.
    Lost,
    /// The customer came back when they had no room.
    NoRoom,
    /// They may not work here any more.
    LockedOut,
}

words!(Ending {
    Closed = "closed",
    Released = "released",
    Declined = "declined",
    Missed = "missed",
    Unanswered = "unanswered",
    Transferred = "transferred",
    TakenOver = "taken_over",
    Lost = "lost",
    NoRoom = "no_room",
    LockedOut = "locked_out",
});

/// What decided between those who could have answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Deciding {
    /// There was nobody else.
    Alone,
    /// They had the customer before.
    Sticky,
    /// They are best in what was asked for.
    Skill,
    /// They had the largest part of their room free.
    Room,
    /// They had been given nothing for the longest time.
    Idle,
    /// Nothing: somebody had to be first.
    Order,
}

/// Why this agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Why {
    /// What decided; none when a person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Deciding>,
    /// How many could have answered, this one included.
    pub candidates: u32,
    /// How long the conversation had waited, in seconds.
    pub waited_secs: u32,
    /// Which ring it had reached; 0 is the first.
    pub ring: u8,
    /// How many seconds counted as waited already.
    #[serde(skip_serializing_if = "is_zero")]
    pub priority_secs: u32,
    /// Which rule of the queue's said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<PriorityWhen>,
    /// What the agent held before, in slots.
    pub used: u32,
    /// What the agent can hold.
    pub capacity: u32,
    /// Who decided, when a person other than the agent did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<MemberId>,
}

/// One member's time with a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assignment {
    /// Which.
    pub id: AssignmentId,
    /// Whose.
    pub member: MemberId,
    /// For which queue.
    pub queue: Option<QueueId>,
    /// How it began.
    pub kind: AssignmentKind,
    /// How much of the member's capacity it takes.
    pub weight: u32,
    /// When it began.
    #[serde(deserialize_with = "crate::instant::read")]
    pub begun_at: DateTime<Utc>,
    /// When it was accepted; an offer that was not has none.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub ended_at: Option<DateTime<Utc>>,
    /// How.
    #[serde(default)]
    pub ending: Option<Ending>,
    /// Why this member.
    pub why: Why,
}

/// How a conversation waits, and who could end that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waiting {
    /// Since when.
    #[serde(deserialize_with = "crate::instant::read")]
    pub since: DateTime<Utc>,
    /// How many seconds count as waited already.
    pub priority_secs: u32,
    /// Which rule of the queue's said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<PriorityWhen>,
    /// When its queue opens; none while it is open, and where it never does.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub opens_at: Option<DateTime<Utc>>,
    /// Whether its queue is closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Its place in the queue; 1 is answered next.
    pub position: u32,
    /// Which ring it has reached; 0 is the first.
    pub ring: u8,
    /// What its agent must know.
    pub skills: Vec<String>,
    /// Members of the queue who may answer it.
    pub suited: u32,
    /// Those of them who are there and available.
    pub there: u32,
    /// Those of them who have room and did not just give it away.
    pub free: u32,
}

/// Longest time before the end of a window at which a conversation is raised, in seconds: an hour after its beginning.
pub const MOST_CLOSING_SOON_SECS: u32 = 23 * 3_600;

/// What the tenant decided for all queues. Times are seconds; 0 means never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RoutingPolicy {
    /// Whether a parked conversation takes room.
    pub parked_counts: bool,
    /// How long an agent may be gone until what they hold goes back.
    pub lost_secs: u32,
    /// After how many offers in a row that they miss an agent counts as away; 0 means never.
    pub misses: u32,
    /// How long an available agent does nothing until they count as away.
    pub away_after_secs: u32,
    /// How long before the window of a customer who waits for an answer closes the conversation is raised.
    pub closing_soon_secs: u32,
    /// What customers are sent once when their window closes before anybody answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub still_open: Option<StillOpen>,
    /// Whether a conversation is closed whose window closes before anybody answered, unless its customer is sent that
    /// the question is still open.
    pub lapsed_closes: bool,
    /// Whether a customer who puts an emoji under the newest message that people of ours wrote waits for nothing any
    /// more.
    pub reaction_answers: bool,
    /// What customers who wait are told.
    pub tell: Tell,
    /// Whether those who hold a conversation see that somebody monitors them.
    pub monitor_visible: bool,
}

impl Default for RoutingPolicy {
    fn default() -> Self {
        Self {
            parked_counts: false,
            lost_secs: 300,
            misses: 2,
            away_after_secs: 0,
            closing_soon_secs: 5 * 3_600,
            still_open: None,
            lapsed_closes: false,
            reaction_answers: false,
            tell: Tell::default(),
            monitor_visible: true,
        }
    }
}

impl RoutingPolicy {
    /// Whether it can be stored.
    pub fn is_valid(&self) -> bool {
        let (away, closing) = (self.away_after_secs, self.closing_soon_secs);
        self.lost_secs <= 7 * 86_400
            && self.misses <= 20
            && (away == 0 || (60..=86_400).contains(&away))
            && (closing == 0 || (60..=MOST_CLOSING_SOON_SECS).contains(&closing))
            && self.still_open.as_ref().is_none_or(StillOpen::is_valid)
            && self.tell.is_valid()
    }
}

/// A template that needs nothing filled in: which, whatever business account a number belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StillOpen {
    /// Its name.
    pub name: String,
    /// Meta's code of its language, such as `en_US`.
    pub language: String,
}

impl StillOpen {
    /// The longest name that Meta takes, in characters.
    const NAME_CHARS: usize = 512;
    /// The longest code of a language, in characters.
    const LANGUAGE_CHARS: usize = 15;

    fn is_valid(&self) -> bool {
        let fits =
            |text: &str, most| !text.is_empty() && text.chars().count() <= most && !text.contains('\0');
        fits(&self.name, Self::NAME_CHARS) && fits(&self.language, Self::LANGUAGE_CHARS)
    }
}

/// What customers who wait are told of their place, and when: only what is chosen here, and nothing once somebody has
/// their conversation. `{position}` and `{minutes}` in a text become numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Tell {
    /// Whether they are told when they ask.
    pub on_request: bool,
    /// After how many seconds of waiting they are told unasked; at most three, in order.
    pub after_secs: Vec<u32>,
    /// How often they are told at most until the conversation is closed.
    pub at_most: u32,
    /// What they are told.
    pub text: String,
    /// What they are told when nobody can say how long it will take; has no `{minutes}`.
    pub text_without_minutes: String,
    /// What counts as asking: whole words, in any case.
    pub words: Vec<String>,
}

/// Where the place in the queue stands in a text.
pub const POSITION: &str = "{position}";
/// Where the minutes stand in a text.
pub const MINUTES: &str = "{minutes}";

impl Default for Tell {
    fn default() -> Self {
        let words = ["position", "wait", "how long", "warteschlange", "wie lange"];
        Self {
            on_request: false,
            after_secs: Vec::new(),
            at_most: 2,
            text: format!("You are number {POSITION} in line. It will take about {MINUTES} min."),
            text_without_minutes: format!("You are number {POSITION} in line."),
            words: words.map(str::to_owned).to_vec(),
        }
    }
}

impl Tell {
    fn is_valid(&self) -> bool {
        let in_order = self.after_secs.is_sorted_by(|one, next| one < next);
        self.after_secs.len() <= 3
            && in_order
            && self.after_secs.iter().all(|secs| (1..=86_400).contains(secs))
            && self.at_most <= 20
            && [&self.text, &self.text_without_minutes].into_iter().all(|text| is_told(text))
            && !self.text_without_minutes.contains(MINUTES)
            && self.words.len() <= 30
            && self.words.iter().all(|words| is_phrase(words))
    }
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Something a member is good at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// What, in small letters.
    pub name: String,
    /// How good, 1 to 10.
    pub score: u8,
}

/// Where a conversation is handed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Whoever answers there.
    Queue(QueueId),
    /// A colleague.
    Member(MemberId),
}

/// Where everything that a member holds goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MoveTo {
    /// To whoever answers there.
    Queue(QueueId),
    /// To a colleague, although they have no room or are not there.
    Member(MemberId),
    /// Back to the queue it belongs to, each.
    Back,
}

/// How much of what a member held went elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Moved {
    /// How many conversations went, at most [`MOST_MOVED`].
    pub moved: u32,
    /// How many the member still holds of those that were theirs before.
    pub left: u32,
}

/// Conversations that go elsewhere at once: more would hold up everybody who writes meanwhile.
pub const MOST_MOVED: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_forms_are_those_of_json() {
        for kind in AssignmentKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(AssignmentKind::parse(kind.as_str()), Some(*kind));
        }
        for ending in Ending::ALL {
            assert_eq!(serde_json::to_value(ending).unwrap(), ending.as_str());
            assert_eq!(Ending::parse(ending.as_str()), Some(*ending));
        }
        let tell = |tell| RoutingPolicy { tell, ..RoutingPolicy::default() }.is_valid();
        assert!(RoutingPolicy::default().is_valid());
        assert!(tell(Tell { after_secs: vec![1, 60, 86_400], ..Tell::default() }));
        for wrong in [
            Tell { after_secs: vec![1, 2, 3, 4], ..Tell::default() },
            Tell { after_secs: vec![2, 2], ..Tell::default() },
            Tell { after_secs: vec![0], ..Tell::default() },
            Tell { at_most: 21, ..Tell::default() },
            Tell { text_without_minutes: "{minutes}".into(), ..Tell::default() },
            Tell { words: vec!["?".into()], ..Tell::default() },
        ] {
            assert!(!tell(wrong.clone()), "{wrong:?}");
        }
        assert!(!RoutingPolicy { away_after_secs: 59, ..RoutingPolicy::default() }.is_valid());
        for (closing_soon_secs, may) in [(0, true), (59, false), (60, true), (82_800, true), (82_801, false)]
        {
            let policy = RoutingPolicy { closing_soon_secs, ..RoutingPolicy::default() };
            assert_eq!(policy.is_valid(), may, "{closing_soon_secs}");
        }
        assert_eq!(serde_json::from_str::<Why>("{}").unwrap(), Why::default());
        assert_eq!(serde_json::from_str::<RoutingPolicy>("{}").unwrap(), RoutingPolicy::default());
    }
}
