//! What a shift begins with: who is missing, what stayed open overnight, whose window closes soon, and which blocks
//! are to be judged.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    ids::QueueId,
    model::{
        conversation::Conversation,
        shift::{Absence, Missing, Shift},
    },
};

use super::{Floor, behind, move_all};
use crate::{
    components::blocked,
    effects::effect,
    http::{self, Refused},
    i18n::{Key, fill, text, tr},
    routes, time,
    ui::{Button, IconName, Item, Notice, RowSkeletons, Show, Tone, each},
};

/// How soon the page asks again after the board has moved, and when nothing moved, in milliseconds.
const MOVED_MS: f64 = 2_000.0;
const STILL_MS: f64 = 30_000.0;

/// What was fetched.
#[derive(Clone, Copy)]
struct Page {
    floor: Floor,
    queue: RwSignal<Option<QueueId>>,
    fetched: RwSignal<Option<Result<Shift, Refused>>>,
    /// When it was asked for last, by the live clock.
    asked: StoredValue<f64>,
}

impl Page {
    fn fetch(self) {
        let queue = self.queue.get_untracked();
        self.asked.set_value(self.floor.desk.live.now());
        let path = queue.map_or_else(|| "/api/shift".to_owned(), |id| format!("/api/shift?queue={id}"));
        spawn_local(async move {
            let answer = http::get::<Shift>(&path).await;
            // Another queue may have been chosen by now.
            if self.queue.try_get_untracked() == Some(queue) {
                let _ = self.fetched.try_set(Some(answer));
            }
        });
    }

    fn read<T>(self, read: impl FnOnce(&Shift) -> T) -> Option<T> {
        self.fetched.with(|answer| match answer {
            Some(Ok(shift)) => Some(read(shift)),
            _ => None,
        })
    }
}

/// The page.
pub(crate) fn page(floor: Floor) -> AnyView {
    let page = Page {
        floor,
        queue: RwSignal::new(None),
        fetched: RwSignal::new(None),
        asked: StoredValue::new(0.0),
    };
    follow(page);
    let again = Callback::new(move |()| untrack(|| page.fetch()));
    let moving = RwSignal::new(None);
    let acts = behind::Acts { floor, again };
    let ready = move || page.read(|_| ()).is_some();
    view! {
        <header class="settings__head">
            <h1>{tr(Key::Shift)}</h1>
            {queues(page)}
            <a class="button" href=routes::BOARD>{tr(Key::ShiftToBoard)}</a>
            <a class="button" href=routes::REVIEW data-testid="review-open">{tr(Key::Review)}</a>
        </header>
        <Show when=move || page.fetched.with(Option::is_none)><RowSkeletons/></Show>
        {move || page.fetched.with(|answer| matches!(answer, Some(Err(_)))).then(|| view! {
            <Notice tone=Tone::Bad icon=IconName::Warning>
                <span role="alert">{tr(Key::Unreachable)}</span>" "
                <Button on:click=move |_| page.fetch()>{tr(Key::TryAgain)}</Button>
            </Notice>
        }.into_any())}
        <Show when=ready>
            {missing(page, moving)}
            <div class="shift">
                {conversations(page, acts, &OVERNIGHT)}
                {conversations(page, acts, &CLOSING)}
            </div>
            {blocked_ones(page, again)}
        </Show>
        {move_all::dialog(floor.desk, moving, again)}
    }
    .into_any()
}

/// Asks when the board has moved, and from time to time.
fn follow(page: Page) {
    let live = page.floor.desk.live;
    effect(move || {
        page.queue.track();
        untrack(|| page.fetch());
    });
    let mut seen = None;
    effect(move || {
        let (now, seq) = (live.now(), live.board(|board| board.seq));
        let passed = now - page.asked.get_value();
        if passed >= STILL_MS || seq != seen && passed >= MOVED_MS {
            seen = seq;
            untrack(|| page.fetch());
        }
    });
}

fn queues(page: Page) -> AnyView {
    let all = move || {
        let mut all = page.floor.desk.live.queues();
        all.sort_by_key(|queue| queue.name.to_lowercase());
        let option = |queue: shared::model::queue::Queue| {
            view! { <option value=queue.id.to_string()>{queue.name}</option> }.into_any()
        };
        all.into_iter().map(option).collect_view()
    };
    view! {
        <label class="shift__queue">
            <span>{tr(Key::ShiftQueue)}</span>
            <select
                class="field__input"
                data-testid="shift-queue"
                on:change:target=move |event| page.queue.set(event.target().value().parse().ok())
            >
                <option value="">{tr(Key::ShiftAllQueues)}</option>
                {all}
            </select>
        </label>
    }
    .into_any()
}

/// A heading with how many there are, and what is said when there are none or not all.
fn headed(
    id: &'static str,
    title: Key,
    none: Key,
    figures: Memo<(usize, usize)>,
    inside: AnyView,
) -> AnyView {
    let line = move || match figures.get() {
        (0, _) => Some(text(none).to_owned()),
        (all, shown) if all > shown => {
            Some(fill(Key::ShiftFirst, &[("n", &shown.to_string()), ("all", &all.to_string())]))
        }
        _ => None,
    };
    view! {
        <section class="board__wide" aria-labelledby=id data-testid=id>
            <h2 id=id>{tr(title)}" "<span class="tab__count">{move || figures.get().0.to_string()}</span></h2>
            {inside}
            {move || line().map(|line| view! { <p class="settings__note" role="status">{line}</p> }.into_any())}
        </section>
    }
    .into_any()
}

