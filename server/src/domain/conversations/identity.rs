//! Customers who are known by something else from now on: another number, another account. Their history stays
//! theirs; what they were known by before is given up, because numbers go to other people.

use chrono::Duration;
use shared::{
    Instant,
    ids::ContactId,
    model::{
        contact::Contact,
        message::{Author, AuthorKind},
    },
    phone,
};

use super::{
    Loaded, NewEntry,
    receive::{self, Inbound, Sender},
};
use crate::{
    db::{
        Fault, Tx,
        rows::{
            contact::{self, ContactRow, IdentityKind},
            conversation, message, search,
        },
    },
    domain::contacts::address,
};

/// News of a customer's number or account, as a line for the timeline and as what they are known by now.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The line; its sender is whom it is about, as they were known before.
    pub line: Inbound,
    /// What they are known by now, as far as that has changed.
    pub now: Sender,
}

/// How far our clock may be from Meta's before "earlier" is believed.
const CLOCKS: Duration = Duration::minutes(1);

/// Takes in that a customer moved; says whether anybody known did. It is no message of theirs: nobody waits for
/// an answer, no window opens, and a closed conversation stays closed.
///
/// # Errors
/// The database's.
pub fn moved(tx: &mut Tx<'_>, moved: &Moved) -> Result<bool, Fault> {
    let line = &moved.line;
    if message::known(tx, line.channel, &line.wamid)?.stored {
        return Ok(true);
    }
    let Some(row) = whom(tx, moved)? else { return Ok(false) };
    let row = rename(tx, row, moved)?;
    let newest = conversation::newest(tx, row.contact.id, line.channel)?.map(|row| row.model.id);
    for concerned in conversation::of_contact(tx, row.contact.id)? {
        let mut loaded = Loaded::from_row(concerned);
        loaded.row.model.contact = row.contact.clone();
        if newest == Some(loaded.row.model.id) {
            let author = Author { kind: AuthorKind::Customer, member: None };
            let mut entry = NewEntry::of(author, line.body.clone());
            entry.written_at = Some(line.written_at);
            entry.wamid = Some(line.wamid.clone());
            entry.raw = line.raw.clone();
            loaded.append(tx, entry)?;
        }
        loaded.save_in_place(tx)?;
    }
    Ok(true)
}

/// Who moved. Whoever is known by the old number only since after the move is somebody else.
fn whom(tx: &mut Tx<'_>, moved: &Moved) -> Result<Option<ContactRow>, Fault> {
    let line = &moved.line;
    for (kind, value) in receive::identities(&line.sender) {
        let owner = match contact::owner(tx, kind, value)? {
            None if kind.is_number() => match phone::other_spelling(value) {
                Some(other) => contact::owner(tx, kind, &other)?,
                None => None,
            },
            found => found,
        };
        if let Some((id, since)) = owner
            && since <= line.written_at + CLOCKS
        {
            return contact::find(tx, id);
        }
    }
    Ok(None)
}

/// Makes a contact known by new identities, and by the old ones no more.
fn rename(tx: &mut Tx<'_>, mut row: ContactRow, moved: &Moved) -> Result<ContactRow, Fault> {
    let (id, at, now) = (row.contact.id, tx.now(), &moved.now);
    let other_account = now.bsuid.is_some() && now.bsuid != row.bsuid;
    // Another account without a number told has another number, which WhatsApp does not tell: what is known may
    // be somebody else's tomorrow.
    if other_account && now.wa_id.is_none() {
        for kind in [IdentityKind::WaId, IdentityKind::Phone] {
            let_go(tx, &mut row, kind, &moved.line.sender)?;
        }
    }
    for (kind, value) in receive::identities(now) {
        if let Some((other, since)) =
            owner_in_any_spelling(tx, kind, value)?.filter(|(other, _)| *other != id)
        {
            if since > moved.line.written_at + CLOCKS {
                // They have written from the new number already, which overtook this: what they wrote is where
                // it can be answered, and stays there.
                let_go(tx, &mut row, kind, &moved.line.sender)?;
                continue;
            }
            give_up(tx, kind, value, other)?;
        }
        let_go(tx, &mut row, kind, &moved.line.sender)?;
        contact::link(tx, id, kind, value, at)?;
        put(&mut row, kind, Some(value));
    }
    contact::update(tx, &row)?;
    search::reindex_contact(tx, &row.contact)?;
    Ok(row)
}

