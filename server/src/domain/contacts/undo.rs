//! Taking back that two contacts became one, or one became two.

use shared::{
    error::ErrorCode,
    ids::{ContactChangeId, ContactId},
    phone,
};

use super::{Way, one_open, settle};
use crate::db::{
    Fault, Tx,
    rows::{
        contact::{self, IdentityKind},
        contact_card::{self, Card, Place},
        contact_change::{self, Both, ChangeKind, ChangeRow},
        contact_move, conversation,
    },
};

/// Moves back exactly what moved, with what was written in it since. Conversations that began since stay where
/// they are, and so do addresses that have gone to somebody else meanwhile.
///
/// # Errors
/// `not_found`, `later_change_first` when another change of one of the two came after it, `both_open` when that
/// would make two open conversations of one contact on one channel.
pub fn undo(tx: &mut Tx<'_>, id: ContactChangeId) -> Result<(), Fault> {
    let row = contact_change::find(tx, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    for contact in [row.to, row.from] {
        let newest = contact_change::of_contact(tx, contact, 1)?.first().map(|newest| newest.id);
        if newest != Some(id) {
            return Err(ErrorCode::LaterChangeFirst.into());
        }
    }
    let back = Way { from: row.to, to: row.from };
    let (returning, staying): (Vec<_>, Vec<_>) = conversation::of_contact(tx, row.to)?
        .into_iter()
        .partition(|one| row.moved.conversations.contains(&one.model.id));
    one_open(&returning, &conversation::of_contact(tx, row.from)?)?;
    let gone = || Fault::Broken(format!("a contact of {id} is gone"));
    let now = Both {
        to: contact_card::find(tx, row.to)?.ok_or_else(gone)?,
        from: contact_card::find(tx, row.from)?.ok_or_else(gone)?,
    };
    for one in &returning {
        contact_move::conversation(tx, one.model.id, one.model.channel, back.from, back.to)?;
    }
    for (kind, value) in &row.moved.identities {
        contact::hand_over(tx, *kind, value, back.from, back.to)?;
    }
    contact_move::move_loose(tx, &row.moved.loose, back.from, back.to)?;
    let mut apart = apart(tx, &row, now)?;
    if row.kind == ChangeKind::Split && staying.is_empty() {
        apart.to = Card { merged_into: Some(row.from.to_string()), ..Card::default() };
    }
    let address = row.moved.before.from.address();
    for one in returning.iter().filter(|one| row.moved.pinned.contains(&one.model.id)) {
        if one.answer_to.as_ref() == Some(&address) {
            conversation::set_answer_to(tx, one.model.id, None)?;
        }
    }
    contact_change::remove(tx, id)?;
    settle(tx, row.to, &apart.to)?;
    settle(tx, row.from, &apart.from)
}

/// What is known of each of the two after the identities are back.
fn apart(tx: &mut Tx<'_>, row: &ChangeRow, now: Both) -> Result<Both, Fault> {
    let (before, after) = (&row.moved.before, &row.moved.after);
    if now == *after {
        let mut apart = before.clone();
        if row.kind == ChangeKind::Split {
            apart.to.name.clone_from(&after.to.name);
            apart.to.no_marketing = after.to.no_marketing;
            apart.to.marketing_at = after.to.marketing_at;
        }
        return Ok(apart);
    }
    // Something was told since. Who told it is known by the address it came from.
    let (of_to, of_from) = (Known::of(tx, row.to)?, Known::of(tx, row.from)?);
    let mut told = now.to.clone();
    let mut was = after.to.clone();
    let from_told = row.kind == ChangeKind::Split
        || Place::ALL.into_iter().any(|place| {
            let address = told.place(place).clone();
            address != *was.place(place) && of_from.has(place.kind(), address.as_deref())
        });
    let mut apart = before.clone();
    let teller = if from_told { &mut apart.from } else { &mut apart.to };
    for (place, said, known) in [
        (&mut teller.name, &told.name, &after.to.name),
        (&mut teller.username, &told.username, &after.to.username),
    ] {
        if said != known {
            place.clone_from(said);
        }
    }
    for place in Place::ALL {
        let (mut to, mut from) = (before.to.clone(), before.from.clone());
        let (kind, said) = (place.kind(), told.place(place).clone());
        *apart.to.place(place) = of_to.first(kind, [&said, to.place(place)]);
        *apart.from.place(place) = of_from.first(kind, [&said, from.place(place)]);
    }
    if (told.no_marketing, told.marketing_at) != (was.no_marketing, was.marketing_at) {
        // Nobody can tell whose wish it was; that one wants no offers holds for both.
        for card in [&mut apart.to, &mut apart.from] {
            card.no_marketing |= told.no_marketing;
            card.marketing_at = card.marketing_at.max(told.marketing_at);
        }
    }
    if told.blocks != was.blocks {
        // WhatsApp was told of all their addresses.
        for card in [&mut apart.to, &mut apart.from] {
            card.blocks.clone_from(&told.blocks);
        }
    }
    if row.kind == ChangeKind::Split {
        apart.to.name.clone_from(&told.name);
    }
    Ok(apart)
}

/// What a contact is known by.
struct Known(Vec<(IdentityKind, String)>);

impl Known {
    fn of(tx: &mut Tx<'_>, id: ContactId) -> Result<Self, Fault> {
        contact::identities(tx, id).map(Self)
    }

    fn has(&self, kind: IdentityKind, value: Option<&str>) -> bool {
        let other = value.and_then(phone::other_spelling);
        value.is_some()
            && self.0.iter().any(|(known, text)| {
                *known == kind && (Some(text.as_str()) == value || Some(text) == other.as_ref())
            })
    }

    /// The first of these by which the contact is known, else any of the kind.
    fn first(&self, kind: IdentityKind, wanted: [&Option<String>; 2]) -> Option<String> {
        let wanted = wanted.into_iter().find(|value| self.has(kind, value.as_deref())).cloned().flatten();
        wanted.or_else(|| self.0.iter().find(|(known, _)| *known == kind).map(|(_, value)| value.clone()))
    }
}
