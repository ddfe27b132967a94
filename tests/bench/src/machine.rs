//! What the kernel tells of processes and of the machine: processor time, memory, who else is busy.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::{
    sched::{CpuSet, sched_setaffinity},
    unistd::Pid,
};

/// Where the server runs when processor time is measured.
pub(crate) const SERVER_CORE: usize = 0;
/// Where the load comes from then.
pub(crate) const CLIENT_CORE: usize = 1;
/// Clock ticks per second in `/proc`; fixed in the kernel's interface on all common machines.
const TICKS: f64 = 100.0;

/// Pins a process (0: this thread and what it starts) to one core.
pub(crate) fn pin(process: u32, core: usize) -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core)?;
    Ok(sched_setaffinity(Pid::from_raw(i32::try_from(process)?), &cores)?)
}

/// Lets this thread run anywhere again.
pub(crate) fn unpin() -> Result<()> {
    let mut cores = CpuSet::new();
    for core in 0..std::thread::available_parallelism().map_or(2, usize::from).max(2) {
        cores.set(core)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &cores)?)
}

/// Processor seconds a process has used, its ended threads included.
pub(crate) fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the process is gone")?;
    // The name in parentheses may contain spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    Ok((ticks(11) + ticks(12)) / TICKS)
}

/// Bytes of a process that lie in memory.
pub(crate) fn resident_bytes(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the process is gone")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no VmRSS")?.parse()?;
    Ok(kib * 1024.0)
}

/// Waits until somebody listens on a loopback port. `None` when that takes longer than `limit`.
///
/// Read from the kernel's table, which has listeners first: a connection would have to stand in line.
pub(crate) fn listens(port: u16, limit: Duration) -> Option<Instant> {
    /// 127.0.0.1, its bytes as a number of the machine's order.
    const LOOPBACK: u32 = u32::from_ne_bytes([127, 0, 0, 1]);
    let begun = Instant::now();
    let wanted = format!("{LOOPBACK:08X}:{port:04X}");
    while begun.elapsed() < limit {
        let mut lines = BufReader::new(fs::File::open("/proc/net/tcp").ok()?).lines().skip(1);
        let listening = |line: &String| line.split_whitespace().nth(3) == Some("0A");
        let mut listeners = lines.by_ref().map_while(Result::ok).take_while(listening);
        if listeners.any(|line| line.split_whitespace().nth(1) == Some(&wanted)) {
            return Some(Instant::now());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

/// Tells what part of the machine went to programs that do not belong to the measurement.
pub(crate) struct Foreign {
    busy: f64,
    all: f64,
    ours: f64,
}

impl Foreign {
    pub(crate) fn begin(children: &[u32]) -> Result<Self> {
        let (busy, all) = machine_seconds()?;
        Ok(Self { busy, all, ours: ours(children) })
    }

    /// Between 0 and 1.
    pub(crate) fn share(&self, children: &[u32]) -> Result<f64> {
        let (busy, all) = machine_seconds()?;
        let foreign = (busy - self.busy) - (ours(children) - self.ours);
        Ok((foreign / (all - self.all).max(0.01)).max(0.0))
    }
}

fn ours(children: &[u32]) -> f64 {
    let own = std::process::id();
    children.iter().chain([&own]).filter_map(|process| cpu_seconds(*process).ok()).sum()
}

/// Busy and total seconds of all cores. Interrupts are left out: those of the loopback are ours.
/// Stolen time is a neighbour's on the host.
fn machine_seconds() -> Result<(f64, f64)> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().context("/proc/stat is empty")?;
    let ticks: Vec<f64> = line.split_whitespace().skip(1).filter_map(|text| text.parse().ok()).collect();
    let at = |index: usize| ticks.get(index).copied().unwrap_or(0.0);
    let busy = at(0) + at(1) + at(2) + at(7);
    let all: f64 = (0..8).map(at).sum();
    Ok((busy / TICKS, all / TICKS))
}
