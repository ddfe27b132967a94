//! What could not be taken: looking at it, and taking it once more.

use serde_json::{Value, json};

use super::{AdminContext, AdminError, tenant};
use crate::{
    db::control::{self, quarantine},
    whatsapp,
};

/// The operator sees that something is there and why. What it says may be a tenant's content, so it
/// is not shown.
pub(super) async fn list(context: &AdminContext) -> Result<Value, AdminError> {
    let all = context.store.control().read(quarantine::all).await?;
    Ok(all
        .into_iter()
        .map(|item| {
            json!({
                "key": item.key,
                "connection": item.connection,
                "reason": item.reason,
                "bytes": item.raw.len(),
            })
        })
        .collect())
}

/// Takes what broke something once more, tenant by tenant; says how much went through.
pub(super) async fn replay(context: &AdminContext, slug: Option<String>) -> Result<Value, AdminError> {
    let tenants = match &slug {
        Some(slug) => vec![tenant::find_open(context, slug).await?],
        None => context.store.control().read(control::tenant::all).await?,
    };
    let mut replayed = Vec::new();
    for row in tenants.into_iter().filter(|row| row.life == "active") {
        let store = context.store.tenant(row.id).await?;
        let items = whatsapp::replay(&store).await?;
        context.audit("replay", row.slug.clone()).await?;
        replayed.push(json!({ "tenant": row.slug, "items": items }));
    }
    Ok(replayed.into())
}
