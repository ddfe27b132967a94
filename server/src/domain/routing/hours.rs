//! Queues that open and close. In a closed one nobody is given anything; what waits there is given out in the
//! transaction in which it opens.

use chrono::Duration;
use shared::{
    Instant,
    ids::QueueId,
    model::{message::AuthorKind, queue::QueueRules},
};

use super::{Stirred, place::set_timer, settle};
use crate::{
    db::{
        Fault, Scoped, Tx,
        record::{Fact, FactKind},
        rows::{
            calendar, queue,
            timer::{self, TimerKind},
        },
    },
    domain::hours::OpenHours,
};

/// The hours that a queue goes by, with their version; none for one that is always open, which is also one whose zone
/// nobody knows any more: then customers are answered rather than not.
///
/// # Errors
/// The database's.
pub(crate) fn of(scoped: &mut Scoped, rules: &QueueRules) -> Result<Option<(OpenHours, u64)>, Fault> {
    let Some(id) = rules.calendar else { return Ok(None) };
    let Some(found) = calendar::find(scoped, id)? else { return Ok(None) };
    let hours = OpenHours::new(&found.hours);
    if hours.is_none() {
        tracing::error!(calendar.id = %id, calendar.zone = %found.hours.zone, "nobody knows the zone of a calendar");
    }
    Ok(hours.map(|hours| (hours, found.version)))
}

/// Whether a queue is open.
///
/// # Errors
/// The database's.
pub(crate) fn is_open(scoped: &mut Scoped, rules: &QueueRules, at: Instant) -> Result<bool, Fault> {
    Ok(of(scoped, rules)?.is_none_or(|(hours, _)| hours.is_open(at)))
}

/// Open time of a queue, for whatever waits in it.
pub(crate) struct OpenTime(Option<OpenHours>);

impl OpenTime {
    /// That of a queue.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn of(scoped: &mut Scoped, rules: &QueueRules) -> Result<Self, Fault> {
        Ok(Self(of(scoped, rules)?.map(|(hours, _)| hours)))
    }

    /// Whether it is open.
    pub(crate) fn is_open(&self, at: Instant) -> bool {
        self.0.as_ref().is_none_or(|hours| hours.is_open(at))
    }

    /// Seconds in which it was open.
    pub(crate) fn between(&self, from: Instant, to: Instant) -> i64 {
        match &self.0 {
            Some(hours) => hours.open_seconds(from, to),
            None => (to - from).num_seconds(),
        }
    }

    /// When it will have been open for so long, or when to look again; none when that is never.
    pub(crate) fn after(&self, since: Instant, secs: u32, now: Instant) -> Option<Instant> {
        let time = Duration::seconds(secs.into());
        match &self.0 {
            // What is left, so that whoever looks again gets further.
            Some(hours) => hours.after_open(now, time - hours.open_time(since, now)),
            None => Some(since + time),
        }
    }

    /// Whether it was open between two instants.
    pub(crate) fn opens_between(&self, from: Instant, to: Instant) -> bool {
        self.0.as_ref().is_none_or(|hours| hours.opens_between(from, to))
    }

    /// When it opens, if it is closed and ever opens.
    pub(crate) fn opens_at(&self, now: Instant) -> Option<Instant> {
        self.0.as_ref().filter(|hours| !hours.is_open(now)).and_then(|hours| hours.next_change(now))
    }
}

/// Watches for the next time a queue opens or closes, by the rules it has now.
///
/// # Errors
/// The database's.
pub(crate) fn watch(tx: &mut Tx<'_>, id: QueueId, rules: &QueueRules) -> Result<(), Fault> {
    let now = tx.now();
    let subject = id.to_string();
    match of(tx, rules)?.and_then(|(hours, _)| hours.next_change(now)) {
        Some(due) => set_timer(tx, TimerKind::Hours, &subject, due),
        None => timer::clear(tx, TimerKind::Hours, &subject),
    }
}

/// A queue opened or closed. The fact says when, by the calendar: the ring may be late.
pub(super) fn turned(tx: &mut Tx<'_>, id: QueueId) -> Result<(), Fault> {
    let now = tx.now();
    let rules = queue::rules(tx, Some(id))?;
    let Some((hours, version)) = of(tx, &rules)? else { return Ok(()) };
    let what = if hours.is_open(now) { FactKind::QueueOpened } else { FactKind::QueueClosed };
    tx.fact(Fact {
        what,
        written_at: None,
        conversation: None,
        queue: Some(id),
        member: None,
        channel: None,
        author: Some(AuthorKind::System),
        calendar: Some(version),
    })?;
    watch(tx, id, &rules)?;
    let mut stirred = Stirred::default();
    stirred.queue(id);
    settle(tx, stirred)
}
