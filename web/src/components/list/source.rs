//! Rows that are not live: closed conversations and what the server finds in messages.

use std::{collections::BTreeMap, time::Duration};

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use shared::{api::conversations::ConversationsPage, ids::ConversationId, model::conversation::Conversation};

use crate::http::{self, encoded};

/// How long a person must pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(300);

/// What was asked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Closed,
    Found(String),
}

impl Wanted {
    fn path(&self, after: Option<&str>) -> String {
        let mut path = match self {
            Self::Closed => "/api/conversations?state=closed".to_owned(),
            Self::Found(words) => format!("/api/conversations?state=any&search={}", encoded(words)),
        };
        if let Some(after) = after {
            path.push_str("&after=");
            path.push_str(&encoded(after));
        }
        path
    }
}

/// How the last question went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loading {
    /// Nothing is on its way.
    Idle,
    /// An answer is on its way.
    Busy,
    /// There was no answer.
    Failed,
}

/// Pages of rows from the server; only the answer to the newest question counts.
#[derive(Clone, Copy)]
pub(crate) struct Remote {
    ids: RwSignal<Vec<ConversationId>>,
    rows: RwSignal<BTreeMap<ConversationId, Conversation>>,
    state: RwSignal<Loading>,
    wanted: StoredValue<Option<Wanted>>,
    next: StoredValue<Option<String>>,
    timer: StoredValue<Option<TimeoutHandle>, LocalStorage>,
}

impl Remote {
    /// Nothing asked yet.
    pub(crate) fn new() -> Self {
        Self {
            ids: RwSignal::new(Vec::new()),
            rows: RwSignal::new(BTreeMap::new()),
            state: RwSignal::new(Loading::Idle),
            wanted: StoredValue::new(None),
            next: StoredValue::new(None),
            timer: StoredValue::new_local(None),
        }
    }

    /// The rows of the answer so far, in the server's order; tracked.
    pub(crate) fn ids(self) -> Vec<ConversationId> {
        self.ids.get()
    }

    /// A row; tracked.
    pub(crate) fn row(self, id: ConversationId) -> Option<Conversation> {
        self.rows.with(|rows| rows.get(&id).cloned())
    }

    /// How the last question went; tracked.
    pub(crate) fn state(self) -> Loading {
        self.state.get()
    }

    /// Asks for closed conversations.
    pub(crate) fn closed(self) {
        self.ask(Some(Wanted::Closed), Duration::ZERO);
    }

    /// Asks for messages with these words, once the person pauses.
    pub(crate) fn search(self, words: &str) {
        self.ask(Some(Wanted::Found(words.trim().to_owned())), PAUSE);
    }

    /// Asks for nothing.
    pub(crate) fn clear(self) {
        self.ask(None, Duration::ZERO);
    }

    /// Asks the same again.
    pub(crate) fn again(self) {
        self.load(None);
    }

    /// Asks for the next page, if there is one.
    pub(crate) fn more(self) {
        let next = self.next.get_value();
        if next.is_some() && self.state.get_untracked() == Loading::Idle {
            self.load(next);
        }
    }

    fn ask(self, wanted: Option<Wanted>, pause: Duration) {
        self.timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
        });
        if self.wanted.with_value(|known| *known == wanted && wanted != Some(Wanted::Closed)) {
            return;
        }
        let nothing = wanted.is_none();
        self.wanted.set_value(wanted);
        self.next.set_value(None);
        self.ids.set(Vec::new());
        self.state.set(if nothing { Loading::Idle } else { Loading::Busy });
        if !nothing && let Ok(timer) = set_timeout_with_handle(move || self.load(None), pause) {
            self.timer.set_value(Some(timer));
        }
    }

    fn load(self, after: Option<String>) {
        let Some(wanted) = self.wanted.get_value() else { return };
        self.state.set(Loading::Busy);
        spawn_local(async move {
            let answer = http::get::<ConversationsPage>(&wanted.path(after.as_deref())).await;
            if self.wanted.with_value(|now| now.as_ref() != Some(&wanted)) {
                return;
            }
            let Ok(page) = answer else {
                self.state.set(Loading::Failed);
                return;
            };
            self.next.set_value(page.next);
            let ids: Vec<_> = page.conversations.iter().map(|c| c.id).collect();
            self.rows.update(|rows| rows.extend(page.conversations.into_iter().map(|c| (c.id, c))));
            self.ids.update(|all| {
                if after.is_none() {
                    all.clear();
                }
                all.extend(ids.into_iter().filter(|id| !all.contains(id)).collect::<Vec<_>>());
            });
            self.state.set(Loading::Idle);
        });
    }
}
