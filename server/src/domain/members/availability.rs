//! What a member chooses.

use shared::{
    live::event::Event,
    model::{member::Availability, message::AuthorKind},
    permission::Audience,
};

use super::load;
use crate::{
    db::{
        Fault, Tx,
        record::{Fact, FactKind},
        rows::member,
    },
    domain::seat::Seat,
};

/// Stores the member's choice.
///
/// # Errors
/// The database's.
pub fn choose(tx: &mut Tx<'_>, seat: &Seat, availability: Availability) -> Result<(), Fault> {
    let mut row = load(tx, seat.member.id)?;
    if row.member.availability == availability {
        return Ok(());
    }
    row.member.availability = availability;
    row.member.rev += 1;
    let now = tx.now();
    member::set_presence(tx, &row.member, None, now)?;
    member::update(tx, &row)?;
    tx.fact(Fact {
        what: FactKind::AvailabilityChosen,
        written_at: None,
        conversation: None,
        queue: None,
        member: Some(row.member.id),
        channel: None,
        author: Some(AuthorKind::Member),
    })?;
    tx.emit(Audience::Tenant, None, Event::Member(row.member));
    Ok(())
}
