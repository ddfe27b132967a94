//! The texts and buttons of a template as the Graph API writes them. Lenient: what is not known is named,
//! and never loses the rest.

use serde_json::Value;
use shared::{
    limits::CAPTION_CHARS,
    model::template::{CODE, TemplateButton, TemplateHeader, TemplatePlace, TemplateValue, names_in},
};

use super::payload::{cut, string};
use crate::db::rows::template::Parts;

/// What a template's `components` say.
pub(super) fn parts(entry: &Value) -> Parts {
    let mut parts = Parts::default();
    for component in array(entry, "components") {
        match kind(component).as_str() {
            "HEADER" => header(component, &mut parts),
            "BODY" => {
                parts.body = text(component, "text");
                let names = names_in(&parts.body);
                parts.examples.extend(examples(component, TemplatePlace::Body, "body_text", &names));
            }
            "FOOTER" => parts.footer = Some(text(component, "text")).filter(|text| !text.is_empty()),
            "BUTTONS" => buttons(component, &mut parts),
            other => parts.unknown.push(other.to_owned()),
        }
    }
    parts.named = match string(entry, "parameter_format") {
        Some(format) => format.eq_ignore_ascii_case("named"),
        None => names_in(&parts.body).iter().any(|name| name.parse::<u32>().is_err()),
    };
    parts
}

fn header(component: &Value, parts: &mut Parts) {
    let header = match word(component, "format").as_str() {
        "TEXT" => TemplateHeader::Text { text: text(component, "text") },
        "IMAGE" => TemplateHeader::Image,
        "VIDEO" => TemplateHeader::Video,
        "DOCUMENT" => TemplateHeader::Document,
        "LOCATION" => TemplateHeader::Place,
        other => TemplateHeader::Other { kind: other.to_owned() },
    };
    if let TemplateHeader::Text { text } = &header {
        let names = names_in(text);
        parts.examples.extend(examples(component, TemplatePlace::Header, "header_text", &names));
    }
    parts.header = Some(header);
}

fn buttons(component: &Value, parts: &mut Parts) {
    for (at, value) in (0..u8::MAX).zip(array(component, "buttons")) {
        let place = TemplatePlace::Button(at);
        let button = button(&kind(value), text(value, "text"), value, ["url", "phone_number"]);
        let example = first_text(value.get("example"));
        match (&button, example) {
            (TemplateButton::Url { url, .. }, Some(example)) => {
                // Meta wants the whole address as the example of its end.
                let name = names_in(url).first().map(|name| (*name).to_owned());
                let front = url.split("{{").next().unwrap_or_default();
                let value = example.strip_prefix(front).unwrap_or(&example).to_owned();
                parts.examples.extend(name.map(|name| TemplateValue { place, name, value }));
            }
            (TemplateButton::Code { .. }, Some(value)) => {
                parts.examples.push(TemplateValue { place, name: CODE.into(), value });
            }
            _ => {}
        }
        parts.buttons.push(button);
    }
}

/// A button of one of Meta's kinds; `keys` are what the address and the number are called.
pub(super) fn button(kind: &str, text: String, value: &Value, keys: [&str; 2]) -> TemplateButton {
    let [url, phone] = keys.map(|key| self::text(value, key));
    match kind {
        "QUICK_REPLY" => TemplateButton::Reply { text },
        "URL" => TemplateButton::Url { text, url },
        "PHONE_NUMBER" => TemplateButton::Phone { text, phone },
        "COPY_CODE" => TemplateButton::Code { text },
        other => TemplateButton::Other { kind: other.to_owned(), text },
    }
}

/// The example values of a component: `{"body_text": [["a", "b"]]}`, `{"header_text": ["a"]}`, or with
/// names `{"body_text_named_params": [{"param_name": "day", "example": "a"}]}`.
fn examples(component: &Value, place: TemplatePlace, key: &str, names: &[&str]) -> Vec<TemplateValue> {
    let Some(example) = component.get("example") else { return Vec::new() };
    let named = array(example, &format!("{key}_named_params"));
    if !named.is_empty() {
        let one = |value: &Value| {
            let (name, value) = (string(value, "param_name")?, text(value, "example"));
            names.contains(&name.as_str()).then_some(TemplateValue { place, name, value })
        };
        return named.iter().filter_map(one).collect();
    }
    let mut values = array(example, key);
    if let Some(Value::Array(first)) = values.first() {
        values = first;
    }
    let values = values.iter().filter_map(Value::as_str);
    let one = |(name, value): (&&str, &str)| TemplateValue {
        place,
        name: (*name).to_owned(),
        value: cut(&value.replace('\0', ""), CAPTION_CHARS),
    };
    names.iter().zip(values).map(one).collect()
}

