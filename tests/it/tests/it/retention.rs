//! What the data map says about ages is what happens.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::{RunQueryDsl, sql_query};
use server::{
    clock::{Clock, FakeClock, SystemClock},
    db::data_map::{Retention, tables},
};

use simulator::payload;

use crate::harness::{Engine, Options, World, eventually, sql, webhook::ann};

on_both_engines!(
    every_table_that_goes_by_age_forgets_what_is_old_and_nothing_else,
    a_long_log_is_forgotten_from_its_beginning_in_slices,
    what_one_connection_may_fill_is_bounded,
);

/// How an old row comes into a table; `@at` stands for its time. A table that the data map lets go by age
/// and that is not here fails the test.
fn old_row(table: &str) -> &'static str {
    match table {
        "session" => {
            "INSERT INTO session (token_hash, account_id, tenant_id, member_id, created_at, seen_at, expires_at) \
             SELECT '@at', account_id, tenant_id, member_id, @at, @at, @at + 86400000000 FROM membership LIMIT 1"
        }
        "quarantine" => {
            "INSERT INTO quarantine (id, item_key, connection_id, reason, raw, bytes, received_at) \
             SELECT '@at', '@at', id, 'old', '{}', 2, @at FROM connection LIMIT 1"
        }
        "sign_in_failure" => "INSERT INTO sign_in_failure (bucket, failures, last_at) VALUES ('@at', 1, @at)",
        "mail" => {
            "INSERT INTO mail (id, recipient, template, data, language, attempts, created_at) \
             VALUES ('@at', 'ada@alpha.example', 'password_changed', '{}', 'en', 1, @at)"
        }
        "early_status" => {
            "INSERT INTO early_status (tenant_id, channel_id, wamid, state, at, raw, received_at) \
             VALUES ($1, 'chn', '@at', 'read', @at, '{}', @at)"
        }
        "raw_item" => {
            "INSERT INTO raw_item (tenant_id, id, item_key, kind, error, raw, received_at) \
             VALUES ($1, '@at', '@at', 'k', 'it broke something', '{}', @at)"
        }
        "command_result" => {
            "INSERT INTO command_result (tenant_id, member_id, command_key, body_hash, result, at) \
             VALUES ($1, '@at', 'k', 'h', '{}', @at)"
        }
        "upload" => {
            "INSERT INTO upload (tenant_id, id, member_id, kind, mime, name, stored, hash, created_at) \
             SELECT tenant_id, 'upl_' || substr('@at0000000000000000000000000000000', 1, 32), id, 'image', 'image/png', 'a.png', \
             '{\"look\":\"picture\",\"mime\":\"image/png\",\"size\":1}', '@at', @at \
             FROM member WHERE tenant_id = $1 LIMIT 1"
        }
        "sent_file" => {
            "INSERT INTO sent_file (tenant_id, channel_id, hash, mime, media_id, sent_at) \
             SELECT tenant_id, id, '@at', 'image/png', '1', @at FROM channel WHERE tenant_id = $1 LIMIT 1"
        }
        "draft" => {
            "INSERT INTO draft (tenant_id, member_id, conversation_id, contact_id, rev, text, note, at) \
             SELECT c.tenant_id, m.id, c.id, c.contact_id, 1, 'hm', FALSE, @at FROM conversation c \
             JOIN member m ON m.tenant_id = c.tenant_id WHERE c.tenant_id = $1 ORDER BY m.id LIMIT 1 OFFSET @place - 1"
        }
        "notice" => {
            "INSERT INTO notice (tenant_id, id, member_id, kind, conversation_id, at) \
             SELECT c.tenant_id, 'ntc_' || substr('@at0000000000000000000000000000000', 1, 32), m.id, 'assigned', c.id, @at \
             FROM conversation c JOIN member m ON m.tenant_id = c.tenant_id WHERE c.tenant_id = $1 ORDER BY m.id LIMIT 1"
        }
        "bulk" => {
            "INSERT INTO bulk (tenant_id, id, member_id, at, action, items, undone) \
             SELECT tenant_id, '@at', id, @at, '{}', '[]', FALSE FROM member WHERE tenant_id = $1 LIMIT 1"
        }
        "review" => {
            "INSERT INTO review (tenant_id, id, conversation_id, contact_id, member_id, reviewer_id, at, scores, comment) \
             SELECT c.tenant_id, '@at', c.id, c.contact_id, m.id, m.id, @at, '[]', '' FROM conversation c \
             JOIN member m ON m.tenant_id = c.tenant_id WHERE c.tenant_id = $1 ORDER BY m.id LIMIT 1 OFFSET @place - 1"
        }
        "fact" => "INSERT INTO fact (tenant_id, id, what, at) VALUES ($1, '@at', 'message_read', @at)",
        // The log has no holes: its own first event grows old.
        "live_event" => "UPDATE live_event SET at = @at WHERE tenant_id = $1 AND pos = @place",
        other => panic!("the data map lets {other} go by age, but no test knows how a row of it gets old"),
    }
}

