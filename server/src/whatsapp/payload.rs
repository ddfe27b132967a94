//! What is inside an item: lenient about types, strict about what identifies it.

use chrono::DateTime;
use serde_json::Value;
use shared::{
    Instant,
    ids::{ChannelId, MessageId},
    limits,
    model::{
        content::Content,
        message::{Body, DeliveryState, Failure, Price},
    },
    phone,
};

use super::{
    content, errors,
    split::{Contacts, without_lone_surrogates},
};
use crate::domain::conversations::{
    change::{Change, Edit, What},
    identity::Moved,
    receive::{Inbound, Sender},
    status::Status,
};

/// Longest of Meta's words for a price that is kept, in characters. Ours; real ones have about 30.
const PRICE_CHARS: usize = 60;

/// What an item of `messages` is.
#[derive(Debug)]
pub(super) enum Said {
    /// Something new.
    Message(Box<Inbound>),
    /// Something about a message there was before.
    Change(Box<Change>),
    /// The customer is known by something else now.
    Moved(Box<Moved>),
}

/// What a customer said or did, or none when it has no id or no sender, or one too long to be either.
pub(super) fn said(raw: &str, contacts: Option<&Contacts>, channel: ChannelId, now: Instant) -> Option<Said> {
    let item = parse(raw)?;
    let wamid = id(&item, "id")?;
    let sender = sender(&item, contacts.map_or(&Value::Null, Contacts::value))?;
    let written_at = instant(item.get("timestamp")).unwrap_or(now);
    if let Some((target, what)) = change(&item, raw) {
        let change = Change { channel, wamid, target, sender, written_at, what };
        return Some(Said::Change(Box::new(change)));
    }
    let body = content::body(&item);
    let raw = match &body {
        Body::Text { .. } if item.get("context").is_none() && item.get("referral").is_none() => None,
        _ => Some(raw.replace('\0', "")),
    };
    let (context, quoted) = content::context(&item);
    let file = content::file(&item);
    let inbound = Inbound { channel, wamid, written_at, sender, body, raw, context, quoted, file };
    if matches!(&inbound.body, Body::Content(content) if matches!(**content, Content::Changed(_))) {
        return Some(Said::Moved(Box::new(moved(&item, inbound))));
    }
    Some(Said::Message(Box::new(inbound)))
}

/// What a system message tells of a customer. The ids beside the message are those from before.
fn moved(item: &Value, mut line: Inbound) -> Moved {
    let told = item.get("system").unwrap_or(&Value::Null);
    let number = id(told, "wa_id").or_else(|| id(told, "new_wa_id"));
    let now = Sender {
        bsuid: id(told, "user_id"),
        phone: number.as_deref().map(|number| number.trim_start_matches('+').to_owned()),
        wa_id: number,
        ..Sender::default()
    };
    // Only the item itself tells whom it is about; what stands beside it may be what they are known by now.
    let number = id(item, "from");
    line.sender = Sender {
        bsuid: id(told, "previous_user_id")
            .or_else(|| id(item, "from_user_id").filter(|id| now.bsuid.as_ref() != Some(id))),
        phone: number.as_deref().map(|number| number.trim_start_matches('+').to_owned()),
        wa_id: number,
        ..Sender::default()
    };
    let kind = string(told, "type").unwrap_or_default();
    // Whatever else the system tells of is a line and nothing more.
    let moves = kind.ends_with("changed_number") || kind == "user_changed_user_id";
    Moved { line, now: if moves { now } else { Sender::default() } }
}

