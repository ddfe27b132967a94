//! The in-process door: behaviour, recordings, waiting.

use std::sync::Arc;
use std::time::Duration;

use crate::behaviour::{Behaviour, MediaFault, Outcome, StatusPlan};
use crate::config::App;
use crate::customer::{Customer, normal_key};
use crate::recording::{RecordedSend, SendKind};
use crate::state::Shared;

/// Steers a running simulator. Works from any runtime.
#[derive(Clone)]
pub struct Control {
    pub(super) shared: Arc<Shared>,
}

/// Waited in vain.
#[derive(Debug, thiserror::Error)]
#[error("nothing like it within {waited:?}; {} sends so far: {outcomes:?}", outcomes.len())]
pub struct WaitTimeout {
    pub waited: Duration,
    /// Outcomes of the sends there were.
    pub outcomes: Vec<String>,
}

impl Control {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Such as `http://127.0.0.1:41233`.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Where the first app's webhooks go.
    pub fn set_webhook_url(&self, url: &str) {
        self.set_app_webhook_url(None, url);
    }

    /// Where an app's webhooks go; says whether there is such an app.
    pub fn set_app_webhook_url(&self, app_id: Option<&str>, url: &str) -> bool {
        self.shared.with(|state| {
            let wanted = state.apps.iter_mut().find(|app| app_id.is_none_or(|id| app.app_id == id));
            wanted.map(|app| app.webhook_url = Some(url.to_owned())).is_some()
        })
    }

    /// Another Meta app, for a second connection. One with the same id is replaced.
    pub fn add_app(&self, app: App) {
        self.shared.change(|state| {
            state.apps.retain(|known| known.app_id != app.app_id);
            state.apps.push(app);
        });
    }

    /// The next changes of whom a number keeps out fail with these codes, one each.
    pub fn fail_blocks(&self, codes: impl IntoIterator<Item = u32>) {
        self.shared.change(|state| state.failing_blocks.extend(codes));
    }

    /// Whom a number keeps out.
    pub fn blocked(&self, phone_number_id: &str) -> Vec<String> {
        self.shared.with(|state| {
            let theirs = state.blocked.iter().filter(|(number, _)| number == phone_number_id);
            theirs.map(|(_, customer)| customer.clone()).collect()
        })
    }

