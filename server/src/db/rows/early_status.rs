//! Statuses that overtook the answer to our own send.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ChannelId, ContactId},
};

use super::slice;
use crate::{
    clock::micros,
    db::{Fault, Scoped, schema::early_status::dsl as e},
};

/// Keeps a status for a wamid nobody knows yet; a second one with the same state changes nothing.
///
/// # Errors
/// The database's.
pub fn keep(
    scoped: &mut Scoped,
    channel: ChannelId,
    wamid: &str,
    state: &str,
    at: Instant,
    raw: &str,
    now: Instant,
) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let known: i64 = e::early_status
        .filter(
            e::tenant_id
                .eq(tenant)
                .and(e::channel_id.eq(channel.to_string()))
                .and(e::wamid.eq(wamid))
                .and(e::state.eq(state)),
        )
        .count()
        .get_result(conn)?;
    if known > 0 {
        return Ok(());
    }
    diesel::insert_into(e::early_status)
        .values((
            e::tenant_id.eq(tenant),
            e::channel_id.eq(channel.to_string()),
            e::wamid.eq(wamid),
            e::state.eq(state),
            e::at.eq(micros(at)),
            e::raw.eq(raw),
            e::received_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes all statuses that waited for a wamid: the items as they came.
///
/// # Errors
/// The database's.
pub fn take(scoped: &mut Scoped, channel: ChannelId, wamid: &str) -> Result<Vec<String>, Fault> {
    let (conn, tenant) = scoped.parts();
    let raws: Vec<String> = e::early_status
        .filter(e::tenant_id.eq(tenant).and(e::channel_id.eq(channel.to_string())).and(e::wamid.eq(wamid)))
        .order((e::at, e::state))
        .select(e::raw)
        .load(conn)?;
    if !raws.is_empty() {
        diesel::delete(e::early_status.filter(
            e::tenant_id.eq(tenant).and(e::channel_id.eq(channel.to_string())).and(e::wamid.eq(wamid)),
        ))
        .execute(conn)?;
    }
    Ok(raws)
}

/// Forgets a slice of the statuses that waited since before an instant; says how many.
///
/// # Errors
/// The database's.
pub fn prune(scoped: &mut Scoped, before: Instant) -> Result<usize, Fault> {
    slice::forget!(scoped, e::early_status, e::tenant_id, e::received_at, before)
}
