//! Searches that are kept under a name: a member's own, and those for everybody.

use serde::{Deserialize, Serialize};

use crate::{error::ErrorCode, ids::SavedViewId, limits};

/// Most views of a member, and most for everybody. Ours: more cannot be told apart at a glance.
pub const SAVED_VIEWS: usize = 30;
/// Longest name, in characters. Ours; it stands in a button.
pub const VIEW_NAME_CHARS: usize = 40;
/// Longest search, in characters. Ours.
pub const VIEW_SEARCH_CHARS: usize = 200;

/// A search with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedView {
    /// Which.
    pub id: SavedViewId,
    /// What it is called.
    pub name: String,
    /// What is searched for, with its operators.
    pub search: String,
    /// Whether it is for everybody; otherwise its owner's alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

/// A name and a search that can be kept, without blanks around them.
///
/// # Errors
/// `text_empty`, `text_too_long` and `text_invalid`.
pub fn accepted<'a>(name: &'a str, search: &'a str) -> Result<(&'a str, &'a str), ErrorCode> {
    let (name, search) = (limits::name(name)?, limits::name(search)?);
    let fits = name.chars().count() <= VIEW_NAME_CHARS && search.chars().count() <= VIEW_SEARCH_CHARS;
    if fits { Ok((name, search)) } else { Err(ErrorCode::TextTooLong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_has_a_short_name_and_searches_for_something() {
        assert_eq!(accepted(" Late ", "is:waiting "), Ok(("Late", "is:waiting")));
        assert_eq!(accepted("Late", " "), Err(ErrorCode::TextEmpty));
        assert_eq!(accepted("", "a"), Err(ErrorCode::TextEmpty));
        let (name, search) = ("ä".repeat(VIEW_NAME_CHARS), "ä".repeat(VIEW_SEARCH_CHARS));
        assert!(accepted(&name, &search).is_ok());
        assert_eq!(accepted(&format!("{name}ä"), &search), Err(ErrorCode::TextTooLong));
        assert_eq!(accepted(&name, &format!("{search}ä")), Err(ErrorCode::TextTooLong));
        assert_eq!(accepted("a\nb", "c"), Err(ErrorCode::TextInvalid));
    }
}
