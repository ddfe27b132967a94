//! Whether WhatsApp takes messages from a number now. The worker that sends them finds out; everybody who writes
//! from the number sees it.

use shared::{ids::ChannelId, live::event::Event, model::channel::Channel, permission::Audience};

use crate::db::{Fault, Tx, rows::channel};

/// Notes whether a number pauses, and tells everybody when that is news.
///
/// # Errors
/// The database's.
pub fn pause(tx: &mut Tx<'_>, id: ChannelId, paused: bool) -> Result<(), Fault> {
    let Some(known) = channel::find(tx, id)?.filter(|known| known.paused != paused) else { return Ok(()) };
    let changed = Channel { rev: known.rev + 1, paused, ..known };
    channel::update(tx, &changed)?;
    tx.emit(Audience::Tenant, None, Event::Channel(changed));
    Ok(())
}

/// No number pauses: whoever knew is gone.
///
/// # Errors
/// The database's.
pub fn go_on(tx: &mut Tx<'_>) -> Result<(), Fault> {
    channel::all(tx)?
        .into_iter()
        .filter(|known| known.paused)
        .try_for_each(|known| pause(tx, known.id, false))
}
