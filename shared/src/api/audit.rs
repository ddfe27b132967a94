//! `/api/audit`: who did what, the newest first.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::MemberId;

/// Entries in one page.
pub const AUDIT_PAGE: usize = 100;

/// The query of `GET /api/audit` and of `GET /api/audit/export`. All that is given must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Done by this member. Whoever may not see what all did must name themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// An action such as `conversation.close`, or all that begin with it and a dot: `conversation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// An id that the entry names, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// On this day or later, in the tenant's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// On this day or before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Only what came before this number; where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

impl AuditQuery {
    /// Whether action and object are such as entries have: letters, numbers, `-`, `_`, `:`, `.`, at most 64.
    pub fn is_valid(&self) -> bool {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
        let fits = |text: &String| (1..=64).contains(&text.len()) && text.chars().all(allowed);
        [&self.action, &self.object].into_iter().flatten().all(fits)
    }
}

/// A page of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// The newest first.
    pub entries: Vec<AuditEntry>,
    /// Where to go on with `before`; none when everything was looked at. A page may be short, or empty, and not the
    /// last: so many entries are looked at for one page and no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Its number; the first is 1, and none is left out.
    pub seq: u64,
    /// When.
    #[serde(deserialize_with = "crate::instant::read")]
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: AuditActor,
    /// What, such as `conversation.close`.
    pub action: String,
    /// To what: ids and words between blanks, never what somebody wrote.
    pub object: String,
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuditActor {
    /// A member.
    Member(MemberId),
    /// Whoever runs the installation.
    Operator,
    /// The product by itself.
    System,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_what_entries_have() {
        let of = |action: &str, object: &str| AuditQuery {
            action: Some(action.into()),
            object: Some(object.into()),
            ..AuditQuery::default()
        };
        assert!(of("conversation.close", "0190-aB_:9").is_valid());
        for (action, object) in
            [("", "x"), ("x", ""), ("a b", "x"), ("x", "%"), ("x", "é"), ("x", &"x".repeat(65))]
        {
            assert!(!of(action, object).is_valid(), "{action:?} {object:?}");
        }
    }
}
