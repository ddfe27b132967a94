//! What components ask for: commands, opened timelines, and the signals colleagues see.

use shared::{
    error::Problem,
    ids::{CommandKey, ConversationId},
    limits,
    live::{
        command::{Command, Done},
        frame::ClientFrame,
    },
    model::message::Message,
};

use leptos::prelude::*;

use super::{
    outbox::Pending,
    store::{Live, OnAnswer},
    unanswered,
};

/// Timelines kept open behind the shown one, so that going back is instant. Below the server's limit
/// with room for the one that is being opened.
const KEPT_OPEN: usize = limits::OPEN_TIMELINES - 2;

impl Live {
    /// Issues a command. It waits while there is no connection and is sent again after one was lost.
    pub(crate) fn command(self, command: Command) {
        self.issue(command);
    }

    /// Issues a command and learns how it ended.
    pub(crate) fn command_then(self, command: Command, then: impl FnOnce(Result<Done, Problem>) + 'static) {
        self.issue_for(command, false, Box::new(then));
    }

    /// Issues a command whose refusal is told by whoever issued it, beside what was asked.
    pub(crate) fn command_told(self, command: Command, then: impl FnOnce(Result<Done, Problem>) + 'static) {
        self.issue_for(command, true, Box::new(then));
    }

    fn issue_for(self, command: Command, is_told: bool, then: OnAnswer) {
        let key = self.issue(command);
        self.answers.update_value(|answers| answers.push((key, is_told, then)));
    }

    fn issue(self, command: Command) -> CommandKey {
        let key = CommandKey::new();
        let (at_ms, member) = (self.clock.get_untracked(), self.link.with_value(|link| link.member));
        let mut pending = Pending { key, command: command.clone(), at_ms, done: None, kept: false };
        // Before it is sent: whatever happens from here on, the words are not lost.
        pending.kept = member.is_some_and(|member| unanswered::keep(member, &pending));
        self.outbox.update_value(|outbox| outbox.push(pending));
        self.tell(&ClientFrame::Command { key, command });
        self.pending.notify();
        key
    }

    /// Opens the timeline of the conversation that is shown now, or of none.
    pub(crate) fn show(self, id: Option<ConversationId>) {
        self.link.update_value(|link| link.shown = id);
        if let Some(id) = id {
            self.bring(id);
        }
    }

    /// Opens the timelines that are shown side by side now.
    pub(crate) fn show_beside(self, all: &[ConversationId]) {
        self.link.update_value(|link| link.beside = all.to_vec());
        for id in all {
            self.bring(*id);
        }
    }

    /// Opens a timeline unless it is open; the one that was not used for the longest time makes room.
    fn bring(self, id: ConversationId) {
        let (known, dropped) = self
            .link
            .try_update_value(|link| {
                let known = link.opened.contains(&id);
                link.opened.retain(|other| *other != id);
                link.opened.push(id);
                let dropped = (link.opened.len() > KEPT_OPEN).then(|| link.opened.remove(0));
                (known, dropped)
            })
            .unwrap_or_default();
        if let Some(dropped) = dropped {
            self.view.update_value(|view| {
                if let Some(view) = view {
                    view.close(dropped);
                }
            });
            self.tell(&ClientFrame::Close { conversation: dropped });
        }
        let held = self.view.with_value(|v| v.as_ref().is_some_and(|v| v.timelines.contains_key(&id)));
        if !known || !held {
            self.open(id);
        }
    }

    /// Asks for a timeline; what was kept of it is void.
    pub(super) fn open(self, id: ConversationId) {
        let has_view = self
            .view
            .try_update_value(|view| view.as_mut().map(|view| view.opening(id)).is_some())
            .unwrap_or(false);
        // Without a view there is nothing to open into; the snapshot opens what is shown.
        if has_view {
            self.tell(&ClientFrame::Open { conversation: id });
            self.timelines.notify();
        }
    }

    /// Adds an older page that came by HTTP.
    pub(crate) fn older(self, id: ConversationId, messages: Vec<Message>, has_older: bool) {
        self.view.update_value(|view| {
            if let Some(view) = view {
                view.older(id, messages, has_older);
            }
        });
        self.timelines.notify();
    }

    /// Tells colleagues that the member writes here.
    pub(crate) fn typing(self, conversation: ConversationId) {
        self.tell(&ClientFrame::Typing { conversation });
    }

    /// Tells colleagues what the member has on screen.
    pub(crate) fn viewing(self, conversation: Option<ConversationId>) {
        self.tell(&ClientFrame::viewing(conversation));
    }

    /// Tells colleagues of several that are on screen side by side.
    pub(crate) fn viewing_all(self, all: &[ConversationId]) {
        let (first, beside) =
            all.split_first().map_or((None, Vec::new()), |(one, rest)| (Some(*one), rest.to_vec()));
        self.tell(&ClientFrame::Viewing { conversation: first, beside });
    }

    /// Sends a frame if the connection is past its greeting; otherwise nothing happens.
    pub(super) fn tell(self, frame: &ClientFrame) {
        self.link.with_value(|link| {
            if let Some(socket) = link.socket.as_ref().filter(|_| link.welcomed) {
                socket.send(frame);
            }
        });
    }
}
