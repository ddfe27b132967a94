//! What a member sends to a customer.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{StickerId, TemplateId, UploadId},
    model::{
        content::{Card, Content, MediaKind, Place},
        file::Stored,
        interactive::Interactive,
        template::TemplateValue,
    },
};

/// A message to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outgoing {
    /// Words.
    Text {
        /// At most 4,096 characters.
        text: String,
    },
    /// A file that was uploaded before. Each upload is sent once.
    File {
        /// Which.
        upload: UploadId,
        /// What stands under it, at most 1,024 characters; not under recordings and stickers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    /// A template, also when the customer service window is closed.
    Template {
        /// Which; one of the channel's business account.
        template: TemplateId,
        /// What is filled in: a value for each of its variables.
        #[serde(default)]
        values: Vec<TemplateValue>,
        /// The file above its text, when it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upload: Option<UploadId>,
    },
    /// One of the tenant's stickers.
    Sticker {
        /// Which.
        sticker: StickerId,
    },
    /// A place on the map. Name and address are optional, but WhatsApp shows an address under a name only.
    Location(Place),
    /// Addresses of one or more people, each with a name and a number or an e-mail address.
    Contacts(Vec<Card>),
    /// A text with something to tap.
    Interactive(Interactive),
}

impl Outgoing {
    /// The file that goes along.
    pub const fn upload(&self) -> Option<UploadId> {
        match self {
            Self::Text { .. }
            | Self::Sticker { .. }
            | Self::Location(_)
            | Self::Contacts(_)
            | Self::Interactive(_) => None,
            Self::File { upload, .. } => Some(*upload),
            Self::Template { upload, .. } => *upload,
        }
    }

    /// Its words, if it has any.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::File { caption, .. } => caption.as_deref(),
            Self::Template { .. }
            | Self::Sticker { .. }
            | Self::Location(_)
            | Self::Contacts(_)
            | Self::Interactive(_) => None,
        }
    }

    /// What the timeline shows, where nothing else has to be looked up for it.
    pub fn content(&self) -> Option<Content> {
        match self {
            Self::Text { .. } | Self::File { .. } | Self::Template { .. } | Self::Sticker { .. } => None,
            Self::Location(place) => Some(Content::Place(place.clone())),
            Self::Contacts(cards) => Some(Content::Cards(cards.clone())),
            Self::Interactive(interactive) => Some(Content::Interactive(interactive.clone())),
        }
    }
}

/// A file that a member uploaded and has not sent yet; it is kept for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Upload {
    /// Which.
    pub id: UploadId,
    /// As what it will be sent.
    pub kind: MediaKind,
    /// Its name, as it will be sent.
    pub name: String,
    /// What was found in it.
    pub stored: Stored,
}
