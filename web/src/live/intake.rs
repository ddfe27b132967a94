//! What each frame of the server does to the view and to the commands on their way.

use leptos::prelude::*;
use shared::{
    apply::View,
    error::ErrorCode,
    ids::CommandKey,
    live::{
        frame::{Answer, ClientFrame, ServerFrame, Signal as News, Welcome},
        snapshot::{Opened, Snapshot, Watcher},
    },
};

use super::{
    absorb::{self, Absorbed, Redraw},
    outbox::Pending,
    store::{Live, Refusal, Status, millis},
    unanswered, watching,
};
use crate::{browser, http};

impl Live {
    /// Takes in one frame and notes what must be drawn again.
    pub(super) fn take_in(self, frame: ServerFrame, redraw: &mut Redraw) -> Absorbed {
        match frame {
            ServerFrame::Welcome(welcome) => {
                if self.link.with_value(|link| link.member != Some(welcome.member)) {
                    *redraw = Redraw::ALL;
                    self.forget_view();
                    return Absorbed::Stranger;
                }
                self.welcomed(&welcome);
            }
            ServerFrame::Snapshot(snapshot) => {
                *redraw = Redraw::ALL;
                self.replaced(snapshot);
            }
            ServerFrame::Batch { from, to, events } => {
                let how = self.view.try_update_value(|view| match view {
                    Some(view) => absorb::batch(view, redraw, from, to, &events),
                    None => Absorbed::Complete,
                });
                if how == Some(Absorbed::Gap) {
                    return Absorbed::Gap;
                }
                self.arrived();
            }
            ServerFrame::Ping { to, now } => {
                self.view.update_value(|view| {
                    if let Some(view) = view {
                        view.reached(to);
                    }
                });
                self.link.update_value(|link| link.offset_ms = millis(now) - browser::now_ms());
                self.arrived();
            }
            ServerFrame::Opened(opened) => {
                redraw.timelines = true;
                self.opened(opened);
            }
            ServerFrame::OpenFailed { conversation, problem } => {
                self.view.update_value(|view| {
                    if let Some(view) = view {
                        view.close(conversation);
                    }
                });
                self.link.update_value(|link| link.opened.retain(|id| *id != conversation));
                self.unopened.set(Some((conversation, problem.code)));
                redraw.timelines = true;
            }
            ServerFrame::Signal(News::Watcher(watcher)) => self.watched(watcher),
            ServerFrame::Signal(News::Board(board)) => self.board.set(Some(*board)),
            ServerFrame::BoardFailed { .. } => self.board.set(None),
            ServerFrame::Reply { key, answer } => self.answered(key, answer),
            ServerFrame::Reset { .. } => {
                self.link.update_value(|link| link.awaits_snapshot = true);
                self.status.set(Status::CatchingUp);
            }
            ServerFrame::Bye { retry_after_ms, .. } => {
                self.link.update_value(|link| link.asked_ms = Some(retry_after_ms));
            }
        }
        Absorbed::Complete
    }

    /// A snapshot replaces everything; what is on screen is opened again.
    fn replaced(self, snapshot: Snapshot) {
        self.view.set_value(Some(View::new(snapshot)));
        let shown = self.link.try_update_value(|link| {
            link.awaits_snapshot = false;
            link.goal = 0;
            link.opened = link.shown.into_iter().collect();
            link.opened.extend_from_slice(&link.beside);
            link.opened.clone()
        });
        for id in shown.unwrap_or_default() {
            self.open(id);
        }
        self.arrived();
    }

    fn opened(self, opened: Opened) {
        let (id, news) = (opened.conversation.id, opened.watchers.clone());
        self.view.update_value(|view| {
            if let Some(view) = view {
                view.opened(opened);
            }
        });
        self.watchers.update(|all| {
            all.retain(|w| w.conversation != id);
            all.extend(news);
        });
    }

