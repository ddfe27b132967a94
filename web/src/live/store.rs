//! What the console knows, and how components read it. Reads that are drawn track a trigger, so a
//! frame redraws only what it touched.

use leptos::prelude::*;
use shared::{
    apply::{Timeline, View},
    error::{ErrorCode, Problem},
    ids::{CalendarId, ChannelId, CommandKey, ConversationId, MemberId, QueueId},
    live::{
        close::Verdict,
        command::{Command, Done},
        snapshot::Watcher,
    },
    model::{
        board::Board,
        calendar::Calendar,
        channel::Channel,
        conversation::Conversation,
        draft::Draft,
        health::ChannelHealth,
        member::Member,
        notice::Notice,
        queue::Queue,
        settings::{Banner, Settings},
    },
};

use super::{
    connection::Link,
    outbox::{Outbox, Pending},
};

/// How true the screen is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Status {
    /// Everything up to a moment ago is on the screen.
    Live,
    /// Connected, or connecting for the first time; something is still missing.
    CatchingUp,
    /// Not connected since this moment (this computer's clock, milliseconds).
    Offline(f64),
    /// The server said not to come back by itself.
    Ended(Verdict),
}

/// A command that was refused, for whoever tells the person.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// What was asked.
    pub(crate) command: Command,
    /// Why not.
    pub(crate) problem: Problem,
}

impl Refusal {
    /// A command that stays unanswered for so long that it must not be sent any more.
    pub(super) fn too_late(command: Command) -> Self {
        Self { command, problem: Problem::new(ErrorCode::Unavailable) }
    }
}

pub(super) type OnAnswer = Box<dyn FnOnce(Result<Done, Problem>)>;

/// The handle every component shares; copying it is free.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    pub(super) view: StoredValue<Option<View>>,
    pub(super) outbox: StoredValue<Outbox>,
    pub(super) link: StoredValue<Link, LocalStorage>,
    /// Who wants to know how a command ended, and whether they tell the person when it was refused.
    pub(super) answers: StoredValue<Vec<(CommandKey, bool, OnAnswer)>, LocalStorage>,
    pub(super) rows: Trigger,
    pub(super) timelines: Trigger,
    pub(super) directory: Trigger,
    pub(super) own: Trigger,
    pub(super) pending: Trigger,
    pub(super) status: RwSignal<Status>,
    pub(super) behind: RwSignal<usize>,
    pub(super) clock: RwSignal<f64>,
    pub(super) watchers: RwSignal<Vec<Watcher>>,
    pub(super) unopened: RwSignal<Option<(ConversationId, ErrorCode)>>,
    pub(super) refusals: RwSignal<Vec<Refusal>>,
    pub(super) board: RwSignal<Option<Board>>,
}

impl Live {
    /// An empty view without a connection.
    pub(crate) fn new() -> Self {
        Self {
            view: StoredValue::new(None),
            outbox: StoredValue::new(Outbox::default()),
            link: StoredValue::new_local(Link::default()),
            answers: StoredValue::new_local(Vec::new()),
            rows: Trigger::new(),
            timelines: Trigger::new(),
            directory: Trigger::new(),
            own: Trigger::new(),
            pending: Trigger::new(),
            status: RwSignal::new(Status::CatchingUp),
            behind: RwSignal::new(0),
            clock: RwSignal::new(crate::browser::now_ms()),
            watchers: RwSignal::new(Vec::new()),
            unopened: RwSignal::new(None),
            refusals: RwSignal::new(Vec::new()),
            board: RwSignal::new(None),
        }
    }

    /// How true the screen is; tracked.
    pub(crate) fn status(self) -> Status {
        self.status.get()
    }

    /// How many changes are missing while catching up, as far as that is known; tracked.
    pub(crate) fn behind(self) -> usize {
        self.behind.get()
    }

    /// The server's time in milliseconds, moving every second; tracked.
    pub(crate) fn now(self) -> f64 {
        self.clock.get()
    }

    /// Whether there is anything to show; tracked.
    pub(crate) fn is_ready(self) -> bool {
        self.rows.track();
        self.view.with_value(Option::is_some)
    }

    /// Reads rows of the list; tracked.
    pub(crate) fn rows<T>(self, read: impl FnOnce(&View) -> T) -> Option<T> {
        self.rows.track();
        self.view.with_value(|view| view.as_ref().map(read))
    }

    /// A conversation's row, in the list or in an opened timeline; tracked.
    pub(crate) fn conversation(self, id: ConversationId) -> Option<Conversation> {
        self.rows.track();
        self.timelines.track();
        self.view.with_value(|view| {
            let view = view.as_ref()?;
            let opened = view.timelines.get(&id).and_then(|t| t.conversation.as_ref());
            view.conversations.get(&id).or(opened).cloned()
        })
    }

    /// Reads an opened timeline; tracked.
    pub(crate) fn timeline<T>(self, id: ConversationId, read: impl FnOnce(&Timeline) -> T) -> Option<T> {
        self.timelines.track();
        self.view.with_value(|view| view.as_ref()?.timelines.get(&id).map(read))
    }

