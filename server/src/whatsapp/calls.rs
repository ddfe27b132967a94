//! Noting that Meta called, seldom enough never to be felt.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::Duration;
use shared::{Instant, ids::ConnectionId};

use super::Connection;
use crate::{
    app::App,
    domain::numbers::{self, Call},
};

/// Between two notes of webhooks of one connection.
const WEBHOOKS: Duration = Duration::minutes(1);
/// Between two notes of other calls, which a person may be waiting for.
const OTHERS: Duration = Duration::seconds(3);

/// When each kind of call of a connection was noted last.
#[derive(Default)]
pub(super) struct Noted(Mutex<HashMap<(ConnectionId, Call), Instant>>);

impl Noted {
    /// Whether a call is to be noted now.
    fn is_due(&self, connection: ConnectionId, call: Call, now: Instant) -> bool {
        let every = if call == Call::Webhook { WEBHOOKS } else { OTHERS };
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = noted.get(&(connection, call)).copied();
        // A signature that changes settles a refusal at once: the next webhook counts.
        if last.is_some_and(|last| now - last < every) {
            return false;
        }
        noted.insert((connection, call), now);
        if matches!(call, Call::WrongSignature | Call::Confirmed) {
            noted.remove(&(connection, Call::Webhook));
        }
        true
    }

    /// The next call of a connection is noted whatever was before: somebody waits for it.
    pub(super) fn forget(&self, connection: ConnectionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _), _| *known != connection);
    }
}

/// Notes a call, beside the answer to it.
pub(super) fn note(app: &App, connection: &Connection, call: Call) {
    let now = app.store.clock().now();
    if !app.connections.noted().is_due(connection.id, call, now) {
        return;
    }
    let (store, connections) = (app.store.clone(), app.connections.clone());
    let (id, owner) = (connection.id, connection.tenant);
    actix_web::rt::spawn(async move {
        let Ok(routes) = connections.routes().await else { return };
        let mut tenants: Vec<_> =
            routes.iter().filter(|route| route.connection == id).map(|route| route.tenant).collect();
        tenants.sort_unstable();
        tenants.dedup();
        tenants.retain(|tenant| owner.is_none_or(|owner| owner == *tenant));
        for tenant in tenants {
            let Ok(store) = store.tenant(tenant).await else { continue };
            if let Err(error) = store.write(move |tx| numbers::called(tx, id, call)).await {
                tracing::warn!(tenant.id = %tenant, connection.id = %id, error = %error, "a call could not be noted");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_are_noted_once_a_minute_and_again_after_a_refusal() {
        let (noted, id, start) = (Noted::default(), ConnectionId::new(), Instant::default());
        let after = |seconds| start + Duration::seconds(seconds);
        assert!(noted.is_due(id, Call::Webhook, after(0)));
        assert!(!noted.is_due(id, Call::Webhook, after(59)));
        assert!(noted.is_due(id, Call::Webhook, after(60)));
        assert!(noted.is_due(ConnectionId::new(), Call::Webhook, after(60)), "each connection for itself");
        assert!(noted.is_due(id, Call::WrongSignature, after(61)));
        assert!(!noted.is_due(id, Call::WrongSignature, after(63)));
        assert!(noted.is_due(id, Call::Webhook, after(62)));
        noted.forget(id);
        assert!(noted.is_due(id, Call::Webhook, after(62)));
    }
}
