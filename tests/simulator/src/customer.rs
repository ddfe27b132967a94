//! The people on the other side, and what they can say.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::payload::{self, Line, Sender};
use crate::state::Shared;

/// One person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Customer {
    /// Phone number, digits only.
    #[serde(default)]
    pub wa_id: Option<String>,
    /// Business-scoped id, such as `DE.1349…`.
    #[serde(default)]
    pub user_id: Option<String>,
    /// The profile name.
    #[serde(default)]
    pub name: Option<String>,
    /// The user name, without `@`.
    #[serde(default)]
    pub username: Option<String>,
}

/// What a customer sends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Utterance {
    #[serde(flatten)]
    pub said: Said,
    /// Which number it goes to; the first one by default.
    #[serde(default)]
    pub phone_number_id: Option<String>,
    /// Profile name to show from now on.
    #[serde(default)]
    pub name: Option<String>,
    /// Unix seconds; now by default.
    #[serde(default)]
    pub at: Option<i64>,
    /// The message's id; a fresh one by default.
    #[serde(default)]
    pub wamid: Option<String>,
    /// Our message it answers.
    #[serde(default)]
    pub reply_to: Option<String>,
}

/// The kinds of things customers send. Media without an id get a small generated file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Said {
    Text {
        text: String,
    },
    Image {
        #[serde(default)]
        caption: Option<String>,
        #[serde(default)]
        media_id: Option<String>,
    },
    Audio {
        #[serde(default)]
        media_id: Option<String>,
    },
    Document {
        filename: String,
        #[serde(default)]
        media_id: Option<String>,
    },
    Sticker {
        #[serde(default)]
        media_id: Option<String>,
    },
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default)]
        name: Option<String>,
    },
    Button {
        payload: String,
        text: String,
    },
    ButtonReply {
        id: String,
        title: String,
    },
    ListReply {
        id: String,
        title: String,
        #[serde(default)]
        description: Option<String>,
    },
    Reaction {
        message_id: String,
        emoji: String,
    },
    Unsupported {
        kind: String,
    },
    /// Any other type, written out: `{"type":"other","kind":"order","content":{…}}`.
    Other {
        kind: String,
        content: Value,
    },
}

impl Utterance {
    /// Something said now, to the first number.
    pub fn of(said: Said) -> Self {
        Self { said, phone_number_id: None, name: None, at: None, wamid: None, reply_to: None }
    }

    /// A text message.
    pub fn text(text: &str) -> Self {
        Self::of(Said::Text { text: text.into() })
    }

    /// The same, to this number.
    pub fn to(mut self, phone_number_id: &str) -> Self {
        self.phone_number_id = Some(phone_number_id.into());
        self
    }

    /// The same, at this Unix second.
    pub fn at(mut self, seconds: i64) -> Self {
        self.at = Some(seconds);
        self
    }

    /// The same, with this message id.
    pub fn with_wamid(mut self, wamid: &str) -> Self {
        self.wamid = Some(wamid.into());
        self
    }
}

impl Customer {
    /// Someone new: a key with a dot is a business-scoped id, any other a phone number.
    pub(crate) fn stranger(key: &str) -> Self {
        let tail: String = key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let name = Some(format!("Customer {tail}"));
        if key.contains('.') {
            Self { user_id: Some(key.into()), name, ..Self::default() }
        } else {
            Self { wa_id: Some(key.into()), name, ..Self::default() }
        }
    }

    /// What the customer is filed under.
    pub(crate) fn key(&self) -> String {
        self.wa_id.clone().or_else(|| self.user_id.clone()).unwrap_or_default()
    }

    pub(crate) fn sender(&self) -> Sender {
        Sender {
            wa_id: self.wa_id.clone(),
            user_id: self.user_id.clone(),
            name: self.name.clone(),
            username: self.username.clone(),
        }
    }
}

/// The digits of a phone number, or a business-scoped id as it is.
pub(crate) fn normal_key(key: &str) -> String {
    if key.contains('.') { key.to_owned() } else { key.chars().filter(char::is_ascii_digit).collect() }
}

/// Whom a send body names: `to` wins over `recipient`, as at Meta.
pub(crate) fn recipient_of(body: &Value) -> Option<String> {
    let named = |key: &str| body.get(key).and_then(Value::as_str).filter(|value| !value.is_empty());
    named("to").or_else(|| named("recipient")).map(normal_key)
}

/// The webhook for something said.
pub(crate) fn webhook_of(
    shared: &Shared,
    line: &Line,
    from: &Sender,
    wamid: &str,
    at: i64,
    utterance: &Utterance,
) -> Value {
    let to = utterance.reply_to.as_deref();
    let media = |id: &Option<String>, kind: &str| shared.media_ref(id.as_deref(), kind);
    match &utterance.said {
        Said::Text { text } => {
            let message = payload::message_of(from, wamid, at, "text", json!({ "body": text }));
            payload::messages(line, from, vec![payload::in_reply(line, message, to)])
        }
        Said::Image { caption, media_id } => {
            payload::image_message(line, from, wamid, at, &media(media_id, "image"), caption.as_deref())
        }
        Said::Audio { media_id } => payload::audio_message(line, from, wamid, at, &media(media_id, "audio")),
        Said::Document { filename, media_id } => {
            payload::document_message(line, from, wamid, at, &media(media_id, "document"), filename)
        }
        Said::Sticker { media_id } => {
            payload::sticker_message(line, from, wamid, at, &media(media_id, "sticker"))
        }
        Said::Location { latitude, longitude, name } => {
            let there = (*latitude, *longitude);
            payload::location_message(line, from, wamid, at, there, name.as_deref(), to)
        }
        Said::Button { payload, text } => payload::button_message(line, from, wamid, at, (payload, text), to),
        Said::ButtonReply { id, title } => {
            payload::interactive_button_message(line, from, wamid, at, (id, title), to)
        }
        Said::ListReply { id, title, description } => {
            let row = (id.as_str(), title.as_str(), description.as_deref());
            payload::interactive_list_message(line, from, wamid, at, row, to)
        }
        Said::Reaction { message_id, emoji } => {
            payload::reaction_message(line, from, wamid, at, (message_id, emoji))
        }
        Said::Unsupported { kind } => payload::unsupported_message(line, from, wamid, at, kind),
        Said::Other { kind, content } => {
            let message = payload::message_of(from, wamid, at, kind, content.clone());
            payload::messages(line, from, vec![message])
        }
    }
}
