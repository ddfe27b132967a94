//! Posting webhooks: signed raw bytes, retried like Meta does, remembered for replays.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chat::{Tick, bubble_of_customer};
use crate::customer::{Said, Utterance, webhook_of};
use crate::payload::Sender;
use crate::signature::sign;
use crate::state::{Shared, line_of, new_wamid};

/// Webhooks kept for replays.
const WEBHOOKS_KEPT: usize = 2_000;
/// Bytes of an answer kept; enough for a problem document.
const ANSWER_KEPT: usize = 2_000;

/// How the server answered a webhook.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Delivery {
    /// The number of the webhook, for replays.
    pub webhook: u64,
    /// The message it carries, where it carries one.
    pub wamid: Option<String>,
    /// HTTP status of the last attempt; none where nothing answered.
    pub status: Option<u16>,
    /// How often it was posted.
    pub attempts: u32,
    /// Start of the answer's body.
    pub answer: String,
    /// Why nothing answered.
    pub error: Option<String>,
}

impl Delivery {
    /// Whether the server took it.
    pub fn is_ok(&self) -> bool {
        self.status == Some(200)
    }

    fn failed(reason: &str) -> Self {
        Self { error: Some(reason.to_owned()), ..Self::default() }
    }
}

/// A webhook as it was posted.
#[derive(Debug, Clone)]
pub(crate) struct PostedWebhook {
    pub(crate) id: u64,
    pub(crate) app_id: String,
    pub(crate) wamid: Option<String>,
    pub(crate) body: Arc<Vec<u8>>,
}

/// Something said, ready to be posted.
pub(crate) struct Prepared {
    pub(crate) app_id: String,
    pub(crate) wamid: String,
    pub(crate) webhook: Value,
    customer: String,
    phone_number_id: String,
}

impl Shared {
    /// A customer says something: into the chat, out as a webhook, ticks by the answer.
    pub(crate) async fn say(self: &Arc<Self>, customer: &str, utterance: Utterance) -> Delivery {
        let prepared = match self.prepare(customer, utterance) {
            Ok(prepared) => prepared,
            Err(reason) => return Delivery::failed(reason),
        };
        self.post_prepared(prepared).await
    }

    pub(crate) async fn post_prepared(self: &Arc<Self>, prepared: Prepared) -> Delivery {
        let body = prepared.webhook.to_string().into_bytes();
        let delivery = self.post(&prepared.app_id, Some(&prepared.wamid), body).await;
        self.tick(&prepared, &delivery);
        delivery
    }

    pub(crate) fn tick(&self, prepared: &Prepared, delivery: &Delivery) {
        let tick = if delivery.is_ok() { Tick::Delivered } else { Tick::Failed };
        self.change(|state| {
            state.chat(&prepared.customer, &prepared.phone_number_id).set_tick(&prepared.wamid, tick);
        });
    }

    /// Puts it into the chat and builds the webhook, without posting.
    pub(crate) fn prepare(&self, customer: &str, mut utterance: Utterance) -> Result<Prepared, &'static str> {
        let at = utterance.at.unwrap_or_else(|| self.clock.now());
        let wamid = utterance.wamid.take().unwrap_or_else(new_wamid);
        self.give_media(&mut utterance);
        let wanted = utterance.phone_number_id.as_deref();
        let found = self.with(|state| {
            state.number(wanted).map(|(app, number)| (app.app_id.clone(), line_of(app, number)))
        });
        let (app_id, line) = found.ok_or("no such number")?;
        let kept_out = self.with(|state| {
            let key = state.customer(customer).key();
            state.blocked.contains(&(line.phone_number_id.clone(), key))
        });
        if kept_out {
            return Err("the customer is blocked");
        }
        let (customer, sender): (String, Sender) = self.change(|state| {
            let person = state.customer(customer);
            if let Some(name) = utterance.name.take() {
                person.name = Some(name);
            }
            let (key, sender) = (person.key(), person.sender());
            let chat = state.chat(&key, &line.phone_number_id);
            chat.last_customer_at = chat.last_customer_at.max(Some(at));
            match &utterance.said {
                Said::Reaction { message_id, emoji } => chat.react(message_id, emoji),
                _ => chat.push_some(bubble_of_customer(&wamid, at, &utterance)),
            }
            (key, sender)
        });
        let webhook = webhook_of(self, &line, &sender, &wamid, at, &utterance);
        Ok(Prepared { app_id, wamid, webhook, customer, phone_number_id: line.phone_number_id })
    }

    /// Signs and posts bytes as this app, with the configured retries.
    pub(crate) async fn post(self: &Arc<Self>, app_id: &str, wamid: Option<&str>, body: Vec<u8>) -> Delivery {
        let body = Arc::new(body);
        let id = self.with(|state| {
            state.webhooks_seen += 1;
            let id = state.webhooks_seen;
            let (app_id, wamid) = (app_id.to_owned(), wamid.map(str::to_owned));
            state.webhooks.push_back(PostedWebhook { id, app_id, wamid, body: Arc::clone(&body) });
            if state.webhooks.len() > WEBHOOKS_KEPT {
                state.webhooks.pop_front();
            }
            id
        });
        let mut delivery = Delivery { webhook: id, wamid: wamid.map(str::to_owned), ..Delivery::default() };
        let mut pause = Duration::from_millis(self.config.webhook_retry_ms.max(1));
        loop {
            self.attempt(app_id, &body, &mut delivery).await;
            if delivery.is_ok() || delivery.attempts > self.config.webhook_retries {
                return delivery;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    /// Posts an earlier webhook again, once, byte for byte.
    pub(crate) async fn repost(&self, webhook: &PostedWebhook) -> Delivery {
        let wamid = webhook.wamid.clone();
        let mut delivery = Delivery { webhook: webhook.id, wamid, ..Delivery::default() };
        self.attempt(&webhook.app_id, &webhook.body, &mut delivery).await;
        delivery
    }

    async fn attempt(&self, app_id: &str, body: &Arc<Vec<u8>>, delivery: &mut Delivery) {
        delivery.attempts += 1;
        delivery.status = None;
        let target = self.with(|state| {
            state.app(Some(app_id)).map(|app| (app.webhook_url.clone(), app.app_secret.clone()))
        });
        let Some((Some(url), secret)) = target else {
            delivery.error = Some("no webhook url is set".into());
            return;
        };
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("X-Hub-Signature-256", sign(&secret, body))
            .body(body.as_ref().clone());
        match request.send().await {
            Ok(answer) => {
                delivery.status = Some(answer.status().as_u16());
                delivery.error = None;
                let text = answer.text().await.unwrap_or_default();
                delivery.answer = text.chars().take(ANSWER_KEPT).collect();
            }
            Err(error) => delivery.error = Some(error.to_string()),
        }
    }
}
