//! Anything in a timeline: what the customer wrote, what we answered, notes and system lines.

use std::{borrow::Cow, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{CommandKey, ConversationId, MemberId, MessageId, QueueId},
    model::{
        content::{Content, Context, Reaction},
        conversation::CloseReason,
        file::File,
        routing::{Ending, Target},
    },
};

/// The kind of author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// The customer.
    Customer,
    /// A member.
    Member,
    /// A bot.
    Bot,
    /// Nobody: something happened.
    System,
}

impl AuthorKind {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Member => "member",
            Self::Bot => "bot",
            Self::System => "system",
        }
    }

    /// The kind with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Customer, Self::Member, Self::Bot, Self::System].into_iter().find(|k| k.as_str() == text)
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Author {
    /// What kind of author.
    pub kind: AuthorKind,
    /// Which member, when it was one.
    pub member: Option<MemberId>,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Text, in either direction.
    Text {
        /// The words.
        text: String,
    },
    /// An internal note; the customer never sees it.
    Note {
        /// The words.
        text: String,
        /// Whether they are what whoever holds the conversation could answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        suggestion: bool,
    },
    /// Anything else that is understood.
    Content(Arc<Content>),
    /// Authentic but not understood: kept raw on the server, shown as a labelled card.
    Other {
        /// Meta's name of the type (`image`, `location` …); `unknown` when it had none.
        kind: String,
        /// A caption or text found inside, if any.
        caption: Option<String>,
    },
    /// Something happened to the conversation.
    System {
        /// What.
        what: Happening,
    },
}

impl Body {
    /// A note that suggests nothing.
    pub const fn note(text: String) -> Self {
        Self::Note { text, suggestion: false }
    }

    /// What it is when it is not words, as Meta names it.
    pub fn kind(&self) -> Option<&str> {
        match self {
            Self::Text { .. } | Self::Note { .. } | Self::System { .. } => None,
            Self::Content(content) => Some(content.kind()),
            Self::Other { kind, .. } => Some(kind),
        }
    }

    /// Its words, if it has any: what is searched and previewed.
    pub fn words(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text { text } | Self::Note { text, .. } | Self::Other { caption: Some(text), .. } => {
                Some(Cow::Borrowed(text))
            }
            Self::Content(content) => content.words().map(Cow::Owned),
            Self::Other { caption: None, .. } | Self::System { .. } => None,
        }
    }
}

/// What a system line tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// A member took the conversation.
    Assigned {
        /// Who holds it now.
        member: MemberId,
    },
    /// The queue gave it to a member.
    Routed {
        /// Who holds it now.
        member: MemberId,
    },
    /// It was handed over.
    Transferred {
        /// By whom.
        by: MemberId,
        /// Where to.
        to: Target,
    },
    /// Its queue was full, or it waited there too long: it went to another.
    Overflowed {
        /// Where it waited.
        from: QueueId,
        /// Where it waits now.
        to: QueueId,
    },
    /// It went back to its queue by itself.
    Requeued {
        /// Who held it.
        member: MemberId,
        /// Why.
        because: Ending,
    },
    /// A member answers beside the one who holds it.
    Joined {
        /// Who came.
        member: MemberId,
    },
    /// It was put aside until now.
    Woke {
        /// Who held it.
        member: MemberId,
    },
    /// It went back to the queue.
    Released {
        /// Who gave it back.
        member: MemberId,
    },
    /// It was closed.
    Closed {
        /// By whom.
        member: MemberId,
        /// Why.
        reason: CloseReason,
    },
    /// It was opened again.
    Reopened {
        /// By whom; none when the customer wrote again.
        member: Option<MemberId>,
    },
    /// Another app or Meta's agent answers from now on, or does no more.
    HandedOver {
        /// Whether people answer now; otherwise a machine that is not ours does.
        to_us: bool,
        /// What the one who handed over says about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
    },
    /// The customer waits for an answer, and the window in which they can be written to closes soon.
    ClosingSoon {
        /// When it closes.
        #[serde(deserialize_with = "crate::instant::read")]
        until: DateTime<Utc>,
    },
    /// It is answered sooner, or no sooner than others.
    Prioritised {
        /// Who decided that.
        by: MemberId,
        /// So many seconds count as waited already; 0 when it is no sooner any more.
        secs: u32,
    },
    /// Nobody answered until the window closed.
    Lapsed {
        /// Whether the conversation was closed with it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        closed: bool,
    },
}

