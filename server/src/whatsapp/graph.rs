//! Talking to the Graph API. One host, configured; redirects are not followed.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use shared::{
    ids::MessageId,
    limits::META_ID_BYTES,
    model::message::{Failure, FailureReason},
};

use super::{
    errors::{self, Refusal},
    outgoing::Wire,
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

    /// Sends a message. Our id travels along and comes back in every status.
    pub(super) async fn send(
        &self,
        token: &SecretString,
        phone_number_id: &str,
        to: &ContactRow,
        letter: Letter<'_>,
    ) -> Sent {
        let Letter { id, wire, quoted } = letter;
        let mut body = Map::new();
        let object = &mut body;
        object.insert("messaging_product".into(), "whatsapp".into());
        object.insert("biz_opaque_callback_data".into(), id.to_string().into());
        if let Some(quoted) = quoted {
            object.insert("context".into(), json!({ "message_id": quoted }));
        }
        wire.put(object);
        if !address(object, to) {
            let reason = FailureReason::Undeliverable;
            return Sent::Refused(Failure { code: None, reason, detail: None });
        }
        let request = self
            .client
            .post(format!("{}/{phone_number_id}/messages", self.base))
            .bearer_auth(token.expose_secret())
            .json(&body);
        match request.send().await {
            Ok(response) => outcome(response).await,
            // No connection, so not a byte of it left this machine.
            Err(error) if error.is_connect() => later(),
            Err(error) => {
                tracing::warn!(message.id = %id, timeout = error.is_timeout(), "the answer to a send was lost");
                Sent::Unknown
            }
        }
    }
}

/// A message on its way out.
pub(super) struct Letter<'a> {
    /// Ours.
    pub(super) id: MessageId,
    /// What it says.
    pub(super) wire: Wire,
    /// WhatsApp's id of the message it answers.
    pub(super) quoted: Option<&'a str>,
}

/// Nothing was sent, and nobody said why.
pub(super) const fn later() -> Sent {
    let failure = Failure { code: None, reason: FailureReason::ServiceUnavailable, detail: None };
    Sent::Later { pair: false, retry_after: None, failure }
}

/// For how many seconds Meta does not want to hear from us.
pub(super) fn retry_after(response: &reqwest::Response) -> Option<u64> {
    response.headers().get("retry-after")?.to_str().ok()?.parse().ok()
}

/// Says in a request whom it is for; says whether there is a way to reach them.
fn address(request: &mut Map<String, Value>, to: &ContactRow) -> bool {
    let kind = if to.group.is_some() { "group" } else { "individual" };
    request.insert("recipient_type".into(), kind.into());
    if let Some(group) = &to.group {
        request.insert("to".into(), group.as_str().into());
        return true;
    }
    match (to.contact.phone.as_ref().or(to.wa_id.as_ref()), &to.bsuid) {
        // Without the plus Meta would put our own country code in front.
        (Some(number), _) => {
            request.insert("to".into(), format!("+{}", number.trim_start_matches('+')).into());
        }
        (None, Some(bsuid)) => {
            request.insert("recipient".into(), bsuid.clone().into());
        }
        (None, None) => return false,
    }
    true
}

/// An emoji under a message.
pub(crate) struct Reaction<'a> {
    /// Whose chat the message is in.
    pub(crate) to: &'a ContactRow,
    /// WhatsApp's id of the message.
    pub(crate) wamid: &'a str,
    /// Which; none takes it away.
    pub(crate) emoji: Option<&'a str>,
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
        self.mark(token, phone_number_id, &body).await
    }

    /// Puts an emoji under a message, or takes it away. Twice is like once.
    pub(crate) async fn react(
        &self,
        token: &SecretString,
        phone_number_id: &str,
        reaction: Reaction<'_>,
    ) -> Marked {
        let Reaction { to, wamid, emoji } = reaction;
        let mut body = Map::new();
        body.insert("messaging_product".into(), "whatsapp".into());
        body.insert("type".into(), "reaction".into());
        body.insert("reaction".into(), json!({ "message_id": wamid, "emoji": emoji.unwrap_or_default() }));
        if !address(&mut body, to) {
            return Marked::Never(0);
        }
        self.mark(token, phone_number_id, &body.into()).await
    }

    /// Shows that somebody writes, below a customer's message, which counts as read from then on. Whether it
    /// worked is nobody's concern a moment later.
    pub(crate) async fn typing(&self, token: &SecretString, phone_number_id: &str, wamid: &str) {
        let body = json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": wamid,
            "typing_indicator": { "type": "text" },
        });
        if self.mark(token, phone_number_id, &body).await != Marked::Done {
            tracing::debug!("WhatsApp did not show that somebody writes");
        }
    }

    /// Asks for something that may be asked for twice.
    async fn mark(&self, token: &SecretString, phone_number_id: &str, body: &Value) -> Marked {
        let request = self
            .client
            .post(format!("{}/{phone_number_id}/messages", self.base))
            .bearer_auth(token.expose_secret())
            .json(body);
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
    let retry_after = retry_after(&response);
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
