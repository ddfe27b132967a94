//! One schema, two engines.

use std::collections::BTreeSet;

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use server::db::migrate::{POSTGRES, SQLITE_CONTROL, SQLITE_TENANT};

use super::catalog::{migrated_postgres, of_postgres, of_sqlite, of_sqlite_file};

/// Tables that are not a tenant's: they decide whose something is, or are the operator's.
const CONTROL_TABLES: [&str; 11] = [
    "tenant",
    "account",
    "membership",
    "session",
    "connection",
    "connection_secret",
    "number_route",
    "quarantine",
    "sign_in_failure",
    "mail",
    "operator_audit",
];

#[test]
fn both_engines_have_the_same_tables_columns_nullability_and_unique_keys() {
    let (_database, mut owner) = migrated_postgres();
    let (sqlite, postgres) = (of_sqlite(), of_postgres(&mut owner));
    let names = |tables: &super::catalog::Tables| tables.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (name, table) in &sqlite {
        assert_eq!(table, &postgres[name], "{name}: SQLite left, PostgreSQL right");
    }
}

#[test]
fn every_migration_can_be_undone_and_done_again_on_sqlite() {
    fn check(migrations: fn() -> EmbeddedMigrations) {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.run_pending_migrations(migrations()).unwrap();
        let before = of_sqlite_file(&mut conn);
        conn.revert_all_migrations(migrations()).unwrap();
        assert!(of_sqlite_file(&mut conn).is_empty());
        conn.run_pending_migrations(migrations()).unwrap();
        assert_eq!(of_sqlite_file(&mut conn), before);
    }
    check(|| SQLITE_CONTROL);
    check(|| SQLITE_TENANT);
}

#[test]
fn every_migration_can_be_undone_and_done_again_on_postgres() {
    let (_database, mut owner) = migrated_postgres();
    let before = of_postgres(&mut owner);
    owner.revert_all_migrations(POSTGRES).unwrap();
    assert!(of_postgres(&mut owner).is_empty());
    assert_eq!(
        names(
            &mut owner,
            "SELECT proname::text AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        ),
        [""; 0]
    );
    owner.run_pending_migrations(POSTGRES).unwrap();
    assert_eq!(of_postgres(&mut owner), before);
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
}

fn names(conn: &mut PgConnection, query: &str) -> Vec<String> {
    let rows: Vec<Name> = sql_query(query).load(conn).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn every_table_of_a_tenant_is_closed_by_row_level_security_also_for_its_owner() {
    let (_database, mut owner) = migrated_postgres();
    let tables = of_postgres(&mut owner);
    let open: BTreeSet<&str> = CONTROL_TABLES.into_iter().collect();
    let closed: BTreeSet<String> = names(
        &mut owner,
        "SELECT c.relname::text AS name FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid \
         WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND c.relforcerowsecurity \
         AND p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}' \
         AND pg_get_expr(p.polqual, p.polrelid) LIKE '%app.tenant_id%' \
         AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%app.tenant_id%'",
    )
    .into_iter()
    .collect();
    for (name, table) in &tables {
        if open.contains(name.as_str()) {
            continue;
        }
        assert_eq!(table.columns.get("tenant_id"), Some(&false), "{name} must say whose its rows are");
        assert!(closed.contains(name), "{name} is not closed");
        for key in &table.unique {
            assert_eq!(key[0], "tenant_id", "{name}: {key:?} would tell of other tenants' rows");
        }
    }
    let several = names(
        &mut owner,
        "SELECT polrelid::regclass::text AS name FROM pg_policy GROUP BY polrelid HAVING count(*) > 1",
    );
    assert!(several.is_empty(), "several policies widen each other: {several:?}");
}

#[test]
fn a_foreign_key_between_tenants_rows_carries_the_tenant() {
    let (_database, mut owner) = migrated_postgres();
    let loose = names(
        &mut owner,
        "SELECT k.conname::text AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
         WHERE k.contype = 'f' AND c.relrowsecurity AND NOT EXISTS ( \
         SELECT 1 FROM unnest(k.conkey, k.confkey) AS pair(mine, theirs) \
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.mine \
         JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.theirs \
         WHERE a.attname = 'tenant_id' AND b.attname = 'tenant_id')",
    );
    assert!(loose.is_empty(), "{loose:?}");
    let views = names(
        &mut owner,
        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace \
         AND relkind IN ('v', 'm')",
    );
    assert!(views.is_empty(), "a view runs as its owner: {views:?}");
}
