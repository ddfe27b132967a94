//! What came from WhatsApp and could not be taken in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::ChannelId;

/// `GET /api/quarantine`: newest first, at most [`SHOWN`](crate::limits::QUARANTINE_SHOWN).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuarantinePage {
    /// What was set aside.
    pub items: Vec<SetAside>,
    /// Whether there are older ones.
    pub has_more: bool,
}

/// An item that broke something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetAside {
    /// Which.
    pub id: String,
    /// Meta's name of the field and what the item is (`messages/message` …).
    pub kind: String,
    /// The number it is about, if it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// What it broke, in words for whoever repairs it.
    pub error: String,
    /// When it came.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
}

/// `GET /api/quarantine/{id}` and `GET /api/messages/{id}/raw`: what came, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RawJson {
    /// JSON text; none when nothing was kept because all of it is shown.
    pub raw: Option<String>,
}

/// `POST /api/quarantine/{id}/replay`: nothing to say, but a body that no form can send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Replay {}

/// What became of an item that was taken once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReplayOutcome {
    /// It was understood.
    Taken,
    /// It breaks nothing any more and is kept as it came, because it is not understood.
    Kept,
    /// It still breaks something.
    Left,
}

/// The answer to a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplayedItem {
    /// What became of it.
    pub outcome: ReplayOutcome,
}
