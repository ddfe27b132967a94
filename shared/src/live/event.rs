//! What changed, as it is logged and pushed.

use serde::{Deserialize, Serialize};

use crate::{
    Pos,
    ids::{CalendarId, ConversationId, NoticeId},
    model::{
        calendar::Calendar, channel::Channel, conversation::Conversation, draft::Draft,
        health::ChannelHealth, member::Member, message::Message, notice::Notice, queue::Queue,
        saved_view::SavedView, settings::Settings,
    },
};

/// One change. Upserts carry the whole row and its `rev`, so applying one twice does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A conversation is new, came into sight, or changed.
    Conversation(Conversation),
    /// A conversation left the member's sight or was erased.
    ConversationGone {
        /// Which.
        id: ConversationId,
    },
    /// A message is new or changed; sent to connections that have its conversation open.
    Message(Message),
    /// A member is new or changed.
    Member(Member),
    /// A queue is new or changed.
    Queue(Queue),
    /// A calendar is new or changed.
    Calendar(#[serde(deserialize_with = "crate::office::read")] Calendar),
    /// A calendar was removed.
    CalendarGone {
        /// Which.
        id: CalendarId,
    },
    /// A channel is new or changed.
    Channel(Channel),
    /// What is known of a channel at Meta changed; for administrators only.
    Health(#[serde(deserialize_with = "crate::office::read")] Box<ChannelHealth>),
    /// The tenant's settings changed.
    Settings(Settings),
    /// The member began to write, or went on, on one of their devices; for themselves only.
    Draft(Draft),
    /// A draft of the member's is gone: sent, emptied or too old.
    DraftGone {
        /// Where it was.
        conversation: ConversationId,
    },
    /// Something concerns the member; for themselves only.
    Notice(Notice),
    /// The member has seen their notices up to one, which may have been forgotten.
    NoticesRead {
        /// The newest of them.
        up_to: NoticeId,
    },
    /// The searches that are kept under a name changed: all of them, the member's own or those for everybody.
    Views {
        /// Which of the two.
        shared: bool,
        /// In their order.
        views: Vec<SavedView>,
    },
    /// What stood here was erased; the position stays so that the log has no gap.
    Erased {},
}

impl Event {
    /// The conversation whose opened timelines the event belongs to, for messages only.
    pub fn timeline(&self) -> Option<ConversationId> {
        match self {
            Self::Message(message) => Some(message.conversation),
            _ => None,
        }
    }

    /// The same event for a member who must not see phone numbers.
    pub fn masked(self) -> Self {
        match self {
            Self::Conversation(conversation) => Self::Conversation(conversation.masked()),
            other => other,
        }
    }

    /// What a member receives whose sight the object has just left.
    pub fn removed(&self) -> Option<Self> {
        match self {
            Self::Conversation(conversation) => Some(Self::ConversationGone { id: conversation.id }),
            Self::ConversationGone { id } => Some(Self::ConversationGone { id: *id }),
            _ => None,
        }
    }
}

/// An event with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// The place.
    pub pos: Pos,
    /// What happened.
    pub event: Event,
}
