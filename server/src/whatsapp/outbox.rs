//! The outbox worker of one tenant: lease, send, record.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;
use futures_util::future::join_all;
use shared::{
    Instant,
    model::message::{Body, Failure, FailureReason},
};

use super::{Connections, Graph, graph::Sent, pace::Pace, payload};
use crate::{
    db::{TenantStore, WriteError},
    domain::outbox::{self, Leased},
};

/// How the worker behaves.
#[derive(Debug, Clone)]
pub struct OutboxConfig {
    /// Messages in flight at once per tenant.
    pub at_once: usize,
    /// How long a lease lasts; longer than a send can take.
    pub lease: Duration,
    /// Waiting times between tries after definite refusals; after the last the message fails.
    pub schedule: Vec<Duration>,
}

impl Default for OutboxConfig {
    fn default() -> Self {
        let seconds = [1, 5, 30, 120, 600, 1_800, 3_600];
        Self {
            at_once: 32,
            lease: Duration::seconds(60),
            schedule: seconds.into_iter().map(Duration::seconds).collect(),
        }
    }
}

/// Sends what waits in a tenant's outbox.
pub struct OutboxWorker {
    tenant: TenantStore,
    connections: Connections,
    graph: Graph,
    config: OutboxConfig,
    /// This run of the server.
    name: String,
    pace: Arc<Mutex<Pace>>,
}

impl OutboxWorker {
    /// A worker that has sent nothing yet.
    pub fn new(
        tenant: TenantStore,
        connections: Connections,
        graph: Graph,
        config: OutboxConfig,
        name: String,
    ) -> Self {
        Self { tenant, connections, graph, config, name, pace: Arc::default() }
    }

    /// After a start: what an earlier run had leased is uncertain now.
    ///
    /// # Errors
    /// When the tenant's database cannot answer.
    pub async fn recover(&self) -> Result<(), WriteError> {
        let name = self.name.clone();
        let (lost, _) = self.tenant.write(move |tx| outbox::recover(tx, &name)).await?;
        if lost > 0 {
            tracing::warn!(tenant.id = %self.tenant.id(), messages = lost, "sends with unknown outcome after a restart");
        }
        Ok(())
    }

    /// Sends what is due; says whether there may be more at once.
    ///
    /// # Errors
    /// When the tenant's database cannot answer.
    pub async fn run(&self) -> Result<bool, WriteError> {
        let (name, most) = (self.name.clone(), self.config.at_once);
        let (pace, lease) = (Arc::clone(&self.pace), self.config.lease);
        let leased = self.tenant.write(move |tx| {
            let until = tx.now() + lease;
            let pace = Arc::clone(&pace);
            let mut admit = move |channel, contact, now| {
                pace.lock().unwrap_or_else(PoisonError::into_inner).admit(channel, contact, now)
            };
            outbox::lease(tx, &name, until, most, &mut admit)
        });
        let (leased, _) = leased.await?;
        let any = !leased.is_empty();
        let results = join_all(leased.into_iter().map(|message| self.send(message))).await;
        results.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(any)
    }

    async fn send(&self, leased: Leased) -> Result<(), WriteError> {
        let id = leased.message;
        let sent = self.attempt(&leased).await;
        let now = self.tenant.clock().now();
        let written = match sent {
            Sent::Accepted(wamid) => {
                self.tenant
                    .write(move |tx| {
                        let now = tx.now();
                        outbox::accepted(tx, id, &wamid, |raw, channel| payload::status(raw, channel, now))
                    })
                    .await
            }
            Sent::Unknown => self.tenant.write(move |tx| outbox::uncertain(tx, id)).await,
            Sent::Refused(failure) => self.tenant.write(move |tx| outbox::failed(tx, id, &failure)).await,
            Sent::Later { pair, retry_after, failure } => {
                let attempts = leased.attempts + 1;
                match self.next_try(attempts, pair, retry_after, now) {
                    Some(due) => self.tenant.write(move |tx| outbox::postponed(tx, id, attempts, due)).await,
                    None => self.tenant.write(move |tx| outbox::failed(tx, id, &failure)).await,
                }
            }
        };
        written.map(|_| ())
    }

    async fn attempt(&self, leased: &Leased) -> Sent {
        let Body::Text { text } = &leased.body else {
            return refused(FailureReason::ContentRefused);
        };
        match self.connections.find(leased.binding.connection).await {
            Ok(Some(connection)) => {
                let number = &leased.binding.phone_number_id;
                self.graph.send_text(&connection.access_token, number, &leased.to, text, leased.message).await
            }
            Ok(None) => refused(FailureReason::NotAuthorised),
            Err(_) => Sent::Later {
                pair: false,
                retry_after: None,
                failure: Failure { code: None, reason: FailureReason::ServiceUnavailable, detail: None },
            },
        }
    }

    /// When to try again; none when it has been tried often enough.
    fn next_try(&self, attempts: u32, pair: bool, retry_after: Option<u64>, now: Instant) -> Option<Instant> {
        let step = usize::try_from(attempts).ok()?.checked_sub(1)?;
        let planned = *self.config.schedule.get(step)?;
        // Meta asks for 4^n seconds between tries to one customer.
        let base =
            if pair { planned.max(Duration::seconds(4_i64.saturating_pow(attempts))) } else { planned };
        // A wish of Meta's counts, but cannot park a message for hours.
        let wished = retry_after.map(|s| Duration::seconds(i64::try_from(s).unwrap_or(i64::MAX / 1_000_000)));
        let wait = wished.map_or(base, |wished| wished.clamp(base, base * 2 + Duration::seconds(60)));
        Some(now + jittered(wait))
    }
}

fn refused(reason: FailureReason) -> Sent {
    Sent::Refused(Failure { code: None, reason, detail: None })
}

/// The duration give or take a fifth, so that many messages do not come back at once.
fn jittered(wait: Duration) -> Duration {
    let mut byte = [0_u8];
    let share = if getrandom::fill(&mut byte).is_ok() { i32::from(byte[0]) } else { 128 };
    wait * (800 + share * 400 / 255) / 1_000
}
