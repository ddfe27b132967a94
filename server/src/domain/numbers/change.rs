//! What members change about numbers.

use shared::{
    api::numbers::EditNumberRequest,
    error::ErrorCode,
    ids::{ChannelId, MemberId},
    limits,
    live::event::Event,
    model::channel::Channel,
    permission::{Audience, Permission},
};

use crate::{
    db::{
        Fault, Scoped, Tx,
        record::Actor,
        rows::{channel, queue},
    },
    domain::seat,
};

/// Whether a member may look after numbers.
///
/// # Errors
/// `forbidden`.
pub fn allow(scoped: &mut Scoped, member: MemberId) -> Result<(), Fault> {
    let may = seat::take(scoped, member)?.member.role.may(Permission::ManageChannels);
    if may { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
}

/// Gives a number another name, colour or queue.
///
/// # Errors
/// `forbidden`; `not_found` when there is no such number or queue; why the name is none.
pub fn edit(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: ChannelId,
    edit: &EditNumberRequest,
) -> Result<Channel, Fault> {
    allow(tx, member)?;
    let known = channel::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let name = limits::name(&edit.name)?.to_owned();
    if let Some(queue) = edit.queue
        && !queue::all(tx)?.iter().any(|known| known.id == queue)
    {
        return Err(ErrorCode::NotFound.into());
    }
    let changed = Channel { name, colour: edit.colour, queue: edit.queue, ..known.clone() };
    if changed == known {
        return Ok(known);
    }
    let changed = Channel { rev: known.rev + 1, ..changed };
    channel::update(tx, &changed)?;
    tx.emit(Audience::Tenant, None, Event::Channel(changed.clone()));
    tx.audit(Actor::Member(member), "channel.edit", &id.to_string())?;
    Ok(changed)
}

/// Notes something that a member had done at Meta, or in the control tables, and that is done.
///
/// # Errors
/// The database's.
pub fn noted(tx: &mut Tx<'_>, member: MemberId, action: &str, object: &str) -> Result<(), Fault> {
    tx.audit(Actor::Member(member), action, object)
}
