//! Texts and buttons of a template as the Graph API takes them: the way back from `template_parts`.

use serde_json::{Map, Value, json};
use shared::{
    api::templates::TemplateTexts,
    model::template::{
        TemplateButton, TemplateCategory, TemplateHeader, TemplatePlace, TemplateValue, names_in,
    },
};

/// The category's name at Meta.
pub(super) fn category(category: TemplateCategory) -> String {
    category.as_str().to_uppercase()
}

/// How its variables are called.
pub(super) fn format(texts: &TemplateTexts) -> &'static str {
    if texts.named { "NAMED" } else { "POSITIONAL" }
}

/// The `components` of a template; `sample` is Meta's name of the file that stands above the text.
pub(super) fn components(texts: &TemplateTexts, sample: Option<&str>) -> Vec<Value> {
    let mut components = Vec::new();
    match &texts.header {
        Some(TemplateHeader::Text { text }) => {
            let mut header = json!({ "type": "HEADER", "format": "TEXT", "text": text });
            add_examples(&mut header, texts, TemplatePlace::Header, text);
            components.push(header);
        }
        Some(TemplateHeader::Place) => components.push(json!({ "type": "HEADER", "format": "LOCATION" })),
        Some(header) => {
            components.extend(header.file().map(|kind| {
                let format = kind.as_str().to_uppercase();
                json!({ "type": "HEADER", "format": format, "example": { "header_handle": [sample] } })
            }));
        }
        None => {}
    }
    let mut body = json!({ "type": "BODY", "text": texts.body });
    add_examples(&mut body, texts, TemplatePlace::Body, &texts.body);
    components.push(body);
    if let Some(footer) = &texts.footer {
        components.push(json!({ "type": "FOOTER", "text": footer }));
    }
    if !texts.buttons.is_empty() {
        let buttons: Vec<Value> =
            (0..u8::MAX).zip(&texts.buttons).map(|(at, button)| self::button(at, button, texts)).collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    components
}

fn button(at: u8, button: &TemplateButton, texts: &TemplateTexts) -> Value {
    let example = texts.examples.iter().find(|example| example.place == TemplatePlace::Button(at));
    match button {
        TemplateButton::Reply { text } => json!({ "type": "QUICK_REPLY", "text": text }),
        TemplateButton::Phone { text, phone } => {
            json!({ "type": "PHONE_NUMBER", "text": text, "phone_number": phone })
        }
        TemplateButton::Url { text, url } => {
            let mut value = json!({ "type": "URL", "text": text, "url": url });
            if let (Some(example), Some(object), true) =
                (example, value.as_object_mut(), !names_in(url).is_empty())
            {
                let front = url.split("{{").next().unwrap_or_default();
                object.insert("example".into(), json!([format!("{front}{}", example.value)]));
            }
            value
        }
        TemplateButton::Code { text } => {
            let example = example.map(|example| example.value.as_str()).unwrap_or_default();
            json!({ "type": "COPY_CODE", "text": text, "example": example })
        }
        TemplateButton::Other { kind, text } => json!({ "type": kind, "text": text }),
    }
}

/// The examples of a text, in the order of its variables or with their names.
fn add_examples(component: &mut Value, texts: &TemplateTexts, place: TemplatePlace, text: &str) {
    let find = |name: &&str| -> Option<&TemplateValue> {
        texts.examples.iter().find(|example| example.place == place && example.name == **name)
    };
    let names = names_in(text);
    let examples: Vec<&TemplateValue> = names.iter().filter_map(find).collect();
    let (Some(object), false) = (component.as_object_mut(), examples.is_empty()) else { return };
    let key = if place == TemplatePlace::Header { "header_text" } else { "body_text" };
    let mut example = Map::new();
    if texts.named {
        let one = |value: &&TemplateValue| json!({ "param_name": value.name, "example": value.value });
        example.insert(format!("{key}_named_params"), examples.iter().map(one).collect());
    } else {
        let values: Value = examples.iter().map(|value| value.value.clone()).collect();
        let values = if place == TemplatePlace::Header { values } else { json!([values]) };
        example.insert(key.into(), values);
    }
    object.insert("example".into(), example.into());
}

#[cfg(test)]
mod tests {
    use shared::model::template::CODE;

    use super::*;
    use crate::whatsapp::template_parts::parts;

    fn value(place: TemplatePlace, name: &str, value: &str) -> TemplateValue {
        TemplateValue { place, name: name.into(), value: value.into() }
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let numbered = TemplateTexts {
            named: false,
            header: Some(TemplateHeader::Text { text: "Our {{1}}".into() }),
            body: "Until {{1}}, with {{2}}.".into(),
            footer: Some("Bye".into()),
            buttons: vec![
                TemplateButton::Reply { text: "Stop".into() },
                TemplateButton::Url { text: "Shop".into(), url: "https://shop.example/{{1}}".into() },
                TemplateButton::Phone { text: "Call".into(), phone: "+12125550134".into() },
                TemplateButton::Code { text: "Copy".into() },
            ],
            examples: vec![
                value(TemplatePlace::Header, "1", "fair"),
                value(TemplatePlace::Body, "1", "May"),
                value(TemplatePlace::Body, "2", "25OFF"),
                value(TemplatePlace::Button(1), "1", "fair"),
                value(TemplatePlace::Button(3), CODE, "25OFF"),
            ],
            sample: None,
        };
        let named = TemplateTexts {
            named: true,
            header: None,
            body: "Hi {{first_name}}!".into(),
            buttons: Vec::new(),
            examples: vec![value(TemplatePlace::Body, "first_name", "Ada")],
            ..numbered.clone()
        };
        let pictured = TemplateTexts { header: Some(TemplateHeader::Image), ..named.clone() };
        let placed = TemplateTexts { header: Some(TemplateHeader::Place), ..named.clone() };
        for texts in [numbered, named, pictured, placed] {
            let components = components(&texts, Some("4::aW"));
            let read = parts(&json!({ "parameter_format": format(&texts), "components": components }));
            assert_eq!((read.named, &read.header, &read.body), (texts.named, &texts.header, &texts.body));
            assert_eq!((&read.footer, &read.buttons), (&texts.footer, &texts.buttons));
            assert_eq!(read.examples, texts.examples);
        }
    }
    #[test]
    fn a_file_above_the_text_has_its_sample() {
        let of = |header| {
            let texts = TemplateTexts {
                named: false,
                header: Some(header),
                body: "Hello.".into(),
                footer: None,
                buttons: Vec::new(),
                examples: Vec::new(),
                sample: None,
            };
            components(&texts, Some("4::aW"))
        };
        let body = json!({ "type": "BODY", "text": "Hello." });
        for (header, format) in [
            (TemplateHeader::Image, "IMAGE"),
            (TemplateHeader::Video, "VIDEO"),
            (TemplateHeader::Document, "DOCUMENT"),
        ] {
            let above =
                json!({ "type": "HEADER", "format": format, "example": { "header_handle": ["4::aW"] } });
            assert_eq!(of(header), [above, body.clone()]);
        }
        let place = json!({ "type": "HEADER", "format": "LOCATION" });
        assert_eq!(of(TemplateHeader::Place), [place, body]);
    }
}
