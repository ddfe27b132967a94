//! What a process holds, as the kernel counts it.

use std::fs;

/// What must be back where it was once nobody is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Descriptors that are not sockets.
    pub(crate) files: usize,
    /// Connections to the port it listens on.
    pub(crate) connections: usize,
    /// Threads.
    pub(crate) threads: usize,
}

impl Usage {
    /// Of a process that listens on the port of this address.
    pub(crate) fn of(pid: u32, base: &str) -> Self {
        let fds = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
        let links = fds.filter_map(|fd| fs::read_link(fd.ok()?.path()).ok());
        let files = links.filter(|link| !link.to_string_lossy().starts_with("socket:")).count();
        let port: u16 = base.rsplit(':').next().unwrap().parse().unwrap();
        let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().count();
        Self { files, connections: connections(pid, port), threads }
    }

    /// Whether nothing is left over compared with another time.
    pub(crate) fn is_within(&self, start: &Self) -> bool {
        self.files <= start.files && self.connections <= start.connections && self.threads <= start.threads
    }
}

/// Established and half-closed connections of a local port.
fn connections(pid: u32, port: u16) -> usize {
    const ESTABLISHED: &str = "01";
    const CLOSE_WAIT: &str = "08";
    let table = fs::read_to_string(format!("/proc/{pid}/net/tcp")).unwrap();
    let end = format!(":{port:04X}");
    let mine = table.lines().skip(1).filter(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let local = fields.next().is_some_and(|address| address.ends_with(&end));
        local && fields.nth(1).is_some_and(|state| state == ESTABLISHED || state == CLOSE_WAIT)
    });
    mine.count()
}

/// Resident memory in bytes.
pub(crate) fn resident(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1_024.0
}

/// The slope of a straight line through points, by least squares.
pub(crate) fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let up: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let across: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    up / across
}
