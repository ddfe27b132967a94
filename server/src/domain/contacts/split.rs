//! One contact is two: a number went to somebody else.

use shared::{
    error::ErrorCode,
    ids::{ContactChangeId, ContactId, ConversationId},
    model::contact::Contact,
};

use super::{Way, carry, extras, standing};
use crate::{
    db::{
        Fault, Tx,
        rows::{
            contact::{self, ContactRow},
            contact_card::Card,
            contact_change::{Both, ChangeKind, Moved, Said},
            contact_move, conversation,
        },
    },
    domain::{conversations::Loaded, seat::Seat},
};

/// Makes a conversation, those opened later and everything the contact is known by a new contact's: what comes
/// from the number is somebody else's from now on. The contact keeps the earlier ones and its name.
///
/// # Errors
/// `not_found`, `nothing_stays` when there is no earlier conversation.
pub fn split(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId) -> Result<ContactChangeId, Fault> {
    let from = Loaded::in_sight(tx, seat, id)?.row.model.contact.id;
    let card = standing(tx, from)?;
    let mut rows = conversation::of_contact(tx, from)?;
    rows.sort_by_key(|row| (row.model.opened_at, row.model.id));
    let first = rows.iter().position(|row| row.model.id == id).unwrap_or_default();
    if first == 0 {
        return Err(ErrorCode::NothingStays.into());
    }
    let going = rows.split_off(first);
    let since = going.first().map_or(tx.now(), |row| row.model.opened_at);
    let to = ContactId::new();
    begin(tx, to)?;
    let moved = Moved {
        conversations: going.iter().map(|row| row.model.id).collect(),
        identities: contact::identities(tx, from)?,
        known: Some(Vec::new()),
        loose: contact_move::loose(tx, from, since)?,
        said: extras::since(tx, from, since)?,
        there: Said::default(),
        pinned: Vec::new(),
        after: Both {
            to: card.clone(),
            // Nobody can tell whose wish for no offers it was: it holds for both.
            from: Card {
                name: card.name.clone(),
                no_marketing: card.no_marketing,
                marketing_at: card.marketing_at,
                ..Card::default()
            },
        },
        before: Both { to: Card::default(), from: card },
    };
    carry(tx, seat, ChangeKind::Split, Way { from, to }, &going, moved)
}

/// A contact of whom nothing is known yet.
fn begin(tx: &mut Tx<'_>, id: ContactId) -> Result<(), Fault> {
    let contact = Contact {
        id,
        name: None,
        phone: None,
        username: None,
        no_marketing: false,
        vip: false,
        language: None,
        group: false,
    };
    let now = tx.now();
    contact::insert(tx, &ContactRow { contact, wa_id: None, bsuid: None, group: None }, now)
}
