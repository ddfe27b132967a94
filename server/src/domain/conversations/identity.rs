//! Customers who are known by something else from now on: another number, another account. Their history stays
//! theirs; what they were known by before is given up, because numbers go to other people.

use shared::model::message::{Author, AuthorKind};

use super::{
    Loaded, NewEntry,
    receive::{self, Inbound, Sender},
};
use crate::db::{
    Fault, Tx,
    rows::{
        contact::{self, ContactRow, IdentityKind},
        conversation, message, search,
    },
};

/// News of a customer's number or account, as a line for the timeline and as what they are known by now.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The line; its sender is whom it is about, as they were known before.
    pub line: Inbound,
    /// What they are known by now, as far as that has changed.
    pub now: Sender,
}

/// Takes in that a customer moved. It is no message of theirs: nobody waits for an answer, no window opens, and
/// a closed conversation stays closed. Of a stranger there is nothing to move.
///
/// # Errors
/// The database's.
pub fn moved(tx: &mut Tx<'_>, moved: &Moved) -> Result<(), Fault> {
    let line = &moved.line;
    if message::known(tx, line.channel, &line.wamid)?.stored {
        return Ok(());
    }
    // A second copy finds them under what they are known by now.
    let before = receive::known(tx, &line.sender)?;
    let Some(row) = before else { return Ok(()) };
    let row = rename(tx, row, &moved.now)?;
    for concerned in conversation::of_contact(tx, row.contact.id)? {
        let mut loaded = Loaded::from_row(concerned);
        loaded.row.model.contact = row.contact.clone();
        let newest = conversation::newest(tx, row.contact.id, line.channel)?.map(|row| row.model.id);
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
    Ok(())
}

/// Makes a contact known by new identities and by the old ones of the same kinds no more.
fn rename(tx: &mut Tx<'_>, mut row: ContactRow, now: &Sender) -> Result<ContactRow, Fault> {
    let (id, at) = (row.contact.id, tx.now());
    let news = [
        (IdentityKind::Bsuid, &now.bsuid),
        (IdentityKind::WaId, &now.wa_id),
        (IdentityKind::Phone, &now.phone),
    ];
    for (kind, value) in news {
        let Some(value) = value else { continue };
        if let Some(other) = contact::by_identity(tx, kind, value)?.filter(|other| *other != id) {
            give_up(tx, kind, value, other)?;
        }
        contact::unlink(tx, id, kind)?;
        contact::link(tx, id, kind, value, at)?;
        match kind {
            IdentityKind::Bsuid => row.bsuid = Some(value.clone()),
            IdentityKind::WaId => row.wa_id = Some(value.clone()),
            IdentityKind::Phone => row.contact.phone = Some(value.clone()),
        }
    }
    contact::update(tx, &row)?;
    search::reindex_contact(tx, &row.contact)?;
    Ok(row)
}

/// Somebody else had the number before: they are not reached by it any more.
fn give_up(
    tx: &mut Tx<'_>,
    kind: IdentityKind,
    value: &str,
    other: shared::ids::ContactId,
) -> Result<(), Fault> {
    let Some(mut row) = contact::find(tx, other)? else { return Ok(()) };
    let place = match kind {
        IdentityKind::Bsuid => &mut row.bsuid,
        IdentityKind::WaId => &mut row.wa_id,
        IdentityKind::Phone => &mut row.contact.phone,
    };
    if place.as_deref() == Some(value) {
        *place = None;
    }
    contact::unlink(tx, other, kind)?;
    contact::update(tx, &row)?;
    search::reindex_contact(tx, &row.contact)?;
    for concerned in conversation::of_contact(tx, other)? {
        let mut loaded = Loaded::from_row(concerned);
        loaded.row.model.contact = row.contact.clone();
        loaded.save_in_place(tx)?;
    }
    Ok(())
}
