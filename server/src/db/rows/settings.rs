//! The tenant's settings: one row.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde::Serialize;
use shared::model::settings::{Banner, ReadReceipts, Settings};

use crate::db::{Fault, Scoped, schema::settings::dsl as s};

/// Creates the row.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, settings: &Settings) -> Result<(), Fault> {
    let (routing, reviews) = (json(&settings.routing)?, json(&settings.reviews)?);
    let banner = shown(settings.banner.as_ref())?;
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(s::settings)
        .values((
            s::tenant_id.eq(tenant),
            s::rev.eq(settings.rev as i64),
            s::tenant_name.eq(&settings.tenant_name),
            s::mask_phones.eq(settings.mask_phones),
            s::read_receipts.eq(settings.read_receipts.as_str()),
            s::routing.eq(routing),
            s::zone.eq(&settings.zone),
            s::agents_block.eq(settings.agents_block),
            s::reviews.eq(reviews),
            s::banner.eq(banner),
        ))
        .execute(conn)?;
    Ok(())
}

/// The settings.
///
/// # Errors
/// The database's.
pub fn get(scoped: &mut Scoped) -> Result<Settings, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: (i64, String, bool, String, String, String, bool, String, Option<String>) = s::settings
        .filter(s::tenant_id.eq(tenant))
        .select((
            s::rev,
            s::tenant_name,
            s::mask_phones,
            s::read_receipts,
            s::routing,
            s::zone,
            s::agents_block,
            s::reviews,
            s::banner,
        ))
        .first(conn)?;
    let (rev, tenant_name, mask_phones, receipts, routing, zone, agents_block, reviews, banner) = row;
    let read_receipts =
        ReadReceipts::parse(&receipts).ok_or_else(|| Fault::Broken(format!("read receipts {receipts}")))?;
    let routing =
        serde_json::from_str(&routing).map_err(|error| Fault::Broken(format!("routing: {error}")))?;
    let reviews =
        serde_json::from_str(&reviews).map_err(|error| Fault::Broken(format!("reviews: {error}")))?;
    let banner = banner.map(|banner| serde_json::from_str(&banner)).transpose();
    let banner = banner.map_err(|error| Fault::Broken(format!("banner: {error}")))?;
    let rev = rev as u64;
    Ok(Settings {
        rev,
        tenant_name,
        mask_phones,
        read_receipts,
        routing,
        zone,
        agents_block,
        reviews,
        banner,
    })
}

/// Stores changed settings.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, settings: &Settings) -> Result<(), Fault> {
    let (routing, reviews) = (json(&settings.routing)?, json(&settings.reviews)?);
    let banner = shown(settings.banner.as_ref())?;
    let (conn, tenant) = scoped.parts();
    diesel::update(s::settings.filter(s::tenant_id.eq(tenant)))
        .set((
            s::rev.eq(settings.rev as i64),
            s::tenant_name.eq(&settings.tenant_name),
            s::mask_phones.eq(settings.mask_phones),
            s::read_receipts.eq(settings.read_receipts.as_str()),
            s::routing.eq(routing),
            s::zone.eq(&settings.zone),
            s::agents_block.eq(settings.agents_block),
            s::reviews.eq(reviews),
            s::banner.eq(banner),
        ))
        .execute(conn)?;
    Ok(())
}

fn shown(banner: Option<&Banner>) -> Result<Option<String>, Fault> {
    banner.map(serde_json::to_string).transpose().map_err(|error| Fault::Broken(error.to_string()))
}

fn json(policy: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(policy).map_err(|error| Fault::Broken(error.to_string()))
}
