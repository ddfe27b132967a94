//! `simulator [--config FILE]`: runs until it is interrupted.
//!
//! The file is JSON, see `simulator::Config`. Without one, the built-in test values are used on
//! `127.0.0.1:8090`. Options of the file worth knowing: `customers` is `"lively"` or `"quiet"`,
//! `statuses` is `"lifelike"`, `"immediate"`, `"manual"` or a written plan.

use std::error::Error;

use simulator::{Config, Simulator};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let config = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Config { listen: "127.0.0.1:8090".into(), ..Config::for_tests() },
        ["--config", path] => serde_json::from_slice(&std::fs::read(path)?)?,
        _ => return Err("usage: simulator [--config FILE]".into()),
    };
    let running = Simulator::start(config)?;
    eprintln!("simulator on {}, phone page on {}/phone", running.base_url, running.base_url);
    stop_signal().await?;
    running.stop().await;
    Ok(())
}

/// Interrupt from a terminal, or the terminate signal of a supervisor.
async fn stop_signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}
