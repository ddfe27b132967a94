//! Forgetting old rows a slice at a time, so that the writer is never held up for long.

/// Rows that one slice forgets, give or take those of the same microsecond.
pub const SLICE: usize = 500;

/// Deletes the oldest rows of a table that are older than an instant; at most about one slice. Needs an
/// index on the time. A macro because the query's types have no names.
macro_rules! forget {
    ($scoped:expr, $table:expr, $tenant:expr, $at:expr, $before:expr) => {{
        let (conn, tenant) = $scoped.parts();
        let old = $tenant.eq(tenant).and($at.lt($crate::clock::micros($before)));
        let edge: Option<i64> = $table
            .filter(old)
            .order($at)
            .offset($crate::db::rows::slice::SLICE as i64 - 1)
            .select($at)
            .first(&mut *conn)
            .optional()?;
        let edge = edge.unwrap_or(i64::MAX);
        let old = $tenant.eq(tenant).and($at.lt($crate::clock::micros($before)));
        Ok(diesel::delete($table.filter(old.and($at.le(edge)))).execute(conn)?)
    }};
}

pub(super) use forget;
