//! Webhooks about templates. The `field` is not believed: real deliveries have been seen under a wrong one,
//! so the keys inside tell what happened.

use serde_json::Value;
use shared::{
    Instant,
    limits::CAPTION_CHARS,
    model::template::{ComingCategory, TemplateCategory, TemplateQuality, TemplateStatus},
};

use super::{
    payload::{self, cut, instant, string},
    split::Item,
    template_parts::{button, text, word},
};
use crate::domain::templates::{News, What};

/// What a change tells of a template, or none when it is about something else.
pub(super) fn news(item: &Item, now: Instant) -> Option<News> {
    let change = payload::parse(&item.raw)?;
    let value = change.get("value")?;
    let meta_id = number_or_id(value)?;
    let at = instant(Some(&Value::String(item.time.clone()))).unwrap_or(now);
    Some(News { account: item.waba_id.clone(), meta_id, at, what: what(value)? })
}

/// Meta's id of the template, which comes as a number.
fn number_or_id(value: &Value) -> Option<String> {
    let id = value.get("message_template_id")?;
    id.as_u64().map(|id| id.to_string()).or_else(|| payload::id(value, "message_template_id"))
}

fn what(value: &Value) -> Option<What> {
    let category = |key| string(value, key).map(|word| TemplateCategory::parse(&word.to_lowercase()));
    if value.get("event").is_some() {
        return Some(What::Status {
            status: status(&word(value, "event")),
            reason: reason(value),
            category: category("message_template_category"),
        });
    }
    if value.get("new_quality_score").is_some() {
        let score = word(value, "new_quality_score").to_lowercase();
        return Some(What::Quality(TemplateQuality::parse(&score)));
    }
    if value.get("message_template_element").is_some() {
        return Some(texts(value));
    }
    // Before the change, `new_category` is the present one and `correct_category` the one to come.
    if let Some(category) = category("correct_category") {
        let at = instant(value.get("category_update_timestamp"));
        return Some(What::Announced(ComingCategory { category, at }));
    }
    category("new_category").map(What::Category)
}

fn status(event: &str) -> TemplateStatus {
    match event {
        "REINSTATED" | "UNPAUSED" => TemplateStatus::Approved,
        other => TemplateStatus::parse(&other.to_lowercase()),
    }
}

/// The fullest reason there is: the sentence with its advice, the title of a pause, or Meta's word.
fn reason(value: &Value) -> Option<String> {
    let both = |key: &str, first: &str, second: &str| {
        let info = value.get(key)?;
        let lines: Vec<String> = [first, second].iter().filter_map(|key| string(info, key)).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    };
    let rejected = || both("rejection_info", "reason", "recommendation");
    let paused = || both("other_info", "title", "description");
    let word = || string(value, "reason").filter(|word| word != "NONE");
    let reason = rejected().or_else(paused).or_else(word)?;
    Some(cut(&reason, CAPTION_CHARS))
}

