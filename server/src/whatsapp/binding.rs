//! New connections and numbers: the steps over both kinds of database, the same for the operator's command line and
//! an administrator's console. Each step finds what an interrupted run did.

use secrecy::{ExposeSecret, SecretString};
use shared::{
    error::ErrorCode,
    ids::{ChannelId, ConnectionId},
};

use super::place;
use crate::{
    db::{
        ReadError, Store, WriteError,
        control::{
            audit,
            connection::{self, ConnectionRow, NumberRoute},
        },
        record::Actor,
    },
    domain::tenancy::{self, NewChannel},
    secrets::{self, Keys, SecretError},
    tenant::TenantId,
};

/// A Meta app to add; everything in it was looked at.
pub(crate) struct NewConnection {
    /// The owner; none means the operator.
    pub(crate) tenant: Option<TenantId>,
    /// Name as people see it.
    pub(crate) name: String,
    /// Meta's id of the app.
    pub(crate) app_id: String,
    /// What Meta signs webhooks with.
    pub(crate) app_secret: SecretString,
    /// What Meta repeats in the handshake.
    pub(crate) verify_token: SecretString,
    /// What we send to the Graph API.
    pub(crate) access_token: SecretString,
}

/// Why nothing was added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotBound {
    /// The number is this channel already.
    #[error("the number is there already")]
    There,
    /// The number belongs to another tenant or connection.
    #[error("the number is bound to another tenant or connection")]
    Taken,
    /// There is no such queue.
    #[error("there is no such queue")]
    NoQueue,
    /// A secret could not be encrypted.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Something could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Something could not be stored.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// 128 bits in hexadecimal.
const KEY_CHARS: usize = 32;

/// A fresh, unguessable name for the webhook's address.
///
/// # Errors
/// When the machine gives no random numbers.
pub(crate) fn fresh_key() -> Result<String, SecretError> {
    Ok(secrets::token()?.chars().take(KEY_CHARS).collect())
}

/// Where Meta sends what concerns the connection with this key.
pub(crate) fn webhook_path(key: &str) -> String {
    format!("/webhooks/whatsapp/{key}")
}

/// Adds a connection under a key, with its secrets encrypted.
///
/// # Errors
/// Why there is none.
pub(crate) async fn add_connection(
    store: &Store,
    keys: &Keys,
    actor: Actor,
    new: &NewConnection,
    key: String,
) -> Result<ConnectionId, NotBound> {
    let id = ConnectionId::new();
    let seal = |column: &str, secret: &SecretString| keys.seal(&place(column, id), secret.expose_secret());
    let app_secret = seal("connection_secret", &new.app_secret)?;
    let row = ConnectionRow {
        id,
        url_key: key,
        tenant: new.tenant,
        name: new.name.clone(),
        app_id: new.app_id.clone(),
        verify_token_sealed: seal("connection/verify_token", &new.verify_token)?,
        access_token_sealed: seal("connection/access_token", &new.access_token)?,
    };
    let now = store.clock().now();
    let written = store.control().write(move |conn| {
        connection::insert(conn, &row, now)?;
        connection::add_secret(conn, id, &app_secret, now)?;
        audit::append(conn, actor, "connection.create", &id.to_string(), now)
    });
    written.await?;
    Ok(id)
}

/// The tenant's channel first, then the route: nothing arrives for a channel that is not there.
///
/// # Errors
/// Why there is none.
pub(crate) async fn bind_number(
    store: &Store,
    tenant: TenantId,
    actor: Actor,
    waba_id: &str,
    channel: NewChannel,
) -> Result<ChannelId, NotBound> {
    let phone_number_id = channel.binding.phone_number_id.clone();
    let connection = channel.binding.connection;
    let routes = store.control().read(connection::routes).await?;
    let bound = match routes.into_iter().find(|route| route.phone_number_id == phone_number_id) {
        None => false,
        Some(route) if route.tenant == tenant && route.connection == connection => true,
        Some(_) => return Err(NotBound::Taken),
    };
    let rows = store.tenant(tenant).await.map_err(|error| ReadError::Unavailable(error.to_string()))?;
    let written = rows.write(move |tx| tenancy::add_channel(tx, actor, &channel)).await;
    let (channel, fresh) = match written {
        Ok((outcome, _)) => outcome,
        Err(WriteError::Refused(ErrorCode::NotFound)) => return Err(NotBound::NoQueue),
        Err(error) => return Err(error.into()),
    };
    if bound && !fresh {
        return Err(NotBound::There);
    }
    let waba_id = waba_id.to_owned();
    let route = NumberRoute { phone_number_id, waba_id, connection, tenant, channel };
    let now = store.clock().now();
    let written = store.control().write(move |conn| {
        connection::bind(conn, &route)?;
        audit::append(conn, actor, "number.add", &channel.to_string(), now)
    });
    match written.await {
        // Somebody else was faster.
        Err(WriteError::Constraint(_)) => Err(NotBound::Taken),
        other => Ok(other.map(|()| channel)?),
    }
}
