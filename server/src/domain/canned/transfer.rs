//! Taking canned replies to another tenant, or keeping them in a file. Their own files stay here.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    api::canned::{CannedEntry, CannedExport, CannedFor, CannedImported, EXPORT_VERSION},
    error::ErrorCode,
    ids::{CannedReplyId, MemberId, QueueId},
    model::canned::{CannedReply, CannedScope, CannedWords, MOST_REPLIES},
};

use super::may_write;
use crate::{
    db::{
        Fault, ReadError, TenantStore, Tx,
        record::Actor,
        rows::{
            canned_reply::{self, CannedRow},
            queue,
        },
    },
    domain::seat::{self, Seat},
};

/// Why nothing was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong.
    pub code: ErrorCode,
    /// Which entry, counted from 1, and what of it.
    pub detail: String,
}

impl Wrong {
    fn entry(at: usize, code: ErrorCode, what: &str) -> Self {
        Self { code, detail: format!("entry {}: {what}", at + 1) }
    }
}

/// All that a member may change, as an import takes it.
///
/// # Errors
/// The database's.
pub async fn export(tenant: &TenantStore, member: MemberId) -> Result<CannedExport, ReadError> {
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        let names: BTreeMap<QueueId, String> =
            queue::all(scoped)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
        let mut all = canned_reply::all(scoped, member)?;
        all.retain(|row| may_write(&seat, row.model.scope));
        let replies = all.into_iter().map(|row| entry(row.model, &names)).collect();
        Ok(CannedExport { version: EXPORT_VERSION, replies })
    });
    read.await
}

fn entry(reply: CannedReply, names: &BTreeMap<QueueId, String>) -> CannedEntry {
    let (whom, queue) = match reply.scope {
        CannedScope::Personal => (CannedFor::Personal, None),
        CannedScope::Queue(id) => (CannedFor::Queue, names.get(&id).cloned()),
        CannedScope::Tenant => (CannedFor::Tenant, None),
    };
    let CannedWords { folder, shortcut, language, title, text } = reply.words;
    CannedEntry { whom, queue, folder, shortcut, language, title, text }
}

/// Takes all entries in, or none of them. One with the shortcut and the language of a reply for the same people stands
/// in its place, and leaves it its file.
///
/// # Errors
/// The database's; what is wrong with the entries is the inner one, and nothing was changed.
pub fn import(
    tx: &mut Tx<'_>,
    member: MemberId,
    given: CannedExport,
) -> Result<Result<CannedImported, Wrong>, Fault> {
    if given.version != EXPORT_VERSION {
        let detail = format!("version {} is not known here", given.version);
        return Ok(Err(Wrong { code: ErrorCode::ReplyInvalid, detail }));
    }
    let seat = seat::take(tx, member)?;
    let queues: BTreeMap<String, QueueId> =
        queue::all(tx)?.into_iter().map(|queue| (queue.name, queue.id)).collect();
    let mut known: BTreeMap<Place, CannedRow> = BTreeMap::new();
    for row in canned_reply::all(tx, member)? {
        known.insert(place(row.model.scope, &row.model.words), row);
    }
    let wanted = match read(&seat, &queues, given.replies) {
        Ok(wanted) => wanted,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if let Err(wrong) = room(&known, &wanted) {
        return Ok(Err(wrong));
    }
    // From here on nothing is wrong with any of them.
    let (mut added, mut replaced) = (0, 0);
    for (scope, words) in wanted {
        match known.get(&place(scope, &words)) {
            Some(row) if row.model.words == words => {}
            Some(row) => {
                let mut row = row.clone();
                (row.model.words, row.model.rev) = (words, row.model.rev + 1);
                canned_reply::update(tx, &row)?;
                replaced += 1;
            }
            None => {
                let model = CannedReply { id: CannedReplyId::new(), rev: 1, scope, words, file: None };
                let owner = (scope == CannedScope::Personal).then_some(member);
                canned_reply::insert(tx, &CannedRow { model, member: owner, file: None })?;
                added += 1;
            }
        }
    }
    tx.audit(Actor::Member(member), "canned.import", &format!("{added} added, {replaced} replaced"))?;
    Ok(Ok(CannedImported { added, replaced }))
}

/// What is unique: for whom, language, shortcut. Of the personal ones only the member's own are looked at.
type Place = (CannedScope, String, String);

fn place(scope: CannedScope, words: &CannedWords) -> Place {
    (scope, words.language.clone(), words.shortcut.clone())
}

fn read(
    seat: &Seat,
    queues: &BTreeMap<String, QueueId>,
    given: Vec<CannedEntry>,
) -> Result<Vec<(CannedScope, CannedWords)>, Wrong> {
    let mut taken = BTreeSet::new();
    let mut all = Vec::with_capacity(given.len());
    for (at, entry) in given.into_iter().enumerate() {
        let wrong = |code, what: &str| Wrong::entry(at, code, what);
        let invalid = |what: &str| wrong(ErrorCode::ReplyInvalid, what);
        let CannedEntry { whom, queue, folder, shortcut, language, title, text } = entry;
        let scope = match (whom, queue) {
            (CannedFor::Personal, None) => CannedScope::Personal,
            (CannedFor::Tenant, None) => CannedScope::Tenant,
            (CannedFor::Queue, Some(name)) => match queues.get(&name) {
                // Whoever may not look after queues' replies does not learn which queues there are.
                _ if !may_write(seat, CannedScope::Tenant) => CannedScope::Tenant,
                Some(id) => CannedScope::Queue(*id),
                None => return Err(invalid("there is no such queue")),
            },
            _ => return Err(invalid("a queue is named when the reply is for one, and only then")),
        };
        if !may_write(seat, scope) {
            return Err(wrong(ErrorCode::Forbidden, "only personal replies may be imported"));
        }
        let words = CannedWords { folder, shortcut, language, title, text }.trimmed();
        words.check().map_err(|fault| invalid(fault.detail()))?;
        if !taken.insert(place(scope, &words)) {
            return Err(wrong(ErrorCode::ShortcutTaken, "an earlier entry has the same shortcut"));
        }
        all.push((scope, words));
    }
    Ok(all)
}

/// Whether all of them have room.
fn room(known: &BTreeMap<Place, CannedRow>, wanted: &[(CannedScope, CannedWords)]) -> Result<(), Wrong> {
    let mut counts: BTreeMap<CannedScope, usize> = BTreeMap::new();
    for (scope, ..) in known.keys() {
        *counts.entry(*scope).or_default() += 1;
    }
    for (at, (scope, words)) in wanted.iter().enumerate() {
        if known.contains_key(&place(*scope, words)) {
            continue;
        }
        let count = counts.entry(*scope).or_default();
        if *count >= MOST_REPLIES {
            return Err(Wrong::entry(at, ErrorCode::TooManyReplies, "there is no room for it"));
        }
        *count += 1;
    }
    Ok(())
}
