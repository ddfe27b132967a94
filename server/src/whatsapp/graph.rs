//! Talking to the Graph API. One host, configured; redirects are not followed.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use shared::{
    ids::MessageId,
    limits::META_ID_BYTES,
    model::message::{Failure, FailureReason},
};

use super::{
    errors::{self, Refusal},
    payload,
};
use crate::{
    db::rows::contact::ContactRow,
    fault::{self, Point},
    net::PublicOnly,
};

/// Meta answers within seconds; a longer wait would only hide an outage.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Meta refuses some requests without one.
const USER_AGENT: &str = concat!("switchboard/", env!("CARGO_PKG_VERSION"));

/// The Graph API.
#[derive(Clone)]
pub struct Graph {
    pub(super) client: reqwest::Client,
    /// For addresses that Meta's answers name.
    pub(super) outside: reqwest::Client,
    pub(super) base: String,
}

/// What became of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    /// Meta took it and calls it this.
    Accepted(String),
    /// It was certainly not sent; when Meta says how long to wait, it does so in seconds.
    Later { pair: bool, retry_after: Option<u64>, failure: Failure },
    /// It was certainly not sent and never will be.
    Refused(Failure),
    /// Nobody knows.
    Unknown,
}

impl Graph {
    /// A client for `<base>/<version>`.
    ///
    /// # Errors
    /// When the TLS set-up of the machine is unusable.
    pub fn new(base: &str, version: &str) -> anyhow::Result<Self> {
        // Fails only when another provider was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .timeout(TIMEOUT)
                .connect_timeout(Duration::from_secs(5))
                .redirect(reqwest::redirect::Policy::none())
        };
        let outside = builder().dns_resolver(PublicOnly::resolver()).build()?;
        let base = format!("{}/{version}", base.trim_end_matches('/'));
        Ok(Self { client: builder().build()?, outside, base })
    }

    /// Sends a text. Our id travels along and comes back in every status.
    pub(super) async fn send_text(
        &self,
        token: &SecretString,
        phone_number_id: &str,
        to: &ContactRow,
        text: &str,
        id: MessageId,
    ) -> Sent {
        let mut body = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "type": "text",
            "text": { "body": text, "preview_url": false },
            "biz_opaque_callback_data": id.to_string(),
        });
        let Some(object) = body.as_object_mut() else { return Sent::Unknown };
        match (to.contact.phone.as_ref().or(to.wa_id.as_ref()), &to.bsuid) {
            // Without the plus Meta would put our own country code in front.
            (Some(number), _) => {
                object.insert("to".into(), format!("+{}", number.trim_start_matches('+')).into());
            }
            (None, Some(bsuid)) => {
                object.insert("recipient".into(), bsuid.clone().into());
            }
            (None, None) => {
                return Sent::Refused(Failure {
                    code: None,
                    reason: FailureReason::Undeliverable,
                    detail: None,
                });
            }
        }
        let request = self
            .client
            .post(format!("{}/{phone_number_id}/messages", self.base))
            .bearer_auth(token.expose_secret())
            .json(&body);
        match request.send().await {
            Ok(response) => outcome(response).await,
            // No connection, so not a byte of it left this machine.
            Err(error) if error.is_connect() => Sent::Later {
                pair: false,
                retry_after: None,
                failure: Failure { code: None, reason: FailureReason::ServiceUnavailable, detail: None },
            },
            Err(error) => {
                tracing::warn!(message.id = %id, timeout = error.is_timeout(), "the answer to a send was lost");
                Sent::Unknown
            }
        }
    }
}

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marked {
    /// WhatsApp has noted it.
    Done,
    /// It may work later.
    Later,
    /// It never will; with Meta's code.
    Never(i64),
}

impl Graph {
    /// Marks a customer's message, and those before it, as read.
    pub(crate) async fn mark_read(&self, token: &SecretString, phone_number_id: &str, wamid: &str) -> Marked {
        let body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": wamid });
        let request = self
            .client
            .post(format!("{}/{phone_number_id}/messages", self.base))
            .bearer_auth(token.expose_secret())
            .json(&body);
        let Ok(response) = request.send().await else { return Marked::Later };
        let status = response.status();
        if status.is_success() {
            return Marked::Done;
        }
        let answer: Option<Value> =
            response.bytes().await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let code = payload::failure(answer.as_ref().and_then(|answer| answer.get("error"))).code;
        match code.map(|code| (code, errors::refusal(code))) {
            Some((code, Refusal::Final)) => Marked::Never(code),
            Some(_) => Marked::Later,
            None if status.is_client_error() && status.as_u16() != 429 => Marked::Never(0),
            None => Marked::Later,
        }
    }
}

async fn outcome(response: reqwest::Response) -> Sent {
    fault::reach(Point::OutboxPosted);
    let status = response.status();
    let retry_after =
        response.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let answer: Option<Value> =
        response.bytes().await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if status.is_success() {
        let wamid = answer
            .as_ref()
            .and_then(|a| a.get("messages")?.get(0)?.get("id")?.as_str())
            .filter(|id| !id.is_empty() && id.len() <= META_ID_BYTES);
        return wamid.map_or(Sent::Unknown, |id| Sent::Accepted(id.to_owned()));
    }
    let error = answer.as_ref().and_then(|answer| answer.get("error"));
    let mut failure = payload::failure(error);
    match failure.code.map(errors::refusal) {
        Some(Refusal::Final) => Sent::Refused(failure),
        Some(Refusal::Later) => Sent::Later { pair: false, retry_after, failure },
        Some(Refusal::PairLimit) => Sent::Later { pair: true, retry_after, failure },
        Some(Refusal::Unknown) => Sent::Unknown,
        None if status.as_u16() == 429 => {
            failure.reason = FailureReason::RateLimited;
            Sent::Later { pair: false, retry_after, failure }
        }
        None if status.is_client_error() => Sent::Refused(failure),
        // A server error or a redirect without Meta's explanation: it may have been taken.
        None => Sent::Unknown,
    }
}
