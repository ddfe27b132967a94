//! One thing done to many conversations at once, and taken back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{conversation::CloseReason, routing::Target};
use crate::{
    error::ErrorCode,
    ids::{BulkId, ConversationId, LabelId, MemberId},
    permission::Permission,
};

/// Most conversations at once. Ours: all of them change in one transaction.
pub const MOST_AT_ONCE: usize = 200;
/// How long it can be taken back, in seconds. Ours: whoever errs sees it soon, and later others have gone on.
pub const UNDO_SECS: i64 = 600;

/// What is done to each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkAction {
    /// Close it.
    Close {
        /// Why.
        reason: CloseReason,
    },
    /// Give it back to its queue.
    Release {},
    /// Hand it to a member, whoever holds it.
    Assign {
        /// To whom.
        member: MemberId,
        /// Although they have no room, or are not there.
        #[serde(default)]
        force: bool,
    },
    /// Hand it over.
    Transfer {
        /// Where to.
        to: Target,
    },
    /// Let it be answered sooner, or no sooner than others.
    Priority {
        /// So many seconds count as waited already.
        secs: u32,
    },
    /// Give it labels, and take others.
    Label {
        /// Those it gets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        add: Vec<LabelId>,
        /// Those it loses.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remove: Vec<LabelId>,
    },
    /// Put it aside.
    Park {
        /// Until then at the latest.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "crate::instant::read_maybe"
        )]
        until: Option<DateTime<Utc>>,
    },
}

impl BulkAction {
    /// The permission it needs; the same as for one.
    pub const fn permission(&self) -> Permission {
        match self {
            Self::Assign { .. } | Self::Priority { .. } => Permission::Supervise,
            Self::Close { .. }
            | Self::Release {}
            | Self::Transfer { .. }
            | Self::Label { .. }
            | Self::Park { .. } => Permission::WorkConversations,
        }
    }

    /// Its name in the audit log.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Close { .. } => "bulk.close",
            Self::Release {} => "bulk.release",
            Self::Assign { .. } => "bulk.assign",
            Self::Transfer { .. } => "bulk.transfer",
            Self::Priority { .. } => "bulk.priority",
            Self::Label { .. } => "bulk.label",
            Self::Park { .. } => "bulk.park",
        }
    }
}

/// What came of it. What is not refused was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDone {
    /// By which it can be taken back for [`UNDO_SECS`].
    pub id: BulkId,
    /// For how many it was done.
    pub done: u32,
    /// For which it was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<BulkRefused>,
}

/// One of many that was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkRefused {
    /// Which.
    pub conversation: ConversationId,
    /// Why.
    pub code: ErrorCode,
}
