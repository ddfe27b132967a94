//! Forgetting what is no longer needed, as the data map says. Each round forgets one slice per table, so
//! that the writer is free again soon; while there is more, the next round follows at once.

use chrono::Duration;
use shared::Instant;

use crate::db::{
    Fault, Scoped, Tx, data_map,
    rows::{command_result, early_status, fact, job, live_event, raw_item, slice::SLICE},
};

/// The kind in the job table.
pub(super) const KIND: &str = "prune";

/// A table and how a slice of it is forgotten.
type Step = (&'static str, fn(&mut Scoped, Instant) -> Result<usize, Fault>);

/// What is forgotten by age in a tenant's database.
const STEPS: [Step; 5] = [
    ("live_event", live_event::prune),
    ("command_result", command_result::prune),
    ("early_status", early_status::prune),
    ("raw_item", raw_item::prune),
    ("fact", fact::prune),
];

/// Makes sure the next round is planned.
pub(super) fn plan(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let due = tx.now() + Duration::hours(1);
    plan_at(tx, due)
}

fn plan_at(tx: &mut Tx<'_>, due: Instant) -> Result<(), Fault> {
    if !job::exists(tx, KIND)? {
        tx.job(KIND, "{}", due)?;
    }
    Ok(())
}

/// One round, and the plan for the next.
pub(super) fn run(tx: &mut Tx<'_>, live_log_hours: i64) -> Result<(), Fault> {
    let now = tx.now();
    let mut more = false;
    for (table, forget) in STEPS {
        let kept = match table {
            "live_event" => Duration::hours(live_log_hours),
            other => data_map::kept(other).unwrap_or(Duration::MAX),
        };
        let Some(before) = now.checked_sub_signed(kept) else { continue };
        let forgotten = forget(tx, before)?;
        if forgotten > 0 {
            tracing::debug!(tenant.id = %tx.tenant_id(), table, rows = forgotten, "pruned");
        }
        more |= forgotten >= SLICE;
    }
    if more { plan_at(tx, now) } else { plan(tx) }
}
