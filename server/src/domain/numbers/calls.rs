//! Meta called our address.

use shared::{ids::ConnectionId, model::health::CallRefusal};

use super::{known, put};
use crate::db::{
    Fault, Tx,
    rows::{channel, channel_health},
};

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// The address was confirmed.
    Confirmed,
    /// A signed webhook.
    Webhook,
    /// Turned away for another verify token.
    WrongVerifyToken,
    /// Turned away for another signature.
    WrongSignature,
}

/// Notes a call for the tenant's numbers of a connection. Numbers that were never looked at have nobody who wants
/// to know.
///
/// # Errors
/// The database's.
pub fn called(tx: &mut Tx<'_>, connection: ConnectionId, call: Call) -> Result<(), Fault> {
    let now = tx.now();
    for (id, binding) in channel::bindings(tx)? {
        if binding.connection != connection || channel_health::find(tx, id)?.is_none() {
            continue;
        }
        let before = known(tx, id)?;
        let mut row = before.clone();
        let calls = &mut row.model.facts.calls;
        match call {
            Call::Confirmed => calls.confirmed_at = Some(now),
            Call::Webhook => calls.webhook_at = Some(now),
            Call::WrongVerifyToken | Call::WrongSignature => {
                calls.refused_at = Some(now);
                let signature = call == Call::WrongSignature;
                calls.refused =
                    Some(if signature { CallRefusal::Signature } else { CallRefusal::VerifyToken });
            }
        }
        put(tx, &before, row)?;
    }
    Ok(())
}
