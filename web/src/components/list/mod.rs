//! The list of conversations: tabs, search, and the rows in sight.

mod offers;
mod order;
mod row;
mod rows;
mod source;
mod views;
mod window;

use leptos::prelude::*;
use shared::{ids::ConversationId, live::command::Command};

pub(crate) use order::{Counts, ListTab};
pub(crate) use source::{Loading, Remote};

use crate::{
    app::Desk,
    components::{
        bulk::{self, Chosen},
        connection_state::ConnectionState,
    },
    effects::effect,
    i18n::{Key, text, tr},
    keys::{self, Action},
    live::Live,
    routes,
    ui::{Icon, IconButton, IconName, Kbd, Show, Tab, Tabs},
    words,
};
use rows::Rows;

const MINUTE_MS: f64 = 60_000.0;

/// What the parts of the inbox share.
#[derive(Clone, Copy)]
pub(crate) struct Inbox {
    /// The live view.
    pub(crate) live: Live,
    /// The conversation in the address.
    pub(crate) selected: Signal<Option<ConversationId>>,
    /// The tab chosen.
    pub(crate) tab: RwSignal<ListTab>,
    /// Whether only those are shown whose window closes soon.
    pub(crate) soon: RwSignal<bool>,
    /// What is searched for.
    pub(crate) search: RwSignal<String>,
    /// The row the keyboard is at.
    pub(crate) cursor: RwSignal<Option<ConversationId>>,
    /// The rows of the list as they are shown.
    pub(crate) shown: RwSignal<Vec<ConversationId>>,
    /// Row to scroll to and focus.
    pub(crate) reveal: RwSignal<Option<ConversationId>>,
    /// What was chosen for something that is done to several.
    pub(crate) chosen: Chosen,
    minute: Memo<f64>,
    remote: Remote,
}

impl Inbox {
    /// An inbox that starts with the own work.
    pub(crate) fn new(desk: Desk, selected: Signal<Option<ConversationId>>) -> Self {
        let live = desk.live;
        Self {
            chosen: Chosen::with_toasts(desk),
            live,
            selected,
            tab: RwSignal::new(ListTab::Mine),
            soon: RwSignal::new(false),
            search: RwSignal::new(String::new()),
            cursor: RwSignal::new(None),
            shown: RwSignal::new(Vec::new()),
            reveal: RwSignal::new(None),
            minute: Memo::new(move |_| (live.now() / MINUTE_MS).floor() * MINUTE_MS),
            remote: Remote::new(),
        }
    }

    /// Chooses a row, or everything up to it.
    pub(crate) fn choose(self, id: ConversationId, reach: bool) {
        if reach {
            self.shown.with_untracked(|shown| self.chosen.reach(id, shown));
        } else {
            self.chosen.toggle(id);
        }
    }

    /// How many conversations each tab has; tracked.
    pub(crate) fn counts(self) -> Counts {
        let now = self.minute();
        self.live.rows(|view| order::counts(view, now)).unwrap_or_default()
    }

    /// Now, to the minute: what counts windows need not run every second; tracked.
    pub(crate) fn minute(self) -> f64 {
        self.minute.get()
    }

    /// The row `by` rows after the keyboard's row, or after the selected one.
    pub(crate) fn neighbour(self, by: isize) -> Option<ConversationId> {
        self.shown.with_untracked(|shown| {
            let at = self.cursor.get_untracked().or(self.selected.get_untracked());
            let at = at.and_then(|id| shown.iter().position(|other| *other == id));
            let next = match at {
                Some(at) => at.saturating_add_signed(by).min(shown.len().saturating_sub(1)),
                None => 0,
            };
            shown.get(next).copied()
        })
    }

    /// The next or previous row with something unread.
    pub(crate) fn unread(self, forwards: bool) -> Option<ConversationId> {
        let shown = self.shown.get_untracked();
        let at = self.selected.get_untracked().and_then(|id| shown.iter().position(|o| *o == id));
        let unread =
            |id: &&ConversationId| untrack(|| self.live.conversation(**id)).is_some_and(|c| c.unread > 0);
        match (forwards, at) {
            (true, at) => shown.iter().skip(at.map_or(0, |at| at + 1)).find(unread).copied(),
            (false, at) => shown.iter().take(at.unwrap_or(shown.len())).rev().find(unread).copied(),
        }
    }
}

