//! The connections of one worker thread. Single-threaded: no lock, no await while frames are made.

use std::{
    cell::RefCell,
    collections::HashMap,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant as Monotonic},
};

use shared::live::{
    close,
    frame::{ServerFrame, Signal},
};
use tokio::sync::{mpsc, oneshot};

use super::{
    board, catch_up,
    close::say_goodbye,
    conn::{Conn, Mode},
    deliver::{Outcome, deliver},
    dirty::Dirty,
    encoded::Encoded,
    hub::Hub,
    outgoing::Kind,
    presence, renewal,
    watch::Sign,
    wire::{self, Batches, Pieces},
};
use crate::tenant::TenantId;

/// How often pings and dead connections are looked after.
const TICK: Duration = Duration::from_secs(1);
/// Ticks between two looks at sessions and at what nobody needs any more.
const HOUSEKEEPING: u32 = 60;
/// Sockets of one member on one thread; the oldest makes room. A person has a handful of tabs.
const SOCKETS_PER_MEMBER: usize = 20;
/// Goodbyes at a time when the server stops, and the pause between: whoever is told comes back, and
/// all at once would be a storm.
const SLICE: usize = 500;
const SLICE_PAUSE: Duration = Duration::from_millis(100);

/// What a shard takes in before it writes: enough that a burst goes out in one system call, and few
/// enough that a socket is never taken for slow because nobody wrote to it.
const INTAKE: usize = 64;

/// What reaches a shard from other threads.
pub(super) enum ToShard {
    /// New events of a tenant, in order.
    Events(TenantId, Arc<[Arc<Encoded>]>),
    /// Somebody looks at or writes in a conversation.
    Watch(TenantId, Sign),
    /// A tenant's board changed.
    Board(TenantId, Pieces),
    /// A session is over.
    EndSession(Box<str>),
    /// A tenant may not work any more.
    EndTenant(TenantId),
    /// Housekeeping is wanted at once.
    Tidy(oneshot::Sender<()>),
    /// Somebody wants to know the most bytes that wait at one socket.
    MostWaiting(oneshot::Sender<usize>),
    /// The server stops.
    Shutdown(oneshot::Sender<()>),
}

/// The connections of one worker thread.
pub struct Shard {
    pub(super) hub: Hub,
    pub(super) conns: RefCell<Conns>,
    sender: mpsc::UnboundedSender<ToShard>,
    /// Who has something to write.
    pub(super) dirty: Rc<Dirty>,
    /// What the next of them are kept in.
    pub(super) room: RefCell<Vec<u64>>,
    inbox: RefCell<Option<mpsc::UnboundedReceiver<ToShard>>>,
}

#[derive(Default)]
pub(super) struct Conns {
    pub(super) by_id: HashMap<u64, Conn>,
    by_tenant: HashMap<TenantId, Vec<u64>>,
    leaving: Option<oneshot::Sender<()>>,
    ticks: u32,
}

/// What must happen to a connection after the borrow of all of them has ended.
enum Next {
    CatchUp(u64),
    Settle(u64, Outcome),
}

impl Shard {
    /// The shard of the calling worker thread; starts serving with its first connection.
    pub fn new(hub: Hub) -> Rc<Self> {
        let (sender, inbox) = mpsc::unbounded_channel();
        Rc::new(Self {
            hub,
            conns: RefCell::default(),
            sender,
            dirty: Rc::default(),
            room: RefCell::default(),
            inbox: RefCell::new(Some(inbox)),
        })
    }

    pub(super) fn add(self: &Rc<Self>, conn: Conn) {
        self.start();
        self.hub.count(conn.tenant.id(), 1);
        let mut conns = self.conns.borrow_mut();
        let Conns { by_id, by_tenant, .. } = &mut *conns;
        let ids = by_tenant.entry(conn.tenant.id()).or_default();
        let theirs = |id: &&u64| {
            by_id.get(*id).is_some_and(|known| known.member == conn.member && known.mode != Mode::Closing)
        };
        let many = ids.iter().filter(theirs).count() >= SOCKETS_PER_MEMBER;
        if many
            && let Some(oldest) = ids.iter().find(theirs).copied()
            && let Some(oldest) = by_id.get_mut(&oldest)
        {
            say_goodbye(oldest, close::REPLACED, &self.hub);
        }
        ids.push(conn.id);
        by_id.insert(conn.id, conn);
    }

