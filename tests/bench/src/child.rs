//! Children: the server and the baselines, as separate processes.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use simulator::HeldPort;

use crate::{http::Caller, machine};

/// The origin the server believes to be reached at.
pub(crate) const ORIGIN: &str = "http://localhost:8080";
/// How long a child may take to answer.
const READY: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// A child that listens. Dropping it kills it without warning.
pub(crate) struct Listening {
    child: Child,
    pub(crate) address: String,
    port: Rc<HeldPort>,
}

impl Listening {
    /// The server on a data directory. `workers` is the number of its HTTP threads.
    pub(crate) async fn server(data: &Path, workers: usize) -> Result<Self> {
        Self::server_at(data, workers, Rc::new(HeldPort::take()?), READY).await
    }

    /// The server on a port that was held while it was away, as after a restart.
    pub(crate) async fn server_at(
        data: &Path,
        workers: usize,
        port: Rc<HeldPort>,
        limit: Duration,
    ) -> Result<Self> {
        let mut command = Command::new(beside("switchboard")?);
        command
            .arg("serve")
            .env_clear()
            .env("SWITCHBOARD_LISTEN", port.address().to_string())
            .env("SWITCHBOARD_PUBLIC_ORIGIN", ORIGIN)
            .env("SWITCHBOARD_DATA_DIR", data)
            .env("SWITCHBOARD_WORKERS", workers.to_string())
            .env("SWITCHBOARD_RATE_PER_ADDRESS", "0")
            .env("SWITCHBOARD_RATE_PER_SESSION", "0")
            .env("SWITCHBOARD_RATE_PER_TENANT", "0")
            .env("SWITCHBOARD_LOG", "error");
        Self::start(command, port, "/readyz", limit).await
    }

    /// This program again, as a baseline.
    pub(crate) async fn baseline(arguments: &[&str], ready: &str) -> Result<Self> {
        let port = Rc::new(HeldPort::take()?);
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments).env("BENCH_LISTEN", port.address().to_string());
        Self::start(command, port, ready, READY).await
    }

    async fn start(mut command: Command, port: Rc<HeldPort>, ready: &str, limit: Duration) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("cannot start")?;
        let mut listening = Self { child, address: port.address().to_string(), port };
        let begun = Instant::now();
        let request = format!("GET {ready} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        while begun.elapsed() < limit {
            if let Some(status) = listening.child.try_wait()? {
                bail!("a child ended with {status}");
            }
            if let Ok(mut caller) = Caller::connect(&listening.address).await
                && matches!(caller.call(request.as_bytes()).await, Ok(200))
            {
                return Ok(listening);
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("a child does not answer on {}", listening.address)
    }

    /// Ends it without warning; its port stays held.
    pub(crate) fn kill(self) -> Rc<HeldPort> {
        Rc::clone(&self.port)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Pins the child's threads that exist already, and those they start.
    pub(crate) fn pin(&self, core: usize) -> Result<()> {
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.id()))? {
            let name = thread?.file_name();
            if let Some(thread) = name.to_str().and_then(|name| name.parse().ok()) {
                machine::pin(thread, core)?;
            }
        }
        Ok(())
    }

    /// Processor seconds so far.
    pub(crate) fn cpu(&self) -> Result<f64> {
        machine::cpu_seconds(self.id())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // SIGKILL: nothing is flushed, no handler runs.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn beside(name: &str) -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if !path.is_file() {
        bail!("{} is missing: cargo build --release -p server", path.display());
    }
    Ok(path)
}
