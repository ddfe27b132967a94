//! The real program, killed without warning under load: what it said 200 to is there, once.
//!
//! Belongs to the long proofs in length only: three kills in a normal run, many with
//! `TEST_VERIFY=1`. The program is the one named by `TEST_SERVER_BIN`, else the one that
//! was built beside this test, else one that is built now.

use std::{
    path::PathBuf,
    process::{Child, Command as Process, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::StatusCode;
use simulator::payload::{self, Sender};

use crate::harness::{
    Engine, LiveClient, Options, Tenant, TestServer, User, World, eventually, live::Away, server::ORIGIN,
    sql, wait::thorough, webhook::wamid,
};

on_both_engines!(verify_a_kill_under_load_loses_nothing_that_was_acknowledged);

/// Posts per second while the program is being killed.
const PER_SECOND: u64 = 200;

fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("TEST_SERVER_BIN") {
        return named.into();
    }
    // target/<profile>/deps/it-<hash>
    let profile = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_path_buf();
    let beside = profile.join("switchboard");
    // Also when it is there: it must be as new as this test.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Process::new(cargo)
        .args(["build", "--package", "server", "--bin", "switchboard"])
        .env("CARGO_TARGET_DIR", profile.parent().unwrap())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .status()
        .unwrap();
    assert!(built.success(), "the server could not be built");
    beside
}

/// The program as a child; killed when dropped.
struct Victim {
    child: Child,
    base: String,
}

impl Victim {
    async fn start(program: &PathBuf, world: &Data) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base = format!("http://127.0.0.1:{port}");
        let mut process = Process::new(program);
        process
            .arg("serve")
            .env_clear()
            .env("SWITCHBOARD_LISTEN", format!("127.0.0.1:{port}"))
            .env("SWITCHBOARD_PUBLIC_ORIGIN", ORIGIN)
            .env("SWITCHBOARD_DATA_DIR", world.database.dir())
            .env("SWITCHBOARD_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if world.database.engine == Engine::Postgres {
            process.env("SWITCHBOARD_DATABASE_URL", &world.database.urls().app);
            process.env("SWITCHBOARD_MIGRATE_DATABASE_URL", &world.database.urls().owner);
        }
        let child = process.spawn().unwrap();
        let victim = Self { child, base };
        let http = reqwest::Client::new();
        let ready = format!("{}/readyz", victim.base);
        eventually("the program is ready", async || {
            let answer = http.get(&ready).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        victim
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // SIGKILL: no handler runs, nothing is flushed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What outlives every process.
struct Data {
    database: crate::harness::Database,
    alpha: Tenant,
}

async fn verify_a_kill_under_load_loses_nothing_that_was_acknowledged(engine: Engine) {
    let program = tokio::task::spawn_blocking(program).await.unwrap();
    let World { server, alpha, .. } = World::new(engine).await;
    let (database, _) = server.stop().await;
    let world = Data { database, alpha };
    let mut acknowledged: Vec<String> = Vec::new();
    let mut away: Option<Away> = None;
    let mut user: Option<User> = None;
    for round in 0..if thorough() { 50 } else { 3 } {
        let victim = Victim::start(&program, &world).await;
        let signed_in = match &user {
            Some(known) => known.at_base(&victim.base),
            None => User::sign_in_at(&victim.base, &world.alpha.agent).await,
        };
        user = Some(signed_in.clone());
        let mut client = match away.take() {
            None => LiveClient::connect(&signed_in).await,
            Some(known) => known.at_base(&victim.base).resume().await,
        };
        let ended = Arc::new(AtomicBool::new(false));
        let load = tokio::spawn(load(victim.base.clone(), world.alpha.clone(), round, Arc::clone(&ended)));
        let seen = client.pos();
        client.until("the load is under way", |c| c.pos() > seen + 150).await;
        drop(victim);
        ended.store(true, Ordering::SeqCst);
        acknowledged.extend(load.await.unwrap());
        away = Some(client.disconnect());
    }
    assert!(acknowledged.len() > 100, "there was load: {}", acknowledged.len());

    let server = TestServer::start(world.database.clone(), Options::default()).await;
    let store = server.app.store.tenant(world.alpha.id).await.unwrap();
    let stored =
        sql::texts(&store, "SELECT wamid AS t FROM message WHERE tenant_id = $1 ORDER BY wamid").await;
    let mut once = stored.clone();
    once.dedup();
    assert_eq!(stored.len(), once.len(), "a message is stored twice");
    acknowledged.retain(|wamid| stored.binary_search(wamid).is_err());
    assert!(acknowledged.is_empty(), "acknowledged and lost: {acknowledged:?}");
    sql::gapless_head(&store).await;

    let mut back = away.unwrap().at(&server).resume().await;
    let mut fresh = LiveClient::connect(&user.unwrap().at(&server)).await;
    let busy = shared::model::member::Availability::Busy;
    let done = fresh.done(shared::live::command::Command::SetAvailability { availability: busy }).await;
    back.reach(done.pos).await;
    assert_eq!(back.view().conversations, fresh.view().conversations);
    assert_eq!(back.view().members, fresh.view().members);
}

/// Customers write at a steady rate until the end; gives the ids the server said 200 to.
async fn load(base: String, alpha: Tenant, round: usize, ended: Arc<AtomicBool>) -> Vec<String> {
    let http = reqwest::Client::new();
    let mut posts = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_millis(1_000 / PER_SECOND));
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    for n in 0_u64.. {
        pace.tick().await;
        if ended.load(Ordering::SeqCst) {
            break;
        }
        let from = Sender::phone(&format!("4915{:09}", n % 40), &format!("Customer {round}"));
        let id = wamid();
        let body = payload::text_message(&alpha.sales, &from, &id, now, "under load").to_string();
        let request = http
            .post(alpha.webhook_url(&base))
            .header("x-hub-signature-256", simulator::sign(alpha.secret, body.as_bytes()))
            .body(body);
        posts.push(tokio::spawn(async move {
            let answer = request.send().await.ok()?;
            (answer.status() == StatusCode::OK).then_some(id)
        }));
    }
    let answers = futures_util::future::join_all(posts).await;
    answers.into_iter().filter_map(|answer| answer.unwrap()).collect()
}
