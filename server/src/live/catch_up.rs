//! Everything a connection does to get from its cursor to the present: snapshot, resume, ring, log.

use std::{rc::Rc, sync::Arc};

use shared::{
    Pos,
    error::{ErrorCode, Problem},
    ids::{ConversationId, Epoch, MemberId},
    limits::OPEN_TIMELINES,
    live::{
        close,
        frame::{ResetReason, ServerFrame, Welcome},
    },
    permission::Permission,
};

use super::{
    board,
    close::say_goodbye,
    conn::{Conn, Mode},
    deliver::{Outcome, deliver, pause},
    encoded::Encoded,
    hub::Hub,
    looks::Looks,
    outgoing::Kind,
    presence,
    shard::{Shard, push},
    wire,
};
use crate::{
    db::{
        Fault, ReadError, TenantStore,
        record::Recorded,
        rows::{live_event, log},
    },
    domain::{monitor, seat, views},
};

/// Events per step; between steps other connections get their turn.
const STEP: usize = 256;
/// A client that is further behind gets a snapshot, which is smaller.
const REPLAY_AT_MOST: Pos = 20_000;

/// How a load answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Greeting {
    /// To a first `hello`.
    Welcome,
    /// To a `resume` that cannot be continued.
    WelcomeAndReset(ResetReason),
    /// In the middle of a connection.
    Reset(ResetReason),
}

/// Reads a snapshot and starts the connection over from it.
pub(super) fn load(shard: &Rc<Shard>, id: u64, greeting: Greeting) {
    let Some((tenant, member, load)) = shard.with(id, begin) else { return };
    let shard = Rc::clone(shard);
    actix_web::rt::spawn(async move {
        // Encoded where it is read: a large one would hold up every other socket of this thread.
        let read = tenant.read(move |scoped| {
            let (epoch, scope, snapshot) = views::snapshot(scoped, member)?;
            let (pos, scope_rev) = (snapshot.pos, snapshot.scope_rev);
            let frame = wire::text(&ServerFrame::Snapshot(snapshot));
            Ok((epoch, scope, pos, scope_rev, frame.ok_or_else(|| Fault::Broken("a snapshot".into()))?))
        });
        let read = read.await;
        let now = shard.hub.0.store.clock().now();
        let heartbeat = shard.hub.0.config.heartbeat;
        let done = shard.with(id, |conn| {
            if conn.load != load || conn.mode == Mode::Closing {
                return false;
            }
            let (epoch, scope, pos, scope_rev, frame) = match read {
                Ok(loaded) => loaded,
                Err(error) => {
                    refuse(conn, &error, &shard);
                    return false;
                }
            };
            conn.cursor = pos;
            conn.told = pos;
            conn.scope = Some(scope);
            conn.mode = Mode::CatchingUp;
            // The snapshot says what they would have said. Behind it in the log and before it in the queue,
            // they would be read again, for a client that is further, should the socket turn out to be slow.
            conn.outgoing.borrow_mut().drop_replayable();
            let welcome = ServerFrame::Welcome(Welcome {
                epoch,
                member,
                pos,
                scope_rev,
                heartbeat_ms: u32::try_from(heartbeat.as_millis()).unwrap_or(u32::MAX),
                now,
            });
            match greeting {
                Greeting::Welcome => push(conn, Kind::Must, &welcome),
                Greeting::WelcomeAndReset(why) => {
                    push(conn, Kind::Must, &welcome);
                    push(conn, Kind::Must, &ServerFrame::Reset { why });
                }
                Greeting::Reset(why) => push(conn, Kind::Must, &ServerFrame::Reset { why }),
            }
            conn.outgoing.borrow_mut().push(Kind::Must, frame);
            true
        });
        if done == Some(true) {
            arrived(&shard, id);
        }
    });
}

