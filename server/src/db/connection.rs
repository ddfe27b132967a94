//! One connection, whatever the engine, and the alarm that notices swallowed errors.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use diesel::{
    Connection, PgConnection, SqliteConnection,
    connection::{Instrumentation, InstrumentationEvent, SimpleConnection},
};

use super::error::is_row_refusal;
use crate::{
    fault::{self, Sabotage},
    tenant::TenantId,
};

/// A connection to either engine.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// An embedded file.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}

impl AnyConnection {
    /// Whether this is the embedded engine.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}

/// Runs a typed query on the engine's own connection. Over both, diesel writes the text of a query anew
/// each time; over one it finds the prepared statement by the query's type.
macro_rules! on_engine {
    ($conn:expr, $own:ident => $work:expr) => {
        match $conn {
            $crate::db::connection::AnyConnection::Sqlite($own) => $work,
            $crate::db::connection::AnyConnection::Postgres($own) => $work,
        }
    };
}

pub(crate) use on_engine;

/// A connection inside a transaction that is bound to one tenant.
pub struct Scoped {
    pub(crate) conn: AnyConnection,
    pub(crate) tenant: TenantId,
}

impl Scoped {
    /// The tenant's number, for the predicate that every query carries.
    pub fn tenant(&self) -> i64 {
        self.tenant.get()
    }

    /// Which tenant.
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    /// The connection and the tenant's number at once.
    pub fn parts(&mut self) -> (&mut AnyConnection, i64) {
        (&mut self.conn, self.tenant.get())
    }
}

/// Remembers the first database error that is more than a refused row, also when the code that got
/// it looked away.
#[derive(Clone, Default)]
pub(crate) struct Alarm(Arc<Mutex<Option<String>>>);

impl Alarm {
    /// The error since the last call, if any.
    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Instrumentation for Alarm {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event
            && !is_row_refusal(error)
        {
            let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert_with(|| error.to_string());
        }
    }
}

/// Opens an embedded file and sets what durability and isolation rest on.
///
/// # Errors
/// Whatever SQLite says; a file on a full disk may open and refuse later.
pub(crate) fn open_sqlite(path: &std::path::Path) -> Result<SqliteConnection, OpenError> {
    let text = path.to_str().ok_or_else(|| OpenError("the data directory's path is not UTF-8".into()))?;
    let mut conn = SqliteConnection::establish(text).map_err(OpenError::from)?;
    // FULL: a commit survives power loss, not only a crash of the process. secure_delete: what is
    // erased leaves no trace in free pages.
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
         PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864; \
         PRAGMA wal_autocheckpoint = 8000;",
    )
    .map_err(OpenError::from)?;
    super::pragmas::verify(&mut conn)?;
    if fault::sabotaged(Sabotage::SynchronousNormal) {
        conn.batch_execute("PRAGMA synchronous = NORMAL").map_err(OpenError::from)?;
    }
    Ok(conn)
}

/// Opens a connection to the server.
///
/// # Errors
/// Whatever PostgreSQL says.
pub(crate) fn open_postgres(url: &str) -> Result<PgConnection, OpenError> {
    let mut conn = PgConnection::establish(&with_connect_timeout(url)).map_err(OpenError::from)?;
    conn.batch_execute(
        "SET synchronous_commit = on; SET lock_timeout = '10s'; SET statement_timeout = '30s'; \
         SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning;",
    )
    .map_err(OpenError::from)?;
    Ok(conn)
}

/// The connection string with a bound on how long connecting may take, unless it has one: libpq
/// waits for minutes where nobody answers, and with it everybody who waits for the writer.
fn with_connect_timeout(url: &str) -> Cow<'_, str> {
    if url.contains("connect_timeout") {
        return Cow::Borrowed(url);
    }
    let join = match (url.contains("://"), url.contains('?')) {
        (false, _) => " ",
        (true, false) => "?",
        (true, true) => "&",
    };
    Cow::Owned(format!("{url}{join}connect_timeout={CONNECT_SECONDS}"))
}

/// Seconds until a server that does not answer counts as away.
const CONNECT_SECONDS: u32 = 5;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

impl From<diesel::ConnectionError> for OpenError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self(error.to_string())
    }
}

impl From<diesel::result::Error> for OpenError {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::with_connect_timeout;

    #[test]
    fn connecting_has_a_bound_in_every_form_of_connection_string() {
        let bounded = |url: &str| with_connect_timeout(url).into_owned();
        assert_eq!(bounded("postgres://a@h/d"), "postgres://a@h/d?connect_timeout=5");
        assert_eq!(bounded("postgres://a@/d?host=/x"), "postgres://a@/d?host=/x&connect_timeout=5");
        assert_eq!(bounded("host=h user=a"), "host=h user=a connect_timeout=5");
        assert_eq!(bounded("postgres://h/d?connect_timeout=9"), "postgres://h/d?connect_timeout=9");
    }
}
