//! The one task that sends: what is due, one after the other, and again later what did not get through.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use lettre::message::Mailbox;
use shared::Instant;

use super::{Bell, Transport, letter, sender};
use crate::{
    config::{Config, ConfigError},
    db::{
        WriteError,
        control::{
            Control,
            mail::{self, Waiting},
        },
    },
};

/// Mails that are read at once.
const AT_ONCE: i64 = 20;
/// Longest sleep; a clock that jumps and a ring that was lost are noticed after this.
const LONGEST_NAP: Duration = Duration::from_secs(30);
/// Shortest sleep while something waits: also a database that does not answer must not make it spin.
const SHORTEST_NAP: Duration = Duration::from_secs(1);
/// How often files of old mails are looked for.
const CLEANED_EVERY: TimeDelta = TimeDelta::hours(6);
/// What did not get through is tried again after so many seconds; the last is repeated.
const SCHEDULE: [i64; 5] = [30, 120, 600, 1_800, 3_600];
/// After this a mail is given up: what it tells is no news any more.
const GIVEN_UP: TimeDelta = TimeDelta::hours(24);

/// Sends mails.
pub struct Postman {
    control: Control,
    transport: Arc<Transport>,
    from: Mailbox,
    origin: String,
    bell: Bell,
}

impl Postman {
    /// Sends nothing yet.
    ///
    /// # Errors
    /// What is wrong with the settings of mail.
    pub fn new(config: &Config, control: Control, bell: Bell) -> Result<Self, ConfigError> {
        let from = sender(&config.mail_from).map_err(|error| ConfigError(format!("mail_from: {error}")))?;
        let transport = Arc::new(Transport::of(config)?);
        Ok(Self { control, transport, from, origin: config.public_origin.clone(), bell })
    }

    /// Sends whatever becomes due, for ever.
    pub async fn run(self) {
        let mut cleaned: Option<Instant> = None;
        loop {
            let now = self.control.clock().now();
            if cleaned.is_none_or(|last| now - last >= CLEANED_EVERY) {
                cleaned = Some(now);
                self.forget(now).await;
            }
            let nap = match self.round().await {
                Ok(nap) => nap,
                Err(error) => {
                    tracing::error!(error = %error, "mails could not be sent");
                    LONGEST_NAP
                }
            };
            tokio::select! {
                () = self.bell.rung() => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
    }

    async fn forget(&self, now: Instant) {
        let transport = Arc::clone(&self.transport);
        let done = tokio::task::spawn_blocking(move || transport.forget(now.into())).await;
        if let Ok(Err(error)) = done {
            tracing::warn!(error = %error, "files of old mails could not be removed");
        }
    }

    /// Sends what is due; says when to look again.
    async fn round(&self) -> Result<Duration, WriteError> {
        let unavailable = |error: crate::db::ReadError| WriteError::Unavailable(error.to_string());
        loop {
            let now = self.control.clock().now();
            let due =
                self.control.read(move |conn| mail::due(conn, now, AT_ONCE)).await.map_err(unavailable)?;
            if due.is_empty() {
                let next = self.control.read(mail::next_due).await.map_err(unavailable)?;
                let until = next.map(|at| (at - now).to_std().unwrap_or_default());
                return Ok(until.unwrap_or(LONGEST_NAP).clamp(SHORTEST_NAP, LONGEST_NAP));
            }
            for mail in due {
                self.deliver(mail).await?;
            }
        }
    }

    async fn deliver(&self, mail: Waiting) -> Result<(), WriteError> {
        let (id, attempts) = (mail.id.clone(), mail.attempts.saturating_add(1));
        let outcome = match letter::compose(&mail, &self.from, &self.origin) {
            Ok(message) => {
                let (transport, name) = (Arc::clone(&self.transport), mail.id.clone());
                let sent = tokio::task::spawn_blocking(move || transport.send(&name, &message)).await;
                let sent = sent.unwrap_or_else(|error| Err(error.to_string()));
                sent.map_err(|error| (error, again(&mail, self.control.clock().now())))
            }
            Err(error) => Err((error, None)),
        };
        let now = self.control.clock().now();
        match outcome {
            Ok(()) => self.control.write(move |conn| mail::sent(conn, &id, now)).await,
            Err((error, at)) => {
                // The address stays out of the log; the row has it.
                if at.is_none() {
                    tracing::error!(mail.id = %id, template = %mail.template, error = %error, "a mail was given up");
                } else {
                    tracing::warn!(mail.id = %id, attempts, error = %error, "a mail was not sent and is tried again");
                }
                self.control.write(move |conn| mail::failed(conn, &id, attempts, &error, at)).await
            }
        }
    }
}

/// When a mail that just failed is tried again; never when its day is over.
fn again(mail: &Waiting, now: Instant) -> Option<Instant> {
    let last = SCHEDULE.last().copied().unwrap_or_default();
    let wait = SCHEDULE.get(mail.attempts as usize).copied().unwrap_or(last);
    let at = now + TimeDelta::seconds(wait);
    (at < mail.created_at + GIVEN_UP).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_tried_ever_more_seldom_and_for_a_day() {
        let start = Instant::default();
        let (mut now, mut tries) = (start, 1);
        let mut mail = Waiting {
            id: "a".into(),
            recipient: "ada@example.com".into(),
            template: String::new(),
            data: "{}".into(),
            language: "en".into(),
            attempts: 0,
            created_at: start,
        };
        while let Some(at) = again(&mail, now) {
            assert!(at > now);
            (now, tries, mail.attempts) = (at, tries + 1, mail.attempts + 1);
        }
        assert!(now < start + GIVEN_UP && now > start + TimeDelta::hours(22), "{now}");
        assert_eq!(tries, 28);
    }
}
