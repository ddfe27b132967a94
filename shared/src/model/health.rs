//! What is known of a channel at Meta: for whoever connects numbers, and nobody else.
//!
//! Facts only; what follows from them is [`crate::health`]. Words of Meta's that are not known are `Other`, so that
//! a new one never hides the rest.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::ChannelId;

/// What is known of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelHealth {
    /// Which.
    pub channel: ChannelId,
    /// Version of this row.
    pub rev: u64,
    /// What is known.
    pub facts: HealthFacts,
}

impl Default for ChannelHealth {
    /// Nothing, of no channel there is.
    fn default() -> Self {
        Self { channel: ChannelId::new(), rev: 0, facts: HealthFacts::default() }
    }
}

/// Facts; each is absent as long as nobody told it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthFacts {
    /// The number.
    #[serde(default)]
    pub number: NumberFacts,
    /// The business account it belongs to.
    #[serde(default)]
    pub account: AccountFacts,
    /// What we send to the Graph API.
    #[serde(default)]
    pub token: TokenFacts,
    /// Meta's calls of our address.
    #[serde(default)]
    pub calls: CallFacts,
    /// What Meta warns of, newest first.
    #[serde(default)]
    pub alerts: Vec<Alert>,
    /// When Meta was asked last and answered.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub checked_at: Option<DateTime<Utc>>,
    /// Why the last question told nothing of number and account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<CheckTrouble>,
}

/// A number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NumberFacts {
    /// The name customers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_name: Option<String>,
    /// What Meta decided about the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<NameState>,
    /// The name that was asked for last, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_name: Option<String>,
    /// How customers take what they are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<NumberQuality>,
    /// Whether it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<NumberState>,
    /// Messages a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Throughput>,
    /// Customers who may be written to first, in 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<MessagingLimit>,
    /// Whether the owner of the number has proved to be it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Whether messages leave at present, everything taken together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_send: Option<CanSend>,
    /// What keeps messages from leaving, in Meta's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obstacles: Vec<Obstacle>,
    /// When somebody asked for or set another PIN, and what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinNews>,
}

/// A business account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountFacts {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What Meta decided about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// Whether it is disabled or about to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ban: Option<Ban>,
    /// What it may not do at present.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<Restriction>,
    /// What it was told to have broken last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation: Option<Violation>,
    /// Whether it is gone.
    #[serde(default)]
    pub deleted: bool,
    /// Whether our app hears of what happens in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribed: Option<bool>,
    /// How many numbers the business may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_numbers: Option<u64>,
}

/// An access token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenFacts {
    /// Whether Meta takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
    /// When it ends; none means never, as far as we know.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub expires_at: Option<DateTime<Utc>>,
    /// What it may not do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<TokenScope>,
}

/// Meta's calls of our address. Noted once a minute at most, so the last may be that much younger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallFacts {
    /// The address was confirmed with the right verify token.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// A signed webhook came.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub webhook_at: Option<DateTime<Utc>>,
    /// A call was turned away.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub refused_at: Option<DateTime<Utc>>,
    /// Why it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<CallRefusal>,
}

/// Why a call of our address was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallRefusal {
    /// Another verify token.
    VerifyToken,
    /// Signed with another app secret.
    Signature,
}

/// Why a question to Meta told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckTrouble {
    /// Meta did not answer, or said to come back later.
    Unreachable,
    /// The token may not see the number or the account, or they are gone.
    Hidden,
}

/// What an access token must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    /// `whatsapp_business_messaging`.
    Messaging,
    /// `whatsapp_business_management`.
    Management,
}

impl TokenScope {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Messaging, Self::Management];

    /// Meta's name for it.
    pub const fn meta_name(self) -> &'static str {
        match self {
            Self::Messaging => "whatsapp_business_messaging",
            Self::Management => "whatsapp_business_management",
        }
    }
}

/// How customers take what a number sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NumberQuality {
    /// Well.
    Green,
    /// Some block or report it.
    Yellow,
    /// Many do.
    Red,
}

/// Whether a number works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NumberState {
    /// It works.
    Connected,
    /// It was never registered.
    Pending,
    /// It is registered no more.
    Disconnected,
    /// Its quality is low; its limit may fall.
    Flagged,
    /// Its limit is used up.
    Restricted,
    /// It sends too fast.
    RateLimited,
    /// It may not be used any more.
    Banned,
    /// One we do not know.
    Other,
}

/// What Meta decided about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NameState {
    /// Customers see it.
    Approved,
    /// It is being looked at.
    Pending,
    /// It is not wanted.
    Declined,
    /// One we do not know, or none was asked for.
    Other,
}

/// Messages a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Throughput {
    /// 80.
    Standard,
    /// 1,000.
    High,
    /// Not told.
    Other,
}

/// Customers who may be written to first, in 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MessagingLimit {
    /// So many.
    Customers(u64),
    /// As many as one likes.
    Unlimited,
}

/// Whether messages leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CanSend {
    /// They do.
    Available,
    /// Not all of them.
    Limited,
    /// None.
    Blocked,
}

/// Something that keeps messages from leaving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Obstacle {
    /// Meta's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// What it is.
    pub text: String,
    /// What Meta proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solution: Option<String>,
}

/// Somebody did something about the number's PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PinNews {
    /// What.
    pub what: PinEvent,
    /// When.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
}

/// What somebody did about a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PinEvent {
    /// Set another.
    Changed,
    /// Asked to be rid of it.
    ResetAsked,
    /// It is gone.
    Reset,
}

/// What Meta decided about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// It may send.
    Approved,
    /// It is being looked at.
    Pending,
    /// It is not wanted.
    Rejected,
    /// One we do not know.
    Other,
}

/// An account that is disabled or about to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ban {
    /// Whether it is only announced.
    pub announced: bool,
    /// Since or from when on, in Meta's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
}

/// Something an account may not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Restriction {
    /// Meta's word for it, such as `RESTRICTED_BIZ_INITIATED_MESSAGING`.
    pub kind: String,
    /// Until when.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub until: Option<DateTime<Utc>>,
}

/// A rule of Meta's that was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Violation {
    /// Meta's word for it.
    pub kind: String,
    /// What Meta proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// When it was told.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
}

/// Something Meta warns of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alert {
    /// Meta's word for it.
    pub kind: String,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// In Meta's words.
    #[serde(default)]
    pub text: String,
    /// When it was told.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
}

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlertSeverity {
    /// Something does not work.
    Critical,
    /// Something may stop working.
    Warning,
    /// Good to know.
    Informational,
}
