//! What a message can be besides text: what customers send, and what we do.
//!
//! Most of what is in here was written by a stranger: texts are cut at our limits, nothing is a link that is
//! followed by itself, and no file is fetched from an address that a message names.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    interactive::Interactive,
    message::AuthorKind,
    template::{TemplateCategory, TemplateValue},
};
use crate::ids::MessageId;

/// What a message contains that is not text. Source: Cloud API, inbound messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A picture, recording, document or sticker.
    Media(Media),
    /// A place.
    Place(Place),
    /// One or more people's addresses.
    Cards(Vec<Card>),
    /// The customer tapped a button or chose from a list.
    Choice(Choice),
    /// The customer filled in a form.
    Form(Form),
    /// The customer allowed or refused calls.
    CallPermission(CallPermission),
    /// The customer ordered from the catalogue.
    Order(Order),
    /// A product of a catalogue.
    Product(Product),
    /// The customer opened the chat for the first time and wrote nothing yet.
    Welcome,
    /// The customer's number or account changed.
    Changed(Changed),
    /// We sent one of our templates.
    Template(SentTemplate),
    /// A call.
    Call(Call),
    /// We sent a text with something to tap.
    Interactive(Interactive),
    /// WhatsApp does not hand this to businesses.
    Unsupported(Unsupported),
    /// The customer deleted the message; nothing of it is kept.
    Revoked,
}

impl Content {
    /// Whether a file belongs to it.
    pub const fn has_file(&self) -> bool {
        matches!(self, Self::Media(_) | Self::Template(SentTemplate { media: Some(_), .. }))
    }

    /// The stored and shown name of the kind: Meta's where it has one.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Media(media) => media.kind.as_str(),
            Self::Place(_) => "location",
            Self::Cards(_) => "contacts",
            Self::Choice(_) => "interactive",
            Self::Form(_) => "form",
            Self::CallPermission(_) => "call_permission",
            Self::Order(_) => "order",
            Self::Product(_) => "product",
            Self::Welcome => "request_welcome",
            Self::Changed(_) => "system",
            Self::Template(_) => "template",
            Self::Call(_) => "call",
            Self::Interactive(sent) => sent.kind(),
            Self::Unsupported(_) => "unsupported",
            Self::Revoked => "revoke",
        }
    }

    /// The words of it that a person would search for and a preview shows.
    pub fn words(&self) -> Option<String> {
        let lines = |lines: &mut dyn Iterator<Item = &str>| {
            let all: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            (!all.is_empty()).then(|| all.join("\n"))
        };
        match self {
            Self::Media(Media { caption: Some(caption), .. }) => Some(caption.clone()),
            Self::Media(media) => media.file_name.clone(),
            Self::Place(place) => {
                lines(&mut [&place.name, &place.address].into_iter().flatten().map(String::as_str))
            }
            Self::Cards(cards) => lines(&mut cards.iter().filter_map(|card| card.name.as_deref())),
            Self::Choice(choice) => Some(choice.title.clone()),
            Self::Form(form) => lines(
                &mut form
                    .text
                    .iter()
                    .chain(form.answers.iter().map(|answer| &answer.value))
                    .map(String::as_str),
            ),
            Self::Order(order) => {
                let products = order.items.iter().map(|item| item.product.as_str());
                lines(&mut order.text.as_deref().into_iter().chain(products))
            }
            Self::Product(product) => Some(product.product.clone()),
            Self::Template(sent) => lines(&mut sent.header.iter().chain([&sent.body]).map(String::as_str)),
            Self::Interactive(sent) => lines(&mut sent.lines().into_iter()),
            Self::CallPermission(_)
            | Self::Call(_)
            | Self::Welcome
            | Self::Changed(_)
            | Self::Unsupported(_)
            | Self::Revoked => None,
        }
    }
}

/// The kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound file.
    Audio,
    /// Something spoken into WhatsApp.
    Voice,
    /// Any other file.
    Document,
    /// A sticker.
    Sticker,
}

