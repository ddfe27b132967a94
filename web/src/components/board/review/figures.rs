//! What reviews come to, with a way to those behind a figure.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::reviews::{Average, ReviewsPage},
    ids::MemberId,
    model::review::Review,
};

use crate::{
    app::Desk,
    effects::effect,
    http::{self, Refused},
    i18n::{Key, Locale, fill, locale, text, tr},
    routes, time,
    ui::{Dialog, IconName, Item, Notice, RowSkeletons, Show, Tone, each},
};

/// Reviews that were asked for.
#[derive(Clone, Copy)]
struct Fetched {
    desk: Desk,
    page: RwSignal<Option<Result<ReviewsPage, Refused>>>,
}

impl Fetched {
    fn new(desk: Desk) -> Self {
        Self { desk, page: RwSignal::new(None) }
    }

    fn fetch(self, member: Option<MemberId>) {
        let path = member.map_or_else(|| "/api/reviews".to_owned(), |id| format!("/api/reviews?member={id}"));
        spawn_local(async move {
            let answer = http::get::<ReviewsPage>(&path).await;
            let _ = self.page.try_set(Some(answer));
        });
    }

    fn read<T: Default>(self, read: impl FnOnce(&ReviewsPage) -> T) -> T {
        self.page.with(|page| match page {
            Some(Ok(page)) => read(page),
            _ => T::default(),
        })
    }

    fn name(self, id: MemberId) -> String {
        let known = self.desk.live.member(id).map(|member| member.name);
        known.unwrap_or_else(|| text(Key::AuthorSomebody).to_owned())
    }

    /// What stands where nothing is, or not yet.
    fn waits(self) -> AnyView {
        let page = self.page;
        view! {
            <Show when=move || page.with(Option::is_none)><RowSkeletons/></Show>
            {move || page.with(|page| matches!(page, Some(Err(_)))).then(|| view! {
                <Notice tone=Tone::Bad icon=IconName::Warning><span role="alert">{tr(Key::Unreachable)}</span></Notice>
            }.into_any())}
            {move || page.with(|page| matches!(page, Some(Ok(page)) if page.count == 0)).then(|| view! {
                <p class="settings__note" role="status">{tr(Key::ReviewAveragesNone)}</p>
            }.into_any())}
        }
        .into_any()
    }
}

/// A mean in hundredths, as people write it here.
fn mean(hundredths: u32) -> String {
    let point = if locale() == Locale::De { ',' } else { '.' };
    format!("{}{point}{:02}", hundredths / 100, hundredths % 100)
}

/// What everybody got; asked for anew whenever a review was stored.
pub(super) fn all(desk: Desk, made: RwSignal<u32>) -> AnyView {
    let fetched = Fetched::new(desk);
    effect(move || {
        made.track();
        fetched.fetch(None);
    });
    let looked = RwSignal::new(None::<MemberId>);
    let members = Memo::new(move |_| {
        let mut ids: Vec<MemberId> =
            fetched.read(|page| page.averages.iter().map(|one| one.member).collect());
        ids.dedup();
        ids.sort_by_cached_key(|id| fetched.name(*id).to_lowercase());
        ids
    });
    let names = Memo::new(move |_| {
        let mut names: Vec<String> = Vec::new();
        for one in fetched.read(|page| page.averages.clone()) {
            if !names.contains(&one.name) {
                names.push(one.name);
            }
        }
        names
    });
    view! {
        <section class="board__wide" aria-labelledby="review-averages">
            <h2 id="review-averages">{tr(Key::ReviewAverages)}</h2>
            {fetched.waits()}
            <div class="board__scroll" tabindex="0" role="region" aria-labelledby="review-averages" class:shift__none=move || members.with(Vec::is_empty)>
                <table class="board" data-testid="review-table">
                    <thead>
                        <tr>
                            <th scope="col">{tr(Key::BoardName)}</th>
                            <th scope="col">{tr(Key::ReviewCount)}</th>
                            {each(move || names.get().into_iter().map(|name| {
                                Item::new(name.clone(), move || view! { <th scope="col" dir="auto">{name}</th> }.into_any())
                            }).collect())}
                        </tr>
                    </thead>
                    <tbody>
                        {each(move || members.get().into_iter().map(|id| {
                            let names = names.get();
                            let own: Vec<Average> =
                                fetched.read(|page| page.averages.iter().filter(|one| one.member == id).cloned().collect());
                            Item::new(format!("{id} {own:?} {names:?}"), move || row(fetched, looked, id, &names, &own))
                        }).collect())}
                    </tbody>
                </table>
            </div>
            {behind(desk, looked)}
        </section>
    }
    .into_any()
}

