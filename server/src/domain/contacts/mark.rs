//! What members note of customers: that they are important, and what they speak. It counts for the next conversation
//! that comes into a queue; one that waits already keeps its place.

use shared::{
    error::ErrorCode,
    ids::ContactId,
    model::{contact::Contact, queue::is_language},
};

use crate::{
    db::{
        Fault, Tx,
        rows::{contact, conversation},
    },
    domain::conversations::Loaded,
};

/// Says whether a customer is important.
///
/// # Errors
/// `not_found`.
pub fn vip(tx: &mut Tx<'_>, id: ContactId, on: bool) -> Result<(), Fault> {
    mark(tx, id, |contact| contact.vip = on).map(|_| ())
}

/// Says what a customer speaks.
///
/// # Errors
/// `not_found`, `rules_invalid` for what is no language's code.
pub fn language(tx: &mut Tx<'_>, id: ContactId, code: Option<&str>) -> Result<(), Fault> {
    if !code.is_none_or(is_language) {
        return Err(ErrorCode::RulesInvalid.into());
    }
    mark(tx, id, |contact| contact.language = code.map(str::to_owned)).map(|_| ())
}

/// Notes something of a customer; says whether that is new.
///
/// # Errors
/// `not_found`.
pub(super) fn mark(tx: &mut Tx<'_>, id: ContactId, change: impl Fn(&mut Contact)) -> Result<bool, Fault> {
    let known = contact::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?.contact;
    let mut marked = known.clone();
    change(&mut marked);
    if marked == known {
        return Ok(false);
    }
    contact::mark(tx, &marked)?;
    // Every row that shows the customer shows the mark.
    for row in conversation::of_contact(tx, id)? {
        Loaded::from_row(row).save_in_place(tx)?;
    }
    Ok(true)
}
