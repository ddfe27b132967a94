//! The one reducer: `apply` folds the log into a view, on the console and in the server's tests.
//!
//! Invariant: for every member, applying the events after a snapshot gives the same view as a fresh
//! snapshot. Events at or before the view's position are ignored; rows are upserted by `rev`.

use std::collections::BTreeMap;

use crate::{
    Pos,
    ids::{CalendarId, ChannelId, ConversationId, MemberId, NoticeId, QueueId},
    limits::SNAPSHOT_NOTICES,
    live::{
        event::{Event, Logged},
        snapshot::{Opened, Snapshot},
    },
    model::{
        calendar::Calendar,
        channel::Channel,
        conversation::{Conversation, ConversationState},
        draft::Draft,
        health::ChannelHealth,
        member::Member,
        message::Message,
        notice::Notice,
        queue::Queue,
        saved_view::SavedView,
        settings::Settings,
    },
};

/// What a console knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Everything up to here is contained.
    pub pos: Pos,
    /// The scope the view was drawn for.
    pub scope_rev: u64,
    /// Who looks.
    pub me: MemberId,
    /// The tenant's settings.
    pub settings: Settings,
    /// All members.
    pub members: BTreeMap<MemberId, Member>,
    /// All queues.
    pub queues: BTreeMap<QueueId, Queue>,
    /// All calendars.
    pub calendars: BTreeMap<CalendarId, Calendar>,
    /// All channels.
    pub channels: BTreeMap<ChannelId, Channel>,
    /// What is known of channels at Meta; for administrators only.
    pub health: BTreeMap<ChannelId, ChannelHealth>,
    /// Conversations in sight that are not closed.
    pub conversations: BTreeMap<ConversationId, Conversation>,
    /// Whether the snapshot left some out.
    pub truncated: bool,
    /// What the member has begun to write.
    pub drafts: BTreeMap<ConversationId, Draft>,
    /// The newest of what the member was told of and has not seen.
    pub notices: BTreeMap<NoticeId, Notice>,
    /// The searches that are kept under a name: the member's own, then those for everybody.
    pub views: Vec<SavedView>,
    /// Opened timelines, also of closed conversations.
    pub timelines: BTreeMap<ConversationId, Timeline>,
}

/// An opened timeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The position of the page it was filled from; none while the answer to `open` is on its way.
    pub opened_at: Option<Pos>,
    /// The conversation's row, kept here because a closed one is not in the list.
    pub conversation: Option<Conversation>,
    /// Messages by place.
    pub messages: BTreeMap<u64, Message>,
    /// Whether there are older ones than the first.
    pub has_older: bool,
}

/// What an event changed, so that a console redraws only that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// Nothing.
    Nothing,
    /// A conversation's row; it may be gone.
    Conversation(ConversationId),
    /// A message in an opened timeline.
    Message(ConversationId, u64),
    /// A member.
    Member(MemberId),
    /// A queue.
    Queue(QueueId),
    /// A calendar; it may be gone.
    Calendar(CalendarId),
    /// A channel.
    Channel(ChannelId),
    /// The settings.
    Settings,
    /// What the member has begun to write somewhere.
    Draft(ConversationId),
    /// What the member was told of.
    Notices,
    /// The searches that are kept under a name.
    Views,
}

impl View {
    /// The view a snapshot describes; no timeline is open in it.
    pub fn new(snapshot: Snapshot) -> Self {
        Self {
            pos: snapshot.pos,
            scope_rev: snapshot.scope_rev,
            me: snapshot.me,
            settings: snapshot.settings,
            members: by(snapshot.members, |m| m.id),
            queues: by(snapshot.queues, |q| q.id),
            calendars: by(snapshot.calendars, |c| c.id),
            channels: by(snapshot.channels, |c| c.id),
            health: by(snapshot.health, |h| h.channel),
            conversations: by(snapshot.conversations, |c| c.id),
            truncated: snapshot.truncated,
            drafts: by(snapshot.drafts, |d| d.conversation),
            notices: by(snapshot.notices, |n| n.id),
            views: snapshot.views,
            timelines: BTreeMap::new(),
        }
    }

    /// Notes that `open` was sent: events that arrive before the answer are kept.
    pub fn opening(&mut self, id: ConversationId) {
        self.timelines.entry(id).or_default();
    }

    /// Takes the answer to `open`.
    pub fn opened(&mut self, opened: Opened) {
        let Some(timeline) = self.timelines.get_mut(&opened.conversation.id) else {
            return; // closed again before the answer came
        };
        let oldest = opened.messages.first().map(|m| m.seq);
        let early = std::mem::take(&mut timeline.messages);
        timeline.messages = by(opened.messages, |m| m.seq);
        timeline.has_older = opened.has_older;
        timeline.opened_at = Some(opened.pos);
        if timeline.conversation.as_ref().is_none_or(|known| known.rev < opened.conversation.rev) {
            timeline.conversation = Some(opened.conversation);
        }
        for message in early.into_values() {
            if oldest.is_none_or(|oldest| message.seq >= oldest) {
                timeline.upsert(message);
            }
        }
    }

    /// Adds an older page that came by HTTP.
    pub fn older(&mut self, id: ConversationId, messages: Vec<Message>, has_older: bool) {
        let Some(timeline) = self.timelines.get_mut(&id) else { return };
        for message in messages {
            timeline.upsert(message);
        }
        timeline.has_older = has_older;
    }