fn row(
    fetched: Fetched,
    looked: RwSignal<Option<MemberId>>,
    id: MemberId,
    names: &[String],
    own: &[Average],
) -> AnyView {
    // Each review has each criterion of its card once.
    let count = own.iter().map(|one| one.count).max().unwrap_or_default();
    let cells = names.iter().map(|name| {
        let found = own.iter().find(|one| one.name == *name).map(|one| one.hundredths);
        view! { <td>{move || found.map_or_else(|| "–".to_owned(), mean)}</td> }.into_any()
    });
    let cells: Vec<AnyView> = cells.collect();
    view! {
        <tr data-testid="review-average">
            <th scope="row">
                <button
                    type="button"
                    class="figure figure--name"
                    dir="auto"
                    data-testid="review-behind"
                    on:click=move |_| looked.set(Some(id))
                >{move || fetched.name(id)}</button>
            </th>
            <td>{count.to_string()}</td>
            {cells}
        </tr>
    }
    .into_any()
}

/// The reviews behind a member's figures.
fn behind(desk: Desk, looked: RwSignal<Option<MemberId>>) -> AnyView {
    let fetched = Fetched::new(desk);
    let open = RwSignal::new(false);
    effect(move || {
        let member = looked.get();
        if member.is_some() {
            fetched.page.set(None);
            fetched.fetch(member);
        }
        open.set(member.is_some());
    });
    effect(move || {
        if !open.get() && looked.get_untracked().is_some() {
            looked.set(None);
        }
    });
    let title = Signal::derive(move || looked.get().map(|id| fetched.name(id)).unwrap_or_default());
    view! { <Dialog open title><div class="behind">{list(fetched)}</div></Dialog> }.into_any()
}

/// What was thought of oneself.
pub(super) fn own(desk: Desk, me: Option<MemberId>) -> AnyView {
    let fetched = Fetched::new(desk);
    fetched.fetch(me);
    list(fetched)
}

fn list(fetched: Fetched) -> AnyView {
    view! {
        <p class="settings__note">{move || Some(fetched.read(|page| page.count)).filter(|n| *n > 0).map(super::reviews)}</p>
        {fetched.waits()}
        <ul class="numbers" data-testid="reviews">
            {each(move || fetched.read(|page| page.reviews.clone()).into_iter().map(|one| {
                Item::new(format!("{one:?}"), move || entry(fetched, one))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn entry(fetched: Fetched, one: Review) -> AnyView {
    let (by, at) = (one.reviewer, time::millis(one.at));
    let who = move || fill(Key::ReviewBy, &[("name", &fetched.name(by)), ("time", &time::whole(at))]);
    view! {
        <li class="number">
            <span class="number__name">
                <a class="settings__more" href=routes::conversation(one.conversation)>{who}</a>
            </span>
            <span class="number__line number__do">
                {one.scores.into_iter().map(|score| view! {
                    <span class="chip" dir="auto">{format!("{} {}", score.name, score.score)}</span>
                }.into_any()).collect_view()}
            </span>
            <span class="number__line" dir="auto">{one.comment}</span>
        </li>
    }
    .into_any()
}
