//! What a tenant's administrators decide and every console must know.

use serde::{Deserialize, Serialize};

use crate::model::{review::ReviewPolicy, routing::RoutingPolicy};

/// The tenant's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Version of this row.
    pub rev: u64,
    /// The business's name.
    pub tenant_name: String,
    /// Whether phone numbers are hidden from members without the permission to see them.
    pub mask_phones: bool,
    /// When customers are told that their messages were read.
    #[serde(default)]
    pub read_receipts: ReadReceipts,
    /// What holds for all queues.
    #[serde(default, deserialize_with = "crate::office::read")]
    pub routing: RoutingPolicy,
    /// Where its days begin and end: a zone of the IANA database, such as `Europe/Berlin`.
    #[serde(default = "utc")]
    pub zone: String,
    /// Whether an agent may block the customer of a conversation they hold.
    #[serde(default = "yes")]
    pub agents_block: bool,
    /// How conversations are reviewed.
    #[serde(default, deserialize_with = "crate::office::read")]
    pub reviews: ReviewPolicy,
}

fn yes() -> bool {
    true
}

fn utc() -> String {
    "UTC".to_owned()
}

/// When customers are told that their messages were read: WhatsApp's blue ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadReceipts {
    /// As soon as somebody who works on the conversation has them on screen.
    OnOpen,
    /// When they are answered: whoever sees blue ticks expects an answer.
    #[default]
    OnReply,
    /// Not at all.
    Never,
}

impl ReadReceipts {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnOpen => "on_open",
            Self::OnReply => "on_reply",
            Self::Never => "never",
        }
    }

    /// The policy with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::OnOpen, Self::OnReply, Self::Never].into_iter().find(|policy| policy.as_str() == text)
    }
}
