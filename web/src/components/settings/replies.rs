//! All canned replies that the member may use, by folder; taking them out and in.

use js_sys::futures::JsFuture;
use leptos::{html, prelude::*, task::spawn_local};
use shared::{
    api::canned::{CannedImported, CannedPage},
    error::Problem,
    model::canned::{CannedReply, CannedScope},
    permission::Permission,
};
use web_sys::Blob;

use super::{fields, queues};
use crate::{
    app::Desk,
    http::{self, Refused},
    i18n::{Key, count, fill, text, tr},
    routes,
    ui::{Button, Chip, Icon, IconName, Item, RowSkeletons, Show, Tone, each},
    words,
};

/// What has been fetched.
#[derive(Clone, PartialEq)]
enum Fetched {
    Loading,
    Failed,
    All(Vec<CannedReply>),
}

#[derive(Clone, Copy)]
struct Listing {
    desk: Desk,
    fetched: RwSignal<Fetched>,
    search: RwSignal<String>,
    scope: RwSignal<String>,
    /// How an import went: whether well, and in words.
    imported: RwSignal<Option<(bool, String)>>,
}

impl Listing {
    fn fetch(self) {
        spawn_local(async move {
            let answer = http::get::<CannedPage>("/api/canned").await;
            let _ = self.fetched.try_set(answer.map_or(Fetched::Failed, |page| Fetched::All(page.replies)));
        });
    }

    fn import(self, file: Blob) {
        self.imported.set(None);
        spawn_local(async move {
            let read = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
            let answer =
                http::post_text::<CannedImported>("/api/canned/import", read.unwrap_or_default()).await;
            let said = match answer {
                Ok(CannedImported { added, replaced }) => {
                    self.fetch();
                    let counts = [("added", &*added.to_string()), ("replaced", &*replaced.to_string())];
                    (true, fill(Key::RepliesImported, &counts))
                }
                Err(Refused::Problem(problem)) => (false, wrong(&problem)),
                Err(Refused::Unreachable) => (false, text(Key::Unreachable).to_owned()),
            };
            let _ = self.imported.try_set(Some(said));
        });
    }

    /// Those that fit what is chosen, by folder and title; those without a folder come first. Tracked.
    fn shown(self) -> Vec<CannedReply> {
        let (search, scope) = (self.search.get().to_lowercase(), self.scope.get());
        let mut shown: Vec<CannedReply> = self.fetched.with(|fetched| match fetched {
            Fetched::All(all) => all.clone(),
            _ => Vec::new(),
        });
        shown.retain(|one| {
            let w = &one.words;
            let said =
                format!("{} {} {} {} {}", w.shortcut, w.title, w.folder, w.language, w.text).to_lowercase();
            (scope.is_empty() || scope == scope_value(one.scope))
                && search.split_whitespace().all(|word| said.contains(word.trim_start_matches('/')))
        });
        shown.sort_by_key(|one| (one.words.folder.to_lowercase(), one.words.title.to_lowercase(), one.id));
        shown
    }
}

/// A scope as the value of a choice.
pub(super) fn scope_value(scope: CannedScope) -> String {
    match scope {
        CannedScope::Personal => "personal".to_owned(),
        CannedScope::Queue(id) => id.to_string(),
        CannedScope::Tenant => "tenant".to_owned(),
    }
}

/// For whom a reply can be, as a choice; tracked.
pub(super) fn scopes(desk: Desk) -> Vec<(String, String)> {
    let mut all = vec![
        ("personal".to_owned(), text(Key::ReplyPersonal).to_owned()),
        ("tenant".to_owned(), text(Key::ReplyTenant).to_owned()),
    ];
    let may_all = desk.session.may(Permission::SeeAllConversations);
    let mine = desk.live.me().map(|me| me.queues).unwrap_or_default();
    let queues = queues::sorted(desk).into_iter().filter(|queue| may_all || mine.contains(&queue.id));
    all.extend(queues.map(|queue| (queue.id.to_string(), queue.name)));
    all
}

