//! Reading one socket: frames in, answers out.

use std::{rc::Rc, time::Instant as Monotonic};

use actix_ws::{AggregatedMessage, AggregatedMessageStream};
use futures_util::StreamExt;
use shared::{
    error::{ErrorCode, Problem},
    ids::{ConversationId, MemberId},
    limits::OPEN_TIMELINES,
    live::{
        VERSION, close,
        command::{Command, KeyedCommand},
        frame::{Answer, ClientFrame, ServerFrame},
        snapshot::{Activity, Opened},
    },
    permission::{Permission, Scope},
};

use super::{
    board,
    catch_up::{self, Greeting},
    close::say_goodbye,
    conn::Mode,
    outgoing::Kind,
    shard::Shard,
    watch::{self, Sign},
    wire,
};
use crate::{
    db::TenantStore,
    domain::{
        commands,
        monitor::{self, Monitoring},
        seat, views,
    },
};

/// The code of a close that the client asked for (RFC 6455 §7.4.1).
const NORMAL: u16 = 1000;
/// Commands of one connection that may wait for the database at once.
const IN_FLIGHT: usize = 64;

/// Serves a socket until it ends.
pub(super) async fn serve(shard: Rc<Shard>, id: u64, mut stream: AggregatedMessageStream) {
    while let Some(message) = stream.next().await {
        match message {
            Ok(AggregatedMessage::Text(text)) => frame(&shard, id, &text),
            Ok(AggregatedMessage::Ping(payload)) => {
                let soft_bytes = shard.hub.0.config.soft_bytes;
                shard.with(id, |conn| {
                    conn.heard = Monotonic::now();
                    let mut out = conn.outgoing.borrow_mut();
                    if out.bytes() < soft_bytes {
                        out.push(Kind::Signal, wire::pong(&payload));
                    }
                });
            }
            Ok(AggregatedMessage::Pong(_)) => {
                shard.with(id, |conn| conn.heard = Monotonic::now());
            }
            Ok(AggregatedMessage::Binary(_)) => {
                goodbye(&shard, id, close::BAD_FRAME);
            }
            Ok(AggregatedMessage::Close(_)) => {
                shard.with(id, |conn| conn.outgoing.borrow_mut().push_last(wire::close(NORMAL)));
                break;
            }
            Err(error) => {
                tracing::debug!(error = %error, "a live frame broke the protocol");
                goodbye(&shard, id, close::BAD_FRAME);
                break;
            }
        }
    }
    // The last words of a connection that is about to be forgotten.
    shard.flush(id);
    shard.remove(id);
}

fn goodbye(shard: &Rc<Shard>, id: u64, code: u16) {
    shard.with(id, |conn| say_goodbye(conn, code, &shard.hub));
}

fn frame(shard: &Rc<Shard>, id: u64, text: &str) {
    let now = Monotonic::now();
    let admitted = shard.with(id, |conn| {
        conn.heard = now;
        (conn.mode != Mode::Closing).then(|| conn.budget.take(now))
    });
    let admitted = match admitted.flatten() {
        None => return,
        Some(None) => return goodbye(shard, id, close::LIMITED),
        Some(Some(admitted)) => admitted,
    };
    let Ok(frame) = serde_json::from_str::<ClientFrame>(text) else {
        return goodbye(shard, id, close::BAD_FRAME);
    };
    // What a console sends by itself, also while nobody is there, is no sign of work.
    if matches!(frame, ClientFrame::Command { .. } | ClientFrame::Open { .. } | ClientFrame::Typing { .. }) {
        shard.with(id, |conn| conn.active = true);
    }
    match frame {
        ClientFrame::Pong {} => {}
        ClientFrame::Command { key, command } if admitted => {
            self::command(shard, id, KeyedCommand { key, command })
        }
        ClientFrame::Command { key, .. } => {
            let mut problem = Problem::new(ErrorCode::RateLimited);
            problem.retry_after = Some(1);
            let answer = Answer::Error(problem);
            shard.push(id, Kind::Must, &ServerFrame::Reply { key, answer });
        }
        _ if !admitted => {}
        ClientFrame::Hello { version } if version == VERSION => {
            if first(shard, id) {
                catch_up::load(shard, id, Greeting::Welcome);
            }
        }
        ClientFrame::Resume { version, epoch, member, pos, scope_rev, open } if version == VERSION => {
            if first(shard, id) {
                catch_up::resume(shard, id, epoch, member, pos, scope_rev, open);
            }
        }
        ClientFrame::Hello { .. } | ClientFrame::Resume { .. } => goodbye(shard, id, close::VERSION),
        ClientFrame::Open { conversation } => open(shard, id, conversation),
        ClientFrame::Close { conversation } => {
            shard.with(id, |conn| conn.shut(conversation));
            leave(shard, id, |at, _| at == conversation);
        }
        ClientFrame::WatchBoard {} => board::wanted(shard, id),
        ClientFrame::UnwatchBoard {} => board::unwanted(shard, id),
        ClientFrame::Typing { conversation } => sign(shard, id, conversation, Activity::Typing),
        ClientFrame::Viewing { conversation, beside } => {
            let mut seen: Vec<ConversationId> = conversation.into_iter().chain(beside).collect();
            seen.truncate(OPEN_TIMELINES);
            leave(shard, id, |at, _| !seen.contains(&at));
            for conversation in seen {
                sign(shard, id, conversation, Activity::Viewing);
            }
        }
    }
}

