//! Frames in both directions. One JSON text frame holds one of these.

use serde::{Deserialize, Serialize};

use crate::{
    Instant, Pos,
    error::Problem,
    ids::{CommandKey, ConversationId, Epoch, MemberId},
    live::{
        command::{Command, Done},
        event::Logged,
        snapshot::{Opened, Snapshot, Watcher},
    },
    model::board::Board,
};

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// First frame of a client without a view.
    Hello {
        /// The client's [`super::VERSION`].
        version: u32,
    },
    /// First frame of a client that has a view and wants the rest.
    Resume {
        /// The client's [`super::VERSION`].
        version: u32,
        /// The log the view was built from.
        epoch: Epoch,
        /// The member the view was drawn for. A browser has one session for all its tabs, so this can
        /// be another than the one who is signed in by now; without it that goes unnoticed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<MemberId>,
        /// Everything up to here is in the view.
        pos: Pos,
        /// The scope the view was drawn for.
        scope_rev: u64,
        /// Timelines that are open in the view.
        open: Vec<ConversationId>,
    },
    /// Do something.
    Command {
        /// Same key, same effect, once.
        key: CommandKey,
        /// What.
        command: Command,
    },
    /// Open a timeline.
    Open {
        /// Which.
        conversation: ConversationId,
    },
    /// Close an opened timeline.
    Close {
        /// Which.
        conversation: ConversationId,
    },
    /// The member is writing in an opened conversation; sent at most every three seconds.
    Typing {
        /// Where.
        conversation: ConversationId,
    },
    /// The member looks at an opened conversation, or at none; repeated every ten seconds.
    Viewing {
        /// Where.
        conversation: Option<ConversationId>,
        /// What else is on screen beside it, at most 8 in all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        beside: Vec<ConversationId>,
    },
    /// Show the board, and every change of it, until told otherwise.
    WatchBoard {},
    /// Show the board no longer.
    UnwatchBoard {},
    /// Answer to a ping; any other frame counts as one.
    Pong {},
}

impl ClientFrame {
    /// Looks at one conversation, or at none.
    pub const fn viewing(conversation: Option<ConversationId>) -> Self {
        Self::Viewing { conversation, beside: Vec::new() }
    }
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// Answer to `hello` and `resume`.
    Welcome(Welcome),
    /// The whole state; replaces what the client had, opened timelines included.
    Snapshot(Snapshot),
    /// Complete for the connection's scope from `from` to `to`, both included.
    Batch {
        /// One more than the client's position, or the client has a gap and resumes.
        from: Pos,
        /// The client's new position.
        to: Pos,
        /// The events among them that the member may see.
        events: Vec<Logged>,
    },
    /// Answer to `open`.
    Opened(Opened),
    /// Answer to `open` when there is nothing to see.
    OpenFailed {
        /// Which.
        conversation: ConversationId,
        /// Why.
        problem: Problem,
    },
    /// True for a moment; may be lost.
    Signal(Signal),
    /// The board is not shown, or no longer.
    BoardFailed {
        /// Why.
        problem: Problem,
    },
    /// Answer to a command.
    Reply {
        /// Which command.
        key: CommandKey,
        /// How it ended.
        answer: Answer,
    },
    /// Nothing else to say: complete up to `to`.
    Ping {
        /// The client's new position.
        to: Pos,
        /// The server's clock.
        #[serde(deserialize_with = "crate::instant::read")]
        now: Instant,
    },
    /// The client's view is void; a snapshot follows.
    Reset {
        /// Why.
        why: ResetReason,
    },
    /// The server is about to close the socket.
    Bye {
        /// The close code that follows.
        code: u16,
        /// Wait a random time up to this before coming back, in milliseconds.
        retry_after_ms: u32,
    },
}

/// The server's first frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The log events come from.
    pub epoch: Epoch,
    /// Who is signed in. A client that knows another member drops its view and what it was about to
    /// send.
    pub member: MemberId,
    /// The log's head: a client that has reached it is live.
    pub pos: Pos,
    /// The scope events are filtered by.
    pub scope_rev: u64,
    /// Milliseconds between pings; nothing heard for this and ten seconds means a dead connection.
    pub heartbeat_ms: u32,
    /// The server's clock.
    #[serde(deserialize_with = "crate::instant::read")]
    pub now: Instant,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Done and durable.
    Ok(Done),
    /// Refused; nothing happened.
    Error(Problem),
}

/// Droppable news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// A colleague looks at or writes in an opened conversation.
    Watcher(Watcher),
    /// The board as it is now. Whoever reads slowly gets the newest only.
    Board(#[serde(deserialize_with = "crate::office::read_board")] Box<Board>),
}

/// Why a view became void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// The log is another one: it was rebuilt or restored.
    Epoch,
    /// The client's position is older than the log, or ahead of it.
    Position,
    /// What the member may see has changed.
    Scope,
    /// The view is another member's.
    Member,
}