    /// Changes what is given; the rest stays.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.shared.change(|state| {
            state.queue = behaviour.queue.unwrap_or_else(|| std::mem::take(&mut state.queue));
            state.standing = behaviour.standing.unwrap_or_else(|| state.standing.clone());
            state.statuses = behaviour.statuses.unwrap_or_else(|| state.statuses.clone());
            state.strict_window = behaviour.strict_window.unwrap_or(state.strict_window);
            let faults = behaviour.media_faults;
            state.media_faults = faults.unwrap_or_else(|| std::mem::take(&mut state.media_faults));
        });
    }

    /// The switches as they are.
    pub fn behaviour(&self) -> Behaviour {
        self.shared.with(|state| Behaviour {
            queue: Some(state.queue.clone()),
            standing: Some(state.standing.clone()),
            statuses: Some(state.statuses.clone()),
            strict_window: Some(state.strict_window),
            media_faults: Some(state.media_faults.clone()),
        })
    }

    /// Accepts everything again; statuses as configured.
    pub fn reset_behaviour(&self) {
        self.set_behaviour(Behaviour {
            queue: Some(std::collections::VecDeque::new()),
            standing: Some(Outcome::Accept),
            statuses: Some(self.shared.config.statuses.clone()),
            strict_window: Some(false),
            media_faults: Some(std::collections::VecDeque::new()),
        });
    }

    /// Answers the next sends like this, one each, after those already queued.
    pub fn answer_next(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.shared.with(|state| state.queue.extend(outcomes));
    }

    /// Answers every send like this from now on.
    pub fn answer_always(&self, outcome: Outcome) {
        self.shared.with(|state| state.standing = outcome);
    }

    /// Statuses after each send accepted from now on.
    pub fn set_statuses(&self, plan: StatusPlan) {
        self.shared.with(|state| state.statuses = plan);
    }

    /// Whether free-form sends need a message of the last 24 hours.
    pub fn set_strict_window(&self, strict: bool) {
        self.shared.with(|state| state.strict_window = strict);
    }

    /// What goes wrong with the next questions about files and downloads, after what is planned already.
    pub fn fault_media(&self, faults: impl IntoIterator<Item = MediaFault>) {
        self.shared.with(|state| state.media_faults.extend(faults));
    }

    /// The next marks of what was read fail with 131000.
    pub fn fail_marks(&self, count: u32) {
        self.shared.with(|state| state.failing_marks = count);
    }

    /// How many files the business has uploaded, refused ones counted.
    pub fn uploads(&self) -> u64 {
        self.shared.with(|state| state.uploads)
    }

    /// Faults that nothing has met yet.
    pub fn media_faults_left(&self) -> usize {
        self.shared.with(|state| state.media_faults.len())
    }

    /// Moves the simulator's now by this many seconds from the system's.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.shared.clock.set_offset(seconds);
    }

    /// Silences the lively customers.
    pub fn pause(&self) {
        self.shared.with(|state| state.paused = true);
    }

    /// Lets them go on.
    pub fn resume(&self) {
        self.shared.with(|state| state.paused = false);
    }

    /// Everybody who wrote or was written to.
    pub fn customers(&self) -> Vec<Customer> {
        self.shared.with(|state| state.customers.values().cloned().collect())
    }

    /// Sets names and ids; the key is the phone number or, without one, the business-scoped id.
    pub fn put_customer(&self, customer: Customer) {
        self.shared.change(|state| state.customers.insert(normal_key(&customer.key()), customer));
    }

    /// Adds a file a customer can send; gives its media id.
    pub fn put_media(&self, mime_type: &str, bytes: Vec<u8>) -> String {
        self.shared.with(|state| {
            let app_id = state.app(None).map(|app| app.app_id.clone()).unwrap_or_default();
            state.media.add(&app_id, mime_type, bytes)
        })
    }

    /// The same for the customers of another app's numbers.
    pub fn put_media_of(&self, app_id: &str, mime_type: &str, bytes: Vec<u8>) -> String {
        self.shared.with(|state| state.media.add(app_id, mime_type, bytes))
    }

    /// A file the business uploaded: its type and bytes.
    pub fn media(&self, id: &str) -> Option<(String, Vec<u8>)> {
        let file = self.shared.with(|state| state.media.get(id).cloned())?;
        Some((file.mime_type, file.bytes.as_ref().clone()))
    }

    /// Every POST to a messages endpoint, oldest first: messages, read marks, typing.
    pub fn sends(&self) -> Vec<RecordedSend> {
        self.shared.with(|state| state.sends.iter().cloned().collect())
    }

    /// Forgets them.
    pub fn clear_sends(&self) {
        self.shared.change(|state| state.sends.clear());
    }

    /// Waits until there are at least `count` sends of messages (read marks not counted) and gives
    /// all of those.
    pub async fn wait_for_sends(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<RecordedSend>, WaitTimeout> {
        let messages = |sends: &[RecordedSend]| -> Vec<RecordedSend> {
            sends.iter().filter(|send| send.kind == SendKind::Message).cloned().collect()
        };
        let enough = |sends: &[RecordedSend]| messages(sends).len() >= count;
        Ok(messages(&self.wait_until(timeout, enough).await?))
    }

    /// Waits until the sends, of all kinds, are as wanted.
    pub async fn wait_until(
        &self,
        timeout: Duration,
        wanted: impl Fn(&[RecordedSend]) -> bool,
    ) -> Result<Vec<RecordedSend>, WaitTimeout> {
        let search = async {
            loop {
                // Registered before looking, so that no change falls in between.
                let mut change = std::pin::pin!(self.shared.changed.notified());
                change.as_mut().enable();
                let sends = self.sends();
                if wanted(&sends) {
                    return sends;
                }
                change.await;
            }
        };
        tokio::time::timeout(timeout, search).await.map_err(|_| WaitTimeout {
            waited: timeout,
            outcomes: self.sends().into_iter().map(|send| send.outcome).collect(),
        })
    }
}
