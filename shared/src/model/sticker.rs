//! The stickers of a tenant.

use serde::{Deserialize, Serialize};

use crate::ids::StickerId;

/// A sticker that everybody here can send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sticker {
    /// Which.
    pub id: StickerId,
    /// What it is called, for whoever cannot see it.
    pub name: String,
}
