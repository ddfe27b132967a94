//! A customer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChannelId, ContactChangeId, ContactId, ConversationId, MemberId},
    limits,
};

/// What a conversation row shows of its customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Which.
    pub id: ContactId,
    /// Name the customer gave; may be missing.
    pub name: Option<String>,
    /// Phone number, digits only; missing when WhatsApp withholds it, masked for some members.
    pub phone: Option<String>,
    /// WhatsApp user name without the `@`.
    pub username: Option<String>,
    /// Whether the customer wants no offers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_marketing: bool,
    /// Whether the customer is important.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vip: bool,
    /// What they are known to speak, by its code: `de`, `pt-br`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether it is a group and not a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub group: bool,
}

/// Whether a customer is kept from writing to one of our numbers. None is written where nobody ever wished it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Block {
    /// How far it got.
    pub state: BlockState,
    /// Why WhatsApp did not do it, or not for every address of the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<BlockRefusal>,
}

impl Block {
    /// Whether WhatsApp would refuse what we send.
    pub const fn keeps_out(self) -> bool {
        !matches!(self.state, BlockState::Refused)
    }
}

/// How far a block got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockState {
    /// Wished; WhatsApp is being told.
    Blocking,
    /// WhatsApp keeps the customer out.
    Blocked,
    /// Wished, but WhatsApp does not do it.
    Refused,
    /// To end; WhatsApp is being told.
    Unblocking,
}

/// Why WhatsApp does not block somebody. Source: Cloud API, Block Users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockRefusal {
    /// Only who wrote within 24 hours can be blocked.
    NotRecent,
    /// 64,000 are blocked already.
    ListFull,
    /// The access of this business does not allow it.
    NotAuthorised,
    /// There is no address left that could be blocked.
    NoAddress,
    /// Something else.
    Other,
}

/// A customer whom we keep from writing to one of our numbers: who wished it, why, and whether it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockedContact {
    /// Who; the number masked for some members.
    pub contact: Contact,
    /// On which number of ours.
    pub channel: ChannelId,
    /// How far it got.
    pub block: Block,
    /// Who wished it; nobody knows of those from before that was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<MemberId>,
    /// When.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub at: Option<DateTime<Utc>>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who judged that it stays so; nobody yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_by: Option<MemberId>,
    /// Whether somebody has to judge it.
    pub open: bool,
    /// The contact's newest conversation on that number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
}

/// `GET /api/blocked`: those that nobody has judged first, then the newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockedContacts {
    /// How many there are.
    pub count: u32,
    /// How many of them nobody has judged.
    pub open: u32,
    /// At most 200.
    pub contacts: Vec<BlockedContact>,
}

/// Characters of why somebody is kept from writing.
pub const BLOCK_REASON_CHARS: usize = 200;

/// That two contacts became one, or one became two, and can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactChange {
    /// Which.
    pub id: ContactChangeId,
    /// What was said.
    pub kind: ContactChangeKind,
    /// When.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: MemberId,
    /// What the other contact was called.
    pub name: Option<String>,
    /// The other contact's number then; masked for some members.
    pub phone: Option<String>,
    /// How many conversations moved.
    pub conversations: u32,
    /// Whether nothing later stands in the way.
    pub newest: bool,
}

impl ContactChange {
    /// The same for a member who must not see phone numbers.
    pub fn masked(mut self) -> Self {
        self.phone = self.phone.map(|phone| limits::mask_phone(&phone));
        self
    }
}

/// The kinds of change, seen from one of the two contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContactChangeKind {
    /// The other contact's conversations came here.
    Merged,
    /// The later conversations went to the other contact.
    SplitOff,
    /// These conversations came from the other contact.
    SplitFrom,
}
