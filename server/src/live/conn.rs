//! One connection as its shard knows it.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant as Monotonic},
};

use shared::{
    Pos,
    ids::{ConversationId, MemberId},
    live::snapshot::Activity,
    permission::Scope,
};

use super::{board::Running, looks::Looks, outgoing::Outgoing};
use crate::db::TenantStore;

/// How a connection gets its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// No first frame yet, or a snapshot or resume is being read.
    Loading,
    /// It has everything up to the cursor; new events come as they happen.
    Live,
    /// It reads the ring or the log.
    CatchingUp,
    /// It does not read; the cursor waits until the socket drains.
    Lagging,
    /// It is being closed.
    Closing,
}

pub(super) struct Conn {
    pub(super) id: u64,
    pub(super) tenant: TenantStore,
    pub(super) member: MemberId,
    pub(super) token_hash: String,
    /// When the session ends whatever happens.
    pub(super) expires_at: shared::Instant,
    /// Held because the stream of the client's frames ends with it.
    pub(super) _ws: actix_ws::Session,
    pub(super) outgoing: Rc<RefCell<Outgoing>>,
    pub(super) mode: Mode,
    /// Whether the first frame has come; a second one would only cost another snapshot.
    pub(super) greeted: bool,
    /// What the member may see; none until the first snapshot or resume.
    pub(super) scope: Option<Scope>,
    /// Everything up to here was filtered for this connection.
    pub(super) cursor: Pos,
    /// The last `to` the client was told; the next batch starts behind it.
    pub(super) told: Pos,
    pub(super) open: Vec<ConversationId>,
    /// Over whose shoulders it looks there.
    pub(super) looks: Looks,
    /// Counts loads, so that an answer of an older one is dropped.
    pub(super) load: u64,
    pub(super) heard: Monotonic,
    pub(super) ping_at: Monotonic,
    pub(super) in_flight: usize,
    /// Pages of timelines that are being read.
    pub(super) opening: usize,
    /// What the member has on screen, as told last, and where they write.
    pub(super) viewing: Vec<ConversationId>,
    pub(super) typing: Option<ConversationId>,
    /// Whether the client asked for the board.
    pub(super) wants_board: bool,
    /// The board it looks at.
    pub(super) board: Option<Arc<Running>>,
    /// When the session was last known to be in use.
    pub(super) seen_at: shared::Instant,
    /// Whether the member worked since the session was last renewed. What a console says by itself is no
    /// work.
    pub(super) active: bool,
    pub(super) budget: Budget,
    /// Whether this socket counts in the member's presence.
    pub(super) present: bool,
}

impl Conn {
    /// Closes a timeline.
    pub(super) fn shut(&mut self, at: ConversationId) {
        self.open.retain(|known| *known != at);
        self.looks.forget(at);
    }

    /// Takes what colleagues may believe the member is doing through this socket, where `ends` says so.
    pub(super) fn take_signs(
        &mut self,
        ends: impl Fn(ConversationId, Activity) -> bool,
    ) -> Vec<(ConversationId, Activity)> {
        let viewing = self.viewing.extract_if(.., |at| ends(*at, Activity::Viewing));
        let mut signs: Vec<_> = viewing.map(|at| (at, Activity::Viewing)).collect();
        let typing = self.typing.take_if(|at| ends(*at, Activity::Typing));
        signs.extend(typing.map(|at| (at, Activity::Typing)));
        signs
    }
}

/// Frames a client may send: a bucket that refills over time.
pub(super) struct Budget {
    tokens: f64,
    at: Monotonic,
    refusals: u32,
}

/// Frames per second on average, and at once.
const RATE: f64 = 20.0;
const BURST: f64 = 60.0;
/// Frames refused in a row before the connection is closed.
const PATIENCE: u32 = 200;

impl Budget {
    pub(super) fn new(now: Monotonic) -> Self {
        Self { tokens: BURST, at: now, refusals: 0 }
    }

    /// Takes a token: whether the frame may be handled, and none when patience is over.
    pub(super) fn take(&mut self, now: Monotonic) -> Option<bool> {
        let passed: Duration = now.saturating_duration_since(self.at);
        self.tokens = (self.tokens + passed.as_secs_f64() * RATE).min(BURST);
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            self.refusals = 0;
            return Some(true);
        }
        self.refusals += 1;
        (self.refusals < PATIENCE).then_some(false)
    }
}
