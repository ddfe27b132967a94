//! A customer.

use serde::{Deserialize, Serialize};

use crate::ids::ContactId;

/// What a conversation row shows of its customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Which.
    pub id: ContactId,
    /// Name the customer gave; may be missing.
    pub name: Option<String>,
    /// Phone number, digits only; missing when WhatsApp withholds it, masked for some members.
    pub phone: Option<String>,
    /// WhatsApp user name without the `@`.
    pub username: Option<String>,
    /// Whether the customer wants no offers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_marketing: bool,
    /// Whether it is a group and not a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub group: bool,
}