/// What an item does to another message, and WhatsApp's id of that.
fn change(item: &Value, raw: &str) -> Option<(String, What)> {
    match string(item, "type")?.as_str() {
        "reaction" => {
            let reaction = item.get("reaction")?;
            let emoji = string(reaction, "emoji").filter(|emoji| !emoji.trim().is_empty());
            let emoji = emoji.map(|emoji| cut(&emoji, limits::EMOJI_CHARS));
            Some((id(reaction, "message_id")?, What::React(emoji)))
        }
        "edit" => {
            let edit = item.get("edit")?;
            let body = content::body(edit.get("message")?);
            let raw = (!matches!(body, Body::Text { .. })).then(|| raw.replace('\0', ""));
            Some((id(edit, "original_message_id")?, What::Edit(Edit { body, raw })))
        }
        "revoke" => Some((id(item.get("revoke")?, "original_message_id")?, What::Revoke)),
        _ => None,
    }
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
        wamid: id(&item, "id")?,
        state,
        at: instant(item.get("timestamp")).unwrap_or(now),
        failure: (state == DeliveryState::Failed).then(|| failure(item.get("errors"))),
        price: price(&item),
        ours: string(&item, "biz_opaque_callback_data").and_then(|ours| ours.parse::<MessageId>().ok()),
        recipient: recipient(&item),
        raw: raw.replace('\0', ""),
    })
}

/// What a message is charged as; of groups it stands one level deeper.
fn price(status: &Value) -> Option<Price> {
    let deeper = || status.get("conversation")?.get("pricing");
    let pricing = status.get("pricing").or_else(deeper)?;
    let word = |key| string(pricing, key).map(|word| cut(&word, PRICE_CHARS));
    Some(Price { category: word("category")?, kind: word("type") })
}

/// Whom an item is about, message or status, as far as it tells: of use also when the rest of it is not
/// understood.
pub(super) fn concerned(raw: &str, contacts: Option<&Contacts>) -> Option<Sender> {
    let item = parse(raw)?;
    sender(&item, contacts.map_or(&Value::Null, Contacts::value)).or_else(|| Some(recipient(&item)))
}

fn recipient(item: &Value) -> Sender {
    let number = id(item, "recipient_id");
    Sender {
        bsuid: id(item, "recipient_user_id"),
        phone: number.as_deref().map(|number| number.trim_start_matches('+').to_owned()),
        wa_id: number,
        ..Sender::default()
    }
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
    Failure {
        code,
        reason: errors::reason(code),
        detail: detail.map(|text| cut(&text, limits::CAPTION_CHARS)),
    }
}

/// Who wrote. An id that cannot be one makes the whole sender unknown: leaving it out could give the
/// message to somebody else.
pub(super) fn sender(item: &Value, contacts: &Value) -> Option<Sender> {
    let from = string(item, "from");
    let bsuid = string(item, "from_user_id");
    let all = contacts.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = all.iter().find(|contact| {
        let wa_id = string(contact, "wa_id");
        let user = string(contact, "user_id");
        (from.is_some() && wa_id == from) || (bsuid.is_some() && user == bsuid)
    });
    // A number may be spelt otherwise than its wa_id, or the contact have none. Anybody else's is not theirs.
    let alone = all.first().filter(|_| all.len() == 1).filter(|contact| {
        match (&from, string(contact, "wa_id"), &bsuid, string(contact, "user_id")) {
            (Some(from), Some(wa_id), ..) => {
                let from = from.trim_start_matches('+');
                from == wa_id || phone::other_spelling(from).is_some_and(|other| other == wa_id)
            }
            (_, _, Some(told), Some(user)) => *told == user,
            _ => true,
        }
    });
    let contact = named.or(alone);
    let profile = contact.and_then(|contact| contact.get("profile"));
    let sender = Sender {
        bsuid: bsuid.or_else(|| contact.and_then(|contact| string(contact, "user_id"))),
        wa_id: contact.and_then(|contact| string(contact, "wa_id")).or_else(|| from.clone()),
        phone: from.map(|from| from.trim_start_matches('+').to_owned()),
        name: profile.and_then(|profile| string(profile, "name")).map(|name| cut(&name, limits::NAME_CHARS)),
        username: profile
            .and_then(|profile| string(profile, "username"))
            .map(|name| cut(name.trim_start_matches('@'), limits::NAME_CHARS)),
    };
    let ids: Vec<&String> = [&sender.bsuid, &sender.wa_id, &sender.phone].into_iter().flatten().collect();
    let known = !ids.is_empty() && ids.into_iter().all(|id| is_id(id));
    known.then_some(sender)
}

pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// One of Meta's ids, as far as its length can tell.
pub(super) fn id(value: &Value, key: &str) -> Option<String> {
    string(value, key).filter(|id| is_id(id))
}

