//! What customers do to messages afterwards: reactions, edits, deletions.
//!
//! WhatsApp promises no order: a change may overtake its message. So each change is stored once, for
//! itself, and what a message says and carries is always worked out from all of them.

use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};
use shared::{
    Instant,
    ids::{ChannelId, ContactId},
    live::event::Event,
    model::{
        content::{Content, Reaction},
        message::{Author, AuthorKind, Body, Message},
    },
};

use super::{
    Loaded, NewEntry, file, preview,
    receive::{self, Sender},
};
use crate::{
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{
            conversation,
            message::{self, MessageRow},
            message_change::{self, ChangeKind, ChangeRow},
            search, settings,
        },
    },
    domain::routing,
    fault::{self, Point},
};

/// A change as it came in.
#[derive(Debug, Clone)]
pub struct Change {
    /// On which number.
    pub channel: ChannelId,
    /// WhatsApp's id of the change.
    pub wamid: String,
    /// WhatsApp's id of the message.
    pub target: String,
    /// By whom.
    pub sender: Sender,
    /// When it was made, by Meta's clock.
    pub written_at: Instant,
    /// What was done.
    pub what: What,
    /// Whether the business did it, on its phone; then the sender is whom the chat is with.
    pub ours: bool,
    /// Who of a group did it, as WhatsApp knows them.
    pub participant: Option<String>,
}

/// What was done to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An emoji was put under it, instead of the one before; none takes it away.
    React(Option<String>),
    /// It says something else now.
    Edit(Edit),
    /// It was deleted.
    Revoke,
}

/// What an edited message says, with the item as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Its body now.
    pub body: Body,
    /// The item as it came, unless the body says it all.
    pub raw: Option<String>,
}

/// Stores a change and what follows from it. A second copy changes nothing.
///
/// # Errors
/// `bad_request` when nobody can be named as the sender.
pub fn change(tx: &mut Tx<'_>, change: &Change) -> Result<(), Fault> {
    if message_change::is_known(tx, change.channel, &change.wamid)? {
        return Ok(());
    }
    let contact = receive::resolve(tx, &change.sender, change.written_at)?.id;
    let (kind, content) = match &change.what {
        What::React(emoji) => (ChangeKind::Reaction, emoji.clone()),
        What::Edit(edit) => (ChangeKind::Edit, Some(json(edit)?)),
        What::Revoke => (ChangeKind::Revoke, None),
    };
    let row = ChangeRow {
        wamid: change.wamid.clone(),
        contact,
        kind,
        content,
        written_at: change.written_at,
        received_at: tx.now(),
        ours: change.ours,
        participant: change.participant.clone(),
    };
    message_change::insert(tx, change.channel, &change.target, &row)?;
    fault::reach(Point::ApplyItem);
    match message::by_wamid(tx, change.channel, &change.target)? {
        Some(row) => amend(tx, row, &change.target, Occasion::Changed(&change.wamid)),
        None => Ok(()),
    }
}

fn ours(emoji: String) -> Reaction {
    Reaction { author: AuthorKind::Member, emoji }
}

/// Our own message has its WhatsApp id now: changes of it and answers to it may have overtaken that.
///
/// # Errors
/// The database's.
pub(in crate::domain) fn named(tx: &mut Tx<'_>, row: &MessageRow, wamid: &str) -> Result<(), Fault> {
    let known = message::known(tx, row.channel, wamid)?;
    if known.changed
        && let Some(row) = message::find(tx, row.model.id)?
    {
        amend(tx, row, wamid, Occasion::Named)?;
    }
    if known.quoted {
        tell_answers(tx, row.channel, row.contact, wamid)?;
    }
    Ok(())
}

/// Lets a message begin as the changes that overtook it left it.
///
/// # Errors
/// The database's.
pub(super) fn before_arrival(
    tx: &mut Tx<'_>,
    contact: ContactId,
    channel: ChannelId,
    entry: &mut NewEntry,
) -> Result<(), Fault> {
    let Some(wamid) = entry.wamid.clone() else { return Ok(()) };
    let changes = changes_of(tx, channel, &wamid)?;
    let amended = amended(contact, entry.author.kind, &changes)?;
    if let Some(edit) = amended.body {
        entry.body = edit.body;
        entry.raw = edit.raw;
    }
    if amended.revoked {
        entry.context = None;
        entry.quoted = None;
        entry.file = None;
        message_change::empty(tx, channel, &wamid)?;
    }
    entry.reactions = amended.reactions;
    if !amended.revoked {
        let emoji = by_phone(&changes).and_then(|change| change.content.clone());
        entry.reactions.extend(emoji.map(ours));
    }
    entry.edited_at = amended.edited_at;
    Ok(())
}

