//! The file of a message: a picture, a recording, a document.
//!
//! What the sender claims about it is in [`Media`](super::content::Media); here is what was found in the
//! bytes. Nothing in here is believed because a stranger said it.

use serde::{Deserialize, Serialize};

/// How far we got with a message's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum File {
    /// It is being fetched, or will be tried again by itself.
    Loading,
    /// It is here.
    Ready(Stored),
    /// It could not be had.
    Failed(FileFailure),
}

/// A file that is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stored {
    /// How it may be shown.
    pub look: Look,
    /// Its type by its bytes; `application/octet-stream` when they tell nothing.
    pub mime: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its width in pixels; pictures only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height in pixels; pictures only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Its length in milliseconds; voice messages only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u32>,
    /// How much happens in each of equal parts of it, 0 to 9 as digits; voice messages only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
}

/// How a file may be shown: what a browser would run or guess at is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// As a picture, of which there is a small copy.
    Picture,
    /// In a player with a picture.
    Film,
    /// In a player without one.
    Sound,
    /// In a reader of its own.
    Pages,
    /// Not at all; it can be saved.
    Closed,
}

/// Why a file is not here, as a key the console translates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileFailure {
    /// WhatsApp says that there is no such file, which it also does when a permission is missing.
    Gone,
    /// It is larger than what is kept.
    TooLarge,
    /// What came is not what WhatsApp said would come.
    Damaged,
    /// The number's token or permission is not valid any more.
    NotAuthorised,
    /// WhatsApp or our own storage could not be reached for too long.
    Unreachable,
}

impl FileFailure {
    /// Whether another try could end otherwise.
    pub const fn may_pass(self) -> bool {
        !matches!(self, Self::TooLarge)
    }
}
