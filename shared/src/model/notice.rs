//! What a member is told of, wherever they look.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ConversationId, MemberId, MessageId, NoticeId, QueueId},
    model::board::AlertKind,
};

/// Something that concerns one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// Which; sorts by time.
    pub id: NoticeId,
    /// What happened.
    pub kind: NoticeKind,
    /// Where; nowhere in particular for an alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// Which threshold was crossed, for an alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<NoticeAlert>,
    /// The message that says it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// The colleague who did it; nobody when it happened by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<MemberId>,
    /// When.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// Whether the member has seen it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read: bool,
}

/// A threshold of a queue that was crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeAlert {
    /// Whose.
    pub queue: QueueId,
    /// Which.
    pub what: AlertKind,
    /// The figure that crossed it: conversations, seconds, or percent.
    #[serde(default)]
    pub value: u32,
}

/// What a member is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A colleague named them in a note.
    Mentioned,
    /// A conversation is theirs now, and they did not take it themselves.
    Assigned,
    /// A supervisor suggested an answer in a conversation of theirs.
    Suggested,
    /// A colleague answered in a conversation of theirs, for the first time.
    Joined,
    /// A supervisor judged how they answered in it.
    Reviewed,
    /// A threshold of a queue was crossed.
    Alert,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Mentioned, Self::Assigned, Self::Suggested, Self::Joined, Self::Reviewed, Self::Alert];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mentioned => "mentioned",
            Self::Assigned => "assigned",
            Self::Suggested => "suggested",
            Self::Joined => "joined",
            Self::Reviewed => "reviewed",
            Self::Alert => "alert",
        }
    }

    /// The kind with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