/// Whether this is the connection's first frame; a second one of its kind ends it.
fn first(shard: &Rc<Shard>, id: u64) -> bool {
    let first = shard.with(id, |conn| !std::mem::replace(&mut conn.greeted, true));
    if first == Some(false) {
        goodbye(shard, id, close::BAD_FRAME);
    }
    first == Some(true)
}

fn command(shard: &Rc<Shard>, id: u64, keyed: KeyedCommand) {
    let admitted = shard.with(id, |conn| {
        let admitted = conn.in_flight < IN_FLIGHT;
        conn.in_flight += usize::from(admitted);
        (admitted, conn.tenant.clone(), conn.member)
    });
    let Some((admitted, tenant, member)) = admitted else { return };
    let key = keyed.key;
    if let Command::Send { conversation, .. } | Command::AddNote { conversation, .. } = &keyed.command {
        leave(shard, id, |at, activity| at == *conversation && activity == Activity::Typing);
    }
    if !admitted {
        let answer = Answer::Error(Problem::new(ErrorCode::RateLimited));
        return shard.push(id, Kind::Must, &ServerFrame::Reply { key, answer });
    }
    let shard = Rc::clone(shard);
    // Spawned tasks of one thread start in order, so commands reach the writer in order.
    actix_web::rt::spawn(async move {
        let answer = match commands::dispatch(&tenant, member, keyed).await {
            Ok(done) => Answer::Ok(done),
            Err(problem) => Answer::Error(problem),
        };
        shard.with(id, |conn| conn.in_flight -= 1);
        shard.push(id, Kind::Must, &ServerFrame::Reply { key, answer });
    });
}

fn open(shard: &Rc<Shard>, id: u64, conversation: ConversationId) {
    // Position first, then state: from here on its events are sent, so the page may overlap them but
    // cannot miss one.
    let hard_bytes = shard.hub.0.config.hard_bytes;
    let asked = shard.with(id, |conn| {
        let known = conn.open.contains(&conversation);
        // Pages must arrive, so whoever does not read gets no more of them.
        let reads = conn.outgoing.borrow().bytes() < hard_bytes && conn.opening < OPEN_TIMELINES;
        let refusal = match (reads, known || conn.open.len() < OPEN_TIMELINES) {
            (false, _) => Some(ErrorCode::RateLimited),
            (true, false) => Some(ErrorCode::TooManyOpen),
            (true, true) => None,
        };
        conn.opening += usize::from(refusal.is_none());
        if refusal.is_none() && !known {
            conn.open.push(conversation);
        }
        (refusal, conn.tenant.clone(), conn.member)
    });
    let Some((refusal, tenant, member)) = asked else { return };
    if let Some(code) = refusal {
        let problem = Problem::new(code);
        return shard.push(id, Kind::Must, &ServerFrame::OpenFailed { conversation, problem });
    }
    let shard = Rc::clone(shard);
    actix_web::rt::spawn(async move {
        match opened(&tenant, member, conversation).await {
            Ok((mut opened, scope, found)) => {
                shard.with(id, |conn| {
                    conn.opening -= 1;
                    if conn.open.contains(&conversation) {
                        // What came since may have been another's turn.
                        let found = found.filter(|_| conn.cursor <= opened.pos);
                        conn.looks.looked(conversation, opened.pos, found);
                    }
                });
                let now = shard.hub.0.store.clock().now();
                opened.watchers = shard.hub.tenant(tenant.id()).watching(conversation, &scope, now);
                let wanted = shard.with(id, |conn| conn.open.contains(&conversation));
                if wanted == Some(true) {
                    shard.push(id, Kind::Must, &ServerFrame::Opened(opened));
                }
            }
            Err(code) => {
                shard.with(id, |conn| {
                    conn.opening -= 1;
                    conn.shut(conversation);
                });
                let problem = Problem::new(code);
                shard.push(id, Kind::Must, &ServerFrame::OpenFailed { conversation, problem });
            }
        }
    });
}

