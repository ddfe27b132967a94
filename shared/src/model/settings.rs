//! What a tenant's administrators decide and every console must know.

use serde::{Deserialize, Serialize};

/// The tenant's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Version of this row.
    pub rev: u64,
    /// The business's name.
    pub tenant_name: String,
    /// Whether phone numbers are hidden from members without the permission to see them.
    pub mask_phones: bool,
}
