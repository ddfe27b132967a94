//! What a member reads: the snapshot, an opened timeline, and pages over HTTP.

use shared::{
    api::conversations::{
        ConversationFilter, ConversationsPage, ConversationsQuery, MessagesPage, MessagesQuery,
    },
    error::ErrorCode,
    ids::{ConversationId, Epoch, MemberId, MessageId},
    limits::{SNAPSHOT_CONVERSATIONS, TIMELINE_PAGE},
    live::snapshot::{Opened, Snapshot},
    model::{
        content::Content,
        conversation::Conversation,
        file::{File, Stored},
        message::Body,
    },
    permission::{PhoneSight, Scope, can_see},
};

use super::{finding, notices, numbers, seat};
use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, ReadError, Scoped, TenantStore,
        rows::{
            calendar, channel,
            conversation::{self, Cursor},
            draft,
            file::{self, FileRow},
            log, member, message, queue, settings,
        },
    },
};

/// Conversations in one HTTP page.
const PAGE: i64 = 50;

/// Everything in a member's scope, with the log it belongs to, as of one position.
///
/// # Errors
/// `unauthenticated` when the member is locked out.
pub fn snapshot(scoped: &mut Scoped, member: MemberId) -> Result<(Epoch, Scope, Snapshot), Fault> {
    let (epoch, pos) = log::head(scoped)?;
    let seat = seat::take(scoped, member)?;
    let most = SNAPSHOT_CONVERSATIONS as i64;
    let mut rows = conversation::open_in_scope(scoped, &seat.scope, most + 1)?;
    let truncated = rows.len() > SNAPSHOT_CONVERSATIONS;
    rows.truncate(SNAPSHOT_CONVERSATIONS);
    let snapshot = Snapshot {
        pos,
        scope_rev: seat.scope_rev,
        me: member,
        settings: settings::get(scoped)?,
        members: member::all(scoped)?.into_iter().map(|row| row.member).collect(),
        queues: queue::all(scoped)?,
        calendars: calendar::all(scoped)?,
        channels: channel::all(scoped)?,
        health: numbers::seen_by(scoped, &seat.scope)?,
        conversations: rows.into_iter().map(|row| rendered(&seat.scope, row.model)).collect(),
        truncated,
        drafts: draft::of(scoped, member)?.into_iter().map(|row| row.model).collect(),
        notices: notices::unread(scoped, member)?,
    };
    Ok((epoch, seat.scope, snapshot))
}

/// The newest page of a timeline; nobody is watching in it.
///
/// # Errors
/// `not_found` when it does not exist or is out of sight.
pub fn open(scoped: &mut Scoped, member: MemberId, id: ConversationId) -> Result<Opened, Fault> {
    let (_, pos) = log::head(scoped)?;
    let conversation = in_sight(scoped, member, id)?;
    let page = timeline(scoped, id, None)?;
    Ok(Opened { pos, conversation, messages: page.messages, has_older: page.has_older, watchers: Vec::new() })
}

/// Whether the seat may see a conversation.
///
/// # Errors
/// The database's.
pub fn is_in_sight(scoped: &mut Scoped, seat: &seat::Seat, id: ConversationId) -> Result<bool, Fault> {
    Ok(conversation::find(scoped, id)?.is_some_and(|row| can_see(&seat.scope, &row.model.audience())))
}

/// `GET /api/conversations`.
///
/// # Errors
/// `bad_request` for a cursor that is not ours.
pub async fn conversations(
    tenant: &TenantStore,
    member: MemberId,
    query: ConversationsQuery,
) -> Result<ConversationsPage, ReadError> {
    let after = query.after.as_deref().map(parse_cursor).transpose()?;
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        let (wanted, half) = match query.search.as_deref() {
            Some(text) => finding::wanted(scoped, &seat, text)?,
            None => (None, None),
        };
        // A state that is searched for counts more than the list that is shown.
        let filter = half.or(query.state).unwrap_or(ConversationFilter::Open);
        let rows = conversation::page(scoped, &seat.scope, filter, wanted.as_ref(), after, PAGE + 1)?;
        let more = rows.len() as i64 > PAGE;
        let rows: Vec<_> = rows.into_iter().take(PAGE as usize).collect();
        let next = rows.last().filter(|_| more).map(|row| write_cursor(row.changed_at, row.model.id));
        let conversations = rows.into_iter().map(|row| rendered(&seat.scope, row.model)).collect();
        Ok(ConversationsPage { conversations, next })
    });
    read.await
}

