//! Queues: create.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
}

pub(super) async fn create(context: &AdminContext, new: CreateQueue) -> Result<Value, AdminError> {
    let row = tenant::find_open(context, &new.tenant).await?;
    let name = words::name("name", &new.name)?;
    let shown = name.clone();
    let store = context.store.tenant(row.id).await?;
    let ((id, fresh), _) = store.write(move |tx| tenancy::create_queue(tx, Actor::Operator, &shown)).await?;
    if !fresh {
        return Err(AdminError::refused(format!("there is a queue {name} already")));
    }
    context.audit("queue.create", id.to_string()).await?;
    Ok(json!({ "tenant": row.slug, "queue": id, "name": name }))
}
