//! The only source of time. Domain functions get `now` from their transaction, never from here.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};
use shared::Instant;

/// Tells the time, in whole microseconds so that a value survives the database unchanged.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Instant;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        from_micros(Utc::now().timestamp_micros())
    }
}

/// A clock that tests move by hand.
pub struct FakeClock(AtomicI64);

impl FakeClock {
    /// A clock that stands at the given instant.
    pub fn at(now: Instant) -> Self {
        Self(AtomicI64::new(now.timestamp_micros()))
    }

    /// Moves the clock, backwards too.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Instant {
        from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// An instant as the database keeps it.
pub fn micros(at: Instant) -> i64 {
    at.timestamp_micros()
}

/// The instant the database keeps as this number; out of range means the epoch.
pub fn from_micros(micros: i64) -> Instant {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
