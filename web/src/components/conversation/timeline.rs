//! The messages of a conversation. The scroller runs bottom-up (`column-reverse`), so the browser
//! itself keeps the newest message in sight and the place steady while history loads above.

use std::borrow::Cow;

use leptos::{
    html,
    prelude::*,
    task::{spawn_local, tick},
};
use shared::{api::conversations::MessagesPage, ids::ConversationId};

use super::{
    Talk, bubble,
    entries::{Entry, entries},
};
use crate::{
    effects::effect,
    http,
    i18n::{Key, count, text, tr},
    live::Live,
    time,
    ui::{Button, EmptyState, Icon, IconName, Item, Show, TimelineSkeleton, each},
    words,
};

/// Closer to the bottom than this counts as at the bottom, in pixels.
const AT_BOTTOM: i32 = 48;
/// Closer to the top than this asks for older messages, in pixels.
const NEAR_TOP: i32 = 400;

/// The messages.
#[component]
pub(super) fn TimelineView(talk: Talk) -> impl IntoView {
    let Talk { live, id, .. } = talk;
    let scroller = NodeRef::<html::Div>::new();
    let pinned = RwSignal::new(true);
    let seen = RwSignal::new(0_u64);
    let older = Older::new(live, id);

    let list = Memo::new(move |_| {
        let pending = live.pending(|p| p.bubble(id).is_some());
        live.timeline(id, |timeline| entries(id, timeline, &pending, time::day_number)).unwrap_or_default()
    });
    let opened = Memo::new(move |_| live.timeline(id, |t| t.opened_at.is_some()).unwrap_or(false));
    let newest = Memo::new(move |_| {
        live.timeline(id, |t| t.messages.last_key_value().map_or(0, |(seq, _)| *seq)).unwrap_or(0)
    });
    effect(move || {
        let newest = newest.get();
        if pinned.get() {
            seen.set(newest);
        }
    });
    keep_place(scroller, newest, list);
    // What I write is what I want to see.
    let mine =
        Memo::new(move |_| list.with(|l| l.iter().filter(|e| matches!(e, Entry::Pending { .. })).count()));
    let mut before = None;
    effect(move || {
        let now = mine.get();
        if before.replace(now).is_some_and(|before| now > before) {
            to_bottom(scroller);
        }
    });

    let aloud = announce(live, id, newest);
    let scrolled = move |_| {
        let Some(element) = scroller.get_untracked() else { return };
        let from_bottom = -element.scroll_top();
        let at_bottom = from_bottom < AT_BOTTOM;
        if pinned.get_untracked() != at_bottom {
            pinned.set(at_bottom);
        }
        if element.scroll_height() - element.client_height() - from_bottom < NEAR_TOP {
            older.load();
        }
    };
    let unseen = move || {
        let (newest, seen) = (newest.get(), seen.get());
        usize::try_from(newest.saturating_sub(seen)).unwrap_or(usize::MAX)
    };

    view! {
        <div class="timeline-box">
            <div class="timeline" node_ref=scroller on:scroll=scrolled data-testid="timeline" tabindex="0" aria-label=tr(Key::TimelineLabel)>
                <div class="timeline__inner">
                    <OlderState older/>
                    <Show when=move || opened.get() fallback=move || not_opened(live, id)>
                        <ol class="timeline__list">
                            {each(move || list.get().into_iter().map(|entry| {
                                Item::new(entry.key(), move || bubble::entry(talk, entry))
                            }).collect())}
                        </ol>
                    </Show>
                </div>
            </div>
            <p class="unseen" role="log" data-testid="announced">{aloud}</p>
            <Show when=move || !pinned.get()>
                <button type="button" class="to-bottom" on:click=move |_| to_bottom(scroller)>
                    <Icon name=IconName::Down/>
                    {move || match unseen() {
                        0 => text(Key::ToNewest).to_owned(),
                        n => count(n, Key::NewMessagesOne, Key::NewMessagesOther),
                    }}
                </button>
            </Show>
        </div>
    }
    .into_any()
}

