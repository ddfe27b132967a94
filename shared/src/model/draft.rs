//! What a member has begun to write.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ConversationId, MessageId};

/// What a member has written in a conversation and not sent yet: one for each conversation, on all their devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Where.
    pub conversation: ConversationId,
    /// Rises with every change while the draft is there.
    pub rev: u64,
    /// The words as they were typed, at most 4,096 characters.
    pub text: String,
    /// Whether they are to be a note.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub note: bool,
    /// The message that they are to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<MessageId>,
    /// When they were changed last.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
}
