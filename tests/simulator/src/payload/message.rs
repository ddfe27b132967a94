//! Messages from customers.

use serde_json::{Map, Value, json};

use super::{Line, MediaRef, Sender, metadata, put, webhook};

/// A whole webhook with one text message.
pub fn text_message(line: &Line, from: &Sender, wamid: &str, at: i64, body: &str) -> Value {
    messages(line, from, vec![message_of(from, wamid, at, "text", json!({ "body": body }))])
}

/// A whole webhook with one picture.
pub fn image_message(
    line: &Line,
    from: &Sender,
    wamid: &str,
    at: i64,
    media: &MediaRef,
    caption: Option<&str>,
) -> Value {
    let mut image = media_object(media);
    put(&mut image, "caption", caption);
    messages(line, from, vec![message_of(from, wamid, at, "image", image.into())])
}

/// A whole webhook with one voice note.
pub fn audio_message(line: &Line, from: &Sender, wamid: &str, at: i64, media: &MediaRef) -> Value {
    let mut audio = media_object(media);
    audio.insert("voice".into(), true.into());
    messages(line, from, vec![message_of(from, wamid, at, "audio", audio.into())])
}

/// A whole webhook with one document.
pub fn document_message(
    line: &Line,
    from: &Sender,
    wamid: &str,
    at: i64,
    media: &MediaRef,
    filename: &str,
) -> Value {
    let mut document = media_object(media);
    put(&mut document, "filename", Some(filename));
    messages(line, from, vec![message_of(from, wamid, at, "document", document.into())])
}

/// A whole webhook with one sticker.
pub fn sticker_message(line: &Line, from: &Sender, wamid: &str, at: i64, media: &MediaRef) -> Value {
    let mut sticker = media_object(media);
    sticker.insert("animated".into(), false.into());
    messages(line, from, vec![message_of(from, wamid, at, "sticker", sticker.into())])
}

/// A whole webhook with a place; `to` is our message that asked for it.
pub fn location_message(
    line: &Line,
    from: &Sender,
    wamid: &str,
    at: i64,
    (latitude, longitude): (f64, f64),
    name: Option<&str>,
    to: Option<&str>,
) -> Value {
    let mut place = Map::new();
    place.insert("latitude".into(), latitude.into());
    place.insert("longitude".into(), longitude.into());
    put(&mut place, "name", name);
    let message = message_of(from, wamid, at, "location", place.into());
    messages(line, from, vec![in_reply(line, message, to)])
}

/// A whole webhook with the quick reply of a template; `to` is our message it answers.
pub fn button_message(
    line: &Line,
    from: &Sender,
    wamid: &str,
    at: i64,
    (payload, text): (&str, &str),
    to: Option<&str>,
) -> Value {
    let button = message_of(from, wamid, at, "button", json!({ "payload": payload, "text": text }));
    messages(line, from, vec![in_reply(line, button, to)])
}

/// A whole webhook with the tap on a reply button.
pub fn interactive_button_message(
    line: &Line,
    from: &Sender,
    wamid: &str,
    at: i64,
    (id, title): (&str, &str),
    to: Option<&str>,
) -> Value {
    let reply = json!({ "type": "button_reply", "button_reply": { "id": id, "title": title } });
    let message = message_of(from, wamid, at, "interactive", reply);
    messages(line, from, vec![in_reply(line, message, to)])
}

/// A whole webhook with the choice from a list.
pub fn interactive_list_message(
    line: &Line,
    from: &Sender,
    wamid: &str,
    at: i64,
    (id, title, description): (&str, &str, Option<&str>),
    to: Option<&str>,
) -> Value {
    let mut row = Map::new();
    put(&mut row, "id", Some(id));
    put(&mut row, "title", Some(title));
    put(&mut row, "description", description);
    let reply = json!({ "type": "list_reply", "list_reply": row });
    let message = message_of(from, wamid, at, "interactive", reply);
    messages(line, from, vec![in_reply(line, message, to)])
}

/// A whole webhook with a reaction; an empty emoji takes it back.
pub fn reaction_message(
    line: &Line,
    from: &Sender,
    wamid: &str,
    at: i64,
    (message_id, emoji): (&str, &str),
) -> Value {
    let reaction = json!({ "message_id": message_id, "emoji": emoji });
    messages(line, from, vec![message_of(from, wamid, at, "reaction", reaction)])
}

/// A whole webhook with something Meta itself does not pass on, such as a poll.
pub fn unsupported_message(line: &Line, from: &Sender, wamid: &str, at: i64, kind: &str) -> Value {
    let mut message = message_of(from, wamid, at, "unsupported", json!({ "type": kind }));
    if let Some(object) = message.as_object_mut() {
        let error = super::error_object(131_051, "Message type is currently not supported.");
        object.insert("errors".into(), json!([error]));
    }
    messages(line, from, vec![message])
}

/// A whole webhook with these messages of one customer.
pub fn messages(line: &Line, from: &Sender, messages: Vec<Value>) -> Value {
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": metadata(line),
        "contacts": [contact(from)],
        "messages": messages,
    });
    webhook(&line.waba_id, value)
}

/// One item of `messages[]` with the object named like its type.
pub fn message_of(from: &Sender, wamid: &str, at: i64, kind: &str, content: Value) -> Value {
    let mut message = Map::new();
    put(&mut message, "from", from.wa_id.as_deref());
    put(&mut message, "from_user_id", from.user_id.as_deref());
    put(&mut message, "id", Some(wamid));
    put(&mut message, "timestamp", Some(&at.to_string()));
    put(&mut message, "type", Some(kind));
    message.insert(kind.into(), content);
    message.into()
}

/// One item of `contacts[]`.
pub fn contact(person: &Sender) -> Value {
    let mut profile = Map::new();
    put(&mut profile, "name", person.name.as_deref());
    put(&mut profile, "username", person.username.as_deref());
    let mut contact = Map::new();
    contact.insert("profile".into(), profile.into());
    put(&mut contact, "wa_id", person.wa_id.as_deref());
    put(&mut contact, "user_id", person.user_id.as_deref());
    contact.into()
}

pub(crate) fn in_reply(line: &Line, mut message: Value, to: Option<&str>) -> Value {
    if let (Some(to), Some(object)) = (to, message.as_object_mut()) {
        let from: String = line.display_phone_number.chars().filter(char::is_ascii_digit).collect();
        object.insert("context".into(), json!({ "from": from, "id": to }));
    }
    message
}

fn media_object(media: &MediaRef) -> Map<String, Value> {
    let mut object = Map::new();
    put(&mut object, "mime_type", Some(&media.mime_type));
    put(&mut object, "sha256", Some(&media.sha256));
    put(&mut object, "id", Some(&media.id));
    object
}
