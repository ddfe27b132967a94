//! Values that are well-formed and still would harm: refused, each with what to do instead.

use std::net::ToSocketAddrs;

use super::{Config, ConfigError, MailTransport};
use crate::mail;

/// Below this a stolen hash is too cheap to guess at.
const LEAST_PASSWORD_COST: u32 = 10;
/// Above this one sign-in takes several seconds of a core.
const MOST_PASSWORD_COST: u32 = 15;
/// More threads than any machine this is meant for has cores.
const MOST_WORKERS: usize = 512;
/// A year; the log would only cost space.
const MOST_LOG_HOURS: u32 = 8_760;

/// Refuses what must not start.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let refuse = |why: String| Err(ConfigError(why));
    if config.listen.is_empty() {
        return refuse("listen is empty; it needs an address and a port such as 127.0.0.1:8080".into());
    }
    if config.listen.to_socket_addrs().is_err() {
        return refuse(format!("listen: `{}` is not an address and a port", config.listen));
    }
    origin("public_origin", &config.public_origin)?;
    if !config.is_https() && !is_loopback(&config.public_origin) && !config.insecure_allow_http {
        return refuse(format!(
            "public_origin {} is neither https nor localhost: browsers would not keep the session cookie, \
             and passwords would travel in the clear; use https, or set insecure_allow_http",
            config.public_origin
        ));
    }
    if config.files_dir.as_ref().is_some_and(|directory| directory.as_os_str().is_empty()) {
        return refuse("files_dir is empty; leave it out for `files` in data_dir".into());
    }
    origin("graph_base_url", &config.graph_base_url)?;
    if !config.graph_base_url.starts_with("https://") && !is_loopback(&config.graph_base_url) {
        return refuse("graph_base_url must be https: access tokens travel there".into());
    }
    if config.outbound_allow_loopback && !is_loopback(&config.public_origin) {
        return refuse(
            "outbound_allow_loopback lets tenants call this machine; it is for a public_origin on localhost"
                .into(),
        );
    }
    if !is_graph_version(&config.graph_version) {
        return refuse(format!("graph_version: `{}` does not look like v26.0", config.graph_version));
    }
    if !(LEAST_PASSWORD_COST..=MOST_PASSWORD_COST).contains(&config.password_cost) {
        return refuse(format!(
            "password_cost must be between {LEAST_PASSWORD_COST} and {MOST_PASSWORD_COST}"
        ));
    }
    if config.workers.is_some_and(|workers| workers == 0 || workers > MOST_WORKERS) {
        return refuse(format!("workers must be between 1 and {MOST_WORKERS}"));
    }
    if config.live_log_hours == 0 || config.live_log_hours > MOST_LOG_HOURS {
        return refuse(format!("live_log_hours must be between 1 and {MOST_LOG_HOURS}"));
    }
    for (name, path) in [("data_dir", &config.data_dir), ("console_dir", &config.console_dir)] {
        if path.as_os_str().is_empty() {
            return refuse(format!("{name} is empty"));
        }
    }
    if config.log.parse::<tracing_subscriber::filter::Targets>().is_err() {
        return refuse(format!("log: `{}` is not a level or a list of directives", config.log));
    }
    mails(config)?;
    config.store()?;
    if config.migrate_database_url.is_some() && config.database_url.is_none() {
        return refuse("migrate_database_url needs database_url".into());
    }
    match &config.demo_phone_url {
        Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
            refuse("demo_phone_url must begin with http:// or https://".into())
        }
        _ => Ok(()),
    }
}

fn mails(config: &Config) -> Result<(), ConfigError> {
    mail::sender(&config.mail_from).map_err(|error| {
        ConfigError(format!(
            "mail_from: `{}` is not like Switchboard <desk@example.com>: {error}",
            config.mail_from
        ))
    })?;
    match (&config.smtp_url, config.mail_transport) {
        (Some(url), _) => mail::check_url(url).map(drop)?,
        (None, MailTransport::Smtp) => return Err(ConfigError("mail_transport smtp needs smtp_url".into())),
        (None, MailTransport::File) => {}
    }
    if config.smtp_password.is_some() && config.smtp_password_file.is_some() {
        return Err(ConfigError("smtp_password and smtp_password_file: one of them is enough".into()));
    }
    Ok(())
}

/// What may start but is probably not what the operator wants: a sentence each.
pub(super) fn doubts(config: &Config) -> Vec<String> {
    let mut doubts = Vec::new();
    let local = config.listen.to_socket_addrs().is_ok_and(|mut all| all.all(|a| a.ip().is_loopback()));
    if config.is_https() && local && config.trusted_proxies.is_empty() {
        doubts.push(
            "public_origin is https and listen is this machine, so a proxy stands in front, but \
             trusted_proxies is empty: everybody seems to come from one address, and whoever guesses \
             passwords slows down the sign-in of all; set trusted_proxies to the proxy's address"
                .into(),
        );
    }
    doubts
}

/// Scheme, host and port, and nothing behind it: origins are compared byte for byte.
fn origin(name: &str, text: &str) -> Result<(), ConfigError> {
    let wrong = |why: &str| ConfigError(format!("{name}: `{text}` {why}"));
    let uri: actix_web::http::Uri = text.parse().map_err(|_| wrong("is not an address"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(wrong("must begin with http:// or https://"));
    }
    let bare = uri.authority().map(|host| host.as_str()).unwrap_or_default();
    let exact = text.split_once("://").is_some_and(|(_, rest)| rest == bare);
    if bare.is_empty() || bare.contains('@') || !exact {
        return Err(wrong("must be scheme, host and port without a path or a slash at the end"));
    }
    let default_port = if text.starts_with("https://") { ":443" } else { ":80" };
    if bare.ends_with(default_port) || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(wrong("must be written as browsers do: lower case, without the default port"));
    }
    Ok(())
}

/// Whether the host is this machine; browsers count such origins as safe.
fn is_loopback(origin: &str) -> bool {
    let host = origin.parse::<actix_web::http::Uri>().ok();
    let host = host.as_ref().and_then(|uri| uri.host()).unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_graph_version(text: &str) -> bool {
    let number = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    number.is_some_and(|(major, minor)| {
        [major, minor].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    })
}
