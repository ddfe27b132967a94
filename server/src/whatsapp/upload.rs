//! Handing our files to WhatsApp, which gives each a name for thirty days.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{
    Body,
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use shared::{
    limits::META_ID_BYTES,
    model::message::{Failure, FailureReason},
};

use super::{
    Graph,
    errors::{self, Refusal},
    graph::{Sent, later, retry_after},
    payload,
};
use crate::files::Read;

/// A whole file may take this long.
const WHOLE: Duration = Duration::from_secs(300);
/// For so long an uploaded file is used again; WhatsApp keeps it for thirty days. Source: Cloud API, media.
pub(super) const KEPT: TimeDelta = TimeDelta::days(29);

/// A file to be handed over.
pub(super) struct Outward<'a> {
    /// The business's number it will be sent from.
    pub(super) phone_number_id: &'a str,
    /// Its type, as WhatsApp names it.
    pub(super) mime: &'a str,
    /// Its bytes.
    pub(super) read: Read,
}

impl Graph {
    /// Uploads a file; what WhatsApp calls it.
    ///
    /// # Errors
    /// What became of the message it is for: a file that did not arrive was certainly not sent.
    pub(super) async fn upload(&self, token: &SecretString, file: Outward<'_>) -> Result<String, Sent> {
        let Outward { phone_number_id, mime, read } = file;
        let part = Part::stream_with_length(Body::wrap_stream(read.pieces), read.size)
            // The customer sees the name of the message; this one only has to be there.
            .file_name("file")
            .mime_str(mime)
            .map_err(|_| refused())?;
        let form = Form::new()
            .text("messaging_product", "whatsapp")
            .text("type", mime.to_owned())
            .part("file", part);
        let request = self
            .client
            .post(format!("{}/{phone_number_id}/media", self.base))
            .timeout(WHOLE)
            .bearer_auth(token.expose_secret())
            .multipart(form);
        let response = request.send().await.map_err(|error| {
            tracing::warn!(timeout = error.is_timeout(), "a file could not be handed to WhatsApp");
            later()
        })?;
        let (status, wait) = (response.status(), retry_after(&response));
        let answer: Value = response
            .bytes()
            .await
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        if status.is_success() {
            let id = payload::string(&answer, "id").filter(|id| !id.is_empty() && id.len() <= META_ID_BYTES);
            return id.ok_or_else(later);
        }
        let failure = payload::failure(answer.get("error"));
        match failure.code.map(errors::refusal) {
            Some(Refusal::Final) => Err(Sent::Refused(failure)),
            None if status.is_client_error() && status.as_u16() != 429 => Err(Sent::Refused(failure)),
            _ => Err(Sent::Later { pair: false, retry_after: wait, failure }),
        }
    }
}

fn refused() -> Sent {
    Sent::Refused(Failure { code: None, reason: FailureReason::ContentRefused, detail: None })
}
