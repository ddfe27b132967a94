//! A conversation: a case with one contact on one number.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChannelId, ConversationId, MemberId, QueueId},
    limits,
    model::{
        contact::{Block, Contact},
        message::{Author, DeliveryState},
    },
    permission::Audience,
};

/// Who owns the conversation. Every conversation that is not closed is owned by exactly one of bot,
/// queue and agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// A bot answers.
    Bot,
    /// Waits in a queue for an agent.
    Queued,
    /// Offered to one agent who has not accepted yet.
    Offered,
    /// An agent holds it.
    Assigned,
    /// An agent holds it, the customer is silent.
    Parked,
    /// Done.
    Closed,
}

impl ConversationState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Bot, Self::Queued, Self::Offered, Self::Assigned, Self::Parked, Self::Closed];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queued => "queued",
            Self::Offered => "offered",
            Self::Assigned => "assigned",
            Self::Parked => "parked",
            Self::Closed => "closed",
        }
    }

    /// The state with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// Why a conversation was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The customer got what they needed.
    Resolved,
    /// The customer stopped answering.
    NoReply,
    /// Unwanted.
    Spam,
    /// Something else.
    Other,
    /// Nobody answered until the customer could be written to no more; nobody chooses it.
    Unanswered,
}

impl CloseReason {
    /// What people choose from, in the order a menu shows them.
    pub const ALL: [Self; 4] = [Self::Resolved, Self::NoReply, Self::Spam, Self::Other];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::NoReply => "no_reply",
            Self::Spam => "spam",
            Self::Other => "other",
            Self::Unanswered => "unanswered",
        }
    }

    /// The reason with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        let all = Self::ALL.into_iter().chain([Self::Unanswered]);
        all.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// The newest message as a row shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastMessage {
    /// When, by our clock.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// At most 80 characters on one line; for a body without text, empty.
    pub preview: String,
    /// What it is when it is not text, as Meta names it (`image`, `sticker` …).
    pub kind: Option<String>,
    /// Whether it is an internal note.
    pub note: bool,
    /// Who wrote it.
    pub author: Author,
    /// How far it got; outbound messages only.
    pub delivery: Option<DeliveryState>,
}

/// A conversation as its row in the list and its header show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// Version of this row; a later change has a larger one.
    pub rev: u64,
    /// Who owns it.
    pub state: ConversationState,
    /// The customer.
    pub contact: Contact,
    /// The number it arrived on.
    pub channel: ChannelId,
    /// The queue it belongs to.
    pub queue: Option<QueueId>,
    /// The member who holds it.
    pub assignee: Option<MemberId>,
    /// The customer's messages that nobody has read.
    pub unread: u32,
    /// The newest message or note.
    pub last: Option<LastMessage>,
    /// Since when the customer waits for an answer; none when the last word was ours.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub waiting_since: Option<DateTime<Utc>>,
    /// Until when free text may be sent, from Meta's clock.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub window_until: Option<DateTime<Utc>>,
    /// Until when the member who was asked may accept it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub offer_until: Option<DateTime<Utc>>,
    /// Until when it is put aside at the latest; none where it waits for its customer only.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub sleeps_until: Option<DateTime<Utc>>,
    /// When it was opened or reopened.
    #[serde(deserialize_with = "crate::instant::read")]
    pub opened_at: DateTime<Utc>,
    /// When and why it was closed.
    pub closed: Option<Closed>,
    /// Whether the customer is kept from writing to this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Block>,
}

/// The end of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Closed {
    /// When.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: CloseReason,
}

impl Conversation {
    /// Who may see it now.
    pub fn audience(&self) -> Audience {
        Audience::Conversation { queue: self.queue, assignee: self.assignee }
    }

    /// The member who answers it; nobody while it is offered to them or closed.
    pub fn holder(&self) -> Option<MemberId> {
        self.assignee
            .filter(|_| !matches!(self.state, ConversationState::Offered | ConversationState::Closed))
    }

    /// The same row for a member who must not see phone numbers.
    pub fn masked(mut self) -> Self {
        self.contact.phone = self.contact.phone.map(|phone| limits::mask_phone(&phone));
        self
    }
}
