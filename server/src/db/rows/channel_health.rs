//! What is known of numbers at Meta: one row for each that was ever looked at.

use std::collections::BTreeMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::{
    ids::ChannelId,
    model::health::{ChannelHealth, HealthFacts},
};

use crate::db::{Fault, Scoped, schema::channel_health::dsl as h};

/// What is known, with what only the server needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRow {
    /// What the console sees.
    pub model: ChannelHealth,
    /// When each kind of news was told last, by Meta's clock, in microseconds.
    pub told: BTreeMap<String, i64>,
}

type Row = (String, i64, String, String);

/// What is known of a channel.
///
/// # Errors
/// The database's.
pub fn find(scoped: &mut Scoped, id: ChannelId) -> Result<Option<HealthRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Option<Row> = h::channel_health
        .filter(h::tenant_id.eq(tenant).and(h::channel_id.eq(id.to_string())))
        .select((h::channel_id, h::rev, h::facts, h::told))
        .first(conn)
        .optional()?;
    row.map(model).transpose()
}

/// What is known of all channels.
///
/// # Errors
/// The database's.
pub fn all(scoped: &mut Scoped) -> Result<Vec<HealthRow>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<Row> = h::channel_health
        .filter(h::tenant_id.eq(tenant))
        .order(h::channel_id)
        .select((h::channel_id, h::rev, h::facts, h::told))
        .load(conn)?;
    rows.into_iter().map(model).collect()
}

/// Stores what is known of a channel; revision 1 is a new row.
///
/// # Errors
/// The database's.
pub fn put(scoped: &mut Scoped, row: &HealthRow) -> Result<(), Fault> {
    let (facts, told) = (text(&row.model.facts)?, text(&row.told)?);
    let (conn, tenant) = scoped.parts();
    let id = row.model.channel.to_string();
    if row.model.rev > 1 {
        diesel::update(h::channel_health.filter(h::tenant_id.eq(tenant).and(h::channel_id.eq(id))))
            .set((h::rev.eq(row.model.rev as i64), h::facts.eq(facts), h::told.eq(told)))
            .execute(conn)?;
        return Ok(());
    }
    diesel::insert_into(h::channel_health)
        .values((
            h::tenant_id.eq(tenant),
            h::channel_id.eq(id),
            h::rev.eq(row.model.rev as i64),
            h::facts.eq(facts),
            h::told.eq(told),
        ))
        .execute(conn)?;
    Ok(())
}

fn text(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Broken(error.to_string()))
}

fn model((channel, rev, facts, told): Row) -> Result<HealthRow, Fault> {
    let broken = |error: serde_json::Error| Fault::Broken(format!("health of {channel}: {error}"));
    let facts: HealthFacts = serde_json::from_str(&facts).map_err(broken)?;
    let told = serde_json::from_str(&told).map_err(broken)?;
    Ok(HealthRow { model: ChannelHealth { channel: channel.parse()?, rev: rev as u64, facts }, told })
}
