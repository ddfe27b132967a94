//! The stickers of a tenant.

use serde::{Deserialize, Serialize};

use crate::model::sticker::Sticker;

/// `GET /api/stickers`: all of them, the oldest first. There are a few dozen at most, so they come in one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StickersPage {
    /// The stickers.
    pub stickers: Vec<Sticker>,
}
