//! What the server sent us, kept for assertions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a POST to the messages endpoint meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendKind {
    /// A message to a customer.
    Message,
    /// A message was marked as read.
    Read,
    /// Marked as read, with the typing indicator.
    Typing,
}

/// One POST to `/{phone_number_id}/messages`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedSend {
    /// Counts from 1 over the life of the simulator.
    pub seq: u64,
    /// Unix milliseconds of arrival.
    pub at_ms: i64,
    /// The Graph version in the path, such as `v25.0`.
    pub version: String,
    pub phone_number_id: String,
    pub kind: SendKind,
    /// The body as it came; a JSON string where it was not JSON.
    pub body: Value,
    pub content_type: Option<String>,
    pub user_agent: Option<String>,
    /// `accepted`, `refused:<code>`, `cut`, `accepted_cut`, `accepted_stalled`,
    /// `accepted_invalid_json`, `server_error`, `rate_limited`.
    pub outcome: String,
    /// The id we gave it, where it was accepted.
    pub wamid: Option<String>,
}

impl RecordedSend {
    /// Whether Meta would deliver it, whatever the sender heard.
    pub fn was_accepted(&self) -> bool {
        self.wamid.is_some()
    }

    /// Text of a text message.
    pub fn text(&self) -> Option<&str> {
        self.body.pointer("/text/body")?.as_str()
    }

    /// Our own string that every status echoes.
    pub fn callback_data(&self) -> Option<&str> {
        self.body.get("biz_opaque_callback_data")?.as_str()
    }

    /// Digits of the phone number, or the business-scoped id, it went to.
    pub fn recipient(&self) -> Option<String> {
        crate::customer::recipient_of(&self.body)
    }
}
