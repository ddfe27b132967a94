//! A headless console: speaks the live protocol, keeps a view, and checks that no position is skipped.
//!
//! It reads only while a test waits for something, so a client nobody waits with is a stalled one.

mod away;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use shared::{
    Pos,
    apply::{View, apply},
    error::{ErrorCode, Problem},
    ids::{CommandKey, ConversationId, Epoch, MemberId},
    live::{
        VERSION,
        command::{Command, Done},
        event::{Event, Logged},
        frame::{Answer, ClientFrame, ResetReason, ServerFrame, Signal, Welcome},
        snapshot::Watcher,
    },
    model::{board::Board, conversation::Conversation},
};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, error::ProtocolError},
};

pub(crate) use away::Away;

use super::{User, server::ORIGIN, wait::PATIENCE};

/// What the kernel takes for a client that does not read; by itself it would let this grow to megabytes.
const RECEIVES: u32 = 64 * 1024;
/// What has arrived is read within this.
const MOMENT: Duration = Duration::from_millis(2);

/// A live connection of a member.
pub(crate) struct LiveClient {
    pub(crate) user: User,
    socket: WebSocketStream<TcpStream>,
    pub(crate) welcome: Option<Welcome>,
    view: Option<View>,
    /// The log the view was built from.
    epoch: Option<Epoch>,
    /// Timelines the console has on screen; asked for again after a reset.
    wanted: BTreeSet<ConversationId>,
    pub(crate) replies: BTreeMap<CommandKey, Answer>,
    pub(crate) refused_opens: Vec<(ConversationId, Problem)>,
    pub(crate) resets: Vec<ResetReason>,
    pub(crate) signals: Vec<Watcher>,
    /// The board, each time it came, and when.
    pub(crate) boards: Vec<(std::time::Instant, Board)>,
    pub(crate) refused_boards: Vec<Problem>,
    /// Every event, as it came.
    pub(crate) events: Vec<Logged>,
    pub(crate) snapshots: usize,
    pub(crate) pings: usize,
    /// Frames that told of members.
    pub(crate) member_frames: usize,
    /// When a conversation was first seen to be somebody's, and whose.
    pub(crate) taken: BTreeMap<ConversationId, (MemberId, Instant)>,
    pub(crate) goodbye: Option<(u16, u32)>,
    /// The close code, once closed.
    pub(crate) closed: Option<u16>,
    /// Gaps and repetitions; only a client that reports them lives on.
    pub(crate) broken: Vec<String>,
    /// Whether a gap is written down instead of ending the test.
    pub(crate) reports: bool,
}

impl LiveClient {
    /// Connects and asks for a snapshot.
    pub(crate) async fn hello(user: &User) -> Self {
        let mut client = Self::open_socket(user).await;
        client.send(&ClientFrame::Hello { version: VERSION }).await;
        client
    }

    /// Connects to a server that may be gone, and waits for the snapshot.
    pub(crate) async fn try_hello(user: &User) -> Option<Self> {
        let mut client = Self::of(user, Self::upgrade(user, ORIGIN).await.ok()?);
        client.send(&ClientFrame::Hello { version: VERSION }).await;
        client.comes_true(|c| c.view.is_some()).await.then_some(client)
    }

    /// Connects and waits for the snapshot.
    pub(crate) async fn connect(user: &User) -> Self {
        let mut client = Self::hello(user).await;
        client.until("the snapshot is there", |c| c.view.is_some()).await;
        client
    }

    /// Connects and says nothing.
    pub(crate) async fn open_socket(user: &User) -> Self {
        Self::of(user, Self::upgrade(user, ORIGIN).await.expect("the upgrade"))
    }

    fn of(user: &User, socket: WebSocketStream<TcpStream>) -> Self {
        Self {
            user: user.clone(),
            socket,
            welcome: None,
            view: None,
            epoch: None,
            wanted: BTreeSet::new(),
            replies: BTreeMap::new(),
            refused_opens: Vec::new(),
            resets: Vec::new(),
            signals: Vec::new(),
            boards: Vec::new(),
            refused_boards: Vec::new(),
            events: Vec::new(),
            snapshots: 0,
            pings: 0,
            member_frames: 0,
            taken: BTreeMap::new(),
            goodbye: None,
            closed: None,
            broken: Vec::new(),
            reports: false,
        }
    }

    /// The bare upgrade, as a page of the given origin would ask for it.
    pub(crate) async fn upgrade(user: &User, origin: &str) -> Result<WebSocketStream<TcpStream>, Error> {
        let address = user.base().strip_prefix("http://").unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(RECEIVES).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await?;
        let mut request = format!("ws://{address}/live").into_client_request()?;
        request.headers_mut().insert("cookie", user.cookie.parse().unwrap());
        request.headers_mut().insert("origin", origin.parse().unwrap());
        Ok(client_async(request, stream).await?.0)
    }

