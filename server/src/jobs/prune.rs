//! Forgetting what is no longer needed, as the data map says. Each round forgets one slice per table, so
//! that the writer is free again soon; while there is more, the next round follows at once.

use chrono::Duration;
use shared::Instant;

use crate::{
    db::{
        Fault, Tx, data_map,
        rows::{
            bulk, command_result, early_status, fact, job, live_event, raw_item, review, sent_file,
            slice::SLICE,
        },
    },
    domain::{
        conversations::{status, upload},
        drafts, notices,
    },
};

/// The kind in the job table.
pub(super) const KIND: &str = "prune";

/// A table and how a slice of it is forgotten.
type Step = (&'static str, fn(&mut Tx<'_>, Instant) -> Result<usize, Fault>);

/// What is forgotten by age in a tenant's database.
const STEPS: [Step; 11] = [
    ("live_event", |tx, before| live_event::prune(tx, before)),
    ("command_result", |tx, before| command_result::prune(tx, before)),
    ("bulk", |tx, before| bulk::prune(tx, before)),
    ("early_status", |tx, before| early_status::prune(tx, before)),
    ("raw_item", |tx, before| raw_item::prune(tx, before)),
    ("fact", |tx, before| fact::prune(tx, before)),
    ("review", |tx, before| review::prune(tx, before)),
    ("upload", upload::forget_unsent),
    ("draft", drafts::forget),
    ("notice", notices::forget),
    ("sent_file", |tx, before| sent_file::prune(tx, before)),
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
    more |= status::give_up(tx, SLICE)? >= SLICE;
    if more { plan_at(tx, now) } else { plan(tx) }
}