fn texts(value: &Value) -> What {
    const KEYS: [&str; 2] = ["message_template_button_url", "message_template_button_phone_number"];
    let buttons = value.get("message_template_buttons").and_then(Value::as_array);
    let one = |value: &Value| {
        let kind = word(value, "message_template_button_type");
        button(&kind, text(value, "message_template_button_text"), value, KEYS)
    };
    let line = |key| Some(text(value, key)).filter(|text| !text.is_empty());
    What::Texts {
        header: line("message_template_title"),
        body: text(value, "message_template_element"),
        footer: line("message_template_footer"),
        buttons: buttons.map(|all| all.iter().map(one).collect()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::model::template::TemplateButton;

    use super::*;
    use crate::{clock::from_micros, whatsapp::split};

    fn told(field: &str, mut value: Value) -> Option<News> {
        value["message_template_id"] = json!(1_689_556_908_129_832_u64);
        let body = json!({ "entry": [{ "id": "w", "time": 1_751_247_548,
            "changes": [{ "field": field, "value": value }] }] });
        let items = split::split(&body.to_string()).unwrap();
        news(items.first().unwrap(), from_micros(5))
    }

    #[test]
    fn a_status_comes_with_the_fullest_reason() {
        let news = told(
            "message_template_status_update",
            json!({ "event": "REJECTED",
            "reason": "INVALID_FORMAT", "message_template_category": "MARKETING",
            "rejection_info": { "reason": "Side by side.", "recommendation": "Separate them." } }),
        )
        .unwrap();
        assert_eq!((news.account.as_str(), news.meta_id.as_str()), ("w", "1689556908129832"));
        assert_eq!(news.at.timestamp(), 1_751_247_548);
        let reason = Some("Side by side.\nSeparate them.".to_owned());
        let category = Some(TemplateCategory::Marketing);
        assert_eq!(news.what, What::Status { status: TemplateStatus::Rejected, reason, category });
        let of = |value| match told("x", value).unwrap().what {
            What::Status { status, reason, .. } => (status, reason),
            other => panic!("no status: {other:?}"),
        };
        let paused = json!({ "event": "PAUSED", "reason": null, "other_info": { "title": "FIRST_PAUSE" } });
        assert_eq!(of(paused), (TemplateStatus::Paused, Some("FIRST_PAUSE".into())));
        assert_eq!(of(json!({ "event": "REINSTATED", "reason": "NONE" })), (TemplateStatus::Approved, None));
    }

    #[test]
    fn the_keys_tell_what_happened_whatever_the_field_says() {
        let field = "message_template_status_update";
        let quality = json!({ "previous_quality_score": "GREEN", "new_quality_score": "YELLOW" });
        assert_eq!(told(field, quality).unwrap().what, What::Quality(Some(TemplateQuality::Yellow)));
        let unknown = json!({ "new_quality_score": "UNKNOWN" });
        assert_eq!(told(field, unknown).unwrap().what, What::Quality(None));
        let impending = json!({ "new_category": "UTILITY", "correct_category": "MARKETING",
            "category_update_timestamp": 1_746_169_200 });
        let coming = ComingCategory {
            category: TemplateCategory::Marketing,
            at: instant(Some(&json!(1_746_169_200))),
        };
        assert_eq!(told("messages", impending).unwrap().what, What::Announced(coming));
        let completed = json!({ "previous_category": "UTILITY", "new_category": "MARKETING" });
        assert_eq!(told("", completed).unwrap().what, What::Category(TemplateCategory::Marketing));
        assert!(told(field, json!({ "nothing": "known" })).is_none());
    }

    #[test]
    fn new_texts_come_with_their_buttons() {
        let news = told(
            "message_template_components_update",
            json!({
            "message_template_element": "Thanks, {{1}}!", "message_template_title": "Order",
            "message_template_buttons": [
                { "message_template_button_type": "URL", "message_template_button_text": "Help",
                  "message_template_button_url": "https://shop.example/help" },
                { "message_template_button_type": "PHONE_NUMBER", "message_template_button_text": "Call",
                  "message_template_button_phone_number": "+12125550134" },
            ] }),
        )
        .unwrap();
        let What::Texts { header, body, footer, buttons } = news.what else { panic!("no texts") };
        assert_eq!((header.as_deref(), body.as_str(), footer), (Some("Order"), "Thanks, {{1}}!", None));
        let url = TemplateButton::Url { text: "Help".into(), url: "https://shop.example/help".into() };
        let phone = TemplateButton::Phone { text: "Call".into(), phone: "+12125550134".into() };
        assert_eq!(buttons, [url, phone]);
    }

    #[test]
    fn what_names_no_template_is_no_news() {
        let item = |raw: &str| Item {
            kind: split::Kind::Change,
            field: "message_template_status_update".into(),
            waba_id: "w".into(),
            time: String::new(),
            phone_number_id: None,
            raw: raw.into(),
            contacts: None,
        };
        assert!(news(&item(r#"{"value":{"event":"APPROVED"}}"#), from_micros(5)).is_none());
        assert!(news(&item("7"), from_micros(5)).is_none());
        let timeless =
            news(&item(r#"{"value":{"event":"APPROVED","message_template_id":"7"}}"#), from_micros(5));
        assert_eq!(timeless.unwrap().at, from_micros(5));
    }
}