    /// Forgets a timeline.
    pub fn close(&mut self, id: ConversationId) {
        self.timelines.remove(&id);
    }

    /// The position a batch or ping reached, for a connection without gaps.
    pub fn reached(&mut self, to: Pos) {
        self.pos = self.pos.max(to);
    }
}

impl Timeline {
    fn upsert(&mut self, message: Message) {
        match self.messages.get(&message.seq) {
            Some(known) if known.rev >= message.rev => {}
            _ => {
                self.messages.insert(message.seq, message);
            }
        }
    }

    fn accepts(&self, seq: u64) -> bool {
        // Older than the window: it will come by HTTP when the reader scrolls there.
        self.opened_at.is_none()
            || !self.has_older
            || self.messages.first_key_value().is_none_or(|(oldest, _)| seq >= *oldest)
    }
}

/// Folds one event into the view and says what it touched.
pub fn apply(view: &mut View, logged: &Logged) -> Touched {
    if logged.pos <= view.pos {
        return Touched::Nothing;
    }
    view.pos = logged.pos;
    match &logged.event {
        Event::Conversation(conversation) => upsert_conversation(view, conversation),
        Event::ConversationGone { id } => {
            view.conversations.remove(id);
            // A page drawn after the object came back outranks the news that it had left.
            if view.timelines.get(id).is_some_and(|t| t.opened_at.is_none_or(|at| at < logged.pos)) {
                view.timelines.remove(id);
            }
            Touched::Conversation(*id)
        }
        Event::Message(message) => {
            let Some(timeline) = view.timelines.get_mut(&message.conversation) else {
                return Touched::Nothing;
            };
            if !timeline.accepts(message.seq) {
                return Touched::Nothing;
            }
            timeline.upsert(message.clone());
            Touched::Message(message.conversation, message.seq)
        }
        Event::Member(member) => {
            if view.members.get(&member.id).is_none_or(|known| known.rev < member.rev) {
                view.members.insert(member.id, member.clone());
            }
            Touched::Member(member.id)
        }
        Event::Queue(queue) => {
            if view.queues.get(&queue.id).is_none_or(|known| known.rev < queue.rev) {
                view.queues.insert(queue.id, queue.clone());
            }
            Touched::Queue(queue.id)
        }
        // A program that passes over them knows none.
        Event::Calendar(_) | Event::Health(_) if cfg!(not(feature = "office")) => Touched::Nothing,
        Event::Calendar(calendar) => {
            if view.calendars.get(&calendar.id).is_none_or(|known| known.rev < calendar.rev) {
                view.calendars.insert(calendar.id, calendar.clone());
            }
            Touched::Calendar(calendar.id)
        }
        Event::CalendarGone { id } => {
            view.calendars.remove(id);
            Touched::Calendar(*id)
        }
        Event::Channel(channel) => {
            if view.channels.get(&channel.id).is_none_or(|known| known.rev < channel.rev) {
                view.channels.insert(channel.id, channel.clone());
            }
            Touched::Channel(channel.id)
        }
        Event::Health(health) => {
            if view.health.get(&health.channel).is_none_or(|known| known.rev < health.rev) {
                view.health.insert(health.channel, (**health).clone());
            }
            Touched::Channel(health.channel)
        }
        Event::Settings(settings) => {
            if view.settings.rev < settings.rev {
                view.settings = settings.clone();
            }
            Touched::Settings
        }
        Event::Draft(draft) => {
            view.drafts.insert(draft.conversation, draft.clone());
            Touched::Draft(draft.conversation)
        }
        Event::DraftGone { conversation } => {
            view.drafts.remove(conversation);
            Touched::Draft(*conversation)
        }
        Event::Notice(notice) => {
            view.notices.insert(notice.id, notice.clone());
            // They are read from the oldest on, so what a snapshot leaves out never comes back.
            while view.notices.len() > SNAPSHOT_NOTICES {
                view.notices.pop_first();
            }
            Touched::Notices
        }
        Event::NoticesRead { up_to } => {
            view.notices.retain(|id, _| id > up_to);
            Touched::Notices
        }
        Event::Views { shared, views } => {
            view.views.retain(|known| known.shared != *shared);
            let at = if *shared { view.views.len() } else { 0 };
            view.views.splice(at..at, views.iter().cloned());
            Touched::Views
        }
        Event::Erased {} => Touched::Nothing,
    }
}

/// Rows by key, inserted one by one: collecting would sort them first, and a copy of the sort for
/// each kind of row is a noticeable part of what the console's users download.
fn by<K: Ord, V>(rows: Vec<V>, key: fn(&V) -> K) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for row in rows {
        map.insert(key(&row), row);
    }
    map
}

fn upsert_conversation(view: &mut View, conversation: &Conversation) -> Touched {
    let id = conversation.id;
    if let Some(timeline) = view.timelines.get_mut(&id)
        && timeline.conversation.as_ref().is_none_or(|known| known.rev < conversation.rev)
    {
        timeline.conversation = Some(conversation.clone());
    }
    if view.conversations.get(&id).is_some_and(|known| known.rev >= conversation.rev) {
        return Touched::Nothing;
    }
    if conversation.state == ConversationState::Closed {
        view.conversations.remove(&id);
    } else {
        view.conversations.insert(id, conversation.clone());
    }
    Touched::Conversation(id)
}
