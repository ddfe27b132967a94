//! What the simulator pretends to be: Meta apps, their secrets and numbers, and its customers.

use serde::{Deserialize, Serialize};

use crate::StatusPlan;

/// The whole configuration. The program reads it from a JSON file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Config {
    /// Address to bind; port 0 takes a free one.
    #[serde(default = "default_listen")]
    pub listen: String,
    /// The first Meta app. Its fields stand at the top level of the file.
    #[serde(flatten)]
    pub app: App,
    /// Further apps, for installations with several connections.
    #[serde(default)]
    pub more_apps: Vec<App>,
    /// Accept any `/v{N}.0/`; otherwise only versions Meta still serves.
    #[serde(default = "yes")]
    pub graph_version_any: bool,
    /// Whether people write by themselves.
    #[serde(default)]
    pub customers: Customers,
    /// Statuses after an accepted send.
    #[serde(default = "StatusPlan::lifelike")]
    pub statuses: StatusPlan,
    /// How often an unanswered or refused webhook is tried again.
    #[serde(default = "default_retries")]
    pub webhook_retries: u32,
    /// Pause before the first retry; it doubles each time.
    #[serde(default = "default_retry_ms")]
    pub webhook_retry_ms: u64,
    /// Seed of everything random, so that a demo can be repeated.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// Threads that answer HTTP.
    #[serde(default = "default_workers")]
    pub workers: usize,
}

/// A Meta app with one business account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct App {
    /// Where its webhooks go; may be set later through control.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// Sent in the webhook handshake.
    pub verify_token: String,
    /// Key of the webhook signature.
    pub app_secret: String,
    /// The bearer token the Graph API expects; it also tells apps apart.
    pub access_token: String,
    /// Meta's id of the app.
    pub app_id: String,
    /// Meta's id of the business account.
    pub waba_id: String,
    /// Its numbers.
    pub numbers: Vec<Number>,
}

/// A WhatsApp business number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Number {
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// The number as people read it.
    pub display_phone_number: String,
    /// The name customers see.
    pub verified_name: String,
    /// Its business account, where it is not the app's first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waba_id: Option<String>,
}

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Customers {
    /// A dozen people write, wait, answer and come back.
    Lively,
    /// Nobody writes unless a test or a person at the phone page does.
    #[default]
    Quiet,
}

impl Config {
    /// One app with one number, nobody writes, no statuses, no retries, a free port.
    pub fn for_tests() -> Self {
        Self {
            listen: "127.0.0.1:0".into(),
            app: App {
                webhook_url: None,
                verify_token: "verify-me".into(),
                app_secret: "simulated-app-secret".into(),
                access_token: "simulated-access-token".into(),
                app_id: "670843887430001".into(),
                waba_id: "102290129340001".into(),
                numbers: vec![Number {
                    phone_number_id: "106540352240001".into(),
                    display_phone_number: "+49 30 5550100".into(),
                    verified_name: "Corner Shop".into(),
                    waba_id: None,
                }],
            },
            more_apps: Vec::new(),
            graph_version_any: true,
            customers: Customers::Quiet,
            statuses: StatusPlan::manual(),
            webhook_retries: 0,
            webhook_retry_ms: default_retry_ms(),
            seed: default_seed(),
            workers: default_workers(),
        }
    }
}

impl App {
    /// The business account a number belongs to.
    pub fn waba_of<'a>(&'a self, number: &'a Number) -> &'a str {
        number.waba_id.as_deref().unwrap_or(&self.waba_id)
    }

    pub(crate) fn number(&self, phone_number_id: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.phone_number_id == phone_number_id)
    }
}

fn default_listen() -> String {
    "127.0.0.1:8090".into()
}

fn yes() -> bool {
    true
}

fn default_retries() -> u32 {
    5
}

fn default_retry_ms() -> u64 {
    500
}

fn default_seed() -> u64 {
    20_261_123
}

fn default_workers() -> usize {
    2
}
