//! Where the tenant's days begin and end.

use shared::{error::ErrorCode, live::event::Event, permission::Audience};

use crate::{
    db::{Fault, Tx, rows::settings},
    domain::zone,
};

/// Chooses the zone whose midnight begins the tenant's days.
///
/// # Errors
/// `rules_invalid` for what is no zone of the IANA database.
pub fn set_zone(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    if zone::parse(name).is_none() {
        return Err(ErrorCode::RulesInvalid.into());
    }
    let mut row = settings::get(tx)?;
    if row.zone == name {
        return Ok(());
    }
    name.clone_into(&mut row.zone);
    row.rev += 1;
    settings::update(tx, &row)?;
    tx.emit(Audience::Tenant, None, Event::Settings(row));
    Ok(())
}
