//! `cargo xtask bench [NAME…]`: measures the release build; see `docs/BENCHMARKS.md`.
//!
//! Figures are one JSON object per line on standard output; everything else goes to standard error,
//! so the output can be kept or compared as it is.

use anyhow::Result;

use crate::packages::{self, C_COMPILER};
use crate::project::{cargo, command, target};
use crate::step;

pub(crate) fn run(names: &[String]) -> Result<()> {
    packages::ensure(&[&C_COMPILER])?;
    step::run(
        "Building server and benchmarks (a first release build takes several minutes)",
        cargo().args(["build", "--release", "-p", "server", "-p", "bench", "--locked"]),
    )?;
    let mut bench = command(target().join("release/bench"));
    bench.args(names);
    step::run("Measuring (a quarter of an hour for all; the machine must be idle)", &mut bench).map(|_| ())
}
