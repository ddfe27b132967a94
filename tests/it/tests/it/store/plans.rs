//! Every statement the product runs in its daily work finds its rows through an index.
//!
//! The statements are not listed here: they are overheard while a message comes in, is answered,
//! sent and read, and consoles load, open and page. A new query is checked the day it is written.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use diesel::{
    Connection, QueryableByName, RunQueryDsl,
    connection::{Instrumentation, InstrumentationEvent, SimpleConnection},
    sql_query, sql_types,
};
use server::domain::routing::timers;
use shared::{
    ids::ConversationId,
    live::{command::Command, frame::ClientFrame},
    model::{
        queue::{QueueRules, Ring, RoutingMode},
        routing::Target,
    },
};
use simulator::{StatusPlan, payload::Status};

use crate::harness::{
    Engine, LiveClient, Options, World, run,
    webhook::{ann, bob},
};

/// Tables that have a handful of rows per tenant; reading all of them is right.
const SMALL: [&str; 14] = [
    "alert",
    "alert_webhook",
    // The words of one message, given as a list.
    "word",
    "tenant_log",
    "tenant_identity",
    "settings",
    "queue",
    "calendar",
    "channel",
    "member",
    "member_queue",
    "agent_presence",
    "agent_load",
    "member_skill",
];

/// Parts of statements that a tenant takes once, when it opens.
const AT_START: [&str; 1] = ["\"leased_by\" != "];

#[derive(Clone, Default)]
struct Overheard(Arc<Mutex<BTreeSet<String>>>);

impl Instrumentation for Overheard {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let statement = text.split(" -- binds:").next().unwrap_or_default().replace('`', "\"");
            let first = statement.split_whitespace().next().unwrap_or_default().to_uppercase();
            if ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(&first.as_str()) {
                self.0.lock().unwrap().insert(statement);
            }
        }
    }
}

#[derive(QueryableByName)]
struct SqliteStep {
    #[diesel(sql_type = sql_types::Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresStep {
    #[diesel(sql_type = sql_types::Text)]
    #[diesel(column_name = "QUERY PLAN")]
    plan: String,
}

/// Does the daily work and gives every statement it took.
async fn daily_work(engine: Engine) -> (World, BTreeSet<String>) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let overheard = Overheard::default();
    let (on_writer, on_reader) = (overheard.clone(), overheard.clone());
    let store = world.store().await;
    let listen = move |tx: &mut server::db::Tx<'_>| {
        tx.parts().0.set_instrumentation(on_writer.clone());
        Ok(())
    };
    store.write(listen).await.unwrap();
    let listen = move |scoped: &mut server::db::Scoped| {
        scoped.parts().0.set_instrumentation(on_reader.clone());
        Ok(())
    };
    store.read(listen).await.unwrap();

    meta.control().set_statuses(StatusPlan::immediate());
    world.customer_writes(&ann(), "Is the blue lamp still there?").await;
    world.customer_writes(&ann(), "And the red one?").await;
    world.reported("wamid.NOBODYS", Status::Delivered, None).await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    let conversation = world.only_conversation().await;
    assert!(client.open(conversation).await);
    client.done(Command::AssignToMe { conversation }).await;
    client.done(Command::text(conversation, "Both are.")).await;
    client.done(Command::AddNote { conversation, text: "a regular".into(), mentions: Vec::new() }).await;
    client.done(Command::MarkRead { conversation, up_to: 2 }).await;
    meta.control().wait_for_sends(1, crate::harness::wait::PATIENCE).await.unwrap();
    for path in ["/api/conversations", "/api/conversations?state=closed", "/api/conversations?search=lamp"] {
        assert!(agent.get(path).await.0.is_success());
    }
    agent.get(&format!("/api/conversations/{conversation}/messages?before=3")).await;
    let away = client.disconnect();
    world.customer_writes(&ann(), "Hello?").await;
    let mut client = away.resume().await;
    let reason = shared::model::conversation::CloseReason::ALL[0];
    client.done(Command::Close { conversation, reason }).await;
    client.done(Command::Reopen { conversation }).await;
    stepping_in(&world, &mut client, conversation).await;
    routing_work(&world, &mut client, conversation).await;
    board_work(&world).await;
    meta.stop().await;
    let statements = overheard.0.lock().unwrap().clone();
    assert!(statements.len() > 25, "only {} statements were overheard", statements.len());
    (world, statements)
}

/// A supervisor looks at the board, and at what is behind its figures.
async fn board_work(world: &World) {
    let mut client = LiveClient::connect(&world.supervisor().await).await;
    client.send(&ClientFrame::WatchBoard {}).await;
    client.until("the board is there", |c| !c.boards.is_empty()).await;
    world.customer_writes(&bob(), "Hello?").await;
    client.until("the board changes", |c| c.boards.last().is_some_and(|(_, board)| board.seq > 1)).await;
    for figure in ["waiting", "blocked_absent", "overdue", "offered"] {
        let path = format!("/api/board/conversations?figure={figure}");
        assert!(client.user.get(&path).await.0.is_success());
    }
}

/// A supervisor looks over a shoulder, suggests and joins.
async fn stepping_in(world: &World, client: &mut LiveClient, conversation: ConversationId) {
    client.done(Command::AssignToMe { conversation }).await;
    let mut boss = LiveClient::connect(&world.supervisor().await).await;
    assert!(boss.open(conversation).await);
    boss.done(Command::Suggest { conversation, text: "Ask them.".into() }).await;
    boss.done(Command::text(conversation, "I can help.")).await;
}

