//! Sessions and tenants that ended a moment ago, for sockets that were on their way in meanwhile.
//!
//! An upgrade looks at the session, then awaits, then joins its shard. Whatever ends in between is
//! noted here before the shards are told, so either the shard finds the socket or the socket this.

use std::{
    collections::VecDeque,
    time::{Duration, Instant as Monotonic},
};

use crate::tenant::TenantId;

/// An upgrade that takes longer than this has been given up by its client.
const REMEMBERED: Duration = Duration::from_secs(60);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gone {
    Session(Box<str>),
    Tenant(TenantId),
}

#[derive(Default)]
pub(super) struct Ended(VecDeque<(Monotonic, Gone)>);

impl Ended {
    pub(super) fn note(&mut self, gone: Gone, now: Monotonic) {
        while self.0.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) > REMEMBERED) {
            self.0.pop_front();
        }
        self.0.push_back((now, gone));
    }

    /// A tenant that works again must not be kept out by its earlier end.
    pub(super) fn forget(&mut self, tenant: TenantId) {
        self.0.retain(|(_, gone)| *gone != Gone::Tenant(tenant));
    }

    pub(super) fn contains(&self, tenant: TenantId, token_hash: &str) -> bool {
        self.0.iter().any(|(_, gone)| match gone {
            Gone::Session(hash) => **hash == *token_hash,
            Gone::Tenant(id) => *id == tenant,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_is_known_for_a_while_and_a_tenant_may_come_back() {
        let (mut ended, start) = (Ended::default(), Monotonic::now());
        let (tenant, other) = (TenantId::from_control(1), TenantId::from_control(2));
        ended.note(Gone::Session("a".into()), start);
        ended.note(Gone::Tenant(tenant), start);
        assert!(ended.contains(other, "a") && ended.contains(tenant, "b") && !ended.contains(other, "b"));
        ended.forget(tenant);
        assert!(!ended.contains(tenant, "b"));
        ended.note(Gone::Session("c".into()), start + REMEMBERED * 2);
        assert!(!ended.contains(other, "a"), "forgotten");
    }
}
