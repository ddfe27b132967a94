//! What a message is in the Graph API's words.
//!
//! Source: Cloud API reference, messages.

use serde_json::{Map, Value, json};
use shared::model::{
    content::{Content, Media, MediaKind, SentTemplate},
    message::Body,
    template::{CODE, MAP, TemplatePlace, TemplateValue},
};

use super::interactive;

/// A message as the Graph API knows it.
#[derive(Debug, PartialEq)]
pub(super) struct Wire {
    kind: &'static str,
    object: Value,
}

impl Wire {
    /// Puts the message into the body of a request.
    pub(super) fn put(self, request: &mut Map<String, Value>) {
        request.insert("type".into(), self.kind.into());
        request.insert(self.kind.into(), self.object);
    }
}

/// The message; none when it is not one that can be sent. `media` is WhatsApp's id of the file.
pub(super) fn wire(body: &Body, media: Option<&str>) -> Option<Wire> {
    match body {
        Body::Text { text } => {
            let preview = text.contains("https://") || text.contains("http://");
            Some(Wire { kind: "text", object: json!({ "body": text, "preview_url": preview }) })
        }
        Body::Content(content) => match &**content {
            Content::Media(file) => Some(file_wire(file, media?)),
            Content::Template(sent) => template_wire(sent, media),
            Content::Place(place) => Some(Wire { kind: "location", object: interactive::place(place) }),
            Content::Cards(cards) => Some(Wire { kind: "contacts", object: interactive::cards(cards) }),
            Content::Interactive(sent) => {
                Some(Wire { kind: "interactive", object: interactive::interactive(sent) })
            }
            _ => None,
        },
        Body::Note { .. } | Body::Other { .. } | Body::System { .. } => None,
    }
}

fn file_wire(file: &Media, id: &str) -> Wire {
    let kind = match file.kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio | MediaKind::Voice => "audio",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
    };
    let mut object = Map::new();
    object.insert("id".into(), id.into());
    if let (true, Some(caption)) = (file.kind.takes_caption(), &file.caption) {
        object.insert("caption".into(), caption.as_str().into());
    }
    if let (MediaKind::Document, Some(name)) = (file.kind, &file.file_name) {
        object.insert("filename".into(), name.as_str().into());
    }
    if file.kind == MediaKind::Voice {
        object.insert("voice".into(), true.into());
    }
    Wire { kind, object: object.into() }
}

/// None when its file is missing.
fn template_wire(sent: &SentTemplate, media: Option<&str>) -> Option<Wire> {
    let of = |place: TemplatePlace| sent.values.iter().filter(move |value| value.place == place);
    let texts = |place| of(place).map(|value| parameter(sent.named, value)).collect::<Vec<_>>();
    let header = match sent.media {
        Some(kind) => {
            let name = sent.file_name.as_deref().filter(|_| kind == MediaKind::Document);
            let mut file = Map::new();
            file.insert("id".into(), media?.into());
            file.extend(name.map(|name| ("filename".into(), name.into())));
            vec![json!({ "type": kind.as_str(), kind.as_str(): file })]
        }
        None => match place(&of(TemplatePlace::Header).collect::<Vec<_>>()) {
            Some(location) => vec![json!({ "type": "location", "location": location })],
            None => texts(TemplatePlace::Header),
        },
    };
    let mut components = Vec::new();
    for (kind, parameters) in [("header", header), ("body", texts(TemplatePlace::Body))] {
        if !parameters.is_empty() {
            components.push(json!({ "type": kind, "parameters": parameters }));
        }
    }
    for value in &sent.values {
        let TemplatePlace::Button(at) = value.place else { continue };
        let (kind, parameter) = if value.name == CODE {
            ("copy_code", json!({ "type": "coupon_code", "coupon_code": value.value }))
        } else {
            ("url", json!({ "type": "text", "text": value.value }))
        };
        components.push(json!({
            "type": "button", "sub_type": kind, "index": at.to_string(), "parameters": [parameter],
        }));
    }
    let mut object = Map::new();
    object.insert("name".into(), sent.name.as_str().into());
    object.insert("language".into(), json!({ "code": sent.language }));
    if !components.is_empty() {
        object.insert("components".into(), components.into());
    }
    Some(Wire { kind: "template", object: object.into() })
}

fn parameter(named: bool, value: &TemplateValue) -> Value {
    let mut parameter = Map::new();
    parameter.insert("type".into(), "text".into());
    if named {
        parameter.insert("parameter_name".into(), value.name.as_str().into());
    }
    parameter.insert("text".into(), value.value.as_str().into());
    parameter.into()
}

