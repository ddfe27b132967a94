//! Finding an agent for each conversation.
//!
//! A conversation's rank is a constant: when it came, less what counts as waited already. The smallest is answered
//! first, by whoever may and has room. Whatever makes a conversation wait or gives an agent room stirs a queue; when
//! the change is stored, the stirred queues are settled in the same transaction: as long as somebody can take
//! something, they get it. So no conversation waits beside a free agent, whatever happens in between.

mod choose;
pub(crate) mod closing;
pub mod explain;
mod full;
pub mod hand;
pub(crate) mod hours;
pub mod move_all;
mod need;
pub mod offer;
pub mod park;
mod place;
mod priority;
mod settle;
pub(crate) mod tell;
pub mod timers;
mod words;

use shared::{
    ids::QueueId,
    model::{queue::QueueRules, routing::RoutingPolicy},
};

use crate::db::{
    Fault, Scoped, Tx,
    rows::{
        queue, settings,
        waiting::{self, WaitingRow},
    },
};

pub(crate) use crate::db::record::Stirred;
pub(crate) use need::Need;
use place::Ways;
pub(crate) use place::{Giving, give, let_go, pass, queue_up, withdraw};
pub(crate) use priority::Said;
pub(crate) use settle::settle;

/// How long whoever gave a conversation away is not asked for it again, in seconds.
const PASSED_SECS: i64 = 60;

/// Makes several changes and gives out what waits when all of them are made: whoever was moved first would get the
/// first place otherwise, and not whoever waits longest.
///
/// # Errors
/// Those of the work, and the database's.
pub(crate) fn together<T>(
    tx: &mut Tx<'_>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let is_outer = tx.hold();
    let done = work(tx);
    if !is_outer {
        return done;
    }
    let stirred = tx.let_loose();
    let done = done?;
    settle(tx, stirred)?;
    Ok(done)
}

/// The rules of queues changed: what waits there is arranged by the new ones, all of it before anything is given out.
///
/// # Errors
/// The database's.
pub(crate) fn rearrange(tx: &mut Tx<'_>, queues: &[QueueId]) -> Result<(), Fault> {
    let mut stirred = Stirred::default();
    for &id in queues {
        let rules = queue::rules(tx, Some(id))?;
        let ways = Ways::of(tx, &rules)?;
        for row in waiting::of_queue(tx, id)? {
            ways.arrange(tx, &rules, row)?;
        }
        stirred.queue(id);
    }
    settle(tx, stirred)?;
    for &id in queues {
        let rules = queue::rules(tx, Some(id))?;
        full::overdue_in(tx, id, &rules)?;
    }
    Ok(())
}

/// Stores what waits as it waits now; whoever can take it by now gets it.
fn look_again(tx: &mut Tx<'_>, rules: &QueueRules, row: WaitingRow) -> Result<(), Fault> {
    let mut stirred = Stirred::default();
    stirred.queue(row.queue);
    place::arrange(tx, rules, row)?;
    settle(tx, stirred)
}

/// Which version of its calendar a queue goes by now.
///
/// # Errors
/// The database's.
pub(crate) fn calendar_version(scoped: &mut Scoped, queue: Option<QueueId>) -> Result<Option<u64>, Fault> {
    let rules = queue::rules(scoped, queue)?;
    Ok(hours::of(scoped, &rules)?.map(|(_, version)| version))
}

fn policy(scoped: &mut Scoped) -> Result<RoutingPolicy, Fault> {
    Ok(settings::get(scoped)?.routing)
}
