//! The first transaction of a tenant.

use shared::{
    live::event::Event,
    model::{
        review::ReviewPolicy,
        routing::RoutingPolicy,
        settings::{ReadReceipts, Settings},
    },
    permission::Audience,
};

use crate::db::{Fault, Tx, record::Actor, rows::settings};

/// Gives a new tenant its settings; the zone is one that is known.
///
/// # Errors
/// A unique violation when the tenant has been founded before.
pub fn found(tx: &mut Tx<'_>, actor: Actor, name: &str, zone: &str) -> Result<Settings, Fault> {
    let new = Settings {
        rev: 1,
        tenant_name: name.to_owned(),
        mask_phones: false,
        read_receipts: ReadReceipts::default(),
        routing: RoutingPolicy::default(),
        zone: zone.to_owned(),
        agents_block: true,
        reviews: ReviewPolicy::default(),
        banner: None,
    };
    settings::insert(tx, &new)?;
    tx.emit(Audience::Tenant, None, Event::Settings(new.clone()));
    tx.audit(actor, "tenant.found", &tx.tenant_id().to_string())?;
    Ok(new)
}
