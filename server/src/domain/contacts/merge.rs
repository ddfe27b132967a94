//! Two contacts are one person.

use shared::{
    Instant,
    error::ErrorCode,
    ids::{ContactChangeId, ContactId},
};

use super::{Way, carry, one_open, standing};
use crate::{
    db::{
        Fault, Tx,
        rows::{
            contact,
            contact_card::Card,
            contact_change::{Both, ChangeKind, Moved},
            contact_move, conversation,
        },
    },
    domain::seat::Seat,
};

/// Makes everything of `other` the contact's that stays. What that one lacks it takes; a wish for no offers of
/// either holds. `other` keeps its row, without anything it could be known by, for those who refer to it.
///
/// # Errors
/// `not_found`, `bad_request` for one contact twice, `both_open` when both have an open conversation on one
/// channel.
pub fn merge(
    tx: &mut Tx<'_>,
    seat: &Seat,
    keep: ContactId,
    other: ContactId,
) -> Result<ContactChangeId, Fault> {
    if keep == other {
        return Err(ErrorCode::BadRequest.into());
    }
    let before = Both { to: standing(tx, keep)?, from: standing(tx, other)? };
    let coming = conversation::of_contact(tx, other)?;
    one_open(&coming, &conversation::of_contact(tx, keep)?)?;
    let to = joined(&before.to, &before.from)?;
    let from = Card { merged_into: Some(keep.to_string()), ..Card::default() };
    // Their open conversations are answered where they wrote, not where the contact that stays did.
    let theirs = before.from.address();
    let mut pinned = Vec::new();
    if theirs != to.address() {
        for row in coming.iter().filter(|row| row.answer_to.is_none()) {
            conversation::set_answer_to(tx, row.model.id, Some(&theirs))?;
            pinned.push(row.model.id);
        }
    }
    let moved = Moved {
        conversations: coming.iter().map(|row| row.model.id).collect(),
        identities: contact::identities(tx, other)?,
        loose: contact_move::loose(tx, other, Instant::UNIX_EPOCH)?,
        pinned,
        before,
        after: Both { to, from },
    };
    carry(tx, seat, ChangeKind::Merge, Way { from: other, to: keep }, &coming, moved)
}

/// What is known of one person by two names.
fn joined(keep: &Card, other: &Card) -> Result<Card, Fault> {
    let either = |one: &Option<String>, other: &Option<String>| one.clone().or_else(|| other.clone());
    let mut blocks = other.blocks()?;
    blocks.extend(keep.blocks()?);
    let mut joined = Card {
        name: either(&keep.name, &other.name),
        phone: either(&keep.phone, &other.phone),
        wa_id: either(&keep.wa_id, &other.wa_id),
        bsuid: either(&keep.bsuid, &other.bsuid),
        username: either(&keep.username, &other.username),
        no_marketing: keep.no_marketing || other.no_marketing,
        marketing_at: keep.marketing_at.max(other.marketing_at),
        ..Card::default()
    };
    joined.set_blocks(&blocks)?;
    Ok(joined)
}
