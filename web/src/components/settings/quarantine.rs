//! What came from WhatsApp and broke something: looked at, taken once more, discarded.

use leptos::{prelude::*, task::spawn_local};
use shared::api::quarantine::{QuarantinePage, RawJson, Replay, ReplayOutcome, ReplayedItem, SetAside};

use super::fields;
use crate::{
    app::Desk,
    browser, http,
    i18n::{Key, text, tr},
    time,
    ui::{Button, ButtonLook, IconName, Item, RowSkeletons, Show, each},
};

#[derive(Clone, PartialEq)]
enum Fetched {
    Loading,
    Failed,
    All(QuarantinePage),
}

#[derive(Clone, Copy)]
struct Listing {
    desk: Desk,
    fetched: RwSignal<Fetched>,
    /// Something was asked for and is not answered yet.
    busy: RwSignal<bool>,
}

impl Listing {
    fn fetch(self) {
        spawn_local(async move {
            let answer = http::get::<QuarantinePage>("/api/quarantine").await;
            let _ = self.fetched.try_set(answer.map_or(Fetched::Failed, Fetched::All));
        });
    }

    fn replay(self, id: String) {
        self.busy.set(true);
        spawn_local(async move {
            let path = format!("/api/quarantine/{id}/replay");
            let said = match http::post::<ReplayedItem>(&path, &Replay {}).await {
                Ok(ReplayedItem { outcome: ReplayOutcome::Taken }) => Key::QuarantineTaken,
                Ok(ReplayedItem { outcome: ReplayOutcome::Kept }) => Key::QuarantineKept,
                Ok(ReplayedItem { outcome: ReplayOutcome::Left }) => Key::QuarantineLeft,
                Err(_) => Key::QuarantineFailed,
            };
            self.done(said);
        });
    }

    fn discard(self, id: String) {
        self.busy.set(true);
        spawn_local(async move {
            let gone = http::delete(&format!("/api/quarantine/{id}")).await;
            self.done(if gone.is_ok() { Key::QuarantineGone } else { Key::QuarantineFailed });
        });
    }

    fn done(self, said: Key) {
        let _ = self.busy.try_set(false);
        self.desk.toasts.say(text(said).to_owned());
        self.fetch();
    }
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let listing = Listing { desk, fetched: RwSignal::new(Fetched::Loading), busy: RwSignal::new(false) };
    listing.fetch();
    let is = move |what: Fetched| move || listing.fetched.with(|fetched| *fetched == what);
    let none = move || {
        listing.fetched.with(|fetched| matches!(fetched, Fetched::All(page) if page.items.is_empty()))
    };
    let more = move || listing.fetched.with(|fetched| matches!(fetched, Fetched::All(page) if page.has_more));
    let items = move || match listing.fetched.get() {
        Fetched::All(page) => page.items,
        _ => Vec::new(),
    };
    view! {
        <header class="settings__head">
            <h2>{tr(Key::SettingsQuarantine)}</h2>
        </header>
        <p class="settings__note">{tr(Key::QuarantineWhy)}</p>
        <Show when=is(Fetched::Loading)><RowSkeletons/></Show>
        <Show when=is(Fetched::Failed)>
            {move || fields::empty(
                IconName::Warning,
                Key::QuarantineFailed,
                None,
                view! { <Button on:click=move |_| listing.fetch()>{tr(Key::TryAgain)}</Button> }.into_any(),
            )}
        </Show>
        <Show when=none>
            {|| fields::empty(IconName::Tick, Key::QuarantineNone, Some(Key::QuarantineNoneHint), ().into_any())}
        </Show>
        <ul class="numbers" data-testid="quarantine">
            {each(move || items().into_iter().map(|one| {
                Item::new(one.id.clone(), move || row(listing, one))
            }).collect())}
        </ul>
        <Show when=more><p class="settings__note">{tr(Key::QuarantineMore)}</p></Show>
    }
    .into_any()
}

fn row(listing: Listing, one: SetAside) -> AnyView {
    let (asking, raw) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let (id, again, gone) = (one.id.clone(), one.id.clone(), one.id);
    let look = move |_| {
        if raw.get_untracked().is_some() {
            return;
        }
        raw.set(Some(text(Key::RawWait).to_owned()));
        let path = format!("/api/quarantine/{id}");
        spawn_local(async move {
            let found = http::get::<RawJson>(&path).await.ok().and_then(|found| found.raw);
            let words = found.map(|raw| browser::indented(&raw));
            let _ = raw.try_set(Some(words.unwrap_or_else(|| text(Key::RawGone).to_owned())));
        });
    };
    let at_ms = time::millis(one.at);
    let channel = one.channel;
    let where_from = move || {
        let name = channel.and_then(|id| listing.desk.live.channel(id)).map(|channel| channel.name);
        [Some(time::whole(at_ms)), name].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    view! {
        <li>
            <article class="number number--item" data-testid="set-aside">
                <span class="number__name" dir="ltr">{one.kind}</span>
                <span class="number__line">{where_from}</span>
                <span class="number__first" dir="auto">{one.error}</span>
                <details class="raw number__line" on:toggle=look>
                    <summary>{tr(Key::RawShow)}</summary>
                    <pre dir="ltr">{raw}</pre>
                </details>
                <span class="number__line number__do">
                    <Button
                        disabled=listing.busy
                        on:click=move |_| listing.replay(again.clone())
                        attr:data-testid="replay"
                    >{tr(Key::QuarantineReplay)}</Button>
                    <Show when=move || !asking.get()>
                        <Button
                            disabled=listing.busy
                            on:click=move |_| asking.set(true)
                            attr:data-testid="discard"
                        >{tr(Key::QuarantineDiscard)}</Button>
                    </Show>
                    {move || asking.get().then(|| {
                        let gone = gone.clone();
                        view! {
                            <span role="alert">{tr(Key::QuarantineSure)}</span>
                            <Button
                                look=ButtonLook::Primary
                                disabled=listing.busy
                                on:click=move |_| listing.discard(gone.clone())
                                attr:data-testid="discard-sure"
                            >{tr(Key::QuarantineDiscard)}</Button>
                            <Button on:click=move |_| asking.set(false)>{tr(Key::Cancel)}</Button>
                        }.into_any()
                    })}
                </span>
            </article>
        </li>
    }
    .into_any()
}
