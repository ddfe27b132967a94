//! One browser tab of a member behind a network of its own.

use shared::{Pos, apply::View, ids::ConversationId, live::frame::ClientFrame};

use crate::harness::{
    LiveClient, User,
    live::Away,
    proxy::{Proxy, Weather},
};

/// Whether it is connected.
enum State {
    Here(Box<LiveClient>),
    Away(Box<Away>),
    /// It has seen nothing yet.
    New,
}

/// A tab.
pub(super) struct Tab {
    /// The session, at the tab's own proxy.
    pub(super) user: User,
    pub(super) proxy: Proxy,
    state: State,
    /// It does not read until it wakes.
    pub(super) stalled: bool,
    /// Its network has swallowed something since it connected: nothing can be expected of it.
    swallowed: bool,
    /// What it found wrong with the protocol.
    pub(super) broken: Vec<String>,
}

/// The session through the tab's network. Its requests keep no connection: one whose end was swallowed
/// would be taken for the next request, and wait for ever.
fn behind(proxy: &Proxy, user: &User) -> User {
    user.at_base(&proxy.base).unpooled()
}

impl Tab {
    pub(super) async fn new(user: &User) -> Self {
        let proxy = Proxy::start(user.base()).await;
        let user = behind(&proxy, user);
        Self { user, proxy, state: State::New, stalled: false, swallowed: false, broken: Vec::new() }
    }

    /// Reads what has come, unless it is stalled; gives the client while it is connected.
    pub(super) async fn here(&mut self) -> Option<&mut LiveClient> {
        if self.stalled {
            return None;
        }
        if let State::Here(client) = &mut self.state {
            client.read_what_is_there().await;
            client.events.clear();
            client.signals.clear();
            if client.closed.is_some() {
                self.leave();
            }
        }
        match &mut self.state {
            State::Here(client) => Some(client),
            State::Away(_) | State::New => None,
        }
    }

    /// What is on screen, connected or not.
    pub(super) fn view(&self) -> Option<&View> {
        match &self.state {
            State::Here(client) => client.some_view(),
            State::Away(away) => Some(&away.view),
            State::New => None,
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(self.state, State::Here(_))
    }

    /// Drops the socket and keeps the view.
    pub(super) fn leave(&mut self) {
        self.stalled = false;
        self.state = match std::mem::replace(&mut self.state, State::New) {
            State::Here(mut client) => {
                self.broken.append(&mut client.broken);
                match client.some_view() {
                    Some(_) => State::Away(Box::new(client.disconnect())),
                    None => State::New,
                }
            }
            other => other,
        };
    }

    /// Connects and resumes, or begins; the caller knows that the member may.
    pub(super) async fn come_back(&mut self) {
        if self.is_connected() {
            return;
        }
        self.proxy.set(Weather::Clear);
        self.swallowed = false;
        let mut client = match std::mem::replace(&mut self.state, State::New) {
            State::Away(away) => away.begin_resume().await,
            _ => LiveClient::hello(&self.user).await,
        };
        client.reports = true;
        self.state = State::Here(Box::new(client));
    }

    /// Another session of the same member.
    pub(super) fn sign_in(&mut self, user: &User) {
        self.leave();
        self.user = behind(&self.proxy, user);
        if let State::Away(away) = &mut self.state {
            away.user = self.user.clone();
        }
    }

    /// From here on its network swallows everything, and nobody is told.
    pub(super) fn silence(&mut self) {
        self.proxy.set(Weather::Silent);
        self.swallowed = true;
    }

    /// Reads until it has seen a position; says so when it neither gets there nor is told why not.
    pub(super) async fn reaches(&mut self, pos: Pos) -> Option<String> {
        if self.swallowed {
            return None;
        }
        let client = self.here().await?;
        let there = |c: &LiveClient| c.some_view().is_some_and(|view| view.pos >= pos);
        let done = |c: &LiveClient| there(c) || c.closed.is_some() || !c.broken.is_empty();
        let silent = !client.comes_true(done).await && client.closed.is_none();
        silent.then(|| format!("an open connection of {} is silent before {pos}", client.user.member))
    }

    pub(super) async fn open(&mut self, id: ConversationId) {
        if let Some(client) = self.here().await {
            client.ask_open(id).await;
        }
    }

    pub(super) async fn shut(&mut self, id: ConversationId) {
        if let Some(client) = self.here().await {
            client.close_timeline(id).await;
        }
    }

    /// Sends a frame without waiting for anything.
    pub(super) async fn send(&mut self, frame: &ClientFrame) {
        if let Some(client) = self.here().await {
            client.send(frame).await;
        }
    }
}
