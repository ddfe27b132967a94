//! What members are told of.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{MemberId, NoticeId},
    model::{
        board::AlertKind,
        notice::{Notice, NoticeAlert, NoticeKind},
    },
};

use crate::{
    clock::{from_micros, micros},
    db::{Fault, Scoped, schema::notice::dsl as n},
};

type Row = (
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<i64>,
);

macro_rules! columns {
    () => {
        (
            n::id,
            n::kind,
            n::conversation_id,
            n::message_id,
            n::by_id,
            n::at,
            n::read_at,
            n::queue_id,
            n::what,
            n::value,
        )
    };
}

/// Adds a notice for a member.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, member: MemberId, notice: &Notice) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(n::notice)
        .values((
            n::tenant_id.eq(tenant),
            n::id.eq(notice.id.to_string()),
            n::member_id.eq(member.to_string()),
            n::kind.eq(notice.kind.as_str()),
            n::conversation_id.eq(notice.conversation.map(|id| id.to_string())),
            n::message_id.eq(notice.message.map(|id| id.to_string())),
            n::by_id.eq(notice.by.map(|id| id.to_string())),
            n::at.eq(micros(notice.at)),
            n::queue_id.eq(notice.alert.map(|alert| alert.queue.to_string())),
            n::what.eq(notice.alert.map(|alert| alert.what.as_str())),
            n::value.eq(notice.alert.map(|alert| i64::from(alert.value))),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest of what a member was told of and has not seen, the oldest of them first.
///
/// # Errors
/// The database's.
pub fn unread(scoped: &mut Scoped, member: MemberId, most: usize) -> Result<Vec<Notice>, Fault> {
    let (conn, tenant) = scoped.parts();
    let theirs = n::tenant_id.eq(tenant).and(n::member_id.eq(member.to_string()));
    let rows: Vec<Row> = n::notice
        .filter(theirs.and(n::read_at.is_null()))
        .order(n::id.desc())
        .limit(most as i64)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().rev().map(model).collect()
}

/// At most `most` notices of a member that are older than one, the newest first.
///
/// # Errors
/// The database's.
pub fn page(
    scoped: &mut Scoped,
    member: MemberId,
    before: Option<NoticeId>,
    most: i64,
) -> Result<Vec<Notice>, Fault> {
    let (conn, tenant) = scoped.parts();
    // Behind every id.
    let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
    let theirs = n::tenant_id.eq(tenant).and(n::member_id.eq(member.to_string()));
    let rows: Vec<Row> = n::notice
        .filter(theirs.and(n::id.lt(before)))
        .order(n::id.desc())
        .limit(most)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// Notes that a member has seen their notices up to one; says how many they had not seen before.
///
/// # Errors
/// The database's.
pub fn read(scoped: &mut Scoped, member: MemberId, up_to: NoticeId, now: Instant) -> Result<usize, Fault> {
    let (conn, tenant) = scoped.parts();
    let theirs = n::tenant_id.eq(tenant).and(n::member_id.eq(member.to_string()));
    let new = theirs.and(n::read_at.is_null()).and(n::id.le(up_to.to_string()));
    Ok(diesel::update(n::notice.filter(new)).set(n::read_at.eq(micros(now))).execute(conn)?)
}

/// The oldest notices from before an instant: whose, which, and whether they were seen.
///
/// # Errors
/// The database's.
pub fn older(
    scoped: &mut Scoped,
    before: Instant,
    most: usize,
) -> Result<Vec<(MemberId, NoticeId, bool)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String, Option<i64>)> = n::notice
        .filter(n::tenant_id.eq(tenant).and(n::at.lt(micros(before))))
        .order((n::at, n::id))
        .limit(most as i64)
        .select((n::member_id, n::id, n::read_at))
        .load(conn)?;
    rows.into_iter().map(|(member, id, read)| Ok((member.parse()?, id.parse()?, read.is_some()))).collect()
}

/// Removes a notice.
///
/// # Errors
/// The database's.
pub fn remove(scoped: &mut Scoped, id: NoticeId) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::delete(n::notice.filter(n::tenant_id.eq(tenant).and(n::id.eq(id.to_string())))).execute(conn)?;
    Ok(())
}

fn model(row: Row) -> Result<Notice, Fault> {
    let (id, kind, conversation, message, by, at, read_at, queue, what, value) = row;
    let kind = NoticeKind::parse(&kind).ok_or_else(|| Fault::Broken(format!("notice {id}: kind")))?;
    Ok(Notice {
        id: id.parse()?,
        kind,
        conversation: conversation.map(|id| id.parse()).transpose()?,
        alert: queue.zip(what).map(|(queue, what)| alert(&queue, &what, value)).transpose()?,
        message: message.map(|id| id.parse()).transpose()?,
        by: by.map(|id| id.parse()).transpose()?,
        at: from_micros(at),
        read: read_at.is_some(),
    })
}

fn alert(queue: &str, what: &str, value: Option<i64>) -> Result<NoticeAlert, Fault> {
    let what = AlertKind::parse(what).ok_or_else(|| Fault::Broken(format!("alert {what}")))?;
    let value = value.and_then(|value| u32::try_from(value).ok()).unwrap_or_default();
    Ok(NoticeAlert { queue: queue.parse()?, what, value })
}
