//! What the operator did: an append-only chain like a tenant's, across the whole installation.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, TextExpressionMethods,
};
use shared::Instant;

use crate::{
    clock::{from_micros, micros},
    db::{Fault, connection::AnyConnection, record::Actor, schema::operator_audit::dsl as a, tx::audit_hash},
    tenant::TenantId,
};

/// Appends an entry. `object` is an id or a slug, never personal data.
///
/// # Errors
/// The database's.
pub fn append(
    conn: &mut AnyConnection,
    actor: Actor,
    action: &str,
    object: &str,
    now: Instant,
) -> Result<(), Fault> {
    let last: Option<(i64, String)> =
        a::operator_audit.order(a::seq.desc()).select((a::seq, a::hash)).first(conn).optional()?;
    let (seq, previous) = last.unwrap_or_default();
    let (seq, at, actor) = (seq + 1, micros(now), actor.to_string());
    let hash = audit_hash(&previous, seq, at, &actor, action, object);
    diesel::insert_into(a::operator_audit)
        .values((
            a::seq.eq(seq),
            a::at.eq(at),
            a::actor.eq(&actor),
            a::action.eq(action),
            a::object.eq(object),
            a::prev_hash.eq(&previous),
            a::hash.eq(&hash),
        ))
        .execute(conn)?;
    Ok(())
}

/// The action that notes where a tenant's chain ends; the object is the tenant, the number and the hash.
const ANCHOR: &str = "audit.anchor";

/// Notes where a tenant's chain ends.
///
/// # Errors
/// The database's.
pub fn anchor(
    conn: &mut AnyConnection,
    tenant: TenantId,
    seq: i64,
    hash: &str,
    now: Instant,
) -> Result<(), Fault> {
    append(conn, Actor::System, ANCHOR, &format!("{tenant} {seq} {hash}"), now)
}

/// When a tenant's chain was noted last, and the number of its end then.
///
/// # Errors
/// The database's.
pub fn last_anchor(conn: &mut AnyConnection, tenant: TenantId) -> Result<Option<(Instant, i64)>, Fault> {
    let row: Option<(i64, String)> = a::operator_audit
        .filter(a::action.eq(ANCHOR).and(a::object.like(format!("{tenant} %"))))
        .order(a::seq.desc())
        .select((a::at, a::object))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(at, object)| Some((from_micros(at), parsed(&object)?.0))))
}

/// Every end of a tenant's chain that was noted: its number and its hash.
///
/// # Errors
/// The database's.
pub fn anchors(conn: &mut AnyConnection, tenant: TenantId) -> Result<Vec<(i64, String)>, Fault> {
    let objects: Vec<String> = a::operator_audit
        .filter(a::action.eq(ANCHOR).and(a::object.like(format!("{tenant} %"))))
        .order(a::seq)
        .select(a::object)
        .load(conn)?;
    Ok(objects.iter().filter_map(|object| parsed(object)).collect())
}

fn parsed(object: &str) -> Option<(i64, String)> {
    let mut parts = object.split(' ').skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}

/// Walks the chain from its beginning; the first entry that does not fit, if any.
///
/// # Errors
/// The database's.
pub fn first_broken(conn: &mut AnyConnection) -> Result<Option<i64>, Fault> {
    type Row = (i64, i64, String, String, String, String, String);
    let rows: Vec<Row> = a::operator_audit
        .order(a::seq)
        .select((a::seq, a::at, a::actor, a::action, a::object, a::prev_hash, a::hash))
        .load(conn)?;
    let mut previous = String::new();
    for (expected, (seq, at, actor, action, object, prev_hash, hash)) in (1..).zip(rows) {
        let fits = seq == expected
            && prev_hash == previous
            && hash == audit_hash(&previous, seq, at, &actor, &action, &object);
        if !fits {
            return Ok(Some(expected));
        }
        previous = hash;
    }
    Ok(None)
}