/// Continues a client's view, or starts it over when that would leave a gap.
pub(super) fn resume(
    shard: &Rc<Shard>,
    id: u64,
    epoch: Epoch,
    whose: Option<MemberId>,
    pos: Pos,
    scope_rev: u64,
    open: Vec<ConversationId>,
) {
    let claimed: Vec<ConversationId> = open.into_iter().take(OPEN_TIMELINES).collect();
    let begun = shard.with(id, |conn| {
        let begun = begin(conn);
        // At once: an `open` that follows this frame closely adds to them.
        conn.open.clone_from(&claimed);
        begun
    });
    let Some((tenant, member, load)) = begun else { return };
    let shard = Rc::clone(shard);
    actix_web::rt::spawn(async move {
        let open = claimed.clone();
        let read = tenant
            .read(move |scoped| {
                let (current, head) = log::head(scoped)?;
                let seat = seat::take(scoped, member)?;
                let first = live_event::first(scoped)?;
                let mut hidden = Vec::new();
                for id in claimed {
                    if !views::is_in_sight(scoped, &seat, id)? {
                        hidden.push(id);
                    }
                }
                Ok((current, head, seat, first, hidden))
            })
            .await;
        let (current, head, seat, first, hidden) = match read {
            Ok(found) => found,
            Err(error) => {
                shard.with(id, |conn| {
                    if conn.load == load {
                        refuse(conn, &error, &shard);
                    }
                });
                return;
            }
        };
        let kept = pos == head || first.is_some_and(|first| first <= pos + 1);
        let why = if whose.is_some_and(|whose| whose != member) {
            Some(ResetReason::Member)
        } else if current != epoch {
            Some(ResetReason::Epoch)
        } else if seat.scope_rev != scope_rev {
            Some(ResetReason::Scope)
        } else if pos > head || !kept || head - pos > REPLAY_AT_MOST {
            Some(ResetReason::Position)
        } else {
            None
        };
        if let Some(why) = why {
            if shard.with(id, |conn| conn.load == load) == Some(true) {
                self::load(&shard, id, Greeting::WelcomeAndReset(why));
            }
            return;
        }
        let mut looks = Looks::default();
        if seat.member.role.may(Permission::Monitor) {
            // Whether they were opened before is what the client says.
            for one in open.into_iter().filter(|id| !hidden.contains(id)) {
                let Ok(found) = monitor::begin(&tenant, member, one).await else {
                    shard.with(id, |conn| say_goodbye(conn, close::RESTART, &shard.hub));
                    return;
                };
                looks.looked(one, head, found);
            }
        }
        let now = shard.hub.0.store.clock().now();
        let heartbeat = shard.hub.0.config.heartbeat;
        let done = shard.with(id, |conn| {
            if conn.load != load || conn.mode == Mode::Closing {
                return false;
            }
            conn.cursor = pos;
            conn.told = pos;
            conn.scope = Some(seat.scope);
            conn.open.retain(|id| !hidden.contains(id));
            conn.looks = looks;
            conn.mode = Mode::CatchingUp;
            let welcome = ServerFrame::Welcome(Welcome {
                epoch: current,
                member,
                pos: head,
                scope_rev,
                heartbeat_ms: u32::try_from(heartbeat.as_millis()).unwrap_or(u32::MAX),
                now,
            });
            push(conn, Kind::Must, &welcome);
            true
        });
        if done == Some(true) {
            arrived(&shard, id);
        }
    });
}

/// Delivers from the ring, then from the log, until the connection is live, or its socket is full.
pub(super) fn run(shard: &Rc<Shard>, id: u64) {
    let Some(tenant) = shard.with(id, |conn| {
        conn.mode = Mode::CatchingUp;
        conn.load += 1;
        (conn.tenant.clone(), conn.load)
    }) else {
        return;
    };
    let (tenant, load) = tenant;
    match from_ring(shard, id, load) {
        Step::Finished => {}
        Step::Settle(outcome) => settle(shard, id, outcome),
        Step::ReadLog(pos) => {
            let shard = Rc::clone(shard);
            actix_web::rt::spawn(async move { from_log(&shard, id, load, tenant, pos).await });
        }
    }
}

/// Does what an outcome asks for.
pub(super) fn settle(shard: &Rc<Shard>, id: u64, outcome: Outcome) {
    match outcome {
        Outcome::Done | Outcome::Lagging => {}
        Outcome::Gap => run(shard, id),
        Outcome::Look(conversation) => look(shard, id, conversation),
        Outcome::Reset(why) => load(shard, id, Greeting::Reset(why)),
        Outcome::SignedOut => {
            shard.with(id, |conn| say_goodbye(conn, close::SESSION_GONE, &shard.hub));
        }
    }
}

/// Writes down over whose shoulder the connection looks in an opened timeline, and goes on with its events. Where that
/// cannot be written, the timeline is closed.
fn look(shard: &Rc<Shard>, id: u64, conversation: ConversationId) {
    let asked = shard.with(id, |conn| {
        // Meanwhile what happens waits in the ring.
        conn.mode = Mode::CatchingUp;
        conn.load += 1;
        let last = shard.hub.tenant(conn.tenant.id()).last().unwrap_or_default();
        (conn.tenant.clone(), conn.member, conn.load, last.max(conn.cursor + 1))
    });
    let Some((tenant, member, load, until)) = asked else { return };
    let shard = Rc::clone(shard);
    actix_web::rt::spawn(async move {
        let found = monitor::begin(&tenant, member, conversation).await;
        let wanted = shard.with(id, |conn| {
            if conn.load != load || conn.mode != Mode::CatchingUp {
                return false;
            }
            match found {
                Ok(found) => conn.looks.looked(conversation, until, found),
                Err(code) => {
                    conn.shut(conversation);
                    let problem = Problem::new(code);
                    push(conn, Kind::Must, &ServerFrame::OpenFailed { conversation, problem });
                }
            }
            true
        });
        if wanted == Some(true) {
            run(&shard, id);
        }
    });
}

