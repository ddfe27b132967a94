//! Bringing a database to this version's schema, and refusing one that is newer.

use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query, sql_types};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;

use super::{
    connection::{OpenError, open_postgres, open_sqlite},
    engine::Engine,
    lock::DataLock,
    store::StoreConfig,
};
use crate::{
    fault::{self, Point, Sabotage},
    tenant::TenantId,
};

/// Schema of the control file.
pub const SQLITE_CONTROL: EmbeddedMigrations = embed_migrations!("../migrations/sqlite-control");
/// Schema of a tenant's file.
pub const SQLITE_TENANT: EmbeddedMigrations = embed_migrations!("../migrations/sqlite-tenant");
/// Both in one database.
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Creates or upgrades the control file.
///
/// # Errors
/// A sentence for the operator.
pub(crate) fn sqlite_control(dir: &std::path::Path) -> Result<(), OpenError> {
    let mut conn = open_sqlite(&dir.join("control.sqlite"))?;
    upgrade(&mut conn, SQLITE_CONTROL, "control.sqlite")
}

/// Creates or upgrades a tenant's file and writes or checks its identity.
///
/// # Errors
/// A sentence for the operator, also when the file belongs to another tenant.
pub(crate) fn sqlite_tenant(dir: &std::path::Path, tenant: TenantId) -> Result<(), OpenError> {
    let path = Engine::tenant_file(dir, tenant);
    let mut conn = open_sqlite(&path)?;
    upgrade(&mut conn, SQLITE_TENANT, &format!("tenant {tenant}"))?;
    sql_query("INSERT INTO tenant_identity (only, tenant_id) VALUES (1, $1) ON CONFLICT DO NOTHING")
        .bind::<sql_types::BigInt, _>(tenant.get())
        .execute(&mut conn)?;
    let identity: Identity =
        sql_query("SELECT tenant_id FROM tenant_identity WHERE only = 1").get_result(&mut conn)?;
    if identity.tenant_id != tenant.get() {
        return Err(OpenError(format!(
            "the file of tenant {tenant} belongs to tenant {}",
            identity.tenant_id
        )));
    }
    if fault::sabotaged(Sabotage::NoDedupe) {
        conn.batch_execute("DROP INDEX IF EXISTS message_by_wamid")?;
    }
    Ok(())
}

/// Upgrades PostgreSQL while no server works with it.
///
/// # Errors
/// A sentence for the operator, also when a server runs.
pub fn postgres_alone(config: &StoreConfig, owner_url: &str, server_url: &str) -> Result<(), OpenError> {
    let _lock = DataLock::take(&config.data_dir, &config.engine)?;
    postgres(owner_url, server_url)
}

/// Upgrades PostgreSQL as the owner and lets the server's role work with the tables.
///
/// # Errors
/// A sentence for the operator.
pub fn postgres(owner_url: &str, server_url: &str) -> Result<(), OpenError> {
    let mut owner = open_postgres(owner_url)?;
    owner.batch_execute("SET statement_timeout = 0")?;
    let server: Role =
        sql_query("SELECT current_user::text AS name").get_result(&mut open_postgres(server_url)?)?;
    upgrade(&mut owner, POSTGRES, "the database")?;
    let role = server.name.replace('"', "\"\"");
    owner.batch_execute(&format!(
        "GRANT USAGE ON SCHEMA public TO \"{role}\"; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \"{role}\"; \
         REVOKE UPDATE, DELETE ON audit, operator_audit FROM \"{role}\"; \
         REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM \"{role}\";"
    ))?;
    Ok(())
}

/// Checks without changing anything that PostgreSQL has exactly this version's schema.
///
/// # Errors
/// A sentence for the operator.
pub(crate) fn postgres_is_current(url: &str) -> Result<(), OpenError> {
    let mut conn = open_postgres(url)?;
    let applied: Vec<Version> = sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version")
        .load(&mut conn)
        .map_err(|_| OpenError("the database has no schema yet; run `switchboard migrate`".into()))?;
    let applied: BTreeSet<String> = applied.into_iter().map(|v| v.version).collect();
    let known = known_versions::<diesel::pg::Pg>(&POSTGRES)?;
    if let Some(newer) = applied.difference(&known).next() {
        return Err(newer_schema("the database", newer));
    }
    if known.len() > applied.len() {
        return Err(OpenError(
            "the database's schema is older than this version; run `switchboard migrate`".into(),
        ));
    }
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Identity {
    #[diesel(sql_type = sql_types::BigInt)]
    tenant_id: i64,
}

#[derive(diesel::QueryableByName)]
struct Role {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = sql_types::Text)]
    version: String,
}

fn upgrade<C, DB>(conn: &mut C, migrations: EmbeddedMigrations, what: &str) -> Result<(), OpenError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    let known = known_versions::<DB>(&migrations)?;
    let applied = conn.applied_migrations().map_err(|error| OpenError(error.to_string()))?;
    if let Some(newer) = applied.iter().map(ToString::to_string).find(|v| !known.contains(v)) {
        return Err(newer_schema(what, &newer));
    }
    let pending = conn.pending_migrations(migrations).map_err(|error| OpenError(error.to_string()))?;
    for migration in &pending {
        conn.run_migration(migration)
            .map_err(|error| OpenError(format!("migrating {what} failed: {error}")))?;
        fault::reach(Point::MigrationStep);
    }
    if !pending.is_empty() {
        tracing::info!(migrations = pending.len(), what, "schema upgraded");
    }
    Ok(())
}

fn known_versions<DB: diesel::backend::Backend>(
    migrations: &EmbeddedMigrations,
) -> Result<BTreeSet<String>, OpenError>
where
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    use diesel::migration::MigrationSource;
    let all = MigrationSource::<DB>::migrations(migrations).map_err(|error| OpenError(error.to_string()))?;
    Ok(all.iter().map(|m| m.name().version().to_string()).collect())
}

fn newer_schema(what: &str, version: &str) -> OpenError {
    OpenError(format!(
        "{what} was written by a newer version of switchboard (schema {version}); start that version instead"
    ))
}
