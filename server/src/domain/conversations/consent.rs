//! Whether customers want offers: told by them in WhatsApp, or by WhatsApp when it refuses one.

use shared::{Instant, ids::ContactId};

use super::{
    Loaded,
    receive::{self, Sender},
};
use crate::db::{
    Fault, Tx,
    rows::{contact, conversation},
};

/// What a customer wants from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// Who.
    pub sender: Sender,
    /// Whether they want no offers.
    pub no_marketing: bool,
    /// Since when, by Meta's clock.
    pub at: Instant,
}

/// A customer told what they want. Something older than what is known changes nothing.
///
/// # Errors
/// `bad_request` when nobody can be named.
pub fn told(tx: &mut Tx<'_>, preference: &Preference) -> Result<(), Fault> {
    let contact = receive::resolve(tx, &preference.sender, preference.at)?.id;
    note(tx, contact, preference.no_marketing, preference.at)
}

/// Notes what a customer wants and tells everybody who sees them.
pub(in crate::domain) fn note(
    tx: &mut Tx<'_>,
    id: ContactId,
    no_marketing: bool,
    at: Instant,
) -> Result<(), Fault> {
    let before = contact::find(tx, id)?.is_some_and(|row| row.contact.no_marketing);
    if contact::set_marketing(tx, id, no_marketing, at)? && before != no_marketing {
        for concerned in conversation::of_contact(tx, id)? {
            Loaded::from_row(concerned).save_in_place(tx)?;
        }
    }
    Ok(())
}
