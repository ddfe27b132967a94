//! Failed sign-ins per bucket (an account or an address); survives a restart. What a level means is the
//! business of `http::session::throttle`.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::Instant;

use crate::{
    clock::{from_micros, micros},
    db::{Fault, connection::AnyConnection, schema::sign_in_failure::dsl as f},
};

/// The level so far and the last failure's time.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut AnyConnection, bucket: &str) -> Result<Option<(u32, Instant)>, Fault> {
    let row: Option<(i64, i64)> = f::sign_in_failure
        .filter(f::bucket.eq(bucket))
        .select((f::failures, f::last_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(n, at)| (u32::try_from(n).unwrap_or(u32::MAX), from_micros(at))))
}

/// Stores a level.
///
/// # Errors
/// The database's.
pub fn set(conn: &mut AnyConnection, bucket: &str, failures: u32, now: Instant) -> Result<(), Fault> {
    let changed = diesel::update(f::sign_in_failure.filter(f::bucket.eq(bucket)))
        .set((f::failures.eq(i64::from(failures)), f::last_at.eq(micros(now))))
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(f::sign_in_failure)
            .values((f::bucket.eq(bucket), f::failures.eq(i64::from(failures)), f::last_at.eq(micros(now))))
            .execute(conn)?;
    }
    Ok(())
}

/// Forgets a bucket.
///
/// # Errors
/// The database's.
pub fn clear(conn: &mut AnyConnection, bucket: &str) -> Result<(), Fault> {
    diesel::delete(f::sign_in_failure.filter(f::bucket.eq(bucket))).execute(conn)?;
    Ok(())
}

/// Forgets buckets that were quiet since before an instant.
///
/// # Errors
/// The database's.
pub fn prune(conn: &mut AnyConnection, before: Instant) -> Result<usize, Fault> {
    Ok(diesel::delete(f::sign_in_failure.filter(f::last_at.lt(micros(before)))).execute(conn)?)
}