/// Those who see an answer see what it answers as that is now.
///
/// # Errors
/// The database's.
pub(super) fn tell_answers(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    contact: ContactId,
    wamid: &str,
) -> Result<(), Fault> {
    for row in message::quoting(tx, channel, contact, wamid)? {
        tell(tx, row)?;
    }
    Ok(())
}

/// Why a message is worked out anew.
#[derive(Clone, Copy)]
enum Occasion<'a> {
    /// The change with this id of WhatsApp's was made.
    Changed(&'a str),
    /// The message has its id only now.
    Named,
}

/// All changes of a message, in their order; who of a group made one is named by whom we know them as.
fn changes_of(tx: &mut Tx<'_>, channel: ChannelId, wamid: &str) -> Result<Vec<ChangeRow>, Fault> {
    let mut changes = message_change::of(tx, channel, wamid)?;
    for change in &mut changes {
        if let Some(told) = change.participant.take() {
            change.participant = Some(receive::person(tx, &told)?);
        }
    }
    Ok(changes)
}

/// The emoji that the business put under a message on its phone, or took away there, last.
fn by_phone(changes: &[ChangeRow]) -> Option<&ChangeRow> {
    changes.iter().rfind(|change| change.ours && change.kind == ChangeKind::Reaction)
}

fn amend(tx: &mut Tx<'_>, mut row: MessageRow, wamid: &str, why: Occasion<'_>) -> Result<(), Fault> {
    let changes = changes_of(tx, row.channel, wamid)?;
    let amended = amended(row.contact, row.model.author.kind, &changes)?;
    reacted(tx, &row, &changes)?;
    let before = row.model.clone();
    if let Some(edit) = amended.body {
        row.model.body = edit.body;
        message::update_raw(tx, row.model.id, edit.raw.as_deref())?;
    }
    if amended.revoked {
        row.model.context = None;
        row.quoted = None;
        row.model.file = None;
        file::forget(tx, row.model.id)?;
        message_change::empty(tx, row.channel, wamid)?;
    }
    // Each side has one emoji under a message, and the phone is our side, too. What we put there here is not among
    // its changes: it stays unless the phone has just done something else. A deleted message has nothing under it.
    let phone = by_phone(&changes).filter(|one| match why {
        Occasion::Changed(wamid) => one.wamid == wamid,
        Occasion::Named => true,
    });
    let mine = match phone {
        _ if amended.revoked => None,
        Some(change) => change.content.clone().map(ours),
        None => before.reactions.iter().find(|one| one.author != AuthorKind::Customer).cloned(),
    };
    row.model.reactions = amended.reactions.into_iter().chain(mine).collect();
    row.model.edited_at = amended.edited_at;
    if row.model == before {
        return Ok(());
    }
    let (id, channel, contact) = (row.model.id, row.channel, row.contact);
    let says_otherwise = row.model.body != before.body;
    let shown = preview(&row.model.body);
    let after = row.model.body.words().map(Cow::into_owned);
    let found = tell(tx, row)?;
    if !says_otherwise {
        return Ok(());
    }
    reindex(tx, contact, &before, after.as_deref())?;
    if let Some(mut loaded) = found
        && loaded.row.last_message == Some(id)
        && let (Some(last), Some((preview, kind))) = (&mut loaded.row.model.last, shown)
    {
        last.preview = preview;
        last.kind = kind;
        loaded.save_in_place(tx)?;
    }
    tell_answers(tx, channel, contact, wamid)
}

