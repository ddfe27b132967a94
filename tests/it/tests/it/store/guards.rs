//! What refuses to start or to store, because isolation or durability would rest on nothing.

use std::sync::Arc;

use diesel::{
    Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query,
    sql_types,
};
use server::{
    clock::SystemClock,
    db::{Store, StoreConfig, WriteError, chains, control, engine, migrate, record::Actor, rows},
};

use super::{Bare, create_tenant, mark, marks};
use crate::harness::{Database, Engine, run, sql};

on_both_engines!(
    a_second_process_on_the_same_data_is_refused,
    a_schema_from_the_future_is_refused,
    a_row_of_another_tenant_is_refused,
    rows_of_another_tenant_are_not_there,
    the_audit_log_cannot_be_changed,
    the_operators_chain_cannot_be_changed,
    an_audit_entry_that_was_changed_or_cut_off_is_found,
    a_chain_that_holds_and_is_another_one_is_found,
);

fn open(config: StoreConfig) -> Result<Store, String> {
    Store::open(config, Arc::new(SystemClock)).map_err(|error| error.to_string())
}

fn refusal(config: StoreConfig) -> String {
    open(config).err().expect("a refusal to start")
}

async fn a_second_process_on_the_same_data_is_refused(engine: Engine) {
    let bare = Bare::new(engine).await;
    let why = refusal(bare.database.store_config());
    assert!(why.contains("another switchboard process"), "{why}");
    if engine == Engine::Postgres {
        let elsewhere = tempfile::tempdir().unwrap();
        let config = StoreConfig { data_dir: elsewhere.path().to_path_buf(), ..bare.database.store_config() };
        let why = refusal(config);
        assert!(why.contains("uses this database"), "{why}");
    }
    bare.store.close().await;
    open(bare.database.store_config()).unwrap();
}

async fn a_schema_from_the_future_is_refused(engine: Engine) {
    let bare = Bare::new(engine).await;
    let Bare { store, tenant, database, .. } = bare;
    let id = tenant.id();
    drop(tenant);
    store.close().await;
    drop(store);
    let future = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')";
    match engine {
        Engine::Postgres => {
            PgConnection::establish(&database.urls().owner).unwrap().batch_execute(future).unwrap();
            let why = refusal(database.store_config());
            assert!(why.contains("newer version"), "{why}");
            // Also without the owner's address.
            let why = refusal(StoreConfig { migrate_url: None, ..database.store_config() });
            assert!(why.contains("newer version"), "{why}");
        }
        Engine::Sqlite => {
            let tenant_file = engine::Engine::tenant_file(&database.dir(), id);
            let mut conn = SqliteConnection::establish(tenant_file.to_str().unwrap()).unwrap();
            conn.batch_execute(future).unwrap();
            let store = open(database.store_config()).unwrap();
            let why = store.tenant(id).await.err().expect("a refusal to open").to_string();
            assert!(why.contains("newer version"), "{why}");
            store.close().await;
            drop(store);
            let control = database.dir().join("control.sqlite");
            let mut conn = SqliteConnection::establish(control.to_str().unwrap()).unwrap();
            conn.batch_execute(future).unwrap();
            let why = refusal(database.store_config());
            assert!(why.contains("newer version"), "{why}");
        }
    }
}

async fn a_row_of_another_tenant_is_refused(engine: Engine) {
    let bare = Bare::new(engine).await;
    let other = create_tenant(&bare.store, &bare.database, "other").await;
    let their = other.id().get();
    let smuggled = bare.tenant.write(move |tx| {
        let (conn, _) = tx.parts();
        sql_query("INSERT INTO queue (tenant_id, id, rev, name) VALUES ($1, 'que_smuggled', 1, 'smuggled')")
            .bind::<sql_types::BigInt, _>(their)
            .execute(conn)?;
        Ok(())
    });
    assert!(matches!(smuggled.await, Err(WriteError::Constraint(_) | WriteError::Unavailable(_))));
    bare.tenant.write(|tx| mark(tx, "own")).await.unwrap();
    let moved = bare.tenant.write(move |tx| {
        let (conn, _) = tx.parts();
        sql_query("UPDATE queue SET tenant_id = $1").bind::<sql_types::BigInt, _>(their).execute(conn)?;
        Ok(())
    });
    assert!(matches!(moved.await, Err(WriteError::Constraint(_) | WriteError::Unavailable(_))));
    assert_eq!(marks(&bare.tenant).await, ["own"]);
    assert!(marks(&other).await.is_empty());
    assert_eq!(sql::count(&other, "queue").await, 0);
}