    /// Connects again with another first frame; the view stays.
    pub(crate) async fn greet_anew(self, frame: &ClientFrame) -> Self {
        let mut client = Self::open_socket(&self.user).await;
        (client.view, client.epoch) = (self.view, self.epoch);
        client.send(frame).await;
        client.until("the frame is answered", |c| c.welcome.is_some()).await;
        client
    }

    /// Closes the socket as a browser does that is closed.
    pub(crate) async fn say_goodbye(mut self) {
        let _ = self.socket.close(None).await;
    }

    /// Cuts the connection and keeps what a console would keep.
    pub(crate) fn disconnect(self) -> Away {
        let Self { user, epoch, view, wanted, .. } = self;
        Away { user, epoch: epoch.expect("an epoch"), view: view.expect("a view"), wanted }
    }

    pub(crate) fn view(&self) -> &View {
        self.view.as_ref().expect("a view")
    }

    pub(crate) fn some_view(&self) -> Option<&View> {
        self.view.as_ref()
    }

    pub(crate) fn pos(&self) -> Pos {
        self.view().pos
    }

    pub(crate) async fn send(&mut self, frame: &ClientFrame) {
        self.send_text(serde_json::to_string(frame).unwrap()).await;
    }

    pub(crate) async fn send_text(&mut self, text: String) {
        // A socket that the server has closed meanwhile tells so when it is read.
        let _ = self.socket.send(Message::text(text)).await;
    }

    /// Sends a command and waits for its answer.
    pub(crate) async fn command(&mut self, command: Command) -> Result<Done, Problem> {
        self.keyed(CommandKey::new(), command).await
    }

    pub(crate) async fn keyed(&mut self, key: CommandKey, command: Command) -> Result<Done, Problem> {
        self.replies.remove(&key);
        self.send(&ClientFrame::Command { key, command }).await;
        self.until("the command is answered", |c| c.replies.contains_key(&key)).await;
        match self.replies.remove(&key).unwrap() {
            Answer::Ok(done) => Ok(done),
            Answer::Error(problem) => Err(problem),
        }
    }

    /// Sends a command and waits until the view contains what it did.
    pub(crate) async fn done(&mut self, command: Command) -> Done {
        let done = self.command(command).await.unwrap_or_else(|problem| panic!("{problem:?}"));
        self.reach(done.pos).await;
        done
    }

    /// A command that must be refused.
    pub(crate) async fn refused(&mut self, command: Command) -> ErrorCode {
        self.command(command).await.expect_err("a refusal").code
    }

    /// Asks for a timeline without waiting for it.
    pub(crate) async fn ask_open(&mut self, id: ConversationId) {
        if let Some(view) = &mut self.view {
            view.opening(id);
        }
        self.wanted.insert(id);
        self.send(&ClientFrame::Open { conversation: id }).await;
    }

    /// Opens a timeline; false when there is nothing to see.
    pub(crate) async fn open(&mut self, id: ConversationId) -> bool {
        let before = self.refused_opens.len();
        self.ask_open(id).await;
        self.until("the timeline is open or refused", |c| {
            c.refused_opens.len() > before
                || c.view().timelines.get(&id).is_none_or(|timeline| timeline.opened_at.is_some())
        })
        .await;
        self.view().timelines.contains_key(&id)
    }

    pub(crate) async fn close_timeline(&mut self, id: ConversationId) {
        self.wanted.remove(&id);
        if let Some(view) = &mut self.view {
            view.close(id);
        }
        self.send(&ClientFrame::Close { conversation: id }).await;
    }

    /// Waits until the view contains everything up to a position.
    pub(crate) async fn reach(&mut self, pos: Pos) {
        self.until("a position is reached", |c| c.view.as_ref().is_some_and(|view| view.pos >= pos)).await;
    }

    /// Waits until the server closes the socket; gives the code.
    pub(crate) async fn end(&mut self) -> u16 {
        self.until("the socket is closed", |c| c.closed.is_some()).await;
        self.closed.unwrap()
    }

