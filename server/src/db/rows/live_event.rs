//! The log that serves resume.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{Instant, Pos, live::event::Event, permission::Audience};

use super::slice::SLICE;
use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        fixed::{Fixed, statements},
        record::{Draft, Recorded, rendered},
        schema::live_event::dsl as e,
    },
};

type Row = (i64, i64, Option<String>, Option<String>, String);

statements! {
    Insert: "INSERT INTO live_event \
    (tenant_id, pos, at, audience_before, audience_after, payload, contact_id) VALUES (?, ?, ?, ?, ?, ?, ?)";
}

/// Writes an event at its place.
pub(crate) fn insert(
    scoped: &mut Scoped,
    pos: Pos,
    at: Instant,
    draft: &Draft,
    payload: &str,
) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let insert = Fixed::<Insert, _>::new([
        tenant.into(),
        (pos as i64).into(),
        micros(at).into(),
        to_json(draft.before.as_ref())?.into(),
        to_json(draft.after.as_ref())?.into(),
        payload.into(),
        draft.contact.map(|id| id.to_string()).into(),
    ]);
    insert.execute(conn)?;
    Ok(())
}

/// At most `limit` events behind a position, in order.
///
/// # Errors
/// The database's.
pub fn after(scoped: &mut Scoped, pos: Pos, limit: i64) -> Result<Vec<Recorded>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = e::live_event
        .filter(e::tenant_id.eq(tenant).and(e::pos.gt(pos as i64)))
        .order(e::pos.asc())
        .limit(limit)
        .select((e::pos, e::at, e::audience_before, e::audience_after, e::payload))
        .load(conn)?;
    rows.into_iter().map(recorded).collect()
}

/// The first position still in the log; none when it is empty.
///
/// # Errors
/// The database's.
pub fn first(scoped: &mut Scoped) -> Result<Option<Pos>, Fault> {
    let (conn, tenant) = scoped.parts();
    let first: Option<i64> =
        e::live_event.filter(e::tenant_id.eq(tenant)).select(diesel::dsl::min(e::pos)).get_result(conn)?;
    Ok(first.map(|pos| pos as Pos))
}

/// Forgets a slice of the events older than an instant, from the beginning of the log; says how many.
/// Positions are given in the order of time, so the place to stop is found by halving: `at` needs no
/// index, and every write of the house is one index cheaper.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    let Some(first) = first(scoped)? else { return Ok(0) };
    let (mut old, mut young) = (first, first.saturating_add(SLICE as Pos));
    while old < young {
        let middle = old + (young - old) / 2;
        if is_older(scoped, middle, before)? { old = middle + 1 } else { young = middle }
    }
    let (conn, tenant) = scoped.parts();
    Ok(diesel::delete(e::live_event.filter(e::tenant_id.eq(tenant).and(e::pos.lt(old as i64))))
        .execute(conn)?)
}

/// Whether the event at a position is older than an instant; one that is not there yet is not.
fn is_older(scoped: &mut Scoped, pos: Pos, before: Instant) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let at: Option<i64> = e::live_event
        .filter(e::tenant_id.eq(tenant).and(e::pos.eq(pos as i64)))
        .select(e::at)
        .first(conn)
        .optional()?;
    Ok(at.is_some_and(|at| at < micros(before)))
}

fn recorded((pos, at, before, after, payload): Row) -> Result<Recorded, Fault> {
    let event: Event = serde_json::from_str(&payload).map_err(|error| broken(pos, &error))?;
    Ok(Recorded {
        pos: pos as Pos,
        at: from_micros(at),
        before: from_json(pos, before)?,
        after: from_json(pos, after)?,
        event,
        rendered: rendered(pos as Pos, &payload),
    })
}

fn to_json(audience: Option<&Audience>) -> Result<Option<String>, Fault> {
    audience.map(serde_json::to_string).transpose().map_err(|error| Fault::Broken(error.to_string()))
}

fn from_json(pos: i64, audience: Option<String>) -> Result<Option<Audience>, Fault> {
    audience.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| broken(pos, &error))
}

fn broken(pos: i64, error: &serde_json::Error) -> Fault {
    Fault::Broken(format!("event {pos}: {error}"))
}