/// What a refusal of an import says: that nothing was taken in, which entry is wrong, and why.
fn wrong(problem: &Problem) -> String {
    let why = text(words::error(problem.code));
    let detail = problem.detail.as_deref().unwrap_or_default();
    // "entry 3: …", in the server's English.
    let named = detail.strip_prefix("entry ").and_then(|rest| rest.split_once(": "));
    match named {
        Some((n, what)) => fill(Key::RepliesImportEntry, &[("n", n), ("why", why), ("what", what)]),
        None => fill(Key::RepliesImportFailed, &[("why", why)]),
    }
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let empty = || RwSignal::new(String::new());
    let listing = Listing {
        desk,
        fetched: RwSignal::new(Fetched::Loading),
        search: empty(),
        scope: empty(),
        imported: RwSignal::new(None),
    };
    listing.fetch();
    let is = move |what: Fetched| move || listing.fetched.with(|fetched| *fetched == what);
    let shown = Memo::new(move |_| listing.shown());
    let any = move || listing.fetched.with(|fetched| matches!(fetched, Fetched::All(all) if !all.is_empty()));
    let none = move || listing.fetched.with(|fetched| matches!(fetched, Fetched::All(all) if all.is_empty()));
    view! {
        <header class="settings__head">
            <h2>{tr(Key::SettingsReplies)}</h2>
            {importing(listing)}
            <a class="button" href="/api/canned/export" download="canned-replies.json" data-testid="replies-export">
                {tr(Key::RepliesExport)}
            </a>
            <a class="button button--primary" href=routes::NEW_REPLY data-testid="reply-new">{tr(Key::ReplyNew)}</a>
        </header>
        {fields::note(Key::RepliesWhat)}
        <div role="status" data-testid="replies-imported">{move || listing.imported.get().map(|(well, said)| match well {
            true => fields::said(Tone::Calm, IconName::Tick, said),
            false => fields::said(Tone::Bad, IconName::Warning, said),
        })}</div>
        <Show when=is(Fetched::Loading)><RowSkeletons/></Show>
        <Show when=is(Fetched::Failed)>
            {move || fields::empty(
                IconName::Warning,
                Key::RepliesFailed,
                None,
                view! { <Button on:click=move |_| listing.fetch()>{tr(Key::TryAgain)}</Button> }.into_any(),
            )}
        </Show>
        <Show when=none>
            {|| fields::empty(IconName::Note, Key::RepliesNone, Some(Key::RepliesNoneHint), ().into_any())}
        </Show>
        <Show when=any>
            {move || filters(listing)}
            <p class="settings__note" role="status">{move || count(shown.with(Vec::len), Key::RepliesOne, Key::RepliesOther)}</p>
        </Show>
        {each(move || folders(listing, shown.get()))}
    }
    .into_any()
}

/// The folders, each with what is in it. One is drawn anew when anything in it changes.
fn folders(listing: Listing, shown: Vec<CannedReply>) -> Vec<Item> {
    let mut folders: Vec<(String, Vec<CannedReply>)> = Vec::new();
    for one in shown {
        match folders.last_mut() {
            Some((name, all)) if name.to_lowercase() == one.words.folder.to_lowercase() => all.push(one),
            _ => folders.push((one.words.folder.clone(), vec![one])),
        }
    }
    let draw = |(name, all): (String, Vec<CannedReply>)| {
        let revs: Vec<String> = all.iter().map(|one| format!("{}{}", one.id, one.rev)).collect();
        Item::new(format!("{name} {}", revs.concat()), move || {
            view! {
                <section class="folder" data-testid="folder">
                    {(!name.is_empty()).then(|| view! { <h3 dir="auto">{name}</h3> }.into_any())}
                    <ul class="numbers">
                        {all.into_iter().map(|one| row(listing.desk, one)).collect::<Vec<_>>()}
                    </ul>
                </section>
            }
            .into_any()
        })
    };
    folders.into_iter().map(draw).collect()
}

fn filters(listing: Listing) -> AnyView {
    let options = move || {
        let mut options = scopes(listing.desk);
        options.insert(0, (String::new(), text(Key::FilterAll).to_owned()));
        options
    };
    view! {
        <div class="filters">
            <input
                class="field__input"
                type="search"
                aria-label=tr(Key::RepliesSearch)
                placeholder=tr(Key::RepliesSearch)
                data-testid="replies-search"
                bind:value=listing.search
            />
            {fields::choice("replies-scope", Key::ReplyFor, listing.scope, options)}
        </div>
    }
    .into_any()
}

/// The choice of a file to import.
fn importing(listing: Listing) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let picked = move |_| {
        let Some(input) = field.get_untracked() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            listing.import(file.into());
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    let pick = move |_| {
        if let Some(input) = field.get_untracked() {
            input.click();
        }
    };
    view! {
        <Button on:click=pick>{tr(Key::RepliesImport)}</Button>
        <input
            class="unseen"
            type="file"
            accept="application/json,.json"
            tabindex="-1"
            node_ref=field
            aria-label=tr(Key::RepliesImport)
            data-testid="replies-import"
            on:change=picked
        />
    }
    .into_any()
}

fn row(desk: Desk, reply: CannedReply) -> AnyView {
    let (words, scope) = (reply.words, reply.scope);
    let whose = move || match scope {
        CannedScope::Personal => text(Key::ReplyPersonal).to_owned(),
        CannedScope::Tenant => text(Key::ReplyTenant).to_owned(),
        CannedScope::Queue(id) => desk.live.queue(id).map(|queue| queue.name).unwrap_or_default(),
    };
    let language = Some(words.language).filter(|language| !language.is_empty());
    let inside = view! {
        <span class="number__name" dir="auto">{words.title}</span>
        <Chip tone=Tone::Calm>{whose}</Chip>
        <span class="number__line">
            <code>"/"{words.shortcut}</code>
            {language.map(|language| format!(" · {language}"))}
            {reply.file.map(|file| view! { " · " <Icon name=IconName::Clip/> {file.name} }.into_any())}
        </span>
        <span class="number__line number__body" dir="auto">{words.text}</span>
    }
    .into_any();
    let path = routes::reply(reply.id);
    match may_change(desk, scope) {
        true => {
            view! { <li><a class="number" href=path data-testid="reply-row">{inside}</a></li> }.into_any()
        }
        false => view! { <li><div class="number" data-testid="reply-row">{inside}</div></li> }.into_any(),
    }
}

/// Whether the member may change what is for these people.
pub(super) fn may_change(desk: Desk, scope: CannedScope) -> bool {
    scope == CannedScope::Personal || untrack(|| desk.session.may(Permission::ManageCanned))
}
