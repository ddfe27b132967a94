//! The hub's part that all threads share: who has sockets, the rings, and the way to each shard.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant as Monotonic},
};

use shared::{
    Pos,
    ids::{ConversationId, MemberId},
    live::snapshot::{Activity, Watcher},
    permission::Scope,
};
use tokio::sync::mpsc;

use super::{
    board,
    encoded::Encoded,
    ended::{Ended, Gone},
    presence::Presence,
    ring::Ring,
    shard::ToShard,
    watch::{self, Sign, Watchers},
};
use crate::{
    db::{
        Store,
        record::{CommitSink, Committed},
    },
    tenant::TenantId,
};

/// How long a tenant without sockets keeps its ring: longer than a reload or a short cut takes.
const RING_KEPT: Duration = Duration::from_secs(600);

/// How the hub behaves; the defaults are the protocol's.
#[derive(Debug, Clone)]
pub struct HubConfig {
    /// Between pings.
    pub heartbeat: Duration,
    /// Silence after which a connection counts as dead.
    pub dead_after: Duration,
    /// Between the last socket's end and "not connected": a reload must not look like leaving.
    pub grace: Duration,
    /// Bytes waiting at one socket from which signals are dropped.
    pub soft_bytes: usize,
    /// Bytes waiting at one socket from which batches are dropped and replayed later.
    pub hard_bytes: usize,
    /// Clients that lose the server wait a random time up to this.
    pub retry_after: Duration,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(25),
            dead_after: Duration::from_secs(60),
            grace: Duration::from_secs(12),
            soft_bytes: 256 * 1024,
            hard_bytes: 1024 * 1024,
            retry_after: Duration::from_secs(4),
        }
    }
}

/// The hub; cheap to clone.
#[derive(Clone)]
pub struct Hub(pub(super) Arc<Inner>);

/// Who wants to know that somebody writes in a conversation.
type Typing = Box<dyn Fn(TenantId, MemberId, ConversationId) + Send + Sync>;

pub(super) struct Inner {
    pub(super) config: HubConfig,
    pub(super) store: Store,
    pub(super) presence: Presence,
    tenants: Mutex<HashMap<TenantId, Arc<TenantLive>>>,
    shards: Mutex<Vec<mpsc::UnboundedSender<ToShard>>>,
    ended: Mutex<Ended>,
    typing: OnceLock<Typing>,
    next_conn: AtomicU64,
    closing: AtomicBool,
}

/// A tenant that has had a socket lately.
pub(super) struct TenantLive {
    /// Sockets now, and since when there is none.
    sockets: Mutex<(usize, Monotonic)>,
    ring: Mutex<Ring>,
    watchers: Mutex<Watchers>,
    pub(super) board: board::Place,
}

impl TenantLive {
    pub(super) fn after(&self, pos: Pos, most: usize) -> Option<Vec<Arc<Encoded>>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).after(pos, most)
    }

    pub(super) fn last(&self) -> Option<Pos> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).last()
    }

    pub(super) fn watching(&self, id: ConversationId, scope: &Scope, now: shared::Instant) -> Vec<Watcher> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).others(id, scope, now)
    }
}

impl Hub {
    /// A hub without sockets.
    pub fn new(store: Store, config: HubConfig) -> Self {
        Self(Arc::new(Inner {
            config,
            store,
            presence: Presence::new(),
            tenants: Mutex::default(),
            shards: Mutex::default(),
            ended: Mutex::default(),
            typing: OnceLock::new(),
            next_conn: AtomicU64::new(1),
            closing: AtomicBool::new(false),
        }))
    }

    /// Tells from now on who writes to whom; only the first listener is told.
    pub fn on_typing(&self, listener: impl Fn(TenantId, MemberId, ConversationId) + Send + Sync + 'static) {
        let _ = self.0.typing.set(Box::new(listener));
    }

    pub(super) fn typed(&self, tenant: TenantId, member: MemberId, conversation: ConversationId) {
        if let Some(listener) = self.0.typing.get() {
            listener(tenant, member, conversation);
        }
    }

    /// Names this run of the server in presence rows.
    pub fn incarnation(&self) -> &str {
        self.0.presence.incarnation()
    }

    /// Whether a console of the member is connected or left a moment ago.
    pub fn is_present(&self, tenant: TenantId, member: MemberId) -> bool {
        self.0.presence.is_present(tenant, member)
    }

    /// Closes the sockets of a session that is over.
    pub fn end_session(&self, token_hash: &str) {
        self.ended().note(Gone::Session(token_hash.into()), Monotonic::now());
        self.broadcast(|| ToShard::EndSession(token_hash.into()));
    }

    /// Closes every socket of a tenant that may not work any more.
    pub fn end_tenant(&self, tenant: TenantId) {
        self.ended().note(Gone::Tenant(tenant), Monotonic::now());
        self.broadcast(|| ToShard::EndTenant(tenant));
    }

    /// Lets sockets of a tenant in that may work again.
    pub fn readmit_tenant(&self, tenant: TenantId) {
        self.ended().forget(tenant);
    }

