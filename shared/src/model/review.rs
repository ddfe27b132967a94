//! What supervisors think of how colleagues answered: the score card, and one that was filled in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ConversationId, MemberId, ReviewId};

/// Criteria on a score card at most.
pub const CRITERIA: usize = 10;
/// Characters of a criterion's name.
pub const CRITERION_CHARS: usize = 60;
/// Characters of what helps to judge it.
pub const CRITERION_HINT_CHARS: usize = 200;
/// Characters of a comment.
pub const COMMENT_CHARS: usize = 2_000;
/// The best score; 1 is the worst.
pub const BEST_SCORE: u8 = 5;
/// Days for which a review can be changed.
pub const CHANGEABLE_DAYS: i64 = 7;

/// How conversations are reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReviewPolicy {
    /// Whether whoever is reviewed is told.
    pub told: bool,
    /// The score card: 1 to 10 criteria, each name once.
    pub criteria: Vec<Criterion>,
}

impl Default for ReviewPolicy {
    fn default() -> Self {
        let named = |name: &str| Criterion { name: name.to_owned(), hint: None };
        Self { told: true, criteria: ["Friendly", "Correct", "Complete", "Fast"].map(named).to_vec() }
    }
}

impl ReviewPolicy {
    /// Whether it can be stored.
    pub fn is_valid(&self) -> bool {
        let fits = |text: &str, most: usize| {
            !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
        };
        let names: Vec<&str> = self.criteria.iter().map(|one| one.name.as_str()).collect();
        let once = names.iter().enumerate().all(|(at, name)| !names.iter().skip(at + 1).any(|o| o == name));
        (1..=CRITERIA).contains(&names.len())
            && once
            && self.criteria.iter().all(|one| {
                fits(&one.name, CRITERION_CHARS)
                    && one.hint.as_deref().is_none_or(|hint| fits(hint, CRITERION_HINT_CHARS))
            })
    }
}

/// Something that is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its name, at most 60 characters.
    pub name: String,
    /// What helps to judge it, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What somebody got for a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The criterion's name, as it was then.
    pub name: String,
    /// 1 to 5; 5 is the best.
    pub score: u8,
}

/// What one supervisor thought of how one member answered in one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    /// Which.
    pub id: ReviewId,
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Of whom.
    pub member: MemberId,
    /// By whom.
    pub reviewer: MemberId,
    /// When; it can be changed for seven days.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// One score for each criterion of the card as it was then, in its order.
    pub scores: Vec<Score>,
    /// What else there is to say, at most 2,000 characters; empty when nothing, or when it was erased.
    pub comment: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_one_to_ten_criteria_each_named_once() {
        let card = |names: &[&str]| {
            let criteria = names.iter().map(|name| Criterion { name: (*name).to_owned(), hint: None });
            ReviewPolicy { told: false, criteria: criteria.collect() }.is_valid()
        };
        assert!(ReviewPolicy::default().is_valid());
        assert!(card(&["a"]) && card(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]));
        assert!(card(&["x".repeat(60).as_str()]));
        assert!(!card(&["x".repeat(61).as_str()]));
        for wrong in [&[][..], &["a", "a"], &[" "], &["a\n"], &["1"; 11]] {
            assert!(!card(wrong), "{wrong:?}");
        }
        assert_eq!(serde_json::from_str::<ReviewPolicy>("{}").unwrap(), ReviewPolicy::default());
    }
}
