//! Message templates.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChannelId, UploadId},
    model::template::{Template, TemplateButton, TemplateCategory, TemplateHeader, TemplateValue},
};

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

/// What a person writes of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TemplateTexts {
    /// Whether its variables have names instead of numbers.
    #[serde(default)]
    pub named: bool,
    /// What stands above the text.
    #[serde(default)]
    pub header: Option<TemplateHeader>,
    /// The text, with its placeholders.
    pub body: String,
    /// What stands small below the text.
    #[serde(default)]
    pub footer: Option<String>,
    /// The buttons.
    #[serde(default)]
    pub buttons: Vec<TemplateButton>,
    /// An example for each variable, for whoever looks at it at Meta. The example of an address is what
    /// stands in the place of its variable.
    #[serde(default)]
    pub examples: Vec<TemplateValue>,
    /// The uploaded file that stands above the text as an example, where a file stands there. Meta keeps none of
    /// it beyond its look at the template, so every change needs one again.
    #[serde(default)]
    pub sample: Option<UploadId>,
}

/// `POST /api/templates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateTemplateRequest {
    /// A number of the business account that will have it.
    pub channel: ChannelId,
    /// Small letters, digits and underscores.
    pub name: String,
    /// Meta's code, such as `en_US`.
    pub language: String,
    /// What it is for.
    pub category: TemplateCategory,
    /// What it says.
    pub texts: TemplateTexts,
}

/// `POST /api/templates/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EditTemplateRequest {
    /// Another category; that of an approved one is fixed.
    #[serde(default)]
    pub category: Option<TemplateCategory>,
    /// What it says from now on, in place of everything before.
    pub texts: TemplateTexts,
}