/// `GET /api/conversations/{id}/messages`. What is shown of a conversation goes out through
/// [`monitor::shown`](super::monitor::shown).
///
/// # Errors
/// `not_found` when the conversation does not exist or is out of sight.
pub fn messages(
    scoped: &mut Scoped,
    member: MemberId,
    id: ConversationId,
    query: &MessagesQuery,
) -> Result<MessagesPage, Fault> {
    in_sight(scoped, member, id)?;
    timeline(scoped, id, query.before)
}

/// A file and what a browser should call it.
pub struct FoundFile {
    /// The digest under which it lies.
    pub hash: String,
    /// What was found in it.
    pub stored: Stored,
    /// The name its sender gave it.
    pub name: Option<String>,
}

/// The file of a message, and in which conversation it was sent. What is shown of a conversation goes out through
/// [`monitor::shown`](super::monitor::shown).
///
/// # Errors
/// `not_found` when there is no such message in sight, or its file is not here.
pub fn file(
    scoped: &mut Scoped,
    member: MemberId,
    id: MessageId,
) -> Result<(ConversationId, FoundFile), Fault> {
    let found = message::find(scoped, id)?.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    let conversation = found.model.conversation;
    in_sight(scoped, member, conversation)?;
    let name = match &found.model.body {
        Body::Content(content) => match &**content {
            Content::Media(media) => media.file_name.clone(),
            _ => None,
        },
        _ => None,
    };
    match file::find(scoped, id)? {
        Some(FileRow { file: File::Ready(stored), hash: Some(hash), .. }) => {
            Ok((conversation, FoundFile { hash, stored, name }))
        }
        _ => Err(Fault::Refused(ErrorCode::NotFound)),
    }
}

/// A conversation in a scope, with the newest page of its messages.
///
/// # Errors
/// `not_found` when it does not exist or is out of sight.
pub(super) fn with_page(
    scoped: &mut Scoped,
    scope: &Scope,
    id: ConversationId,
) -> Result<(Conversation, MessagesPage), Fault> {
    let row = conversation::find(scoped, id)?.filter(|row| can_see(scope, &row.model.audience()));
    let row = row.ok_or(Fault::Refused(ErrorCode::NotFound))?;
    Ok((rendered(scope, row.model), timeline(scoped, id, None)?))
}

fn in_sight(scoped: &mut Scoped, member: MemberId, id: ConversationId) -> Result<Conversation, Fault> {
    let seat = seat::take(scoped, member)?;
    conversation::find(scoped, id)?
        .filter(|row| can_see(&seat.scope, &row.model.audience()))
        .map(|row| rendered(&seat.scope, row.model))
        .ok_or(Fault::Refused(ErrorCode::NotFound))
}

fn timeline(scoped: &mut Scoped, id: ConversationId, before: Option<u64>) -> Result<MessagesPage, Fault> {
    let mut messages = message::page(scoped, id, before, TIMELINE_PAGE as i64 + 1)?;
    let has_older = messages.len() > TIMELINE_PAGE;
    if has_older {
        messages.remove(0);
    }
    Ok(MessagesPage { messages, has_older })
}

pub(super) fn rendered(scope: &Scope, conversation: Conversation) -> Conversation {
    match scope.phones {
        PhoneSight::Whole => conversation,
        PhoneSight::Masked => conversation.masked(),
    }
}

fn write_cursor(changed_at: shared::Instant, id: ConversationId) -> String {
    format!("{}-{id}", micros(changed_at))
}

fn parse_cursor(text: &str) -> Result<Cursor, ErrorCode> {
    let parsed = text.split_once('-').and_then(|(at, id)| {
        Some(Cursor { changed_at: from_micros(at.parse().ok()?), id: id.parse().ok()? })
    });
    parsed.ok_or(ErrorCode::BadRequest)
}
