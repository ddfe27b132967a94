//! The business's numbers: how they are at Meta, and what members change about them.
//!
//! What is known is a copy of Meta's: asked for once a day, when somebody wants to know and after Meta told
//! something by itself. News count at once; an answer to a question that was asked before them, or within Meta's
//! lag after them, does not undo them.
//!
//! Absent on purpose: the control tables, and every call to Meta.

mod calls;
mod change;
mod check;
mod news;
mod pause;
mod plan;

pub use calls::{Call, called};
pub use change::{allow, edit, noted};
pub use check::{Checked, seen_by, store};
pub use news::{HealthNews, What, take};
pub use pause::{go_on, pause};
pub use plan::{KIND, ensure, plan, plan_now};

use shared::{
    ids::ChannelId,
    live::event::Event,
    model::health::{ChannelHealth, Throughput},
    permission::Audience,
};

use crate::db::{
    Fault, Tx,
    rows::{
        channel,
        channel_health::{self, HealthRow},
    },
};

/// What is answered counts as known this long before it was asked for: what Meta's nodes say lags behind its
/// webhooks.
const LAG: chrono::Duration = chrono::Duration::minutes(2);

/// What is known of a channel; nothing when it was never looked at.
fn known(tx: &mut Tx<'_>, channel: ChannelId) -> Result<HealthRow, Fault> {
    let none = HealthRow {
        model: ChannelHealth { channel, rev: 0, facts: Default::default() },
        told: Default::default(),
    };
    Ok(channel_health::find(tx, channel)?.unwrap_or(none))
}

/// Source: Cloud API, throughput. A number that is also used in WhatsApp's app has no level of its own and may send
/// 20.
const fn messages_a_second(throughput: Throughput) -> u32 {
    match throughput {
        Throughput::Standard => channel::RATE,
        Throughput::High => 1_000,
        Throughput::Other => 20,
    }
}

/// Stores what has changed, and tells whoever looks after numbers.
fn put(tx: &mut Tx<'_>, before: &HealthRow, mut row: HealthRow) -> Result<(), Fault> {
    if row == *before && row.model.rev > 0 {
        return Ok(());
    }
    row.model.rev += 1;
    if let Some(throughput) = row.model.facts.number.throughput {
        channel::set_rate(tx, row.model.channel, messages_a_second(throughput))?;
    }
    channel_health::put(tx, &row)?;
    if row.model.facts != before.model.facts || before.model.rev == 0 {
        tx.emit(Audience::Channels, None, Event::Health(Box::new(row.model)));
    }
    Ok(())
}
