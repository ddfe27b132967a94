//! A customer's message: the contact, the conversation it belongs to, and its owner, at once.

use std::sync::Arc;

use chrono::Duration;
use shared::{
    Instant,
    error::ErrorCode,
    ids::{ChannelId, ContactId, MessageId},
    limits::WINDOW_HOURS,
    model::{
        contact::Contact,
        content::Context,
        conversation::{Conversation, ConversationState},
        message::{Author, AuthorKind, Body},
    },
    phone,
};

use super::{
    Loaded, NewEntry, change,
    file::{NewFile, Remote},
    opening,
};
use crate::db::{
    Fault, Scoped, Tx,
    record::FactKind,
    rows::{
        channel,
        contact::{self, ContactRow, IdentityKind},
        conversation, message, search,
    },
};
use crate::{
    domain::{
        contacts::address,
        routing::{self, Said},
    },
    fault::{self, Point},
};

/// Who wrote, as far as WhatsApp tells. Any part may be missing, but not all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// A group's id: then nothing else is told of it.
    pub group: Option<String>,
    /// Business-scoped user id.
    pub bsuid: Option<String>,
    /// The same over several portfolios of the business.
    pub parent: Option<String>,
    /// WhatsApp id.
    pub wa_id: Option<String>,
    /// Phone number, digits only.
    pub phone: Option<String>,
    /// Name in the customer's profile.
    pub name: Option<String>,
    /// User name without the `@`.
    pub username: Option<String>,
}

/// A message as it came in.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// On which number.
    pub channel: ChannelId,
    /// WhatsApp's id.
    pub wamid: String,
    /// When it was written, by Meta's clock.
    pub written_at: Instant,
    /// By whom.
    pub sender: Sender,
    /// What it says.
    pub body: Body,
    /// The item as it came, unless the body says it all.
    pub raw: Option<String>,
    /// How it came about, but for what it answers.
    pub context: Context,
    /// WhatsApp's id of the message that it answers.
    pub quoted: Option<String>,
    /// The file it came with.
    pub file: Option<Remote>,
}

/// What became of an inbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Stored as this message.
    Stored(MessageId),
    /// It was stored before.
    Duplicate,
}

/// Who answers what comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answerer {
    /// We do.
    Us,
    /// Another program or Meta's agent does for now; we only hear it.
    Other,
}

/// Stores a customer's message. The conversation has an owner when this returns.
///
/// # Errors
/// `bad_request` when nobody can be named as the sender.
pub fn receive(tx: &mut Tx<'_>, inbound: &Inbound, answerer: Answerer) -> Result<Received, Fault> {
    let known = message::known(tx, inbound.channel, &inbound.wamid)?;
    if known.stored {
        return Ok(Received::Duplicate);
    }
    let contact = resolve(tx, &inbound.sender, inbound.written_at)?;
    let said = Said {
        words: inbound.body.words().unwrap_or_default().into_owned(),
        referral: inbound.context.referral.is_some(),
    };
    let mut loaded = find_or_begin(tx, &contact, inbound.channel, answerer, Some(said))?;
    let author = Author { kind: AuthorKind::Customer, member: None };
    let mut entry = NewEntry::of(author.clone(), inbound.body.clone());
    entry.written_at = Some(inbound.written_at);
    entry.wamid = Some(inbound.wamid.clone());
    entry.raw = inbound.raw.clone();
    entry.quoted = inbound.quoted.clone();
    entry.file = inbound.file.clone().map(NewFile::Remote);
    entry.context = (!inbound.context.is_empty()).then(|| Arc::new(inbound.context.clone()));
    if known.changed {
        change::before_arrival(tx, contact.id, inbound.channel, &mut entry)?;
    }
    let message = loaded.append(tx, entry)?;
    fault::reach(Point::ApplyItem);

    let now = tx.now();
    // They wrote here last, so this is where they are answered.
    let address = address::unnumbered(tx, &contact, &inbound.sender)?;
    if loaded.row.answer_to != address {
        conversation::set_answer_to(tx, loaded.row.model.id, address.as_ref())?;
        loaded.row.answer_to = address;
    }
    // What comes to us is ours to answer, whether or not a handover told so.
    loaded.asked(tx, inbound.written_at, answerer, &author)?;
    let was_seen = loaded.row.heard.is_answered(inbound.written_at);
    let model = &mut loaded.row.model;
    model.contact = contact;
    model.unread = model.unread.saturating_add(u32::from(!was_seen));
    open_window(model, inbound.written_at, now);
    loaded.fact(tx, FactKind::MessageReceived, &author)?;
    let (id, whose) = (loaded.row.model.id, loaded.row.model.contact.id);
    let waits = loaded.row.model.state == ConversationState::Queued && !was_seen;
    loaded.save(tx)?;
    if waits {
        routing::tell::wrote(tx, id, inbound.body.words().as_deref())?;
    }
    if known.quoted {
        change::tell_answers(tx, inbound.channel, whose, &inbound.wamid)?;
    }
    Ok(Received::Stored(message.id))
}

