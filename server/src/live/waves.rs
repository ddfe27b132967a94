//! Stores who came and went, many at a time: when a whole house comes back after a cut, each of them hears of the
//! others in a few frames and not in one per colleague.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use shared::ids::MemberId;

use super::hub::Hub;
use crate::{
    db::{TenantStore, WriteError},
    domain::members::presence::{self, AT_ONCE},
    tenant::TenantId,
};

/// Between two writes of a tenant: five seconds of coming back are some fourteen frames, and routing does not
/// wait long for anybody. The first of a wave is written at once.
const PAUSE: Duration = Duration::from_millis(400);
/// Between two attempts to store a presence: routing must not go by an old one for long.
const AGAIN: Duration = Duration::from_secs(1);
/// A database that is away for longer finds presence corrected by the next coming and going.
const ATTEMPTS: u32 = 600;

/// Whose presence is to be written, per tenant; a tenant that is in here has a task that writes.
#[derive(Default)]
pub(super) struct Waves(Mutex<HashMap<TenantId, BTreeSet<MemberId>>>);

impl Waves {
    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, BTreeSet<MemberId>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a member came or went; says whether nobody writes for the tenant yet.
    fn note(&self, tenant: TenantId, member: MemberId) -> bool {
        let mut waves = self.lock();
        let first = !waves.contains_key(&tenant);
        waves.entry(tenant).or_default().insert(member);
        first
    }

    /// Takes what is to be written next; with nothing left, the tenant's task has ended.
    fn next(&self, tenant: TenantId) -> Vec<MemberId> {
        let mut waves = self.lock();
        let Some(waiting) = waves.get_mut(&tenant) else { return Vec::new() };
        let mut next = Vec::new();
        while next.len() < AT_ONCE
            && let Some(member) = waiting.pop_first()
        {
            next.push(member);
        }
        if next.is_empty() {
            waves.remove(&tenant);
        }
        next
    }

    /// Puts back what could not be written.
    fn put_back(&self, tenant: TenantId, members: Vec<MemberId>) {
        self.lock().entry(tenant).or_default().extend(members);
    }

    fn give_up(&self, tenant: TenantId) {
        self.lock().remove(&tenant);
    }
}

/// The member's presence has changed and is to be stored.
pub(super) fn note(hub: &Hub, tenant: &TenantStore, member: MemberId) {
    if hub.0.presence.waves.note(tenant.id(), member) {
        actix_web::rt::spawn(write(hub.clone(), tenant.clone()));
    }
}

/// Writes until nothing is left.
async fn write(hub: Hub, tenant: TenantStore) {
    let (id, waves) = (tenant.id(), &hub.0.presence.waves);
    let mut failures = 0;
    loop {
        let members = waves.next(id);
        if members.is_empty() {
            return;
        }
        let Err(error) = store(&hub, &tenant, members.clone()).await else {
            failures = 0;
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if failures == 0 {
            tracing::error!(tenant.id = %id, members = members.len(), error = %error, "presence was not stored");
        }
        if hub.is_closing() {
            return waves.give_up(id); // the next run of the server decides
        }
        // Anything else would fail again.
        if matches!(error, WriteError::Unavailable(_)) {
            failures += 1;
            waves.put_back(id, members);
        }
        if failures >= ATTEMPTS {
            return waves.give_up(id);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Writes what is the case when the write has its turn: of a coming and a going that overtook each other, both
/// write the last fact.
async fn store(hub: &Hub, tenant: &TenantStore, members: Vec<MemberId>) -> Result<(), WriteError> {
    let (hub, id) = (hub.clone(), tenant.id());
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let looks = &hub.0.presence;
        presence::set_all(tx, &members, |member| looks.is_present(id, member), looks.incarnation())
    };
    tenant.write(work).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_changes_while_somebody_writes_is_written_next_and_nobody_twice() {
        let (waves, tenant) = (Waves::default(), TenantId::from_control(1));
        let members: Vec<MemberId> = (0..AT_ONCE + 2).map(|_| MemberId::new()).collect();
        assert!(waves.note(tenant, members[0]));
        assert_eq!(waves.next(tenant), [members[0]]);
        for member in members.iter().chain(&members) {
            assert!(!waves.note(tenant, *member), "somebody writes already");
        }
        let mut written = waves.next(tenant);
        assert_eq!(written.len(), AT_ONCE);
        waves.put_back(tenant, written.split_off(1));
        for _ in 0..2 {
            written.extend(waves.next(tenant));
        }
        let all: BTreeSet<MemberId> = members.iter().copied().collect();
        assert_eq!((written.len(), written.into_iter().collect::<BTreeSet<_>>()), (all.len(), all));
        assert!(waves.next(tenant).is_empty());
        assert!(waves.note(tenant, members[0]), "the task had ended");
    }
}
