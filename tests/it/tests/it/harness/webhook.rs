//! What Meta posts, signed as Meta signs it.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::StatusCode;
use serde_json::Value;
use simulator::payload::{self, Line, Sender, Status, StatusReport};

use super::{Tenant, TestServer, World};

/// A message id as WhatsApp makes them, never used before in this process.
pub(crate) fn wamid() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("wamid.IT{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Now, in Meta's unit.
pub(crate) fn unix_now(server: &TestServer) -> i64 {
    server.app.store.clock().now().timestamp()
}

impl Tenant {
    /// Posts a body signed with the tenant's secret.
    pub(crate) async fn post(&self, server: &TestServer, body: &Value) -> StatusCode {
        self.post_bytes(server, body.to_string().into_bytes()).await
    }

    pub(crate) async fn post_bytes(&self, server: &TestServer, body: Vec<u8>) -> StatusCode {
        let signature = simulator::sign(self.secret, &body);
        let request =
            server.http.post(self.webhook_url(&server.base)).header("x-hub-signature-256", signature);
        request.header("content-type", "application/json").body(body).send().await.unwrap().status()
    }
}

impl World {
    /// A customer writes to the number of the queue `sales`; gives the message's id.
    pub(crate) async fn customer_writes(&self, from: &Sender, text: &str) -> String {
        self.customer_writes_to(&self.alpha.sales, from, text).await
    }

    pub(crate) async fn customer_writes_to(&self, line: &Line, from: &Sender, text: &str) -> String {
        let id = wamid();
        let body = payload::text_message(line, from, &id, unix_now(&self.server), text);
        assert_eq!(self.alpha.post(&self.server, &body).await, StatusCode::OK);
        id
    }

    /// WhatsApp reports on a message of the number of the queue `sales`.
    pub(crate) async fn reported(&self, wamid: &str, status: Status, ours: Option<&str>) {
        self.reported_on(&self.alpha.sales, wamid, status, ours).await;
    }

    pub(crate) async fn reported_on(&self, line: &Line, wamid: &str, status: Status, ours: Option<&str>) {
        let report = StatusReport {
            wamid: wamid.to_owned(),
            status,
            at: unix_now(&self.server),
            recipient_id: Some("4915200000001".into()),
            recipient_user_id: None,
            biz_opaque_callback_data: ours.map(str::to_owned),
            category: "service".into(),
            error: (status == Status::Failed).then(|| (131_026, "not on WhatsApp".into())),
        };
        let body = payload::status(line, &report);
        assert_eq!(self.alpha.post(&self.server, &body).await, StatusCode::OK);
    }
}

/// A customer known by number and name.
pub(crate) fn ann() -> Sender {
    Sender::phone("4915200000001", "Ann")
}

/// Another one.
pub(crate) fn bob() -> Sender {
    Sender::phone("4915200000002", "Bob")
}
