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

/// By which share a measure grows in one unit of time, told by its floor: what is in use for a moment
/// comes on top and goes again, what is never given back lifts the floor. The floors of the first and
/// the last third are compared. Points are time and value, in order.
pub(crate) fn growth(points: &[(f64, f64)]) -> f64 {
    let third = points.len() / 3;
    let (first, last) = (&points[..third], &points[points.len() - third..]);
    let floor = |part: &[(f64, f64)]| part.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let middle = |part: &[(f64, f64)]| part.iter().map(|point| point.0).sum::<f64>() / part.len() as f64;
    (floor(last) - floor(first)) / floor(first) / (middle(last) - middle(first))
}

#[cfg(test)]
mod tests {
    use super::growth;

    /// An hour in two hundred looks at something that grows and has bursts of use.
    fn hour(grows: f64) -> Vec<(f64, f64)> {
        let look = |n: usize| {
            let time = n as f64 / 200.0;
            let burst = if n % 7 < 3 { 0.06 } else { 0.004 * (n % 5) as f64 };
            // Late bursts are larger: a straight line through all points would rise.
            (time, 84.0 * (1.0 + grows * time + burst * (0.5 + time)))
        };
        (0..200).map(look).collect()
    }

    #[test]
    fn bursts_are_no_growth_and_a_leak_is() {
        assert!(growth(&hour(0.0)).abs() < 0.003, "{}", growth(&hour(0.0)));
        for leak in [0.01, 0.02, 0.1] {
            let found = growth(&hour(leak));
            assert!((found - leak).abs() < 0.004 + leak / 20.0, "{leak}: {found}");
        }
    }
}
