//! When the templates of a tenant are listed next.

use chrono::Duration;
use shared::Instant;

use crate::db::{
    Fault, Tx,
    record::Kicks,
    rows::{channel, job},
};

/// The kind of the job that lists them; it needs no payload.
pub const KIND: &str = "sync_templates";

/// Between two listings when nothing asks for one.
const EVERY: Duration = Duration::days(1);

/// Makes sure that a tenant with numbers has a listing planned, today if there never was one.
///
/// # Errors
/// The database's.
pub fn ensure(tx: &mut Tx<'_>) -> Result<(), Fault> {
    if !job::exists(tx, KIND)? && !channel::bindings(tx)?.is_empty() {
        let now = tx.now();
        tx.job(KIND, "", now)?;
    }
    Ok(())
}

/// Lists again at this time at the latest; at the usual time when none is given. One that waits after a
/// failure keeps its pause: what asks for it here is no person.
///
/// # Errors
/// The database's.
pub fn plan(tx: &mut Tx<'_>, due: Option<Instant>) -> Result<(), Fault> {
    let due = due.unwrap_or_else(|| tx.now() + EVERY);
    match job::waiting(tx, KIND)? {
        Some(waiting) if waiting.attempts > 0 || waiting.due <= due => Ok(()),
        Some(waiting) => hasten(tx, &waiting, due),
        None => tx.job(KIND, "", due).map(|_| ()),
    }
}

/// Lists again at once: somebody waits for it.
///
/// # Errors
/// The database's.
pub fn plan_now(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let now = tx.now();
    match job::waiting(tx, KIND)? {
        Some(waiting) => hasten(tx, &waiting, now),
        None => tx.job(KIND, "", now).map(|_| ()),
    }
}

fn hasten(tx: &mut Tx<'_>, waiting: &job::Waiting, due: Instant) -> Result<(), Fault> {
    job::set_due(tx, waiting.id, due)?;
    tx.kick(Kicks { jobs: true, outbox: false });
    Ok(())
}
