//! What a transaction leaves behind besides its rows: events, facts, audit entries and kicks.

use std::sync::Arc;

use bytes::Bytes;
use shared::{
    Instant, Pos,
    ids::{ChannelId, ContactId, ConversationId, Epoch, MemberId, QueueId},
    live::event::Event,
    model::message::AuthorKind,
    permission::Audience,
};

use crate::tenant::TenantId;

/// An event as it stands in the log.
#[derive(Debug)]
pub struct Recorded {
    /// Its place.
    pub pos: Pos,
    /// When it happened.
    pub at: Instant,
    /// Who saw the object before.
    pub before: Option<Audience>,
    /// Who sees it now.
    pub after: Option<Audience>,
    /// What happened.
    pub event: Event,
    /// Position and event as JSON, as in [`Logged`](shared::live::event::Logged), behind a comma: the form
    /// in which everybody who may see all of it gets it. Made once.
    pub rendered: Bytes,
}

/// The event of a position, as JSON, as consoles get it.
pub(crate) fn rendered(pos: Pos, event: &str) -> Bytes {
    format!(",{{\"pos\":{pos},\"event\":{event}}}").into_bytes().into_boxed_slice().into()
}

/// What a group of transactions has made durable, in order and without a hole.
#[derive(Debug)]
pub struct Committed {
    /// Whose log.
    pub tenant: TenantId,
    /// Which log.
    pub epoch: Epoch,
    /// The new events; `pos` rises by one from each to the next.
    pub events: Vec<Arc<Recorded>>,
    /// Who has work to do now.
    pub kicks: Kicks,
}

/// Workers that a transaction wakes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kicks {
    /// The outbox has something to send.
    pub outbox: bool,
    /// A job was added.
    pub jobs: bool,
}

impl Kicks {
    /// Adds the other's kicks.
    pub fn merge(&mut self, other: Self) {
        self.outbox |= other.outbox;
        self.jobs |= other.jobs;
    }
}

/// Hears of every commit, in log order, from the tenant's writer thread. Must not block.
pub trait CommitSink: Send + Sync {
    /// Called once per group, after the commit is durable and before anybody is answered.
    fn committed(&self, committed: Committed);
}

/// A transition, for boards, recounts and analytics. No text, no phone number, no name.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What happened.
    pub what: FactKind,
    /// When the customer or Meta says it happened.
    pub written_at: Option<Instant>,
    /// Where.
    pub conversation: Option<ConversationId>,
    /// In which queue.
    pub queue: Option<QueueId>,
    /// Concerning which member.
    pub member: Option<MemberId>,
    /// On which channel.
    pub channel: Option<ChannelId>,
    /// Who acted.
    pub author: Option<AuthorKind>,
    /// Which version of the queue's calendar it goes by.
    pub calendar: Option<u64>,
}

/// The kinds of transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// A conversation began.
    ConversationOpened,
    /// A closed one was opened again.
    ConversationReopened,
    /// It began to wait in a queue.
    ConversationQueued,
    /// A member took it.
    ConversationAssigned,
    /// A member gave it back.
    ConversationReleased,
    /// A member was asked to answer it.
    ConversationOffered,
    /// The member said no.
    OfferDeclined,
    /// The member said nothing in time.
    OfferMissed,
    /// It went back to its queue by itself.
    ConversationRequeued,
    /// It was put aside, because the customer is silent.
    ConversationParked,
    /// It is worked on again.
    ConversationResumed,
    /// It was handed over.
    ConversationTransferred,
    /// Its queue was full, or it waited there too long: it went to another.
    ConversationOverflowed,
    /// It was closed.
    ConversationClosed,
    /// The customer wrote.
    MessageReceived,
    /// We answered.
    MessageWritten,
    /// WhatsApp took a message.
    MessageAccepted,
    /// A message left WhatsApp.
    MessageSent,
    /// A message reached the device.
    MessageDelivered,
    /// A message was read.
    MessageRead,
    /// A message failed for good.
    MessageFailed,
    /// A note was written.
    NoteWritten,
    /// A member chose an availability.
    AvailabilityChosen,
    /// A member tidies up after a conversation.
    WrapUpBegun,
    /// They are done.
    WrapUpEnded,
    /// The first console of a member connected.
    MemberConnected,
    /// The last console of a member is gone.
    MemberDisconnected,
    /// A queue opened, by its calendar.
    QueueOpened,
    /// It closed.
    QueueClosed,
}

impl FactKind {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConversationOpened => "conversation_opened",
            Self::ConversationReopened => "conversation_reopened",
            Self::ConversationQueued => "conversation_queued",
            Self::ConversationAssigned => "conversation_assigned",
            Self::ConversationReleased => "conversation_released",
            Self::ConversationOffered => "conversation_offered",
            Self::OfferDeclined => "offer_declined",
            Self::OfferMissed => "offer_missed",
            Self::ConversationRequeued => "conversation_requeued",
            Self::ConversationParked => "conversation_parked",
            Self::ConversationResumed => "conversation_resumed",
            Self::ConversationTransferred => "conversation_transferred",
            Self::ConversationOverflowed => "conversation_overflowed",
            Self::ConversationClosed => "conversation_closed",
            Self::MessageReceived => "message_received",
            Self::MessageWritten => "message_written",
            Self::MessageAccepted => "message_accepted",
            Self::MessageSent => "message_sent",
            Self::MessageDelivered => "message_delivered",
            Self::MessageRead => "message_read",
            Self::MessageFailed => "message_failed",
            Self::NoteWritten => "note_written",
            Self::AvailabilityChosen => "availability_chosen",
            Self::WrapUpBegun => "wrap_up_begun",
            Self::WrapUpEnded => "wrap_up_ended",
            Self::MemberConnected => "member_connected",
            Self::MemberDisconnected => "member_disconnected",
            Self::QueueOpened => "queue_opened",
            Self::QueueClosed => "queue_closed",
        }
    }
}

/// Who did something, for the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A member of the tenant.
    Member(MemberId),
    /// The operator at the command line.
    Operator,
    /// The product itself.
    System,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Member(id) => write!(f, "{id}"),
            Self::Operator => f.write_str("operator"),
            Self::System => f.write_str("system"),
        }
    }
}

/// An event that waits for its position.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) before: Option<Audience>,
    pub(crate) after: Option<Audience>,
    pub(crate) contact: Option<ContactId>,
    pub(crate) event: Event,
}
