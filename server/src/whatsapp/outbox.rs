//! The outbox worker of one tenant: lease, send, record.
//!
//! Each send is a task of its own, so a slow answer of Meta's holds up only the customer it is for.
//! Whatever is in flight keeps its place here until its outcome is stored.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration as Wait,
};

use chrono::Duration;
use shared::{
    Instant,
    ids::{ChannelId, MessageId},
    model::message::{Failure, FailureReason},
};
use tokio::task::{Id, JoinError, JoinSet};

use super::{
    Connection, Connections, Graph,
    breaker::{Breakers, Learnt},
    graph::{Letter, Sent, later},
    outgoing::wire,
    pace::Pace,
    payload,
    upload::{KEPT, Outward},
};
use crate::{
    db::{
        TenantStore, Tx, WriteError,
        rows::{outbox as rows, sent_file},
    },
    domain::{
        numbers,
        outbox::{self, Leased, LeasedFile, Wish},
    },
    fault::{self, Point},
    files::{Files, Form},
};

/// Pause before an outcome that could not be stored is stored again.
const TROUBLE: Wait = Wait::from_secs(1);
/// No wish of Meta's and no step of a schedule is longer than this.
const LONGEST_SECONDS: u64 = 24 * 60 * 60;

/// How the worker behaves.
#[derive(Debug, Clone)]
pub struct OutboxConfig {
    /// Messages in flight at once per tenant.
    pub at_once: usize,
    /// Waiting times between tries after definite refusals; after the last the message fails.
    pub schedule: Vec<Duration>,
    /// How long a number pauses at first when WhatsApp takes nothing from it.
    pub pause: Duration,
}

impl Default for OutboxConfig {
    fn default() -> Self {
        let seconds = [1, 5, 30, 120, 600, 1_800, 3_600];
        let schedule = seconds.into_iter().map(Duration::seconds).collect();
        Self { at_once: 32, schedule, pause: Duration::seconds(15) }
    }
}

/// Sends what waits in a tenant's outbox.
pub struct OutboxWorker {
    sender: Sender,
    /// This start of the worker: what bears another name was leased by one that is gone.
    name: String,
    pace: Arc<Mutex<Pace>>,
    sends: JoinSet<()>,
    in_flight: HashMap<Id, MessageId>,
}

impl OutboxWorker {
    /// A worker that has sent nothing yet.
    pub fn new(
        tenant: TenantStore,
        connections: Connections,
        graph: Graph,
        files: Files,
        config: OutboxConfig,
        name: String,
    ) -> Self {
        Self {
            sender: Sender {
                tenant,
                connections,
                graph,
                files,
                breakers: Arc::new(Mutex::new(Breakers::new(config.pause))),
                config: Arc::new(config),
            },
            name,
            pace: Arc::default(),
            sends: JoinSet::new(),
            in_flight: HashMap::new(),
        }
    }