/// How far an outbound message got. The order of the variants is not the order of ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits in the outbox.
    Queued,
    /// A worker is sending it.
    Sending,
    /// Sent, but WhatsApp's answer was lost: a status webhook will tell.
    Uncertain,
    /// WhatsApp took it.
    Accepted,
    /// It left WhatsApp (one tick).
    Sent,
    /// On the customer's device (two ticks).
    Delivered,
    /// Shown in an open chat.
    Read,
    /// A voice note was played.
    Played,
    /// Refused for good.
    Failed,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Sending,
        Self::Uncertain,
        Self::Accepted,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Played,
        Self::Failed,
    ];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Uncertain => "uncertain",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
        }
    }

    /// The state with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Rank of what WhatsApp told; a state of lower rank never replaces one of higher rank.
    ///
    /// `failed` outranks `sent` and is outranked by `delivered`, which proves that it arrived.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Sending => 1,
            Self::Uncertain => 2,
            Self::Accepted => 3,
            Self::Sent => 4,
            Self::Failed => 5,
            Self::Delivered => 6,
            Self::Read => 7,
            Self::Played => 8,
        }
    }
}

/// How far an outbound message got, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// The highest state reached.
    pub state: DeliveryState,
    /// When it left WhatsApp, by Meta's clock.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub sent_at: Option<DateTime<Utc>>,
    /// When it reached the device, by Meta's clock.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was shown, by Meta's clock.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub read_at: Option<DateTime<Utc>>,
    /// When it was played first, by Meta's clock; voice messages only.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub played_at: Option<DateTime<Utc>>,
    /// What WhatsApp charges it as, once it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Arc<Price>>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Sends that were certainly refused for a while, oldest first; at most [`ATTEMPTS_KEPT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// Since when nobody expects WhatsApp to tell any more that it arrived; it may have been dropped.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub given_up_at: Option<DateTime<Utc>>,
    /// Since when nobody knows whether WhatsApp took it; [`DeliveryState::Uncertain`] only.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub unknown_since: Option<DateTime<Utc>>,
    /// To a group: how many of its people have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupReceipts>,
}

/// Attempts that are kept of one message; what came before the newest is forgotten.
pub const ATTEMPTS_KEPT: usize = 20;

/// A send that WhatsApp certainly refused, or that never reached it, and what followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// When its outcome was known, by our clock.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// What was in the way.
    pub failure: Failure,
    /// When the next try was planned; none after the last.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub next_at: Option<DateTime<Utc>>,
}

/// How many people of a group have a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupReceipts {
    /// On whose devices it is.
    pub delivered: u32,
    /// Who of them have seen it.
    pub read: u32,
}

impl Delivery {
    /// A message that got this far, with nothing known of when.
    pub const fn begun(state: DeliveryState) -> Self {
        Self {
            state,
            sent_at: None,
            delivered_at: None,
            read_at: None,
            played_at: None,
            price: None,
            failure: None,
            attempts: Vec::new(),
            given_up_at: None,
            unknown_since: None,
            group: None,
        }
    }
}

/// What WhatsApp charges a message as, in its own words: its price lists have an amount for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Price {
    /// `marketing`, `utility`, `service` …
    pub category: String,
    /// `regular`, `free_customer_service`, `free_entry_point` …
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Why a message failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// Meta's code, or none when we never reached Meta.
    pub code: Option<i64>,
    /// What went wrong, as a key the console translates.
    pub reason: FailureReason,
    /// Meta's own words, for those who want them.
    pub detail: Option<String>,
}

/// The failures an agent can understand and act upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// More than 24 hours since the customer's last message.
    WindowClosed,
    /// The customer cannot be reached on WhatsApp.
    Undeliverable,
    /// The number's token or permission is not valid any more.
    NotAuthorised,
    /// WhatsApp's limits were hit for too long.
    RateLimited,
    /// WhatsApp restricted the number or account.
    AccountRestricted,
    /// WhatsApp did not accept the content.
    ContentRefused,
    /// The customer does not want such messages.
    OptedOut,
    /// WhatsApp could not be reached, or answered with a fault, for too long.
    ServiceUnavailable,
    /// Something else; the detail has Meta's words.
    Other,
}

/// One entry of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Version of this row; a later change has a larger one.
    pub rev: u64,
    /// Where.
    pub conversation: ConversationId,
    /// Place in the conversation: gapless, from 1, in the order we stored them.
    pub seq: u64,
    /// When we stored it.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// When it was written by Meta's clock; inbound only.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub written_at: Option<DateTime<Utc>>,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub body: Body,
    /// The file it came with, as far as it is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<File>>,
    /// How far it got; outbound only.
    pub delivery: Option<Delivery>,
    /// How it came about, when that says anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Arc<Context>>,
    /// What was put under it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// When its author last changed it, by Meta's clock.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub edited_at: Option<DateTime<Utc>>,
    /// The command that made it, so that its author's console recognises its own echo.
    pub key: Option<CommandKey>,
}