/// The place on the map that a header shows, when it shows one.
fn place(values: &[&TemplateValue]) -> Option<Value> {
    let all: Option<Map<String, Value>> = MAP
        .iter()
        .map(|name| {
            let value = values.iter().find(|value| value.name == *name)?;
            Some(((*name).to_owned(), value.value.as_str().into()))
        })
        .collect();
    all.map(Value::Object)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn sent(body: &Body, media: Option<&str>) -> Option<Value> {
        let mut request = Map::new();
        wire(body, media)?.put(&mut request);
        Some(request.into())
    }

    fn file(kind: MediaKind) -> Body {
        let name = Some("offer.pdf".to_owned());
        let media = Media { kind, caption: Some("See page 2".into()), file_name: name, mime: None };
        Body::Content(Arc::new(Content::Media(media)))
    }

    #[test]
    fn each_kind_has_its_own_shape() {
        for (body, expected) in [
            (
                Body::Text { text: "Hi".into() },
                json!({ "type": "text", "text": { "body": "Hi", "preview_url": false } }),
            ),
            (
                Body::Text { text: "See https://example.com/".into() },
                json!({ "type": "text", "text": { "body": "See https://example.com/", "preview_url": true } }),
            ),
            (
                file(MediaKind::Image),
                json!({ "type": "image", "image": { "id": "m1", "caption": "See page 2" } }),
            ),
            (
                file(MediaKind::Video),
                json!({ "type": "video", "video": { "id": "m1", "caption": "See page 2" } }),
            ),
            (file(MediaKind::Audio), json!({ "type": "audio", "audio": { "id": "m1" } })),
            (file(MediaKind::Voice), json!({ "type": "audio", "audio": { "id": "m1", "voice": true } })),
            (file(MediaKind::Sticker), json!({ "type": "sticker", "sticker": { "id": "m1" } })),
            (
                file(MediaKind::Document),
                json!({ "type": "document", "document": { "id": "m1", "caption": "See page 2", "filename": "offer.pdf" } }),
            ),
        ] {
            assert_eq!(sent(&body, Some("m1")), Some(expected));
        }
    }

    fn template(named: bool, values: &[(TemplatePlace, &str, &str)], media: Option<MediaKind>) -> Body {
        let value = |(place, name, value): &(TemplatePlace, &str, &str)| TemplateValue {
            place: *place,
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        Body::Content(Arc::new(Content::Template(SentTemplate {
            name: "order_update".into(),
            language: "en".into(),
            category: shared::model::template::TemplateCategory::Utility,
            header: None,
            media,
            body: "rendered".into(),
            footer: None,
            buttons: Vec::new(),
            named,
            values: values.iter().map(value).collect(),
            file_name: Some("offer.pdf".into()),
        })))
    }

    #[test]
    fn a_template_is_its_name_and_its_values_place_by_place() {
        use TemplatePlace::{Body as Text, Button, Header};
        let named = |components: Value| {
            json!({ "type": "template", "template": {
                "name": "order_update", "language": { "code": "en" }, "components": components,
            } })
        };
        let numbers = [
            (Header, "1", "Hello"),
            (Text, "1", "Ada"),
            (Text, "2", "A-7"),
            (Button(1), "1", "a7"),
            (Button(2), CODE, "SAVE"),
        ];
        assert_eq!(
            sent(&template(false, &numbers, None), None),
            Some(named(json!([
                { "type": "header", "parameters": [{ "type": "text", "text": "Hello" }] },
                { "type": "body", "parameters": [{ "type": "text", "text": "Ada" }, { "type": "text", "text": "A-7" }] },
                { "type": "button", "sub_type": "url", "index": "1", "parameters": [{ "type": "text", "text": "a7" }] },
                { "type": "button", "sub_type": "copy_code", "index": "2", "parameters": [{ "type": "coupon_code", "coupon_code": "SAVE" }] },
            ])))
        );
        assert_eq!(
            sent(&template(true, &[(Text, "first_name", "Ada")], None), None),
            Some(named(json!([
                { "type": "body", "parameters": [{ "type": "text", "parameter_name": "first_name", "text": "Ada" }] },
            ])))
        );
        assert_eq!(
            sent(&template(false, &[], Some(MediaKind::Document)), Some("m1")),
            Some(named(json!([
                { "type": "header", "parameters": [{ "type": "document", "document": { "id": "m1", "filename": "offer.pdf" } }] },
            ])))
        );
        let map = MAP.map(|name| (Header, name, "7"));
        assert_eq!(
            sent(&template(false, &map, None), None),
            Some(named(json!([
                { "type": "header", "parameters": [{ "type": "location", "location": {
                    "latitude": "7", "longitude": "7", "name": "7", "address": "7",
                } }] },
            ])))
        );
        let plain = sent(&template(false, &[], None), None).unwrap();
        assert_eq!(plain["template"].get("components"), None);
        assert_eq!(
            sent(&template(false, &[], Some(MediaKind::Image)), None),
            None,
            "its file was not uploaded"
        );
    }

    #[test]
    fn what_is_not_for_customers_has_no_shape() {
        assert_eq!(sent(&Body::note("for us".into()), None), None);
        assert_eq!(sent(&Body::Content(Arc::new(Content::Welcome)), None), None);
        assert_eq!(sent(&file(MediaKind::Image), None), None, "its file was not uploaded");
    }
}
