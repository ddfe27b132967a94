//! Everything a request can reach, put together once at start.

use std::sync::Arc;

use crate::{
    config::Config,
    db::Store,
    files::Files,
    live::Hub,
    mail::Bell,
    outbound::Outbound,
    secrets::Keys,
    whatsapp::{Connections, Graph},
};

/// The running server's parts; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// What the operator configured.
    pub config: Arc<Config>,
    /// All data.
    pub store: Store,
    /// Keys for secrets and passwords.
    pub keys: Keys,
    /// Open sockets.
    pub hub: Hub,
    /// Meta apps and the numbers bound to them.
    pub connections: Connections,
    /// Meta's Graph API.
    pub graph: Graph,
    /// Addresses that tenants name.
    pub outbound: Outbound,
    /// The files of customers.
    pub files: Files,
    /// Says that there is mail to send.
    pub mail: Bell,
}
