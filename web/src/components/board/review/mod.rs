//! Reviewing how colleagues answered: conversations drawn at random, the card, and what it all comes to. Who may not
//! review sees what was thought of themselves.

mod card;
mod figures;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::reviews::{Drawn, Sample},
    ids::{ConversationId, MemberId},
    permission::Permission,
};

use crate::{
    app::Desk,
    http::{self, Refused},
    i18n::{Key, count, fill, text, tr},
    routes, time,
    ui::{Button, Chip, IconName, Item, Notice, RowSkeletons, Show, Tone, each},
    words,
};

/// Days that a sample can go back.
const DAYS: [u32; 4] = [1, 7, 30, 90];

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Reviewing {
    desk: Desk,
    member: RwSignal<Option<MemberId>>,
    days: RwSignal<u32>,
    sample: RwSignal<Option<Result<Sample, Refused>>>,
    /// Which is open, and whose answers.
    at: RwSignal<Option<(ConversationId, MemberId)>>,
    /// Those that are done.
    done: RwSignal<Vec<ConversationId>>,
    /// Rises when a review was stored.
    made: RwSignal<u32>,
}

impl Reviewing {
    fn draw(self) {
        let member = self.member.get_untracked().map(|id| format!("&member={id}")).unwrap_or_default();
        let path = format!("/api/reviews/sample?days={}{member}", self.days.get_untracked());
        self.at.set(None);
        self.sample.set(None);
        spawn_local(async move {
            let answer = http::get::<Sample>(&path).await;
            let first = answer.as_ref().ok().and_then(|sample| sample.drawn.first()).map(of);
            let _ = self.sample.try_set(Some(answer));
            let _ = self.at.try_set(first);
        });
    }

    fn drawn(self) -> Vec<Drawn> {
        self.sample.with(|sample| match sample {
            Some(Ok(sample)) => sample.drawn.clone(),
            _ => Vec::new(),
        })
    }

    /// Goes on with the next that is not done.
    fn next(self) {
        let done = self.done.get_untracked();
        let all = untrack(|| self.drawn());
        let next = all.iter().find(|one| !done.contains(&one.conversation.id)).map(of);
        self.at.set(next);
    }

    fn name(self, id: MemberId) -> String {
        let known = self.desk.live.member(id).map(|member| member.name);
        known.unwrap_or_else(|| text(Key::AuthorSomebody).to_owned())
    }
}

fn of(one: &Drawn) -> (ConversationId, MemberId) {
    (one.conversation.id, one.member)
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let made = RwSignal::new(0);
    if !untrack(|| desk.session.may(Permission::Review)) {
        let me = desk.session.member_untracked();
        return view! {
            <header class="settings__head">
                <h1>{tr(Key::ReviewOwn)}</h1>
                <a class="button" href=routes::ACTIVITY>{tr(Key::Activity)}</a>
            </header>
            {figures::own(desk, me)}
        }
        .into_any();
    }
    let reviewing = Reviewing {
        desk,
        member: RwSignal::new(None),
        days: RwSignal::new(7),
        sample: RwSignal::new(None),
        at: RwSignal::new(None),
        done: RwSignal::new(Vec::new()),
        made,
    };
    reviewing.draw();
    view! {
        <header class="settings__head">
            <h1>{tr(Key::Review)}</h1>
            {filters(reviewing)}
            <a class="button" href=routes::BOARD>{tr(Key::ShiftToBoard)}</a>
            <a class="button" href=routes::SHIFT>{tr(Key::ShiftOpen)}</a>
        </header>
        <div class="review">
            {sample(reviewing)}
            {each(move || {
                let key = reviewing.at.get().map_or_else(String::new, |(id, member)| format!("{id} {member}"));
                let at = reviewing.at.get();
                vec![Item::new(key, move || match at {
                    Some((id, member)) => card::draw(reviewing, id, member),
                    None => view! { <p class="settings__note review__none">{tr(Key::ReviewChoose)}</p> }.into_any(),
                })]
            })}
        </div>
        {figures::all(desk, made)}
    }
    .into_any()
}

