//! Who is available and shows no sign of work for a while counts as away. A sign is whatever a member does: what a
//! console sends by itself is none.
//!
//! The timer is the memory: a sign puts it off, at most once a minute, so that work costs a write a minute and nothing
//! is kept that could be lost.

use chrono::Duration;
use shared::{
    ids::MemberId,
    model::{member::Availability, message::AuthorKind, routing::Ending},
};

use super::availability;
use crate::db::{
    Fault, Scoped, Tx,
    record::Kicks,
    rows::{
        member, settings,
        timer::{self, TimerKind},
    },
};

/// How much later than chosen somebody counts as away at most: signs are noted at these steps.
const STEP: Duration = Duration::minutes(1);
/// Why they are away.
const REASON: &str = "inactive";

/// Whether a sign of work of a member has to be noted.
///
/// # Errors
/// The database's.
pub fn is_news(scoped: &mut Scoped, id: MemberId, now: shared::Instant) -> Result<bool, Fault> {
    let after = settings::get(scoped)?.routing.away_after_secs;
    if after == 0 {
        return Ok(false);
    }
    let due = timer::due(scoped, TimerKind::Idle, &id.to_string())?;
    Ok(due.is_none_or(|due| due < now + Duration::seconds(after.into())))
}

/// A member did something.
///
/// # Errors
/// The database's.
pub fn active(tx: &mut Tx<'_>, id: MemberId) -> Result<(), Fault> {
    let now = tx.now();
    if !is_news(tx, id, now)? {
        return Ok(());
    }
    let after = settings::get(tx)?.routing.away_after_secs;
    let due = now + Duration::seconds(after.into()) + STEP;
    timer::set(tx, TimerKind::Idle, &id.to_string(), due)?;
    tx.kick(Kicks { jobs: true, outbox: false });
    Ok(())
}

/// The policy changed: whoever is there now has all the time of the new one.
///
/// # Errors
/// The database's.
pub(crate) fn begin(tx: &mut Tx<'_>, id: MemberId) -> Result<(), Fault> {
    timer::clear(tx, TimerKind::Idle, &id.to_string())?;
    active(tx, id)
}

/// Nothing was seen of a member for so long.
pub(crate) fn rang(tx: &mut Tx<'_>, id: MemberId) -> Result<(), Fault> {
    if settings::get(tx)?.routing.away_after_secs == 0 {
        return Ok(());
    }
    let Some(row) = member::find(tx, id)? else { return Ok(()) };
    if !row.member.takes_work() {
        return Ok(());
    }
    availability::put(
        tx,
        id,
        Availability::Away,
        Some(REASON.to_owned()),
        (AuthorKind::System, Ending::Missed),
    )
}
