use std::collections::BTreeMap;

use super::*;

fn with_file(text: &str) -> Result<Config, ConfigError> {
    Config::from_layers(Some(("my.toml", text)), &BTreeMap::new())
}

fn with_environment(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::from_layers(None, &environment)
}

fn refusal(result: Result<Config, ConfigError>) -> String {
    match result {
        Ok(_) => panic!("the settings were accepted"),
        Err(error) => {
            assert!(!error.0.contains('\n'), "more than one line: {error}");
            error.0
        }
    }
}

#[test]
fn the_defaults_run() {
    let config = with_environment(&[]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:8080");
    assert_eq!(config.public_origin, "http://localhost:8080");
    assert_eq!(config.live_origin(), "ws://localhost:8080");
    assert_eq!(config.password_cost, 12);
    assert!(config.database_url.is_none() && config.workers.is_none() && !config.demo);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let environment = BTreeMap::from([("SWITCHBOARD_LISTEN".to_owned(), "127.0.0.1:3".to_owned())]);
    let file = Some(("f", "listen = \"127.0.0.1:2\"\ndemo = true\n"));
    let config = Config::from_layers(file, &environment).unwrap();
    assert_eq!((config.listen.as_str(), config.demo), ("127.0.0.1:3", true));
}

#[test]
fn the_environment_gives_numbers_flags_and_lists() {
    let config = with_environment(&[
        ("SWITCHBOARD_WORKERS", "3"),
        ("SWITCHBOARD_DEMO", "true"),
        ("SWITCHBOARD_TRUSTED_PROXIES", "10.0.0.1, ::1"),
        ("SWITCHBOARD_CONFIG", "somewhere.toml"),
        ("DATABASE_URL", "postgres://u@h/d"),
        ("PATH", "/bin"),
    ])
    .unwrap();
    assert_eq!(config.workers, Some(3));
    assert!(config.demo);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.database_url.as_deref(), Some("postgres://u@h/d"));
}

#[test]
fn what_is_unknown_is_refused_by_name() {
    assert_eq!(
        refusal(with_file("lissten = \"x\"")),
        "my.toml: unknown setting `lissten`; did you mean `listen`?"
    );
    let line = refusal(with_environment(&[("SWITCHBOARD_PUBLIC_ORIGN", "x")]));
    assert_eq!(line, "unknown environment variable SWITCHBOARD_PUBLIC_ORIGN; did you mean `public_origin`?");
    assert!(refusal(with_file("a = 1\nb =")).starts_with("my.toml line 2"));
    assert_eq!(
        refusal(with_environment(&[("SWITCHBOARD_WORKERS", "many")])),
        "SWITCHBOARD_WORKERS must be a whole number"
    );
}

#[test]
fn what_is_unsafe_is_refused() {
    for (text, word) in [
        ("listen = \"\"", "listen"),
        ("listen = \"8080\"", "listen"),
        ("public_origin = \"http://desk.example\"", "insecure_allow_http"),
        ("public_origin = \"https://desk.example/\"", "slash"),
        ("public_origin = \"https://desk.example/app\"", "path"),
        ("public_origin = \"https://Desk.example\"", "lower case"),
        ("public_origin = \"https://desk.example:443\"", "default port"),
        ("public_origin = \"ftp://desk.example\"", "http://"),
        ("public_origin = \"desk\"", "http://"),
        ("password_cost = 9", "password_cost"),
        ("password_cost = 31", "password_cost"),
        ("workers = 0", "workers"),
        ("live_log_hours = 0", "live_log_hours"),
        ("graph_base_url = \"http://graph.example\"", "https"),
        ("graph_version = \"26\"", "graph_version"),
        (
            "public_origin = \"https://desk.example\"\noutbound_allow_loopback = true",
            "outbound_allow_loopback",
        ),
        ("database_url = \"mysql://x\"", "postgres://"),
        ("migrate_database_url = \"postgres://x\"", "database_url"),
        ("log_format = \"xml\"", "xml"),
        ("mail_transport = \"pigeon\"", "pigeon"),
        ("mail_transport = \"smtp\"", "smtp_url"),
        ("mail_from = \"nobody\"", "mail_from"),
        ("smtp_url = \"smtp://mail.example.com\"", "not encrypted"),
        ("smtp_url = \"smtps://desk:secret@mail.example.com\"", "smtp_password_file"),
        ("smtp_password = \"a\"\nsmtp_password_file = \"b\"", "one of them"),
        ("demo_phone_url = \"javascript:alert(1)\"", "demo_phone_url"),
    ] {
        let line = refusal(with_file(text));
        assert!(line.contains(word), "{text}: {line}");
    }
}

#[test]
fn another_http_origin_starts_when_the_operator_insists() {
    let text = "public_origin = \"http://192.168.1.4:8080\"\ninsecure_allow_http = true";
    assert!(with_file(text).is_ok());
    assert!(with_file("public_origin = \"http://[::1]:8080\"").is_ok());
    assert!(with_file("public_origin = \"https://desk.example\"").is_ok());
}

#[test]
fn a_proxy_that_is_not_trusted_is_doubted() {
    let doubts = |text: &str| with_file(text).map(|config| config.doubts().len());
    assert_eq!(doubts("public_origin = \"https://desk.example\""), Ok(1));
    let trusted = "public_origin = \"https://desk.example\"\ntrusted_proxies = [\"127.0.0.1\"]";
    assert_eq!(doubts(trusted), Ok(0));
    assert_eq!(doubts("public_origin = \"https://desk.example\"\nlisten = \"0.0.0.0:443\""), Ok(0));
    assert_eq!(doubts(""), Ok(0));
}