fn filters(reviewing: Reviewing) -> AnyView {
    let Reviewing { desk, member, days, .. } = reviewing;
    let colleagues = move || {
        let mut all = desk.live.members();
        all.sort_by_key(|member| member.name.to_lowercase());
        let option = |one: shared::model::member::Member| {
            view! { <option value=one.id.to_string()>{one.name}</option> }.into_any()
        };
        all.into_iter().map(option).collect_view()
    };
    view! {
        <label class="shift__queue">
            <span>{tr(Key::ReviewMember)}</span>
            <select
                class="field__input"
                data-testid="review-member"
                on:change:target=move |event| {
                    member.set(event.target().value().parse().ok());
                    reviewing.draw();
                }
            >
                <option value="">{tr(Key::ReviewAnybody)}</option>
                {colleagues}
            </select>
        </label>
        <label class="shift__queue">
            <span>{tr(Key::ReviewDays)}</span>
            <select
                class="field__input"
                data-testid="review-days"
                on:change:target=move |event| {
                    days.set(event.target().value().parse().unwrap_or(7));
                    reviewing.draw();
                }
            >
                {DAYS.into_iter().map(|n| view! {
                    <option value=n.to_string() selected=n == 7>
                        {move || if n == 1 { "24 h".to_owned() } else { fill(Key::ReviewDaysN, &[("n", &n.to_string())]) }}
                    </option>
                }.into_any()).collect_view()}
            </select>
        </label>
        <Button on:click=move |_| reviewing.draw() attr:data-testid="review-draw">{tr(Key::ReviewDraw)}</Button>
    }
    .into_any()
}

/// What was drawn.
fn sample(reviewing: Reviewing) -> AnyView {
    let Reviewing { sample, .. } = reviewing;
    let none = move || sample.with(|all| matches!(all, Some(Ok(all)) if all.drawn.is_empty()));
    view! {
        <section class="review__sample" aria-labelledby="review-sample">
            <h2 id="review-sample">{tr(Key::ReviewSample)}</h2>
            <Show when=move || sample.with(Option::is_none)><RowSkeletons/></Show>
            {move || sample.with(|all| matches!(all, Some(Err(_)))).then(|| view! {
                <Notice tone=Tone::Bad icon=IconName::Warning><span role="alert">{tr(Key::Unreachable)}</span></Notice>
            }.into_any())}
            {move || none().then(|| view! { <p class="settings__note" role="status">{tr(Key::ReviewNone)}</p> }.into_any())}
            <ul data-testid="review-sample">
                {each(move || reviewing.drawn().into_iter().map(|one| {
                    Item::new(one.conversation.id.to_string(), move || row(reviewing, one))
                }).collect())}
            </ul>
        </section>
    }
    .into_any()
}

fn row(reviewing: Reviewing, one: Drawn) -> AnyView {
    let pair = of(&one);
    let closed = one.conversation.closed.as_ref().map(|closed| time::millis(closed.at));
    let current = move || (reviewing.at.get() == Some(pair)).then_some("true");
    let line = move || {
        let at = closed.map(time::whole).unwrap_or_default();
        format!("{} · {at}", reviewing.name(pair.1))
    };
    let done = move || reviewing.done.with(|all| all.contains(&pair.0));
    view! {
        <li>
            <button
                type="button"
                class="review__row"
                aria-current=current
                data-testid="review-row"
                on:click=move |_| reviewing.at.set(Some(pair))
            >
                <b dir="auto">{words::customer(&one.conversation.contact)}</b>
                {move || done().then(|| view! { <Chip>{tr(Key::ReviewDone)}</Chip> }.into_any())}
                <small dir="auto">{line}</small>
            </button>
        </li>
    }
    .into_any()
}

/// So many reviews, in words.
fn reviews(n: u32) -> String {
    count(n as usize, Key::ReviewOne, Key::ReviewOther)
}