fn first_text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::Array(all) => all.first()?.as_str()?,
        other => other.as_str()?,
    };
    Some(cut(&text.replace('\0', ""), CAPTION_CHARS))
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn kind(value: &Value) -> String {
    word(value, "type")
}

/// One of Meta's words; it writes them small in some places and large in others.
pub(super) fn word(value: &Value, key: &str) -> String {
    let word = string(value, key).unwrap_or_else(|| "UNKNOWN".into());
    cut(&word, 64).to_uppercase()
}

/// A text; empty when it is missing.
pub(super) fn text(value: &Value, key: &str) -> String {
    string(value, key).map(|text| cut(&text, CAPTION_CHARS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(place: TemplatePlace, name: &str, value: &str) -> TemplateValue {
        TemplateValue { place, name: name.into(), value: value.into() }
    }

    #[test]
    fn every_known_part_is_read_with_its_examples() {
        let parts = parts(&json!({ "parameter_format": "POSITIONAL", "components": [
            { "type": "HEADER", "format": "TEXT", "text": "Our {{1}}", "example": { "header_text": ["fair"] } },
            { "type": "body", "text": "{{1}} and {{2}}", "example": { "body_text": [["May", "25OFF"]] } },
            { "type": "FOOTER", "text": "Bye" },
            { "type": "BUTTONS", "buttons": [
                { "type": "QUICK_REPLY", "text": "Stop" },
                { "type": "URL", "text": "Shop", "url": "https://shop.example/{{1}}",
                  "example": ["https://shop.example/fair"] },
                { "type": "PHONE_NUMBER", "text": "Call", "phone_number": "+12125550134" },
                { "type": "COPY_CODE", "text": "Copy code", "example": "25OFF" },
            ] },
        ] }));
        assert!(!parts.named && parts.unknown.is_empty());
        assert_eq!(parts.header, Some(TemplateHeader::Text { text: "Our {{1}}".into() }));
        assert_eq!((parts.body.as_str(), parts.footer.as_deref()), ("{{1}} and {{2}}", Some("Bye")));
        assert_eq!(parts.buttons.len(), 4);
        assert_eq!(
            parts.examples,
            [
                value(TemplatePlace::Header, "1", "fair"),
                value(TemplatePlace::Body, "1", "May"),
                value(TemplatePlace::Body, "2", "25OFF"),
                value(TemplatePlace::Button(1), "1", "fair"),
                value(TemplatePlace::Button(3), CODE, "25OFF"),
            ]
        );
    }

    #[test]
    fn named_examples_are_found_by_their_names() {
        let parts = parts(&json!({ "components": [{ "type": "BODY", "text": "On {{day}}, {{first_name}}",
            "example": { "body_text_named_params": [
                { "param_name": "first_name", "example": "Ada" }, { "param_name": "stray", "example": "?" },
            ] } }] }));
        assert!(parts.named, "the names tell when the format does not");
        assert_eq!(parts.examples, [value(TemplatePlace::Body, "first_name", "Ada")]);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let parts = parts(&json!({ "components": [
            7,
            { "type": "CAROUSEL", "cards": [] },
            { "type": "HEADER", "format": "GIF" },
            { "type": "BODY", "text": 5 },
            { "type": "BUTTONS", "buttons": [{ "type": "FLOW", "text": "Begin" }, "odd"] },
        ] }));
        assert_eq!(parts.unknown, ["UNKNOWN", "CAROUSEL"]);
        assert_eq!(parts.header, Some(TemplateHeader::Other { kind: "GIF".into() }));
        let other = |kind: &str, text: &str| TemplateButton::Other { kind: kind.into(), text: text.into() };
        assert_eq!(parts.buttons, [other("FLOW", "Begin"), other("UNKNOWN", "")]);
    }
}
