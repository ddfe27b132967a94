//! A queue: a department that conversations wait for.

use serde::{Deserialize, Serialize};

use crate::ids::QueueId;

/// A department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// Which.
    pub id: QueueId,
    /// Version of this row.
    pub rev: u64,
    /// Name as shown.
    pub name: String,
}
