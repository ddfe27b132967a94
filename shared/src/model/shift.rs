//! What a supervisor looks at when a shift begins: who is missing, what stayed open, whose window closes soon, and
//! whom somebody keeps from writing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{MemberId, QueueId},
    model::{contact::BlockedContact, conversation::Conversation},
};

/// Entries of each list at most; the counts are of all.
pub const SHIFT_ENTRIES: usize = 200;

/// `GET /api/shift`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shift {
    /// When the tenant's day began.
    #[serde(deserialize_with = "crate::instant::read")]
    pub day_began: DateTime<Utc>,
    /// How many members are missing.
    pub missing_count: u32,
    /// Who holds something and is not there; whose customer waits longest comes first.
    pub missing: Vec<Missing>,
    /// How many conversations stayed open.
    pub overnight_count: u32,
    /// What is open and was opened before the day began: unanswered first, the longest wait first.
    pub overnight: Vec<Conversation>,
    /// How many windows close soon.
    pub closing_count: u32,
    /// Whose customer waits for an answer and can be written to only for as long as the policy's
    /// `closing_soon_secs`; the soonest first.
    pub closing: Vec<Conversation>,
    /// How many blocked customers nobody has judged.
    pub blocked_count: u32,
    /// Those, the newest first.
    pub blocked: Vec<BlockedContact>,
}

/// Why a member is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// No console of theirs is connected.
    Offline,
    /// They are away.
    Away,
    /// They may not sign in any more.
    Inactive,
}

/// Somebody who holds conversations and is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Missing {
    /// Who.
    pub member: MemberId,
    /// In which way.
    pub absence: Absence,
    /// Since when they do what they do.
    #[serde(deserialize_with = "crate::instant::read")]
    pub since: DateTime<Utc>,
    /// Conversations they hold, also put aside or only offered to them.
    pub held: u32,
    /// Those of them whose customers wait for an answer.
    pub waiting: u32,
    /// Since when the first of these waits.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub oldest_since: Option<DateTime<Utc>>,
}

/// The query of `GET /api/shift`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftQuery {
    /// Only conversations of this queue; members and blocked customers are told of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
}
