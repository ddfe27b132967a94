//! A member: an account in a tenant.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{MemberId, QueueId},
    model::routing::Skill,
};

/// What a member is in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers customers.
    Agent,
    /// Watches and steps in.
    Supervisor,
    /// Configures.
    Administrator,
}

impl Role {
    /// The stored and printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
        }
    }

    /// The role with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Agent, Self::Supervisor, Self::Administrator].into_iter().find(|r| r.as_str() == text)
    }
}

/// What a member chose; says nothing about whether a socket is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Takes new work.
    Available,
    /// Keeps the work at hand, takes nothing new.
    Busy,
    /// Not at the desk.
    Away,
}

impl Availability {
    /// All of them, in the order a menu shows them.
    pub const ALL: [Self; 3] = [Self::Available, Self::Busy, Self::Away];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::Away => "away",
        }
    }

    /// The availability with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.as_str() == text)
    }
}

/// A member as colleagues see one another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Who.
    pub id: MemberId,
    /// Version of this row; a later change has a larger one.
    pub rev: u64,
    /// Name as shown.
    pub name: String,
    /// Role in this tenant.
    pub role: Role,
    /// Whether the member may sign in.
    pub active: bool,
    /// What the member chose.
    pub availability: Availability,
    /// Whether a console of the member is connected (12 seconds of grace included).
    pub connected: bool,
    /// The queues the member works in, sorted.
    pub queues: Vec<QueueId>,
    /// In which of them the member is asked later than others: the level, where it is not 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<QueueId, u8>,
    /// What the member is good at, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Skill>,
    /// How much the member can hold at once, in slots.
    pub capacity: u32,
    /// Why the member is away, in their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when the member tidies up after a conversation and is given nothing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub wrap_until: Option<DateTime<Utc>>,
}

impl Member {
    /// Whether the member is there and takes new work, room aside; tidying up does not count as away.
    pub fn takes_work(&self) -> bool {
        self.active && self.connected && self.availability == Availability::Available
    }
}
