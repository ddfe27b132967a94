//! Canned replies: `/` and the beginning of a shortcut or a word, and the reply that is chosen stands in its place.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::canned::CannedPage,
    canned::{self, Values},
    ids::CannedReplyId,
    model::{canned::CannedReply, outgoing::Upload},
};
use web_sys::{KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::draft::Draft;
use crate::{
    browser, http,
    i18n::{Key, text, tr},
    routes,
    session::Who,
    ui::{Icon, IconName, Item, Show, each},
    words,
};

/// What was fetched is fetched again when it is older, in milliseconds.
const OLD_MS: f64 = 60_000.0;
/// The list's id, which the field refers to.
const LIST: &str = "replies";

/// The list of what `/` finds.
#[derive(Clone, Copy)]
pub(super) struct Replies {
    draft: Draft,
    /// All that the member may use.
    all: RwSignal<Vec<CannedReply>>,
    /// Whether they were fetched.
    loaded: RwSignal<bool>,
    fetched_at: StoredValue<f64>,
    /// What is looked for; the list is open while something is.
    word: RwSignal<Option<String>>,
    /// It was closed, and stays so until another one is begun.
    shut: StoredValue<bool>,
    /// The place of the one that Enter takes.
    at: RwSignal<Option<usize>>,
    /// What is looked for and there.
    found: RwSignal<Vec<CannedReply>>,
}

impl Replies {
    pub(super) fn new(draft: Draft) -> Self {
        Self {
            draft,
            all: RwSignal::new(Vec::new()),
            loaded: RwSignal::new(false),
            fetched_at: StoredValue::new(f64::MIN),
            word: RwSignal::new(None),
            shut: StoredValue::new(false),
            at: RwSignal::new(None),
            found: RwSignal::new(Vec::new()),
        }
    }

    /// Whether there is something to show; tracked.
    pub(super) fn is_open(self) -> bool {
        self.loaded.get() && self.word.with(Option::is_some)
    }

    /// The element that Enter takes; tracked.
    pub(super) fn active(self) -> Option<String> {
        self.at.get().filter(|_| self.is_open()).map(option_id)
    }

    /// Looks for what is in front of the caret. `/` alone takes nothing yet, so that it can be sent.
    pub(super) fn look(self) {
        let Some((written, caret)) = self.draft.caret() else { return };
        let range = canned::looked_for(&written, caret);
        let word = range.and_then(|range| written.get(range.start + 1..range.end)).map(str::to_owned);
        if word.is_none() {
            self.shut.set_value(false);
        }
        let word = word.filter(|_| !self.shut.get_value());
        if self.word.with_untracked(|known| *known == word) {
            return;
        }
        self.at.set(word.as_ref().filter(|word| !word.is_empty()).map(|_| 0));
        if word.is_some() && browser::now_ms() - self.fetched_at.get_value() > OLD_MS {
            self.fetched_at.set_value(browser::now_ms());
            self.fetch();
        }
        self.word.set(word);
        self.find();
    }

    fn close(self) {
        self.shut.set_value(true);
        self.leave();
    }

    /// The field is left; the list opens again with it.
    pub(super) fn leave(self) {
        // A field that is taken away is left, too.
        if self.word.is_disposed() {
            return;
        }
        self.word.set(None);
        self.at.set(None);
        self.find();
    }

    /// Finds what is looked for.
    fn find(self) {
        let language = self.draft.talk.row.with_untracked(|row| row.as_ref()?.contact.language.clone());
        let found = self.word.with_untracked(|word| {
            let Some(word) = word else { return Vec::new() };
            self.all.with_untracked(|all| {
                let found = canned::found(all, word, language.as_deref().unwrap_or_default());
                found.into_iter().cloned().collect()
            })
        });
        self.found.set(found);
    }

    fn fetch(self) {
        spawn_local(async move {
            let answer = http::get::<CannedPage>("/api/canned").await;
            // The conversation may have been left meanwhile.
            if self.all.is_disposed() {
                return;
            }
            match answer {
                Ok(page) => {
                    self.all.set(page.replies);
                    self.find();
                    self.loaded.set(true);
                }
                // Next time, then.
                Err(_) => self.fetched_at.set_value(f64::MIN),
            }
        });
    }

    /// Takes a key that is for the list; says whether it was.
    pub(super) fn pressed(self, event: &KeyboardEvent) -> bool {
        let composing = event.is_composing() || event.key_code() == 229;
        if composing || event.shift_key() || !untrack(|| self.is_open()) {
            return false;
        }
        let (many, at) = (self.found.with_untracked(Vec::len), self.at.get_untracked());
        match event.key().as_str() {
            "Escape" => self.close(),
            "ArrowDown" if many > 0 => self.step(at.map_or(0, |at| (at + 1) % many)),
            "ArrowUp" if many > 0 => self.step((at.unwrap_or(0) + many - 1) % many),
            "Enter" | "Tab" => {
                let chosen = at.and_then(|at| self.found.with_untracked(|found| found.get(at).cloned()));
                let Some(chosen) = chosen else { return false };
                self.choose(&chosen);
            }
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        true
    }

    fn step(self, at: usize) {
        self.at.set(Some(at));
        if let Some(option) = document().get_element_by_id(&option_id(at)) {
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    }

    /// Puts a reply where `/` and the word are, and its file beside it.
    fn choose(self, reply: &CannedReply) {
        let draft = self.draft;
        let Some((written, caret)) = draft.caret() else { return };
        let Some(range) = canned::looked_for(&written, caret) else { return };
        self.close();
        let units = |text: Option<&str>| text.map_or(0, |text| text.encode_utf16().count());
        draft.mark(units(written.get(..range.start)), units(written.get(..range.end)));
        draft.insert(&canned::fill(&reply.words.text, &untrack(|| self.values())));
        if reply.file.is_some() && !draft.note.get_untracked() {
            self.bring(reply.id);
        }
    }

    fn bring(self, id: CannedReplyId) {
        let (desk, tray) = (self.draft.talk.desk, self.draft.tray());
        spawn_local(async move {
            match http::post_text::<Upload>(&format!("/api/canned/{id}/upload"), "{}".to_owned()).await {
                Ok(upload) => desk.attachments.add_upload(&tray, upload),
                Err(refused) => {
                    let why = refused.code().map_or(Key::Unreachable, words::error);
                    desk.toasts.say(text(why).to_owned());
                }
            }
        });
    }

    fn values(self) -> Values {
        let talk = self.draft.talk;
        let mut values = Values::default();
        if let Some(row) = talk.row.get() {
            values.customer = row.contact.name.unwrap_or_default();
            let queue = row.queue.and_then(|id| talk.live.queue(id));
            values.queue = queue.map(|queue| queue.name).unwrap_or_default();
        }
        if let Who::Member(session) = talk.desk.session.who() {
            (values.agent, values.business) = (session.name, session.tenant_name);
        }
        values
    }
}

fn option_id(at: usize) -> String {
    format!("{LIST}-{at}")
}

/// The list; above the field, as long as something is looked for.
pub(super) fn list(replies: Replies) -> AnyView {
    let none = move || replies.found.with(Vec::is_empty);
    let options = move || {
        let found = replies.found.get().into_iter().enumerate();
        found
            .map(|(at, reply)| {
                Item::new(format!("{at} {} {}", reply.id, reply.rev), move || option(replies, at, reply))
            })
            .collect()
    };
    view! {
        // The field keeps the focus, whatever is clicked here.
        <div class="replies" hidden=move || !replies.is_open() on:mousedown=|event| event.prevent_default()>
            <ul class="replies__all" id=LIST role="listbox" aria-label=tr(Key::Replies) data-testid="replies" hidden=none>
                {each(options)}
            </ul>
            <Show when=none>
                <p class="replies__none" role="status" data-testid="replies-none">
                    {tr(Key::RepliesNoneFound)}
                    " "
                    <a href=routes::REPLIES>{tr(Key::RepliesManage)}</a>
                </p>
            </Show>
        </div>
    }
    .into_any()
}

fn option(replies: Replies, at: usize, reply: CannedReply) -> AnyView {
    let (words, chosen) = (reply.words.clone(), reply.clone());
    let filled = canned::fill(&words.text, &untrack(|| replies.values()));
    view! {
        <li
            class="replies__one"
            id=option_id(at)
            role="option"
            data-testid="reply"
            aria-selected=move || (replies.at.get() == Some(at)).to_string()
            on:mousemove=move |_| replies.at.set(Some(at))
            on:click=move |_| replies.choose(&chosen)
        >
            <span class="replies__short">"/"{words.shortcut}</span>
            <b class="replies__title" dir="auto">{words.title}</b>
            {reply.file.is_some().then(|| view! { <Icon name=IconName::Clip/> }.into_any())}
            <span class="replies__language">{words.language}</span>
            <span class="replies__text" dir="auto">{filled}</span>
        </li>
    }
    .into_any()
}
