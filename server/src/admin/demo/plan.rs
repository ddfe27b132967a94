//! Who and what the demonstration consists of. All of it is invented; the numbers are out of the
//! range kept free for fiction.

use std::path::Path;

use serde::{Deserialize, Serialize};
use shared::model::{channel::ChannelColour, member::Role};

use super::super::{AdminError, connection::webhook_path};
use crate::secrets;

pub(super) const TENANT_NAME: &str = "Harbour Lights & Lamps";
pub(super) const CONNECTION_NAME: &str = "Demonstration app";
pub(super) const QUEUES: [&str; 2] = ["Sales", "Support"];

/// Where a number's conversations go.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) label: &'static str,
    pub(super) colour: ChannelColour,
    pub(super) queue: &'static str,
}

/// One for each of [`Demo::numbers`], in order.
pub(super) const PLACES: [Place; 2] = [
    Place { label: "Shop", colour: ChannelColour::Teal, queue: "Sales" },
    Place { label: "Service desk", colour: ChannelColour::Amber, queue: "Support" },
];

/// Everything somebody needs to use the demonstration, and the simulator to play Meta.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Demo {
    /// The tenant's slug.
    pub tenant: String,
    /// The connection's key.
    pub connection_key: String,
    /// Where its webhooks go.
    pub webhook_path: String,
    /// What Meta repeats in the handshake.
    pub verify_token: String,
    /// What Meta signs webhooks with.
    pub app_secret: String,
    /// What we send to the Graph API.
    pub access_token: String,
    /// Meta's id of the app.
    pub app_id: String,
    /// Meta's id of the business account.
    pub waba_id: String,
    /// Its numbers.
    pub numbers: Vec<DemoNumber>,
    /// Who can sign in.
    pub logins: Vec<DemoAccount>,
}

/// A number of the demonstration.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DemoNumber {
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// The number as people read it.
    pub display_phone_number: String,
    /// The name customers see.
    pub verified_name: String,
}

/// A person of the demonstration.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DemoAccount {
    /// Role in the tenant.
    pub role: Role,
    /// Name as shown.
    pub name: String,
    /// E-mail to sign in with.
    pub email: String,
    /// Password to sign in with.
    pub password: String,
}

/// The plan of an earlier run, or a new one that is on disk before it is used.
pub(super) fn load_or_make(path: &Path) -> Result<Demo, AdminError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(serde_json::from_str(&text)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let demo = make()?;
            // Complete or absent: a torn file would block every later run.
            let draft = path.with_extension("json.new");
            let _ = std::fs::remove_file(&draft);
            secrets::write_private(&draft, &serde_json::to_string_pretty(&demo)?)?;
            std::fs::rename(&draft, path)?;
            Ok(demo)
        }
        Err(error) => Err(error.into()),
    }
}

fn make() -> Result<Demo, AdminError> {
    let short = || Ok::<_, AdminError>(secrets::token()?.chars().take(32).collect::<String>());
    let connection_key = short()?;
    let number = |id: &str, number: &str, name: &str| DemoNumber {
        phone_number_id: id.into(),
        display_phone_number: number.into(),
        verified_name: name.into(),
    };
    let person = |role: Role, name: &str, login: &str| DemoAccount {
        role,
        name: name.into(),
        email: format!("{login}@harbour.example"),
        password: format!("{login}-demo"),
    };
    Ok(Demo {
        tenant: "demo".into(),
        webhook_path: webhook_path(&connection_key),
        connection_key,
        verify_token: short()?,
        app_secret: short()?,
        access_token: short()?,
        app_id: "670843887430077".into(),
        waba_id: "102290129340077".into(),
        numbers: vec![
            number("106540352240771", "+1 212 555 0134", "Harbour Lights & Lamps"),
            number("106540352240772", "+1 212 555 0175", "Harbour Lamps Service"),
        ],
        logins: vec![
            person(Role::Agent, "Amina Bello", "amina"),
            person(Role::Agent, "Jonas Weber", "jonas"),
            person(Role::Supervisor, "Priya Raman", "priya"),
            person(Role::Administrator, "Marta Silva", "marta"),
        ],
    })
}