    /// Reads until the condition holds.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Self) -> bool) {
        self.until_within(PATIENCE, what, wanted).await;
    }

    pub(crate) async fn until_within(&mut self, limit: Duration, what: &str, wanted: impl Fn(&Self) -> bool) {
        let reading = async {
            while !wanted(self) {
                assert!(self.closed.is_none(), "closed with {:?} before {what}", self.closed);
                self.read_one().await;
            }
        };
        if tokio::time::timeout(limit, reading).await.is_err() {
            panic!(
                "waited in vain until {what}; member {} at {:?}",
                self.user.member,
                self.view.as_ref().map(|v| v.pos)
            );
        }
    }

    /// Reads what has arrived already.
    pub(crate) async fn read_what_is_there(&mut self) {
        while self.closed.is_none() && tokio::time::timeout(MOMENT, self.read_one()).await.is_ok() {}
    }

    /// Whether the server has answered the first frame completely.
    pub(crate) fn is_greeted(&self) -> bool {
        let current = |w: &Welcome| self.view.as_ref().is_some_and(|v| v.scope_rev == w.scope_rev);
        self.welcome.as_ref().is_some_and(current)
    }

    async fn read_one(&mut self) {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => {
                let frame = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e} in {text}"));
                self.take(frame).await;
            }
            Some(Ok(Message::Close(frame))) => {
                self.closed = Some(frame.map_or(1005, |frame| frame.code.into()));
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                // A network can end a connection anywhere; it cannot make a frame that is none.
                let cut = matches!(
                    error,
                    Error::Io(_)
                        | Error::ConnectionClosed
                        | Error::AlreadyClosed
                        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
                );
                assert!(cut, "member {} got a broken frame: {error}", self.user.member);
                self.closed = Some(1006);
            }
            None => self.closed = Some(1006),
        }
    }

    async fn take(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(welcome) => self.welcome = Some(welcome),
            ServerFrame::Snapshot(snapshot) => {
                self.snapshots += 1;
                if let Some(welcome) = &mut self.welcome {
                    welcome.scope_rev = snapshot.scope_rev;
                    self.epoch = Some(welcome.epoch);
                }
                let mut view = View::new(snapshot);
                for id in &self.wanted {
                    view.opening(*id);
                }
                self.view = Some(view);
                for id in self.wanted.clone() {
                    self.send(&ClientFrame::Open { conversation: id }).await;
                }
            }
            ServerFrame::Batch { from, to, events } => self.batch(from, to, events),
            ServerFrame::Opened(opened) => {
                if let Some(view) = &mut self.view {
                    view.opened(opened);
                }
            }
            ServerFrame::OpenFailed { conversation, problem } => {
                self.wanted.remove(&conversation);
                if let Some(view) = &mut self.view {
                    view.close(conversation);
                }
                self.refused_opens.push((conversation, problem));
            }
            ServerFrame::Signal(Signal::Board(board)) => {
                self.boards.push((std::time::Instant::now(), *board));
            }
            ServerFrame::Signal(Signal::Watcher(watcher)) => self.signals.push(watcher),
            ServerFrame::BoardFailed { problem } => self.refused_boards.push(problem),
            ServerFrame::Reply { key, answer } => {
                self.replies.insert(key, answer);
            }
            ServerFrame::Ping { to, .. } => {
                self.pings += 1;
                if let Some(view) = &mut self.view {
                    let at = view.pos;
                    view.reached(to);
                    self.must(to >= at, || format!("a ping went back from {at} to {to}"));
                }
                self.send(&ClientFrame::Pong {}).await;
            }
            ServerFrame::Reset { why } => self.resets.push(why),
            ServerFrame::Bye { code, retry_after_ms } => self.goodbye = Some((code, retry_after_ms)),
        }
    }

    fn batch(&mut self, from: Pos, to: Pos, events: Vec<Logged>) {
        let at = self.view.as_ref().expect("a batch before the snapshot").pos;
        self.must(from == at + 1, || format!("a batch from {from} to {to} for a client at {at}"));
        let inside = events.iter().all(|event| (from..=to).contains(&event.pos));
        let in_order = events.is_sorted_by(|a, b| a.pos < b.pos);
        self.must(from <= to && inside && in_order, || format!("a batch of {from}..={to}: {events:?}"));
        let Some(view) = &mut self.view else { return };
        for event in &events {
            apply(view, event);
            if let Event::Conversation(Conversation { id, assignee: Some(holder), .. }) = &event.event {
                self.taken.entry(*id).or_insert_with(|| (*holder, Instant::now()));
            }
        }
        self.member_frames += usize::from(events.iter().any(|e| matches!(e.event, Event::Member(_))));
        view.reached(to);
        // What left the member's sight is no longer on screen.
        self.wanted.retain(|id| view.timelines.contains_key(id));
        self.events.extend(events);
    }
}

impl LiveClient {
    /// A rule of the protocol: ends the test when it is broken, or is written down.
    fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            let what = format!("member {}: {}", self.user.member, what());
            assert!(self.reports, "{what}");
            self.broken.push(what);
        }
    }

    /// Reads until the condition holds or patience is over; says which.
    pub(crate) async fn comes_true(&mut self, wanted: impl Fn(&Self) -> bool) -> bool {
        let reading = async {
            while !wanted(self) && self.closed.is_none() {
                self.read_one().await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, reading).await.is_ok();
        in_time && wanted(self)
    }
}