    /// Another tab signed somebody else in: nothing on this page is theirs to see, and nothing it was
    /// about to send is theirs to say. The page starts over once it knows who is signed in now.
    fn forget_view(self) {
        self.view.set_value(None);
        self.link.update_value(|link| link.epoch = None);
        http::doubt();
    }

    fn welcomed(self, welcome: &Welcome) {
        self.link.update_value(|link| {
            link.welcomed = true;
            link.epoch = Some(welcome.epoch);
            link.goal = welcome.pos;
            link.heartbeat_ms = f64::from(welcome.heartbeat_ms);
            link.offset_ms = millis(welcome.now) - browser::now_ms();
        });
        let again: Vec<ClientFrame> = self.outbox.with_value(|outbox| {
            let frames = outbox.unanswered();
            frames.map(|p| ClientFrame::Command { key: p.key, command: p.command.clone() }).collect()
        });
        for frame in &again {
            self.tell(frame);
        }
        let unanswered = self.view.with_value(|view| {
            let timelines = view.iter().flat_map(|v| &v.timelines);
            timelines.filter(|(_, t)| t.opened_at.is_none()).map(|(id, _)| *id).collect::<Vec<_>>()
        });
        for id in unanswered {
            self.tell(&ClientFrame::Open { conversation: id });
        }
        self.ask_for_board();
        self.arrived();
    }

    /// After every step forward: are we there yet?
    fn arrived(self) {
        let pos = self.view.with_value(|view| view.as_ref().map(|v| v.pos));
        let Some(pos) = pos else { return };
        if self.outbox.try_update_value(|outbox| outbox.settle(pos)) == Some(true) {
            self.pending.notify();
        }
        let (there, goal) = self
            .link
            .try_update_value(|link| {
                let there = link.welcomed && !link.awaits_snapshot && pos >= link.goal;
                if there {
                    link.attempt = 0;
                    link.lost_at = None;
                    link.asked_ms = None;
                }
                (there, link.goal)
            })
            .unwrap_or_default();
        let behind = usize::try_from(goal.saturating_sub(pos)).unwrap_or(usize::MAX);
        if self.behind.get_untracked() != behind {
            self.behind.set(behind);
        }
        if there && self.status.get_untracked() != Status::Live {
            self.status.set(Status::Live);
        }
    }

    fn answered(self, key: CommandKey, answer: Answer) {
        let then = self.answers.try_update_value(|answers| {
            let at = answers.iter().position(|(other, ..)| *other == key)?;
            let (_, is_told, then) = answers.swap_remove(at);
            Some((is_told, then))
        });
        let (is_told, then) = then.flatten().map_or((false, None), |(is_told, then)| (is_told, Some(then)));
        let outcome = match answer {
            Answer::Ok(done) => {
                self.outbox.update_value(|outbox| outbox.done(key, done.pos));
                if let Some(member) = self.link.with_value(|link| link.member) {
                    unanswered::settle(member, key);
                }
                self.arrived();
                Ok(done)
            }
            // Not about the text: it waits until its writer is signed in again.
            Answer::Error(problem) if problem.code == ErrorCode::Unauthenticated => {
                http::doubt();
                Err(problem)
            }
            Answer::Error(problem) => {
                let refused = self.outbox.try_update_value(|outbox| outbox.refused(key)).flatten();
                let member = self.link.with_value(|link| link.member);
                // What another tab took out is given back there.
                let ours = |p: &Pending| !p.kept || member.is_some_and(|m| unanswered::settle(m, p.key));
                if let Some(pending) = refused.filter(ours).filter(|_| !is_told) {
                    let refusal = Refusal { command: pending.command, problem: problem.clone() };
                    self.refusals.update(|all| all.push(refusal));
                }
                Err(problem)
            }
        };
        self.pending.notify();
        if let Some(then) = then {
            then(outcome);
        }
    }

    fn watched(self, watcher: Watcher) {
        let now = browser::now_ms() + self.link.with_value(|link| link.offset_ms);
        self.watchers.update(|all| watching::note(all, watcher, now));
    }
}
