//! Sockets per member. The row that routing reads changes only when the first socket comes and when
//! the last one has been gone for the grace period; [`super::waves`] writes it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use shared::ids::MemberId;
use uuid::Uuid;

use super::{
    hub::Hub,
    waves::{self, Waves},
};
use crate::{db::TenantStore, tenant::TenantId};

pub(super) struct Presence {
    incarnation: String,
    members: Mutex<HashMap<(TenantId, MemberId), Sockets>>,
    pub(super) waves: Waves,
}

#[derive(Default)]
struct Sockets {
    open: usize,
    /// Rises with every coming and going, so that an old timer knows it is out of date.
    change: u64,
}

impl Presence {
    pub(super) fn new() -> Self {
        Self {
            incarnation: Uuid::now_v7().simple().to_string(),
            members: Mutex::default(),
            waves: Waves::default(),
        }
    }

    pub(super) fn incarnation(&self) -> &str {
        &self.incarnation
    }

    pub(super) fn is_present(&self, tenant: TenantId, member: MemberId) -> bool {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&(tenant, member))
    }

    /// Counts a socket; says whether it is the member's first.
    fn came(&self, tenant: TenantId, member: MemberId) -> bool {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = !members.contains_key(&(tenant, member));
        let sockets = members.entry((tenant, member)).or_default();
        sockets.open += 1;
        sockets.change += 1;
        fresh
    }

    /// Counts a socket out; the change to compare with after the grace period when it was the last.
    fn went(&self, tenant: TenantId, member: MemberId) -> Option<u64> {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        let sockets = members.get_mut(&(tenant, member))?;
        sockets.open = sockets.open.saturating_sub(1);
        sockets.change += 1;
        (sockets.open == 0).then_some(sockets.change)
    }

    /// Forgets the member unless something changed since.
    fn left(&self, tenant: TenantId, member: MemberId, change: u64) -> bool {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        let still = members.get(&(tenant, member)).is_some_and(|s| s.open == 0 && s.change == change);
        if still {
            members.remove(&(tenant, member));
        }
        still
    }
}

/// A socket of the member was accepted.
pub(super) fn came(hub: &Hub, tenant: &TenantStore, member: MemberId) {
    if hub.0.presence.came(tenant.id(), member) {
        waves::note(hub, tenant, member);
    }
}

/// A socket of the member is gone.
pub(super) fn went(hub: &Hub, tenant: &TenantStore, member: MemberId) {
    let Some(change) = hub.0.presence.went(tenant.id(), member) else { return };
    if hub.is_closing() {
        return; // the next run of the server decides
    }
    let (hub, tenant) = (hub.clone(), tenant.clone());
    actix_web::rt::spawn(async move {
        tokio::time::sleep(hub.0.config.grace).await;
        if hub.0.presence.left(tenant.id(), member, change) {
            waves::note(&hub, &tenant, member);
        }
    });
}
