//! How numbers, accounts and tokens are: state that tests can change.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How a number is; words are Meta's, in capitals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumberNode {
    pub status: String,
    pub name_status: String,
    pub quality: String,
    pub throughput: String,
    pub limit: String,
    /// `AVAILABLE`, `LIMITED` or `BLOCKED`.
    pub can_send: String,
    /// Entities of `health_status`, as Meta has them.
    pub entities: Vec<Value>,
    /// The PIN it was registered with.
    pub pin: Option<String>,
    /// Registrations so far.
    pub registrations: u32,
    /// Its business profile.
    pub profile: Value,
}

impl Default for NumberNode {
    fn default() -> Self {
        Self {
            status: "CONNECTED".into(),
            name_status: "APPROVED".into(),
            quality: "GREEN".into(),
            throughput: "STANDARD".into(),
            limit: "TIER_2K".into(),
            can_send: "AVAILABLE".into(),
            entities: Vec::new(),
            pin: None,
            registrations: 0,
            profile: json!({ "messaging_product": "whatsapp", "vertical": "UNDEFINED" }),
        }
    }
}

/// What an app's access token is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenNode {
    pub valid: bool,
    /// Unix seconds; 0 is never.
    pub expires_at: i64,
    pub scopes: Vec<String>,
    /// Whether it names the business accounts it may manage.
    pub names_accounts: bool,
}

impl Default for TokenNode {
    fn default() -> Self {
        Self {
            valid: true,
            expires_at: 0,
            scopes: vec!["whatsapp_business_management".into(), "whatsapp_business_messaging".into()],
            names_accounts: true,
        }
    }
}

/// All of them; what nobody changed is well.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    nodes: HashMap<String, NumberNode>,
    tokens: HashMap<String, TokenNode>,
    /// `account_review_status` of accounts.
    pub(crate) reviews: HashMap<String, String>,
    /// Codes with which the next orders about numbers are refused.
    pub(crate) refusals: VecDeque<u32>,
}

impl Numbers {
    pub(crate) fn node(&self, phone_number_id: &str) -> NumberNode {
        self.nodes.get(phone_number_id).cloned().unwrap_or_default()
    }

    pub(crate) fn node_mut(&mut self, phone_number_id: &str) -> &mut NumberNode {
        self.nodes.entry(phone_number_id.to_owned()).or_default()
    }

    pub(crate) fn token(&self, app_id: &str) -> TokenNode {
        self.tokens.get(app_id).cloned().unwrap_or_default()
    }

    pub(crate) fn set_token(&mut self, app_id: &str, token: TokenNode) {
        self.tokens.insert(app_id.to_owned(), token);
    }
}
