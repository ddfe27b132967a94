//! Who a customer is: that two contacts are one person, or one is two, and taking it back; and who may not
//! write to us.
//!
//! A merge and a split are the same move: conversations and what is in them, identities and what is loose go
//! from one contact to another, and [`contact_change`] keeps what went, so that exactly that comes back.

pub mod about;
pub mod address;
pub mod block;
pub mod blocked;

pub mod describe;
pub mod export;
mod extras;
pub mod import;
pub mod list;
pub mod mark;
pub mod merge;
pub mod page;
pub mod split;
pub mod undo;

use std::collections::BTreeSet;

use shared::{
    error::ErrorCode,
    ids::{ChannelId, ContactChangeId, ContactId},
    model::conversation::ConversationState,
};

use super::{conversations::Loaded, seat::Seat};
use crate::db::{
    Fault, Tx,
    rows::{
        contact,
        contact_card::{self, Card},
        contact_change::{self, ChangeKind, ChangeRow, Moved},
        contact_move,
        conversation::{self, ConversationRow},
        search,
    },
};

/// From whom to whom.
#[derive(Debug, Clone, Copy)]
struct Way {
    from: ContactId,
    to: ContactId,
}

/// A person who was not merged into another one. A group is no person.
fn standing(tx: &mut Tx<'_>, id: ContactId) -> Result<Card, Fault> {
    if contact::find(tx, id)?.is_some_and(|row| row.contact.group) {
        return Err(ErrorCode::BadRequest.into());
    }
    contact_card::find(tx, id)?
        .filter(|card| card.merged_into.is_none())
        .ok_or(Fault::Refused(ErrorCode::NotFound))
}

/// Refuses what would give a contact two open conversations on one channel.
fn one_open(coming: &[ConversationRow], there: &[ConversationRow]) -> Result<(), Fault> {
    let open = |rows: &[ConversationRow]| -> BTreeSet<ChannelId> {
        let open = rows.iter().filter(|row| row.model.state != ConversationState::Closed);
        open.map(|row| row.model.channel).collect()
    };
    if open(coming).is_disjoint(&open(there)) { Ok(()) } else { Err(ErrorCode::BothOpen.into()) }
}

/// Moves everything a change names, stores both contacts as they are left, keeps the change, and tells everybody
/// who sees one of the two.
fn carry(
    tx: &mut Tx<'_>,
    seat: &Seat,
    kind: ChangeKind,
    way: Way,
    conversations: &[ConversationRow],
    moved: Moved,
) -> Result<ContactChangeId, Fault> {
    for row in conversations {
        contact_move::conversation(tx, row.model.id, row.model.channel, way.from, way.to)?;
    }
    for (kind, value) in &moved.identities {
        contact::hand_over(tx, *kind, value, way.from, way.to)?;
    }
    contact_move::move_loose(tx, &moved.loose, way.from, way.to)?;
    extras::carry(tx, &moved.said, way)?;
    settle(tx, way.to, &moved.after.to)?;
    settle(tx, way.from, &moved.after.from)?;
    let (id, at) = (ContactChangeId::new(), tx.now());
    let row = ChangeRow { id, kind, at, by: seat.member.id, to: way.to, from: way.from, moved };
    contact_change::insert(tx, &row)?;
    Ok(id)
}

/// Stores a contact, makes it found by what it is called now, tells of its conversations, and has WhatsApp told
/// what it was not told yet.
fn settle(tx: &mut Tx<'_>, id: ContactId, card: &Card) -> Result<(), Fault> {
    contact_card::put(tx, id, card)?;
    if let Some(row) = contact::find(tx, id)? {
        search::reindex_contact(tx, &row.contact)?;
    }
    for row in conversation::of_contact(tx, id)? {
        Loaded::from_row(row).save_in_place(tx)?;
    }
    block::plan(tx, id, card)
}
