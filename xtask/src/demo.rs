//! `cargo xtask demo`: the whole product on this machine, with customers who write.
//!
//! Ports: the server on 8080, the simulator with the phone page on 8090. Data and logs: `.demo/`.
//! A second start takes seconds: nothing that is up to date is built again.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::children::Running;
use crate::project::{cargo, command, demo, dist, target};
use crate::{console, http, step, tools};

/// How often a silent death of a child is looked for.
const WATCH: Duration = Duration::from_millis(500);

/// Flags.
pub(crate) struct Options {
    pub(crate) quiet_customers: bool,
    pub(crate) fresh: bool,
    pub(crate) check: bool,
    pub(crate) port: u16,
    pub(crate) simulator_port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { quiet_customers: false, fresh: false, check: false, port: 8080, simulator_port: 8090 }
    }
}

/// What `switchboard demo-seed` prints.
#[derive(Deserialize)]
struct Seed {
    webhook_path: String,
    verify_token: String,
    app_secret: String,
    access_token: String,
    app_id: String,
    waba_id: String,
    numbers: Vec<Value>,
    logins: Vec<Login>,
}

#[derive(Deserialize)]
struct Login {
    role: String,
    name: String,
    email: String,
    password: String,
}

/// Builds, starts, prints, waits.
pub(crate) fn run(options: &Options) -> Result<()> {
    let start = Instant::now();
    free_port(options.port, "--port")?;
    free_port(options.simulator_port, "--simulator-port")?;
    build()?;
    let seed = seed(options)?;
    fs::write(demo().join("simulator.json"), simulator_config(options, &seed).to_string())?;

    // Before the children start, so that an early Ctrl-C ends them properly too.
    let (interrupt, interrupted) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Sending fails only when we are ending already.
        let _ = interrupt.send(());
    })?;
    let mut server = Running::start("server", server(options).arg("serve"))?;
    let mut simulator = Running::start("simulator", &mut simulator())?;
    server.wait_until_ready(options.port, "/readyz")?;
    simulator.wait_until_ready(options.simulator_port, "/control/health")?;
    print_addresses(options, &seed, start.elapsed());
    if options.check {
        return check(options);
    }
    loop {
        match interrupted.recv_timeout(WATCH) {
            Err(RecvTimeoutError::Timeout) => {
                server.check()?;
                simulator.check()?;
            }
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                eprintln!("\nStopping…");
                // The customers fall silent first: nobody writes to a server that is leaving.
                simulator.stop();
                server.stop();
                return Ok(());
            }
        }
    }
}

/// Server and simulator beside the tools and the console: each half has stretches that keep one core
/// busy, such as the last crate of the server and the console's link.
fn build() -> Result<()> {
    // What both halves need comes first: neither may find the other installing it.
    tools::ensure_system()?;
    tools::ensure_wasm_target()?;
    let console = std::thread::spawn(|| console::build(&tools::ensure()?));
    let server = step::run(
        "Building server and simulator, and the console beside them (a first build takes eleven minutes)",
        cargo().args(["build", "--release", "-p", "server", "-p", "simulator"]),
    );
    let console = console.join().unwrap_or_else(|_| bail!("building the console panicked"));
    server.and(console)
}

fn free_port(port: u16, flag: &str) -> Result<()> {
    match std::net::TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!("port {port} cannot be used ({error}); choose another with {flag}"),
    }
}

/// The demo tenant, made where it is missing.
fn seed(options: &Options) -> Result<Seed> {
    let data = demo().join("data");
    if options.fresh && data.exists() {
        fs::remove_dir_all(&data).context("cannot remove the data of the last demo")?;
    }
    fs::create_dir_all(&data).context("cannot make .demo/data")?;
    let mut printed = None;
    step::timed("Preparing the demo tenant", || {
        let output = server(options).arg("demo-seed").stdin(Stdio::null()).output()?;
        let log = demo().join("seed.log");
        fs::write(&log, &output.stderr)?;
        if !output.status.success() {
            bail!("switchboard demo-seed ended with {}; see {}", output.status, log.display());
        }
        printed = Some(serde_json::from_slice(&output.stdout).context("demo-seed printed something else")?);
        Ok(())
    })?;
    printed.context("demo-seed printed nothing")
}

fn server(options: &Options) -> Command {
    let mut server = command(target().join("release/switchboard"));
    server
        .env("SWITCHBOARD_DATA_DIR", demo().join("data"))
        .env("SWITCHBOARD_GRAPH_BASE_URL", format!("http://127.0.0.1:{}", options.simulator_port))
        .env("SWITCHBOARD_LISTEN", format!("127.0.0.1:{}", options.port))
        .env("SWITCHBOARD_PUBLIC_ORIGIN", format!("http://localhost:{}", options.port))
        .env("SWITCHBOARD_CONSOLE_DIR", dist())
        .env("SWITCHBOARD_DEMO", "true")
        .env("SWITCHBOARD_DEMO_PHONE_URL", format!("http://localhost:{}/phone", options.simulator_port));
    server
}

fn simulator() -> Command {
    let mut simulator = command(target().join("release/simulator"));
    simulator.arg("--config").arg(demo().join("simulator.json"));
    simulator
}

fn simulator_config(options: &Options, seed: &Seed) -> Value {
    json!({
        "listen": format!("127.0.0.1:{}", options.simulator_port),
        "webhook_url": format!("http://127.0.0.1:{}{}", options.port, seed.webhook_path),
        "verify_token": seed.verify_token,
        "app_secret": seed.app_secret,
        "access_token": seed.access_token,
        "app_id": seed.app_id,
        "waba_id": seed.waba_id,
        "numbers": seed.numbers,
        "customers": if options.quiet_customers { "quiet" } else { "lively" },
        "statuses": "lifelike",
    })
}

fn print_addresses(options: &Options, seed: &Seed, took: Duration) {
    let mut lines = vec![
        format!("Switchboard is running (ready in {})", step::seconds(took)),
        String::new(),
        format!("Console          http://localhost:{}/", options.port),
        format!("Customer's phone http://localhost:{}/phone", options.simulator_port),
        String::new(),
    ];
    let width = |field: fn(&Login) -> &str| {
        seed.logins.iter().map(|login| field(login).chars().count()).max().unwrap_or_default()
    };
    let (roles, names) = (width(|login| &login.role), width(|login| &login.name));
    let emails = width(|login| &login.email);
    lines.extend(seed.logins.iter().map(|login| {
        let Login { role, name, email, password } = login;
        format!("{role:<roles$}  {name:<names$}  {email:<emails$}  {password}")
    }));
    lines.push(String::new());
    lines.push(format!("Logs: {}   Stop: Ctrl-C", demo().join("*.log").display()));
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    let rule = "─".repeat(width + 2);
    println!("\n┌{rule}┐");
    for line in lines {
        println!("│ {line:<width$} │");
    }
    println!("└{rule}┘");
}

/// Proves that a person would see something, then ends.
fn check(options: &Options) -> Result<()> {
    for (what, port, path) in
        [("console", options.port, "/"), ("phone page", options.simulator_port, "/phone")]
    {
        match http::status_of(port, path) {
            Some(200) => eprintln!("    the {what} answers 200"),
            other => bail!("the {what} answers {other:?} instead of 200"),
        }
    }
    Ok(())
}