/// Conversations are given, offered, put aside, handed over and looked for.
async fn routing_work(world: &World, client: &mut LiveClient, conversation: ConversationId) {
    let administrator = world.administrator().await;
    let mut rules = QueueRules {
        mode: RoutingMode::Offer,
        rings: vec![Ring { after_secs: 600, level: 2, drops: Vec::new() }],
        wrap_up_secs: 1,
        ..QueueRules::default()
    };
    let queue = world.alpha.sales_queue;
    let change =
        |rules: &QueueRules| Command::ChangeQueue { queue, name: "sales".into(), rules: rules.clone() };
    administrator.command(change(&rules)).await.unwrap();
    client.done(Command::Release { conversation }).await;
    client.done(Command::TakeNext {}).await;
    client.done(Command::park(conversation)).await;
    world.customer_writes(&ann(), "Still there?").await;
    client.done(Command::text(conversation, "Yes.")).await;
    rules.mode = RoutingMode::Auto;
    administrator.command(change(&rules)).await.unwrap();
    client.done(Command::Release { conversation }).await;
    administrator.command(Command::SetPriority { conversation, secs: 60 }).await.unwrap();
    let (status, told) = administrator.get(&format!("/api/conversations/{conversation}/routing")).await;
    assert!(status.is_success() && told["waiting"]["position"] == 1, "{told}");
    let to = Target::Queue(world.alpha.support_queue);
    client.done(Command::Transfer { conversation, to, note: None }).await;
    world.store().await.write(timers::ring).await.unwrap();
}

/// A table, or an index of it by our names.
fn is_of(word: &str, table: &str) -> bool {
    let rest = word.strip_prefix(table);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("_by_") || rest == "_pkey")
}

fn is_about_small_tables(step: &str) -> bool {
    SMALL
        .iter()
        .any(|table| step.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| is_of(word, table)))
}

#[test]
fn no_statement_of_the_daily_work_scans_a_growing_table_on_sqlite() {
    run(async {
        let (world, statements) = daily_work(Engine::Sqlite).await;
        let store = world.store().await;
        let plans = store.read(move |scoped| {
            let (conn, _) = scoped.parts();
            let mut all = Vec::new();
            for statement in statements {
                let steps: Vec<SqliteStep> =
                    sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(conn)?;
                all.push((statement, steps.into_iter().map(|step| step.detail).collect::<Vec<_>>()));
            }
            Ok(all)
        });
        let mut found = Vec::new();
        for (statement, steps) in plans.await.unwrap() {
            let scans = |step: &&String| step.starts_with("SCAN") && !step.contains("CONSTANT ROW");
            // A file is one tenant's: found by the tenant alone is found by reading everything, unless an
            // index has the order and a limit ends it.
            let limited = statement.contains(" LIMIT ") && !steps.iter().any(|s| s.contains("TEMP B-TREE"));
            let exempt = AT_START.iter().any(|rare| statement.contains(rare)) || statement.contains("$1");
            // An INSERT names children of its row that are looked for only when one waits for it.
            let limited = limited || exempt || statement.starts_with("INSERT");
            let reads_all = |step: &&String| step.ends_with("(tenant_id=?)") && !limited;
            for step in steps.iter().filter(|step| scans(step) || reads_all(step)) {
                if !is_about_small_tables(step) {
                    found.push(format!("{step}\n{statement}\n{steps:#?}"));
                }
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n\n"));
    });
}

#[test]
fn no_statement_of_the_daily_work_needs_a_sequential_scan_on_postgres() {
    run(async {
        let (world, statements) = daily_work(Engine::Postgres).await;
        let tenant = world.alpha.id;
        let url = world.server.database.urls().app.clone();
        let plans = tokio::task::spawn_blocking(move || {
            let mut conn = diesel::PgConnection::establish(&url).unwrap();
            // Small tables tempt the planner to read them whole; forbidden, it does so only where
            // there is no other way.
            conn.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
            let mut all = Vec::new();
            for (n, statement) in statements.into_iter().enumerate() {
                let binds = (1..=64).rev().find(|n| statement.contains(&format!("${n}"))).unwrap_or(0);
                let nulls = vec!["NULL"; binds].join(", ");
                let execute = if binds == 0 { format!("s{n}") } else { format!("s{n}({nulls})") };
                conn.batch_execute(&format!("PREPARE s{n} AS {statement}"))
                    .unwrap_or_else(|error| panic!("{error}\n{statement}"));
                conn.batch_execute(&format!("BEGIN; SELECT set_config('app.tenant_id', '{tenant}', true)"))
                    .unwrap();
                let steps: Vec<PostgresStep> =
                    sql_query(format!("EXPLAIN EXECUTE {execute}")).load(&mut conn).unwrap();
                conn.batch_execute("ROLLBACK").unwrap();
                all.push((statement, steps.into_iter().map(|step| step.plan).collect::<Vec<_>>()));
            }
            all
        });
        let mut found = Vec::new();
        for (statement, steps) in plans.await.unwrap() {
            // Which index it takes depends on what the tables hold, which here is next to nothing; the test
            // on SQLite, which goes by rules, looks at that.
            for scan in steps.iter().filter(|step| step.contains("Seq Scan")) {
                if !is_about_small_tables(scan) {
                    found.push(format!("{scan}\n{statement}"));
                }
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n\n"));
    });
}
