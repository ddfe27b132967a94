//! Webhooks about what customers want: whether they take offers.

use serde_json::{Value, json};
use shared::Instant;

use super::{
    payload::{instant, parse, string},
    people::sender,
    split::Item,
};
use crate::domain::conversations::consent::Preference;

/// What a change tells of customers' wishes; none when it is about something else. Wishes about anything but
/// offers are left out.
pub(super) fn preferences(item: &Item, now: Instant) -> Option<Vec<Preference>> {
    let change = parse(&item.raw)?;
    let value = change.get("value")?;
    let all = value.get("user_preferences")?.as_array()?;
    let contacts = value.get("contacts").unwrap_or(&Value::Null);
    Some(all.iter().filter_map(|one| preference(one, contacts, now)).collect())
}

fn preference(one: &Value, contacts: &Value, now: Instant) -> Option<Preference> {
    if string(one, "category")? != "marketing_messages" {
        return None;
    }
    let no_marketing = match string(one, "value")?.as_str() {
        "stop" => true,
        "resume" | "signup" => false,
        _ => return None,
    };
    let (wa_id, bsuid) = (string(one, "wa_id"), string(one, "user_id"));
    // Whoever is not named is not guessed from what stands beside it.
    if wa_id.is_none() && bsuid.is_none() {
        return None;
    }
    let whose = json!({ "from": wa_id, "from_user_id": bsuid });
    let at = instant(one.get("timestamp")).unwrap_or(now);
    Some(Preference { sender: sender(&whose, contacts)?, no_marketing, at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::from_micros, whatsapp::split::split};

    fn told(preferences: Value) -> Option<Vec<Preference>> {
        let body = json!({ "entry": [{ "id": "1", "changes": [{ "field": "user_preferences", "value": {
            "metadata": { "phone_number_id": "2" },
            "contacts": [{ "profile": { "name": "Ada" }, "wa_id": "4915112345678", "user_id": "DE.7" }],
            "user_preferences": preferences,
        } }] }] });
        let items = split(&body.to_string()).unwrap();
        super::preferences(&items[0], from_micros(5))
    }

    #[test]
    fn a_wish_is_whose_it_is_and_of_when() {
        let wish = |value: &str, timestamp: Value| json!({ "wa_id": "4915112345678", "category": "marketing_messages", "value": value, "timestamp": timestamp });
        for (value, timestamp, no_marketing) in [
            ("stop", json!(1_731_705_721), true),
            ("resume", json!("1731705721"), false),
            ("signup", json!(1_731_705_721), false),
        ] {
            let all = told(json!([wish(value, timestamp)])).unwrap();
            assert_eq!(all.len(), 1);
            assert_eq!((all[0].no_marketing, all[0].at), (no_marketing, from_micros(1_731_705_721_000_000)));
            assert_eq!(all[0].sender.bsuid.as_deref(), Some("DE.7"));
            assert_eq!(all[0].sender.phone.as_deref(), Some("4915112345678"));
        }
    }

    #[test]
    fn what_is_no_wish_about_offers_is_left_out() {
        let odd = json!([
            { "wa_id": "1", "category": "calls", "value": "stop" },
            { "wa_id": "1", "category": "marketing_messages", "value": "maybe" },
            { "category": "marketing_messages", "value": "stop", "wa_id": 7 },
            "nonsense",
        ]);
        assert_eq!(told(odd).map(|all| all.len()), Some(0));
        assert_eq!(told(json!("nonsense")), None);
    }
}