/// What is in the table of the rows [`old_row`] made at this instant.
fn left_of(table: &str, at: i64) -> String {
    match table {
        "session" => format!("SELECT count(*) AS n FROM session WHERE created_at = {at}"),
        "quarantine" => format!("SELECT count(*) AS n FROM quarantine WHERE received_at = {at}"),
        "mail" => format!("SELECT count(*) AS n FROM mail WHERE created_at = {at}"),
        "sign_in_failure" => format!("SELECT count(*) AS n FROM sign_in_failure WHERE last_at = {at}"),
        "early_status" | "raw_item" => {
            format!("SELECT count(*) AS n FROM {table} WHERE tenant_id = $1 AND received_at = {at}")
        }
        "upload" => format!("SELECT count(*) AS n FROM upload WHERE tenant_id = $1 AND created_at = {at}"),
        "sent_file" => format!("SELECT count(*) AS n FROM sent_file WHERE tenant_id = $1 AND sent_at = {at}"),
        other => format!("SELECT count(*) AS n FROM {other} WHERE tenant_id = $1 AND at = {at}"),
    }
}

fn is_control(table: &str) -> bool {
    matches!(table, "session" | "quarantine" | "sign_in_failure" | "mail")
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// Rows of a table made at this instant.
async fn left(world: &World, table: &str, at: i64) -> i64 {
    let query = left_of(table, at);
    if is_control(table) {
        let read = world.server.app.store.control().read(move |conn| {
            let row: Number = sql_query(query).get_result(conn)?;
            Ok(row.n)
        });
        return read.await.unwrap();
    }
    sql::number(&world.store().await, &query).await
}

async fn insert(world: &World, table: &str, at: i64, place: &str) {
    let statement = old_row(table).replace("@at", &at.to_string()).replace("@place", place);
    if is_control(table) {
        let written = world.server.app.store.control().write(move |conn| {
            sql_query(&statement).execute(conn)?;
            Ok(())
        });
        return written.await.unwrap();
    }
    let store = world.store().await;
    store.write(move |tx| Ok(sql::execute(tx, &statement)?)).await.unwrap();
}

/// Wakes the tenant's worker, which plans to clean up an hour later.
async fn plan(world: &World) {
    world.server.workers().wake(world.alpha.id);
    let store = world.store().await;
    let planned = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'prune'";
    eventually("cleaning up is planned", || async {
        (sql::number(&store, planned).await == 1).then_some(())
    })
    .await;
}

async fn every_table_that_goes_by_age_forgets_what_is_old_and_nothing_else(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let world = World::with(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    world.agent().await;
    plan(&world).await;
    let by_age: Vec<(&str, TimeDelta)> = tables()
        .filter_map(|table| match table.retention {
            Retention::Hours(n) => Some((table.name, TimeDelta::hours(n.into()))),
            Retention::Days(n) => Some((table.name, TimeDelta::days(n.into()))),
            Retention::Months(n) => Some((table.name, TimeDelta::days(i64::from(n) * 31))),
            _ => None,
        })
        .collect();
    assert!(by_age.len() >= 8, "{by_age:?}");
    let mut rows = Vec::new();
    for (table, kept) in by_age {
        // Just over the age and well under it, when the work is done three hours from now.
        let soon = clock.now() + TimeDelta::hours(3);
        let old = (soon - kept - TimeDelta::minutes(1)).timestamp_micros();
        let young = (soon - kept + TimeDelta::minutes(30)).timestamp_micros();
        insert(&world, table, old, "1").await;
        insert(&world, table, young, "2").await;
        assert_eq!((left(&world, table, old).await, left(&world, table, young).await), (1, 1), "{table}");
        rows.push((table, old, young));
    }
    clock.advance(TimeDelta::hours(3));
    // The control tables are looked at when the server starts, a tenant's when its hour has come.
    let world = world.restart().await;
    world.server.workers().wake(world.alpha.id);
    for (table, old, young) in rows {
        eventually(&format!("{table} forgets"), || async {
            (left(&world, table, old).await == 0).then_some(())
        })
        .await;
        assert_eq!(left(&world, table, young).await, 1, "{table} keeps what is not old enough");
    }
}

async fn a_long_log_is_forgotten_from_its_beginning_in_slices(engine: Engine) {
    /// Several slices, and a rest.
    const OLD: i64 = 1_234;
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let world = World::with(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    plan(&world).await;
    let store = world.store().await;
    let head = i64::try_from(sql::gapless_head(&store).await).unwrap();
    let (from, to) = (head + 1, head + OLD);
    let long_ago = (clock.now() - TimeDelta::hours(100)).timestamp_micros();
    let (copied, age, move_head) = (
        format!(
            "INSERT INTO live_event (tenant_id, pos, at, payload) \
             WITH RECURSIVE n(pos) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT pos + 1 FROM n WHERE pos < {to}) \
             SELECT e.tenant_id, n.pos, {long_ago}, e.payload FROM n JOIN live_event e ON e.tenant_id = $1 AND e.pos = 1"
        ),
        format!("UPDATE live_event SET at = {long_ago} WHERE tenant_id = $1"),
        format!("UPDATE tenant_log SET head = {to} WHERE tenant_id = $1"),
    );
    store
        .write(move |tx| {
            for statement in [&copied, &age, &move_head] {
                sql::execute(tx, statement)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let world = world.restart().await;
    // Two hours later the round is due; this message stays.
    clock.advance(TimeDelta::hours(2));
    world.customer_writes(&ann(), "Still there?").await;
    world.server.workers().wake(world.alpha.id);
    let store = world.store().await;
    let first = "SELECT coalesce(min(pos), 0) AS n FROM live_event WHERE tenant_id = $1";
    eventually("the old part is gone", || async {
        (sql::number(&store, first).await == to + 1).then_some(())
    })
    .await;
    let rest = sql::count(&store, "live_event").await;
    assert!(rest > 0 && rest < 10, "{rest}");
}

async fn what_one_connection_may_fill_is_bounded(engine: Engine) {
    let world = World::new(engine).await;
    let stranger = async |n: usize| {
        let body = payload::change("999", "account_update", serde_json::json!({ "n": n }));
        assert!(world.alpha.post(&world.server, &body).await.is_success());
    };
    for n in 0..3 {
        stranger(n).await;
    }
    assert_eq!(world.quarantined().await, 3);
    // As if each were forty megabytes.
    let control = world.server.app.store.control();
    let grown = control.write(|conn| {
        sql_query("UPDATE quarantine SET bytes = 41943040").execute(conn)?;
        Ok(())
    });
    grown.await.unwrap();
    stranger(3).await;
    let kept = control.read(server::db::control::quarantine::all).await.unwrap();
    let kept: Vec<bool> =
        ["2", "3"].iter().zip(&kept).map(|(n, item)| item.raw.contains(&format!(":{n}"))).collect();
    assert_eq!(kept, [true, true], "the newest stay, within 64 megabytes");
    assert_eq!(world.quarantined().await, 2);
}
