//! Statuses that follow an accepted send.

use std::sync::Arc;
use std::time::Duration;

use crate::behaviour::StatusStep;
use crate::delivery::Delivery;
use crate::payload::{self, Status, StatusReport};
use crate::state::Shared;

/// A phone page that has not looked for this long is closed.
const PLAYED_FOR_MS: i64 = 40_000;

impl Shared {
    /// Posts the planned statuses of a message, one after the other.
    pub(crate) async fn run_statuses(self: Arc<Self>, wamid: String) {
        let (steps, lifelike) = self.with(|state| {
            let plan = state.statuses.clone();
            (plan.arranged(&mut state.random), plan.lifelike_read)
        });
        for step in steps {
            tokio::time::sleep(Duration::from_millis(step.after_ms)).await;
            if lifelike && !self.still_true(&wamid, step.status) {
                continue;
            }
            self.report(&wamid, step).await;
        }
    }

    /// Posts one status now. The answer says so where the message is unknown.
    pub(crate) async fn report(self: &Arc<Self>, wamid: &str, step: StatusStep) -> Delivery {
        let at = self.clock.now();
        let found = self.change(|state| {
            let outbound = state.outbound.get_mut(wamid)?;
            outbound.reported = outbound.reported.max(Some(step.status));
            let outbound = outbound.clone();
            let customer = state.customer(&outbound.customer).clone();
            let number = outbound.line.phone_number_id.clone();
            state.chat(&outbound.customer, &number).reported(wamid, step.status);
            Some((outbound, customer))
        });
        let Some((outbound, customer)) = found else {
            let error = Some("no accepted message has this id".to_owned());
            return Delivery { wamid: Some(wamid.to_owned()), error, ..Delivery::default() };
        };
        let error = (step.status == Status::Failed).then(|| {
            let code = step.code.unwrap_or(131_026);
            (code, crate::graph::details_of(code).to_owned())
        });
        let report = StatusReport {
            wamid: wamid.to_owned(),
            status: step.status,
            at,
            recipient_id: customer.wa_id,
            recipient_user_id: customer.user_id,
            biz_opaque_callback_data: outbound.callback_data,
            category: outbound.category,
            error,
        };
        let webhook = payload::status(&outbound.line, &report);
        self.post(&outbound.app_id, Some(wamid), webhook.to_string().into_bytes()).await
    }

    /// The customer looks at the chat: everything unread is reported as read.
    pub(crate) async fn read_chat(self: &Arc<Self>, customer: &str, phone_number_id: &str) {
        let unread = self.change(|state| {
            let chat = state.chat(customer, phone_number_id);
            chat.unread = 0;
            chat.unread_ids()
        });
        for wamid in unread {
            self.report(&wamid, StatusStep { status: Status::Read, after_ms: 0, code: None }).await;
        }
    }

    /// Whether a person holds this customer's phone at the moment.
    pub(crate) fn is_played(&self, customer: &str) -> bool {
        let now = self.clock.now_ms();
        self.with(|state| state.played_at_ms.get(customer).is_some_and(|seen| now - seen < PLAYED_FOR_MS))
    }

    /// A lifelike plan never repeats a status, and reads nothing for a person at the phone page.
    fn still_true(&self, wamid: &str, status: Status) -> bool {
        let Some(outbound) = self.with(|state| state.outbound.get(wamid).cloned()) else { return false };
        let fresh = outbound.reported.is_none_or(|reported| reported < status);
        fresh && (status != Status::Read || !self.is_played(&outbound.customer))
    }
}
