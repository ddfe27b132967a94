//! The command line: what can be asked for, and where it is carried out.
//!
//! Results are JSON on standard output, errors one line on standard error with exit code 1. This is
//! the only room that prints.

mod administrate;
mod arguments;
mod descriptors;
mod doctor;
mod logging;
mod migrate;
mod secret_input;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use crate::config::{Config, DEFAULT_FILE};

use arguments::{Arguments, Command};

/// Runs what the command line asks for.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match carry_out(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The whole chain on one line: the last part says what the operator can change.
            eprintln!("switchboard: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(Arguments { config, command }: Arguments) -> anyhow::Result<()> {
    if matches!(command, Command::Config) {
        print!("{DEFAULT_FILE}");
        return Ok(());
    }
    if matches!(command, Command::Doctor) {
        return doctor::examine(config.as_deref());
    }
    let config = Config::load(config.as_deref())?;
    logging::start(&config)?;
    match command {
        Command::Serve => serve::run(config),
        Command::Migrate => migrate::run(config),
        command => administrate::run(config, command),
    }
}
