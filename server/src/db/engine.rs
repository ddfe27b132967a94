//! Where the data lies: embedded files or a PostgreSQL server, and what must be true at boot.

use std::path::{Path, PathBuf};

use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query, sql_types};

use super::connection::{Alarm, AnyConnection, OpenError, Scoped, open_postgres, open_sqlite};
use crate::tenant::TenantId;
use diesel::Connection;

/// SQLite before this can lose committed writes in WAL mode (fixed upstream in 3.51.3).
const SQLITE_AT_LEAST: i32 = 3_051_003;
/// PostgreSQL before this lacks `security_invoker` views and is out of support here.
const POSTGRES_AT_LEAST: i32 = 150_000;

/// The engine of this installation.
#[derive(Debug, Clone)]
pub enum Engine {
    /// `control.sqlite` and `tenants/<id>.sqlite` below this directory.
    Sqlite {
        /// The data directory.
        dir: PathBuf,
    },
    /// One database with row-level security.
    Postgres {
        /// The connection string of the role the server works as.
        url: String,
    },
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::Integer)]
    value: i32,
}

#[derive(diesel::QueryableByName)]
struct RoleFlags {
    #[diesel(sql_type = sql_types::Bool)]
    superuser: bool,
    #[diesel(sql_type = sql_types::Bool)]
    bypass: bool,
    #[diesel(sql_type = sql_types::Bool)]
    owner: bool,
}

impl Engine {
    /// Whether this is the embedded engine.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// The tenant's own file; embedded engine only.
    pub fn tenant_file(dir: &Path, tenant: TenantId) -> PathBuf {
        dir.join("tenants").join(format!("{}.sqlite", tenant.get()))
    }

    /// Opens a connection to the control tables.
    pub(crate) fn open_control(&self) -> Result<AnyConnection, OpenError> {
        match self {
            Self::Sqlite { dir } => Ok(AnyConnection::Sqlite(open_sqlite(&dir.join("control.sqlite"))?)),
            Self::Postgres { url } => Ok(AnyConnection::Postgres(open_postgres(url)?)),
        }
    }

    /// Opens a connection that can see one tenant; on PostgreSQL each transaction must bind it first.
    pub(crate) fn open_tenant(&self, tenant: TenantId, alarm: Option<Alarm>) -> Result<Scoped, OpenError> {
        let mut conn = match self {
            Self::Sqlite { dir } => {
                let path = Self::tenant_file(dir, tenant);
                if !path.exists() {
                    return Err(OpenError(format!("the file of tenant {tenant} is missing")));
                }
                AnyConnection::Sqlite(open_sqlite(&path)?)
            }
            Self::Postgres { url } => AnyConnection::Postgres(open_postgres(url)?),
        };
        if let Some(alarm) = alarm {
            conn.set_instrumentation(alarm);
        }
        Ok(Scoped { conn, tenant })
    }

    /// Checks what durability and isolation rest on.
    ///
    /// # Errors
    /// A sentence for the operator; the server must not start.
    pub fn check(&self) -> Result<(), OpenError> {
        match self {
            Self::Sqlite { .. } => {
                let mut conn = diesel::SqliteConnection::establish(":memory:")?;
                // sqlite_version() is text such as 3.53.2; the build is ours, so its shape is known.
                let row: Number = sql_query(
                    "SELECT CAST(substr(v, 1, 1) AS INTEGER) * 1000000 \
                     + CAST(substr(v, 3, instr(substr(v, 3), '.') - 1) AS INTEGER) * 1000 \
                     + CAST(substr(v, 3 + instr(substr(v, 3), '.')) AS INTEGER) AS value \
                     FROM (SELECT sqlite_version() AS v)",
                )
                .get_result(&mut conn)?;
                if row.value < SQLITE_AT_LEAST {
                    return Err(OpenError(format!(
                        "SQLite {} can lose committed writes; 3.51.3 or newer is needed",
                        row.value
                    )));
                }
                Ok(())
            }
            Self::Postgres { url } => {
                let mut conn = open_postgres(url)?;
                let version: Number = sql_query("SELECT current_setting('server_version_num')::int AS value")
                    .get_result(&mut conn)?;
                if version.value < POSTGRES_AT_LEAST {
                    return Err(OpenError("PostgreSQL 15 or newer is needed".into()));
                }
                let role: RoleFlags = sql_query(
                    "SELECT r.rolsuper AS superuser, r.rolbypassrls AS bypass, \
                     EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                     WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relowner = r.oid) AS owner \
                     FROM pg_roles r WHERE r.rolname = current_user",
                )
                .get_result(&mut conn)?;
                if role.superuser || role.bypass {
                    return Err(OpenError(
                        "the database role is a superuser or has BYPASSRLS; it would see every tenant".into(),
                    ));
                }
                if role.owner {
                    return Err(OpenError(
                        "the database role owns tables; run migrations with another role".into(),
                    ));
                }
                Ok(())
            }
        }
    }
}

/// Begins a write transaction and binds it to the tenant.
pub(crate) fn begin_write(scoped: &mut Scoped) -> Result<(), diesel::result::Error> {
    if scoped.conn.is_sqlite() {
        // IMMEDIATE: the lock is taken at once; a deferred transaction can fail when it upgrades.
        return scoped.conn.batch_execute("BEGIN IMMEDIATE");
    }
    scoped.conn.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")?;
    bind_tenant(scoped)
}

/// Begins a read transaction with one consistent view and binds it to the tenant.
pub(crate) fn begin_read(scoped: &mut Scoped) -> Result<(), diesel::result::Error> {
    if scoped.conn.is_sqlite() {
        return scoped.conn.batch_execute("BEGIN");
    }
    scoped.conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    bind_tenant(scoped)
}

fn bind_tenant(scoped: &mut Scoped) -> Result<(), diesel::result::Error> {
    let tenant = scoped.tenant().to_string();
    sql_query("SELECT set_config('app.tenant_id', $1, true)")
        .bind::<sql_types::Text, _>(tenant)
        .execute(&mut scoped.conn)?;
    Ok(())
}
