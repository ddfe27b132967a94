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

/// A status to keep.
#[derive(Debug, Clone)]
pub struct EarlyStatus<'a> {
    /// On which number.
    pub channel: ChannelId,
    /// WhatsApp's id of a message nobody knows yet.
    pub wamid: &'a str,
    /// How far it got.
    pub state: &'a str,
    /// When, by Meta's clock.
    pub at: Instant,
    /// The item as it came.
    pub raw: &'a str,
    /// About whom, if that is known.
    pub contact: Option<ContactId>,
}

/// Keeps a status; of several of the same message with the same state the earliest.
///
/// # Errors
/// The database's.
pub fn keep(scoped: &mut Scoped, status: &EarlyStatus<'_>, now: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let this = e::tenant_id
        .eq(tenant)
        .and(e::channel_id.eq(status.channel.to_string()))
        .and(e::wamid.eq(status.wamid))
        .and(e::state.eq(status.state));
    let known: Option<i64> = e::early_status.filter(this.clone()).select(e::at).first(conn).optional()?;
    if let Some(known) = known {
        if micros(status.at) < known {
            diesel::update(e::early_status.filter(this))
                .set((e::at.eq(micros(status.at)), e::raw.eq(status.raw)))
                .execute(conn)?;
        }
        return Ok(());
    }
    diesel::insert_into(e::early_status)
        .values((
            e::tenant_id.eq(tenant),
            e::channel_id.eq(status.channel.to_string()),
            e::wamid.eq(status.wamid),
            e::state.eq(status.state),
            e::at.eq(micros(status.at)),
            e::raw.eq(status.raw),
            e::contact_id.eq(status.contact.map(|id| id.to_string())),
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
