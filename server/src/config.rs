//! What the operator decides: a default that runs for every setting, a file over it, the environment
//! over both. Whatever is unknown or unsafe is refused before anything starts.
//!
//! Absent on purpose: a global. The configuration is a plain value that is handed on, and a test
//! makes its own with [`Config::for_tests`].

mod check;
mod layers;

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::db::{StoreConfig, engine::Engine};

/// The commented list of all settings with their defaults.
pub const DEFAULT_FILE: &str = include_str!("../switchboard.default.toml");

/// The environment variable that names the file.
pub const FILE_VARIABLE: &str = "SWITCHBOARD_CONFIG";

/// Why the configuration was refused: one line for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// All settings. Not `Debug`: connection strings hold passwords.
#[derive(Clone, Deserialize)]
pub struct Config {
    /// Address and port to serve on.
    pub listen: String,
    /// The address people have in their browser.
    pub public_origin: String,
    /// Start although browsers will not keep the session cookie.
    pub insecure_allow_http: bool,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Where the keys, the lock and the embedded data lie.
    pub data_dir: PathBuf,
    /// Where the files of customers lie; absent means `files` in the data directory.
    #[serde(default)]
    pub files_dir: Option<PathBuf>,
    /// PostgreSQL; absent means embedded SQLite.
    #[serde(default)]
    pub database_url: Option<String>,
    /// PostgreSQL as the owner of the tables.
    #[serde(default)]
    pub migrate_database_url: Option<String>,
    /// The built console.
    pub console_dir: PathBuf,
    /// Meta's Graph API, or who plays it.
    pub graph_base_url: String,
    /// Whether addresses that tenants name may be on this machine; for demonstrations and tests.
    pub outbound_allow_loopback: bool,
    /// Version in the Graph API's paths.
    pub graph_version: String,
    /// Threads that serve requests; absent means one per core.
    #[serde(default)]
    pub workers: Option<usize>,
    /// Requests a second that one address may make, six times as many at once; 0 is no limit.
    pub rate_per_address: u32,
    /// The same for one session.
    pub rate_per_session: u32,
    /// The same for all members of a tenant.
    pub rate_per_tenant: u32,
    /// How mails leave.
    pub mail_transport: MailTransport,
    /// Who mails come from.
    pub mail_from: String,
    /// The SMTP server, without its password.
    #[serde(default)]
    pub smtp_url: Option<String>,
    /// The password for it.
    #[serde(default)]
    pub smtp_password: Option<String>,
    /// A file with the password for it.
    #[serde(default)]
    pub smtp_password_file: Option<PathBuf>,
    /// bcrypt's cost of a password hash.
    pub password_cost: u32,
    /// Hours that the live log reaches back.
    pub live_log_hours: u32,
    /// Directives for the log.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Whether the sign-in page offers logins.
    pub demo: bool,
    /// Where visitors of a demonstration can play a customer.
    #[serde(default)]
    pub demo_phone_url: Option<String>,
}

/// How mails leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// As files below the data directory.
    File,
    /// Over SMTP.
    Smtp,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
    /// Reads the settings of this process: defaults, the file if one is named, the environment.
    ///
    /// # Errors
    /// The first thing that is unknown, malformed or unsafe.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let named = environment.get(FILE_VARIABLE).map(PathBuf::from);
        let text = match file.map(Path::to_path_buf).or(named) {
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| ConfigError(format!("cannot read {}: {error}", path.display())))?;
                Some((path.display().to_string(), text))
            }
            None => None,
        };
        Self::from_layers(text.as_ref().map(|(name, text)| (name.as_str(), text.as_str())), &environment)
    }

    /// The settings for a file (its name and text) and an environment.
    ///
    /// # Errors
    /// The first thing that is unknown, malformed or unsafe.
    pub fn from_layers(
        file: Option<(&str, &str)>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let config = layers::merge(file, environment)?;
        check::check(&config)?;
        Ok(config)
    }

    /// Settings for a server inside a test: a free port, cheap passwords, its own directory.
    pub fn for_tests(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            listen: "127.0.0.1:0".into(),
            public_origin: "http://localhost:8080".into(),
            insecure_allow_http: false,
            trusted_proxies: Vec::new(),
            console_dir: data_dir.join("console"),
            data_dir,
            files_dir: None,
            database_url: None,
            migrate_database_url: None,
            graph_base_url: "http://127.0.0.1:9".into(),
            outbound_allow_loopback: false,
            graph_version: "v26.0".into(),
            workers: Some(1),
            rate_per_address: 0,
            rate_per_session: 0,
            rate_per_tenant: 0,
            mail_transport: MailTransport::File,
            mail_from: "Switchboard <switchboard@localhost>".into(),
            smtp_url: None,
            smtp_password: None,
            smtp_password_file: None,
            password_cost: 4,
            live_log_hours: 72,
            log: "warn".into(),
            log_format: LogFormat::Text,
            demo: false,
            demo_phone_url: None,
        }
    }

    /// What the store needs to know.
    ///
    /// # Errors
    /// When `database_url` names something else than PostgreSQL.
    pub fn store(&self) -> Result<StoreConfig, ConfigError> {
        let engine = match &self.database_url {
            None => Engine::Sqlite { dir: self.data_dir.clone() },
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Engine::Postgres { url: url.clone() }
            }
            Some(_) => {
                let why = "database_url must begin with postgres://; leave it out for embedded SQLite";
                return Err(ConfigError(why.into()));
            }
        };
        Ok(StoreConfig {
            data_dir: self.data_dir.clone(),
            engine,
            migrate_url: self.migrate_database_url.clone(),
        })
    }

    /// The file with the installation's master key.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// The directory of customers' files.
    pub fn files_dir(&self) -> PathBuf {
        self.files_dir.clone().unwrap_or_else(|| self.data_dir.join("files"))
    }

    /// The socket on which a running server takes administration.
    pub fn admin_socket(&self) -> PathBuf {
        self.data_dir.join("admin.sock")
    }

    /// What `demo-seed` made.
    pub fn demo_file(&self) -> PathBuf {
        self.data_dir.join("demo.json")
    }

    /// What may start but is probably not what the operator wants: a sentence each, for the log.
    pub fn doubts(&self) -> Vec<String> {
        check::doubts(self)
    }

    /// Whether people reach us encrypted.
    pub fn is_https(&self) -> bool {
        self.public_origin.starts_with("https://")
    }

    /// The origin of the live connection: the public one with the scheme of WebSocket.
    pub fn live_origin(&self) -> String {
        self.public_origin.replacen("http", "ws", 1)
    }
}

#[cfg(test)]
mod tests;
