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

use std::collections::BTreeSet;

use shared::{
    ids::{ConversationId, MemberId, QueueId},
    model::{queue::QueueRules, routing::RoutingPolicy},
};

use crate::db::{
    Fault, Scoped, Tx,
    rows::{
        member, queue, settings,
        waiting::{self, WaitingRow},
    },
};

pub(crate) use need::Need;
pub(crate) use place::{Giving, give, let_go, pass, queue_up, withdraw};
pub(crate) use priority::Said;
pub(crate) use settle::settle;

/// How long whoever gave a conversation away is not asked for it again, in seconds.
const PASSED_SECS: i64 = 60;

/// What has to be settled when a change is stored.
#[derive(Debug, Default)]
pub(crate) struct Stirred {
    queues: BTreeSet<QueueId>,
    /// What came to a queue that may be full.
    came: BTreeSet<ConversationId>,
}

impl Stirred {
    /// Something waits there now, or waits otherwise.
    pub(crate) fn queue(&mut self, queue: QueueId) {
        self.queues.insert(queue);
    }

    /// A conversation came to a queue that may be full.
    pub(crate) fn came(&mut self, id: ConversationId) {
        self.came.insert(id);
    }

    /// A member may have room now.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn member(&mut self, scoped: &mut Scoped, id: MemberId) -> Result<(), Fault> {
        self.queues.extend(member::queues_of(scoped, id)?);
        Ok(())
    }

    /// What else has to be settled.
    pub(crate) fn merge(&mut self, other: Self) {
        self.queues.extend(other.queues);
        self.came.extend(other.came);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queues.is_empty() && self.came.is_empty()
    }
}

/// The rules of queues changed: what waits there is arranged by the new ones, all of it before anything is given out.
///
/// # Errors
/// The database's.
pub(crate) fn rearrange(tx: &mut Tx<'_>, queues: &[QueueId]) -> Result<(), Fault> {
    let mut stirred = Stirred::default();
    for &id in queues {
        let rules = queue::rules(tx, Some(id))?;
        for waits in waiting::of_queue(tx, id)? {
            if let Some(row) = waiting::find(tx, waits)? {
                place::arrange(tx, &rules, row)?;
            }
        }
        stirred.queue(id);
    }
    settle(tx, stirred)?;
    for &id in queues {
        if queue::rules(tx, Some(id))?.max_wait_secs > 0 {
            for waits in waiting::of_queue(tx, id)? {
                full::waited(tx, waits)?;
            }
        }
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
