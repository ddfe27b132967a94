//! Administration by the operator: one command type, one executor, two doors.
//!
//! The command line sends an [`AdminCommand`] to the running server's socket ([`socket`]); when
//! nobody answers there, it opens the store itself and executes the same command. Every step of a
//! command can be repeated, so an interrupted one is simply given again.

mod connection;
pub mod demo;
mod error;
mod live;
mod member;
mod number;
mod quarantine;
mod queue;
mod rotation;
pub mod socket;
mod tenant;
mod words;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::model::{channel::ChannelColour, member::Role, queue::RoutingMode};

use crate::{
    db::{Fault, Store, WriteError, control::audit, record::Actor},
    secrets::Keys,
};

pub use error::AdminError;
pub use live::{Live, Nobody};

/// Something the operator wants done. Not `Debug`: some carry secrets.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AdminCommand {
    /// Create a tenant and its database.
    CreateTenant(tenant::CreateTenant),
    /// All tenants.
    ListTenants {},
    /// Shut a tenant's doors: nobody signs in and nothing is sent. What customers write is still kept:
    /// Meta would give up delivering it.
    SuspendTenant {
        /// Which, by its slug.
        tenant: String,
    },
    /// Open them again.
    ResumeTenant {
        /// Which, by its slug.
        tenant: String,
    },
    /// Make an account, new or known, a member of a tenant.
    CreateMember(member::CreateMember),
    /// Add a department.
    CreateQueue(queue::CreateQueue),
    /// Add a Meta app.
    CreateConnection(connection::CreateConnection),
    /// Accept another app secret of a connection beside those it has.
    AddSecret(rotation::AddSecret),
    /// Accept an app secret no more.
    RemoveSecret(rotation::RemoveSecret),
    /// Numbers and ages of a connection's app secrets.
    ListSecrets {
        /// The connection's key.
        connection: String,
    },
    /// Replace a connection's access token.
    SetToken(rotation::SetToken),
    /// Bind a WhatsApp number to a connection and a tenant.
    AddNumber(number::AddNumber),
    /// Create the demonstration tenant, once.
    SeedDemo {},
    /// Authentic items that no tenant may have.
    ListQuarantine {},
    /// Take items that could not be taken once more.
    Replay {
        /// Of which tenant, by its slug; of all when absent.
        #[serde(default)]
        tenant: Option<String>,
    },
}

pub use connection::CreateConnection;
pub use member::CreateMember;
pub use number::AddNumber;
pub use queue::CreateQueue;
pub use rotation::{AddSecret, RemoveSecret, SetToken};
pub use tenant::CreateTenant;

/// What a command works with.
#[derive(Clone)]
pub struct AdminContext {
    /// All data.
    pub store: Store,
    /// Keys for secrets and passwords.
    pub keys: Keys,
    /// The running server, which must hear of some changes at once.
    pub live: Arc<dyn Live>,
}

impl AdminContext {
    /// For a process in which no server runs.
    pub fn offline(store: Store, keys: Keys) -> Self {
        Self { store, keys, live: Arc::new(Nobody) }
    }

    /// Appends to the operator's own chain.
    async fn audit(&self, action: &'static str, object: String) -> Result<(), AdminError> {
        self.control(move |conn, now| audit::append(conn, Actor::Operator, action, &object, now)).await
    }

    /// A write to the control tables with the time it happens.
    async fn control<T, F>(&self, work: F) -> Result<T, AdminError>
    where
        F: FnOnce(&mut crate::db::connection::AnyConnection, shared::Instant) -> Result<T, Fault>
            + Send
            + 'static,
        T: Send + 'static,
    {
        let now = self.store.clock().now();
        let written: Result<T, WriteError> = self.store.control().write(move |conn| work(conn, now)).await;
        Ok(written?)
    }
}

/// Does what a command says; the answer is for printing.
///
/// # Errors
/// [`AdminError`], worded for the operator.
pub async fn execute(context: &AdminContext, command: AdminCommand) -> Result<Value, AdminError> {
    match command {
        AdminCommand::CreateTenant(new) => tenant::create(context, new).await,
        AdminCommand::ListTenants {} => tenant::list(context).await,
        AdminCommand::SuspendTenant { tenant } => tenant::suspend(context, &tenant).await,
        AdminCommand::ResumeTenant { tenant } => tenant::resume(context, &tenant).await,
        AdminCommand::CreateMember(new) => member::create(context, new).await,
        AdminCommand::CreateQueue(new) => queue::create(context, new).await,
        AdminCommand::CreateConnection(new) => connection::create(context, new).await,
        AdminCommand::AddSecret(new) => rotation::add_secret(context, new).await,
        AdminCommand::RemoveSecret(old) => rotation::remove_secret(context, old).await,
        AdminCommand::ListSecrets { connection } => rotation::list_secrets(context, &connection).await,
        AdminCommand::SetToken(new) => rotation::set_token(context, new).await,
        AdminCommand::AddNumber(new) => number::add(context, new).await,
        AdminCommand::SeedDemo {} => demo::seed(context).await,
        AdminCommand::ListQuarantine {} => quarantine::list(context).await,
        AdminCommand::Replay { tenant } => quarantine::replay(context, tenant).await,
    }
}

/// The word for a role on the command line and in files.
pub fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "a role is agent, supervisor or administrator".to_owned())
}

/// The word for a colour on the command line.
pub fn parse_colour(text: &str) -> Result<ChannelColour, String> {
    ChannelColour::parse(text).ok_or_else(|| {
        let all: Vec<_> = ChannelColour::ALL.iter().map(|colour| colour.as_str()).collect();
        format!("a colour is one of {}", all.join(", "))
    })
}

/// The word for a way to route on the command line.
pub fn parse_routing(text: &str) -> Result<RoutingMode, String> {
    RoutingMode::parse(text).ok_or_else(|| {
        let all: Vec<_> = RoutingMode::ALL.iter().map(|mode| mode.as_str()).collect();
        format!("a way to route is one of {}", all.join(", "))
    })
}

#[cfg(test)]
mod tests;
