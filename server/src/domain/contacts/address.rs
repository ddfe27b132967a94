//! Where a contact with several numbers is written to. WhatsApp lets us answer the number that wrote, for each
//! of our numbers on its own: a conversation is answered where its customer wrote in it last, also when they
//! have written from another of their numbers elsewhere since.

use std::collections::BTreeSet;

use shared::{
    ids::{ContactId, ConversationId},
    model::contact::Contact,
    phone,
};

use crate::{
    db::{
        Fault, Scoped, Tx,
        rows::{
            contact::{self, ContactRow, IdentityKind},
            conversation::{self, Address},
        },
    },
    domain::conversations::receive::Sender,
};

/// Whether a contact is known by more than one number, or, without any, by more than one account. Two spellings
/// of a number are one, and so are two accounts that one number had.
///
/// # Errors
/// The database's.
pub fn are_several(scoped: &mut Scoped, id: ContactId) -> Result<bool, Fault> {
    let known = contact::identities(scoped, id)?;
    Ok(match known.iter().any(|(kind, _)| kind.is_number()) {
        true => several(&known, IdentityKind::WaId) || several(&known, IdentityKind::Phone),
        false => several(&known, IdentityKind::Bsuid),
    })
}

/// Whether these are more than one identity of a kind.
pub fn several(known: &[(IdentityKind, String)], kind: IdentityKind) -> bool {
    let one_spelling = |value: &String| match phone::other_spelling(value) {
        Some(other) if kind.is_number() => value.clone().min(other),
        _ => value.clone(),
    };
    let of_kind = known.iter().filter(|(found, _)| *found == kind);
    of_kind.map(|(_, value)| one_spelling(value)).collect::<BTreeSet<_>>().len() > 1
}

/// The address of a contact before it changes.
pub fn of_row(row: &ContactRow) -> Address {
    Address { phone: row.contact.phone.clone(), wa_id: row.wa_id.clone(), bsuid: row.bsuid.clone() }
}

/// The contact writes from another of its numbers: its conversations so far are answered where they were.
///
/// # Errors
/// The database's.
pub fn stay(tx: &mut Tx<'_>, id: ContactId, address: &Address) -> Result<(), Fault> {
    for row in conversation::of_contact(tx, id)?.iter().filter(|row| row.answer_to.is_none()) {
        conversation::set_answer_to(tx, row.model.id, Some(address))?;
    }
    Ok(())
}

/// Where somebody is answered who wrote without telling a number, when the number we know may be that of another
/// account of theirs.
///
/// # Errors
/// The database's.
pub fn unnumbered(scoped: &mut Scoped, contact: &Contact, sender: &Sender) -> Result<Option<Address>, Fault> {
    let numbered = sender.wa_id.is_some() || sender.phone.is_some();
    if numbered || sender.bsuid.is_none() || contact.phone.is_none() {
        return Ok(None);
    }
    let known = contact::identities(scoped, contact.id)?;
    let kinds = [IdentityKind::Bsuid, IdentityKind::Phone, IdentityKind::WaId];
    let several = kinds.into_iter().any(|kind| several(&known, kind));
    Ok(several.then(|| Address { bsuid: sender.bsuid.clone(), ..Address::default() }))
}

/// The contact with the address a conversation is answered at. What is not the contact's any more is nobody's
/// to be written to.
///
/// # Errors
/// The database's.
pub fn of(scoped: &mut Scoped, mut to: ContactRow, id: ConversationId) -> Result<ContactRow, Fault> {
    let Some(address) = conversation::answer_to(scoped, id)? else { return Ok(to) };
    let known = contact::identities(scoped, to.contact.id)?;
    let theirs = |kind: IdentityKind, value: &Option<String>| {
        let value = value.as_ref()?;
        let other = phone::other_spelling(value);
        let same = |text: &String| text == value || other.as_ref() == Some(text);
        known.iter().any(|(found, text)| *found == kind && same(text)).then(|| value.clone())
    };
    let phone = theirs(IdentityKind::Phone, &address.phone);
    let wa_id = theirs(IdentityKind::WaId, &address.wa_id);
    let bsuid = theirs(IdentityKind::Bsuid, &address.bsuid);
    if phone.is_some() || wa_id.is_some() || bsuid.is_some() {
        (to.contact.phone, to.wa_id, to.bsuid) = (phone, wa_id, bsuid);
    }
    Ok(to)
}
