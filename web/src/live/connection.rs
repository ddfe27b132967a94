//! The connection's life: greet, catch up, stay, notice silence, come back.
//!
//! Invariants: events of an older socket are never heard (`generation`); the view is only ever
//! advanced by a frame that follows without a gap; nothing here keeps a borrow across a call out.

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use shared::{
    Pos,
    ids::{ConversationId, Epoch, MemberId},
    live::{
        VERSION,
        close::{self, Verdict},
        frame::{ClientFrame, ServerFrame},
    },
};

use super::{
    absorb::{Absorbed, Redraw},
    backoff,
    socket::{Socket, SocketEvent},
    store::{Live, Refusal, Status},
    unanswered,
};
use crate::{browser, http, json, time};

/// Silence beyond the server's heartbeat that means a dead connection, in milliseconds.
const GRACE_MS: f64 = 10_000.0;
/// Heartbeat until the server names its own, in milliseconds; also bounds the time to connect.
const DEFAULT_HEARTBEAT_MS: f64 = 15_000.0;

/// The connection's own state.
#[derive(Default)]
pub(crate) struct Link {
    pub(super) socket: Option<Socket>,
    /// Whom the page believes to be; the server says who it is.
    pub(super) member: Option<MemberId>,
    /// The socket was open: how it closed is the server's word and not the handshake's.
    stood: bool,
    /// The server has greeted: commands may be sent.
    pub(super) welcomed: bool,
    /// The conversation on screen.
    pub(super) shown: Option<ConversationId>,
    /// Those that are on screen side by side.
    pub(super) beside: Vec<ConversationId>,
    /// Whether the board is on screen.
    pub(super) wants_board: bool,
    /// Timelines asked for, the last used one last.
    pub(super) opened: Vec<ConversationId>,
    generation: u32,
    running: bool,
    pub(super) epoch: Option<Epoch>,
    pub(super) awaits_snapshot: bool,
    /// The position at which catching up ends.
    pub(super) goal: Pos,
    pub(super) attempt: u32,
    pub(super) lost_at: Option<f64>,
    pub(super) asked_ms: Option<u32>,
    retry: Option<TimeoutHandle>,
    heard_at: f64,
    pub(super) heartbeat_ms: f64,
    /// The server's clock minus this computer's.
    pub(super) offset_ms: f64,
    frames: Vec<ServerFrame>,
    flush_planned: bool,
}

impl Live {
    /// Connects as a member and stays connected until [`Live::stop`]. What the member wrote on an
    /// earlier page and the server never answered is sent again, or given back when it is too old.
    pub(crate) fn start(self, member: MemberId) {
        let now = browser::now_ms();
        for pending in unanswered::all(member) {
            if unanswered::may_go_out(pending.at_ms, now) {
                self.outbox.update_value(|outbox| outbox.push(pending));
            } else {
                unanswered::settle(member, pending.key);
                self.refusals.update(|all| all.push(Refusal::too_late(pending.command)));
            }
        }
        self.pending.notify();
        self.link.update_value(|link| {
            link.running = true;
            link.member = Some(member);
        });
        self.connect();
    }

    /// Disconnects and forgets everything; what this browser keeps of unanswered texts stays.
    pub(crate) fn stop(self) {
        self.link.update_value(|link| {
            let generation = link.generation + 1;
            *link = Link { generation, ..Link::default() };
        });
        self.view.set_value(None);
        self.outbox.update_value(super::outbox::Outbox::clear);
        self.answers.update_value(Vec::clear);
        self.status.set(Status::CatchingUp);
        self.pending.notify();
        self.draw(Redraw::ALL);
    }

    /// Tries now if a try is due later: the network is back, or somebody looks at the page again.
    pub(crate) fn hurry(self) {
        if self.link.with_value(|link| link.running && link.socket.is_none() && link.retry.is_some()) {
            self.connect();
        }
    }

    /// Once a second: moves the clock and notices a dead connection.
    pub(crate) fn tick(self) {
        let now = browser::now_ms();
        let (offset, dead) = self.link.with_value(|link| {
            let silence = now - link.heard_at;
            (link.offset_ms, link.socket.is_some() && silence > link.heartbeat_ms.max(1.0) + GRACE_MS)
        });
        self.clock.set(now + offset);
        if dead {
            self.lost(close::NO_ANSWER);
        }
    }

    /// Applies what has been waiting for an animation frame.
    pub(crate) fn flush(self) {
        let frames = self
            .link
            .try_update_value(|link| {
                link.flush_planned = false;
                std::mem::take(&mut link.frames)
            })
            .unwrap_or_default();
        let mut redraw = Redraw::default();
        for frame in frames {
            match self.take_in(frame, &mut redraw) {
                Absorbed::Complete => continue,
                Absorbed::Gap => self.connect(),
                Absorbed::Stranger => self.lost(close::NO_ANSWER),
            }
            break;
        }
        self.draw(redraw);
    }

