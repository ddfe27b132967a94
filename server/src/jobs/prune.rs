//! Forgetting what is no longer needed: old log entries, stored answers, early statuses, raw items.

use chrono::Duration;

use crate::db::{
    Fault, Tx,
    rows::{command_result, early_status, job, live_event, raw_item},
};

/// The kind in the job table.
pub(super) const KIND: &str = "prune";

/// How long stored command answers are kept; a client retries within seconds.
const ANSWERS_HOURS: i64 = 24;
/// How long an early status waits for its message.
const EARLY_STATUS_DAYS: i64 = 8;
/// How long items that are not understood yet are kept.
const RAW_DAYS: i64 = 90;

/// Makes sure the next round is planned.
pub(super) fn plan(tx: &mut Tx<'_>) -> Result<(), Fault> {
    if !job::exists(tx, KIND)? {
        let due = tx.now() + Duration::hours(1);
        tx.job(KIND, "{}", due)?;
    }
    Ok(())
}

/// One round.
pub(super) fn run(tx: &mut Tx<'_>, live_log_hours: i64) -> Result<(), Fault> {
    let now = tx.now();
    let events = live_event::prune(tx, now - Duration::hours(live_log_hours))?;
    let answers = command_result::prune(tx, now - Duration::hours(ANSWERS_HOURS))?;
    let statuses = early_status::prune(tx, now - Duration::days(EARLY_STATUS_DAYS))?;
    let raw = raw_item::prune(tx, now - Duration::days(RAW_DAYS))?;
    tracing::debug!(tenant.id = %tx.tenant_id(), events, answers, statuses, raw, "pruned");
    Ok(())
}