    pub(super) fn remove(&self, id: u64) {
        let mut conns = self.conns.borrow_mut();
        let Some(mut conn) = conns.by_id.remove(&id) else { return };
        let tenant = conn.tenant.id();
        if let Some(ids) = conns.by_tenant.get_mut(&tenant) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                conns.by_tenant.remove(&tenant);
            }
        }
        if conns.by_id.is_empty()
            && let Some(done) = conns.leaving.take()
        {
            let _ = done.send(());
        }
        drop(conns);
        board::leave(&self.hub, &mut conn);
        self.hub.count(tenant, -1);
        self.hub.tell_gone(tenant, conn.member, conn.take_signs(|_, _| true));
        if conn.present {
            presence::went(&self.hub, &conn.tenant, conn.member);
        }
    }

    /// Runs something on a connection, if it is still there.
    pub(super) fn with<T>(&self, id: u64, work: impl FnOnce(&mut Conn) -> T) -> Option<T> {
        self.conns.borrow_mut().by_id.get_mut(&id).map(work)
    }

    /// Adds a frame to a connection's queue.
    pub(super) fn push(&self, id: u64, kind: Kind, frame: &ServerFrame) {
        self.with(id, |conn| push(conn, kind, frame));
    }

    fn start(self: &Rc<Self>) {
        let Some(mut inbox) = self.inbox.borrow_mut().take() else { return };
        self.hub.register(self.sender.clone());
        let dirty = Rc::clone(&self.dirty);
        let shard = Rc::downgrade(self);
        actix_web::rt::spawn(async move {
            let mut tick = tokio::time::interval(TICK);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                tokio::select! {
                    message = inbox.recv() => {
                        let (Some(first), Some(shard)) = (message, shard.upgrade()) else { return };
                        shard.handle(first);
                        for _ in 1..INTAKE {
                            let Ok(next) = inbox.try_recv() else { break };
                            shard.handle(next);
                        }
                        shard.write_dirty().await;
                    }
                    () = dirty.some() => {
                        let Some(shard) = shard.upgrade() else { return };
                        shard.write_dirty().await;
                    }
                    _ = tick.tick() => {
                        let Some(shard) = shard.upgrade() else { return };
                        shard.tick();
                    }
                }
            }
        });
    }

    fn handle(self: &Rc<Self>, message: ToShard) {
        match message {
            ToShard::Events(tenant, events) => self.events(tenant, &events),
            ToShard::Watch(tenant, sign) => self.watch(tenant, &sign),
            ToShard::Board(tenant, pieces) => self.board(tenant, &pieces),
            ToShard::EndSession(hash) => {
                self.close_where(close::SESSION_GONE, |conn| *conn.token_hash == *hash);
            }
            ToShard::EndTenant(tenant) => {
                self.close_where(close::SESSION_GONE, |conn| conn.tenant.id() == tenant);
            }
            ToShard::Tidy(done) => {
                self.tidy();
                let _ = done.send(());
            }
            ToShard::MostWaiting(tell) => {
                let conns = self.conns.borrow();
                let waiting = conns.by_id.values().map(|conn| conn.outgoing.borrow().bytes());
                let _ = tell.send(waiting.max().unwrap_or_default());
            }
            ToShard::Shutdown(done) => self.leave(done),
        }
    }

    fn leave(self: &Rc<Self>, done: oneshot::Sender<()>) {
        let ids: Vec<u64> = {
            let mut conns = self.conns.borrow_mut();
            if conns.by_id.is_empty() {
                let _ = done.send(());
                return;
            }
            conns.leaving = Some(done);
            conns.by_id.keys().copied().collect()
        };
        let shard = Rc::clone(self);
        actix_web::rt::spawn(async move {
            for slice in ids.chunks(SLICE) {
                for id in slice {
                    shard.with(*id, |conn| say_goodbye(conn, close::RESTART, &shard.hub));
                }
                tokio::time::sleep(SLICE_PAUSE).await;
            }
        });
    }

    fn events(self: &Rc<Self>, tenant: TenantId, events: &[Arc<Encoded>]) {
        let (mut next, mut batches) = (Vec::new(), Batches::default());
        {
            let mut conns = self.conns.borrow_mut();
            let Conns { by_id, by_tenant, .. } = &mut *conns;
            for id in by_tenant.get(&tenant).map(Vec::as_slice).unwrap_or_default() {
                let Some(conn) = by_id.get_mut(id) else { continue };
                if conn.mode != Mode::Live {
                    continue; // it will find these in the ring
                }
                match deliver(conn, events, &self.hub.0.config, Some(&mut batches)) {
                    Outcome::Done | Outcome::Lagging => {}
                    Outcome::Gap => next.push(Next::CatchUp(*id)),
                    other => next.push(Next::Settle(*id, other)),
                }
            }
        }
        for step in next {
            match step {
                Next::CatchUp(id) => catch_up::run(self, id),
                Next::Settle(id, outcome) => catch_up::settle(self, id, outcome),
            }
        }
    }

    fn watch(&self, tenant: TenantId, sign: &Sign) {
        let frame = ServerFrame::Signal(Signal::Watcher(sign.watcher.clone()));
        let Some(pieces) = wire::text(&frame) else { return };
        let mut conns = self.conns.borrow_mut();
        let Conns { by_id, by_tenant, .. } = &mut *conns;
        for id in by_tenant.get(&tenant).map(Vec::as_slice).unwrap_or_default() {
            let Some(conn) = by_id.get_mut(id) else { continue };
            // Before the scope is known, nobody has looked at what a resume claims to have open.
            let concerned = conn.scope.as_ref().is_some_and(|scope| sign.is_for(scope))
                && conn.open.contains(&sign.watcher.conversation);
            let mut out = conn.outgoing.borrow_mut();
            if concerned && out.bytes() < self.hub.0.config.soft_bytes {
                out.push(Kind::Signal, pieces.clone());
            }
        }
    }

    fn board(&self, tenant: TenantId, pieces: &Pieces) {
        let mut conns = self.conns.borrow_mut();
        let Conns { by_id, by_tenant, .. } = &mut *conns;
        for id in by_tenant.get(&tenant).map(Vec::as_slice).unwrap_or_default() {
            if let Some(conn) = by_id.get_mut(id) {
                board::deliver(&self.hub, conn, pieces);
            }
        }
    }

    fn close_where(&self, code: u16, concerned: impl Fn(&Conn) -> bool) {
        let mut conns = self.conns.borrow_mut();
        for conn in conns.by_id.values_mut().filter(|conn| concerned(conn)) {
            say_goodbye(conn, code, &self.hub);
        }
    }

    fn tidy(self: &Rc<Self>) {
        self.hub.sweep();
        renewal::renew(self);
    }

    fn tick(self: &Rc<Self>) {
        let due = {
            let mut conns = self.conns.borrow_mut();
            conns.ticks = conns.ticks.wrapping_add(1);
            conns.ticks.is_multiple_of(HOUSEKEEPING)
        };
        if due {
            self.tidy();
        }
        let now = Monotonic::now();
        let clock = self.hub.0.store.clock().now();
        let config = &self.hub.0.config;
        let mut conns = self.conns.borrow_mut();
        for conn in conns.by_id.values_mut() {
            if conn.mode == Mode::Closing {
                continue;
            }
            let stalled = conn.outgoing.borrow_mut().look();
            if clock >= conn.expires_at {
                say_goodbye(conn, close::SESSION_GONE, &self.hub);
            } else if now.saturating_duration_since(conn.heard) > config.dead_after
                || TICK * stalled > config.dead_after
            {
                say_goodbye(conn, close::NO_ANSWER, &self.hub);
            } else if now >= conn.ping_at && conn.scope.is_some() {
                conn.ping_at = now + config.heartbeat;
                let from = conn.told + 1;
                if conn.mode == Mode::Live {
                    conn.told = conn.cursor;
                }
                // Counts as a batch: a ping says "complete up to", so it must go with the batches.
                let ping = ServerFrame::Ping { to: conn.told, now: clock };
                push(conn, Kind::Batch(from), &ping);
            }
        }
    }
}

/// Adds a frame to a connection's queue.
pub(super) fn push(conn: &mut Conn, kind: Kind, frame: &ServerFrame) {
    if let Some(pieces) = wire::text(frame) {
        conn.outgoing.borrow_mut().push(kind, pieces);
    }
}
