//! What is inside an item: lenient about types, strict about what identifies it.

use chrono::DateTime;
use serde_json::Value;
use shared::{
    Instant,
    ids::{ChannelId, MessageId},
    limits,
    model::message::{Body, DeliveryState, Failure},
};

use super::{errors, split::without_lone_surrogates};
use crate::domain::conversations::{
    receive::{Inbound, Sender},
    status::Status,
};

/// An inbound message, or none when it has no id or no sender.
pub(super) fn message(
    raw: &str,
    contacts: Option<&str>,
    channel: ChannelId,
    now: Instant,
) -> Option<Inbound> {
    let item = parse(raw)?;
    let wamid = string(&item, "id")?;
    let body = body(&item);
    let raw = match &body {
        Body::Text { .. } if item.get("context").is_none() && item.get("referral").is_none() => None,
        _ => Some(raw.replace('\0', "")),
    };
    let contacts = contacts.and_then(parse).unwrap_or(Value::Null);
    let sender = sender(&item, &contacts)?;
    let written_at = instant(item.get("timestamp")).unwrap_or(now);
    Some(Inbound { channel, wamid, written_at, sender, body, raw })
}

/// A status, or none when it names no message or a state that does not concern messages.
pub(crate) fn status(raw: &str, channel: ChannelId, now: Instant) -> Option<Status> {
    let item = parse(raw)?;
    let state = match string(&item, "status")?.as_str() {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "played" => DeliveryState::Played,
        "failed" => DeliveryState::Failed,
        _ => return None,
    };
    Some(Status {
        channel,
        wamid: string(&item, "id")?,
        state,
        at: instant(item.get("timestamp")).unwrap_or(now),
        failure: (state == DeliveryState::Failed).then(|| failure(item.get("errors"))),
        ours: string(&item, "biz_opaque_callback_data").and_then(|ours| ours.parse::<MessageId>().ok()),
        raw: raw.replace('\0', ""),
    })
}

/// The reason in an `errors` list or a single error object of Meta's.
pub(super) fn failure(errors: Option<&Value>) -> Failure {
    let first = match errors {
        Some(Value::Array(all)) => all.first(),
        other => other,
    };
    let code = first.and_then(|error| error.get("code")).and_then(number);
    let detail = first.and_then(|error| {
        let data = error.get("error_data");
        // `error_data` is an object in most answers and plain text in some.
        let details = data.and_then(|data| string(data, "details").or_else(|| text(data)));
        details.or_else(|| string(error, "message")).or_else(|| string(error, "title"))
    });
    Failure { code, reason: errors::reason(code), detail }
}

fn body(item: &Value) -> Body {
    let kind = string(item, "type").unwrap_or_default();
    let inner = item.get(&kind);
    if kind == "text"
        && let Some(text) = inner.and_then(|inner| string(inner, "body"))
    {
        return Body::Text { text };
    }
    let caption = inner.and_then(|inner| caption(&kind, inner));
    // The stored kind of our own entries has a colon, and `text` means text that was understood.
    let named = !kind.is_empty()
        && kind != "text"
        && kind.len() <= 40
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    Body::Other { kind: if named { kind } else { "unknown".into() }, caption }
}

fn caption(kind: &str, inner: &Value) -> Option<String> {
    match kind {
        "image" | "video" => string(inner, "caption"),
        "document" => string(inner, "caption").or_else(|| string(inner, "filename")),
        "button" => string(inner, "text"),
        "reaction" => string(inner, "emoji"),
        "location" => string(inner, "name").or_else(|| string(inner, "address")),
        "interactive" => {
            let reply = inner.get("button_reply").or_else(|| inner.get("list_reply"));
            reply.and_then(|reply| string(reply, "title"))
        }
        "contacts" => {
            inner.get(0).and_then(|one| one.get("name")).and_then(|name| string(name, "formatted_name"))
        }
        "system" => string(inner, "body"),
        "order" => string(inner, "text"),
        _ => None,
    }
}

