//! What a transaction leaves behind besides its rows: events, facts, audit entries and kicks.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use shared::{
    Instant, Pos,
    ids::{ChannelId, ContactId, ConversationId, Epoch, MemberId, QueueId},
    live::event::Event,
    model::message::AuthorKind,
    permission::Audience,
};

use super::{Fault, Scoped, rows::member};
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

/// What has to be settled when a change is stored: what waits is given to whoever can take it.
#[derive(Debug, Default)]
pub(crate) struct Stirred {
    pub(crate) queues: BTreeSet<QueueId>,
    /// What came to a queue that may be full.
    pub(crate) came: BTreeSet<ConversationId>,
    /// What came back to its queue and may have waited too long there meanwhile.
    pub(crate) late: BTreeSet<ConversationId>,
}

impl Stirred {
    /// Something waits there now, or waits otherwise.
    pub(crate) fn queue(&mut self, queue: QueueId) {
        self.queues.insert(queue);
    }

    /// A conversation came to a queue that may be full.
    pub(crate) fn came(&mut self, id: ConversationId) {
        self.came.insert(id);
    }

    /// A conversation came back to its queue, where it may have waited too long meanwhile.
    pub(crate) fn late(&mut self, id: ConversationId) {
        self.late.insert(id);
    }

    /// A member may have room now.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn member(&mut self, scoped: &mut Scoped, id: MemberId) -> Result<(), Fault> {
        self.queues.extend(member::queues_of(scoped, id)?);
        Ok(())
    }

    /// What else has to be settled.
    pub(crate) fn merge(&mut self, other: Self) {
        self.queues.extend(other.queues);
        self.came.extend(other.came);
        self.late.extend(other.late);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queues.is_empty() && self.came.is_empty() && self.late.is_empty()
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

macro_rules! fact_kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)?) => {
        /// The kinds of transition.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FactKind {
            $($(#[$doc])* $variant),*
        }

        impl FactKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored form.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }

            /// The kind with this stored form.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
    };
}

fact_kinds! {
    /// A conversation began.
    ConversationOpened = "conversation_opened",
    /// A closed one was opened again.
    ConversationReopened = "conversation_reopened",
    /// It began to wait in a queue, or waits there again.
    ConversationQueued = "conversation_queued",
    /// A member got it.
    ConversationAssigned = "conversation_assigned",
    /// A member gave it back.
    ConversationReleased = "conversation_released",
    /// A member was asked to answer it.
    ConversationOffered = "conversation_offered",
    /// The member said no.
    OfferDeclined = "offer_declined",
    /// The member said nothing in time.
    OfferMissed = "offer_missed",
    /// It went back to its queue by itself.
    ConversationRequeued = "conversation_requeued",
    /// It waits no longer: another program answers, or we do not want its customer.
    ConversationWithdrawn = "conversation_withdrawn",
    /// It was put aside, because the customer is silent.
    ConversationParked = "conversation_parked",
    /// It is worked on again.
    ConversationResumed = "conversation_resumed",
    /// It was handed over.
    ConversationTransferred = "conversation_transferred",
    /// Its queue was full, or it waited there too long: it went to another.
    ConversationOverflowed = "conversation_overflowed",
    /// Somebody let it be answered sooner, or no sooner than others.
    ConversationPrioritised = "conversation_prioritised",
    /// Its customer put an emoji under our answer and waits for nothing any more.
    CustomerContent = "customer_content",
    /// Its customer waits, and the window closes soon.
    ConversationClosingSoon = "conversation_closing_soon",
    /// Nobody answered until its customer could be written to no more.
    ConversationLapsed = "conversation_lapsed",
    /// It was closed.
    ConversationClosed = "conversation_closed",
    /// The customer wrote.
    MessageReceived = "message_received",
    /// We answered.
    MessageWritten = "message_written",
    /// WhatsApp took a message.
    MessageAccepted = "message_accepted",
    /// A message left WhatsApp.
    MessageSent = "message_sent",
    /// A message reached the device.
    MessageDelivered = "message_delivered",
    /// A message was read.
    MessageRead = "message_read",
    /// A message failed for good.
    MessageFailed = "message_failed",
    /// A member answered beside the one who holds it.
    ConversationJoined = "conversation_joined",
    /// Somebody began to look over the shoulder of whoever holds it.
    ConversationMonitored = "conversation_monitored",
    /// We keep its customer from writing.
    ContactBlocked = "contact_blocked",
    /// A supervisor judged how a member answered in it.
    ReviewWritten = "review_written",
    /// A threshold of a queue was crossed.
    AlertRaised = "alert_raised",
    /// It was left again.
    AlertEnded = "alert_ended",
    /// A note was written.
    NoteWritten = "note_written",
    /// A member chose an availability.
    AvailabilityChosen = "availability_chosen",
    /// A member tidies up after a conversation.
    WrapUpBegun = "wrap_up_begun",
    /// They are done.
    WrapUpEnded = "wrap_up_ended",
    /// The first console of a member connected.
    MemberConnected = "member_connected",
    /// The last console of a member is gone.
    MemberDisconnected = "member_disconnected",
    /// A queue opened, by its calendar.
    QueueOpened = "queue_opened",
    /// It closed.
    QueueClosed = "queue_closed",
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
