//! Renewing what a connection is trusted by: app secrets and the access token.
//!
//! Several app secrets are active side by side, so a rotation has no gap: add the new one here, change
//! it at Meta, remove the old one.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{error::ErrorCode, ids::ConnectionId};

use super::{AdminContext, AdminError, words};
use crate::{
    clock::from_micros,
    db::{Fault, control::audit, control::connection, record::Actor},
    whatsapp::place,
};

/// An app secret beside those that are active already.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddSecret {
    /// The connection's key, as in the webhook's address.
    pub connection: String,
    /// What Meta signs webhooks with.
    pub app_secret: String,
}

/// An app secret that is not used any more.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveSecret {
    /// The connection's key, as in the webhook's address.
    pub connection: String,
    /// Which; the list tells.
    pub number: i64,
}

/// The access token that replaces the one before.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetToken {
    /// The connection's key, as in the webhook's address.
    pub connection: String,
    /// What we send to the Graph API.
    pub access_token: String,
}

pub(super) async fn add_secret(context: &AdminContext, new: AddSecret) -> Result<Value, AdminError> {
    let id = find(context, &new.connection).await?;
    let secret = words::secret("the app secret", &new.app_secret)?;
    let sealed = context.keys.seal(&place("connection_secret", id), &secret)?;
    let number = context
        .control(move |conn, now| {
            let number = connection::add_secret(conn, id, &sealed, now)?;
            audit::append(conn, Actor::Operator, "connection.secret.add", &format!("{id} {number}"), now)?;
            Ok(number)
        })
        .await?;
    context.live.connections_changed();
    Ok(json!({ "connection": id, "number": number }))
}

/// The last one stays: without a secret every webhook would be refused.
pub(super) async fn remove_secret(context: &AdminContext, old: RemoveSecret) -> Result<Value, AdminError> {
    let id = find(context, &old.connection).await?;
    let number = old.number;
    let removed = context
        .control(move |conn, now| {
            let known = connection::secret_numbers(conn, id)?;
            if !known.iter().any(|(known, _)| *known == number) {
                return Ok(Err("the connection has no secret of that number"));
            }
            if known.len() == 1 {
                return Ok(Err("the only secret cannot be removed; add the new one first"));
            }
            connection::remove_secret(conn, id, number)?;
            audit::append(conn, Actor::Operator, "connection.secret.remove", &format!("{id} {number}"), now)?;
            Ok(Ok(()))
        })
        .await?;
    removed.map_err(AdminError::refused)?;
    context.live.connections_changed();
    Ok(json!({ "connection": id, "removed": number }))
}

/// Numbers and ages; the secrets themselves never come out again.
pub(super) async fn list_secrets(context: &AdminContext, key: &str) -> Result<Value, AdminError> {
    let id = find(context, key).await?;
    let known = context.store.control().read(move |conn| connection::secret_numbers(conn, id)).await?;
    Ok(known
        .into_iter()
        .map(|(number, created_at)| json!({ "number": number, "created_at": from_micros(created_at) }))
        .collect())
}

pub(super) async fn set_token(context: &AdminContext, new: SetToken) -> Result<Value, AdminError> {
    let id = find(context, &new.connection).await?;
    let token = words::secret("the access token", &new.access_token)?;
    let sealed = context.keys.seal(&place("connection/access_token", id), &token)?;
    context
        .control(move |conn, now| {
            connection::set_access_token(conn, id, &sealed)?;
            audit::append(conn, Actor::Operator, "connection.token.set", &id.to_string(), now)
        })
        .await?;
    context.live.connections_changed();
    Ok(json!({ "connection": id }))
}

async fn find(context: &AdminContext, key: &str) -> Result<ConnectionId, AdminError> {
    let wanted = key.to_owned();
    let found = context.store.control().read(move |conn| {
        connection::by_key(conn, &wanted)?.map(|row| row.id).ok_or(Fault::Refused(ErrorCode::NotFound))
    });
    match found.await {
        Err(crate::db::ReadError::Refused(_)) => {
            Err(AdminError::refused("there is no connection with this key"))
        }
        other => Ok(other?),
    }
}
