//! A new number of the business.

use shared::{
    error::ErrorCode,
    ids::{ChannelId, QueueId},
    live::event::Event,
    model::channel::{Channel, ChannelColour},
    permission::Audience,
};

use crate::{
    db::{
        Fault, Tx,
        record::Actor,
        rows::{
            channel::{self, Binding},
            queue,
        },
    },
    domain::{numbers, templates},
};

/// What is added.
#[derive(Debug, Clone)]
pub struct NewChannel {
    /// Name the business gives it.
    pub name: String,
    /// The number, digits only.
    pub address: String,
    /// How it is told apart.
    pub colour: ChannelColour,
    /// The queue its new conversations wait in; none means everybody sees them.
    pub queue: Option<NewQueue>,
    /// How it is reached.
    pub binding: Binding,
}

/// How a queue is named.
#[derive(Debug, Clone)]
pub enum NewQueue {
    /// As people call it.
    Named(String),
    /// By its id.
    Known(QueueId),
}

/// Adds a channel; one that is bound to the same number is taken as it is, so that a command can be
/// repeated. Says which channel, and whether it is new.
///
/// # Errors
/// `not_found` when there is no such queue; the database's.
pub fn add_channel(tx: &mut Tx<'_>, actor: Actor, new: &NewChannel) -> Result<(ChannelId, bool), Fault> {
    for known in channel::all(tx)? {
        let binding = channel::binding(tx, known.id)?;
        if binding.is_some_and(|b| b.phone_number_id == new.binding.phone_number_id) {
            return Ok((known.id, false));
        }
    }
    let queue = match &new.queue {
        Some(NewQueue::Named(name)) => Some(queue::by_name(tx, name)?.ok_or(ErrorCode::NotFound)?),
        Some(NewQueue::Known(id)) => {
            let known = queue::all(tx)?.into_iter().any(|queue| queue.id == *id);
            Some(known.then_some(*id).ok_or(ErrorCode::NotFound)?)
        }
        None => None,
    };
    let added = Channel {
        id: ChannelId::new(),
        rev: 1,
        name: new.name.clone(),
        address: new.address.clone(),
        colour: new.colour,
        queue,
        paused: false,
    };
    channel::insert(tx, &added, &new.binding)?;
    tx.emit(Audience::Tenant, None, Event::Channel(added.clone()));
    tx.audit(actor, "channel.add", &added.id.to_string())?;
    let now = tx.now();
    templates::plan(tx, Some(now))?;
    numbers::plan_now(tx)?;
    Ok((added.id, true))
}
