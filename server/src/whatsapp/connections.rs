//! Meta apps and the numbers bound to them, decrypted and kept in memory.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use secrecy::SecretString;
use shared::ids::ConnectionId;

use super::calls::Noted;
use crate::{
    db::{
        Fault, ReadError,
        control::{
            Control,
            connection::{self, ConnectionRow, NumberRoute},
        },
    },
    secrets::Keys,
    tenant::TenantId,
};

/// A Meta app with its secrets.
pub struct Connection {
    /// Which.
    pub id: ConnectionId,
    /// The owner; none means the operator.
    pub tenant: Option<TenantId>,
    /// Meta's id of the app.
    pub app_id: String,
    /// App secrets that may sign a webhook, newest first.
    pub app_secrets: Vec<SecretString>,
    /// What Meta repeats in the handshake.
    pub verify_token: SecretString,
    /// What we send to the Graph API.
    pub access_token: SecretString,
}

/// All connections; cheap to clone.
#[derive(Clone)]
pub struct Connections(Arc<Inner>);

struct Inner {
    control: Control,
    keys: Keys,
    cache: RwLock<Cache>,
    noted: Noted,
}

#[derive(Default)]
struct Cache {
    /// Rises with every change, so that what was read before one is not remembered after it.
    changes: u64,
    by_key: HashMap<String, Arc<Connection>>,
    by_id: HashMap<ConnectionId, Arc<Connection>>,
    routes: Option<Arc<Vec<NumberRoute>>>,
}

impl Connections {
    /// Nothing is read before it is needed.
    pub fn new(control: Control, keys: Keys) -> Self {
        Self(Arc::new(Inner { control, keys, cache: RwLock::default(), noted: Noted::default() }))
    }

    /// Forgets what is in memory, because a connection, a secret or a number changed.
    pub fn invalidate(&self) {
        self.remember(None, |cache| *cache = Cache { changes: cache.changes + 1, ..Cache::default() });
    }

    /// The connection a webhook's URL names.
    ///
    /// # Errors
    /// When the control tables cannot be read.
    pub async fn by_key(&self, key: &str) -> Result<Option<Arc<Connection>>, ReadError> {
        if let Some(known) = self.cache().by_key.get(key).cloned() {
            return Ok(Some(known));
        }
        let before = self.cache().changes;
        let wanted = key.to_owned();
        let found = self.load(move |conn| connection::by_key(conn, &wanted)).await?;
        if let Some(connection) = &found {
            self.remember(Some(before), |cache| {
                cache.by_key.insert(key.to_owned(), Arc::clone(connection));
            });
        }
        Ok(found)
    }

    /// One connection.
    ///
    /// # Errors
    /// When the control tables cannot be read.
    pub async fn find(&self, id: ConnectionId) -> Result<Option<Arc<Connection>>, ReadError> {
        if let Some(known) = self.cache().by_id.get(&id).cloned() {
            return Ok(Some(known));
        }
        let before = self.cache().changes;
        let found = self.load(move |conn| connection::find(conn, id)).await?;
        if let Some(connection) = &found {
            self.remember(Some(before), |cache| {
                cache.by_id.insert(id, Arc::clone(connection));
            });
        }
        Ok(found)
    }

    /// All bound numbers.
    ///
    /// # Errors
    /// When the control tables cannot be read.
    pub async fn routes(&self) -> Result<Arc<Vec<NumberRoute>>, ReadError> {
        if let Some(known) = self.cache().routes.clone() {
            return Ok(known);
        }
        let before = self.cache().changes;
        let routes = Arc::new(self.0.control.read(connection::routes).await?);
        self.remember(Some(before), |cache| cache.routes = Some(Arc::clone(&routes)));
        Ok(routes)
    }

    /// Which calls were noted.
    pub(super) fn noted(&self) -> &Noted {
        &self.0.noted
    }

    fn cache(&self) -> std::sync::RwLockReadGuard<'_, Cache> {
        self.0.cache.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is in memory; what was read before a change is dropped instead.
    fn remember(&self, read_at: Option<u64>, change: impl FnOnce(&mut Cache)) {
        let mut cache = self.0.cache.write().unwrap_or_else(PoisonError::into_inner);
        if read_at.is_none_or(|read_at| read_at == cache.changes) {
            change(&mut cache);
        }
    }

    async fn load(
        &self,
        find: impl FnOnce(&mut crate::db::connection::AnyConnection) -> Result<Option<ConnectionRow>, Fault>
        + Send
        + 'static,
    ) -> Result<Option<Arc<Connection>>, ReadError> {
        let keys = self.0.keys.clone();
        let loaded = self.0.control.read(move |conn| {
            let Some(row) = find(conn)? else { return Ok(None) };
            let sealed = connection::secrets(conn, row.id)?;
            open(&keys, &row, &sealed).map(|connection| Some(Arc::new(connection)))
        });
        loaded.await
    }
}

/// Where a sealed column belongs; the same value opens nowhere else.
pub(crate) fn place(column: &str, id: ConnectionId) -> String {
    format!("{column}/{id}")
}

fn open(keys: &Keys, row: &ConnectionRow, sealed: &[String]) -> Result<Connection, Fault> {
    let open = |column: &str, sealed: &str| {
        keys.open(&place(column, row.id), sealed).map_err(|e| Fault::Broken(e.to_string()))
    };
    Ok(Connection {
        id: row.id,
        tenant: row.tenant,
        app_id: row.app_id.clone(),
        app_secrets: sealed
            .iter()
            .map(|secret| open("connection_secret", secret))
            .collect::<Result<_, _>>()?,
        verify_token: open("connection/verify_token", &row.verify_token_sealed)?,
        access_token: open("connection/access_token", &row.access_token_sealed)?,
    })
}
