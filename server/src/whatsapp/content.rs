//! What a message contains: lenient about types, and nothing that a stranger wrote is believed longer
//! than our limits. All of it is in the item as it came.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::Value;
use shared::{
    limits,
    model::{
        content::{
            CallPermission, Card, Changed, Choice, Content, Context, Form, FormAnswer, Forwarded, Media,
            MediaKind, Order, OrderItem, Place, Product, Referral, Unsupported,
        },
        message::Body,
    },
};

use crate::{domain::conversations::file::Remote, secrets::hex};

use super::payload::{cut, failure, id, instant, number, string};

/// Cards, answers, lines of an order that are shown. Ours; WhatsApp's apps allow fewer.
const MANY: usize = 100;
/// Longest address of an advertisement that is shown, in characters.
const URL_CHARS: usize = 2_000;

/// What a message says.
pub(super) fn body(item: &Value) -> Body {
    let kind = string(item, "type").unwrap_or_default();
    let inner = item.get(&kind).unwrap_or(&Value::Null);
    if kind == "text"
        && let Some(text) = string(inner, "body")
    {
        if text.chars().count() <= limits::INBOUND_TEXT_CHARS {
            return Body::Text { text };
        }
        // A card with its beginning; all of it is in the item as it came.
        let caption = Some(cut(&text, limits::CAPTION_CHARS));
        return Body::Other { kind: "unknown".into(), caption };
    }
    match content(&kind, inner, item) {
        Some(content) => Body::Content(Arc::new(content)),
        None => other(kind),
    }
}

fn other(kind: String) -> Body {
    // The stored kind of our own entries has a colon, and `text` means text that was understood.
    let named = !kind.is_empty()
        && kind != "text"
        && kind.len() <= 40
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    Body::Other { kind: if named { kind } else { "unknown".into() }, caption: None }
}

fn content(kind: &str, inner: &Value, item: &Value) -> Option<Content> {
    if kind == "unsupported" || kind == "unknown" {
        return Some(unsupported(inner, item));
    }
    if kind == "request_welcome" {
        return Some(Content::Welcome);
    }
    if inner.is_null() {
        // Without its body a message has at best a reason.
        return item.get("errors").map(|_| unsupported(inner, item));
    }
    match kind {
        "image" => Some(media(MediaKind::Image, inner)),
        "video" => Some(media(MediaKind::Video, inner)),
        "audio" => {
            Some(media(if is_voice(inner, item) { MediaKind::Voice } else { MediaKind::Audio }, inner))
        }
        "document" => Some(media(MediaKind::Document, inner)),
        "sticker" => Some(media(MediaKind::Sticker, inner)),
        "location" => place(inner),
        "contacts" => cards(inner),
        "button" => {
            let title = line(inner, "text").or_else(|| line(inner, "payload"))?;
            Some(Content::Choice(Choice { title, detail: None, value: line(inner, "payload") }))
        }
        "interactive" => interactive(inner),
        "order" => Some(order(inner)),
        "system" => {
            let what = string(inner, "type").unwrap_or_default();
            let number = what.ends_with("changed_number");
            // WhatsApp's words have both numbers in them, which not every member may see.
            Some(Content::Changed(Changed { number, text: line(inner, "body").filter(|_| !number) }))
        }
        _ => None,
    }
}

/// A recording left on the business's line has a call's id and no mark.
fn is_voice(inner: &Value, item: &Value) -> bool {
    let voicemail = string(item, "id").is_some_and(|id| id.starts_with("wacid."));
    inner.get("voice").and_then(Value::as_bool).unwrap_or(voicemail)
}

fn media(kind: MediaKind, inner: &Value) -> Content {
    Content::Media(Media {
        kind,
        caption: line(inner, "caption"),
        file_name: string(inner, "filename").map(|name| plain_name(&name)).filter(|name| !name.is_empty()),
        mime: string(inner, "mime_type").map(|mime| cut(&mime, limits::NAME_CHARS)),
    })
}

