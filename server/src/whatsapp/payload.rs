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
};

use super::{
    content, errors,
    people::{self, addressee, in_group, is_somebody, names, recipient, sender},
    split::{Contacts, without_lone_surrogates},
};
use crate::domain::conversations::{
    change::{Change, Edit, What},
    identity::Moved,
    past::Past,
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
    /// Something new that the business wrote elsewhere; whom it is to stands as the sender.
    Echo(Box<Inbound>),
    /// Something about a message there was before.
    Change(Box<Change>),
    /// The customer is known by something else now.
    Moved(Box<Moved>),
}

/// What a customer said or did, or none when it has no id or no sender, or one too long to be either.
pub(super) fn said(raw: &str, contacts: Option<&Contacts>, channel: ChannelId, now: Instant) -> Option<Said> {
    let item = parse(raw)?;
    let sender = sender(&item, contacts.map_or(&Value::Null, Contacts::value))?;
    let about = About { channel, sender, now, ours: false };
    let inbound = match about.read(&item, raw)? {
        Said::Message(inbound) => inbound,
        other => return Some(other),
    };
    if matches!(&inbound.body, Body::Content(content) if matches!(**content, Content::Changed(_))) {
        return Some(Said::Moved(Box::new(moved(&item, *inbound))));
    }
    Some(Said::Message(inbound))
}

/// What the business said or did elsewhere. What a customer did is among it, too: then the contacts name whoever
/// it is from.
pub(super) fn echoed(
    raw: &str,
    contacts: Option<&Contacts>,
    channel: ChannelId,
    now: Instant,
) -> Option<Said> {
    let item = parse(raw)?;
    let known = contacts.map_or(&Value::Null, Contacts::value);
    if names(known, &item) {
        return said(raw, contacts, channel, now);
    }
    let about = About { channel, sender: addressee(&item, known)?, now, ours: true };
    match about.read(&item, raw)? {
        Said::Message(inbound) => Some(Said::Echo(inbound)),
        other => Some(other),
    }
}

/// A message from before the number was connected, and how far it got if it was ours.
pub(super) fn past(raw: &str, contacts: Option<&Contacts>, channel: ChannelId, now: Instant) -> Option<Past> {
    let item = parse(raw)?;
    let known = contacts.map_or(&Value::Null, Contacts::value);
    // Of several it is not said whose chat it was.
    let alone = known.as_array().filter(|all| all.len() == 1).and_then(|all| all.first());
    let thread = alone.map(people::contact).filter(is_somebody);
    let (sender, ours) = match thread {
        Some(sender) => (sender, !names(known, &item)),
        None if item.get("to").is_some() || item.get("to_user_id").is_some() => {
            (addressee(&item, known)?, true)
        }
        None => (sender(&item, known)?, false),
    };
    let about = About { channel, sender, now, ours };
    let Said::Message(message) = about.read(&item, raw)? else { return None };
    let status = item.get("history_context").and_then(|told| string(told, "status"));
    let state = match status.as_deref() {
        Some("PLAYED") => DeliveryState::Played,
        Some("READ") => DeliveryState::Read,
        Some("DELIVERED") => DeliveryState::Delivered,
        Some("ERROR") => DeliveryState::Failed,
        _ => DeliveryState::Sent,
    };
    Some(Past { message: *message, ours: ours.then_some(state) })
}

/// What is known of an item before it is read.
struct About {
    channel: ChannelId,
    /// The customer, whoever wrote.
    sender: Sender,
    now: Instant,
    /// Whether the business wrote.
    ours: bool,
}

impl About {
    fn read(self, item: &Value, raw: &str) -> Option<Said> {
        let Self { channel, sender, now, ours } = self;
        let person = sender.wa_id.as_ref().or(sender.phone.as_ref()).or(sender.bsuid.as_ref()).cloned();
        let (sender, participant) = in_group(item, sender)?;
        let wamid = id(item, "id")?;
        let written_at = instant(item.get("timestamp")).unwrap_or(now);
        if let Some((target, what)) = change(item, raw) {
            return Some(Said::Change(Box::new(Change {
                channel,
                wamid,
                target,
                sender,
                written_at,
                what,
                ours,
                participant: person.filter(|_| participant.is_some() && !ours),
            })));
        }
        let body = content::body(item);
        let raw = match &body {
            Body::Text { .. }
                if ["context", "referral", "group_id"].iter().all(|key| item.get(key).is_none()) =>
            {
                None
            }
            _ => Some(raw.replace('\0', "")),
        };
        let (mut context, quoted) = content::context(item);
        context.participant = participant.filter(|_| !ours);
        let file = content::file(item);
        let inbound = Inbound { channel, wamid, written_at, sender, body, raw, context, quoted, file };
        Some(Said::Message(Box::new(inbound)))
    }
}

/// What a system message tells of a customer. The ids beside the message are those from before.
fn moved(item: &Value, mut line: Inbound) -> Moved {
    let told = item.get("system").unwrap_or(&Value::Null);
    let number = id(told, "wa_id").or_else(|| id(told, "new_wa_id"));
    let now = Sender {
        bsuid: id(told, "user_id"),
        parent: id(told, "parent_user_id"),
        phone: number.as_deref().map(|number| number.trim_start_matches('+').to_owned()),
        wa_id: number,
        ..Sender::default()
    };
    // Only the item itself tells whom it is about; what stands beside it may be what they are known by now.
    let number = id(item, "from");
    line.sender = Sender {
        bsuid: id(told, "previous_user_id")
            .or_else(|| id(item, "from_user_id").filter(|id| now.bsuid.as_ref() != Some(id))),
        parent: id(told, "previous_parent_user_id")
            .or_else(|| id(item, "from_parent_user_id").filter(|id| now.parent.as_ref() != Some(id))),
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
        participant: participant(&item),
        raw: raw.replace('\0', ""),
    })
}

/// With whom of a group a message got that far. Meta has two names for it.
fn participant(status: &Value) -> Option<String> {
    if string(status, "recipient_type")? != "group" {
        return None;
    }
    let keys = [
        "recipient_participant_id",
        "participant_recipient_id",
        "recipient_participant_user_id",
        "participant_recipient_user_id",
    ];
    keys.iter().find_map(|key| id(status, key))
}

/// What a message is charged as; of groups it stands one level deeper.
fn price(status: &Value) -> Option<Price> {
    let deeper = || status.get("conversation")?.get("pricing");
    let pricing = status.get("pricing").or_else(deeper)?;
    let word = |key| string(pricing, key).map(|word| cut(&word, PRICE_CHARS));
    Some(Price { category: word("category")?, kind: word("type") })
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

pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// One of Meta's ids, as far as its length can tell.
pub(super) fn id(value: &Value, key: &str) -> Option<String> {
    string(value, key).filter(|id| is_id(id))
}

pub(super) fn is_id(text: &str) -> bool {
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
