//! The scrolling part of the list. Only the rows in sight exist; the order rests while somebody
//! points at it.

use leptos::{html, prelude::*};
use shared::ids::ConversationId;

use super::{
    Inbox, ListTab,
    order::{closing, hold, rows},
    row::Row,
    source::Loading,
    window,
};
use crate::{
    browser,
    effects::effect,
    i18n::{Key, count, text, tr},
    time,
    ui::{Button, ButtonLook, EmptyState, IconName, Item, RowSkeletons, Show, each},
};

/// A pointer that has not moved for this long no longer holds the order, in milliseconds.
const RESTS_MS: f64 = 4_000.0;

/// The rows.
#[component]
pub(super) fn Rows(inbox: Inbox) -> impl IntoView {
    let Inbox { live, tab, search, remote, shown, .. } = inbox;
    let scroller = NodeRef::<html::Div>::new();
    let (top, height) = (RwSignal::new(0.0), RwSignal::new(800.0));
    let touched_at = StoredValue::new(0.0);
    let held = RwSignal::new(false);
    let new = RwSignal::new(0_usize);

    let fresh =
        Memo::new(move |_| {
            let words = search.get();
            let only_soon = inbox.soon.get() && words.trim().is_empty();
            let found = live.rows(|view| {
                if only_soon { closing(view, inbox.minute()) } else { rows(view, tab.get(), &words) }
            });
            let mut ids = found.unwrap_or_default();
            if only_soon {
                return ids;
            }
            for id in remote.ids() {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            ids
        });
    let place = Memo::new(move |_| (tab.get(), search.get(), inbox.soon.get()));
    let mut before = None::<(ListTab, String, bool)>;
    effect(move || {
        let now = place.get();
        let fresh = fresh.get();
        let (next, waiting) = if held.get() && before.as_ref() == Some(&now) {
            shown.with_untracked(|shown| hold(shown, &fresh))
        } else {
            (fresh, 0)
        };
        new.set(waiting);
        if shown.with_untracked(|shown| *shown != next) {
            shown.set(next);
        }
        if before.replace(now.clone()).is_some_and(|before| before != now) {
            scroll_to(scroller, 0.0);
        }
    });

    // The order rests from a movement of the pointer until it leaves or has not moved for a while.
    let touch = move || {
        touched_at.set_value(browser::now_ms());
        held.maybe_update(|held| !std::mem::replace(held, true));
    };
    effect(move || {
        let _ = live.now();
        if held.get_untracked() && browser::now_ms() - touched_at.get_value() > RESTS_MS {
            held.set(false);
        }
    });

    let measure = move || {
        if let Some(scroller) = scroller.get_untracked() {
            top.set(f64::from(scroller.scroll_top()));
            height.set(f64::from(scroller.client_height()));
        }
    };
    effect(move || {
        if scroller.get().is_some() {
            request_animation_frame(measure);
        }
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let scrolled = move |_| {
        measure();
        let end = window::offset(shown.with_untracked(Vec::len));
        if top.get_untracked() + 2.0 * height.get_untracked() > end {
            remote.more();
        }
    };

    effect(move || {
        let Some(id) = inbox.reveal.get() else { return };
        inbox.reveal.set(None);
        reveal(inbox, scroller, id, height.get_untracked());
    });

    let range = Memo::new(move |_| window::visible(shown.with(Vec::len), top.get(), height.get()));
    let drawn = move || shown.with(|all| all.get(range.get()).map(<[_]>::to_vec).unwrap_or_default());
    // Only some rows exist, so each says which of how many it is.
    let place_of = move |id| {
        let start = range.get().start;
        let at = shown.with(|all| all.iter().skip(start).position(|other| *other == id));
        at.map(|at| (start + at + 1).to_string())
    };
    let item = move |id| {
        view! {
            <li
                class="list__item"
                aria-setsize=move || shown.with(Vec::len).to_string()
                aria-posinset=move || place_of(id)
            >
                <Row inbox id/>
                <input
                    type="checkbox"
                    class="list__check"
                    class:list__check--on=move || inbox.chosen.any()
                    aria-label=tr(Key::BulkChoose)
                    data-testid="choose"
                    prop:checked=move || inbox.chosen.has(id)
                    on:click=move |event| inbox.choose(id, event.shift_key())
                />
            </li>
        }
        .into_any()
    };
    let before = move || pixels(range.get().start);
    let after = move || pixels(shown.with(Vec::len).saturating_sub(range.get().end));
    let empty = Memo::new(move |_| shown.with(Vec::is_empty));

    view! {
        <div
            class="list__rows"
            node_ref=scroller
            on:scroll=scrolled
            on:pointermove=move |_| touch()
            on:focusin=move |_| touch()
            on:pointerleave=move |_| held.set(false)
        >
            <Show when=move || { new.get() > 0 }>
                <button type="button" class="new-bar" on:click=move |_| { held.set(false); scroll_to(scroller, 0.0); }>
                    {move || count(new.get(), Key::ListNewOne, Key::ListNewOther)}
                </button>
            </Show>
            <Show when=move || live.is_ready() fallback=RowSkeletons>
                <Show when=move || empty.get()>
                    <Nothing inbox/>
                </Show>
                <ul style:padding-top=before style:padding-bottom=after aria-label=tr(Key::ListLabel)>
                    {each(move || drawn().into_iter().map(|id| Item::new(id.to_string(), move || item(id))).collect())}
                </ul>
            </Show>
        </div>
    }
    .into_any()
}

/// What stands where no row is.
#[component]
fn Nothing(inbox: Inbox) -> impl IntoView {
    let Inbox { tab, search, remote, .. } = inbox;
    move || {
        let searching = !search.with(|s| s.trim().is_empty());
        match remote.state() {
            Loading::Busy => return RowSkeletons().into_any(),
            Loading::Failed => {
                return view! {
                    <EmptyState icon=IconName::Warning title=Signal::derive(|| text(Key::LoadFailed).to_owned())>
                        <Button look=ButtonLook::Plain on:click=move |_| remote.again()>{tr(Key::TryAgain)}</Button>
                    </EmptyState>
                }
                .into_any();
            }
            Loading::Idle => {}
        }
        let (title, hint) = match (searching, tab.get()) {
            (true, _) => (Key::EmptySearch, Key::EmptySearchHint),
            (_, ListTab::Mine) => (Key::EmptyMine, Key::EmptyMineHint),
            (_, ListTab::Waiting) => (Key::EmptyWaiting, Key::EmptyWaitingHint),
            (_, ListTab::All) => (Key::EmptyAll, Key::EmptyAllHint),
            (_, ListTab::Closed) => (Key::EmptyClosed, Key::EmptyClosedHint),
        };
        view! {
            <EmptyState
                icon=if searching { IconName::Search } else { IconName::Inbox }
                title=Signal::derive(move || text(title).to_owned())
                hint=Signal::derive(move || text(hint).to_owned())
            />
        }
        .into_any()
    }
}

/// Scrolls a row into sight and gives it the focus once it is drawn.
fn reveal(inbox: Inbox, scroller: NodeRef<html::Div>, id: ConversationId, height: f64) {
    let Some(index) = inbox.shown.with_untracked(|all| all.iter().position(|o| *o == id)) else { return };
    let Some(element) = scroller.get_untracked() else { return };
    let (start, top) = (window::offset(index), f64::from(element.scroll_top()));
    if start < top {
        scroll_to(scroller, start);
    } else if start + window::ROW > top + height {
        scroll_to(scroller, start + window::ROW - height);
    }
    // Two frames: one for the scroll to be measured, one for the row to be drawn.
    request_animation_frame(move || {
        request_animation_frame(move || {
            // Somebody quick is writing by now; the letters must not go to the row.
            if !browser::is_typing() {
                browser::focus(&format!("[data-id=\"{id}\"]"));
            }
        });
    });
}

/// The height of so many rows, for the stylesheet.
fn pixels(rows: usize) -> String {
    format!("{}px", time::whole_number(window::offset(rows)))
}

fn scroll_to(scroller: NodeRef<html::Div>, top: f64) {
    if let Some(element) = scroller.get_untracked() {
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        element.set_scroll_top(top as i32);
    }
}
