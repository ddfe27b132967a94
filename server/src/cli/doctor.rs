//! `switchboard doctor`: looks without changing anything, and says all that is wrong at once.

use std::{
    fs::{File, Metadata},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::Path,
};

use serde_json::{Value, json};
use shared::program::Program;

use crate::{
    config::Config,
    db::{chains, engine::Engine, migrate},
};

/// Prints a report; fails when something would keep the server from working.
pub(super) fn examine(file: Option<&Path>) -> anyhow::Result<()> {
    let mut problems = Vec::new();
    let installation = match Config::load(file) {
        Ok(config) => json!({
            "engine": engine(&config, &mut problems),
            "audit": audit(&config, &mut problems),
            "data_dir": data_dir(&config, &mut problems),
            "console": console(&config, &mut problems),
        }),
        Err(error) => {
            problems.push(format!("settings: {error}"));
            Value::Null
        }
    };
    let report = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "installation": installation,
        "problems": problems,
    });
    println!("{}", serde_json::to_string_pretty(&report)?);
    anyhow::ensure!(problems.is_empty(), "{} problem(s) found", problems.len());
    Ok(())
}

fn engine(config: &Config, problems: &mut Vec<String>) -> Value {
    let engine = match config.store() {
        Ok(store) => store.engine,
        Err(error) => {
            problems.push(format!("settings: {error}"));
            return Value::Null;
        }
    };
    if let Err(error) = engine.check() {
        problems.push(format!("engine: {error}"));
    }
    let (name, schema) = match &engine {
        Engine::Sqlite { .. } => ("sqlite", None),
        Engine::Postgres { url } => ("postgresql", Some(migrate::postgres_is_current(url))),
    };
    let schema = match schema {
        None => "upgraded when opened".to_owned(),
        Some(Ok(())) => "current".to_owned(),
        Some(Err(error)) => {
            problems.push(format!("schema: {error}"));
            error.to_string()
        }
    };
    json!({ "name": name, "schema": schema })
}

/// Walks the audit chains of what is there already.
fn audit(config: &Config, problems: &mut Vec<String>) -> Value {
    let Ok(store) = config.store() else { return Value::Null };
    let there = match &store.engine {
        Engine::Sqlite { dir } => dir.join("control.sqlite").exists(),
        Engine::Postgres { url } => migrate::postgres_is_current(url).is_ok(),
    };
    if !there {
        return "nothing yet".into();
    }
    match chains::broken(&store.engine) {
        Ok(broken) if broken.is_empty() => "every chain holds".into(),
        Ok(broken) => {
            let count = broken.len();
            problems.extend(broken);
            format!("{count} chain(s) do not hold").into()
        }
        Err(error) => {
            problems.push(format!("audit: {error}"));
            Value::Null
        }
    }
}

fn data_dir(config: &Config, problems: &mut Vec<String>) -> Value {
    let path = &config.data_dir;
    let Ok(found) = path.metadata() else {
        return json!({ "path": path, "state": "made by the first start" });
    };
    if !found.is_dir() {
        problems.push("data_dir is not a directory".into());
    } else if others_may(&found) {
        problems.push(format!("others may enter the data directory; chmod 700 {}", path.display()));
    }
    let key = config.key_file().metadata();
    if key.as_ref().is_ok_and(others_may) {
        problems.push(format!("others may read the master key; chmod 600 {}", config.key_file().display()));
    }
    let state = match (is_locked(path), UnixStream::connect(config.admin_socket()).is_ok()) {
        (true, true) => "a server runs",
        (true, false) => "in use",
        (false, _) => "free",
    };
    json!({
        "path": path,
        "state": state,
        "master_key": if key.is_ok() { "there" } else { "made by the first start" },
        "control": config.data_dir.join("control.sqlite").exists(),
    })
}

fn console(config: &Config, problems: &mut Vec<String>) -> Value {
    let built = Program::ALL
        .iter()
        .all(|page| config.console_dir.join(page.file().trim_start_matches('/')).is_file());
    if !built {
        problems.push(format!(
            "the console is not built in {}; run `cargo xtask console`",
            config.console_dir.display()
        ));
    }
    json!({ "path": config.console_dir, "built": built })
}

/// Whether somebody else than the owner has any right.
fn others_may(found: &Metadata) -> bool {
    found.permissions().mode() & 0o077 != 0
}

/// Whether a process works with the directory; looks at the lock and lets it go at once.
fn is_locked(data_dir: &Path) -> bool {
    File::open(data_dir.join("lock")).is_ok_and(|lock| lock.try_lock().is_err())
}
