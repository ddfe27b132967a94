//! Defaults, file and environment, laid over one another. Only names and types are looked at here.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{Config, ConfigError, DEFAULT_FILE, FILE_VARIABLE};

/// What the value of a setting looks like.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Number,
    Flag,
    List,
}

/// Every setting; a test compares the list with the default file.
const SETTINGS: &[(&str, Kind)] = &[
    ("listen", Kind::Text),
    ("public_origin", Kind::Text),
    ("insecure_allow_http", Kind::Flag),
    ("trusted_proxies", Kind::List),
    ("data_dir", Kind::Text),
    ("files_dir", Kind::Text),
    ("database_url", Kind::Text),
    ("migrate_database_url", Kind::Text),
    ("console_dir", Kind::Text),
    ("graph_base_url", Kind::Text),
    ("graph_version", Kind::Text),
    ("outbound_allow_loopback", Kind::Flag),
    ("workers", Kind::Number),
    ("rate_per_address", Kind::Number),
    ("rate_per_session", Kind::Number),
    ("rate_per_tenant", Kind::Number),
    ("mail_transport", Kind::Text),
    ("mail_from", Kind::Text),
    ("smtp_url", Kind::Text),
    ("smtp_password", Kind::Text),
    ("smtp_password_file", Kind::Text),
    ("password_cost", Kind::Number),
    ("live_log_hours", Kind::Number),
    ("log", Kind::Text),
    ("log_format", Kind::Text),
    ("demo", Kind::Flag),
    ("demo_phone_url", Kind::Text),
];

/// Names of settings in the environment begin with this.
const PREFIX: &str = "SWITCHBOARD_";

/// Lays the file and the environment over the defaults.
pub(super) fn merge(
    file: Option<(&str, &str)>,
    environment: &BTreeMap<String, String>,
) -> Result<Config, ConfigError> {
    let mut settings = parse("the default settings", DEFAULT_FILE)?;
    if let Some((name, text)) = file {
        for (key, value) in parse(name, text)? {
            if kind_of(&key).is_none() {
                return Err(ConfigError(format!("{name}: unknown setting `{key}`{}", nearest(&key))));
            }
            settings.insert(key, value);
        }
    }
    if let Some(url) = environment.get("DATABASE_URL").filter(|url| !url.is_empty()) {
        settings.insert("database_url".into(), Value::String(url.clone()));
    }
    for (variable, text) in environment {
        let Some(name) = variable.strip_prefix(PREFIX) else { continue };
        if variable == FILE_VARIABLE {
            continue;
        }
        let key = name.to_ascii_lowercase();
        let Some(kind) = kind_of(&key).filter(|_| name == name.to_ascii_uppercase()) else {
            return Err(ConfigError(format!("unknown environment variable {variable}{}", nearest(&key))));
        };
        settings.insert(key, value(variable, kind, text)?);
    }
    Value::Table(settings)
        .try_into()
        .map_err(|error: toml::de::Error| ConfigError(format!("settings: {}", one_line(error.message()))))
}

fn parse(name: &str, text: &str) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|error| {
        let line = error.span().map(|span| 1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count());
        let place = line.map(|line| format!(" line {line}")).unwrap_or_default();
        ConfigError(format!("{name}{place}: {}", one_line(error.message())))
    })
}

fn value(variable: &str, kind: Kind, text: &str) -> Result<Value, ConfigError> {
    let text = text.trim();
    let wrong = |what: &str| ConfigError(format!("{variable} must be {what}"));
    match kind {
        Kind::Text => Ok(Value::String(text.into())),
        Kind::Number => text.parse().map(Value::Integer).map_err(|_| wrong("a whole number")),
        Kind::Flag => text.parse().map(Value::Boolean).map_err(|_| wrong("true or false")),
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Value::Array(items.map(|item| Value::String(item.into())).collect()))
        }
    }
}

fn kind_of(key: &str) -> Option<Kind> {
    SETTINGS.iter().find(|(name, _)| *name == key).map(|(_, kind)| *kind)
}

/// A hint for a slip of the keyboard: the setting that shares the longest beginning.
fn nearest(key: &str) -> String {
    let shared = |name: &str| name.bytes().zip(key.bytes()).take_while(|(a, b)| a == b).count();
    SETTINGS
        .iter()
        .map(|(name, _)| (shared(name), *name))
        .filter(|(length, _)| *length >= 3)
        .max_by_key(|(length, _)| *length)
        .map(|(_, name)| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_names_every_setting() {
        let mentioned = |name: &str| {
            DEFAULT_FILE.lines().any(|line| {
                line.trim_start_matches("# ").split_once(" = ").is_some_and(|(key, _)| key == name)
            })
        };
        let missing: Vec<_> = SETTINGS.iter().filter(|(name, _)| !mentioned(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