async fn rows_of_another_tenant_are_not_there(engine: Engine) {
    let bare = Bare::new(engine).await;
    let other = create_tenant(&bare.store, &bare.database, "other").await;
    other.write(|tx| mark(tx, "theirs")).await.unwrap();
    // The statement forgets the predicate; the database does not.
    let careless = "SELECT count(*) AS n FROM queue WHERE $1 > 0";
    assert_eq!(sql::number(&bare.tenant, careless).await, 0);
    assert_eq!(sql::number(&other, careless).await, 1);
    let wiped = bare.tenant.write(|tx| Ok(sql::execute(tx, "DELETE FROM queue WHERE $1 > 0")?));
    assert_eq!(wiped.await.unwrap().0, 0);
    assert_eq!(marks(&other).await, ["theirs"]);
}

async fn the_audit_log_cannot_be_changed(engine: Engine) {
    let bare = Bare::new(engine).await;
    let entries = sql::count(&bare.tenant, "audit").await;
    assert!(entries > 0);
    for statement in
        ["UPDATE audit SET action = 'x' WHERE tenant_id = $1", "DELETE FROM audit WHERE tenant_id = $1"]
    {
        let changed = bare.tenant.write(move |tx| Ok(sql::execute(tx, statement)?)).await;
        assert!(changed.is_err(), "{statement}");
    }
    assert_eq!(sql::count(&bare.tenant, "audit").await, entries);
    let changed = "SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND action = 'x'";
    assert_eq!(sql::number(&bare.tenant, changed).await, 0);
}

async fn the_operators_chain_cannot_be_changed(engine: Engine) {
    let bare = Bare::new(engine).await;
    for statement in ["UPDATE operator_audit SET action = 'x'", "DELETE FROM operator_audit"] {
        let changed = bare.store.control().write(move |conn| Ok(sql_query(statement).execute(conn)?)).await;
        assert!(changed.is_err(), "{statement}");
    }
    assert_eq!(bare.store.control().read(control::audit::first_broken).await.unwrap(), None);
    // Also for whoever may do everything with the tables but is not above the triggers.
    if engine == Engine::Postgres {
        let mut owner = PgConnection::establish(&bare.database.urls().owner).unwrap();
        assert!(owner.batch_execute("UPDATE operator_audit SET action = 'x'").is_err());
    }
}

/// What no code of ours can do, somebody with the file or the superuser's password can.
fn tamper(bare: &Bare, engine: Engine, tenant: &str, control: &str) {
    match engine {
        Engine::Postgres => {
            let mut root = PgConnection::establish(&bare.database.urls().superuser).unwrap();
            let quiet = "SET session_replication_role = replica;";
            root.batch_execute(&format!("{quiet} {tenant}; {control}")).unwrap();
        }
        Engine::Sqlite => {
            let file = engine::Engine::tenant_file(&bare.database.dir(), bare.tenant.id());
            let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            let loose = "DROP TRIGGER IF EXISTS audit_no_update; DROP TRIGGER IF EXISTS audit_no_delete;";
            conn.batch_execute(&format!("{loose} {tenant}")).unwrap();
            let file = bare.database.dir().join("control.sqlite");
            let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            let loose = "DROP TRIGGER IF EXISTS operator_audit_no_update;";
            conn.batch_execute(&format!("{loose} {control}")).unwrap();
        }
    }
}

async fn an_audit_entry_that_was_changed_or_cut_off_is_found(engine: Engine) {
    let bare = Bare::new(engine).await;
    let config = bare.database.store_config();
    let broken = || chains::broken(&config.engine).unwrap();
    assert_eq!(broken(), [""; 0]);
    let tamper = |tenant: &str, control: &str| tamper(&bare, engine, tenant, control);
    tamper("UPDATE audit SET object = 'x' WHERE seq = 1", "SELECT 1");
    assert_eq!(broken(), ["the audit chain of bare does not hold at entry 1"]);
    tamper("DELETE FROM audit", "UPDATE operator_audit SET action = 'x' WHERE seq = 1");
    assert_eq!(
        broken(),
        [
            "the operator's audit chain does not hold at entry 1",
            "the audit chain of bare does not hold at entry 1"
        ]
    );
}