/// The file that an item names. Its `url` is never used: where a file lies, only the Graph API may say.
pub(super) fn file(item: &Value) -> Option<Remote> {
    let kind = string(item, "type")?;
    if !["image", "video", "audio", "document", "sticker"].contains(&kind.as_str()) {
        return None;
    }
    let inner = item.get(&kind)?;
    // What stands in a path of the Graph API must not leave it.
    let media_id = id(inner, "id").filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    let digest = string(inner, "sha256").and_then(|text| BASE64.decode(text).ok());
    let sha256 = digest.filter(|digest| digest.len() == 32).map(|digest| hex(&digest));
    Some(Remote { media_id, sha256 })
}

/// A file's name without what could disguise it: control and direction characters, and any path.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let disguise = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    cut(&last.replace(disguise, ""), limits::NAME_CHARS)
}

fn place(inner: &Value) -> Option<Content> {
    let degrees = |key: &str, most: f64| {
        let degrees = match inner.get(key)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.parse().ok()?,
            _ => return None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "within 180 million")]
        (-most..=most).contains(&degrees).then(|| (degrees * 1e6).round() as i32)
    };
    Some(Content::Place(Place {
        latitude_e6: degrees("latitude", 90.0)?,
        longitude_e6: degrees("longitude", 180.0)?,
        name: line(inner, "name"),
        address: line(inner, "address"),
    }))
}

fn cards(inner: &Value) -> Option<Content> {
    let all = inner.as_array()?;
    let texts = |card: &Value, list: &str, keys: &[&str]| -> Vec<String> {
        let list = card.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let first = |one: &Value| keys.iter().find_map(|key| line(one, key));
        list.iter().filter_map(first).take(MANY).collect()
    };
    let card = |card: &Value| {
        let name = card.get("name");
        let whole = name.and_then(|name| line(name, "formatted_name"));
        Card {
            name: whole.or_else(|| name.and_then(|name| line(name, "first_name"))),
            organisation: card.get("org").and_then(|org| line(org, "company")),
            phones: texts(card, "phones", &["phone", "wa_id"]),
            emails: texts(card, "emails", &["email"]),
        }
    };
    Some(Content::Cards(all.iter().map(card).take(MANY).collect()))
}

fn interactive(inner: &Value) -> Option<Content> {
    let kind = string(inner, "type")?;
    let reply = inner.get(&kind)?;
    match kind.as_str() {
        "button_reply" | "list_reply" => {
            let title = line(reply, "title").or_else(|| line(reply, "id"))?;
            let detail = line(reply, "description");
            Some(Content::Choice(Choice { title, detail, value: line(reply, "id") }))
        }
        "nfm_reply" => Some(Content::Form(form(reply))),
        "call_permission_reply" => Some(Content::CallPermission(CallPermission {
            granted: string(reply, "response")? == "accept",
            until: instant(reply.get("expiration_timestamp")),
        })),
        "product" => product(reply).map(Content::Product),
        _ => None,
    }
}

fn form(reply: &Value) -> Form {
    let answers: Option<Value> =
        string(reply, "response_json").and_then(|response| serde_json::from_str(&response).ok());
    let answers = match &answers {
        Some(Value::Object(fields)) => fields
            .iter()
            // The token is ours and means nothing to people.
            .filter(|(name, _)| *name != "flow_token")
            .take(MANY)
            .map(|(name, value)| FormAnswer {
                name: cut(name, limits::NAME_CHARS),
                value: cut(&value.as_str().map_or_else(|| value.to_string(), plain), limits::CAPTION_CHARS),
            })
            .collect(),
        _ => Vec::new(),
    };
    Form { name: line(reply, "name").unwrap_or_default(), text: line(reply, "body"), answers }
}

fn order(inner: &Value) -> Content {
    let items = inner.get("product_items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let item = |item: &Value| {
        Some(OrderItem {
            product: line(item, "product_retailer_id")?,
            quantity: item.get("quantity").and_then(number).and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
            price: item.get("item_price").and_then(decimal),
            currency: line(item, "currency"),
        })
    };
    Content::Order(Order {
        text: line(inner, "text"),
        items: items.iter().filter_map(item).take(MANY).collect(),
    })
}

fn decimal(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => {
            text.parse::<f64>().ok().filter(|price| price.is_finite()).map(|_| text.clone())
        }
        _ => None,
    }
}

fn product(value: &Value) -> Option<Product> {
    Some(Product { catalogue: line(value, "catalog_id"), product: line(value, "product_retailer_id")? })
}