impl MediaKind {
    /// Meta's name; `voice` is Meta's `audio` with a mark.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// The kind with this name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Image, Self::Video, Self::Audio, Self::Voice, Self::Document, Self::Sticker]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// Whether WhatsApp shows words under it.
    pub const fn takes_caption(self) -> bool {
        matches!(self, Self::Image | Self::Video | Self::Document)
    }
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Media {
    /// What kind.
    pub kind: MediaKind,
    /// What was written under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// A document's name, as the sender chose it: for showing, never for storing under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The type that the sender's app claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
}

/// A place on earth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// Latitude in millionths of a degree, north positive.
    pub latitude_e6: i32,
    /// Longitude in millionths of a degree, east positive.
    pub longitude_e6: i32,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Somebody's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Card {
    /// Whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where they work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Phone numbers as they were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// E-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
}

/// A button that was tapped or a line that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// What was written on it.
    pub title: String,
    /// The line below a list's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What we gave it to be recognised by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A form that was filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Form {
    /// Meta's name of the form's kind (`flow`, `address_message`).
    pub name: String,
    /// What the customer's app shows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The answers in the form's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<FormAnswer>,
}

/// One answer of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormAnswer {
    /// The field's name, as whoever made the form called it.
    pub name: String,
    /// What was answered; lists and groups as JSON.
    pub value: String,
}

/// Whether the business may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallPermission {
    /// The customer's answer.
    pub granted: bool,
    /// Until when, if it ends.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub until: Option<DateTime<Utc>>,
}

/// A call, as far as WhatsApp told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Call {
    /// Whether the business called.
    pub ours: bool,
    /// How far it got.
    pub state: CallState,
    /// How long they spoke, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// How far a call got. Later ones replace earlier ones, in whatever order they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// It rings.
    Ringing,
    /// Somebody speaks.
    Accepted,
    /// Nobody took it.
    Missed,
    /// It was turned down.
    Rejected,
    /// They spoke, and it is over.
    Ended,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Order {
    /// What was written with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What was ordered.
    pub items: Vec<OrderItem>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderItem {
    /// The retailer's id of the product.
    pub product: String,
    /// How many.
    pub quantity: u32,
    /// Price of one, as a decimal number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A product of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Product {
    /// The catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<String>,
    /// The retailer's id of the product.
    pub product: String,
}

/// A template as it was sent, with everything filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentTemplate {
    /// Its name.
    pub name: String,
    /// Meta's code of its language.
    pub language: String,
    /// What it is for.
    pub category: TemplateCategory,
    /// The line above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The kind of file above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaKind>,
    /// The text.
    pub body: String,
    /// What stands small below the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// What stands on the buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<String>,
    /// Whether its variables have names instead of numbers.
    pub named: bool,
    /// What was filled in, as WhatsApp gets it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<TemplateValue>,
    /// The file's name, of documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
}

/// What changed about the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// Whether the number changed; otherwise the account or its keys.
    pub number: bool,
    /// WhatsApp's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Something that WhatsApp does not hand over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unsupported {
    /// Meta's name of what it was (`poll` …), when it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Meta's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// Meta's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What a message says of how it came about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Context {
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// Whether it was forwarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// The product it asks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// The advertisement it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// Who of a group wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<Participant>,
    /// Where the business wrote it, when that was not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
}

impl Context {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The message that is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Which; none when it is not stored here.
    pub message: Option<QuotedMessage>,
}

/// What is shown of a quoted message, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotedMessage {
    /// Which.
    pub id: MessageId,
    /// Its place in the conversation.
    pub seq: u64,
    /// Who wrote it.
    pub author: AuthorKind,
    /// At most 80 characters on one line; empty for a body without words.
    pub preview: String,
    /// What it is when it is not text, as Meta names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// How often a message was forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Forwarded {
    /// At least once.
    Once,
    /// More than five times.
    Often,
}

/// The advertisement or post that led here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Referral {
    /// Its headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its address; only ever an `https` one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One of the people of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Participant {
    /// The name in their profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The end of their number, when they have no name: enough to tell them apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<String>,
}

/// Where else the business writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Elsewhere {
    /// In WhatsApp's app on the business's own phone.
    Phone,
    /// In another program that answers for the number.
    OtherApp,
    /// Before it was connected here, wherever that was.
    Before,
}

/// What somebody put under a message. Each author has at most one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reaction {
    /// Whose side.
    pub author: AuthorKind,
    /// One emoji.
    pub emoji: String,
}