enum Step {
    Finished,
    ReadLog(Pos),
    Settle(Outcome),
}

/// Synchronous: between the last look at the ring and "live" nothing else runs on this thread, and
/// the ring is always filled before the shard hears of an event.
fn from_ring(shard: &Rc<Shard>, id: u64, load: u64) -> Step {
    let config = &shard.hub.0.config;
    let now = shard.hub.0.store.clock().now();
    shard
        .with(id, |conn| {
            let live = shard.hub.tenant(conn.tenant.id());
            loop {
                if conn.load != load || conn.mode != Mode::CatchingUp {
                    return Step::Finished;
                }
                if conn.outgoing.borrow().bytes() > config.soft_bytes {
                    pause(conn);
                    return Step::Finished;
                }
                let Some(events) = live.after(conn.cursor, STEP) else {
                    return Step::ReadLog(conn.cursor);
                };
                if events.is_empty() {
                    go_live(conn, &shard.hub, now);
                    return Step::Finished;
                }
                match deliver(conn, &events, config, None) {
                    Outcome::Done => {}
                    Outcome::Gap => return Step::ReadLog(conn.cursor),
                    other => return Step::Settle(other),
                }
            }
        })
        .unwrap_or(Step::Finished)
}

/// The connection has everything. When the last of it was not for its eyes, it must hear that it is
/// complete all the same.
fn go_live(conn: &mut Conn, hub: &Hub, now: shared::Instant) {
    conn.mode = Mode::Live;
    if conn.told < conn.cursor {
        let from = conn.told + 1;
        conn.told = conn.cursor;
        push(conn, Kind::Batch(from), &ServerFrame::Ping { to: conn.told, now });
    }
    board::show(hub, conn);
}

async fn from_log(shard: &Rc<Shard>, id: u64, load: u64, tenant: TenantStore, mut pos: Pos) {
    loop {
        let read = tenant.read(move |scoped| live_event::after(scoped, pos, STEP as i64)).await;
        let events: Vec<Arc<Encoded>> = match read {
            Ok(rows) => rows.into_iter().map(encode).collect(),
            Err(error) => {
                shard.with(id, |conn| {
                    if conn.load == load {
                        refuse(conn, &error, shard);
                    }
                });
                return;
            }
        };
        let outcome = shard.with(id, |conn| {
            if conn.load != load || conn.mode != Mode::CatchingUp {
                return None;
            }
            if events.is_empty() {
                // Nothing behind the cursor. When the ring is empty too, nothing has happened since:
                // an event reaches the ring before it reaches this thread.
                let live = shard.hub.tenant(conn.tenant.id());
                if live.last().is_none_or(|last| last <= conn.cursor) {
                    go_live(conn, &shard.hub, shard.hub.0.store.clock().now());
                    return None;
                }
            }
            let outcome = deliver(conn, &events, &shard.hub.0.config, None);
            pos = conn.cursor;
            Some(if outcome == Outcome::Gap { Outcome::Reset(ResetReason::Position) } else { outcome })
        });
        match outcome.flatten() {
            None => return,
            Some(Outcome::Done) => match from_ring(shard, id, load) {
                Step::Finished => return,
                Step::ReadLog(at) => pos = at,
                Step::Settle(outcome) => return settle(shard, id, outcome),
            },
            Some(other) => return settle(shard, id, other),
        }
    }
}

fn encode(recorded: Recorded) -> Arc<Encoded> {
    Arc::new(Encoded::new(Arc::new(recorded)))
}

fn begin(conn: &mut Conn) -> (TenantStore, MemberId, u64) {
    conn.mode = Mode::Loading;
    conn.open.clear();
    conn.looks.clear();
    conn.load += 1;
    (conn.tenant.clone(), conn.member, conn.load)
}

/// The connection has a position: it counts as present and gets the rest.
fn arrived(shard: &Rc<Shard>, id: u64) {
    let first = shard.with(id, |conn| {
        let first = !conn.present;
        conn.present = true;
        first.then(|| (conn.tenant.clone(), conn.member))
    });
    if let Some(Some((tenant, member))) = first {
        presence::came(&shard.hub, &tenant, member);
    }
    run(shard, id);
}

fn refuse(conn: &mut Conn, error: &ReadError, shard: &Rc<Shard>) {
    let code = match error.code() {
        ErrorCode::Unauthenticated => close::SESSION_GONE,
        _ => {
            tracing::warn!(tenant.id = %conn.tenant.id(), error = %error, "a live connection could not read");
            close::RESTART
        }
    };
    say_goodbye(conn, code, &shard.hub);
}
