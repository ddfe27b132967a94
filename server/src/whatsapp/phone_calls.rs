//! What webhooks tell of calls. Source: Cloud API, field `calls`.

use serde_json::Value;
use shared::{
    Instant,
    ids::ChannelId,
    model::content::{Call, CallState, Content, Context, Media, MediaKind},
    model::message::Body,
};

use super::{
    content,
    payload::{self, id, instant, number, string},
    people,
    split::Contacts,
};
use crate::domain::conversations::{call, receive::Inbound};

/// What an item of `calls` or a status of a call tells.
pub(super) enum Told {
    /// How far a call got.
    Call(Box<call::Told>),
    /// What was said can be heard: it stands in the timeline as a recording of its own.
    Recording(Box<Inbound>),
}

/// What is told, or none when it is not understood.
pub(super) fn told(raw: &str, contacts: Option<&Contacts>, channel: ChannelId, now: Instant) -> Option<Told> {
    let item = payload::parse(raw)?;
    let contacts = contacts.map_or(&Value::Null, Contacts::value);
    let call_id = id(&item, "id")?;
    let at = instant(item.get("timestamp")).unwrap_or(now);
    let ours = is_ours(&item);
    let customer = match (ours, item.get("status").is_some() && item.get("event").is_none()) {
        (_, true) => people::recipient(&item),
        (true, false) => people::addressee(&item, contacts)?,
        (false, false) => people::sender(&item, contacts)?,
    };
    if string(&item, "event").as_deref() == Some("call_recording_available") {
        let inner = item.get("call_recording")?;
        let file = content::file(inner)?;
        let media = Media {
            kind: MediaKind::Audio,
            caption: None,
            file_name: None,
            mime: inner.get("audio").and_then(|audio| string(audio, "mime_type")),
        };
        return Some(Told::Recording(Box::new(Inbound {
            channel,
            wamid: format!("{call_id}#recording"),
            written_at: at,
            sender: customer,
            body: Body::Content(std::sync::Arc::new(Content::Media(media))),
            raw: Some(raw.replace('\0', "")),
            context: Context::default(),
            quoted: None,
            file: Some(file),
        })));
    }
    let seconds = item.get("duration").and_then(number).and_then(|n| u32::try_from(n).ok());
    let state = state(&item, seconds)?;
    let call = Call { ours, state, seconds: seconds.filter(|seconds| *seconds > 0) };
    Some(Told::Call(Box::new(call::Told { channel, id: call_id, customer, at, call })))
}

/// Only calls of ours have statuses; of the others the direction is told, if not everywhere.
fn is_ours(item: &Value) -> bool {
    match string(item, "direction").as_deref() {
        Some("BUSINESS_INITIATED") => true,
        Some(_) => false,
        None => string(item, "type").as_deref() == Some("call") && item.get("event").is_none(),
    }
}

fn state(item: &Value, seconds: Option<u32>) -> Option<CallState> {
    let told = string(item, "event").or_else(|| string(item, "status"))?;
    match told.to_ascii_lowercase().as_str() {
        "connect" | "call_created" | "ringing" => Some(CallState::Ringing),
        "accepted" => Some(CallState::Accepted),
        "rejected" => Some(CallState::Rejected),
        "terminate" if seconds.is_some_and(|seconds| seconds > 0) => Some(CallState::Ended),
        "terminate" => Some(CallState::Missed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::from_micros;

    fn call(item: Value) -> Option<call::Told> {
        match told(&item.to_string(), None, ChannelId::new(), from_micros(5))? {
            Told::Call(told) => Some(*told),
            Told::Recording(_) => panic!("a recording"),
        }
    }

    #[test]
    fn what_is_told_of_calls_is_how_far_they_got() {
        let from = |more: Value| {
            let mut item = json!({"id": "wacid.1", "from": "49151", "to": "49155", "timestamp": "7"});
            item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            item
        };
        for (item, ours, state, seconds) in [
            (
                from(json!({"event": "connect", "direction": "USER_INITIATED"})),
                false,
                CallState::Ringing,
                None,
            ),
            (from(json!({"event": "terminate", "duration": 61})), false, CallState::Ended, Some(61)),
            (from(json!({"event": "terminate", "status": "FAILED"})), false, CallState::Missed, None),
            (
                from(json!({"event": "connect", "direction": "BUSINESS_INITIATED"})),
                true,
                CallState::Ringing,
                None,
            ),
            (
                json!({"id": "wacid.1", "type": "call", "status": "REJECTED", "recipient_id": "49151"}),
                true,
                CallState::Rejected,
                None,
            ),
        ] {
            let told = call(item.clone()).unwrap_or_else(|| panic!("{item}"));
            assert_eq!(told.call, Call { ours, state, seconds }, "{item}");
            let whose = if item.get("to").is_some() && ours { "49155" } else { "49151" };
            assert_eq!(told.customer.phone.as_deref(), Some(whose), "{item}");
        }
        assert!(call(from(json!({"event": "hologram"}))).is_none());
    }
}
