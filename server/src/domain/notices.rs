//! What members are told of: a colleague named them, a conversation became theirs, a threshold was crossed. Read from the oldest on, so that
//! what a snapshot leaves out never comes back into it.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    Instant,
    api::notices::{NoticesPage, NoticesQuery},
    error::ErrorCode,
    ids::{ConversationId, MemberId, MessageId, NoticeId},
    limits,
    live::event::Event,
    model::notice::{Notice, NoticeAlert, NoticeKind},
    permission::{Audience, can_see},
};

use super::seat::{self, Seat};
use crate::db::{
    Fault, ReadError, Scoped, TenantStore, Tx,
    rows::{conversation, notice, slice::SLICE},
};

/// Notices in one page.
const PAGE: usize = 50;

/// Tells a member of something.
///
/// # Errors
/// The database's.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    member: MemberId,
    kind: NoticeKind,
    conversation: ConversationId,
    message: Option<MessageId>,
    by: Option<MemberId>,
) -> Result<(), Fault> {
    let (conversation, at) = (Some(conversation), tx.now());
    let new = Notice { id: NoticeId::new(), kind, conversation, alert: None, message, by, at, read: false };
    keep(tx, member, new)
}

/// Tells a member that a threshold was crossed.
///
/// # Errors
/// The database's.
pub(super) fn alert(tx: &mut Tx<'_>, member: MemberId, alert: NoticeAlert) -> Result<(), Fault> {
    let new = Notice {
        id: NoticeId::new(),
        kind: NoticeKind::Alert,
        conversation: None,
        alert: Some(alert),
        message: None,
        by: None,
        at: tx.now(),
        read: false,
    };
    keep(tx, member, new)
}

fn keep(tx: &mut Tx<'_>, member: MemberId, new: Notice) -> Result<(), Fault> {
    notice::insert(tx, member, &new)?;
    tx.emit(Audience::Member(member), None, Event::Notice(new));
    Ok(())
}

/// Whom of those that a note names it may not name: not here, or without sight of the conversation.
///
/// # Errors
/// The database's.
pub(super) fn unmentionable(
    scoped: &mut Scoped,
    id: ConversationId,
    mentions: &[MemberId],
) -> Result<Option<MemberId>, Fault> {
    let Some(row) = conversation::find(scoped, id)? else { return Ok(mentions.first().copied()) };
    let audience = row.model.audience();
    for member in mentions {
        let sees = match seat::take(scoped, *member) {
            Ok(theirs) => can_see(&theirs.scope, &audience),
            Err(Fault::Refused(_)) => false,
            Err(fault) => return Err(fault),
        };
        if !sees {
            return Ok(Some(*member));
        }
    }
    Ok(None)
}

/// Checks whom a note names: everybody once.
///
/// # Errors
/// `bad_request` for more than [`limits::MENTIONS`], `not_mentionable`.
pub(super) fn check(
    tx: &mut Tx<'_>,
    id: ConversationId,
    mentions: &[MemberId],
) -> Result<BTreeSet<MemberId>, Fault> {
    if mentions.len() > limits::MENTIONS {
        return Err(ErrorCode::BadRequest.into());
    }
    match unmentionable(tx, id, mentions)? {
        None => Ok(mentions.iter().copied().collect()),
        Some(_) => Err(ErrorCode::NotMentionable.into()),
    }
}

/// The member has seen what they were told of, up to one.
///
/// # Errors
/// The database's.
pub fn read(tx: &mut Tx<'_>, seat: &Seat, up_to: NoticeId) -> Result<(), Fault> {
    let (member, now) = (seat.member.id, tx.now());
    if notice::read(tx, member, up_to, now)? > 0 {
        tx.emit(Audience::Member(member), None, Event::NoticesRead { up_to });
    }
    Ok(())
}

/// What a member has not seen yet, the newest of it.
///
/// # Errors
/// The database's.
pub(super) fn unread(scoped: &mut Scoped, member: MemberId) -> Result<Vec<Notice>, Fault> {
    notice::unread(scoped, member, limits::SNAPSHOT_NOTICES)
}

/// `GET /api/notices`.
///
/// # Errors
/// The database's.
pub async fn page(
    tenant: &TenantStore,
    member: MemberId,
    query: NoticesQuery,
) -> Result<NoticesPage, ReadError> {
    let read = tenant.read(move |scoped| {
        let mut notices = notice::page(scoped, member, query.before, PAGE as i64 + 1)?;
        let has_older = notices.len() > PAGE;
        notices.truncate(PAGE);
        Ok(NoticesPage { notices, has_older })
    });
    read.await
}

/// Forgets a slice of the notices from before an instant; says how many. Whoever had not seen them hears that they
/// are gone.
///
/// # Errors
/// The database's.
pub fn forget(tx: &mut Tx<'_>, before: Instant) -> Result<usize, Fault> {
    let old = notice::older(tx, before, SLICE)?;
    let mut unseen: BTreeMap<MemberId, NoticeId> = BTreeMap::new();
    for (member, id, read) in &old {
        notice::remove(tx, *id)?;
        if !read {
            let newest = unseen.entry(*member).or_insert(*id);
            *newest = (*newest).max(*id);
        }
    }
    for (member, up_to) in unseen {
        tx.emit(Audience::Member(member), None, Event::NoticesRead { up_to });
    }
    Ok(old.len())
}