fn is_id(text: &str) -> bool {
    text.len() <= limits::META_ID_BYTES
}

pub(super) fn parse(raw: &str) -> Option<Value> {
    serde_json::from_str(&without_lone_surrogates(raw)).ok()
}

/// A field that is text and not empty; U+0000 cannot be stored and is left out.
pub(super) fn string(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(text)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(|text| text.replace('\0', "")).filter(|text| !text.is_empty())
}

pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Unix seconds as text or number, within what the database can keep.
pub(super) fn instant(value: Option<&Value>) -> Option<Instant> {
    let seconds = number(value?)?;
    (0..=253_402_300_799).contains(&seconds).then(|| DateTime::from_timestamp(seconds, 0)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::from_micros;

    fn read(raw: &str, contacts: &str) -> Option<Inbound> {
        let contacts = Contacts::new(contacts.to_owned());
        match said(raw, Some(&contacts), ChannelId::new(), from_micros(5))? {
            Said::Message(inbound) => Some(*inbound),
            other => panic!("not a message: {other:?}"),
        }
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
        assert_eq!(inbound.body.kind(), Some("image"));
        assert_eq!(inbound.body.words().as_deref(), Some("so"));
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
    fn ids_and_texts_that_are_too_long_are_not_believed() {
        let long = "7".repeat(limits::META_ID_BYTES + 1);
        let fits = &long[1..];
        let item = |from: &str, id: &str| format!(r#"{{"from":"{from}","id":"{id}","type":"text"}}"#);
        assert!(read(&item(fits, fits), "[]").is_some());
        assert!(read(&item(&long, fits), "[]").is_none());
        assert!(read(&item(fits, &long), "[]").is_none());
        let contacts = |wa_id: &str| format!(r#"[{{"wa_id":"{wa_id}"}}]"#);
        let of_nobody = r#"{"from_user_id":"DE.1","id":"w","type":"text"}"#;
        assert!(read(of_nobody, &contacts("1")).is_some());
        assert!(read(of_nobody, &contacts(&long)).is_none());
        // Another one's number says nothing of the sender.
        assert_eq!(read(&item("1", "w"), &contacts(&long)).unwrap().sender.wa_id.as_deref(), Some("1"));
        let signed = read(&item("+1", "w"), r#"[{"wa_id":"1","profile":{"name":"Ada"}}]"#).unwrap().sender;
        assert_eq!((signed.wa_id.as_deref(), signed.name.as_deref()), (Some("1"), Some("Ada")));
        let named = format!(r#"{{"id":"{long}","status":"read"}}"#);
        assert!(status(&named, ChannelId::new(), from_micros(5)).is_none());
        let text = "é".repeat(limits::INBOUND_TEXT_CHARS);
        let written =
            |text: &str| format!(r#"{{"from":"1","id":"w","type":"text","text":{{"body":"{text}"}}}}"#);
        assert_eq!(read(&written(&text), "[]").unwrap().body, Body::Text { text: text.clone() });
        let longer = read(&written(&format!("{text}é")), "[]").unwrap();
        assert!(longer.raw.is_some_and(|raw| raw.contains(&text)));
        let Body::Other { kind, caption: Some(caption) } = longer.body else { panic!("not a card") };
        assert_eq!((kind.as_str(), caption.chars().count()), ("unknown", limits::CAPTION_CHARS));
    }

    #[test]
    fn a_reaction_is_taken_away_by_an_empty_one_or_none() {
        let reaction = |reaction: &str| {
            let raw = format!(r#"{{"from":"1","id":"w","type":"reaction","reaction":{reaction}}}"#);
            match said(&raw, None, ChannelId::new(), from_micros(5)) {
                Some(Said::Change(change)) => (change.target, change.what),
                other => panic!("not a change: {other:?}"),
            }
        };
        let to = |emoji: Option<&str>| ("m".to_owned(), What::React(emoji.map(str::to_owned)));
        assert_eq!(reaction(r#"{"message_id":"m","emoji":"\ud83d\ude2e"}"#), to(Some("😮")));
        assert_eq!(reaction(r#"{"message_id":"m","emoji":""}"#), to(None));
        assert_eq!(reaction(r#"{"message_id":"m"}"#), to(None));
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
