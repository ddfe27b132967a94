//! What Meta refuses before it sends anything.

use serde_json::Value;

use super::{GraphError, addresses, interactive};
use crate::customer::recipient_of;
use crate::state::State;
use crate::templates;

/// Characters of a text message.
const TEXT_LIMIT: usize = 4096;
/// Characters of a caption.
const CAPTION_LIMIT: usize = 1024;
/// Seconds after the customer's last message in which free-form messages go through.
const WINDOW_S: i64 = 24 * 60 * 60;

const TYPES: [&str; 10] = [
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
];

/// Checks a message body that a number of this business account sends.
pub(super) fn check(state: &State, app_id: &str, account: &str, body: &Value) -> Result<(), GraphError> {
    product(body)?;
    if recipient_of(body).is_none_or(|to| to.is_empty()) {
        return Err(GraphError::parameter("The parameter to is required."));
    }
    let kind = body.get("type").and_then(Value::as_str).unwrap_or("text");
    match kind {
        "text" => text(body),
        "template" => template(state, app_id, account, body),
        "interactive" => interactive::check(body),
        "reaction" => required(body, "/reaction/message_id"),
        "image" | "video" | "audio" | "document" | "sticker" => media(state, app_id, kind, body),
        "location" => addresses::location(body),
        "contacts" => addresses::contacts(body),
        other => {
            let known = TYPES.join(", ");
            Err(GraphError::parameter(format_args!(
                "Param type must be one of {{{known}, template}} - got \"{other}\"."
            )))
        }
    }
}

pub(super) fn product(body: &Value) -> Result<(), GraphError> {
    match body.get("messaging_product").and_then(Value::as_str) {
        Some("whatsapp") => Ok(()),
        _ => Err(GraphError::parameter("The parameter messaging_product is required.")),
    }
}

/// In strict mode: only templates go through when the customer has been silent for a day.
pub(super) fn window(last_customer_at: Option<i64>, now: i64, body: &Value) -> Result<(), GraphError> {
    let template = body.get("type").and_then(Value::as_str) == Some("template");
    let open = last_customer_at.is_some_and(|last| now - last < WINDOW_S);
    if template || open { Ok(()) } else { Err(GraphError::of(131_047)) }
}

fn at_most(text: &str, limit: usize, name: &str) -> Result<(), GraphError> {
    if text.chars().count() <= limit {
        return Ok(());
    }
    Err(GraphError::parameter(format_args!("Param {name} must be at most {limit} characters long.")))
}

/// A required text of one or more lines.
pub(super) fn words(value: Option<&Value>, limit: usize, name: &str) -> Result<(), GraphError> {
    text_of(value, limit, name, |c| c == '\n')
}

/// A required text on one line.
pub(super) fn line(value: Option<&Value>, limit: usize, name: &str) -> Result<(), GraphError> {
    text_of(value, limit, name, |_| false)
}

fn text_of(
    value: Option<&Value>,
    limit: usize,
    name: &str,
    allowed: fn(char) -> bool,
) -> Result<(), GraphError> {
    let text = match value {
        None | Some(Value::Null) => return Err(missing(name)),
        Some(value) => value.as_str().ok_or_else(|| invalid(format_args!("{name} must be a string")))?,
    };
    if text.trim().is_empty() {
        return Err(missing(name));
    }
    if text.chars().count() > limit {
        return Err(invalid(format_args!("Length of {name} is invalid. Max length: {limit}")));
    }
    if text.chars().any(|c| c.is_control() && !allowed(c)) {
        return Err(invalid(format_args!("{name} has characters that are not allowed")));
    }
    Ok(())
}

/// A required parameter that is not there.
pub(super) fn missing(name: &str) -> GraphError {
    GraphError::with_details(131_008, format!("{name} is missing."))
}

/// A parameter that is there and wrong.
pub(super) fn invalid(details: impl std::fmt::Display) -> GraphError {
    GraphError::with_details(131_009, details.to_string())
}

fn text(body: &Value) -> Result<(), GraphError> {
    let text = body.pointer("/text/body").and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() {
        return Err(GraphError::parameter("The parameter text['body'] is required."));
    }
    at_most(text, TEXT_LIMIT, "text['body']")
}

fn template(state: &State, app_id: &str, account: &str, body: &Value) -> Result<(), GraphError> {
    templates::check(state.templates.named(account, body), body)?;
    match templates::header_media(body) {
        Some((id, _)) if state.media.get(&id).is_none_or(|file| file.app_id != app_id) => {
            let message = "Param id in header is not a valid whatsapp business account media attachment ID";
            Err(GraphError::parameter(message))
        }
        _ => Ok(()),
    }
}

fn media(state: &State, app_id: &str, kind: &str, body: &Value) -> Result<(), GraphError> {
    let text = |key: &str| body.pointer(&format!("/{kind}/{key}")).and_then(Value::as_str);
    if let Some(caption) = text("caption") {
        at_most(caption, CAPTION_LIMIT, &format!("{kind}['caption']"))?;
    }
    if let Some(id) = text("id") {
        let known = state.media.get(id).is_some_and(|file| file.app_id == app_id);
        let message =
            format!("Param {kind}['id'] is not a valid whatsapp business account media attachment ID");
        return if known { Ok(()) } else { Err(GraphError::parameter(message)) };
    }
    required(body, &format!("/{kind}/link"))
}

fn required(body: &Value, pointer: &str) -> Result<(), GraphError> {
    body.pointer(pointer).map(|_| ()).ok_or_else(|| missing(&pointer.replace('/', ".")))
}
