//! `switchboard`: one program, several roles. What it can do is in `server::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
