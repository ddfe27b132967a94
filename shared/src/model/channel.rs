//! A channel: what a conversation arrives on. Only the server's `whatsapp` room knows that it is a
//! WhatsApp number.

use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, QueueId};

/// How a channel is told apart at a glance; the console maps each to a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelColour {
    /// Teal.
    Teal,
    /// Blue.
    Blue,
    /// Violet.
    Violet,
    /// Amber.
    Amber,
    /// Rose.
    Rose,
    /// Slate.
    Slate,
}

impl ChannelColour {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Teal, Self::Blue, Self::Violet, Self::Amber, Self::Rose, Self::Slate];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Teal => "teal",
            Self::Blue => "blue",
            Self::Violet => "violet",
            Self::Amber => "amber",
            Self::Rose => "rose",
            Self::Slate => "slate",
        }
    }

    /// The colour with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

/// A number of the business as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channel {
    /// Which.
    pub id: ChannelId,
    /// Version of this row.
    pub rev: u64,
    /// Name the business gave it.
    pub name: String,
    /// The business's own number, digits only; never masked.
    pub address: String,
    /// How it is told apart.
    pub colour: ChannelColour,
    /// Where its new conversations wait; none means everybody sees them.
    pub queue: Option<QueueId>,
    /// Whether WhatsApp takes no messages from it now; those wait and go out by themselves.
    #[serde(default)]
    pub paused: bool,
}