/// A contact is not known any more by what it was known by; one with several numbers keeps the others.
fn let_go(tx: &mut Tx<'_>, row: &mut ContactRow, kind: IdentityKind, was: &Sender) -> Result<(), Fault> {
    let id = row.contact.id;
    if !address::several(&contact::identities(tx, id)?, kind) {
        contact::unlink(tx, id, kind)?;
        put(row, kind, None);
        return Ok(());
    }
    for (_, value) in receive::identities(was).into_iter().filter(|(told, _)| *told == kind) {
        for spelling in spellings(kind, value) {
            if contact::by_identity(tx, kind, &spelling)? == Some(id) {
                contact::unlink_value(tx, kind, &spelling)?;
            }
        }
    }
    another(tx, row, kind)
}

/// What a contact of several numbers is not known by any more is not its address either.
fn another(tx: &mut Tx<'_>, row: &mut ContactRow, kind: IdentityKind) -> Result<(), Fault> {
    let mut known = contact::identities(tx, row.contact.id)?;
    known.retain(|(found, _)| *found == kind);
    let Some(current) = place(row, kind) else { return Ok(()) };
    let spelled = current.as_deref().map(|value| spellings(kind, value)).unwrap_or_default();
    if !known.iter().any(|(_, value)| spelled.contains(value)) {
        *current = known.into_iter().next().map(|(_, value)| value);
    }
    Ok(())
}

/// One person with several numbers is written to at this one from now on.
///
/// # Errors
/// The database's.
pub(super) fn reached_at(tx: &mut Tx<'_>, mut row: ContactRow, phone: &str) -> Result<Contact, Fault> {
    let id = row.contact.id;
    address::stay(tx, id, &address::of_row(&row))?;
    let known = contact::identities(tx, id)?;
    let same = spellings(IdentityKind::WaId, phone);
    let wa_id = known.into_iter().find(|(kind, value)| *kind == IdentityKind::WaId && same.contains(value));
    row.wa_id = wa_id.map(|(_, value)| value);
    row.contact.phone = Some(phone.to_owned());
    contact::update(tx, &row)?;
    search::reindex_contact(tx, &row.contact)?;
    for concerned in conversation::of_contact(tx, id)? {
        Loaded::from_row(concerned).save_in_place(tx)?;
    }
    Ok(row.contact)
}

fn owner_in_any_spelling(
    tx: &mut Tx<'_>,
    kind: IdentityKind,
    value: &str,
) -> Result<Option<(ContactId, Instant)>, Fault> {
    for spelling in spellings(kind, value) {
        if let Some(owner) = contact::owner(tx, kind, &spelling)? {
            return Ok(Some(owner));
        }
    }
    Ok(None)
}

/// Somebody is not reached by an identity any more: it is another person's.
pub(super) fn give_up(
    tx: &mut Tx<'_>,
    kind: IdentityKind,
    value: &str,
    whose: ContactId,
) -> Result<(), Fault> {
    let Some(mut row) = contact::find(tx, whose)? else { return Ok(()) };
    for spelling in spellings(kind, value) {
        if contact::by_identity(tx, kind, &spelling)? == Some(whose) {
            contact::unlink_value(tx, kind, &spelling)?;
        }
        if place(&mut row, kind).is_some_and(|place| place.as_deref() == Some(&spelling)) {
            put(&mut row, kind, None);
        }
    }
    if place(&mut row, kind).is_some_and(|place| place.is_none()) {
        another(tx, &mut row, kind)?;
    }
    contact::update(tx, &row)?;
    search::reindex_contact(tx, &row.contact)?;
    for concerned in conversation::of_contact(tx, whose)? {
        let mut loaded = Loaded::from_row(concerned);
        loaded.row.model.contact = row.contact.clone();
        loaded.save_in_place(tx)?;
    }
    Ok(())
}

fn spellings(kind: IdentityKind, value: &str) -> Vec<String> {
    let other = phone::other_spelling(value).filter(|_| kind.is_number());
    [value.to_owned()].into_iter().chain(other).collect()
}

fn put(row: &mut ContactRow, kind: IdentityKind, value: Option<&str>) {
    if let Some(place) = place(row, kind) {
        *place = value.map(str::to_owned);
    }
}

/// Where a contact's row has an identity; those that only serve to recognise somebody have no place there.
fn place(row: &mut ContactRow, kind: IdentityKind) -> Option<&mut Option<String>> {
    match kind {
        IdentityKind::Group => Some(&mut row.group),
        IdentityKind::Bsuid => Some(&mut row.bsuid),
        IdentityKind::ParentBsuid => None,
        IdentityKind::WaId => Some(&mut row.wa_id),
        IdentityKind::Phone => Some(&mut row.contact.phone),
    }
}
