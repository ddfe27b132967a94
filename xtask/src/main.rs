//! The two commands of the README, and two for the people who work on it.
//!
//! - `cargo xtask demo [--quiet-customers] [--port 8080] [--simulator-port 8090] [--fresh] [--check]`
//!   builds everything, starts the server with a lively demo tenant and the simulator, prints
//!   addresses and logins, and stops both on Ctrl-C. `--fresh` forgets the data of earlier demos;
//!   `--check` only proves that it all comes up. `--lan` is not built yet.
//! - `cargo xtask test [--only STEP]… [--skip-browser]` runs format, lints, all tests on both
//!   engines and the browser journeys. Steps: see [`test`].
//! - `cargo xtask verify [NAME]` runs the long proofs; `verify chroot` proves both README commands
//!   on a bare Debian.
//! - `cargo xtask bench [NAME…]` measures the release build against baselines in the same run.
//! - `cargo xtask console` builds the console into `dist/`, with its tools where they are missing.
//! - `cargo xtask tools` installs the build tools and nothing else.
//!
//! Absent on purpose: anything a user of the product has to learn. What a user runs is the
//! `switchboard` program.

mod bench;
mod children;
mod console;
mod demo;
mod http;
mod packages;
mod project;
mod step;
mod test;
mod tools;
mod verify;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::Arg::{Long, Value};
use lexopt::ValueExt;

const USAGE: &str = "\
cargo xtask demo [--quiet-customers] [--port N] [--simulator-port N] [--fresh] [--check]
cargo xtask test [--only STEP]… [--skip-browser]
cargo xtask verify [NAME]
cargo xtask bench [NAME…]
cargo xtask console
cargo xtask tools";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nFAILED: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(Value(command)) => command.string()?,
        Some(Long("help")) | None => {
            println!("{USAGE}");
            return Ok(());
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "demo" => demo::run(&demo_options(&mut arguments)?),
        "test" => test::run(&test_options(&mut arguments)?),
        "verify" => verify::run(verify_name(&mut arguments)?.as_deref()),
        "bench" => bench::run(&names(&mut arguments)?),
        "console" => {
            none(&mut arguments)?;
            console::build(&tools::ensure()?)
        }
        "tools" => {
            none(&mut arguments)?;
            tools::ensure().map(|_| ())
        }
        other => bail!("there is no command {other:?}\n{USAGE}"),
    }
}

fn none(arguments: &mut lexopt::Parser) -> Result<()> {
    match arguments.next()? {
        None => Ok(()),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn demo_options(arguments: &mut lexopt::Parser) -> Result<demo::Options> {
    let mut options = demo::Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("quiet-customers") => options.quiet_customers = true,
            Long("fresh") => options.fresh = true,
            Long("check") => options.check = true,
            Long("port") => options.port = arguments.value()?.parse()?,
            Long("simulator-port") => options.simulator_port = arguments.value()?.parse()?,
            Long("lan") => bail!(
                "demo --lan is not built yet: sign-in needs https on anything but localhost. \
                 From another machine, forward the ports: ssh -L 8080:localhost:8080 -L 8090:localhost:8090 …"
            ),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn test_options(arguments: &mut lexopt::Parser) -> Result<test::Options> {
    let mut options = test::Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("only") => options.only.push(arguments.value()?.string()?),
            Long("skip-browser") => options.skip_browser = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn names(arguments: &mut lexopt::Parser) -> Result<Vec<String>> {
    let mut names = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(name) => names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(names)
}

fn verify_name(arguments: &mut lexopt::Parser) -> Result<Option<String>> {
    match arguments.next()? {
        None => Ok(None),
        Some(Value(name)) => Ok(Some(name.string()?)),
        Some(other) => Err(other.unexpected().into()),
    }
}
