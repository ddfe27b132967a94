//! Where alerts are posted to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Longest address of a webhook, in bytes.
pub const URL_BYTES: usize = 2_000;

/// `GET /api/alert-webhook`, and the answer to every change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertWebhookPage {
    /// The webhook; none while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<AlertWebhook>,
    /// What signs the posts; told only when it was just made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Where alerts are posted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertWebhook {
    /// The address.
    pub url: String,
    /// Whether anything is posted.
    pub active: bool,
    /// What became of the last post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastDelivery>,
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastDelivery {
    /// When it was tried last.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// What the receiver answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it did not arrive; none when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<PostProblem>,
    /// Whether it is not tried again.
    #[serde(default)]
    pub gave_up: bool,
}

/// Why a post did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PostProblem {
    /// The address is not one that may be called, or its name leads to one.
    Address,
    /// Nobody is reached there.
    Unreachable,
    /// There was no answer in time.
    Timeout,
    /// The answer was another status than one of success.
    Status,
}

impl PostProblem {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Status => "status",
        }
    }

    /// The problem with this stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Address, Self::Unreachable, Self::Timeout, Self::Status]
            .into_iter()
            .find(|problem| problem.as_str() == text)
    }
}

/// `PUT /api/alert-webhook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AlertWebhookRequest {
    /// Where to: `https`, port 443 or 8443, on the public internet.
    pub url: String,
    /// Whether anything is posted.
    pub active: bool,
}
