//! Webhook bodies of Meta's shape, as pure functions: tests and benchmarks build with them too.
//!
//! Instants are Unix seconds and become strings, as Meta sends them.

mod message;
mod status;

use serde_json::{Map, Value, json};

pub(crate) use message::in_reply;
pub use message::{
    audio_message, button_message, contact, document_message, image_message, interactive_button_message,
    interactive_list_message, location_message, message_of, messages, reaction_message, sticker_message,
    text_message, unsupported_message,
};
pub use status::{Status, StatusReport, error_object, status, status_of};

/// The business side of a webhook: the account and number it is about.
#[derive(Debug, Clone)]
pub struct Line {
    pub waba_id: String,
    pub phone_number_id: String,
    pub display_phone_number: String,
}

/// The customer side of a webhook. A person has a phone number, a business-scoped id, or both.
#[derive(Debug, Clone, Default)]
pub struct Sender {
    pub wa_id: Option<String>,
    pub user_id: Option<String>,
    pub name: Option<String>,
    pub username: Option<String>,
}

impl Sender {
    /// A person known by phone number and name.
    pub fn phone(wa_id: &str, name: &str) -> Self {
        Self { wa_id: Some(wa_id.into()), name: Some(name.into()), ..Self::default() }
    }

    /// A person known by business-scoped id alone.
    pub fn scoped(user_id: &str, name: &str) -> Self {
        Self { user_id: Some(user_id.into()), name: Some(name.into()), ..Self::default() }
    }
}

/// A media file as a webhook names it.
#[derive(Debug, Clone)]
pub struct MediaRef {
    pub id: String,
    pub mime_type: String,
    /// Base64 of the SHA-256, as in real traffic.
    pub sha256: String,
}

/// The outermost object around one value of the `messages` field.
pub fn webhook(waba_id: &str, value: Value) -> Value {
    change(waba_id, "messages", value)
}

/// The outermost object around one value of any field.
pub fn change(waba_id: &str, field: &str, value: Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": waba_id, "changes": [{ "value": value, "field": field }] }]
    })
}

/// Several webhooks in one POST: values of one number are joined, accounts stay apart.
pub fn batch(webhooks: impl IntoIterator<Item = Value>) -> Value {
    let mut entries: Vec<Value> = Vec::new();
    let incoming = webhooks.into_iter().flat_map(|mut webhook| take_array(&mut webhook, "entry"));
    for mut entry in incoming {
        let same = entries.iter_mut().find(|known| known.get("id") == entry.get("id"));
        match same {
            Some(known) => join_changes(known, take_array(&mut entry, "changes")),
            None => entries.push(entry),
        }
    }
    json!({ "object": "whatsapp_business_account", "entry": entries })
}

fn join_changes(entry: &mut Value, changes: Vec<Value>) {
    let Some(known) = entry.get_mut("changes").and_then(Value::as_array_mut) else { return };
    for mut change in changes {
        let number = change.pointer("/value/metadata/phone_number_id").cloned();
        let same = known.iter_mut().find(|other| {
            number.is_some() && other.pointer("/value/metadata/phone_number_id") == number.as_ref()
        });
        match (same.and_then(|other| other.get_mut("value")), change.get_mut("value")) {
            (Some(into), Some(from)) => join_values(into, from),
            _ => known.push(change),
        }
    }
}

fn join_values(into: &mut Value, from: &mut Value) {
    for list in ["contacts", "messages", "statuses", "errors"] {
        let mut items = take_array(from, list);
        if items.is_empty() {
            continue;
        }
        let Some(object) = into.as_object_mut() else { return };
        let known = object.entry(list).or_insert_with(|| json!([]));
        // One contact per person, as Meta writes it.
        items.retain(|item| list != "contacts" || known.as_array().is_none_or(|all| !all.contains(item)));
        if let Some(known) = known.as_array_mut() {
            known.append(&mut items);
        }
    }
}

fn take_array(value: &mut Value, key: &str) -> Vec<Value> {
    match value.get_mut(key).map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn metadata(line: &Line) -> Value {
    // Webhooks carry the digits alone, while the Graph API formats the number.
    let digits: String = line.display_phone_number.chars().filter(char::is_ascii_digit).collect();
    json!({ "display_phone_number": digits, "phone_number_id": line.phone_number_id })
}

fn put(object: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object.insert(key.into(), value.into());
    }
}

#[cfg(test)]
mod tests;
