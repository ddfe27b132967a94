//! Named places where tests let the process die, and guards that tests take away.
//!
//! Only with the cargo feature `faults`, which no package of ours is built with; without it every
//! function here is a constant that the compiler removes. `FAULT_CRASH_AT=<point>#<n>` aborts the
//! process when a point is reached for the n-th time: nothing is flushed, no handler runs.
//! `FAULT_SABOTAGE=<name>` removes one guard, to prove that the tests would notice.

/// A place between two steps of which one may have happened without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The data directory is locked, the schema not looked at.
    OpenLocked,
    /// One migration is done, the next is not.
    MigrationStep,
    /// The schema is right, nothing is open.
    OpenMigrated,
    /// A new tenant has its tables, but its log does not begin yet.
    TenantCreated,
    /// A tenant is marked as needing attention, its writer does not run yet.
    TenantOpening,
    /// A webhook is known to be Meta's, nothing of it is written.
    IngestVerified,
    /// A webhook is durable, Meta does not know.
    IngestDurable,
    /// A message is stored, its conversation's row is not.
    ApplyItem,
    /// Every job of a group has run, nothing is committed.
    CommitBefore,
    /// A group is durable, nobody has heard of it.
    CommitAfter,
    /// A group is durable and published, who waits for it has no answer.
    CommitPublished,
    /// A message is leased, nothing was sent.
    OutboxLeased,
    /// A message was sent, the answer is not read.
    OutboxPosted,
    /// The answer to a send is understood, not recorded.
    OutboxAnswered,
    /// The answer to a send is recorded, the worker goes on.
    OutboxRecorded,
    /// A status is stored in its message, the log does not tell yet.
    StatusApplied,
    /// No new request is taken.
    ShutdownPaused,
    /// Every socket was told goodbye.
    ShutdownGoodbye,
    /// The last request is answered.
    ShutdownHttp,
    /// The workers have ended.
    ShutdownWorkers,
    /// A tenant's writer has ended, its next due time is not noted.
    ShutdownTenant,
    /// Everything is closed.
    ShutdownStore,
}

/// A guard that a test takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// SQLite does not wait for the disk.
    SynchronousNormal,
    /// A message may be stored twice: nobody looks, and the unique key is dropped (embedded engine).
    NoDedupe,
    /// A console gets the ring's events although some before them are missing.
    NoGapCheck,
    /// A console whose batches were dropped goes on behind them.
    NoRewind,
}

impl Point {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::OpenLocked,
        Self::MigrationStep,
        Self::OpenMigrated,
        Self::TenantCreated,
        Self::TenantOpening,
        Self::IngestVerified,
        Self::IngestDurable,
        Self::ApplyItem,
        Self::CommitBefore,
        Self::CommitAfter,
        Self::CommitPublished,
        Self::OutboxLeased,
        Self::OutboxPosted,
        Self::OutboxAnswered,
        Self::OutboxRecorded,
        Self::StatusApplied,
        Self::ShutdownPaused,
        Self::ShutdownGoodbye,
        Self::ShutdownHttp,
        Self::ShutdownWorkers,
        Self::ShutdownTenant,
        Self::ShutdownStore,
    ];

    /// The name in `FAULT_CRASH_AT`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenLocked => "open_locked",
            Self::MigrationStep => "migration_step",
            Self::OpenMigrated => "open_migrated",
            Self::TenantCreated => "tenant_created",
            Self::TenantOpening => "tenant_opening",
            Self::IngestVerified => "ingest_verified",
            Self::IngestDurable => "ingest_durable",
            Self::ApplyItem => "apply_item",
            Self::CommitBefore => "commit_before",
            Self::CommitAfter => "commit_after",
            Self::CommitPublished => "commit_published",
            Self::OutboxLeased => "outbox_leased",
            Self::OutboxPosted => "outbox_posted",
            Self::OutboxAnswered => "outbox_answered",
            Self::OutboxRecorded => "outbox_recorded",
            Self::StatusApplied => "status_applied",
            Self::ShutdownPaused => "shutdown_paused",
            Self::ShutdownGoodbye => "shutdown_goodbye",
            Self::ShutdownHttp => "shutdown_http",
            Self::ShutdownWorkers => "shutdown_workers",
            Self::ShutdownTenant => "shutdown_tenant",
            Self::ShutdownStore => "shutdown_store",
        }
    }
}

impl Sabotage {
    /// The name in `FAULT_SABOTAGE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SynchronousNormal => "synchronous_normal",
            Self::NoDedupe => "no_dedupe",
            Self::NoGapCheck => "no_gap_check",
            Self::NoRewind => "no_rewind",
        }
    }
}

#[cfg(not(feature = "faults"))]
mod wired {
    use super::{Point, Sabotage};

    /// Nothing.
    pub const fn reach(_: Point) {}

    /// Never.
    pub const fn sabotaged(_: Sabotage) -> bool {
        false
    }
}

#[cfg(feature = "faults")]
mod wired {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    };

    use super::{Point, Sabotage};

    /// Where to die, and how many more times to pass there first.
    struct Crash {
        at: Point,
        passes: AtomicU32,
    }

    /// Ends the process as SIGKILL would when it is this point's turn.
    pub fn reach(point: Point) {
        static CRASH: OnceLock<Option<Crash>> = OnceLock::new();
        let crash = CRASH.get_or_init(|| std::env::var("FAULT_CRASH_AT").ok().and_then(|text| parse(&text)));
        if let Some(crash) = crash
            && crash.at == point
            && crash.passes.fetch_sub(1, Ordering::SeqCst) == 1
        {
            std::process::abort();
        }
    }

    /// Whether a test has taken this guard away.
    pub fn sabotaged(guard: Sabotage) -> bool {
        static NAMED: OnceLock<Option<String>> = OnceLock::new();
        NAMED.get_or_init(|| std::env::var("FAULT_SABOTAGE").ok()).as_deref() == Some(guard.as_str())
    }

    fn parse(text: &str) -> Option<Crash> {
        let (name, times) = text.split_once('#')?;
        let at = Point::ALL.into_iter().find(|point| point.as_str() == name)?;
        Some(Crash { at, passes: AtomicU32::new(times.parse().ok()?) })
    }
}

pub use wired::{reach, sabotaged};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_has_a_name_of_its_own() {
        let mut names: Vec<_> = Point::ALL.iter().map(|point| point.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Point::ALL.len());
    }
}
