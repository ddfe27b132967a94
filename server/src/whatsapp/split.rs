//! From a webhook's bytes to its items: every entry, change, message and status, each kept as the
//! text it came as. Nothing here looks inside an item, so a bad one cannot harm its siblings.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::Fields;

/// What an item is, by where it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `value.messages[]`.
    Message,
    /// `value.statuses[]`.
    Status,
    /// `value.message_echoes[]`: what the business wrote elsewhere.
    Echo,
    /// A message from before the number was connected; its contacts are whose chat it stood in.
    Past,
    /// `value.calls[]`, or a status of a call.
    Call,
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
                    items.push(whole("", &about, None, raw.get()));
                }
                for change in entry.changes {
                    split_change(change, &about, &mut items);
                }
            }
            Err(_) => items.push(whole("", &About::default(), None, raw.get())),
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
        return items.push(whole("", about, None, raw.get()));
    };
    let field = text(change.field);
    let value = change.value.and_then(|value| serde_json::from_str::<Fields<'_>>(value.get()).ok());
    let Some(mut value) = value else { return items.push(whole(&field, about, None, raw.get())) };
    // A handover has no metadata: the number is whom it was told to.
    let metadata = value.take("metadata").or_else(|| value.find("recipient"));
    let phone_number_id = metadata
        .and_then(|metadata| serde_json::from_str::<Metadata<'_>>(metadata.get()).ok())
        .map(|metadata| text(metadata.phone_number_id))
        .filter(|id| !id.is_empty());
    let mut found =
        Found { field: &field, about, phone_number_id: phone_number_id.as_deref(), contacts: None, items };
    if !found.take(&mut value) {
        return items.push(whole(&field, about, phone_number_id, raw.get()));
    }
    let contacts = found.contacts.take();
    value.take("messaging_product");
    if let Some(rest) = value.rest() {
        let rest = format!(r#"{{"field":{},"value":{rest}}}"#, serde_json::Value::from(field.as_str()));
        items.push(Item { contacts, ..whole(&field, about, phone_number_id, &rest) });
    }
}

/// Where the items of one change go.
struct Found<'a> {
    field: &'a str,
    about: &'a About,
    phone_number_id: Option<&'a str>,
    /// Whom the lists were about; what is left beside them is about the same.
    contacts: Option<Arc<Contacts>>,
    items: &'a mut Vec<Item>,
}

impl Found<'_> {
    /// Takes the lists that the field is known to have out of a value; says whether there was one.
    fn take(&mut self, value: &mut Fields<'_>) -> bool {
        match self.field {
            "messages" => {
                let any = self.lists(value, &[("messages", Kind::Message), ("statuses", Kind::Status)]);
                if any && let Some(errors) = value.take("errors") {
                    let contacts = self.contacts.clone();
                    self.add(Kind::Change, errors, contacts.as_ref());
                }
                any
            }
            "smb_message_echoes" => self.lists(value, &[("message_echoes", Kind::Echo)]),
            "calls" => self.lists(value, &[("calls", Kind::Call), ("statuses", Kind::Call)]),
            "standby" => {
                let within = value.find("standby").map(|raw| serde_json::from_str::<Fields<'_>>(raw.get()));
                let Some(Ok(mut within)) = within else { return false };
                let kinds =
                    [("messages", Kind::Message), ("message_echoes", Kind::Echo), ("statuses", Kind::Status)];
                if !self.lists(&mut within, &kinds) {
                    return false;
                }
                value.take("standby");
                if let Some(rest) = within.rest() {
                    self.items.push(Item { contacts: self.contacts.clone(), ..self.whole(&rest) });
                }
                true
            }
            "history" => {
                let kinds = [("messages", Kind::Past), ("message_echoes", Kind::Past)];
                let files = self.lists(value, &kinds);
                self.threads(value) || files
            }
            _ => false,
        }
    }

    fn lists(&mut self, value: &mut Fields<'_>, kinds: &[(&str, Kind)]) -> bool {
        let mut any = false;
        let contacts = value.find("contacts").map(|contacts| Contacts::new(contacts.get().to_owned()));
        for (key, kind) in kinds {
            let list = value.find(key).map(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()));
            let Some(Ok(list)) = list else { continue };
            value.take(key);
            any = true;
            for raw in list {
                self.add(*kind, raw, contacts.as_ref().filter(|_| *kind != Kind::Status));
            }
        }
        if any {
            value.take("contacts");
            self.contacts = self.contacts.take().or(contacts);
        }
        any
    }

    /// Takes what was written before the number was connected. Each message is told whose chat it stood in,
    /// which only the thread around it says.
    fn threads(&mut self, value: &mut Fields<'_>) -> bool {
        let chunks = value.find("history").map(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()));
        let Some(Ok(chunks)) = chunks else { return false };
        value.take("history");
        for raw in chunks {
            match serde_json::from_str::<Chunk<'_>>(raw.get()) {
                Ok(chunk) if !chunk.threads.is_empty() => {
                    for thread in chunk.threads {
                        let contacts = Contacts::new(thread.contacts());
                        for raw in thread.messages {
                            self.add(Kind::Past, raw, Some(&contacts));
                        }
                    }
                }
                // It was refused, or says something that is not known.
                _ => self.add(Kind::Change, raw, None),
            }
        }
        true
    }

    fn add(&mut self, kind: Kind, raw: &RawValue, contacts: Option<&Arc<Contacts>>) {
        self.items.push(Item { kind, contacts: contacts.cloned(), ..self.whole(raw.get()) });
    }

    fn whole(&self, raw: &str) -> Item {
        whole(self.field, self.about, self.phone_number_id.map(str::to_owned), raw)
    }
}

