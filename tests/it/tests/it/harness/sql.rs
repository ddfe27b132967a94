//! Looking into the tables, for what no API shows.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use server::db::{Fault, Scoped, TenantStore};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    t: Option<String>,
}

/// One number; the query names its column `n` and takes the tenant as `$1`.
pub(crate) fn number_in(scoped: &mut Scoped, query: &str) -> Result<i64, Fault> {
    let (conn, tenant) = scoped.parts();
    let row: Number = sql_query(query).bind::<sql_types::BigInt, _>(tenant).get_result(conn)?;
    Ok(row.n)
}

/// Texts; the query names its column `t` and takes the tenant as `$1`.
pub(crate) async fn texts(store: &TenantStore, query: &str) -> Vec<String> {
    let query = query.to_owned();
    let read = store.read(move |scoped| {
        let (conn, tenant) = scoped.parts();
        let rows: Vec<Text> = sql_query(query).bind::<sql_types::BigInt, _>(tenant).load(conn)?;
        Ok(rows)
    });
    read.await.unwrap().into_iter().map(|row| row.t.unwrap_or_default()).collect()
}

/// One number, read in a transaction of its own.
pub(crate) async fn number(store: &TenantStore, query: &str) -> i64 {
    let query = query.to_owned();
    store.read(move |scoped| number_in(scoped, &query)).await.unwrap()
}

/// Rows of a table.
pub(crate) async fn count(store: &TenantStore, table: &str) -> i64 {
    number(store, &format!("SELECT count(*) AS n FROM {table} WHERE tenant_id = $1")).await
}

/// Runs a statement that takes the tenant as `$1`, inside a write.
pub(crate) fn execute(scoped: &mut Scoped, statement: &str) -> Result<usize, diesel::result::Error> {
    let (conn, tenant) = scoped.parts();
    sql_query(statement).bind::<sql_types::BigInt, _>(tenant).execute(conn)
}

/// The log must be gapless from 1 to its head; gives the head.
pub(crate) async fn gapless_head(store: &TenantStore) -> u64 {
    let (rows, last, head) = store
        .read(|scoped| {
            Ok((
                number_in(scoped, "SELECT count(*) AS n FROM live_event WHERE tenant_id = $1")?,
                number_in(scoped, "SELECT coalesce(max(pos), 0) AS n FROM live_event WHERE tenant_id = $1")?,
                number_in(scoped, "SELECT head AS n FROM tenant_log WHERE tenant_id = $1")?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((rows, last), (head, head), "the log has a hole or a surplus");
    u64::try_from(head).unwrap()
}