fn sender(item: &Value, contacts: &Value) -> Option<Sender> {
    let from = string(item, "from");
    let bsuid = string(item, "from_user_id");
    let all = contacts.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = all.iter().find(|contact| {
        let wa_id = string(contact, "wa_id");
        let user = string(contact, "user_id");
        (from.is_some() && wa_id == from) || (bsuid.is_some() && user == bsuid)
    });
    // A number may differ from its wa_id; with one contact there is no doubt whose it is.
    let contact = named.or_else(|| all.first().filter(|_| all.len() == 1));
    let profile = contact.and_then(|contact| contact.get("profile"));
    let sender = Sender {
        bsuid: bsuid.or_else(|| contact.and_then(|contact| string(contact, "user_id"))),
        wa_id: contact.and_then(|contact| string(contact, "wa_id")).or_else(|| from.clone()),
        phone: from.map(|from| from.trim_start_matches('+').to_owned()),
        name: profile.and_then(|profile| string(profile, "name")).map(|name| short(&name)),
        username: profile
            .and_then(|profile| string(profile, "username"))
            .map(|name| short(name.trim_start_matches('@'))),
    };
    let known = sender.bsuid.is_some() || sender.wa_id.is_some() || sender.phone.is_some();
    known.then_some(sender)
}

fn short(name: &str) -> String {
    name.chars().take(limits::NAME_CHARS).collect()
}

fn parse(raw: &str) -> Option<Value> {
    serde_json::from_str(&without_lone_surrogates(raw)).ok()
}

/// A field that is text and not empty; U+0000 cannot be stored and is left out.
fn string(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(text)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(|text| text.replace('\0', "")).filter(|text| !text.is_empty())
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Unix seconds as text or number, within what the database can keep.
fn instant(value: Option<&Value>) -> Option<Instant> {
    let seconds = number(value?)?;
    (0..=253_402_300_799).contains(&seconds).then(|| DateTime::from_timestamp(seconds, 0)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::from_micros;

    fn read(raw: &str, contacts: &str) -> Option<Inbound> {
        message(raw, Some(contacts), ChannelId::new(), from_micros(5))
    }

    #[test]
    fn a_text_is_understood_and_not_kept_twice() {
        let inbound = read(
            r#"{"from":"4915550001","id":"wamid.1","timestamp":"1750000000","type":"text","text":{"body":"Hi\u0000"}}"#,
            r#"[{"profile":{"name":"Ann","username":"@ann"},"wa_id":"4915550001","user_id":"DE.1"}]"#,
        )
        .unwrap();
        assert_eq!(inbound.body, Body::Text { text: "Hi".into() });
        assert_eq!(inbound.raw, None);
        assert_eq!(inbound.written_at.timestamp(), 1_750_000_000);
        assert_eq!(inbound.sender.name.as_deref(), Some("Ann"));
        assert_eq!(inbound.sender.username.as_deref(), Some("ann"));
        assert_eq!(inbound.sender.bsuid.as_deref(), Some("DE.1"));
    }

    #[test]
    fn a_customer_without_a_phone_number_is_known_by_the_user_id() {
        let inbound = read(
            r#"{"from_user_id":"US.9","id":"wamid.2","timestamp":1750000000,"type":"image","image":{"caption":"so"}}"#,
            "[]",
        )
        .unwrap();
        assert_eq!(inbound.sender.phone, None);
        assert_eq!(inbound.body, Body::Other { kind: "image".into(), caption: Some("so".into()) });
        assert!(inbound.raw.is_some());
    }

    #[test]
    fn wrong_types_do_not_hide_a_message() {
        let odd = r#"{"from":"1","id":"w","timestamp":{},"type":"text","text":7}"#;
        assert_eq!(read(odd, "7").unwrap().body, Body::Other { kind: "unknown".into(), caption: None });
        let lone = r#"{"from":"1","id":"w","type":"text","text":{"body":"a\ud800b"}}"#;
        assert_eq!(read(lone, "[]").unwrap().body, Body::Text { text: "a\u{fffd}b".into() });
        assert!(read(r#"{"from":"1","type":"text"}"#, "[]").is_none());
        assert!(read(r#"{"id":"w","type":"text"}"#, "[]").is_none());
    }

    #[test]
    fn a_failed_status_tells_why() {
        let raw = r#"{"id":"w","status":"failed","timestamp":"1","errors":[{"code":131047,"title":"t",
            "error_data":{"details":"more than 24 hours"}}]}"#;
        let status = status(raw, ChannelId::new(), from_micros(5)).unwrap();
        let failure = status.failure.unwrap();
        assert_eq!(failure.code, Some(131_047));
        assert_eq!(failure.detail.as_deref(), Some("more than 24 hours"));
    }
}