    /// Says goodbye to everybody, in slices, and waits until the sockets are closed or a few seconds
    /// have passed.
    pub async fn shutdown(&self) {
        self.0.closing.store(true, Ordering::SeqCst);
        let mut gone = Vec::new();
        self.broadcast(|| {
            let (done, wait) = tokio::sync::oneshot::channel();
            gone.push(wait);
            ToShard::Shutdown(done)
        });
        let all = async {
            for wait in gone {
                let _ = wait.await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(5), all).await.is_err() {
            tracing::warn!("some sockets did not close in time");
        }
    }

    /// Whether the session or the tenant ended while the socket was on its way in.
    pub(super) fn has_ended(&self, tenant: TenantId, token_hash: &str) -> bool {
        self.ended().contains(tenant, token_hash)
    }

    fn ended(&self) -> std::sync::MutexGuard<'_, Ended> {
        self.0.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For tests: the housekeeping that comes once a minute, now. Resolves when it was begun.
    #[doc(hidden)]
    pub async fn tidy_now(&self) {
        let mut begun = Vec::new();
        self.broadcast(|| {
            let (done, wait) = tokio::sync::oneshot::channel();
            begun.push(wait);
            ToShard::Tidy(done)
        });
        for wait in begun {
            let _ = wait.await;
        }
    }

    /// For tests: the most bytes that wait at one socket.
    #[doc(hidden)]
    pub async fn most_waiting(&self) -> usize {
        let mut asked = Vec::new();
        self.broadcast(|| {
            let (tell, heard) = tokio::sync::oneshot::channel();
            asked.push(heard);
            ToShard::MostWaiting(tell)
        });
        let told = futures_util::future::join_all(asked).await;
        told.into_iter().filter_map(Result::ok).max().unwrap_or_default()
    }

    /// For tests: how often a tenant's board was read since somebody looks at it; none while nobody does.
    #[doc(hidden)]
    pub fn board_looks(&self, tenant: TenantId) -> Option<u64> {
        self.tenant(tenant).board.looks()
    }

    pub(super) fn is_closing(&self) -> bool {
        self.0.closing.load(Ordering::SeqCst)
    }

    pub(super) fn next_conn(&self) -> u64 {
        self.0.next_conn.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn register(&self, shard: mpsc::UnboundedSender<ToShard>) {
        self.0.shards.lock().unwrap_or_else(PoisonError::into_inner).push(shard);
    }

    /// The tenant's live state; from the first call on its commits are kept in the ring.
    pub(super) fn tenant(&self, id: TenantId) -> Arc<TenantLive> {
        let mut tenants = self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tenants.entry(id).or_insert_with(|| {
            Arc::new(TenantLive {
                sockets: Mutex::new((0, Monotonic::now())),
                ring: Mutex::default(),
                watchers: Mutex::default(),
                board: board::Place::default(),
            })
        }))
    }

    /// Counts a socket of the tenant in or out.
    pub(super) fn count(&self, id: TenantId, change: isize) {
        let live = self.tenant(id);
        let mut sockets = live.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        *sockets = (sockets.0.saturating_add_signed(change), Monotonic::now());
    }

    /// Forgets the rings of tenants whose last socket left long ago: whoever comes back reads the log.
    pub(super) fn sweep(&self) {
        let now = Monotonic::now();
        let mut tenants = self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|_, live| {
            let (sockets, since) = *live.sockets.lock().unwrap_or_else(PoisonError::into_inner);
            // Somebody else who holds it is about to count a socket in.
            sockets > 0 || Arc::strong_count(live) > 1 || now.saturating_duration_since(since) < RING_KEPT
        });
        for live in tenants.values() {
            let now = self.0.store.clock().now();
            live.watchers.lock().unwrap_or_else(PoisonError::into_inner).sweep(now);
        }
    }

    /// Tells everybody who has the conversation open and may know.
    pub(super) fn watch(&self, tenant: TenantId, sign: Sign, now: shared::Instant) {
        let live = self.tenant(tenant);
        live.watchers.lock().unwrap_or_else(PoisonError::into_inner).note(sign.clone(), now);
        self.broadcast(|| ToShard::Watch(tenant, sign.clone()));
    }

    /// Takes back what a member was said to be doing.
    pub(super) fn tell_gone(
        &self,
        tenant: TenantId,
        member: MemberId,
        signs: Vec<(ConversationId, Activity)>,
    ) {
        let now = self.0.store.clock().now();
        for (conversation, activity) in signs {
            let gone = watch::gone(conversation, member, activity, now);
            let taken = {
                let live = self.tenant(tenant);
                live.watchers.lock().unwrap_or_else(PoisonError::into_inner).take(gone)
            };
            if let Some(sign) = taken {
                self.broadcast(|| ToShard::Watch(tenant, sign.clone()));
            }
        }
    }

    pub(super) fn broadcast(&self, mut message: impl FnMut() -> ToShard) {
        let mut shards = self.0.shards.lock().unwrap_or_else(PoisonError::into_inner);
        shards.retain(|shard| shard.send(message()).is_ok());
    }
}

impl CommitSink for Hub {
    fn committed(&self, committed: Committed) {
        let known = {
            let tenants = self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner);
            tenants.get(&committed.tenant).cloned()
        };
        // Nobody ever connected: whoever does next reads the log, where this already is.
        let Some(live) = known else { return };
        live.board.wake();
        if committed.events.is_empty() {
            return;
        }
        let events: Arc<[Arc<Encoded>]> =
            committed.events.into_iter().map(|event| Arc::new(Encoded::new(event))).collect();
        live.ring.lock().unwrap_or_else(PoisonError::into_inner).push(&events);
        self.broadcast(|| ToShard::Events(committed.tenant, Arc::clone(&events)));
    }
}
