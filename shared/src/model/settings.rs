//! What a tenant's administrators decide and every console must know.

use chrono::{DateTime, Utc};
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
    /// What a supervisor tells everybody now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banner: Option<Banner>,
}

fn yes() -> bool {
    true
}

/// Characters of what everybody is told.
pub const BANNER_CHARS: usize = 280;

/// What a supervisor tells everybody, above everything else on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Banner {
    /// The words, 1 to 280 characters.
    pub text: String,
    /// How loud.
    #[serde(default)]
    pub tone: BannerTone,
    /// When it ends by itself; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "floor", serde(deserialize_with = "crate::instant::read_maybe"))]
    #[cfg_attr(not(feature = "floor"), serde(deserialize_with = "crate::office::read_board"))]
    pub until: Option<DateTime<Utc>>,
    /// The revision of the settings in which it was set: whoever put it away sees it again when it was set anew. Given
    /// by the server.
    #[serde(default)]
    pub rev: u64,
}

/// How loud a banner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BannerTone {
    /// Good to know.
    #[default]
    Info,
    /// Something is wrong.
    Warning,
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
