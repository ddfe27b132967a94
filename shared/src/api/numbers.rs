//! Connecting WhatsApp numbers and looking after them; for administrators.
//!
//! Secrets go in and never come out; the verify token does, because a person must paste it at Meta.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChannelId, ConnectionId, QueueId},
    model::channel::ChannelColour,
};

/// A Meta app as a person gives it. No `Debug`: it must not be logged.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AppSecrets {
    /// Meta's id of the app: digits.
    pub app_id: String,
    /// What Meta signs webhooks with.
    pub app_secret: String,
    /// What is sent to the Graph API.
    pub access_token: String,
}

/// `POST /api/connections/check`: asks Meta what an app can be used for. Nothing is stored.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckConnectionRequest {
    /// One that is known already.
    #[serde(default)]
    pub connection: Option<ConnectionId>,
    /// A new one.
    #[serde(default)]
    pub app: Option<AppSecrets>,
    /// Meta's id of a business account to look at, where the token does not name any.
    #[serde(default)]
    pub account: Option<String>,
}

/// What an app can be used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckedConnection {
    /// The app's name at Meta.
    #[serde(default)]
    pub app_name: Option<String>,
    /// When the token ends; none means never.
    #[serde(default, deserialize_with = "crate::instant::read_maybe")]
    pub expires_at: Option<DateTime<Utc>>,
    /// The business accounts it may manage, as far as it names them or was asked for one.
    pub accounts: Vec<FoundAccount>,
}

/// A business account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundAccount {
    /// Meta's id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its numbers.
    pub numbers: Vec<FoundNumber>,
}

/// A number of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundNumber {
    /// Meta's id.
    pub id: String,
    /// As people write it.
    pub address: String,
    /// The name customers see.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it is connected already, here or to another tenant.
    pub taken: bool,
}

/// `POST /api/channels`: verifies everything once more, then stores it.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConnectNumberRequest {
    /// Over an app that is known already.
    #[serde(default)]
    pub connection: Option<ConnectionId>,
    /// Over a new one.
    #[serde(default)]
    pub app: Option<AppSecrets>,
    /// Meta's id of the business account.
    pub account: String,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Name the team gives it.
    pub name: String,
    /// How it is told apart.
    pub colour: ChannelColour,
    /// Where its new conversations wait; none means everybody sees them.
    #[serde(default)]
    pub queue: Option<QueueId>,
}

/// A number that was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectedNumber {
    /// As which channel.
    pub channel: ChannelId,
    /// Over which app.
    pub connection: ConnectionId,
}

/// `GET /api/connections`: the apps of the tenant's numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionsPage {
    /// All of them, oldest first.
    pub connections: Vec<ConnectionSummary>,
}

/// A Meta app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionSummary {
    /// Which.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// Meta's id of the app.
    pub app_id: String,
    /// Whether it belongs to the tenant; the operator's can be used, not changed.
    pub own: bool,
    /// The tenant's numbers on it.
    pub channels: Vec<ChannelId>,
    /// What to paste at Meta; only for one's own.
    #[serde(default)]
    pub webhook: Option<WebhookAddress>,
}

/// What to paste at Meta, under WhatsApp, Configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookAddress {
    /// The callback URL.
    pub callback_url: String,
    /// The verify token.
    pub verify_token: String,
}

/// `POST /api/channels/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EditNumberRequest {
    /// Name the team gives it.
    pub name: String,
    /// How it is told apart.
    pub colour: ChannelColour,
    /// Where its new conversations wait; none means everybody sees them.
    #[serde(default)]
    pub queue: Option<QueueId>,
}

/// `POST /api/connections/{id}`: replaces what is given. Each is verified first.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplaceSecretsRequest {
    /// Another access token.
    #[serde(default)]
    pub access_token: Option<String>,
    /// Another app secret; those before stay valid for webhooks on their way.
    #[serde(default)]
    pub app_secret: Option<String>,
}

/// The body of what needs none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `POST /api/channels/{id}/register`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterNumberRequest {
    /// Six digits: the PIN the number has, or the one it is to have.
    pub pin: String,
}

/// `POST /api/channels/{id}/test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TestNumberRequest {
    /// A phone number with its country.
    pub to: String,
}

/// `GET` and `POST /api/channels/{id}/profile`: what customers see about the business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BusinessProfile {
    /// One line under the name.
    #[serde(default)]
    pub about: String,
    /// Where it is.
    #[serde(default)]
    pub address: String,
    /// What it does.
    #[serde(default)]
    pub description: String,
    /// How to write to it.
    #[serde(default)]
    pub email: String,
    /// Two addresses on the web at most.
    #[serde(default)]
    pub websites: Vec<String>,
    /// Meta's word for its line of business; empty when none is chosen.
    #[serde(default)]
    pub vertical: String,
}
