//! Pages of conversations and messages, for what is not live: closed cases, search, older messages.

use serde::{Deserialize, Serialize};

use crate::model::{
    contact::ContactChange,
    conversation::Conversation,
    message::Message,
    routing::{Assignment, Waiting},
};

/// `GET /api/conversations`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConversationsQuery {
    /// Only these; open ones when absent.
    #[serde(default)]
    pub state: Option<ConversationFilter>,
    /// Words to find in messages, names and numbers; each must begin a word.
    #[serde(default)]
    pub search: Option<String>,
    /// Continue after this cursor of an earlier page.
    #[serde(default)]
    pub after: Option<String>,
}

/// Which conversations a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConversationFilter {
    /// Everything that is not closed.
    Open,
    /// Closed ones only, newest first.
    Closed,
    /// All.
    Any,
}

/// A page of conversations, most recently changed first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationsPage {
    /// At most 50.
    pub conversations: Vec<Conversation>,
    /// Pass as `after` to get the next page; none on the last.
    pub next: Option<String>,
}

/// `GET /api/conversations/{id}/messages`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MessagesQuery {
    /// Only messages with a smaller `seq`; the newest when absent.
    #[serde(default)]
    pub before: Option<u64>,
}

/// A page of a timeline, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagesPage {
    /// At most 50, ascending by `seq`.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub has_older: bool,
}

/// `GET /api/conversations/{id}/contact-changes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactChanges {
    /// At most 10, newest first.
    pub changes: Vec<ContactChange>,
}

/// `GET /api/conversations/{id}/routing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Routing {
    /// Who had it, at most 100, the last first.
    pub assignments: Vec<Assignment>,
    /// How it waits, while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}
