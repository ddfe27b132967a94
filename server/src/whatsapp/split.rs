//! From a webhook's bytes to its items: every entry, change, message and status, each kept as the
//! text it came as. Nothing here looks inside an item, so a bad one cannot harm its siblings.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use serde::Deserialize;
use serde_json::value::RawValue;

/// What an item is, by where it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `value.messages[]`.
    Message,
    /// `value.statuses[]`.
    Status,
    /// A whole change of another field, or one without known lists.
    Change,
}

/// One item with what it takes to route it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) kind: Kind,
    /// Meta's name of the field (`messages`, `account_update` …); empty when missing.
    pub(super) field: String,
    /// The business account the entry is about.
    pub(super) waba_id: String,
    /// When Meta made the entry, as it says; empty when it does not. Two equal changes of different times
    /// are two.
    pub(super) time: String,
    /// The number it is about, if it names one.
    pub(super) phone_number_id: Option<String>,
    /// The item's own JSON.
    pub(super) raw: String,
    /// The value's `contacts`, which all its messages refer to.
    pub(super) contacts: Option<Arc<Contacts>>,
}

/// A list of contacts, read when the first message asks for it and once for all of them.
#[derive(Debug)]
pub(super) struct Contacts {
    raw: String,
    read: OnceLock<serde_json::Value>,
}

impl Contacts {
    pub(super) fn new(raw: String) -> Arc<Self> {
        Arc::new(Self { raw, read: OnceLock::new() })
    }

    /// As it came.
    pub(super) fn raw(&self) -> &str {
        &self.raw
    }

    /// What it says; nothing when it cannot be read.
    pub(super) fn value(&self) -> &serde_json::Value {
        self.read.get_or_init(|| {
            serde_json::from_str(&without_lone_surrogates(&self.raw)).unwrap_or(serde_json::Value::Null)
        })
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    entry: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    time: Option<&'a RawValue>,
    #[serde(borrow, default)]
    changes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow, default)]
    field: Option<&'a RawValue>,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Value<'a> {
    #[serde(borrow, default)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    contacts: Option<&'a RawValue>,
    #[serde(borrow, default)]
    messages: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    statuses: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    errors: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow, default)]
    phone_number_id: Option<&'a RawValue>,
}

/// The body is authentic but not a webhook.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotAWebhook;

/// All items of a body, in order. What does not look like Meta's shapes becomes a `Change` item.
pub(super) fn split(body: &str) -> Result<Vec<Item>, NotAWebhook> {
    // serde would take a list for an object whose fields are all optional, and an empty one for nothing.
    if !body.trim_start().starts_with('{') {
        return Err(NotAWebhook);
    }
    let envelope: Envelope<'_> = serde_json::from_str(body).map_err(|_| NotAWebhook)?;
    let mut items = Vec::new();
    for raw in envelope.entry {
        match serde_json::from_str::<Entry<'_>>(raw.get()) {
            Ok(entry) => {
                let about = About { waba_id: text(entry.id), time: text(entry.time) };
                if entry.changes.is_empty() {
                    items.push(whole("", &about, None, raw));
                }
                for change in entry.changes {
                    split_change(change, &about, &mut items);
                }
            }
            Err(_) => items.push(whole("", &About::default(), None, raw)),
        }
    }
    Ok(items)
}

/// What an entry says of all its changes.
#[derive(Default)]
struct About {
    waba_id: String,
    time: String,
}

