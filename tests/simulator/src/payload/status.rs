//! Delivery statuses of our own messages.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Line, metadata, put, webhook};

/// Where a message is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Failed,
    Sent,
    Delivered,
    Read,
    Played,
}

impl Status {
    /// Meta's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
        }
    }
}

/// One status to report.
#[derive(Debug, Clone)]
pub struct StatusReport {
    pub wamid: String,
    pub status: Status,
    /// Unix seconds.
    pub at: i64,
    /// Phone number of the customer, where it is shown.
    pub recipient_id: Option<String>,
    /// Business-scoped id of the customer.
    pub recipient_user_id: Option<String>,
    /// Our own string, echoed.
    pub biz_opaque_callback_data: Option<String>,
    /// `service`, `utility`, `marketing`…
    pub category: String,
    /// Code and details, for `failed`.
    pub error: Option<(u32, String)>,
}

/// A whole webhook with one status.
pub fn status(line: &Line, report: &StatusReport) -> Value {
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": metadata(line),
        "statuses": [status_of(report)],
    });
    webhook(&line.waba_id, value)
}

/// One item of `statuses[]`.
pub fn status_of(report: &StatusReport) -> Value {
    let mut status = Map::new();
    put(&mut status, "id", Some(&report.wamid));
    put(&mut status, "status", Some(report.status.as_str()));
    put(&mut status, "timestamp", Some(&report.at.to_string()));
    put(&mut status, "recipient_id", report.recipient_id.as_deref());
    put(&mut status, "recipient_user_id", report.recipient_user_id.as_deref());
    put(&mut status, "biz_opaque_callback_data", report.biz_opaque_callback_data.as_deref());
    // Pricing stands in `sent` and in one of the two that follow.
    if matches!(report.status, Status::Sent | Status::Delivered) {
        let service = report.category == "service";
        let kind = if service { "free_customer_service" } else { "regular" };
        let pricing = json!({
            "billable": !service, "pricing_model": "PMP", "type": kind, "category": report.category,
        });
        status.insert("pricing".into(), pricing);
    }
    if let Some((code, details)) = &report.error {
        status.insert("errors".into(), json!([error_object(*code, details)]));
    }
    status.into()
}

/// An error as webhooks carry it.
pub fn error_object(code: u32, details: &str) -> Value {
    let title = crate::graph::title_of(code);
    json!({
        "code": code,
        "title": title,
        "message": title,
        "error_data": { "details": details },
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    })
}
