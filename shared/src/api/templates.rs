//! Message templates.

use serde::{Deserialize, Serialize};

use crate::{ids::ChannelId, model::template::Template};

/// `GET /api/templates`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TemplatesQuery {
    /// Only those that this channel can send; all of the tenant when absent.
    #[serde(default)]
    pub channel: Option<ChannelId>,
    /// Words to find in names and texts.
    #[serde(default)]
    pub search: Option<String>,
}

/// All templates that were asked for, by name and language. There are a few hundred at most, so they come
/// in one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplatesPage {
    /// In whatever state; [`Template::sendable`] tells which can be sent.
    pub templates: Vec<Template>,
}
