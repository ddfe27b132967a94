//! Numbers of the business.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::{ChannelId, ConnectionId},
    model::channel::{Channel, ChannelColour},
};

use crate::db::{Fault, Scoped, schema::channel::dsl as c};

/// How a channel is reached at Meta; not for the console.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The Meta app.
    pub connection: ConnectionId,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Meta's id of the business account it belongs to; none for a number from before we asked, until
    /// its templates are first fetched.
    pub account: Option<String>,
    /// Messages a second that WhatsApp takes from it. Source: Cloud API, throughput.
    pub rate: u32,
}

/// Messages a second that WhatsApp takes from a number about which nothing else is known.
pub const RATE: u32 = 80;

type BindingRow = (String, String, Option<String>, i64);

type Row = (String, i64, String, String, String, Option<String>, bool);

/// Adds a channel.
///
/// # Errors
/// A unique violation when the number is there already.
pub fn insert(scoped: &mut Scoped, channel: &Channel, binding: &Binding) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(c::channel)
        .values((
            c::tenant_id.eq(tenant),
            c::id.eq(channel.id.to_string()),
            c::rev.eq(channel.rev as i64),
            c::name.eq(&channel.name),
            c::address.eq(&channel.address),
            c::colour.eq(channel.colour.as_str()),
            c::queue_id.eq(channel.queue.map(|id| id.to_string())),
            c::connection_id.eq(binding.connection.to_string()),
            c::phone_number_id.eq(&binding.phone_number_id),
            c::account_id.eq(&binding.account),
            c::rate.eq(i64::from(binding.rate)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a channel's name, colour and queue, and whether it pauses.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, channel: &Channel) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(c::channel.filter(c::tenant_id.eq(tenant).and(c::id.eq(channel.id.to_string()))))
        .set((
            c::rev.eq(channel.rev as i64),
            c::name.eq(&channel.name),
            c::colour.eq(channel.colour.as_str()),
            c::queue_id.eq(channel.queue.map(|id| id.to_string())),
            c::paused.eq(channel.paused),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes which business account a channel's number belongs to.
///
/// # Errors
/// The database's.
pub fn set_account(scoped: &mut Scoped, id: ChannelId, account: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(c::channel.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))))
        .set(c::account_id.eq(account))
        .execute(conn)?;
    Ok(())
}

/// How every channel is reached at Meta.
///
/// # Errors
/// The database's.
pub fn bindings(scoped: &mut Scoped) -> Result<Vec<(ChannelId, Binding)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, BindingRow)> = c::channel
        .filter(c::tenant_id.eq(tenant))
        .order(c::id)
        .select((c::id, (c::connection_id, c::phone_number_id, c::account_id, c::rate)))
        .load(conn)?;
    rows.into_iter().map(|(id, row)| Ok((id.parse()?, bound(row)?))).collect()
}

/// All channels, by name.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<Channel>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = c::channel
        .filter(c::tenant_id.eq(tenant))
        .order((c::name, c::id))
        .select((c::id, c::rev, c::name, c::address, c::colour, c::queue_id, c::paused))
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// One channel.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ChannelId) -> Result<Option<Channel>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = c::channel
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select((c::id, c::rev, c::name, c::address, c::colour, c::queue_id, c::paused))
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// How a channel is reached at Meta.
///
/// # Errors
/// The database's.
pub fn binding(scoped: &mut Scoped, id: ChannelId) -> Result<Option<Binding>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<BindingRow> = c::channel
        .filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string())))
        .select((c::connection_id, c::phone_number_id, c::account_id, c::rate))
        .first(conn)
        .optional()?;
    row.map(bound).transpose()
}

/// Notes how many messages a second WhatsApp takes from a channel's number.
///
/// # Errors
/// The database's.
pub fn set_rate(scoped: &mut Scoped, id: ChannelId, rate: u32) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(c::channel.filter(c::tenant_id.eq(tenant).and(c::id.eq(id.to_string()))))
        .set(c::rate.eq(i64::from(rate.max(1))))
        .execute(conn)?;
    Ok(())
}

fn bound((connection, phone_number_id, account, rate): BindingRow) -> Result<Binding, Fault> {
    let rate = u32::try_from(rate).unwrap_or(RATE);
    Ok(Binding { connection: connection.parse()?, phone_number_id, account, rate })
}

fn model((id, rev, name, address, colour, queue, paused): Row) -> Result<Channel, Fault> {
    Ok(Channel {
        id: id.parse()?,
        rev: rev as u64,
        name,
        address,
        colour: ChannelColour::parse(&colour).ok_or_else(|| Fault::Broken(format!("colour {colour}")))?,
        queue: queue.map(|id| id.parse()).transpose()?,
        paused,
    })
}