/// What a screen reader says: the words of a message of somebody else that arrives while the
/// conversation is open. The list itself is silent, or loading history would be read out.
fn announce(live: Live, id: ConversationId, newest: Memo<u64>) -> RwSignal<String> {
    let aloud = RwSignal::new(String::new());
    let mut before = 0;
    effect(move || {
        let newest = newest.get();
        let was = std::mem::replace(&mut before, newest);
        if was == 0 || newest <= was {
            return;
        }
        let me = untrack(|| live.me()).map(|me| me.id);
        let words = untrack(|| {
            live.timeline(id, |timeline| {
                let (_, message) = timeline.messages.last_key_value()?;
                let own = message.author.member.is_some() && message.author.member == me;
                Some(message).filter(|_| !own).and_then(|message| match message.body.kind() {
                    Some(kind) => Some(text(words::kind(kind)).to_owned()),
                    None => message.body.words().map(Cow::into_owned),
                })
            })
        });
        if let Some(words) = words.flatten() {
            aloud.set(words);
        }
    });
    aloud
}

/// Above the bottom, what arrives below must not push the text away that somebody reads.
fn keep_place(scroller: NodeRef<html::Div>, newest: Memo<u64>, list: Memo<Vec<Entry>>) {
    let height = StoredValue::new(0);
    let mut before = None;
    effect(move || {
        list.track();
        let newest = newest.get();
        let below = before.replace(newest).is_some_and(|before| before > 0 && newest > before);
        spawn_local(async move {
            // The list is drawn after this effect and before the next paint.
            tick().await;
            let Some(element) = scroller.try_get_untracked().flatten() else { return };
            let now = element.scroll_height();
            let was = height.try_update_value(|height| std::mem::replace(height, now)).unwrap_or(now);
            let top = element.scroll_top();
            if below && -top >= AT_BOTTOM {
                element.set_scroll_top(top - (now - was));
            }
        });
    });
}

fn not_opened(live: Live, id: ConversationId) -> AnyView {
    (move || match live.unopened(id) {
        Some(code) => view! {
            <EmptyState
                icon=IconName::Warning
                title=Signal::derive(move || text(words::error(code)).to_owned())
                hint=Signal::derive(|| text(Key::UnopenedHint).to_owned())
            />
        }
        .into_any(),
        None => TimelineSkeleton().into_any(),
    })
    .into_any()
}

fn to_bottom(scroller: NodeRef<html::Div>) {
    if let Some(element) = scroller.get_untracked() {
        element.set_scroll_top(0);
    }
}

/// Older pages by HTTP.
#[derive(Clone, Copy)]
struct Older {
    live: Live,
    id: ConversationId,
    busy: RwSignal<bool>,
    failed: RwSignal<bool>,
}

impl Older {
    fn new(live: Live, id: ConversationId) -> Self {
        Self { live, id, busy: RwSignal::new(false), failed: RwSignal::new(false) }
    }

    fn load(self) {
        let (live, id) = (self.live, self.id);
        let first = untrack(|| {
            live.timeline(id, |t| {
                let first = t.messages.first_key_value().map(|(seq, _)| *seq);
                first.filter(|_| t.has_older && t.opened_at.is_some())
            })
        });
        let Some(first) = first.flatten().filter(|_| !self.busy.get_untracked()) else { return };
        self.busy.set(true);
        self.failed.set(false);
        spawn_local(async move {
            let path = format!("/api/conversations/{id}/messages?before={first}");
            let answer = http::get::<MessagesPage>(&path).await;
            // The conversation may have left the screen while the answer was on its way.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(page) => live.older(id, page.messages, page.has_older),
                Err(_) => self.failed.set(true),
            }
        });
    }
}

#[component]
fn OlderState(older: Older) -> impl IntoView {
    view! {
        <Show when=move || older.busy.get()>
            <p class="older late">{tr(Key::OlderLoading)}</p>
        </Show>
        <Show when=move || older.failed.get()>
            <p class="older">
                {tr(Key::OlderFailed)}
                <Button on:click=move |_| older.load()>{tr(Key::TryAgain)}</Button>
            </p>
        </Show>
    }
}