    /// Why a conversation could not be opened; tracked.
    pub(crate) fn unopened(self, id: ConversationId) -> Option<ErrorCode> {
        self.unopened.get().filter(|(which, _)| *which == id).map(|(_, code)| code)
    }

    /// A member; tracked.
    pub(crate) fn member(self, id: MemberId) -> Option<Member> {
        self.directory(|view| view.members.get(&id).cloned()).flatten()
    }

    /// All members; tracked.
    pub(crate) fn members(self) -> Vec<Member> {
        self.directory(|view| view.members.values().cloned().collect()).unwrap_or_default()
    }

    /// Who is signed in; tracked.
    pub(crate) fn me(self) -> Option<Member> {
        self.directory(|view| view.members.get(&view.me).cloned()).flatten()
    }

    /// A channel; tracked.
    pub(crate) fn channel(self, id: ChannelId) -> Option<Channel> {
        self.directory(|view| view.channels.get(&id).cloned()).flatten()
    }

    /// All channels, by name; tracked.
    pub(crate) fn channels(self) -> Vec<Channel> {
        let mut all: Vec<Channel> = Vec::new();
        self.directory(|view| {
            for channel in view.channels.values() {
                // There are a handful; a sort would be a noticeable part of what is downloaded.
                let at = all.iter().position(|known| known.name > channel.name).unwrap_or(all.len());
                all.insert(at, channel.clone());
            }
        });
        all
    }

    /// What is known of a channel at Meta; tracked.
    pub(crate) fn health(self, id: ChannelId) -> Option<ChannelHealth> {
        self.directory(|view| view.health.get(&id).cloned()).flatten()
    }

    /// All queues; tracked.
    pub(crate) fn queues(self) -> Vec<Queue> {
        self.directory(|view| view.queues.values().cloned().collect()).unwrap_or_default()
    }

    /// All calendars; tracked.
    pub(crate) fn calendars(self) -> Vec<Calendar> {
        self.directory(|view| view.calendars.values().cloned().collect()).unwrap_or_default()
    }

    /// A calendar; tracked.
    pub(crate) fn calendar(self, id: CalendarId) -> Option<Calendar> {
        self.directory(|view| view.calendars.get(&id).cloned()).flatten()
    }

    /// A queue; tracked.
    pub(crate) fn queue(self, id: QueueId) -> Option<Queue> {
        self.directory(|view| view.queues.get(&id).cloned()).flatten()
    }

    /// What the member has begun to write somewhere, as the server knows it; tracked.
    pub(crate) fn draft(self, id: ConversationId) -> Option<Draft> {
        self.own.track();
        self.view.with_value(|view| view.as_ref()?.drafts.get(&id).cloned())
    }

    /// What the member was told of and has not seen, the newest first; tracked.
    pub(crate) fn notices(self) -> Vec<Notice> {
        self.own.track();
        let all = |view: &View| view.notices.values().rev().cloned().collect();
        self.view.with_value(|view| view.as_ref().map(all)).unwrap_or_default()
    }

    /// The tenant's settings; tracked.
    pub(crate) fn settings(self) -> Option<Settings> {
        self.directory(|view| view.settings.clone())
    }

    /// What everybody is told now; tracked.
    pub(crate) fn banner(self) -> Option<Banner> {
        self.directory(|view| view.settings.banner.clone()).flatten()
    }

    fn directory<T>(self, read: impl FnOnce(&View) -> T) -> Option<T> {
        self.directory.track();
        self.view.with_value(|view| view.as_ref().map(read))
    }

    /// Colleagues at a conversation at this moment; tracked.
    pub(crate) fn watchers(self, id: ConversationId) -> Vec<Watcher> {
        let now = self.clock.get();
        let me = self.view.with_value(|view| view.as_ref().map(|v| v.me));
        self.watchers.with(|all| {
            all.iter()
                .filter(|w| w.conversation == id && Some(w.member) != me)
                .filter(|w| millis(w.until) > now)
                .cloned()
                .collect()
        })
    }

    /// Commands on their way that `keep` wants; tracked.
    pub(crate) fn pending(self, keep: impl Fn(&Pending) -> bool) -> Vec<Pending> {
        self.pending.track();
        self.outbox.with_value(|o| o.entries().iter().filter(|p| keep(p)).cloned().collect())
    }

    /// Refused commands since the last call; tracked.
    pub(crate) fn take_refusals(self) -> Vec<Refusal> {
        self.refusals.track();
        let waiting = self.refusals.with_untracked(|r| !r.is_empty());
        if waiting {
            self.refusals.try_update_untracked(std::mem::take).unwrap_or_default()
        } else {
            Vec::new()
        }
    }
}

/// An instant in milliseconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53 for 285,000 years")]
pub(super) fn millis(at: shared::Instant) -> f64 {
    at.timestamp_millis() as f64
}
