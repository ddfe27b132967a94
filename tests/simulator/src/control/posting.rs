//! The in-process door: everything that posts to the webhook.

use std::future::Future;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::Control;
use crate::behaviour::StatusStep;
use crate::customer::Utterance;
use crate::delivery::{Delivery, PostedWebhook, Prepared};
use crate::payload::{self, Status};

/// The challenge of the handshake; the server must answer with it.
const CHALLENGE: &str = "1158201444";

/// Result of Meta's GET handshake.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verification {
    /// Status 200 with the challenge as the whole body.
    pub ok: bool,
    pub status: Option<u16>,
    pub answer: String,
}

impl Control {
    /// A customer (phone number or business-scoped id) sends something to the business.
    pub async fn say(&self, customer: &str, utterance: Utterance) -> Delivery {
        let (shared, customer) = (self.shared.clone(), customer.to_owned());
        self.run(async move { shared.say(&customer, utterance).await }).await.unwrap_or_default()
    }

    /// The customer opens the chat: `read` for everything unread.
    pub async fn read_chat(&self, customer: &str, phone_number_id: Option<&str>) {
        let shared = self.shared.clone();
        let (key, number) = self.shared.with(|state| {
            let number = state.number(phone_number_id).map(|(_, number)| number.phone_number_id.clone());
            (state.customer(customer).key(), number.unwrap_or_default())
        });
        self.run(async move { shared.read_chat(&key, &number).await }).await;
    }

    /// Posts one status of an accepted message; `code` for a failed one.
    pub async fn status(&self, wamid: &str, status: Status, code: Option<u32>) -> Delivery {
        let (shared, wamid) = (self.shared.clone(), wamid.to_owned());
        let step = StatusStep { status, after_ms: 0, code };
        self.run(async move { shared.report(&wamid, step).await }).await.unwrap_or_default()
    }

    /// Posts these bytes, signed with the secret of this app (or the first one).
    pub async fn raw(&self, app_id: Option<&str>, body: impl Into<Vec<u8>>) -> Delivery {
        let (shared, body) = (self.shared.clone(), body.into());
        let app = self.shared.with(|state| state.app(app_id).map(|app| app.app_id.clone()));
        let app = app.unwrap_or_default();
        self.run(async move { shared.post(&app, None, body).await }).await.unwrap_or_default()
    }

    /// Posts many messages in one webhook, signed by the first one's app.
    pub async fn batch(&self, said: impl IntoIterator<Item = (String, Utterance)>) -> Delivery {
        let prepared = match self.prepare_all(said) {
            Ok(prepared) => prepared,
            Err(error) => return Delivery { error: Some(error.into()), ..Delivery::default() },
        };
        let app = prepared.first().map(|first| first.app_id.clone()).unwrap_or_default();
        let body = payload::batch(prepared.iter().map(|one| one.webhook.clone())).to_string().into_bytes();
        let shared = self.shared.clone();
        let posted = self.run(async move {
            let delivery = shared.post(&app, None, body).await;
            prepared.iter().for_each(|one| shared.tick(one, &delivery));
            delivery
        });
        posted.await.unwrap_or_default()
    }

    /// Posts one webhook per message, all at once, in random order.
    pub async fn shuffle(&self, said: impl IntoIterator<Item = (String, Utterance)>) -> Vec<Delivery> {
        let Ok(mut prepared) = self.prepare_all(said) else { return Vec::new() };
        self.shared.with(|state| state.random.shuffle(&mut prepared));
        let shared = self.shared.clone();
        let posts = async move {
            join_all(prepared.into_iter().map(|one| {
                let shared = shared.clone();
                async move { shared.post_prepared(one).await }
            }))
            .await
        };
        self.run(posts).await.unwrap_or_default()
    }

    /// Posts one message `times` times at once, byte for byte the same.
    pub async fn duplicate(&self, customer: &str, utterance: Utterance, times: usize) -> Vec<Delivery> {
        let Ok(prepared) = self.shared.prepare(customer, utterance) else { return Vec::new() };
        let posted = PostedWebhook {
            id: 0,
            app_id: prepared.app_id.clone(),
            wamid: Some(prepared.wamid.clone()),
            body: std::sync::Arc::new(prepared.webhook.to_string().into_bytes()),
        };
        self.repost(posted, times).await
    }

    /// Posts an earlier webhook `times` times at once; empty where it is unknown.
    pub async fn replay(&self, webhook: u64, times: usize) -> Vec<Delivery> {
        let found = self.shared.with(|state| state.webhooks.iter().find(|one| one.id == webhook).cloned());
        match found {
            Some(posted) => self.repost(posted, times).await,
            None => Vec::new(),
        }
    }

    /// Posts the newest webhook about a message `times` times at once.
    pub async fn replay_message(&self, wamid: &str, times: usize) -> Vec<Delivery> {
        let found = self.shared.with(|state| {
            state.webhooks.iter().rev().find(|one| one.wamid.as_deref() == Some(wamid)).cloned()
        });
        match found {
            Some(posted) => self.repost(posted, times).await,
            None => Vec::new(),
        }
    }

    /// Meta's handshake against the webhook URL of this app (or the first one).
    pub async fn verify(&self, app_id: Option<&str>) -> Verification {
        let app = self.shared.with(|state| state.app(app_id).cloned());
        let url = app.and_then(|app| {
            let query = [
                ("hub.mode", "subscribe"),
                ("hub.challenge", CHALLENGE),
                ("hub.verify_token", &app.verify_token),
            ];
            reqwest::Url::parse_with_params(app.webhook_url.as_deref()?, query).ok()
        });
        let Some(url) = url else {
            return Verification { ok: false, status: None, answer: "no webhook url is set".into() };
        };
        let http = self.shared.http.clone();
        let asked = self.run(async move {
            let answer = http.get(url).send().await?;
            Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
        });
        match asked.await {
            Some(Ok((status, answer))) => {
                Verification { ok: status == 200 && answer == CHALLENGE, status: Some(status), answer }
            }
            Some(Err(error)) => Verification { ok: false, status: None, answer: error.to_string() },
            None => Verification { ok: false, status: None, answer: "the simulator stopped".into() },
        }
    }

    fn prepare_all(
        &self,
        said: impl IntoIterator<Item = (String, Utterance)>,
    ) -> Result<Vec<Prepared>, &'static str> {
        said.into_iter().map(|(customer, said)| self.shared.prepare(&customer, said)).collect()
    }

    async fn repost(&self, posted: PostedWebhook, times: usize) -> Vec<Delivery> {
        let shared = self.shared.clone();
        let posts = async move { join_all((0..times).map(|_| shared.repost(&posted))).await };
        self.run(posts).await.unwrap_or_default()
    }

    /// Runs on the simulator's runtime: pooled connections must not die with a test's runtime.
    async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        self.shared.runtime.spawn(work).await.ok()
    }
}
