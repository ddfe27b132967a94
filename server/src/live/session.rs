//! Reading one socket: frames in, answers out.

use std::{rc::Rc, time::Instant as Monotonic};

use actix_ws::{AggregatedMessage, AggregatedMessageStream};
use futures_util::StreamExt;
use shared::{
    error::{ErrorCode, Problem},
    ids::ConversationId,
    limits::OPEN_TIMELINES,
    live::{
        VERSION, close,
        command::KeyedCommand,
        frame::{Answer, ClientFrame, ServerFrame},
        snapshot::Activity,
    },
};

use super::{
    catch_up::{self, Greeting},
    close::say_goodbye,
    conn::Mode,
    outgoing::Kind,
    shard::Shard,
    watch,
};
use crate::domain::{commands, views};

/// Commands of one connection that may wait for the database at once.
const IN_FLIGHT: usize = 64;

/// Serves a socket until it ends.
pub(super) async fn serve(shard: Rc<Shard>, id: u64, mut stream: AggregatedMessageStream) {
    while let Some(message) = stream.next().await {
        match message {
            Ok(AggregatedMessage::Text(text)) => frame(&shard, id, &text),
            Ok(AggregatedMessage::Ping(payload)) => {
                let ws = shard.with(id, |conn| conn.ws.clone());
                if let Some(mut ws) = ws {
                    let _ = ws.pong(&payload).await;
                }
            }
            Ok(AggregatedMessage::Pong(_)) => {
                shard.with(id, |conn| conn.heard = Monotonic::now());
            }
            Ok(AggregatedMessage::Binary(_)) => {
                goodbye(&shard, id, close::BAD_FRAME);
            }
            Ok(AggregatedMessage::Close(_)) => {
                let ws = shard.with(id, |conn| conn.ws.clone());
                if let Some(ws) = ws {
                    let _ = ws.close(None).await;
                }
                break;
            }
            Err(error) => {
                tracing::debug!(error = %error, "a live frame broke the protocol");
                goodbye(&shard, id, close::BAD_FRAME);
                break;
            }
        }
    }
    shard.remove(id);
}

fn goodbye(shard: &Rc<Shard>, id: u64, code: u16) {
    shard.with(id, |conn| say_goodbye(conn, code, &shard.hub.0.config));
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
        ClientFrame::Hello { version } if version == VERSION => catch_up::load(shard, id, Greeting::Welcome),
        ClientFrame::Resume { version, epoch, member, pos, scope_rev, open } if version == VERSION => {
            catch_up::resume(shard, id, epoch, member, pos, scope_rev, open);
        }
        ClientFrame::Hello { .. } | ClientFrame::Resume { .. } => goodbye(shard, id, close::VERSION),
        ClientFrame::Open { conversation } => open(shard, id, conversation),
        ClientFrame::Close { conversation } => {
            shard.with(id, |conn| conn.open.retain(|known| *known != conversation));
        }
        ClientFrame::Typing { conversation } => sign(shard, id, conversation, Activity::Typing),
        ClientFrame::Viewing { conversation: Some(conversation) } => {
            sign(shard, id, conversation, Activity::Viewing);
        }
        ClientFrame::Viewing { conversation: None } => {}
    }
}

fn command(shard: &Rc<Shard>, id: u64, keyed: KeyedCommand) {
    let admitted = shard.with(id, |conn| {
        let admitted = conn.in_flight < IN_FLIGHT;
        conn.in_flight += usize::from(admitted);
        (admitted, conn.tenant.clone(), conn.member)
    });
    let Some((admitted, tenant, member)) = admitted else { return };
    let key = keyed.key;
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
    let admitted = shard.with(id, |conn| {
        let known = conn.open.contains(&conversation);
        let admitted = known || conn.open.len() < OPEN_TIMELINES;
        if admitted && !known {
            conn.open.push(conversation);
        }
        (admitted, conn.tenant.clone(), conn.member)
    });
    let Some((admitted, tenant, member)) = admitted else { return };
    if !admitted {
        let problem = Problem::new(ErrorCode::TooManyOpen);
        return shard.push(id, Kind::Must, &ServerFrame::OpenFailed { conversation, problem });
    }
    let shard = Rc::clone(shard);
    actix_web::rt::spawn(async move {
        let read = tenant.read(move |scoped| views::open(scoped, member, conversation)).await;
        match read {
            Ok(mut opened) => {
                let now = shard.hub.0.store.clock().now();
                opened.watchers = shard.hub.tenant(tenant.id()).watching(conversation, member, now);
                let wanted = shard.with(id, |conn| conn.open.contains(&conversation));
                if wanted == Some(true) {
                    shard.push(id, Kind::Must, &ServerFrame::Opened(opened));
                }
            }
            Err(error) => {
                shard.with(id, |conn| conn.open.retain(|known| *known != conversation));
                let problem = Problem::new(error.code());
                shard.push(id, Kind::Must, &ServerFrame::OpenFailed { conversation, problem });
            }
        }
    });
}

fn sign(shard: &Rc<Shard>, id: u64, conversation: ConversationId, activity: Activity) {
    let who =
        shard.with(id, |conn| conn.open.contains(&conversation).then(|| (conn.tenant.id(), conn.member)));
    let Some(Some((tenant, member))) = who else { return };
    let now = shard.hub.0.store.clock().now();
    shard.hub.watch(tenant, watch::sign(conversation, member, activity, now), now);
}