    fn connect(self) {
        let generation = self
            .link
            .try_update_value(|link| {
                if let Some(timer) = link.retry.take() {
                    timer.clear();
                }
                link.socket = None;
                link.welcomed = false;
                link.stood = false;
                link.frames.clear();
                link.generation += 1;
                link.heard_at = browser::now_ms();
                link.heartbeat_ms = DEFAULT_HEARTBEAT_MS;
                link.generation
            })
            .unwrap_or_default();
        let socket = Socket::connect(move |event| self.heard(generation, event));
        let failed = socket.is_none();
        self.link.update_value(|link| link.socket = socket);
        if failed {
            self.lost(close::NO_ANSWER);
        }
    }

    fn heard(self, generation: u32, event: SocketEvent) {
        if self.link.with_value(|link| link.generation != generation) {
            return;
        }
        match event {
            SocketEvent::Opened => {
                self.link.update_value(|link| link.stood = true);
                self.status.set(Status::CatchingUp);
                self.greet();
            }
            SocketEvent::Text(text) => match json::read::<ServerFrame>(&text) {
                Ok(frame) => self.received(frame),
                Err(_) => {
                    // Skipping it would be a silent hole: start afresh.
                    web_sys::console::warn_1(&"frame not understood".into());
                    self.link.update_value(|link| link.epoch = None);
                    self.lost(close::NO_ANSWER);
                }
            },
            SocketEvent::Closed(code) => {
                // A refused handshake has no close code of its own: the session may be over.
                if !self.link.with_value(|link| link.stood) {
                    http::doubt();
                }
                self.flush();
                self.lost(code);
            }
        }
    }

    fn greet(self) {
        let view = self.view.with_value(|view| {
            view.as_ref().map(|v| {
                let open = v.timelines.iter().filter(|(_, t)| t.opened_at.is_some());
                (v.pos, v.scope_rev, v.me, open.map(|(id, _)| *id).collect::<Vec<_>>())
            })
        });
        self.link.update_value(|link| {
            let frame = match (link.epoch, view) {
                (Some(epoch), Some((pos, scope_rev, me, open))) => {
                    link.awaits_snapshot = false;
                    ClientFrame::Resume { version: VERSION, epoch, member: Some(me), pos, scope_rev, open }
                }
                _ => {
                    link.awaits_snapshot = true;
                    ClientFrame::Hello { version: VERSION }
                }
            };
            if let Some(socket) = &link.socket {
                socket.send(&frame);
            }
        });
    }

    fn received(self, frame: ServerFrame) {
        if matches!(frame, ServerFrame::Ping { .. }) {
            self.tell(&ClientFrame::Pong {});
        }
        let plan = self
            .link
            .try_update_value(|link| {
                link.heard_at = browser::now_ms();
                link.frames.push(frame);
                !std::mem::replace(&mut link.flush_planned, true)
            })
            .unwrap_or(false);
        if browser::hidden() {
            self.flush();
        } else if plan {
            request_animation_frame(move || self.flush());
        }
    }

    fn lost(self, code: u16) {
        let now = browser::now_ms();
        let since = self
            .link
            .try_update_value(|link| {
                link.socket = None;
                link.welcomed = false;
                link.generation += 1;
                *link.lost_at.get_or_insert(now)
            })
            .unwrap_or(now);
        match close::verdict(code) {
            Verdict::Reconnect => {
                self.status.set(Status::Offline(since));
                self.retry_later(now - since);
            }
            other => self.status.set(Status::Ended(other)),
        }
    }

    fn retry_later(self, lost_for_ms: f64) {
        let wait = self
            .link
            .try_update_value(|link| {
                let wait = backoff::wait_ms(link.attempt, lost_for_ms, link.asked_ms, browser::random());
                link.attempt += 1;
                wait
            })
            .unwrap_or_default();
        let wait = std::time::Duration::from_millis(time::whole_number(wait));
        if let Ok(timer) = set_timeout_with_handle(move || self.connect(), wait) {
            self.link.update_value(|link| link.retry = Some(timer));
        }
    }

    fn draw(self, redraw: Redraw) {
        if redraw.rows {
            self.rows.notify();
        }
        if redraw.timelines {
            self.timelines.notify();
        }
        if redraw.directory {
            self.directory.notify();
        }
        if redraw.own {
            self.own.notify();
        }
    }
}
