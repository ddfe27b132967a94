//! What a member was told of before.

use serde::{Deserialize, Serialize};

use crate::{ids::NoticeId, model::notice::Notice};

/// `GET /api/notices`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NoticesQuery {
    /// Only older ones than this; the newest when absent.
    #[serde(default)]
    pub before: Option<NoticeId>,
}

/// A page of notices, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticesPage {
    /// At most 50, read or not.
    pub notices: Vec<Notice>,
    /// Whether there are older ones.
    pub has_older: bool,
}
