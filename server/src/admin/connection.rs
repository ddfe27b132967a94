//! Connections: create. Their secrets are renewed in `rotation`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::ids::ConnectionId;

use super::{AdminContext, AdminError, tenant, words};
use crate::{
    db::{
        control::{
            audit,
            connection::{self, ConnectionRow},
        },
        record::Actor,
    },
    secrets,
    whatsapp::place,
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

/// Adds a connection under a fresh, unguessable name in the webhook's address.
pub(super) async fn create(context: &AdminContext, new: CreateConnection) -> Result<Value, AdminError> {
    let key = secrets::token()?.chars().take(KEY_CHARS).collect::<String>();
    create_with_key(context, new, key).await
}

/// 128 bits in hexadecimal.
const KEY_CHARS: usize = 32;

/// Where Meta sends what concerns the connection with this key.
pub(super) fn webhook_path(key: &str) -> String {
    format!("/webhooks/whatsapp/{key}")
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
    let id = ConnectionId::new();
    let seal = |column: &str, what: &str, secret: &str| -> Result<String, AdminError> {
        Ok(context.keys.seal(&place(column, id), &words::secret(what, secret)?)?)
    };
    let app_secret = seal("connection_secret", "the app secret", &new.app_secret)?;
    let row = ConnectionRow {
        id,
        url_key: key.clone(),
        tenant: owner,
        name: words::name("name", &new.name)?,
        app_id: words::meta_id("app id", &new.app_id)?,
        verify_token_sealed: seal("connection/verify_token", "the verify token", &new.verify_token)?,
        access_token_sealed: seal("connection/access_token", "the access token", &new.access_token)?,
    };
    context
        .control(move |conn, now| {
            connection::insert(conn, &row, now)?;
            connection::add_secret(conn, id, &app_secret, now)?;
            audit::append(conn, Actor::Operator, "connection.create", &id.to_string(), now)
        })
        .await?;
    context.live.connections_changed();
    Ok(json!({
        "connection": id,
        "connection_key": key,
        "webhook_path": webhook_path(&key),
        "tenant": new.tenant,
    }))
}
