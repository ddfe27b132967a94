//! Labels: words by which a team sorts its contacts and conversations.

use serde::{Deserialize, Serialize};

use crate::{error::ErrorCode, ids::LabelId, limits, model::channel::ChannelColour};

/// Most labels of a tenant. Ours: more cannot be told apart in a list.
pub const LABELS: usize = 100;
/// Longest name, in characters. Ours.
pub const LABEL_CHARS: usize = 40;

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Label {
    /// Which.
    pub id: LabelId,
    /// What it says.
    pub name: String,
    /// How it is told apart; the same tokens as the channels'.
    pub colour: ChannelColour,
}

/// A name as labels have them: one line, at most [`LABEL_CHARS`], without `;` and `|`, which part labels in files.
///
/// # Errors
/// `text_empty`, `text_too_long` and `text_invalid`.
pub fn label_name(text: &str) -> Result<&str, ErrorCode> {
    let name = limits::name(text)?;
    if name.chars().count() > LABEL_CHARS {
        return Err(ErrorCode::TextTooLong);
    }
    if name.contains([';', '|']) { Err(ErrorCode::TextInvalid) } else { Ok(name) }
}

/// Whether two names mean the same label: case makes no difference.
pub fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(label_name(" Regular ").unwrap(), "Regular");
        assert_eq!(label_name(" ").unwrap_err(), ErrorCode::TextEmpty);
        assert_eq!(label_name(&"ä".repeat(LABEL_CHARS)).unwrap().chars().count(), LABEL_CHARS);
        assert_eq!(label_name(&"ä".repeat(LABEL_CHARS + 1)).unwrap_err(), ErrorCode::TextTooLong);
        for text in ["a\nb", "a;b", "a|b"] {
            assert_eq!(label_name(text).unwrap_err(), ErrorCode::TextInvalid, "{text:?}");
        }
    }

    #[test]
    fn case_makes_no_other_label() {
        assert!(same_name("GRÖSSE", "grösse"));
        assert!(!same_name("vip", "vips"));
    }
}
