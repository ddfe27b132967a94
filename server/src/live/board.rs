//! The supervisor's board, pushed. It costs nothing while nobody looks: with the first who does, a task of the tenant
//! begins, which ends with the last.
//!
//! The task is woken by commits. After a quiet moment it looks at once; then a frame goes out every 250 ms at most,
//! with what had changed by then. Each frame is the whole board, encoded once for everybody who looks.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant as Monotonic},
};

use shared::{
    error::{ErrorCode, Problem},
    live::frame::{ServerFrame, Signal},
    model::board::Board,
    permission::Permission,
};
use tokio::sync::Notify;

use super::{
    conn::{Conn, Mode},
    hub::Hub,
    outgoing::Kind,
    shard::{Shard, ToShard, push},
    wire::{self, Pieces},
};
use crate::{db::TenantStore, domain::board::Watched, tenant::TenantId};

/// Between two frames: four a second are as many as a person can follow.
const PACE: Duration = Duration::from_millis(250);
/// How often the task looks although nothing was stored: time alone makes customers overdue and lets what was lately
/// be so no longer.
const CALM: Duration = Duration::from_secs(5);
/// Between a look that showed nothing new and the next, so that commits that do not concern the board cost little.
const LOOK_PAUSE: Duration = Duration::from_millis(25);
/// After a look the task rests for so many times as long as it took: the board of a huge floor takes a quarter of a
/// core at most.
const REST: u32 = 3;

/// A board that somebody looks at.
#[derive(Default)]
pub(super) struct Running {
    watchers: AtomicUsize,
    wake: Notify,
    /// The last one left.
    over: Notify,
    latest: Mutex<Option<Pieces>>,
    looks: AtomicU64,
}

impl Running {
    /// Something was stored.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    fn latest(&self) -> Option<Pieces> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A tenant's board, while it is looked at.
#[derive(Default)]
pub(super) struct Place(Mutex<Option<Arc<Running>>>);

impl Place {
    /// Something was stored.
    pub(super) fn wake(&self) {
        if let Some(running) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            running.wake();
        }
    }

    /// How often the board was read since somebody looks at it; none while nobody does.
    pub(super) fn looks(&self) -> Option<u64> {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().map(|running| running.looks.load(Ordering::Relaxed))
    }

    /// One more looks. Says whether they are the first.
    fn join(&self) -> (Arc<Running>, bool) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = running.is_none();
        let joined = Arc::clone(running.get_or_insert_default());
        joined.watchers.fetch_add(1, Ordering::SeqCst);
        (joined, first)
    }

    /// One less looks. With the last the board is over, whoever comes next begins another.
    fn leave(&self, left: &Arc<Running>) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if left.watchers.fetch_sub(1, Ordering::SeqCst) == 1 {
            *running = None;
            left.over.notify_one();
        }
    }
}

/// The client wants to see the board.
pub(super) fn wanted(shard: &Shard, id: u64) {
    shard.with(id, |conn| {
        conn.wants_board = true;
        show(&shard.hub, conn);
    });
}

/// The client wants to see it no longer.
pub(super) fn unwanted(shard: &Shard, id: u64) {
    shard.with(id, |conn| leave(&shard.hub, conn));
}

/// The connection looks no longer, for whatever reason.
pub(super) fn leave(hub: &Hub, conn: &mut Conn) {
    conn.wants_board = false;
    if let Some(left) = conn.board.take() {
        hub.tenant(conn.tenant.id()).board.leave(&left);
        conn.outgoing.borrow_mut().drop_board();
    }
}

/// Shows the board as it was last to a connection that wants it, once it is known what its member may see: when it
/// asks, and when it becomes live.
pub(super) fn show(hub: &Hub, conn: &mut Conn) {
    if !conn.wants_board || conn.mode != Mode::Live || !admit(hub, conn) {
        return;
    }
    let running = match &conn.board {
        Some(known) => Arc::clone(known),
        None => {
            let (running, first) = hub.tenant(conn.tenant.id()).board.join();
            conn.board = Some(Arc::clone(&running));
            if first {
                actix_web::rt::spawn(run(hub.clone(), conn.tenant.clone(), Arc::clone(&running)));
            }
            running
        }
    };
    if let Some(latest) = running.latest() {
        conn.outgoing.borrow_mut().push_board(latest);
    }
}

/// Gives a new frame to a connection that looks. One that is not live knows not yet what its member may see, and gets
/// the newest when it does.
pub(super) fn deliver(hub: &Hub, conn: &mut Conn, pieces: &Pieces) {
    if conn.board.is_some() && conn.mode == Mode::Live && admit(hub, conn) {
        conn.outgoing.borrow_mut().push_board(pieces.clone());
    }
}

/// Whether the member may see the board; says so if not.
fn admit(hub: &Hub, conn: &mut Conn) -> bool {
    if conn.scope.as_ref().is_some_and(|scope| scope.role.may(Permission::SeeBoard)) {
        return true;
    }
    leave(hub, conn);
    push(conn, Kind::Must, &ServerFrame::BoardFailed { problem: Problem::new(ErrorCode::Forbidden) });
    false
}

/// Looks and tells, until nobody is left who looks.
async fn run(hub: Hub, tenant: TenantStore, running: Arc<Running>) {
    let mut watched = Watched::default();
    let mut last: Option<Board> = None;
    let mut sent: Option<Monotonic> = None;
    while running.watchers.load(Ordering::SeqCst) > 0 {
        let (began, now) = (Monotonic::now(), tenant.clock().now());
        let mut looking = std::mem::take(&mut watched);
        let read = tenant.read(move |scoped| {
            let board = looking.look(scoped, now)?;
            Ok((looking, board))
        });
        match read.await {
            Ok((known, mut board)) => {
                watched = known;
                board.seq = last.as_ref().map_or(1, |last| last.seq + 1);
                if last.as_ref().is_none_or(|last| is_news(last, &board)) {
                    sent = Some(Monotonic::now());
                    tell(&hub, tenant.id(), &running, board.clone());
                    last = Some(board);
                }
            }
            // What was known is lost with it; the next look begins anew.
            Err(error) => {
                tracing::warn!(tenant.id = %tenant.id(), error = %error, "the board could not be read")
            }
        }
        running.looks.fetch_add(1, Ordering::Relaxed);
        let looked = Monotonic::now();
        let cost = looked.saturating_duration_since(began);
        let rested = looked + LOOK_PAUSE.max(cost * REST);
        let next = sent.map_or(rested, |sent| rested.max(sent + PACE));
        let pause = async {
            let _ = tokio::time::timeout(CALM, running.wake.notified()).await;
            tokio::time::sleep_until(next.into()).await;
        };
        // At once, because whoever holds a tenant's door keeps it from being closed.
        tokio::select! {
            () = pause => {}
            () = running.over.notified() => return,
        }
    }
}

/// Whether a board says something else than the one before, its number and its time aside.
fn is_news(before: &Board, after: &Board) -> bool {
    let Board { seq: _, at: _, day_began, total, queues, agents } = after;
    (day_began, total, queues, agents) != (&before.day_began, &before.total, &before.queues, &before.agents)
}

fn tell(hub: &Hub, tenant: TenantId, running: &Running, board: Board) {
    let frame = ServerFrame::Signal(Signal::Board(Box::new(board)));
    let Some(pieces) = wire::text(&frame) else { return };
    // First kept, then told: whoever comes in between gets it twice and not never.
    *running.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(pieces.clone());
    hub.broadcast(|| ToShard::Board(tenant, pieces.clone()));
}
