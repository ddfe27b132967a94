//! What both engines say of their tables.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types,
};
use diesel_migrations::MigrationHarness;
use server::db::migrate::{POSTGRES, SQLITE_CONTROL, SQLITE_TENANT};

use crate::harness::{Database, Engine};

/// A table: its columns with whether they may be null, and its unique keys.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) columns: BTreeMap<String, bool>,
    pub(super) unique: BTreeSet<Vec<String>>,
}

pub(super) type Tables = BTreeMap<String, Table>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = sql_types::Text)]
    tbl: String,
    #[diesel(sql_type = sql_types::Text)]
    col: String,
    #[diesel(sql_type = sql_types::Bool)]
    nullable: bool,
}

#[derive(QueryableByName)]
struct KeyColumn {
    #[diesel(sql_type = sql_types::Text)]
    tbl: String,
    #[diesel(sql_type = sql_types::Text)]
    idx: String,
    #[diesel(sql_type = sql_types::Text)]
    col: String,
}

fn tables(columns: Vec<Column>, keys: Vec<KeyColumn>) -> Tables {
    let mut all = Tables::new();
    for column in columns {
        all.entry(column.tbl).or_default().columns.insert(column.col, column.nullable);
    }
    let mut indexes: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for key in keys {
        indexes.entry((key.tbl, key.idx)).or_default().push(key.col);
    }
    for ((table, _), columns) in indexes {
        all.get_mut(&table).unwrap().unique.insert(columns);
    }
    all.remove("__diesel_schema_migrations");
    all
}

/// Both files' tables, without what only a file of its own needs.
pub(super) fn of_sqlite() -> Tables {
    let mut all = Tables::new();
    for migrations in [SQLITE_CONTROL, SQLITE_TENANT] {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.run_pending_migrations(migrations).unwrap();
        all.extend(of_sqlite_file(&mut conn));
    }
    all.remove("tenant_identity");
    all
}

pub(super) fn of_sqlite_file(conn: &mut SqliteConnection) -> Tables {
    let columns = sql_query(
        "SELECT m.name AS tbl, p.name AS col, p.\"notnull\" = 0 AS nullable \
         FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'",
    );
    // A tenant's file holds one tenant: where the row's own number is the key, it stands for tenant and
    // number.
    let keys = sql_query(
        "SELECT m.name AS tbl, l.name AS idx, i.name AS col, i.seqno AS place \
         FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i \
         WHERE m.type = 'table' AND l.\"unique\" = 1 \
         UNION ALL SELECT m.name, 'rowid', c.name, c.name <> 'tenant_id' \
         FROM sqlite_master m JOIN pragma_table_info(m.name) p JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND p.pk = 1 AND p.type = 'INTEGER' AND (c.name = p.name OR c.name = 'tenant_id') \
         AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) t WHERE t.name = 'tenant_id') \
         ORDER BY 1, 2, 4",
    );
    tables(columns.load(conn).unwrap(), keys.load(conn).unwrap())
}

pub(super) fn of_postgres(conn: &mut PgConnection) -> Tables {
    let columns = sql_query(
        "SELECT table_name::text AS tbl, column_name::text AS col, is_nullable = 'YES' AS nullable \
         FROM information_schema.columns WHERE table_schema = 'public'",
    );
    let keys = sql_query(
        "SELECT t.relname::text AS tbl, i.relname::text AS idx, a.attname::text AS col \
         FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid \
         CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, place) \
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum \
         WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace \
         ORDER BY t.relname, i.relname, k.place",
    );
    tables(columns.load(conn).unwrap(), keys.load(conn).unwrap())
}

/// A database with the schema, seen by its owner.
pub(super) fn migrated_postgres() -> (Database, PgConnection) {
    let database = Database::new(Engine::Postgres);
    let mut owner = PgConnection::establish(&database.urls().owner).unwrap();
    owner.run_pending_migrations(POSTGRES).unwrap();
    (database, owner)
}