/// A customer who put an emoji under the newest message that people of ours wrote, and asked for nothing since, waits
/// for nothing any more, if the tenant says so. It counts although it was taken away since: so it does not matter in
/// which order the two are told. Of a group, one's emoji says nothing for the others.
fn reacted(tx: &mut Tx<'_>, row: &MessageRow, changes: &[ChangeRow]) -> Result<(), Fault> {
    let theirs = |one: &&ChangeRow| {
        one.contact == row.contact && one.kind == ChangeKind::Reaction && !one.ours && one.content.is_some()
    };
    let Some(at) = changes.iter().filter(theirs).map(|one| one.written_at).max() else { return Ok(()) };
    if row.model.author.kind != AuthorKind::Member || !settings::get(tx)?.routing.reaction_answers {
        return Ok(());
    }
    let Some(found) = conversation::find(tx, row.model.conversation)? else { return Ok(()) };
    let waits = found.model.waiting_since.is_some() && !found.model.contact.group;
    let asked_since = found.heard.asked.is_some_and(|asked| asked > at);
    if !waits || asked_since || message::newest_of_people(tx, found.model.id)? != Some(row.model.id) {
        return Ok(());
    }
    let mut loaded = Loaded::from_row(found);
    loaded.row.model.waiting_since = None;
    loaded.fact(tx, FactKind::CustomerContent, &Author { kind: AuthorKind::Customer, member: None })?;
    routing::park::content(tx, &loaded)?;
    loaded.save_in_place(tx)
}

/// The conversation is found by what the message says now, and by what it said before only if another
/// message says it.
fn reindex(tx: &mut Tx<'_>, contact: ContactId, before: &Message, after: Option<&str>) -> Result<(), Fault> {
    if let Some(said) = before.body.words() {
        let texts = message::texts(tx, before.conversation)?;
        search::forget(tx, before.conversation, &said, &texts)?;
    }
    match after {
        Some(words) => search::index(tx, before.conversation, contact, words),
        None => Ok(()),
    }
}

/// Stores a message in its new shape and tells the log; its conversation, for what else follows.
pub(super) fn tell(tx: &mut Tx<'_>, mut row: MessageRow) -> Result<Option<Loaded>, Fault> {
    row.model.rev += 1;
    message::update_content(tx, &row)?;
    let Some(found) = conversation::find(tx, row.model.conversation)? else { return Ok(None) };
    let loaded = Loaded::from_row(found);
    tx.emit(loaded.row.model.audience(), Some(row.contact), Event::Message(row.model));
    Ok(Some(loaded))
}

/// What all changes of a message come to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Amended {
    /// What it says now, when that is something else than at first.
    body: Option<Edit>,
    reactions: Vec<Reaction>,
    edited_at: Option<Instant>,
    revoked: bool,
}

/// Works out what changes, in their order, come to. Only the side that wrote a message may edit or delete it;
/// the customer's emoji are here, in a group one of each person, and ours lie with the message.
fn amended(whose: ContactId, author: AuthorKind, changes: &[ChangeRow]) -> Result<Amended, Fault> {
    let newest = |kind: ChangeKind, ours: bool| {
        changes.iter().rfind(|change| change.contact == whose && change.kind == kind && change.ours == ours)
    };
    let by_us = author != AuthorKind::Customer;
    if newest(ChangeKind::Revoke, by_us).is_some() {
        let body = Some(Edit { body: Body::Content(Arc::new(Content::Revoked)), raw: None });
        return Ok(Amended { body, revoked: true, ..Amended::default() });
    }
    let mut amended = Amended::default();
    if let Some(edit) = newest(ChangeKind::Edit, by_us) {
        let content = edit.content.as_deref().unwrap_or_default();
        amended.body = Some(serde_json::from_str(content).map_err(|e| Fault::Broken(e.to_string()))?);
        amended.edited_at = Some(edit.written_at);
    }
    let mut last: Vec<&ChangeRow> = Vec::new();
    let theirs = |one: &&ChangeRow| one.contact == whose && one.kind == ChangeKind::Reaction && !one.ours;
    for change in changes.iter().filter(theirs) {
        last.retain(|before| before.participant != change.participant);
        last.push(change);
    }
    let emoji = last.into_iter().filter_map(|change| change.content.clone());
    amended.reactions = emoji.map(|emoji| Reaction { author: AuthorKind::Customer, emoji }).collect();
    Ok(amended)
}

fn json(edit: &Edit) -> Result<String, Fault> {
    serde_json::to_string(edit).map_err(|error| Fault::Broken(error.to_string()))
}
