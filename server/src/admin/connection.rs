//! Connections: create. Their secrets are renewed in `rotation`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{AdminContext, AdminError, tenant, words};
use crate::{
    db::record::Actor,
    whatsapp::binding::{self, NewConnection},
};

/// A Meta app.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateConnection {
    /// Whose, by the tenant's slug; the operator's when absent.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Name as the operator sees it.
    pub name: String,
    /// Meta's id of the app.
    pub app_id: String,
    /// What Meta signs webhooks with.
    pub app_secret: String,
    /// What Meta repeats in the handshake.
    pub verify_token: String,
    /// What we send to the Graph API.
    pub access_token: String,
}

pub(super) use binding::webhook_path;

/// Adds a connection under a fresh, unguessable name in the webhook's address.
pub(super) async fn create(context: &AdminContext, new: CreateConnection) -> Result<Value, AdminError> {
    create_with_key(context, new, binding::fresh_key()?).await
}

pub(super) async fn create_with_key(
    context: &AdminContext,
    new: CreateConnection,
    key: String,
) -> Result<Value, AdminError> {
    let owner = match &new.tenant {
        Some(slug) => Some(tenant::find_open(context, slug).await?.id),
        None => None,
    };
    let connection = NewConnection {
        tenant: owner,
        name: words::name("name", &new.name)?,
        app_id: words::meta_id("app id", &new.app_id)?,
        app_secret: words::secret("the app secret", &new.app_secret)?.into(),
        verify_token: words::secret("the verify token", &new.verify_token)?.into(),
        access_token: words::secret("the access token", &new.access_token)?.into(),
    };
    let (store, keys) = (&context.store, &context.keys);
    let id = binding::add_connection(store, keys, Actor::Operator, &connection, key.clone()).await?;
    context.live.connections_changed();
    Ok(json!({
        "connection": id,
        "connection_key": key,
        "webhook_path": webhook_path(&key),
        "tenant": new.tenant,
    }))
}
