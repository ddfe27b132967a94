//! Hiding phone numbers.

use shared::{
    live::event::Event,
    permission::{Audience, Permission},
};

use crate::db::{
    Fault, Tx,
    rows::{member, settings},
};

/// Hides or shows phone numbers for members without the permission to see them; their scope changes.
///
/// # Errors
/// The database's.
pub fn set(tx: &mut Tx<'_>, masked: bool) -> Result<(), Fault> {
    let mut row = settings::get(tx)?;
    if row.mask_phones == masked {
        return Ok(());
    }
    row.mask_phones = masked;
    row.rev += 1;
    settings::update(tx, &row)?;
    for mut concerned in member::all(tx)? {
        if !concerned.member.role.may(Permission::SeePhoneNumbers) {
            concerned.scope_rev += 1;
            member::update(tx, &concerned)?;
        }
    }
    tx.emit(Audience::Tenant, None, Event::Settings(row));
    Ok(())
}