fn split_change(raw: &RawValue, about: &About, items: &mut Vec<Item>) {
    let Ok(change) = serde_json::from_str::<Change<'_>>(raw.get()) else {
        return items.push(whole("", about, None, raw));
    };
    let field = text(change.field);
    let value = change.value.and_then(|value| serde_json::from_str::<Value<'_>>(value.get()).ok());
    let Some(value) = value else { return items.push(whole(&field, about, None, raw)) };
    let phone_number_id = value
        .metadata
        .and_then(|metadata| serde_json::from_str::<Metadata<'_>>(metadata.get()).ok())
        .map(|metadata| text(metadata.phone_number_id))
        .filter(|id| !id.is_empty());
    let known = field == "messages" && (value.messages.is_some() || value.statuses.is_some());
    if !known {
        return items.push(whole(&field, about, phone_number_id, raw));
    }
    let contacts = value.contacts.map(|contacts| Contacts::new(contacts.get().to_owned()));
    let mut add = |kind, raw: &RawValue, contacts: Option<&Arc<Contacts>>| {
        items.push(Item {
            kind,
            field: field.clone(),
            waba_id: about.waba_id.clone(),
            time: about.time.clone(),
            phone_number_id: phone_number_id.clone(),
            raw: raw.get().to_owned(),
            contacts: contacts.cloned(),
        });
    };
    for message in value.messages.unwrap_or_default() {
        add(Kind::Message, message, contacts.as_ref());
    }
    for status in value.statuses.unwrap_or_default() {
        add(Kind::Status, status, None);
    }
    if let Some(errors) = value.errors {
        add(Kind::Change, errors, None);
    }
}

fn whole(field: &str, about: &About, phone_number_id: Option<String>, raw: &RawValue) -> Item {
    Item {
        kind: Kind::Change,
        field: field.to_owned(),
        waba_id: about.waba_id.clone(),
        time: about.time.clone(),
        phone_number_id,
        raw: raw.get().to_owned(),
        contacts: None,
    }
}

/// A string or number as text; Meta is not consistent. U+0000 cannot be stored and is left out.
fn text(raw: Option<&RawValue>) -> String {
    let Some(raw) = raw.map(RawValue::get) else { return String::new() };
    match serde_json::from_str::<serde_json::Value>(raw) {
        Ok(serde_json::Value::String(text)) => text.replace('\0', ""),
        Ok(serde_json::Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// JSON text in which every lone surrogate escape is replaced: Meta forwards what phones send, and
/// strict parsers refuse the whole item for one of them.
pub(super) fn without_lone_surrogates(raw: &str) -> Cow<'_, str> {
    if !raw.contains("\\u") {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            // A two-character escape, or a backslash that ends the text.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (escape, after) = escape.split_at(taken.min(escape.len()));
        out.push_str(escape);
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn unit(escape: &str) -> Option<u32> {
    u32::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_change_message_and_status_becomes_an_item() {
        let body = r#"{"entry":[
            {"id":"w1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"p1"},
                "contacts":[{}],"messages":[{"id":"a"},{"id":"b"}],"statuses":[{"id":"c"}]}}]},
            {"id":2,"changes":[{"value":{"x":1},"field":"account_update"},{"field":"messages"},7]},
            "odd"
        ],"object":"whatsapp_business_account"}"#;
        let items = split(body).unwrap();
        let seen: Vec<_> =
            items.iter().map(|i| (i.kind, i.waba_id.as_str(), i.phone_number_id.as_deref())).collect();
        assert_eq!(
            seen,
            [
                (Kind::Message, "w1", Some("p1")),
                (Kind::Message, "w1", Some("p1")),
                (Kind::Status, "w1", Some("p1")),
                (Kind::Change, "2", None),
                (Kind::Change, "2", None),
                (Kind::Change, "2", None),
                (Kind::Change, "", None),
            ]
        );
        assert_eq!(items[1].raw, r#"{"id":"b"}"#);
        let contacts: Vec<_> = items.iter().filter_map(|item| item.contacts.as_ref()).collect();
        assert!(contacts.len() == 2 && Arc::ptr_eq(contacts[0], contacts[1]), "read once for all messages");
    }

    #[test]
    fn a_broken_item_does_not_harm_its_siblings() {
        let body = r#"{"entry":[{"id":"w","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"p"},
            "messages":[{"id":"bad","text":{"body":"\ud800"}},{"id":"good"}]}}]}]}"#;
        assert_eq!(split(body).unwrap().len(), 2);
    }

    #[test]
    fn what_is_not_json_is_not_a_webhook() {
        assert_eq!(split("{").unwrap_err(), NotAWebhook);
        assert_eq!(split("[]").unwrap_err(), NotAWebhook);
        assert!(split("{}").unwrap().is_empty());
    }

    #[test]
    fn only_lone_surrogates_are_replaced() {
        let fixed = without_lone_surrogates(r#""a\ud83d\ude00 \ud83d \ude00 \\ud83d \u00e4 \n""#);
        assert_eq!(fixed, r#""a\ud83d\ude00 \ufffd \ufffd \\ud83d \u00e4 \n""#);
        assert!(serde_json::from_str::<String>(&fixed).is_ok());
    }
}
