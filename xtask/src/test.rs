//! `cargo xtask test`: everything a change must pass, one step after the other.
//!
//! Steps, in order: `format`, `lint`, `lint-console`, `server` (the program that tests start and kill),
//! `test` (unit tests, the simulator's and the console's own, and the integration tests on SQLite and
//! PostgreSQL), `console`, `browser`. `--only STEP` runs one of them (may be repeated);
//! `--skip-browser` leaves the last two out.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::packages::{self, BROWSER, C_COMPILER, CERTIFICATES, DRIVER, POSTGRESQL};
use crate::project::{cargo, dist, target};
use crate::{console, step, tools};

/// What says where random tests begin.
const SEEDS: [&str; 2] = ["TEST_SEED", "PROPTEST_RNG_SEED"];
/// The same for everybody, so that a run that fails says something of the change and not of its luck. Whoever looks
/// for more sets another one, or runs `cargo xtask verify`.
const SEED: &str = "20261201";

/// Flags.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) only: Vec<String>,
    pub(crate) skip_browser: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Format,
    Lint,
    LintConsole,
    Server,
    Test,
    Console,
    Browser,
}

impl Step {
    const ALL: [Self; 7] =
        [Self::Format, Self::Lint, Self::LintConsole, Self::Server, Self::Test, Self::Console, Self::Browser];

    fn as_str(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Lint => "lint",
            Self::LintConsole => "lint-console",
            Self::Test => "test",
            Self::Console => "console",
            Self::Server => "server",
            Self::Browser => "browser",
        }
    }

    fn needs_browser(self) -> bool {
        matches!(self, Self::Console | Self::Browser)
    }

    fn run(self) -> Result<()> {
        match self {
            Self::Format => cargo_step("Format", &["fmt", "--all", "--check"]),
            Self::Lint => cargo_step(
                "Lints of everything but the console (compiles all of it)",
                &[
                    "clippy",
                    "--workspace",
                    "--exclude",
                    "web",
                    "--all-targets",
                    "--locked",
                    "--",
                    "-D",
                    "warnings",
                ],
            ),
            Self::LintConsole => {
                tools::ensure_wasm_target()?;
                let target = ["--target", "wasm32-unknown-unknown", "--locked", "--", "-D", "warnings"];
                cargo_step("Lints of the console", &[&["clippy", "-p", "web"][..], &target].concat())
            }
            Self::Test => {
                packages::ensure(&[&POSTGRESQL])?;
                let mut tests = cargo();
                tests
                    .args(["test", "--workspace", "--exclude", "e2e", "--locked"])
                    .env("TEST_SERVER_BIN", target().join("debug/switchboard"));
                for name in SEEDS {
                    if std::env::var_os(name).is_none() {
                        tests.env(name, SEED);
                    }
                }
                let what =
                    "Unit and integration tests, on SQLite and PostgreSQL (compiles bundled C code once)";
                step::run(what, &mut tests).map(|_| ())
            }
            Self::Console => console::build(&tools::ensure()?),
            Self::Server => cargo_step(
                "Building the server that is broken and killed (also the one for the browser)",
                &["build", "-p", "server", "-p", "simulator", "--features", "server/faults", "--locked"],
            ),
            Self::Browser => {
                packages::ensure(&[&BROWSER, &DRIVER])?;
                let mut journeys = cargo();
                journeys
                    .args(["test", "-p", "e2e", "--locked"])
                    .env("TEST_SERVER_BIN", target().join("debug/switchboard"))
                    .env("TEST_CONSOLE_DIR", dist());
                step::run("Journeys in the browser", &mut journeys).map(|_| ())
            }
        }
    }
}

/// Runs the wanted steps and stops at the first that fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    let steps = wanted(options)?;
    packages::ensure(&[&C_COMPILER, &CERTIFICATES])?;
    let mut took = Vec::new();
    for step in steps {
        let start = std::time::Instant::now();
        let result = step.run();
        took.push((step.as_str(), start.elapsed(), result.is_ok()));
        if let Err(error) = result {
            print_table(&took);
            return Err(error.context(format!(
                "step {:?}; to repeat it alone: cargo xtask test --only {}",
                step.as_str(),
                step.as_str()
            )));
        }
    }
    print_table(&took);
    Ok(())
}

fn wanted(options: &Options) -> Result<Vec<Step>> {
    let known = || Step::ALL.map(Step::as_str).join(", ");
    if let Some(unknown) =
        options.only.iter().find(|name| Step::ALL.iter().all(|step| step.as_str() != *name))
    {
        bail!("there is no step {unknown:?}; steps are {}", known());
    }
    let chosen =
        |step: &Step| options.only.is_empty() || options.only.iter().any(|name| name == step.as_str());
    let left_out = |step: &Step| options.skip_browser && step.needs_browser();
    Ok(Step::ALL.into_iter().filter(|step| chosen(step) && !left_out(step)).collect())
}

fn cargo_step(title: &str, arguments: &[&str]) -> Result<()> {
    step::run(title, cargo().args(arguments)).map(|_| ())
}

fn print_table(took: &[(&str, Duration, bool)]) {
    eprintln!("\n{:<14} {:>10}", "step", "seconds");
    for (name, duration, passed) in took {
        let verdict = if *passed { "" } else { "  FAILED" };
        eprintln!("{name:<14} {:>10.1}{verdict}", duration.as_secs_f64());
    }
    let total: Duration = took.iter().map(|(_, duration, _)| *duration).sum();
    eprintln!("{:<14} {:>10.1}", "total", total.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &Options) -> Vec<&'static str> {
        wanted(options).unwrap().into_iter().map(Step::as_str).collect()
    }

    #[test]
    fn all_steps_run_in_order_unless_told_otherwise() {
        assert_eq!(names(&Options::default()).len(), Step::ALL.len());
        let quick = Options { skip_browser: true, ..Options::default() };
        assert_eq!(names(&quick), ["format", "lint", "lint-console", "server", "test"]);
    }

    #[test]
    fn only_the_named_steps_run_and_unknown_ones_are_refused() {
        let only = |name: &str| Options { only: vec![name.into()], ..Options::default() };
        assert_eq!(names(&only("lint")), ["lint"]);
        assert!(wanted(&only("lints")).is_err());
    }
}