/// A part of what was written before the number was connected.
#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    threads: Vec<Thread<'a>>,
}

/// A chat of then.
#[derive(Deserialize)]
struct Thread<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    context: Option<Person<'a>>,
    #[serde(borrow, default)]
    messages: Vec<&'a RawValue>,
}

/// Who a chat of then was with.
#[derive(Deserialize)]
struct Person<'a> {
    #[serde(borrow, default)]
    wa_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    parent_user_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    username: Option<&'a RawValue>,
}

impl Thread<'_> {
    /// The customer, in the shape in which webhooks name contacts.
    fn contacts(&self) -> String {
        let person = self.context.as_ref();
        let number = Some(text(self.id)).filter(|id| !id.is_empty());
        let number = number.or_else(|| person.map(|person| text(person.wa_id)));
        serde_json::json!([{
            "wa_id": number.unwrap_or_default(),
            "user_id": person.map(|person| text(person.user_id)).unwrap_or_default(),
            "parent_user_id": person.map(|person| text(person.parent_user_id)).unwrap_or_default(),
            "profile": { "username": person.map(|person| text(person.username)).unwrap_or_default() },
        }])
        .to_string()
    }
}

fn whole(field: &str, about: &About, phone_number_id: Option<String>, raw: &str) -> Item {
    Item {
        kind: Kind::Change,
        field: field.to_owned(),
        waba_id: about.waba_id.clone(),
        time: about.time.clone(),
        phone_number_id,
        raw: raw.to_owned(),
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
    fn every_list_of_every_field_is_taken_apart_and_the_rest_is_kept() {
        let of = |field: &str, value: &str| {
            let value = format!(r#"{{"metadata":{{"phone_number_id":"p"}},{value}}}"#);
            let body =
                format!(r#"{{"entry":[{{"id":"w","changes":[{{"field":"{field}","value":{value}}}]}}]}}"#);
            let items = split(&body).unwrap();
            assert!(items.iter().all(|item| item.phone_number_id.as_deref() == Some("p")));
            items.into_iter().map(|item| (item.kind, item.raw)).collect::<Vec<_>>()
        };
        let item = |kind, raw: &str| (kind, raw.to_owned());
        assert_eq!(
            of("messages", r#""messages":[1],"conversation_context":{"type":"summary"},"errors":[2]"#),
            [
                item(Kind::Message, "1"),
                item(Kind::Change, "[2]"),
                item(
                    Kind::Change,
                    r#"{"field":"messages","value":{"conversation_context":{"type":"summary"}}}"#
                ),
            ]
        );
        assert_eq!(
            of("smb_message_echoes", r#""message_echoes":[1,2]"#),
            [item(Kind::Echo, "1"), item(Kind::Echo, "2")]
        );
        assert_eq!(
            of("standby", r#""standby":{"statuses":[1],"messages":[2],"message_echoes":[3],"new":4}"#),
            [
                item(Kind::Message, "2"),
                item(Kind::Echo, "3"),
                item(Kind::Status, "1"),
                item(Kind::Change, r#"{"new":4}"#),
            ]
        );
        assert_eq!(
            of("calls", r#""calls":[1],"statuses":[2]"#),
            [item(Kind::Call, "1"), item(Kind::Call, "2")]
        );
        assert_eq!(
            of(
                "history",
                r#""history":[{"metadata":{},"threads":[{"id":"49","messages":[1]}]}],"messages":[2]"#
            ),
            [item(Kind::Past, "2"), item(Kind::Past, "1")]
        );
        let refused = of("history", r#""history":[{"errors":[{"code":2593109}]}]"#);
        assert!(
            matches!(refused.as_slice(), [(Kind::Change, raw)] if raw.contains("2593109")),
            "{refused:?}"
        );
        assert!(matches!(of("new", r#""messages":[1]"#).as_slice(), [(Kind::Change, _)]));
    }

    #[test]
    fn a_message_of_before_knows_whose_chat_it_stood_in() {
        let body = r#"{"entry":[{"id":"w","changes":[{"field":"history","value":{"metadata":{"phone_number_id":"p"},
            "history":[{"threads":[{"id":"49","messages":[1]},{"context":{"user_id":"US.1"},"messages":[2]}]}]}}]}]}"#;
        let whose: Vec<_> = split(body)
            .unwrap()
            .iter()
            .map(|item| {
                let contact = item.contacts.as_ref().unwrap().value()[0].clone();
                (
                    contact["wa_id"].as_str().unwrap().to_owned(),
                    contact["user_id"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        assert_eq!(whose, [("49".to_owned(), String::new()), (String::new(), "US.1".to_owned())]);
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
