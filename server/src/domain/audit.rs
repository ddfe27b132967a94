//! The audit log as people read it: in pages, and as a file. Looking at what others did is an entry itself.

use shared::{
    api::audit::{AUDIT_PAGE, AuditActor, AuditEntry, AuditPage, AuditQuery},
    error::ErrorCode,
    ids::MemberId,
    permission::Permission,
};

use super::{csv, seat, zone};
use crate::{
    clock::from_micros,
    db::{
        Fault, ReadError, Scoped, TenantStore, Tx,
        record::Actor,
        rows::{
            audit::{self, AuditRow, Wanted},
            member, settings,
        },
    },
};

/// Entries that are looked at in one statement.
const STRIDE: i64 = 10_000;
/// Entries that are looked at for one page, so that no query of a few takes long.
const MOST_LOOKED_AT: i64 = 100_000;
/// Entries in one piece of a file.
const PIECE: usize = 1_000;

/// Notes that a member looks at what others did, or takes it out, as `action` says.
///
/// # Errors
/// `forbidden`.
pub fn begin(tx: &mut Tx<'_>, member: MemberId, action: &str, query: &AuditQuery) -> Result<(), Fault> {
    let seat = seat::take(tx, member)?;
    if !seat.member.role.may(Permission::SeeAudit) {
        return Err(ErrorCode::Forbidden.into());
    }
    let whose = query.member.map_or_else(|| "all".to_owned(), |member| member.to_string());
    tx.audit(Actor::Member(member), action, &whose)
}

/// `GET /api/audit`.
///
/// # Errors
/// `forbidden` for whoever may only see what they did themselves and asks for more.
pub async fn page(tenant: &TenantStore, member: MemberId, query: AuditQuery) -> Result<AuditPage, ReadError> {
    let read = tenant.read(move |scoped| {
        may_read(scoped, member, &query)?;
        let (rows, next) = look(scoped, &query, AUDIT_PAGE)?;
        let entries = rows.into_iter().map(entry).collect::<Result<_, Fault>>()?;
        Ok(AuditPage { entries, next })
    });
    read.await
}

/// The next piece of the file, and where the one after it begins; none when all is written. Whoever is locked out
/// meanwhile gets no more.
///
/// # Errors
/// `forbidden`, `unauthenticated`.
pub async fn piece(
    tenant: &TenantStore,
    member: MemberId,
    query: AuditQuery,
) -> Result<(String, Option<u64>), ReadError> {
    let read = tenant.read(move |scoped| {
        may_read(scoped, member, &query)?;
        let (rows, next) = look(scoped, &query, PIECE)?;
        let people = member::all(scoped)?;
        let mut text = String::new();
        if query.before.is_none() {
            text.push_str(&csv::line(["seq", "at", "actor", "name", "action", "object", "hash"].into_iter()));
        }
        for row in rows {
            let name = people.iter().find(|one| one.member.id.to_string() == row.actor);
            let name = name.map_or("", |one| one.member.name.as_str());
            let (seq, at) = (row.seq.to_string(), from_micros(row.at).to_rfc3339());
            text.push_str(&csv::line(
                [&*seq, &at, &row.actor, name, &row.action, &row.object, &row.hash].into_iter(),
            ));
        }
        Ok((text, next))
    });
    read.await
}

fn may_read(scoped: &mut Scoped, member: MemberId, query: &AuditQuery) -> Result<(), Fault> {
    let seat = seat::take(scoped, member)?;
    let own = query.member == Some(member);
    if own || seat.member.role.may(Permission::SeeAudit) { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
}

/// The newest that fit, and where to go on.
fn look(scoped: &mut Scoped, query: &AuditQuery, most: usize) -> Result<(Vec<AuditRow>, Option<u64>), Fault> {
    let zone = zone::known(&settings::get(scoped)?.zone);
    let first = match query.from {
        Some(date) => audit::first_since(scoped, zone::begins(zone, date))?,
        None => 1,
    };
    let behind = query.to.and_then(|date| date.succ_opt());
    let mut end = match behind {
        Some(date) => audit::first_since(scoped, zone::begins(zone, date))?,
        None => audit::head(scoped)?.0 + 1,
    };
    if let Some(before) = query.before {
        end = end.min(i64::try_from(before).unwrap_or(i64::MAX));
    }
    let wanted = Wanted {
        actor: query.member.map(|member| member.to_string()),
        action: query.action.clone(),
        object: query.object.clone(),
    };
    let stop = first.max(end.saturating_sub(MOST_LOOKED_AT));
    let mut rows: Vec<AuditRow> = Vec::new();
    while end > stop {
        let from = stop.max(end - STRIDE);
        let room = most - rows.len();
        let some = audit::fitting(scoped, (from, end), &wanted, i64::try_from(room).unwrap_or(i64::MAX))?;
        let full = some.len() == room;
        rows.extend(some);
        end = from;
        if full {
            end = rows.last().map_or(end, |last| last.seq);
            break;
        }
    }
    Ok((rows, if end > first { u64::try_from(end).ok() } else { None }))
}

fn entry(row: AuditRow) -> Result<AuditEntry, Fault> {
    let actor = match row.actor.as_str() {
        "operator" => AuditActor::Operator,
        "system" => AuditActor::System,
        id => AuditActor::Member(id.parse()?),
    };
    let seq =
        u64::try_from(row.seq).map_err(|_| Fault::Broken(format!("entry {} of the audit log", row.seq)))?;
    Ok(AuditEntry { seq, at: from_micros(row.at), actor, action: row.action, object: row.object })
}
