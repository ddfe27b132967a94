//! Webhooks that tell who answers a customer. Source: Cloud API, field `messaging_handovers`.

use serde_json::{Value, json};
use shared::{Instant, ids::ChannelId, limits::CAPTION_CHARS};

use super::{
    payload::{self, cut, instant, string},
    people,
    split::Item,
};
use crate::domain::conversations::elsewhere::Handover;

/// What a change tells of who answers; none when it is about something else.
pub(super) fn handover(item: &Item, channel: ChannelId, now: Instant) -> Option<Handover> {
    if item.field != "messaging_handovers" {
        return None;
    }
    let change = payload::parse(&item.raw)?;
    let value = change.get("value")?;
    let kind = string(value, "type")?;
    let told = value.get(&kind).unwrap_or(&Value::Null);
    let person = value.get("sender")?;
    let whose = json!({
        "from": string(person, "phone_number").or_else(|| string(person, "wa_id")),
        "from_user_id": string(person, "user_id"),
    });
    let role = string(told, "new_owner_role").unwrap_or_default();
    let summary = told.get("conversation_context").and_then(|context| context.get("summary"));
    let words = summary
        .and_then(|summary| string(summary, "text"))
        .or_else(|| string(told, "metadata"))
        .map(|words| cut(&words, CAPTION_CHARS));
    let to_us = !["ai_agent", "bot", "partner"].contains(&role.as_str());
    let at = instant(value.get("timestamp")).unwrap_or(now);
    Some(Handover { channel, customer: people::sender(&whose, &Value::Null)?, to_us, words, at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::from_micros, whatsapp::split::split};

    #[test]
    fn whoever_answers_from_now_on_is_told() {
        let told = |role: &str| {
            let value = json!({"type": "control_taken", "timestamp": "7", "sender": {"phone_number": "4915200000001"},
                "recipient": {"phone_number_id": "7", "display_phone_number": "4930"},
                "control_taken": {"new_owner_role": role, "metadata": "A person steps in"}});
            let body = json!({"entry": [{"id": "1", "changes": [{"field": "messaging_handovers", "value": value}]}]});
            let items = split(&body.to_string()).unwrap();
            assert_eq!(items[0].phone_number_id.as_deref(), Some("7"));
            handover(&items[0], ChannelId::new(), from_micros(5)).unwrap()
        };
        let ours = told("escalation");
        assert!(ours.to_us && !told("ai_agent").to_us);
        assert_eq!(ours.at.timestamp(), 7);
        assert_eq!(ours.customer.phone.as_deref(), Some("4915200000001"));
        assert_eq!(ours.words.as_deref(), Some("A person steps in"));
    }
}
