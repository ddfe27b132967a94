//! Facts: transitions for boards, recounts and analytics. They are written by `Tx::fact`.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{Instant, ids::QueueId};

use super::slice;
use crate::{
    clock::micros,
    db::{Fault, Scoped, record::FactKind, schema::fact::dsl as f},
};

/// How often something happened in a queue since an instant.
///
/// # Errors
/// The database's.
pub fn count(scoped: &mut Scoped, what: FactKind, queue: QueueId, since: Instant) -> Result<u32, Fault> {
    let (conn, tenant) = scoped.parts();
    let count: i64 = f::fact
        .filter(
            f::tenant_id
                .eq(tenant)
                .and(f::at.ge(micros(since)))
                .and(f::what.eq(what.as_str()))
                .and(f::queue_id.eq(queue.to_string())),
        )
        .count()
        .get_result(conn)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Forgets a slice of the facts older than an instant; says how many.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, f::fact, f::tenant_id, f::at, before)
}
