//! Mail to the people who work here: written in the control transaction of what it tells of, sent
//! afterwards by one task.
//!
//! At least once: a server that dies between sending and noting it sends again, with the same
//! `Message-ID` (and, as a file, under the same name).

mod letter;
mod postman;
mod transport;

use std::{collections::BTreeMap, sync::Arc};

use shared::Instant;
use tokio::sync::Notify;

use crate::db::{self, Fault, connection::AnyConnection};

pub(crate) use letter::sender;
pub use letter::{Language, Template};
pub use postman::Postman;
pub use transport::Transport;
pub(crate) use transport::check_url;

/// A mail that is to be written.
#[derive(Debug, Clone)]
pub struct Letter {
    /// To which address.
    pub recipient: String,
    /// What it tells.
    pub template: Template,
    /// In which language.
    pub language: Language,
    /// The template's values by name.
    pub values: BTreeMap<&'static str, String>,
}

/// Writes a mail; whoever commits the transaction rings the [`Bell`].
///
/// # Errors
/// The database's.
pub fn post(conn: &mut AnyConnection, letter: &Letter, now: Instant) -> Result<(), Fault> {
    let values = serde_json::to_string(&letter.values).map_err(|error| Fault::Broken(error.to_string()))?;
    let (template, language) = (letter.template.as_str(), letter.language.as_str());
    db::control::mail::insert(conn, &letter.recipient, template, &values, language, now)
}

/// Tells the postman that there is mail. A ring that is lost only makes a mail wait half a minute.
#[derive(Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// There is mail.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    async fn rung(&self) {
        self.0.notified().await;
    }
}
