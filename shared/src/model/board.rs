//! The supervisor's board: one frame holds all of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{MemberId, QueueId},
    model::conversation::Conversation,
};

/// The board as of one moment. Every frame is the whole of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// Rises with every frame; begins anew when somebody looks whom nobody looked before.
    pub seq: u64,
    /// When it was read.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// Since when "today" is, in the tenant's zone.
    #[serde(deserialize_with = "crate::instant::read")]
    pub day_began: DateTime<Utc>,
    /// The whole tenant. No sum of the queues: agents work in several, a customer who was handed from one queue to
    /// another waited once, and some conversations have no queue.
    pub total: BoardLine,
    /// The queues, by id.
    pub queues: Vec<BoardLine>,
    /// Active members who are there or hold something, by id.
    pub agents: Vec<BoardAgent>,
}

/// The figures of a queue, or of all.
///
/// A visit begins when a customer comes to wait in a queue, and ends when a person writes to them (answered), when the
/// conversation is closed before (abandoned), or when it goes elsewhere (neither).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardLine {
    /// Which; none for all of them.
    pub queue: Option<QueueId>,
    /// Conversations that nobody holds.
    pub waiting: u32,
    /// Since when the first of them waits.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub oldest_since: Option<DateTime<Utc>>,
    /// How many seconds whoever comes now will wait; none when nobody can tell.
    pub estimate_secs: Option<u32>,
    /// Those that wait and that nobody who works here may answer: a skill or a level is missing.
    pub blocked_skill: u32,
    /// Those that wait and whom none of those who may is there for.
    pub blocked_absent: u32,
    /// Those that wait because all who may and are there have no room.
    pub blocked_full: u32,
    /// Conversations that somebody is asked to take now.
    pub asked: u32,
    /// Conversations that somebody works on.
    pub active: u32,
    /// Conversations that were put aside.
    pub parked: u32,
    /// Conversations that a bot has.
    pub bot: u32,
    /// Conversations whose customer waits for an answer for longer than the queue allows.
    pub overdue: u32,
    /// Visits that began today.
    pub offered: u32,
    /// Visits that ended with an answer today.
    pub answered: u32,
    /// Visits that ended without one today.
    pub abandoned: u32,
    /// Those of them that were over before anybody could be expected to answer.
    pub abandoned_short: u32,
    /// Messages that failed today.
    pub failed: u32,
    /// Mean seconds from the beginning of a visit to its answer, of those answered today.
    pub answer_secs: Option<u32>,
    /// Mean seconds until somebody had it, of those that somebody got today.
    pub pickup_secs: Option<u32>,
    /// Percent of today's visits that were answered in time: of all answered and abandoned, the shortly abandoned left
    /// out. Rounded down, so that what is below the target never looks as if it were not.
    pub level_today: Option<u32>,
    /// The same of the last 30 minutes.
    pub level_recent: Option<u32>,
    /// In how many seconds an answer is in time; none for all queues, each of which has its own.
    pub target_secs: Option<u32>,
    /// Which percentage is aimed at.
    pub target_percent: Option<u32>,
    /// Members who are there and take work, those without room included.
    pub available: u32,
    /// Those of them without room for one more.
    pub full: u32,
    /// Members who take nothing new.
    pub busy: u32,
    /// Members who tidy up.
    pub wrapping_up: u32,
    /// Members who are away.
    pub away: u32,
    /// Members whose console is not connected.
    pub offline: u32,
    /// Slots that those hold whose console is connected.
    pub slots_used: u32,
    /// Slots that they have.
    pub slots: u32,
    /// What is over a threshold.
    #[serde(default)]
    pub alerts: Vec<BoardAlert>,
}

/// A threshold that was crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardAlert {
    /// Which.
    pub what: AlertKind,
    /// Since when.
    #[serde(deserialize_with = "crate::instant::read")]
    pub since: DateTime<Utc>,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Too many wait.
    Waiting,
    /// Somebody waits for too long.
    LongestWait,
    /// Too few were answered in time in the last 30 minutes.
    ServiceLevel,
    /// Too many are overdue.
    Overdue,
}

impl AlertKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::LongestWait, Self::ServiceLevel, Self::Overdue];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::LongestWait => "longest_wait",
            Self::ServiceLevel => "service_level",
            Self::Overdue => "overdue",
        }
    }

    /// The kind with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What a member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// There, and takes work.
    Available,
    /// There, and takes nothing new.
    Busy,
    /// Tidies up.
    WrapUp,
    /// Away from the desk.
    Away,
    /// Not connected.
    Offline,
}

