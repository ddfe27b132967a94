//! Facts: transitions for boards, recounts and analytics. They are written by `Tx::fact`.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::Instant;

use super::slice;
use crate::db::{Fault, Scoped, schema::fact::dsl as f};

/// Forgets a slice of the facts older than an instant; says how many.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, f::fact, f::tenant_id, f::at, before)
}