/// The list's pane.
#[component]
pub(crate) fn List(inbox: Inbox) -> impl IntoView {
    let Inbox { tab, search, soon, remote, .. } = inbox;
    let beginning = Desk::get().beginning;
    let counts = Memo::new(move |_| inbox.counts());
    effect(move || {
        let words = search.get();
        match (words.trim().is_empty(), tab.get()) {
            (false, _) => remote.search(&words),
            (true, ListTab::Closed) => remote.closed(),
            (true, _) => remote.clear(),
        }
    });
    let tabs = ListTab::ALL.into_iter().map(move |one| {
        let (label, number): (Key, fn(Counts) -> Option<usize>) = match one {
            ListTab::Mine => (Key::TabMine, |c| Some(c.mine)),
            ListTab::Waiting => (Key::TabWaiting, |c| Some(c.waiting)),
            ListTab::All => (Key::TabAll, |c| Some(c.all)),
            ListTab::Closed => (Key::TabClosed, |_| None),
        };
        view! {
            <Tab
                label=Signal::derive(move || text(label).to_owned())
                selected=Signal::derive(move || tab.get() == one)
                count=Signal::derive(move || number(counts.get()))
                on:click=move |_| {
                    search.set(String::new());
                    soon.set(false);
                    tab.set(one);
                }
                attr:data-testid=format!("tab-{}", one.as_str())
            />
        }
    });
    let tabs = tabs.collect_view();
    view! {
        <section class="list" aria-label=tr(Key::ListLabel)>
            <header class="list__head">
                <div class="list__title">
                    <h1>{tr(Key::InboxTitle)}</h1>
                    <ConnectionState live=inbox.live/>
                    <IconButton
                        icon=IconName::Take
                        label=Signal::derive(|| text(Key::TakeNext).to_owned())
                        on:click=move |_| take_next(inbox.live)
                        attr:data-testid="take-next"
                    />
                    <IconButton
                        icon=IconName::Plus
                        label=Signal::derive(|| keys::hint(Key::Begin, Action::Begin))
                        on:click=move |_| beginning.set(true)
                        attr:data-testid="begin-open"
                    />
                </div>
                <div class="search">
                    <Icon name=IconName::Search/>
                    <input
                        type="search"
                        class="search__input"
                        data-testid="search"
                        placeholder=tr(Key::SearchPlaceholder)
                        aria-label=tr(Key::SearchPlaceholder)
                        title=tr(Key::SearchHelp)
                        bind:value=search
                    />
                    <Kbd shown="/"/>
                </div>
                <Tabs label=Signal::derive(|| text(Key::TabsLabel).to_owned())>{tabs}</Tabs>
                {views::views(inbox)}
                <Show when=move || soon.get() || counts.with(|counts| counts.soon > 0)>
                    <button
                        type="button"
                        class="list__soon"
                        title=tr(Key::TabSoonHint)
                        aria-pressed=move || soon.get().to_string()
                        data-testid="soon"
                        on:click=move |_| {
                            search.set(String::new());
                            soon.update(|soon| *soon = !*soon);
                        }
                    >
                        <Icon name=IconName::Clock/>
                        {tr(Key::TabSoon)}
                        <span>{move || counts.with(|counts| counts.soon.to_string())}</span>
                    </button>
                </Show>
            </header>
            <offers::Offers inbox/>
            <Rows inbox/>
            {bulk::bar(inbox.chosen)}
        </section>
    }
    .into_any()
}

/// Takes what waits longest and opens it.
fn take_next(live: Live) {
    let desk = Desk::get();
    live.command_then(Command::TakeNext {}, move |answer| match answer {
        Ok(done) => {
            if let Some(id) = done.conversation {
                desk.router.go(&routes::conversation(id));
            }
        }
        Err(problem) => desk.toasts.say(text(words::error(problem.code)).to_owned()),
    });
}