    /// After a start: what an earlier run had leased is uncertain now, and no number pauses.
    ///
    /// # Errors
    /// When the tenant's database cannot answer.
    pub async fn recover(&self) -> Result<(), WriteError> {
        let name = self.name.clone();
        let tenant = &self.sender.tenant;
        let recover = move |tx: &mut Tx<'_>| {
            numbers::go_on(tx)?;
            outbox::recover(tx, &name)
        };
        let (lost, _) = tenant.write(recover).await?;
        if lost > 0 {
            tracing::warn!(tenant.id = %tenant.id(), messages = lost, "sends with unknown outcome after a restart");
        }
        Ok(())
    }

    /// Starts to send what is due, as far as there is room; says whether something was. `may` is asked
    /// inside the transaction: what is false before it begins keeps it from leasing.
    ///
    /// # Errors
    /// When the tenant's database cannot answer.
    pub async fn fill(&mut self, may: impl Fn() -> bool + Send + 'static) -> Result<bool, WriteError> {
        let room = self.room();
        if room == 0 {
            return Ok(false);
        }
        let (name, pace) = (self.name.clone(), Arc::clone(&self.pace));
        let breakers = Arc::clone(&self.sender.breakers);
        let in_flight: HashSet<MessageId> = self.in_flight.values().copied().collect();
        let leased = self.sender.tenant.write(move |tx| {
            let now = tx.now();
            if !may() {
                return Ok((Vec::new(), Vec::new(), now));
            }
            let held: Vec<ChannelId> = held_by(&breakers, &pace, now).into_keys().collect();
            let unsure = breakers.lock().unwrap_or_else(PoisonError::into_inner).unsure(now);
            let mut settled = Vec::new();
            for channel in unsure {
                if !rows::any_of(tx, channel)? {
                    numbers::pause(tx, channel, false)?;
                    settled.push(channel);
                }
            }
            // Of a number that has paused one message finds out for all. That it left is noted behind the commit.
            let mut probing = HashSet::new();
            let mut admit = |wish: Wish, now| {
                let breakers = breakers.lock().unwrap_or_else(PoisonError::into_inner);
                breakers.closed(wish.channel, now)?;
                if breakers.is_open(wish.channel) && probing.contains(&wish.channel) {
                    return Err(now + Duration::seconds(1));
                }
                pace.lock().unwrap_or_else(PoisonError::into_inner).admit(wish, now)?;
                probing.insert(wish.channel);
                Ok(())
            };
            let worker = outbox::Worker { name: &name, in_flight: &in_flight, held: &held, room };
            Ok((outbox::lease(tx, &worker, now - KEPT, &mut admit)?, settled, now))
        });
        let ((leased, settled, now), _) = leased.await?;
        for channel in settled {
            self.breakers().forget(channel);
        }
        for message in &leased {
            self.breakers().leaves(message.channel, now);
        }
        let any = !leased.is_empty();
        if any {
            fault::reach(Point::OutboxLeased);
        }
        for message in leased {
            let id = message.message;
            let sender = self.sender.clone();
            let task = self.sends.spawn(async move { sender.send(message).await });
            self.in_flight.insert(task.id(), id);
        }
        Ok(any)
    }

    /// Numbers from which nothing may leave now, with when to look again: those that pause, and those that have
    /// sent as much as they may.
    pub fn held(&self, now: Instant) -> HashMap<ChannelId, Instant> {
        held_by(&self.sender.breakers, &self.pace, now)
    }

    fn breakers(&self) -> MutexGuard<'_, Breakers> {
        self.sender.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many more may be in flight.
    pub fn room(&self) -> usize {
        self.sender.config.at_once.saturating_sub(self.in_flight.len())
    }

    /// Whether nothing is in flight and no number pauses, which would be forgotten.
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && !self.breakers().any_open()
    }

    /// Waits until at least one send has ended; for ever when nothing is in flight. May be dropped at
    /// any time without losing anything.
    pub async fn landed(&mut self) {
        let Some(first) = self.sends.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.put_down(first);
        while let Some(next) = self.sends.try_join_next_with_id() {
            self.put_down(next);
        }
    }

    /// A send that panicked may have reached Meta: its outcome is unknown.
    fn put_down(&mut self, ended: Result<(Id, ()), JoinError>) {
        match ended {
            Ok((task, ())) => {
                self.in_flight.remove(&task);
            }
            Err(error) => {
                let Some(id) = self.in_flight.remove(&error.id()) else { return };
                tracing::error!(message.id = %id, error = %error, "a send broke off");
                let sender = self.sender.clone();
                let task = self.sends.spawn(async move { sender.record(id, &Outcome::Unknown).await });
                self.in_flight.insert(task.id(), id);
            }
        }
    }
}

fn held_by(breakers: &Mutex<Breakers>, pace: &Mutex<Pace>, now: Instant) -> HashMap<ChannelId, Instant> {
    let mut held = pace.lock().unwrap_or_else(PoisonError::into_inner).exhausted(now);
    held.extend(breakers.lock().unwrap_or_else(PoisonError::into_inner).held(now));
    held
}

/// What a send needs; each has its own.
#[derive(Clone)]
struct Sender {
    tenant: TenantStore,
    connections: Connections,
    graph: Graph,
    files: Files,
    config: Arc<OutboxConfig>,
    breakers: Arc<Mutex<Breakers>>,
}

/// A file that WhatsApp has.
struct Media {
    /// What it calls it.
    id: String,
    /// Whether it was uploaded for an earlier message.
    remembered: bool,
}

/// What is stored of a send.
#[derive(Clone)]
enum Outcome {
    Accepted(String),
    Unknown,
    Failed(Failure),
    Postponed { failure: Failure, attempts: u32, due: Instant },
}

