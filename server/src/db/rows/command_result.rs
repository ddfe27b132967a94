//! What commands answered, so that a repeated key gets the same answer and no second effect.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{CommandKey, MemberId},
};

use super::slice;
use crate::{
    clock::micros,
    db::{Fault, Scoped, schema::command_result::dsl as r},
};

/// The body's hash and the stored answer of an earlier command with this key.
///
/// # Errors
/// The database's.
pub fn find(
    scoped: &mut Scoped,
    member: MemberId,
    key: CommandKey,
) -> Result<Option<(String, String)>, Fault> {
    let (conn, tenant) = scoped.parts();
    Ok(r::command_result
        .filter(
            r::tenant_id
                .eq(tenant)
                .and(r::member_id.eq(member.to_string()))
                .and(r::command_key.eq(key.to_string())),
        )
        .select((r::body_hash, r::result))
        .first(conn)
        .optional()?)
}

/// Stores an answer.
///
/// # Errors
/// A unique violation when the key was used before.
pub fn insert(
    scoped: &mut Scoped,
    member: MemberId,
    key: CommandKey,
    body_hash: &str,
    result: &str,
    now: Instant,
) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(r::command_result)
        .values((
            r::tenant_id.eq(tenant),
            r::member_id.eq(member.to_string()),
            r::command_key.eq(key.to_string()),
            r::body_hash.eq(body_hash),
            r::result.eq(result),
            r::at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets a slice of the answers older than an instant; says how many.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, r::command_result, r::tenant_id, r::at, before)
}
