//! What a member sends to a customer.

use serde::{Deserialize, Serialize};

use crate::{
    ids::UploadId,
    model::{content::MediaKind, file::Stored},
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
}

impl Outgoing {
    /// Its words, if it has any.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::File { caption, .. } => caption.as_deref(),
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
