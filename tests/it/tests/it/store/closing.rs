//! A stopped server has let everything go, although its parts may be reachable from one another for ever.

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query, sql_types::BigInt};

use crate::harness::{Database, Engine, World, eventually, webhook::ann};

on_both_engines!(a_stopped_server_holds_no_connection_to_its_data);

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

async fn a_stopped_server_holds_no_connection_to_its_data(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    world.agent().await.get("/api/conversations").await;
    let (app, database) = (world.server.app.clone(), world.server.database.clone());
    assert!(connections(&database) > 2, "the look finds them");
    world.server.stop().await;
    eventually("every connection is gone", async || (connections(&database) == 0).then_some(())).await;
    assert!(app.store.control().read(|_| Ok(())).await.is_err(), "and nothing connects again");
}

fn connections(database: &Database) -> i64 {
    match database.engine {
        Engine::Sqlite => {
            let links = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
            let files = links.filter_map(|link| std::fs::read_link(link.path()).ok());
            let own = files.filter(|file| {
                file.starts_with(database.dir()) && file.to_string_lossy().ends_with(".sqlite")
            });
            own.count() as i64
        }
        Engine::Postgres => {
            let mut conn = PgConnection::establish(&database.urls().owner).unwrap();
            let others = "SELECT count(*) AS n FROM pg_stat_activity \
                          WHERE datname = current_database() AND pid <> pg_backend_pid()";
            sql_query(others).get_result::<Count>(&mut conn).unwrap().n
        }
    }
}