async fn a_chain_that_holds_and_is_another_one_is_found(engine: Engine) {
    let bare = Bare::new(engine).await;
    let config = bare.database.store_config();
    let id = bare.tenant.id();
    let before = bare.tenant.read(rows::audit::head).await.unwrap();
    bare.tenant.write(|tx| tx.audit(Actor::System, "test.done", "what is to be forgotten")).await.unwrap();
    let (seq, hash) = bare.tenant.read(rows::audit::head).await.unwrap();
    let now = bare.tenant.clock().now();
    bare.store.control().write(move |conn| control::audit::anchor(conn, id, seq, &hash, now)).await.unwrap();
    assert_eq!(chains::broken(&config.engine).unwrap(), [""; 0]);
    // Cut off without a trace: the chain holds, and so does its end.
    let end = format!("UPDATE tenant_log SET audit_seq = {}, audit_hash = '{}'", before.0, before.1);
    tamper(&bare, engine, &format!("DELETE FROM audit WHERE seq = {seq}; {end}"), "SELECT 1");
    let moved = format!("the audit chain of bare is not the one that was noted at entry {seq}");
    assert_eq!(chains::broken(&config.engine).unwrap(), [moved]);
}

#[test]
fn a_lock_that_postgres_has_let_go_is_noticed() {
    run(async {
        let bare = Bare::new(Engine::Postgres).await;
        assert!(bare.store.holds_lock());
        PgConnection::establish(&bare.database.urls().superuser)
            .unwrap()
            .batch_execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            )
            .unwrap();
        assert!(!bare.store.holds_lock());
    });
}

#[test]
fn a_running_servers_database_is_not_migrated() {
    run(async {
        let bare = Bare::new(Engine::Postgres).await;
        let (config, urls) = (bare.database.store_config(), bare.database.urls());
        let why = migrate::postgres_alone(&config, &urls.owner, &urls.app).err().unwrap().to_string();
        assert!(why.contains("another switchboard process"), "{why}");
        bare.store.close().await;
        migrate::postgres_alone(&config, &urls.owner, &urls.app).unwrap();
    });
}

#[test]
fn a_file_that_belongs_to_another_tenant_is_refused() {
    run(async {
        let bare = Bare::new(Engine::Sqlite).await;
        let other = create_tenant(&bare.store, &bare.database, "other").await;
        let Bare { store, tenant, database, .. } = bare;
        let (mine, theirs) = (tenant.id(), other.id());
        drop((tenant, other));
        store.close().await;
        drop(store);
        let file = |id| engine::Engine::tenant_file(&database.dir(), id);
        std::fs::copy(file(mine), file(theirs)).unwrap();
        let store = open(database.store_config()).unwrap();
        let why = store.tenant(theirs).await.err().expect("a refusal to open").to_string();
        assert!(why.contains("belongs to tenant"), "{why}");
        store.tenant(mine).await.unwrap();
        std::fs::remove_file(file(theirs)).unwrap();
        let why = store.tenant(theirs).await.err().expect("a refusal to open").to_string();
        assert!(why.contains("missing"), "{why}");
        assert!(!file(theirs).exists(), "an empty tenant must not come into being by accident");
    });
}

#[test]
fn a_role_that_could_see_every_tenant_is_refused() {
    let database = Database::new(Engine::Postgres);
    drop(open(database.store_config()).unwrap());
    let urls = database.urls();
    PgConnection::establish(&urls.superuser)
        .unwrap()
        .batch_execute(
            "CREATE ROLE sees_all LOGIN NOSUPERUSER BYPASSRLS; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO sees_all",
        )
        .unwrap();
    let bypassing = urls.superuser.replacen("root_of_tests", "sees_all", 1);
    for (url, word) in
        [(&urls.superuser, "superuser"), (&bypassing, "BYPASSRLS"), (&urls.owner, "owns tables")]
    {
        let config = StoreConfig {
            data_dir: tempfile::tempdir().unwrap().path().to_path_buf(),
            engine: engine::Engine::Postgres { url: url.clone() },
            migrate_url: None,
        };
        let why = refusal(config);
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn a_database_without_a_schema_is_not_migrated_by_a_server_that_may_not() {
    let database = Database::new(Engine::Postgres);
    let why = refusal(StoreConfig { migrate_url: None, ..database.store_config() });
    assert!(why.contains("switchboard migrate"), "{why}");
}