/// The customer wrote or called: we may write what we like for a day.
pub(super) fn open_window(conversation: &mut Conversation, at: Instant, now: Instant) {
    // A clock of Meta's that runs ahead must not lengthen the window.
    let until = at.min(now) + Duration::hours(WINDOW_HOURS);
    conversation.window_until = conversation.window_until.max(Some(until));
}

/// Whom one of these identities belongs to; the first that is known decides.
///
/// # Errors
/// The database's.
pub fn known(tx: &mut Scoped, sender: &Sender) -> Result<Option<ContactRow>, Fault> {
    let all = identities(sender);
    for (kind, value) in &all {
        if let Some(row) = contact::known_by(tx, *kind, value)? {
            return Ok(Some(row));
        }
    }
    // Only a stranger costs this: some countries spell one number in two ways.
    for (kind, value) in all.iter().filter(|(kind, _)| kind.is_number()) {
        let Some(other) = phone::other_spelling(value) else { continue };
        if let Some(row) = contact::known_by(tx, *kind, &other)? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// One name for somebody of a group, whichever of theirs is told: the contact they are known as, else what is told.
///
/// # Errors
/// The database's.
pub(super) fn person(tx: &mut Scoped, told: &str) -> Result<String, Fault> {
    let told = || Some(told.to_owned());
    let any = Sender { bsuid: told(), parent: told(), wa_id: told(), phone: told(), ..Sender::default() };
    Ok(known(tx, &any)?.map(|row| row.contact.id.to_string()).or_else(told).unwrap_or_default())
}

/// What is told of a sender, in the order in which it is trusted.
pub(super) fn identities(sender: &Sender) -> Vec<(IdentityKind, &str)> {
    let all = [
        (IdentityKind::Group, sender.group.as_deref()),
        (IdentityKind::Bsuid, sender.bsuid.as_deref()),
        (IdentityKind::ParentBsuid, sender.parent.as_deref()),
        (IdentityKind::WaId, sender.wa_id.as_deref()),
        (IdentityKind::Phone, sender.phone.as_deref()),
    ];
    all.into_iter().filter_map(|(kind, value)| Some((kind, value?))).collect()
}

/// Whose a sender is: the contact known by one of the identities, or a new one. What they are called counts as of
/// an instant, by Meta's clock.
///
/// # Errors
/// `bad_request` when nobody can be named.
pub fn resolve(tx: &mut Tx<'_>, sender: &Sender, told_at: Instant) -> Result<Contact, Fault> {
    let identities = identities(sender);
    if identities.is_empty() {
        return Err(ErrorCode::BadRequest.into());
    }
    let known = known(tx, sender)?;
    let now = tx.now();
    // What the contact was known by before is linked already; most messages tell nothing new.
    let linked = |kind: IdentityKind, value: &str| {
        known.as_ref().is_some_and(|row| {
            let stored = match kind {
                IdentityKind::Group => &row.group,
                IdentityKind::Bsuid => &row.bsuid,
                IdentityKind::ParentBsuid => &None,
                IdentityKind::WaId => &row.wa_id,
                IdentityKind::Phone => &row.contact.phone,
            };
            stored.as_deref() == Some(value)
        })
    };
    let news: Vec<_> = identities.into_iter().filter(|(kind, value)| !linked(*kind, value)).collect();
    let row = match known {
        Some(row) => refresh(tx, row, sender, told_at)?,
        None => {
            let fresh = merged(
                ContactRow {
                    contact: Contact {
                        id: ContactId::new(),
                        name: None,
                        phone: None,
                        username: None,
                        no_marketing: false,
                        vip: false,
                        language: None,
                        group: false,
                    },
                    wa_id: None,
                    bsuid: None,
                    group: None,
                },
                sender,
            );
            contact::insert(tx, &fresh, now)?;
            if fresh.contact.name.is_some() || fresh.contact.username.is_some() {
                contact::set_named_at(tx, fresh.contact.id, told_at)?;
            }
            search::index_contact(tx, &fresh.contact)?;
            fresh
        }
    };
    for (kind, value) in news {
        contact::link(tx, row.contact.id, kind, value, now)?;
    }
    Ok(row.contact)
}

fn refresh(tx: &mut Tx<'_>, row: ContactRow, sender: &Sender, told_at: Instant) -> Result<ContactRow, Fault> {
    let id = row.contact.id;
    let mut fresh = merged(row.clone(), sender);
    let is_called = |row: &ContactRow| (row.contact.name.clone(), row.contact.username.clone());
    // What a group is called is told now and then, what a person is called with everything they write.
    if is_called(&fresh) != is_called(&row) || row.group.is_some() && sender.name.is_some() {
        if is_news(tx, &row, told_at)? {
            contact::set_named_at(tx, id, told_at)?;
        } else {
            fresh.contact.name.clone_from(&row.contact.name);
            fresh.contact.username.clone_from(&row.contact.username);
        }
    }
    if fresh.contact != row.contact || fresh.wa_id != row.wa_id || fresh.bsuid != row.bsuid {
        let (before, after) = (address::of_row(&row), address::of_row(&fresh));
        // One person with several numbers writes from another one: none of them is given up.
        let several = before != after && address::are_several(tx, id)?;
        if several {
            address::stay(tx, id, &before)?;
        }
        contact::update(tx, &fresh)?;
        let numbers = [
            (IdentityKind::WaId, &row.wa_id, &fresh.wa_id),
            (IdentityKind::Phone, &row.contact.phone, &fresh.contact.phone),
        ];
        for (kind, old, new) in numbers {
            // Another number, not another spelling of it: the old one may be somebody else's tomorrow.
            if let (Some(old), Some(new)) = (old, new)
                && old != new
                && phone::other_spelling(old).as_ref() != Some(new)
                && !several
            {
                contact::unlink_value(tx, kind, old)?;
            }
        }
    }
    if fresh.contact != row.contact {
        search::reindex_contact(tx, &fresh.contact)?;
        // Every row that shows the customer shows the new name, also on other numbers.
        for concerned in conversation::of_contact(tx, id)? {
            Loaded::from_row(concerned).save_in_place(tx)?;
        }
    }
    Ok(fresh)
}

/// Whether nothing newer is known of what somebody is called. Each message of a person says it anew, which is not
/// noted, so the newest of them counts.
fn is_news(tx: &mut Tx<'_>, row: &ContactRow, told_at: Instant) -> Result<bool, Fault> {
    let id = row.contact.id;
    if contact::named_at(tx, id)?.is_some_and(|known| known > told_at) {
        return Ok(false);
    }
    if row.group.is_some() || row.contact.name.is_none() && row.contact.username.is_none() {
        return Ok(true);
    }
    for theirs in conversation::of_contact(tx, id)? {
        if message::newest_written(tx, theirs.model.id)?.is_some_and(|known| known > told_at) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is known, with what the sender tells now; silence erases nothing.
fn merged(mut row: ContactRow, sender: &Sender) -> ContactRow {
    let newer = |old: &mut Option<String>, new: &Option<String>| {
        if new.is_some() {
            old.clone_from(new);
        }
    };
    newer(&mut row.contact.name, &sender.name);
    newer(&mut row.contact.username, &sender.username);
    newer(&mut row.contact.phone, &sender.phone);
    newer(&mut row.wa_id, &sender.wa_id);
    newer(&mut row.bsuid, &sender.bsuid);
    newer(&mut row.group, &sender.group);
    row.contact.group = row.group.is_some();
    row
}

pub(super) fn find_or_begin(
    tx: &mut Tx<'_>,
    contact: &Contact,
    id: ChannelId,
    answerer: Answerer,
    said: Option<Said>,
) -> Result<Loaded, Fault> {
    let author = Author { kind: AuthorKind::Customer, member: None };
    let mut loaded = match conversation::newest(tx, contact.id, id)? {
        Some(row) if row.model.state != ConversationState::Closed => return Ok(Loaded::from_row(row)),
        Some(row) if opening::is_continued(&row.model, tx.now()) => opening::go_on(tx, row, &author)?,
        _ => {
            let channel = channel::find(tx, id)?.ok_or_else(|| Fault::Broken(format!("no channel {id}")))?;
            opening::anew(tx, contact.clone(), &channel, &author)?
        }
    };
    loaded.said = said;
    match answerer {
        Answerer::Us => routing::queue_up(tx, &mut loaded)?,
        Answerer::Other => loaded.row.model.state = ConversationState::Bot,
    }
    Ok(loaded)
}
