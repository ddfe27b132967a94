//! Conversations: what customers write, what members do with it.
//!
//! Each file is one verb. All of them load a conversation through [`Loaded`], which remembers the
//! audience before the change, and store it through [`Loaded::save`], which tells the log.

pub mod assign;
pub(crate) mod automatic;
pub mod begin;
pub mod call;
pub mod change;
pub mod close;
pub mod consent;
pub mod elsewhere;
pub mod file;
mod heard;
pub mod identity;
mod join;
pub mod label;
pub mod note;
mod opening;
pub mod past;
pub mod react;
pub mod read;
pub mod receipt;
pub mod receive;
pub mod release;
pub mod reopen;
pub mod send;
pub mod status;
mod template;
pub mod upload;

use std::sync::Arc;

use shared::{
    error::ErrorCode,
    ids::{CommandKey, ConversationId, MessageId},
    live::event::Event,
    model::{
        content::{Context, Reaction},
        conversation::LastMessage,
        message::{Author, AuthorKind, Body, Delivery, Happening, Message},
    },
    permission::{Audience, Permission, can_see},
};

use super::{
    routing::{self, Said, Stirred},
    seat::Seat,
};
use crate::db::{
    Fault, Tx,
    record::{Fact, FactKind},
    rows::{
        conversation::{self, ConversationRow},
        message::{self, MessageRow},
        search,
    },
};

/// A conversation that is about to change.
pub(crate) struct Loaded {
    pub(crate) row: ConversationRow,
    before: Option<Audience>,
    /// Until when its customer could be written to, if they waited for an answer.
    watched: Option<shared::Instant>,
    /// What is settled once this is stored.
    pub(crate) stirred: Stirred,
    /// The customer's message that is about to be added, where one is.
    pub(crate) said: Option<Said>,
}

/// What a new timeline entry is made of.
pub(crate) struct NewEntry {
    pub(crate) author: Author,
    pub(crate) body: Body,
    pub(crate) written_at: Option<shared::Instant>,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) key: Option<CommandKey>,
    pub(crate) wamid: Option<String>,
    pub(crate) raw: Option<String>,
    pub(crate) context: Option<Arc<Context>>,
    pub(crate) quoted: Option<String>,
    pub(crate) reactions: Vec<Reaction>,
    pub(crate) edited_at: Option<shared::Instant>,
    pub(crate) file: Option<file::NewFile>,
}

impl NewEntry {
    /// An entry with nothing but its author and body.
    pub(crate) fn of(author: Author, body: Body) -> Self {
        Self {
            author,
            body,
            written_at: None,
            delivery: None,
            key: None,
            wamid: None,
            raw: None,
            context: None,
            quoted: None,
            reactions: Vec::new(),
            edited_at: None,
            file: None,
        }
    }
}

impl Loaded {
    /// The conversation, if the member may see it.
    ///
    /// # Errors
    /// `not_found`, the same whether it does not exist or is out of sight.
    pub(crate) fn in_sight(tx: &mut Tx<'_>, seat: &Seat, id: ConversationId) -> Result<Self, Fault> {
        conversation::find(tx, id)?
            .filter(|row| can_see(&seat.scope, &row.model.audience()))
            .map(Self::from_row)
            .ok_or(Fault::Refused(ErrorCode::NotFound))
    }

    /// A stored conversation.
    pub(crate) fn from_row(row: ConversationRow) -> Self {
        let (before, watched) = (Some(row.model.audience()), routing::closing::waits_until(&row.model));
        Self { before, watched, row, stirred: Stirred::default(), said: None }
    }

    /// A conversation that was inserted in this transaction.
    pub(crate) fn fresh(row: ConversationRow) -> Self {
        Self { before: None, watched: None, row, stirred: Stirred::default(), said: None }
    }

    /// Whether the member may act on it: it is theirs or nobody's, or they may act for others.
    ///
    /// # Errors
    /// `assigned_to_another`.
    pub(crate) fn workable_by(&self, seat: &Seat) -> Result<(), Fault> {
        match self.row.model.assignee {
            Some(holder) if holder != seat.member.id && !seat.member.role.may(Permission::ActForOthers) => {
                Err(ErrorCode::AssignedToAnother.into())
            }
            _ => Ok(()),
        }
    }

