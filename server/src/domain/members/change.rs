//! What administrators change. Each change of what a member may see raises `scope_rev`.

use std::collections::BTreeSet;

use shared::{
    error::ErrorCode,
    ids::{MemberId, QueueId},
    model::member::Role,
};

use super::{availability, load, save};
use crate::{
    db::{
        Fault, Tx,
        rows::{member, queue},
    },
    domain::{
        conversations::release,
        routing::{self, Stirred},
    },
};

/// Changes a member's role.
///
/// # Errors
/// `not_found`, `last_administrator`.
pub fn role(tx: &mut Tx<'_>, id: MemberId, role: Role) -> Result<(), Fault> {
    let mut row = load(tx, id)?;
    if row.member.role == role {
        return Ok(());
    }
    if row.member.role == Role::Administrator {
        keep_an_administrator(tx, id)?;
    }
    row.member.role = role;
    row.scope_rev += 1;
    save(tx, row)
}

/// Changes the queues a member works in.
///
/// # Errors
/// `not_found`, also for a queue that does not exist.
pub fn queues(tx: &mut Tx<'_>, id: MemberId, queues: &[QueueId]) -> Result<(), Fault> {
    let mut row = load(tx, id)?;
    let wanted: BTreeSet<QueueId> = queues.iter().copied().collect();
    let known: BTreeSet<QueueId> = queue::all(tx)?.into_iter().map(|q| q.id).collect();
    if !wanted.is_subset(&known) {
        return Err(ErrorCode::NotFound.into());
    }
    let wanted: Vec<QueueId> = wanted.into_iter().collect();
    if row.member.queues == wanted {
        return Ok(());
    }
    let levels = row.member.levels.clone();
    row.member.levels.retain(|queue, _| wanted.contains(queue));
    member::set_queues(tx, id, &wanted, &levels)?;
    row.member.queues = wanted;
    row.scope_rev += 1;
    save(tx, row)?;
    let mut stirred = Stirred::default();
    stirred.member(tx, id)?;
    routing::settle(tx, stirred)
}

/// Lets a member in or locks one out; what a locked-out member holds goes back to its queues.
///
/// # Errors
/// `not_found`, `last_administrator`.
pub fn active(tx: &mut Tx<'_>, id: MemberId, active: bool) -> Result<(), Fault> {
    let mut row = load(tx, id)?;
    if row.member.active == active {
        return Ok(());
    }
    if !active {
        if row.member.role == Role::Administrator {
            keep_an_administrator(tx, id)?;
        }
        row.locked_out_at = Some(tx.now());
    }
    row.member.active = active;
    row.scope_rev += 1;
    save(tx, row)?;
    // Once nobody is given anything any more: what goes back must not come back.
    if active { availability::offer_work(tx, id) } else { release::release_all(tx, id) }
}

fn keep_an_administrator(tx: &mut Tx<'_>, leaving: MemberId) -> Result<(), Fault> {
    let others = member::all(tx)?
        .into_iter()
        .any(|row| row.member.id != leaving && row.member.active && row.member.role == Role::Administrator);
    if others { Ok(()) } else { Err(ErrorCode::LastAdministrator.into()) }
}
