//! What a message is in the Graph API's words.
//!
//! Source: Cloud API reference, messages.

use serde_json::{Map, Value, json};
use shared::model::{
    content::{Content, Media, MediaKind},
    message::Body,
};

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

    #[test]
    fn what_is_not_for_customers_has_no_shape() {
        assert_eq!(sent(&Body::Note { text: "for us".into() }, None), None);
        assert_eq!(sent(&Body::Content(Arc::new(Content::Welcome)), None), None);
        assert_eq!(sent(&file(MediaKind::Image), None), None, "its file was not uploaded");
    }
}
