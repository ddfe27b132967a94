//! What could not be taken: looking at it, and taking it once more.

use serde_json::{Value, json};

use super::{AdminContext, AdminError, tenant};
use crate::{
    db::control::{self, quarantine},
    whatsapp::{self, Connections},
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

/// Takes what broke something once more, tenant by tenant, and routes the quarantine again; says how much
/// went through.
pub(super) async fn replay(context: &AdminContext, slug: Option<String>) -> Result<Value, AdminError> {
    let only = match &slug {
        Some(slug) => Some(tenant::find_open(context, slug).await?),
        None => None,
    };
    let tenants = match only.clone() {
        Some(row) => vec![row],
        None => context.store.control().read(control::tenant::all).await?,
    };
    let mut replayed = Vec::new();
    for row in tenants.into_iter().filter(|row| row.life == "active") {
        let store = context.store.tenant(row.id).await?;
        let items = whatsapp::replay(&store).await?;
        context.audit("replay", row.slug.clone()).await?;
        replayed.push(json!({
            "tenant": row.slug, "taken": items.taken, "kept": items.kept, "left": items.left,
        }));
    }
    let connections = Connections::new(context.store.control().clone(), context.keys.clone());
    let routed = whatsapp::replay_quarantine(&context.store, &connections, only.map(|row| row.id)).await?;
    if routed.taken > 0 {
        context.audit("quarantine.replay", slug.unwrap_or_default()).await?;
    }
    Ok(json!({
        "tenants": replayed,
        "quarantine": { "taken": routed.taken, "left": routed.left },
    }))
}
