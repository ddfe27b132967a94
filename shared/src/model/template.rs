//! WhatsApp's message templates: texts with places to fill in, approved by Meta, which may be sent when the
//! customer service window is closed. Here is what one says and what it needs before it can be sent.

mod text;
mod variables;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::content::MediaKind;
use crate::ids::TemplateId;

pub use text::{fill, names_in};

/// A template as Meta last told us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    /// Which.
    pub id: TemplateId,
    /// Version of this row.
    pub rev: u64,
    /// Meta's id of the WhatsApp business account it belongs to; all numbers of the account may send it.
    pub account: String,
    /// Its name; together with the language it is what a send names.
    pub name: String,
    /// Meta's code of its language, such as `en_US`.
    pub language: String,
    /// What it is for; decides the price.
    pub category: TemplateCategory,
    /// The category that Meta has announced to change it to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coming: Option<ComingCategory>,
    /// Whether Meta lets it be sent.
    pub status: TemplateStatus,
    /// What customers made of it; none while Meta does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<TemplateQuality>,
    /// Why it was rejected, paused or disabled, in Meta's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether its variables have names instead of numbers.
    pub named: bool,
    /// What stands above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<TemplateHeader>,
    /// The text, with its placeholders.
    pub body: String,
    /// What stands small below the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// The buttons, in Meta's order: a send names them by their place in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
    /// The example values that Meta was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<TemplateValue>,
    /// Parts we do not know, by Meta's names for them, such as `CAROUSEL`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplateCategory {
    /// Offers and news.
    Marketing,
    /// About something the customer ordered or asked for.
    Utility,
    /// One-time codes.
    Authentication,
    /// One we do not know.
    Other,
}

impl TemplateCategory {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Utility => "utility",
            Self::Authentication => "authentication",
            Self::Other => "other",
        }
    }

    /// The category with this stored form; Meta's word in small letters is the same.
    pub fn parse(text: &str) -> Self {
        let known = [Self::Marketing, Self::Utility, Self::Authentication];
        known.into_iter().find(|category| category.as_str() == text).unwrap_or(Self::Other)
    }
}

/// A change of category that Meta has announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComingCategory {
    /// What the category will be.
    pub category: TemplateCategory,
    /// From when on, as far as Meta says.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::instant::read_maybe"
    )]
    pub at: Option<DateTime<Utc>>,
}

/// Whether Meta lets a template be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplateStatus {
    /// It may be sent.
    Approved,
    /// Meta looks at it.
    Pending,
    /// Meta does not want it.
    Rejected,
    /// Too many customers complained; it comes back by itself.
    Paused,
    /// Too many customers complained too often.
    Disabled,
    /// Meta looks at it again.
    InAppeal,
    /// The account has too many.
    LimitExceeded,
    /// It was put away.
    Archived,
    /// It is gone.
    Deleted,
    /// It is about to go.
    PendingDeletion,
    /// It cannot be changed now.
    Locked,
    /// Its quality is low; it is about to be disabled.
    Flagged,
    /// One we do not know.
    Other,
}

impl TemplateStatus {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Approved,
        Self::Pending,
        Self::Rejected,
        Self::Paused,
        Self::Disabled,
        Self::InAppeal,
        Self::LimitExceeded,
        Self::Archived,
        Self::Deleted,
        Self::PendingDeletion,
        Self::Locked,
        Self::Flagged,
        Self::Other,
    ];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::InAppeal => "in_appeal",
            Self::LimitExceeded => "limit_exceeded",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
            Self::PendingDeletion => "pending_deletion",
            Self::Locked => "locked",
            Self::Flagged => "flagged",
            Self::Other => "other",
        }
    }

    /// The status with this stored form; Meta's word in small letters is the same.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.as_str() == text).unwrap_or(Self::Other)
    }
}

/// What customers made of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplateQuality {
    /// Hardly anybody complains.
    Green,
    /// Some complain.
    Yellow,
    /// Many complain; it will soon be paused.
    Red,
}

impl TemplateQuality {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    /// The quality with this stored form; Meta's word in small letters is the same.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Green, Self::Yellow, Self::Red].into_iter().find(|quality| quality.as_str() == text)
    }
}

/// What stands above a template's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplateHeader {
    /// A line of text, with a placeholder at most.
    Text {
        /// The line.
        text: String,
    },
    /// A picture, chosen with each send.
    Image,
    /// A film, chosen with each send.
    Video,
    /// A document, chosen with each send.
    Document,
    /// A place on the map, given with each send.
    Place,
    /// One we do not know.
    Other {
        /// Meta's name for it.
        kind: String,
    },
}

impl TemplateHeader {
    /// The kind of file that stands there.
    pub const fn file(&self) -> Option<MediaKind> {
        match self {
            Self::Image => Some(MediaKind::Image),
            Self::Video => Some(MediaKind::Video),
            Self::Document => Some(MediaKind::Document),
            Self::Text { .. } | Self::Place | Self::Other { .. } => None,
        }
    }
}

/// A button below a template's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplateButton {
    /// Answers with its text.
    Reply {
        /// What stands on it.
        text: String,
    },
    /// Opens an address, which may end in a placeholder.
    Url {
        /// What stands on it.
        text: String,
        /// The address.
        url: String,
    },
    /// Calls a number.
    Phone {
        /// What stands on it.
        text: String,
        /// The number.
        phone: String,
    },
    /// Copies a code, which is given with each send.
    Code {
        /// What stands on it.
        text: String,
    },
    /// One we do not know.
    Other {
        /// Meta's name for it.
        kind: String,
        /// What stands on it.
        text: String,
    },
}

/// Where a variable stands. Ordered as the customer reads: header, text, buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplatePlace {
    /// In the header.
    Header,
    /// In the text.
    Body,
    /// In the button at this place of the list, counted from 0.
    Button(u8),
}

/// Something that is filled in with each send.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateVariable {
    /// Where.
    pub place: TemplatePlace,
    /// What stands in the braces: a number or a name. A code has [`CODE`], a place on the map has
    /// [`MAP`].
    pub name: String,
}

/// A variable with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateValue {
    /// Where.
    pub place: TemplatePlace,
    /// As in [`TemplateVariable::name`].
    pub name: String,
    /// What stands there instead.
    pub value: String,
}

/// The name of the variable of a button that copies a code.
pub const CODE: &str = "coupon_code";
/// The names of the variables of a header that shows a place, as Meta calls them.
pub const MAP: [&str; 4] = ["latitude", "longitude", "name", "address"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_form_is_read_again_and_is_what_json_says() {
        for status in TemplateStatus::ALL {
            assert_eq!(TemplateStatus::parse(status.as_str()), status);
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        for category in ["marketing", "utility", "authentication", "other"] {
            assert_eq!(TemplateCategory::parse(category).as_str(), category);
        }
        assert_eq!(TemplateQuality::parse("red"), Some(TemplateQuality::Red));
        assert_eq!(TemplateQuality::parse("unknown"), None);
        assert_eq!(TemplateStatus::parse("invented_yesterday"), TemplateStatus::Other);
    }

    #[test]
    fn a_place_is_a_word_or_a_button_with_its_number() {
        let json = |place| serde_json::to_string::<TemplatePlace>(&place).unwrap();
        assert_eq!(json(TemplatePlace::Body), "\"body\"");
        assert_eq!(json(TemplatePlace::Button(2)), "{\"button\":2}");
    }
}
