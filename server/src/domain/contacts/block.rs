//! Keeping a customer from writing to one of our numbers, and letting them again. The wish is stored with the
//! contact; a job tells WhatsApp what is wished in the end and notes what came of it.

use std::collections::BTreeSet;

use shared::{
    error::ErrorCode,
    ids::{ChannelId, ContactId, ConversationId},
    limits,
    model::{
        contact::{Block, BlockRefusal, BlockState},
        conversation::ConversationState,
    },
    permission::Permission,
    phone,
};

use super::address;
use crate::{
    clock::micros,
    db::{
        Fault, Scoped, Tx,
        record::FactKind,
        rows::{
            contact::{self, IdentityKind},
            contact_card::{self, Card, KeptBlock, Wish},
            conversation, settings,
        },
    },
    domain::{
        conversations::{Loaded, by as by_seat, close},
        seat::Seat,
    },
};

/// The kind of the job that tells WhatsApp; its payload is the contact's id and the channel's.
pub const TELL: &str = "tell_block";

/// Wishes that a customer is kept from writing to the number of a conversation, or let again. What is open there with
/// somebody who is unwanted is closed. The same again changes nothing, unless WhatsApp has not done all of it.
///
/// # Errors
/// `not_found`, `no_address` when there is nothing that could be blocked; `forbidden` for whoever may not look after
/// contacts, unless they hold the conversation and the tenant lets them, and then `text_empty` without a reason.
pub fn wish(
    tx: &mut Tx<'_>,
    seat: &Seat,
    id: ConversationId,
    blocked: bool,
    reason: Option<&str>,
) -> Result<(), Fault> {
    let model = Loaded::in_sight(tx, seat, id)?.row.model;
    let reason = limits::reason(reason)?;
    let may_judge = seat.member.role.may(Permission::ManageContacts);
    if !may_judge {
        let holds = model.holder() == Some(seat.member.id);
        if !blocked || !holds || !settings::get(tx)?.agents_block {
            return Err(ErrorCode::Forbidden.into());
        }
        if reason.is_none() {
            return Err(ErrorCode::TextEmpty.into());
        }
    }
    let (contact, channel) = (model.contact.id, model.channel);
    let done = model.block.map(|block| (block.state, block.refusal.is_some()));
    match (blocked, done) {
        (true, Some((BlockState::Blocking, _) | (BlockState::Blocked, false))) => return Ok(()),
        (false, None | Some((BlockState::Unblocking, _))) => return Ok(()),
        // Also of one that was refused: WhatsApp may have done it before, and taking back nothing harms nobody.
        (false, _) => return unblock(tx, contact, channel),
        (true, _) => {}
    }
    if users(tx, contact)?.is_empty() {
        return Err(ErrorCode::NoAddress.into());
    }
    let now = tx.now();
    let (by, reason) = (seat.member.id, reason.map(str::to_owned));
    // Who may judge has judged.
    let wish = Wish { by, at: micros(now), reason, kept_by: may_judge.then_some(by) };
    let block = Block { state: BlockState::Blocking, refusal: None };
    put(tx, contact, channel, Some(KeptBlock { block, wish: Some(wish) }))?;
    tx.job(TELL, &payload(contact, channel), now)?;
    Loaded::in_sight(tx, seat, id)?.fact(tx, FactKind::ContactBlocked, &by_seat(seat))?;
    for row in conversation::of_contact(tx, contact)? {
        if row.model.channel == channel && row.model.state != ConversationState::Closed {
            close::unwanted(tx, seat, Loaded::from_row(row))?;
        }
    }
    Ok(())
}

/// Judges that a customer was kept from writing: it stays so, or they may write again.
///
/// # Errors
/// `not_found` when they are not kept from it.
pub fn review(
    tx: &mut Tx<'_>,
    seat: &Seat,
    contact: ContactId,
    channel: ChannelId,
    keep: bool,
) -> Result<(), Fault> {
    let card = contact_card::find(tx, contact)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let mut kept = card.blocks()?.remove(&channel).ok_or(Fault::Refused(ErrorCode::NotFound))?;
    if kept.block.state == BlockState::Unblocking {
        return Ok(());
    }
    if !keep {
        return unblock(tx, contact, channel);
    }
    if let Some(wish) = kept.wish.as_mut().filter(|wish| wish.kept_by.is_none()) {
        wish.kept_by = Some(seat.member.id);
        put(tx, contact, channel, Some(kept))?;
    }
    Ok(())
}

fn unblock(tx: &mut Tx<'_>, contact: ContactId, channel: ChannelId) -> Result<(), Fault> {
    let block = Block { state: BlockState::Unblocking, refusal: None };
    let wish = wish_of(tx, contact, channel)?;
    put(tx, contact, channel, Some(KeptBlock { block, wish }))?;
    let now = tx.now();
    tx.job(TELL, &payload(contact, channel), now)?;
    Ok(())
}

/// Who wished that a contact is kept out, if that is known.
fn wish_of(scoped: &mut Scoped, contact: ContactId, channel: ChannelId) -> Result<Option<Wish>, Fault> {
    let Some(card) = contact_card::find(scoped, contact)? else { return Ok(None) };
    Ok(card.blocks()?.remove(&channel).and_then(|kept| kept.wish))
}

