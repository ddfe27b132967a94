//! The demo's child processes: logs in files, readiness, a clean end.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http;
use crate::project::demo;

/// How long a child may take to come up.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to end by itself.
const END_LIMIT: Duration = Duration::from_secs(10);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// Lines of the log shown when a child fails.
const TAIL: usize = 15;

/// A running program of ours. Dropping it ends it.
pub(crate) struct Running {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts it with everything it says in `.demo/<name>.log`.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let log = demo().join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start the {name}"))?;
        Ok(Self { name, child, log })
    }

    /// Waits until it answers 200 there.
    pub(crate) fn wait_until_ready(&mut self, port: u16, path: &str) -> Result<()> {
        let start = Instant::now();
        while http::status_of(port, path) != Some(200) {
            self.check()?;
            if start.elapsed() > READY_LIMIT {
                bail!("the {} does not answer on port {port}\n{}", self.name, self.tail());
            }
            sleep(LOOK);
        }
        // Another program on the port would have answered for a child that could not bind it.
        self.check()
    }

    /// Fails where it has ended.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("the {} ended with {status}\n{}", self.name, self.tail()),
            None => Ok(()),
        }
    }

    /// Asks it to end and waits; kills it where it does not.
    pub(crate) fn stop(&mut self) {
        if self.has_ended() {
            return;
        }
        // The shell has `kill` built in, also where no package brings the program.
        let ask = format!("kill -TERM {}", self.child.id());
        let _ = Command::new("sh").args(["-c", &ask]).stderr(Stdio::null()).status();
        let start = Instant::now();
        while !self.has_ended() && start.elapsed() < END_LIMIT {
            sleep(LOOK);
        }
        if !self.has_ended() {
            eprintln!("The {} did not end within {} s and is killed.", self.name, END_LIMIT.as_secs());
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(TAIL)..).unwrap_or_default();
        format!("{}\nits whole log: {}", last.join("\n"), self.log.display())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
