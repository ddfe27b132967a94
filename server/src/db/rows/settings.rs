//! The tenant's settings: one row.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::model::settings::{ReadReceipts, Settings};

use crate::db::{Fault, Scoped, schema::settings::dsl as s};

/// Creates the row.
///
/// # Errors
/// The database's.
pub fn insert(scoped: &mut Scoped, settings: &Settings) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::insert_into(s::settings)
        .values((
            s::tenant_id.eq(tenant),
            s::rev.eq(settings.rev as i64),
            s::tenant_name.eq(&settings.tenant_name),
            s::mask_phones.eq(settings.mask_phones),
            s::read_receipts.eq(settings.read_receipts.as_str()),
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
    let (rev, tenant_name, mask_phones, receipts): (i64, String, bool, String) = s::settings
        .filter(s::tenant_id.eq(tenant))
        .select((s::rev, s::tenant_name, s::mask_phones, s::read_receipts))
        .first(conn)?;
    let read_receipts =
        ReadReceipts::parse(&receipts).ok_or_else(|| Fault::Broken(format!("read receipts {receipts}")))?;
    Ok(Settings { rev: rev as u64, tenant_name, mask_phones, read_receipts })
}

/// Stores changed settings.
///
/// # Errors
/// The database's.
pub fn update(scoped: &mut Scoped, settings: &Settings) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    diesel::update(s::settings.filter(s::tenant_id.eq(tenant)))
        .set((
            s::rev.eq(settings.rev as i64),
            s::tenant_name.eq(&settings.tenant_name),
            s::mask_phones.eq(settings.mask_phones),
            s::read_receipts.eq(settings.read_receipts.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}
