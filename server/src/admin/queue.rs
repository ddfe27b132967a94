//! Queues: create.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::model::queue::RoutingMode;

use super::{AdminContext, AdminError, tenant, words};
use crate::{db::record::Actor, domain::tenancy};

/// A department to add.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateQueue {
    /// To which tenant, by its slug.
    pub tenant: String,
    /// Name as shown.
    pub name: String,
    /// How its conversations come to agents.
    #[serde(default)]
    pub mode: RoutingMode,
}

pub(super) async fn create(context: &AdminContext, new: CreateQueue) -> Result<Value, AdminError> {
    let row = tenant::find_open(context, &new.tenant).await?;
    let name = words::name("name", &new.name)?;
    let shown = name.clone();
    let mode = new.mode;
    let store = context.store.tenant(row.id).await?;
    let create = store.write(move |tx| tenancy::create_queue(tx, Actor::Operator, &shown, mode));
    let ((id, fresh), _) = create.await?;
    if !fresh {
        return Err(AdminError::refused(format!("there is a queue {name} already")));
    }
    context.audit("queue.create", id.to_string()).await?;
    Ok(json!({ "tenant": row.slug, "queue": id, "name": name }))
}