    /// Adds an entry at the end of the timeline. Everything but system lines becomes the row's last.
    pub(crate) fn append(&mut self, tx: &mut Tx<'_>, entry: NewEntry) -> Result<Message, Fault> {
        let now = tx.now();
        self.row.last_seq += 1;
        let model = Message {
            id: MessageId::new(),
            rev: 1,
            conversation: self.row.model.id,
            seq: self.row.last_seq,
            at: now,
            written_at: entry.written_at,
            author: entry.author,
            body: entry.body,
            file: None,
            delivery: entry.delivery,
            context: entry.context,
            reactions: entry.reactions,
            edited_at: entry.edited_at,
            key: entry.key,
        };
        let mut row = MessageRow {
            model,
            contact: self.row.model.contact.id,
            channel: self.row.model.channel,
            wamid: entry.wamid,
            raw: entry.raw,
            quoted: entry.quoted,
        };
        message::insert(tx, &row)?;
        message::fill_quotes(tx, std::slice::from_mut(&mut row))?;
        let mut message = row.model;
        if let Some(new) = entry.file {
            message.file = Some(file::begin(tx, message.id, row.contact, new)?);
        }
        if let Some((preview, kind)) = preview(&message.body) {
            self.row.last_message = Some(message.id);
            self.row.model.last = Some(LastMessage {
                at: now,
                preview,
                kind,
                note: matches!(message.body, Body::Note { .. }),
                author: message.author.clone(),
                delivery: message.delivery.as_ref().map(|d| d.state),
            });
        }
        if let Some(words) = message.body.words() {
            search::index(tx, self.row.model.id, row.contact, &words)?;
        }
        tx.emit(self.row.model.audience(), Some(row.contact), Event::Message(message.clone()));
        Ok(message)
    }

    /// Adds a line that tells what happened.
    pub(crate) fn tell(&mut self, tx: &mut Tx<'_>, what: Happening) -> Result<(), Fault> {
        let author = Author { kind: AuthorKind::System, member: None };
        self.append(tx, NewEntry::of(author, Body::System { what })).map(|_| ())
    }

    /// Stores the conversation and tells the log.
    pub(crate) fn save(mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.row.changed_at = tx.now();
        self.save_in_place(tx)
    }

    /// Stores the conversation and tells the log; its place in the pages stays, because nothing happened
    /// in it.
    pub(crate) fn save_in_place(mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.row.model.rev += 1;
        conversation::update(tx, &self.row)?;
        // Who waited before in a window that is still open is watched since then.
        let waits_until = routing::closing::waits_until(&self.row.model);
        if let Some(until) = waits_until.filter(|_| self.watched.is_none_or(|until| until <= tx.now())) {
            routing::closing::watch(tx, self.row.model.id, until)?;
        }
        tx.conversation_changed(self.before, self.row.model);
        if self.stirred.is_empty() { Ok(()) } else { routing::settle(tx, self.stirred) }
    }

    /// Writes a fact about this conversation.
    pub(crate) fn fact(&self, tx: &mut Tx<'_>, what: FactKind, author: &Author) -> Result<(), Fault> {
        let calendar = if what == FactKind::ConversationQueued {
            routing::calendar_version(tx, self.row.model.queue)?
        } else {
            None
        };
        tx.fact(Fact {
            what,
            written_at: None,
            conversation: Some(self.row.model.id),
            queue: self.row.model.queue,
            member: author.member.or(self.row.model.assignee),
            channel: Some(self.row.model.channel),
            author: Some(author.kind),
            calendar,
        })
    }
}

/// The author of what a member does.
pub(crate) fn by(seat: &Seat) -> Author {
    Author { kind: AuthorKind::Member, member: Some(seat.member.id) }
}

/// What a row shows of a body, and its kind when it is not words.
pub(super) fn preview(body: &Body) -> Option<(String, Option<String>)> {
    if matches!(body, Body::System { .. }) {
        return None;
    }
    let words = body.words().map(|words| shared::limits::preview(&words)).unwrap_or_default();
    Some((words, body.kind().map(str::to_owned)))
}
