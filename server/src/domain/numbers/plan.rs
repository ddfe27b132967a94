//! When Meta is asked next how a tenant's numbers are.

use chrono::Duration;
use shared::Instant;

use crate::db::{
    Fault, Tx,
    record::Kicks,
    rows::{channel, job},
};

/// The kind of the job that asks; it needs no payload.
pub const KIND: &str = "check_numbers";

/// Between two questions when nothing calls for one.
const EVERY: Duration = Duration::days(1);
/// Before the first: a number that was just added is being set up.
const FIRST: Duration = Duration::minutes(1);

/// Makes sure that a tenant with numbers has a question planned.
///
/// # Errors
/// The database's.
pub fn ensure(tx: &mut Tx<'_>) -> Result<(), Fault> {
    if !job::exists(tx, KIND)? && !channel::bindings(tx)?.is_empty() {
        let due = tx.now() + FIRST;
        tx.job(KIND, "", due)?;
    }
    Ok(())
}

/// Asks at this time at the latest; at the usual time when none is given.
///
/// # Errors
/// The database's.
pub fn plan(tx: &mut Tx<'_>, due: Option<Instant>) -> Result<(), Fault> {
    let due = due.unwrap_or_else(|| tx.now() + EVERY);
    match job::waiting(tx, KIND)? {
        Some(waiting) if waiting.attempts > 0 || waiting.due <= due => Ok(()),
        Some(waiting) => {
            job::set_due(tx, waiting.id, due)?;
            tx.kick(Kicks { jobs: true, outbox: false });
            Ok(())
        }
        None => tx.job(KIND, "", due).map(|_| ()),
    }
}

/// Asks soon: a number was added.
///
/// # Errors
/// The database's.
pub fn plan_now(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let due = tx.now() + FIRST;
    plan(tx, Some(due))
}