impl Sender {
    async fn send(&self, leased: Leased) {
        let sent = self.attempt(&leased).await;
        let learnt = self.learn(leased.channel, &sent);
        fault::reach(Point::OutboxAnswered);
        let outcome = match sent {
            Sent::Accepted(wamid) => Outcome::Accepted(wamid),
            Sent::Unknown => Outcome::Unknown,
            Sent::Refused(failure) => Outcome::Failed(failure),
            Sent::Later { pair, retry_after, failure } => {
                let attempts = leased.attempts.saturating_add(1);
                let now = self.tenant.clock().now();
                match self.next_try(attempts, pair, retry_after, now) {
                    Some(due) => Outcome::Postponed { failure, attempts, due },
                    None => Outcome::Failed(failure),
                }
            }
        };
        self.record(leased.message, &outcome).await;
        fault::reach(Point::OutboxRecorded);
        if learnt != Learnt::Nothing {
            self.show_pause(leased.channel).await;
        }
    }

    /// Lets everybody see whether a number pauses. What is true when it is written counts: of two that write at
    /// the same moment the later one knows better.
    async fn show_pause(&self, channel: ChannelId) {
        loop {
            let breakers = Arc::clone(&self.breakers);
            let written = self.tenant.write(move |tx| {
                let paused = breakers.lock().unwrap_or_else(PoisonError::into_inner).is_open(channel);
                numbers::pause(tx, channel, paused)
            });
            match written.await {
                Ok(_) => return,
                Err(error) => {
                    tracing::error!(tenant.id = %self.tenant.id(), channel.id = %channel, error = %error, "it could not be stored whether a number pauses");
                }
            }
            tokio::time::sleep(TROUBLE).await;
        }
    }

    /// What an answer says of the number it was sent from.
    fn learn(&self, channel: ChannelId, sent: &Sent) -> Learnt {
        let trouble = match sent {
            Sent::Unknown => true,
            Sent::Later { pair, failure, .. } => !pair && failure.reason != FailureReason::ContentRefused,
            Sent::Accepted(_) | Sent::Refused(Failure { code: Some(_), .. }) => false,
            Sent::Refused(_) => return Learnt::Nothing, // of our own: WhatsApp was not asked
        };
        let now = self.tenant.clock().now();
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let learnt = breakers.learn(channel, trouble, now);
        match &learnt {
            Learnt::Nothing => {}
            Learnt::Opened(until) => {
                tracing::warn!(tenant.id = %self.tenant.id(), channel.id = %channel, until = %until, "WhatsApp does not take messages from a number; they wait");
            }
            Learnt::Closed => {
                tracing::info!(tenant.id = %self.tenant.id(), channel.id = %channel, "WhatsApp takes messages from a number again");
            }
        }
        learnt
    }

    /// Stores an outcome, however long the database is in trouble: what is known must not be forgotten,
    /// or a message that Meta has would be sent again.
    async fn record(&self, id: MessageId, outcome: &Outcome) {
        while let Err(error) = self.store(id, outcome.clone()).await {
            tracing::error!(tenant.id = %self.tenant.id(), message.id = %id, error = %error, "the outcome of a send could not be stored");
            tokio::time::sleep(TROUBLE).await;
        }
    }

    async fn store(&self, id: MessageId, outcome: Outcome) -> Result<(), WriteError> {
        let written = match outcome {
            Outcome::Accepted(wamid) => {
                self.tenant
                    .write(move |tx| {
                        let now = tx.now();
                        outbox::accepted(tx, id, &wamid, |raw, channel| payload::status(raw, channel, now))
                    })
                    .await
            }
            Outcome::Unknown => self.tenant.write(move |tx| outbox::uncertain(tx, id)).await,
            Outcome::Failed(failure) => self.tenant.write(move |tx| outbox::failed(tx, id, &failure)).await,
            Outcome::Postponed { failure, attempts, due } => {
                self.tenant.write(move |tx| outbox::postponed(tx, id, &failure, attempts, due)).await
            }
        };
        match written {
            // The rows themselves are in the way: that does not pass by waiting.
            Err(error @ (WriteError::Refused(_) | WriteError::Constraint(_) | WriteError::Panicked(_))) => {
                tracing::error!(message.id = %id, error = %error, "the outcome of a send was refused");
                self.tenant.write(move |tx| outbox::uncertain(tx, id)).await.map(|_| ())
            }
            other => other.map(|_| ()),
        }
    }

    async fn attempt(&self, leased: &Leased) -> Sent {
        match self.connections.find(leased.binding.connection).await {
            Ok(Some(connection)) => self.post(&connection, leased).await,
            Ok(None) => refused(FailureReason::NotAuthorised),
            Err(error) => {
                tracing::error!(connection.id = %leased.binding.connection, error = %error, "a connection could not be read");
                later()
            }
        }
    }

