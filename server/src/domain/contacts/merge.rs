//! Two contacts are one person.

use std::collections::BTreeMap;

use shared::{
    Instant,
    error::ErrorCode,
    ids::{ChannelId, ContactChangeId, ContactId},
    model::contact::{BlockRefusal, BlockState},
};

use super::{Way, carry, extras, one_open, standing};
use crate::{
    db::{
        Fault, Tx,
        rows::{
            contact,
            contact_card::{Card, KeptBlock},
            contact_change::{Both, ChangeKind, Moved},
            contact_move,
            conversation::{self, Address},
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
        known: Some(contact::identities(tx, keep)?),
        loose: contact_move::loose(tx, other, Instant::UNIX_EPOCH)?,
        said: extras::all(tx, other)?,
        there: extras::all(tx, keep)?,
        pinned,
        before,
        after: Both { to, from },
    };
    carry(tx, seat, ChangeKind::Merge, Way { from: other, to: keep }, &coming, moved)
}

/// What is known of one person by two names.
fn joined(keep: &Card, other: &Card) -> Result<Card, Fault> {
    let either = |one: &Option<String>, other: &Option<String>| one.clone().or_else(|| other.clone());
    // Parts of two addresses are nobody's.
    let written_to = if keep.address() == Address::default() { other } else { keep };
    let mut joined = Card {
        name: either(&keep.name, &other.name),
        phone: written_to.phone.clone(),
        wa_id: written_to.wa_id.clone(),
        bsuid: written_to.bsuid.clone(),
        username: either(&keep.username, &other.username),
        no_marketing: keep.no_marketing || other.no_marketing,
        marketing_at: keep.marketing_at.max(other.marketing_at),
        vip: keep.vip || other.vip,
        language: either(&keep.language, &other.language),
        ..Card::default()
    };
    joined.set_blocks(&blocked(keep, other)?)?;
    Ok(joined)
}

/// Who is blocked where once two are one. A block of either holds; where WhatsApp was told of the addresses of
/// one of them only, it is one in part, so that it can be asked for again.
fn blocked(keep: &Card, other: &Card) -> Result<BTreeMap<ChannelId, KeptBlock>, Fault> {
    let (of_keep, of_other) = (keep.blocks()?, other.blocks()?);
    let is_done = |kept: Option<&KeptBlock>| kept.is_some_and(|kept| kept.block.state == BlockState::Blocked);
    let mut all = of_other.clone();
    for (channel, kept) in &of_keep {
        // What WhatsApp refused for one gives way to what it was told of the other.
        if kept.block.state != BlockState::Refused || !of_other.contains_key(channel) {
            all.insert(*channel, kept.clone());
        }
    }
    for (channel, kept) in all.iter_mut().filter(|(_, kept)| kept.block.state == BlockState::Blocked) {
        let (one, two) = (of_keep.get(channel), of_other.get(channel));
        let reasons = [one, two].into_iter().flatten().find_map(|kept| kept.block.refusal);
        let lacks = |card: &Card, there| card.address() != Address::default() && !is_done(there);
        let in_part = lacks(keep, one) || lacks(other, two);
        kept.block.refusal = reasons.or(in_part.then_some(BlockRefusal::Other));
    }
    Ok(all)
}
