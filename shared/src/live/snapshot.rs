//! The state a console starts from, and a timeline as it is opened.

use serde::{Deserialize, Serialize};

use crate::{
    Instant, Pos,
    ids::{ConversationId, MemberId},
    model::{
        calendar::Calendar, channel::Channel, conversation::Conversation, draft::Draft,
        health::ChannelHealth, member::Member, message::Message, notice::Notice, queue::Queue,
        saved_view::SavedView, settings::Settings,
    },
};

/// Everything in a member's scope as of one position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The position; events up to it are contained.
    pub pos: Pos,
    /// The scope this was drawn for.
    pub scope_rev: u64,
    /// Who looks.
    pub me: MemberId,
    /// The tenant's settings.
    pub settings: Settings,
    /// All members.
    pub members: Vec<Member>,
    /// All queues.
    pub queues: Vec<Queue>,
    /// All calendars.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::office::read")]
    pub calendars: Vec<Calendar>,
    /// All channels.
    pub channels: Vec<Channel>,
    /// What is known of them at Meta; empty for all but administrators.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::office::read")]
    pub health: Vec<ChannelHealth>,
    /// Open conversations in sight, at most 10,000.
    pub conversations: Vec<Conversation>,
    /// Whether there are more than were sent.
    pub truncated: bool,
    /// What the member has begun to write.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<Draft>,
    /// The newest 50 of what the member was told of and has not seen, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// The searches that are kept under a name: the member's own, then those for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<SavedView>,
}

/// The answer to `open`: the newest page of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The position as of which this is true.
    pub pos: Pos,
    /// The conversation, open or closed.
    pub conversation: Conversation,
    /// The newest messages, ascending by `seq`.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub has_older: bool,
    /// Colleagues who look at it right now.
    pub watchers: Vec<Watcher>,
}

/// A colleague at a conversation. Not part of the log; expires by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watcher {
    /// Where.
    pub conversation: ConversationId,
    /// Who.
    pub member: MemberId,
    /// What they do there.
    pub activity: Activity,
    /// When this stops being true unless it is repeated; a past instant means "gone".
    #[serde(deserialize_with = "crate::instant::read")]
    pub until: Instant,
}

/// What a colleague does at a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Has it on screen.
    Viewing,
    /// Is writing an answer.
    Typing,
}
