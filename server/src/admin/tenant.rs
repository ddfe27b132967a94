//! Tenants: create, list, suspend, resume.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::error::ErrorCode;

use super::{AdminContext, AdminError, words};
use crate::{
    db::{
        Fault, ReadError,
        control::{audit, tenant},
        record::Actor,
        rows::settings,
    },
    domain::{tenancy, zone},
};

/// A tenant to create.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateTenant {
    /// Short name in addresses and on the command line.
    pub slug: String,
    /// The business's name.
    pub name: String,
    /// Where its days begin and end, such as `Europe/Berlin`; UTC when absent.
    #[serde(default)]
    pub zone: Option<String>,
}

/// Control row, database, first transaction; each step finds what an interrupted run did.
pub(super) async fn create(context: &AdminContext, new: CreateTenant) -> Result<Value, AdminError> {
    let (slug, name) = (words::slug(&new.slug)?, words::name("name", &new.name)?);
    let zone = new.zone.unwrap_or_else(|| zone::DEFAULT.to_owned());
    if zone::parse(&zone).is_none() {
        return Err(AdminError::refused(format!("there is no time zone {zone}; one is Europe/Berlin")));
    }
    let (wanted, shown) = (slug.clone(), name.clone());
    let id = context
        .control(move |conn, now| match tenant::by_slug(conn, &wanted) {
            Ok(known) => Ok(known.id),
            Err(Fault::Refused(ErrorCode::NotFound)) => {
                let id = tenant::insert(conn, &wanted, &shown, now)?;
                audit::append(conn, Actor::Operator, "tenant.create", &wanted, now)?;
                Ok(id)
            }
            Err(fault) => Err(fault),
        })
        .await?;
    context.store.create_tenant_database(id).await?;
    let store = context.store.tenant(id).await?;
    // Without settings the tenant was never founded, whatever else is there.
    if store.read(settings::get).await.is_ok() {
        return Err(AdminError::refused(format!("there is a tenant {slug} already")));
    }
    let shown = name.clone();
    store.write(move |tx| tenancy::found(tx, Actor::Operator, &shown, &zone)).await?;
    Ok(json!({ "tenant": slug, "name": name }))
}

pub(super) async fn list(context: &AdminContext) -> Result<Value, AdminError> {
    let all = context.store.control().read(tenant::all).await?;
    Ok(all.into_iter().map(|row| json!({ "tenant": row.slug, "name": row.name, "life": row.life })).collect())
}

pub(super) async fn suspend(context: &AdminContext, slug: &str) -> Result<Value, AdminError> {
    let id = change_life(context, slug, Change { from: "active", to: "suspended", action: "tenant.suspend" });
    context.live.tenant_suspended(id.await?.id);
    Ok(json!({ "tenant": slug, "life": "suspended" }))
}

pub(super) async fn resume(context: &AdminContext, slug: &str) -> Result<Value, AdminError> {
    let id = change_life(context, slug, Change { from: "suspended", to: "active", action: "tenant.resume" });
    context.live.tenant_resumed(id.await?.id);
    Ok(json!({ "tenant": slug, "life": "active" }))
}

/// The tenant with this slug, in whatever state.
pub(super) async fn find(context: &AdminContext, slug: &str) -> Result<tenant::TenantRow, AdminError> {
    let unknown = || AdminError::refused(format!("there is no tenant {slug}"));
    if !words::is_slug(slug) {
        return Err(unknown());
    }
    let wanted = slug.to_owned();
    match context.store.control().read(move |conn| tenant::by_slug(conn, &wanted)).await {
        Err(ReadError::Refused(ErrorCode::NotFound)) => Err(unknown()),
        other => Ok(other?),
    }
}

/// The tenant with this slug, unless it is at its end.
pub(super) async fn find_open(context: &AdminContext, slug: &str) -> Result<tenant::TenantRow, AdminError> {
    let row = find(context, slug).await?;
    if matches!(row.life.as_str(), "active" | "suspended") {
        return Ok(row);
    }
    Err(AdminError::refused(format!("the tenant {slug} is {}", row.life)))
}

/// A step in a tenant's life.
struct Change {
    from: &'static str,
    to: &'static str,
    action: &'static str,
}

async fn change_life(
    context: &AdminContext,
    slug: &str,
    change: Change,
) -> Result<tenant::TenantRow, AdminError> {
    let row = find(context, slug).await?;
    if row.life != change.from && row.life != change.to {
        return Err(AdminError::refused(format!("the tenant {slug} is {}", row.life)));
    }
    let (id, object) = (row.id, row.slug.clone());
    context
        .control(move |conn, now| {
            tenant::set_life(conn, id, change.to)?;
            audit::append(conn, Actor::Operator, change.action, &object, now)
        })
        .await?;
    Ok(row)
}