/// A member on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardAgent {
    /// Who.
    pub member: MemberId,
    /// What they do.
    pub state: AgentState,
    /// Since when.
    #[serde(deserialize_with = "crate::instant::read")]
    pub since: DateTime<Utc>,
    /// What they hold, in slots.
    pub used: u32,
    /// What they can hold.
    pub capacity: u32,
    /// Conversations they work on.
    pub active: u32,
    /// Conversations they put aside.
    pub parked: u32,
    /// Since when the first of their customers waits for an answer.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub unanswered_since: Option<DateTime<Utc>>,
    /// When they did something last, today or yesterday.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub last_at: Option<DateTime<Utc>>,
}

/// A figure that stands for conversations; named as in [`BoardLine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Those that nobody holds.
    Waiting,
    /// Those of them that nobody may answer.
    BlockedSkill,
    /// Those of them whom nobody who may is there for.
    BlockedAbsent,
    /// Those of them for which there is no room.
    BlockedFull,
    /// Those somebody is asked to take.
    Asked,
    /// Those somebody works on.
    Active,
    /// Those put aside.
    Parked,
    /// A bot's.
    Bot,
    /// Those whose customers wait for too long.
    Overdue,
    /// Those that came today.
    Offered,
    /// Those answered today.
    Answered,
    /// Those abandoned today.
    Abandoned,
    /// Those in which a message failed today.
    Failed,
}

impl Figure {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Waiting,
        Self::BlockedSkill,
        Self::BlockedAbsent,
        Self::BlockedFull,
        Self::Asked,
        Self::Active,
        Self::Parked,
        Self::Bot,
        Self::Overdue,
        Self::Offered,
        Self::Answered,
        Self::Abandoned,
        Self::Failed,
    ];

    /// What a line says of it.
    pub const fn of(self, line: &BoardLine) -> u32 {
        match self {
            Self::Waiting => line.waiting,
            Self::BlockedSkill => line.blocked_skill,
            Self::BlockedAbsent => line.blocked_absent,
            Self::BlockedFull => line.blocked_full,
            Self::Asked => line.asked,
            Self::Active => line.active,
            Self::Parked => line.parked,
            Self::Bot => line.bot,
            Self::Overdue => line.overdue,
            Self::Offered => line.offered,
            Self::Answered => line.answered,
            Self::Abandoned => line.abandoned,
            Self::Failed => line.failed,
        }
    }
}

/// `GET /api/board/conversations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BoardQuery {
    /// Behind which figure.
    pub figure: Figure,
    /// Of which queue; of all when absent.
    #[serde(default)]
    pub queue: Option<QueueId>,
    /// Only those this member holds, or did it with.
    #[serde(default)]
    pub member: Option<MemberId>,
}

/// The conversations behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardConversations {
    /// The figure itself; one conversation may count several times in those of the day.
    pub count: u32,
    /// At most 200 of them: of those that are, the ones that wait longest first; of those that were, the last first.
    pub conversations: Vec<Conversation>,
    /// Whether there are others.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decides that a frame is the whole board: see `docs/DECISIONS.md`.
    #[test]
    fn the_board_of_a_large_floor_is_a_small_frame() {
        let at = DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap();
        let (many, some) = (12_345, Some(1_234));
        let line = BoardLine {
            queue: Some(QueueId::new()),
            waiting: many,
            oldest_since: Some(at),
            estimate_secs: some,
            active: many,
            offered: many,
            answered: many,
            answer_secs: some,
            pickup_secs: some,
            level_today: Some(80),
            level_recent: Some(80),
            target_secs: some,
            target_percent: Some(80),
            alerts: vec![BoardAlert { what: AlertKind::ServiceLevel, since: at }],
            ..BoardLine::default()
        };
        let agent = |_| BoardAgent {
            member: MemberId::new(),
            state: AgentState::Available,
            since: at,
            used: 12,
            capacity: 12,
            active: 12,
            parked: 12,
            unanswered_since: Some(at),
            last_at: Some(at),
        };
        let board = Board {
            seq: u64::from(u32::MAX),
            at,
            day_began: at,
            total: line.clone(),
            queues: vec![line; 20],
            agents: (0..200).map(agent).collect(),
        };
        let bytes = serde_json::to_vec(&board).unwrap();
        assert!((32 * 1024..80 * 1024).contains(&bytes.len()), "{} bytes", bytes.len());
        assert_eq!(serde_json::from_slice::<Board>(&bytes).unwrap(), board);
    }

    #[test]
    fn every_figure_has_its_place_in_a_line() {
        for figure in Figure::ALL {
            let name = serde_json::to_value(figure).unwrap();
            let mut line = serde_json::to_value(BoardLine::default()).unwrap();
            line[name.as_str().unwrap()] = 7.into();
            let line: BoardLine = serde_json::from_value(line).unwrap();
            assert_eq!(figure.of(&line), 7, "{figure:?}");
        }
    }
}