/// What WhatsApp is to be told now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// Whose.
    pub contact: ContactId,
    /// Whether they are to be kept out.
    pub blocked: bool,
    /// All their addresses.
    pub users: Vec<User>,
}

/// An address as WhatsApp blocks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// Digits only.
    Number(String),
    /// Business-scoped user id, where no number says as much.
    Bsuid(String),
}

/// What is wished of a contact, or of the one it turned out to be, and WhatsApp does not know yet.
///
/// # Errors
/// The database's.
pub fn truth(scoped: &mut Scoped, id: ContactId, channel: ChannelId) -> Result<Option<Truth>, Fault> {
    let mut contact = id;
    let card = loop {
        let Some(card) = contact_card::find(scoped, contact)? else { return Ok(None) };
        match &card.merged_into {
            // A merge that is merged itself leads on; ids are never reused, so this ends.
            Some(into) => contact = into.parse()?,
            None => break card,
        }
    };
    let blocked = match card.blocks()?.get(&channel).map(|kept| kept.block.state) {
        Some(BlockState::Blocking) => true,
        Some(BlockState::Unblocking) => false,
        _ => return Ok(None),
    };
    Ok(Some(Truth { contact, blocked, users: users(scoped, contact)? }))
}

/// What came of telling WhatsApp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is so.
    Done,
    /// It is so for some of the addresses; why not for another.
    Partly(BlockRefusal),
    /// It is not so.
    Refused(BlockRefusal),
}

/// Notes what came of it, unless something else is wished by now.
///
/// # Errors
/// The database's.
pub fn told(
    tx: &mut Tx<'_>,
    id: ContactId,
    channel: ChannelId,
    blocked: bool,
    outcome: Outcome,
) -> Result<(), Fault> {
    let known = contact_card::block(tx, id, channel)?.map(|block| block.state);
    let next = |state, refusal| Some(Block { state, refusal });
    let block = match (known, blocked, outcome) {
        (Some(BlockState::Blocking), true, Outcome::Done) => next(BlockState::Blocked, None),
        (Some(BlockState::Blocking), true, Outcome::Partly(why)) => next(BlockState::Blocked, Some(why)),
        (Some(BlockState::Blocking), true, Outcome::Refused(why)) => next(BlockState::Refused, Some(why)),
        (Some(BlockState::Unblocking), false, Outcome::Done) => None,
        (Some(BlockState::Unblocking), false, Outcome::Partly(why) | Outcome::Refused(why)) => {
            next(BlockState::Blocked, Some(why))
        }
        _ => return Ok(()),
    };
    let wish = wish_of(tx, id, channel)?;
    put(tx, id, channel, block.map(|block| KeptBlock { block, wish }))
}

/// Plans what WhatsApp was not told yet of a contact; two that tell the same do no harm.
pub(super) fn plan(tx: &mut Tx<'_>, id: ContactId, card: &Card) -> Result<(), Fault> {
    let now = tx.now();
    for (channel, kept) in card.blocks()? {
        if matches!(kept.block.state, BlockState::Blocking | BlockState::Unblocking) {
            tx.job(TELL, &payload(id, channel), now)?;
        }
    }
    Ok(())
}

/// Whom and where a job is about.
pub fn of_payload(payload: &str) -> Option<(ContactId, ChannelId)> {
    let (contact, channel) = payload.split_once(' ')?;
    Some((contact.parse().ok()?, channel.parse().ok()?))
}

fn payload(contact: ContactId, channel: ChannelId) -> String {
    format!("{contact} {channel}")
}

fn put(tx: &mut Tx<'_>, id: ContactId, channel: ChannelId, block: Option<KeptBlock>) -> Result<(), Fault> {
    let Some(mut card) = contact_card::find(tx, id)? else { return Ok(()) };
    let mut blocks = card.blocks()?;
    match block {
        Some(block) => blocks.insert(channel, block),
        None => blocks.remove(&channel),
    };
    card.set_blocks(&blocks)?;
    contact_card::put(tx, id, &card)?;
    for row in conversation::of_contact(tx, id)?.into_iter().filter(|row| row.model.channel == channel) {
        Loaded::from_row(row).save_in_place(tx)?;
    }
    Ok(())
}

/// Every number of a contact, each in one spelling; the business-scoped ids of who has none, or more than one:
/// one of several may be that of an account whose number is not known.
fn users(scoped: &mut Scoped, id: ContactId) -> Result<Vec<User>, Fault> {
    let known = contact::identities(scoped, id)?;
    let mut numbers = BTreeSet::new();
    for (_, number) in known.iter().filter(|(kind, _)| kind.is_number()) {
        let other = phone::other_spelling(number);
        if !other.is_some_and(|other| numbers.contains(&other)) {
            numbers.insert(number.clone());
        }
    }
    let with_ids = numbers.is_empty() || address::several(&known, IdentityKind::Bsuid);
    let mut users: Vec<User> = numbers.into_iter().map(User::Number).collect();
    if with_ids {
        let ids = known.into_iter().filter(|(kind, _)| *kind == IdentityKind::Bsuid);
        users.extend(ids.map(|(_, value)| User::Bsuid(value)));
    }
    Ok(users)
}
