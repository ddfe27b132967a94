//! What a member sends to a customer.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{TemplateId, UploadId},
    model::{content::MediaKind, file::Stored, template::TemplateValue},
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
}

impl Outgoing {
    /// The file that goes along.
    pub const fn upload(&self) -> Option<UploadId> {
        match self {
            Self::Text { .. } => None,
            Self::File { upload, .. } => Some(*upload),
            Self::Template { upload, .. } => *upload,
        }
    }

    /// Its words, if it has any.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::File { caption, .. } => caption.as_deref(),
            Self::Template { .. } => None,
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
