//! The real program as a child process, started with faults, killed without warning.
//!
//! The program is the one named by `TEST_SERVER_BIN`, else it is built now beside this test. It
//! must have the feature `faults`; only tests that set a fault notice when it has not.

use std::{
    ffi::OsString,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Child, Command as Process, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use server::fault::{Point, Sabotage};
use simulator::HeldPort;

use super::{Database, Engine, eventually, server::ORIGIN, wait::PATIENCE};

/// A process that must not take longer than this from its start to its first answer.
pub(crate) const RECOVERY: Duration = Duration::from_secs(10);
/// The signal of `abort`, by which a failpoint ends the process.
const SIGABRT: i32 = 6;

/// How a child is started.
#[derive(Clone, Default)]
pub(crate) struct Setup {
    /// Who plays Meta; without one nothing can be sent.
    pub(crate) graph: Option<String>,
    /// Further variables of its environment.
    pub(crate) env: Vec<(&'static str, OsString)>,
}

impl Setup {
    /// Meta is played by this simulator.
    pub(crate) fn with_meta(meta: &simulator::Running) -> Self {
        Self { graph: Some(meta.base_url.clone()), env: Vec::new() }
    }

    /// It dies when it reaches the point for the n-th time.
    pub(crate) fn crash_at(mut self, point: Point, times: u32) -> Self {
        self.env.push(("FAULT_CRASH_AT", format!("{}#{times}", point.as_str()).into()));
        self
    }

    /// It works without one of its guards.
    pub(crate) fn sabotage(mut self, guard: Sabotage) -> Self {
        self.env.push(("FAULT_SABOTAGE", guard.as_str().into()));
        self
    }
}

/// The program as a child; killed when dropped.
pub(crate) struct Victim {
    child: Child,
    pub(crate) base: String,
    started: Instant,
    _port: HeldPort,
}

impl Victim {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(database: &Database, setup: &Setup) -> Self {
        let mut victim = Self::spawn(database, setup).await;
        assert!(victim.ready().await, "the program ended before it was ready");
        victim
    }

    /// Starts it without waiting for anything.
    pub(crate) async fn spawn(database: &Database, setup: &Setup) -> Self {
        let program = program().await;
        let port = HeldPort::take().unwrap();
        let mut process = Process::new(program);
        surroundings(&mut process, database, setup);
        process.arg("serve").env("SWITCHBOARD_LISTEN", port.address().to_string());
        let started = Instant::now();
        let child = process.spawn().unwrap();
        Self { child, base: format!("http://{}", port.address()), started, _port: port }
    }

    /// Whether it becomes ready; false when it ends first.
    pub(crate) async fn ready(&mut self) -> bool {
        let http = reqwest::Client::new();
        let ready = format!("{}/readyz", self.base);
        eventually("the program is ready or dead", async || {
            if self.child.try_wait().unwrap().is_some() {
                return Some(false);
            }
            let answer = http.get(&ready).send().await.ok()?;
            answer.status().is_success().then_some(true)
        })
        .await
    }

    /// Time since it was started.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has died of its failpoint.
    pub(crate) async fn aborts(&mut self, why: &str) {
        let what = format!("the program dies at {why}");
        let status = eventually(&what, async || self.child.try_wait().unwrap()).await;
        assert_eq!(status.signal(), Some(SIGABRT), "it ended otherwise than by {why}");
    }

    /// Waits until it has ended by itself, however.
    pub(crate) async fn ends(&mut self) {
        eventually("the program ends by itself", async || self.child.try_wait().unwrap()).await;
    }

    /// Asks it to end in order.
    pub(crate) fn terminate(&self) {
        // The shell has `kill` built in, also where no package brings the program.
        let asked = Process::new("sh").args(["-c", &format!("kill -TERM {}", self.pid())]).status();
        assert!(asked.unwrap().success());
    }

    /// Asks it to end in order and waits.
    pub(crate) async fn stop(mut self) {
        self.terminate();
        let status = eventually("the program ends when asked", async || self.child.try_wait().unwrap());
        assert!(status.await.success());
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // SIGKILL: no handler runs, nothing is flushed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs another role of the program to its end; says whether it died of its failpoint.
pub(crate) async fn command(database: &Database, setup: &Setup, arguments: &[&str]) -> bool {
    let mut process = Process::new(program().await);
    process.args(arguments);
    surroundings(&mut process, database, setup);
    let run = tokio::task::spawn_blocking(move || process.status().unwrap());
    let status = tokio::time::timeout(PATIENCE, run).await.expect("the command ends").unwrap();
    assert!(status.success() || status.signal() == Some(SIGABRT), "{status}");
    !status.success()
}

fn surroundings(process: &mut Process, database: &Database, setup: &Setup) {
    process
        .env_clear()
        .envs(where_the_data_is(database))
        // Tests ask as fast as they can.
        .env("SWITCHBOARD_RATE_PER_ADDRESS", "0")
        .env("SWITCHBOARD_RATE_PER_SESSION", "0")
        .env("SWITCHBOARD_RATE_PER_TENANT", "0")
        .env("SWITCHBOARD_LOG", std::env::var("TEST_SERVER_LOG").unwrap_or_else(|_| "off".into()))
        .envs(setup.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if let Some(graph) = &setup.graph {
        process.env("SWITCHBOARD_GRAPH_BASE_URL", graph);
    }
}

fn where_the_data_is(database: &Database) -> Vec<(&'static str, OsString)> {
    let mut all: Vec<(&'static str, OsString)> =
        vec![("SWITCHBOARD_PUBLIC_ORIGIN", ORIGIN.into()), ("SWITCHBOARD_DATA_DIR", database.dir().into())];
    if database.engine == Engine::Postgres {
        all.push(("SWITCHBOARD_DATABASE_URL", (&database.urls().app).into()));
        all.push(("SWITCHBOARD_MIGRATE_DATABASE_URL", (&database.urls().owner).into()));
    }
    all
}

/// The program; built at most once by this process.
async fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    tokio::task::spawn_blocking(|| PROGRAM.get_or_init(find_or_build).clone()).await.unwrap()
}

fn find_or_build() -> PathBuf {
    if let Some(named) = std::env::var_os("TEST_SERVER_BIN") {
        return named.into();
    }
    // target/<profile>/deps/it-<hash>
    let profile = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_path_buf();
    // Also when it is there: it must be as new as this test.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Process::new(cargo);
    build
        .args(["build", "--package", "server", "--bin", "switchboard", "--features", "faults"])
        .env("CARGO_TARGET_DIR", profile.parent().unwrap())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().unwrap().success(), "the server could not be built");
    profile.join("switchboard")
}