    async fn post(&self, connection: &Connection, leased: &Leased) -> Sent {
        let media = match &leased.file {
            None => None,
            Some(file) => match self.media(connection, leased, file).await {
                Ok(media) => Some(media),
                Err(sent) => return sent,
            },
        };
        let id = media.as_ref().map(|media| media.id.as_str());
        let Some(wire) = wire(&leased.body, id) else {
            return refused(FailureReason::ContentRefused);
        };
        let letter = Letter { id: leased.message, wire, quoted: leased.quoted.as_deref() };
        let number = &leased.binding.phone_number_id;
        let sent = self.graph.send(&connection.access_token, number, &leased.to, letter).await;
        match (sent, &leased.file, media) {
            // WhatsApp does not know the file any more: the next try uploads it anew.
            (Sent::Refused(failure), Some(file), Some(Media { remembered: true, .. }))
                if failure.code.is_some_and(is_of_file) =>
            {
                self.forget(file).await;
                Sent::Later { pair: false, retry_after: None, failure }
            }
            (sent, ..) => sent,
        }
    }

    /// What WhatsApp calls the file of a message, which is uploaded when it does not have it.
    async fn media(
        &self,
        connection: &Connection,
        leased: &Leased,
        file: &LeasedFile,
    ) -> Result<Media, Sent> {
        if let Some(id) = &file.media_id {
            return Ok(Media { id: id.clone(), remembered: true });
        }
        let (tenant, sent) = (&self.tenant, &file.file);
        let read = match self.files.read(tenant.id(), &sent.hash, Form::Whole, None).await {
            Ok(Some(read)) => read,
            Ok(None) => {
                tracing::error!(tenant.id = %tenant.id(), message.id = %leased.message, "the bytes of a file that is to be sent are not where they belong");
                return Err(refused(FailureReason::Other));
            }
            Err(error) => {
                tracing::error!(tenant.id = %tenant.id(), message.id = %leased.message, error = %error, "a file that is to be sent could not be read");
                return Err(later());
            }
        };
        let outward = Outward { phone_number_id: &leased.binding.phone_number_id, mime: &sent.mime, read };
        let id = self.graph.upload(&connection.access_token, outward).await?;
        let (noted, media_id, message) = (sent.clone(), id.clone(), leased.message);
        let written = tenant.write(move |tx| {
            let now = tx.now();
            rows::uploaded(tx, message)?;
            sent_file::note(tx, &noted, &media_id, now)
        });
        if let Err(error) = written.await {
            // Unless that is noted, nothing may be sent: after a restart it would be sent again.
            tracing::error!(tenant.id = %tenant.id(), message.id = %message, error = %error, "WhatsApp's name of a file could not be noted; it will be uploaded again");
            return Err(later());
        }
        Ok(Media { id, remembered: false })
    }

    async fn forget(&self, file: &LeasedFile) {
        let file = file.file.clone();
        if let Err(error) = self.tenant.write(move |tx| sent_file::forget(tx, &file)).await {
            tracing::warn!(tenant.id = %self.tenant.id(), error = %error, "WhatsApp's old name of a file could not be forgotten");
        }
    }

    /// When to try again; none when it has been tried often enough.
    fn next_try(&self, attempts: u32, pair: bool, retry_after: Option<u64>, now: Instant) -> Option<Instant> {
        let step = usize::try_from(attempts).ok()?.checked_sub(1)?;
        let planned = *self.config.schedule.get(step)?;
        // Meta asks for 4^n seconds between tries to one customer.
        let base = if pair { planned.max(seconds(4_u64.saturating_pow(attempts))) } else { planned };
        // A wish of Meta's counts, but cannot park a message for hours.
        let most = base * 2 + Duration::seconds(60);
        let wait = retry_after.map_or(base, |wished| seconds(wished).clamp(base, most));
        Some(now + jittered(wait))
    }
}

/// A duration of at most a day, whatever a header says: more does not even fit into the type.
fn seconds(wished: u64) -> Duration {
    let capped = i64::try_from(wished.min(LONGEST_SECONDS)).unwrap_or_default();
    Duration::try_seconds(capped).unwrap_or_default()
}

/// Whether Meta's code may mean that it does not know a file. Source: Cloud API, error codes.
const fn is_of_file(code: i64) -> bool {
    matches!(code, 100 | 131_009 | 131_052 | 131_053)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maddest_wish_is_a_day() {
        assert_eq!(seconds(7), Duration::seconds(7));
        assert_eq!(seconds(u64::MAX), Duration::days(1));
        assert!(jittered(seconds(u64::MAX)) <= Duration::days(2));
    }
}