fn unsupported(inner: &Value, item: &Value) -> Content {
    let failure = failure(item.get("errors"));
    Content::Unsupported(Unsupported {
        kind: line(inner, "type"),
        code: failure.code,
        detail: failure.detail,
    })
}

/// How a message came about, and WhatsApp's id of what it answers.
pub(super) fn context(item: &Value) -> (Context, Option<String>) {
    let told = item.get("context").unwrap_or(&Value::Null);
    let flag = |key: &str| told.get(key).and_then(Value::as_bool).unwrap_or(false);
    let forwarded = match (flag("frequently_forwarded"), flag("forwarded")) {
        (true, _) => Some(Forwarded::Often),
        (false, true) => Some(Forwarded::Once),
        (false, false) => None,
    };
    let context = Context {
        quote: None,
        forwarded,
        product: told.get("referred_product").and_then(product),
        referral: item.get("referral").map(referral).filter(|referral| *referral != Referral::default()),
        ..Context::default()
    };
    (context, id(told, "id"))
}

fn referral(value: &Value) -> Referral {
    Referral {
        headline: line(value, "headline"),
        text: line(value, "body"),
        url: string(value, "source_url")
            .filter(|url| url.starts_with("https://") && url.chars().count() <= URL_CHARS),
    }
}

/// A text of ordinary length; nothing when it is blank.
fn line(value: &Value, key: &str) -> Option<String> {
    string(value, key).filter(|text| !text.trim().is_empty()).map(|text| cut(&text, limits::CAPTION_CHARS))
}

fn plain(text: &str) -> String {
    text.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content_of(item: &Value) -> Content {
        match body(item) {
            Body::Content(content) => Arc::unwrap_or_clone(content),
            other => panic!("not understood: {other:?}"),
        }
    }

    #[test]
    fn a_place_is_on_earth() {
        let at = |latitude: Value| {
            body(&json!({"type": "location", "location": {"latitude": latitude, "longitude": "-122.161659"}}))
        };
        let there = Place { latitude_e6: 37_442_215, longitude_e6: -122_161_659, name: None, address: None };
        assert_eq!(at(json!(37.442_214_965)), Body::Content(Arc::new(Content::Place(there))));
        assert_eq!(at(json!(90.1)), Body::Other { kind: "location".into(), caption: None });
        assert_eq!(at(json!("NaN")), Body::Other { kind: "location".into(), caption: None });
    }

    #[test]
    fn a_file_name_cannot_disguise_itself() {
        let named = |name: &str| {
            let item = json!({"type": "document", "document": {"filename": name}});
            let Content::Media(media) = content_of(&item) else { panic!("not a file") };
            media.file_name
        };
        assert_eq!(named("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(named("bill\u{202E}fdp.exe\u{7}").as_deref(), Some("billfdp.exe"));
        assert_eq!(named("/"), None);
    }

    #[test]
    fn a_form_shows_its_answers_and_not_our_token() {
        let item = json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {
            "name": "flow", "body": "Sent",
            "response_json": r#"{"flow_token":"t","rating":"4","when":{"day":1}}"#}}});
        let Content::Form(form) = content_of(&item) else { panic!("not a form") };
        let answers: Vec<_> = form.answers.iter().map(|a| (a.name.as_str(), a.value.as_str())).collect();
        assert_eq!(answers, [("rating", "4"), ("when", r#"{"day":1}"#)]);
    }

    #[test]
    fn a_message_without_its_body_says_why() {
        let item = json!({"type": "interactive", "errors": [{"code": 131_000, "title": "Went wrong"}]});
        let Content::Unsupported(why) = content_of(&item) else { panic!("not a reason") };
        assert_eq!((why.code, why.detail.as_deref()), (Some(131_000), Some("Went wrong")));
        assert_eq!(
            body(&json!({"type": "interactive"})),
            Body::Other { kind: "interactive".into(), caption: None }
        );
    }

    #[test]
    fn only_https_addresses_of_advertisements_are_shown() {
        let url =
            |url: &str| context(&json!({"referral": {"source_url": url, "headline": "Lamps"}})).0.referral;
        assert_eq!(url("https://fb.me/x").unwrap().url.as_deref(), Some("https://fb.me/x"));
        assert_eq!(url("javascript:alert(1)").unwrap().url, None);
        assert!(context(&json!({"referral": {}})).0.is_empty());
    }
}