/// The newest page of a timeline, who sees it, and over whose shoulder.
async fn opened(
    tenant: &TenantStore,
    member: MemberId,
    conversation: ConversationId,
) -> Result<(Opened, Scope, Option<Monitoring>), ErrorCode> {
    let shown = monitor::shown(tenant, member, move |scoped| {
        let opened = views::open(scoped, member, conversation)?;
        Ok((conversation, (opened, seat::take(scoped, member)?.scope)))
    });
    let ((opened, scope), found) = shown.await.map_err(|error| error.code())?;
    Ok((opened, scope, found))
}

/// Colleagues hear that the member no longer does what `ends` names.
fn leave(shard: &Rc<Shard>, id: u64, ends: impl Fn(ConversationId, Activity) -> bool) {
    let left = shard.with(id, |conn| (conn.tenant.id(), conn.member, conn.take_signs(ends)));
    if let Some((tenant, member, signs)) = left {
        shard.hub.tell_gone(tenant, member, signs);
    }
}

fn sign(shard: &Rc<Shard>, id: u64, conversation: ConversationId, activity: Activity) {
    let who = shard.with(id, |conn| {
        // Before the scope is known, nobody has looked at what a resume claims to have open.
        (conn.scope.is_some() && conn.open.contains(&conversation)).then(|| {
            match activity {
                Activity::Viewing if conn.viewing.contains(&conversation) => {}
                Activity::Viewing => conn.viewing.push(conversation),
                Activity::Typing => conn.typing = Some(conversation),
            }
            let monitors = conn.scope.as_ref().is_some_and(|scope| scope.role.may(Permission::Monitor));
            (conn.tenant.clone(), conn.member, monitors)
        })
    });
    let Some(Some((tenant, member, monitors))) = who else { return };
    if activity == Activity::Typing {
        shard.hub.typed(tenant.id(), member, conversation);
    }
    if !monitors {
        return show(shard, &tenant, member, (conversation, activity), None);
    }
    let shard = Rc::clone(shard);
    actix_web::rt::spawn(async move {
        // Also what was opened before somebody held it. What cannot be found out is not shown.
        let Ok(found) = monitor::begin(&tenant, member, conversation).await else { return };
        let unseen_by = found.filter(|found| !found.visible).map(|found| found.holder);
        // Meanwhile they may have gone.
        let still = shard.with(id, |conn| match activity {
            Activity::Viewing => conn.viewing.contains(&conversation),
            Activity::Typing => conn.typing == Some(conversation),
        });
        if still == Some(true) {
            show(&shard, &tenant, member, (conversation, activity), unseen_by);
        }
    });
}

/// Tells colleagues what a member does where, but for those who must not know.
fn show(
    shard: &Rc<Shard>,
    tenant: &TenantStore,
    member: MemberId,
    (conversation, activity): (ConversationId, Activity),
    unseen_by: Option<MemberId>,
) {
    let now = shard.hub.0.store.clock().now();
    let watcher = watch::sign(conversation, member, activity, now);
    shard.hub.watch(tenant.id(), Sign { watcher, unseen_by }, now);
}
