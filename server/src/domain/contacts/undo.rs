//! Taking back that two contacts became one, or one became two.

use shared::{
    error::ErrorCode,
    ids::{ContactChangeId, ContactId},
    phone,
};

use super::{Way, extras, one_open, settle};
use crate::db::{
    Fault, Tx,
    rows::{
        contact::{self, IdentityKind},
        contact_card::{self, Card, Place},
        contact_change::{self, Both, ChangeKind, ChangeRow},
        contact_move,
        conversation::{self, Address},
    },
};

/// Moves back what moved, with what was written in it since and what its owner is known by since. Conversations
/// that began since stay where they are, and so do addresses that have gone to somebody else meanwhile.
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
    let since = match row.kind {
        // Nothing stays with a contact that nobody is.
        ChangeKind::Split if staying.is_empty() => contact::identities(tx, row.to)?,
        ChangeKind::Split => Vec::new(),
        ChangeKind::Merge => {
            let pinned = returning.iter().chain(&staying).filter_map(|one| one.answer_to.clone());
            came_since(tx, &row, &now, &pinned.collect::<Vec<_>>())?
        }
    };
    for (kind, value) in row.moved.identities.iter().chain(&since) {
        contact::hand_over(tx, *kind, value, back.from, back.to)?;
    }
    contact_move::move_loose(tx, &row.moved.loose, back.from, back.to)?;
    extras::bring_back(tx, &row, staying.is_empty())?;
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

/// What the one who came in a merge is known by since then: it was linked to the contact that stayed.
fn came_since(
    tx: &mut Tx<'_>,
    row: &ChangeRow,
    now: &Both,
    pinned: &[Address],
) -> Result<Vec<(IdentityKind, String)>, Fault> {
    // Of a change from before this was kept nobody can tell what came later.
    let Some(known) = row.moved.known.clone() else { return Ok(Vec::new()) };
    let (of_to, of_from) = (Known(known), Known(row.moved.identities.clone()));
    let from_told = from_told(row, now, &of_from);
    let standing = Known(contact::identities(tx, row.to)?);
    let is_theirs = |kind: IdentityKind, value: &str| {
        let one_sided = |from: bool, to: bool| (from != to).then_some(from);
        let spelled = one_sided(of_from.has(kind, Some(value)), of_to.has(kind, Some(value)));
        // Who has lost one of the kind has another one instead.
        let replaced = || one_sided(of_from.lost(kind, &standing), of_to.lost(kind, &standing));
        // Where a conversation was answered before says more than the card, which keeps what is not told anew.
        let beside = |addresses: &[Address]| beside(addresses, (kind, value), &of_from, &of_to);
        spelled
            .or_else(replaced)
            .or_else(|| beside(pinned))
            .or_else(|| beside(&[now.to.address()]))
            .unwrap_or(from_told)
    };
    let came = standing.0.iter().filter(|one| !of_from.0.contains(one) && !of_to.0.contains(one));
    Ok(came.filter(|(kind, value)| is_theirs(*kind, value)).cloned().collect())
}

/// Whether an identity stands in addresses with those of the one who came, and of nobody else; none when they
/// do not tell.
fn beside(addresses: &[Address], one: (IdentityKind, &str), of_from: &Known, of_to: &Known) -> Option<bool> {
    let mut told = addresses.iter().filter_map(|address| {
        let parts = [
            (IdentityKind::Bsuid, address.bsuid.as_deref()),
            (IdentityKind::WaId, address.wa_id.as_deref()),
            (IdentityKind::Phone, address.phone.as_deref()),
        ];
        let holds = |known: &Known| parts.into_iter().any(|(kind, value)| known.has(kind, value));
        let (from, to) = (holds(of_from), holds(of_to));
        (parts.contains(&(one.0, Some(one.1))) && from != to).then_some(from)
    });
    let first = told.next()?;
    told.all(|other| other == first).then_some(first)
}

/// Whether something was told since by the one who came: from an address of theirs.
fn from_told(row: &ChangeRow, now: &Both, of_from: &Known) -> bool {
    let (mut told, mut was) = (now.to.clone(), row.moved.after.to.clone());
    row.kind == ChangeKind::Split
        || Place::ALL.into_iter().any(|place| {
            let address = told.place(place).clone();
            address != *was.place(place) && of_from.has(place.kind(), address.as_deref())
        })
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
    let was = &after.to;
    let mut apart = before.clone();
    let teller = if from_told(row, &now, &of_from) { &mut apart.from } else { &mut apart.to };
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
    // Who is marked now is whom members see.
    if told.vip != was.vip {
        apart.to.vip = told.vip;
    }
    if told.language != was.language {
        apart.to.language.clone_from(&told.language);
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

    /// Whether one of a kind is not among these others any more.
    fn lost(&self, kind: IdentityKind, others: &Self) -> bool {
        self.0.iter().any(|(known, value)| *known == kind && !others.has(kind, Some(value.as_str())))
    }

    /// The first of these by which the contact is known, else any of the kind.
    fn first(&self, kind: IdentityKind, wanted: [&Option<String>; 2]) -> Option<String> {
        let wanted = wanted.into_iter().find(|value| self.has(kind, value.as_deref())).cloned().flatten();
        wanted.or_else(|| self.0.iter().find(|(known, _)| *known == kind).map(|(_, value)| value.clone()))
    }
}