fn missing(page: Page, moving: RwSignal<Option<Missing>>) -> AnyView {
    let all = Memo::new(move |_| page.read(|shift| shift.missing.clone()).unwrap_or_default());
    let figures = Memo::new(move |_| {
        (page.read(|shift| shift.missing_count).unwrap_or(0) as usize, all.with(Vec::len))
    });
    let table = view! {
        <div class="board__scroll" tabindex="0" role="region" aria-labelledby="shift-missing" class:shift__none=move || all.with(Vec::is_empty)>
            <table class="board">
                <thead>
                    <tr>
                        <th scope="col">{tr(Key::BoardName)}</th>
                        <th scope="col" class="board__state">{tr(Key::BoardState)}</th>
                        <th scope="col">{tr(Key::ShiftMissingHeld)}</th>
                        <th scope="col">{tr(Key::ShiftMissingWaiting)}</th>
                        <th scope="col">{tr(Key::ShiftMissingOldest)}</th>
                        <th scope="col"></th>
                    </tr>
                </thead>
                <tbody>
                    {each(move || all.get().into_iter().map(|one| {
                        Item::new(format!("{one:?}"), move || person(page, moving, one))
                    }).collect())}
                </tbody>
            </table>
        </div>
    };
    headed("shift-missing", Key::ShiftMissing, Key::ShiftMissingNone, figures, table.into_any())
}

fn person(page: Page, moving: RwSignal<Option<Missing>>, one: Missing) -> AnyView {
    let live = page.floor.desk.live;
    let member = one.member;
    let name = Memo::new(move |_| live.member(member).map(|member| member.name).unwrap_or_default());
    let (state, dot) = match one.absence {
        Absence::Offline => (Key::PersonGoneNow, "dot dot--off"),
        Absence::Away => (Key::AvailabilityAway, "dot dot--away"),
        Absence::Inactive => (Key::ShiftInactive, "dot dot--off"),
    };
    let (since, oldest) = (time::millis(one.since), one.oldest_since.map(time::millis));
    let (held, waiting) = (one.held, one.waiting);
    let open = move |_| moving.set(Some(one.clone()));
    view! {
        <tr data-testid=move || format!("missing-{}", name.get())>
            <th scope="row" dir="auto">{name}</th>
            <td class="board__state">
                <i class=dot></i>{tr(state)}" "<small>{move || time::ago(since, live.now())}</small>
            </td>
            <td>{held.to_string()}</td>
            <td>{waiting.to_string()}</td>
            <td>{move || oldest.map_or_else(|| "–".to_owned(), |at| time::counter(live.now() - at))}</td>
            <td><Button on:click=open attr:data-testid="move-open" attr:aria-label=move || fill(Key::MoveAllTitle, &[("name", &name.get())])>{tr(Key::MoveAll)}</Button></td>
        </tr>
    }
    .into_any()
}

/// A list of conversations of the page.
struct Listed {
    id: &'static str,
    title: Key,
    none: Key,
    read: fn(&Shift) -> (u32, &Vec<Conversation>),
    /// Whether rows tell how long their window is open.
    closes: bool,
}

const OVERNIGHT: Listed = Listed {
    id: "shift-overnight",
    title: Key::ShiftOvernight,
    none: Key::ShiftOvernightNone,
    read: |shift| (shift.overnight_count, &shift.overnight),
    closes: false,
};

const CLOSING: Listed = Listed {
    id: "shift-closing",
    title: Key::ShiftClosing,
    none: Key::ShiftClosingNone,
    read: |shift| (shift.closing_count, &shift.closing),
    closes: true,
};

fn conversations(page: Page, acts: behind::Acts, listed: &'static Listed) -> AnyView {
    let live = page.floor.desk.live;
    let all = Memo::new(move |_| page.read(|shift| (listed.read)(shift).1.clone()).unwrap_or_default());
    let figures = Memo::new(move |_| {
        page.read(|shift| (listed.read)(shift).0).map_or((0, 0), |n| (n as usize, all.with(Vec::len)))
    });
    let list = view! {
        <ul class="behind__list shift__list">
            {each(move || all.get().into_iter().map(|one| {
                let until = one.window_until.map(time::millis).filter(|_| listed.closes);
                let left = move || until.map(|until| fill(Key::ShiftClosingLeft, &[("span", &time::left(until - live.now()))]));
                Item::new(format!("{} {}", one.id, one.rev), move || behind::row(acts, one, Signal::derive(left)))
            }).collect())}
        </ul>
    };
    headed(listed.id, listed.title, listed.none, figures, list.into_any())
}

fn blocked_ones(page: Page, again: Callback<()>) -> AnyView {
    let all = Memo::new(move |_| page.read(|shift| shift.blocked.clone()).unwrap_or_default());
    let figures = Memo::new(move |_| {
        (page.read(|shift| shift.blocked_count).unwrap_or(0) as usize, all.with(Vec::len))
    });
    let list = blocked::list(page.floor.desk, all, again);
    headed("shift-blocked", Key::ShiftBlocked, Key::ShiftBlockedNone, figures, list)
}
