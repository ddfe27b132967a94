//! Benchmarks of the real program, each against a baseline that runs in the same run.
//!
//! `bench [NAME…]` prints one JSON object per figure on standard output and what it is doing on
//! standard error. The server is the release binary beside this program. Two further commands are the
//! baselines, which run as children so that their processor time can be told apart.
//!
//! Rules: server and load client are pinned to one core each where the figure is processor time;
//! baseline and subject alternate for at least five rounds; median and range are told; a round in
//! which other programs took more than a twentieth of the machine is thrown away and repeated; a
//! figure with losses is no figure; latency counts from the scheduled send.

mod assign;
mod baseline;
mod child;
mod fanout;
mod figure;
mod ground;
mod http;
mod idle_memory;
mod ingest;
mod machine;
mod resume_storm;
mod rounds;
mod socket;
mod webhook_to_frame;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// All benchmarks, in the order in which they run.
const ALL: [&str; 6] = ["ingest", "webhook_to_frame", "fanout", "idle_memory", "resume_storm", "assign"];

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve-append", dir] => return baseline::append::serve(dir),
        ["serve-raw", sockets] => return baseline::raw::serve(sockets.parse()?),
        _ => {}
    }
    let names = if words.is_empty() { ALL.to_vec() } else { words };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for name in names {
        eprintln!("==> {name}");
        let figures = match name {
            "ingest" => runtime.block_on(ingest::run())?,
            "webhook_to_frame" => runtime.block_on(webhook_to_frame::run())?,
            "fanout" => runtime.block_on(fanout::run())?,
            "idle_memory" => runtime.block_on(idle_memory::run())?,
            "resume_storm" => runtime.block_on(resume_storm::run())?,
            "assign" => runtime.block_on(assign::run())?,
            other => bail!("there is no benchmark {other:?}; there are {}", ALL.join(", ")),
        };
        for figure in figures {
            println!("{}", serde_json::to_string(&figure)?);
        }
    }
    Ok(())
}
