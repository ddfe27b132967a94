//! Who did what, the newest first: for whoever looks after others everything, for everybody else their own part.

mod words;

use std::fmt::Write as _;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::audit::{AuditActor, AuditEntry, AuditPage},
    ids::{ChannelId, ConversationId, MemberId, QueueId},
    permission::Permission,
};

use crate::{
    app::Desk,
    components::settings::fields,
    effects::effect,
    http::{self, Refused},
    i18n::{Key, text, tr},
    routes, time,
    ui::{Button, ButtonLook, IconName, Item, Notice, RowSkeletons, Show, Tone, each},
};

/// What is looked for, and what was found so far.
#[derive(Clone, Copy)]
struct Log {
    desk: Desk,
    /// Whether others are seen.
    all: bool,
    member: RwSignal<String>,
    group: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    object: RwSignal<String>,
    found: RwSignal<Vec<AuditEntry>>,
    next: RwSignal<Option<u64>>,
    refused: RwSignal<Option<Refused>>,
    /// Whether an answer is awaited.
    waits: RwSignal<bool>,
    /// Which search is the newest; an older answer is nobody's.
    asked: StoredValue<u32>,
}

impl Log {
    fn query(self) -> String {
        let mut query = String::new();
        let own = if self.all { String::new() } else { self.me() };
        let said = [
            ("member", if self.all { self.member.get_untracked() } else { own }),
            ("action", self.group.get_untracked()),
            ("object", self.object.get_untracked().trim().to_owned()),
            ("from", self.from.get_untracked()),
            ("to", self.to.get_untracked()),
        ];
        for (name, value) in said.iter().filter(|(_, value)| !value.is_empty()) {
            let mark = if query.is_empty() { '?' } else { '&' };
            let _ = write!(query, "{mark}{name}={}", http::encoded(value));
        }
        query
    }

    fn me(self) -> String {
        self.desk.session.member_untracked().map(|id| id.to_string()).unwrap_or_default()
    }

    /// Begins anew, or goes on where the last page ended.
    fn fetch(self, before: Option<u64>) {
        let number = self.asked.get_value() + 1;
        self.asked.set_value(number);
        let mut path = format!("/api/audit{}", self.query());
        match before {
            Some(before) => {
                let mark = if path.contains('?') { '&' } else { '?' };
                let _ = write!(path, "{mark}before={before}");
            }
            None => {
                self.found.set(Vec::new());
                self.next.set(None);
            }
        }
        self.waits.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let answer = http::get::<AuditPage>(&path).await;
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            let _ = self.waits.try_set(false);
            match answer {
                Ok(page) => {
                    let _ = self.found.try_update(|found| found.extend(page.entries));
                    let _ = self.next.try_set(page.next);
                }
                Err(refused) => {
                    let _ = self.refused.try_set(Some(refused));
                }
            }
        });
    }

    fn actor(self, actor: AuditActor) -> String {
        match actor {
            AuditActor::Member(id) => self.name(id),
            AuditActor::Operator => text(Key::ActivityOperator).to_owned(),
            AuditActor::System => text(Key::ActivitySystem).to_owned(),
        }
    }

    fn name(self, id: MemberId) -> String {
        let known = self.desk.live.member(id).map(|member| member.name);
        known.unwrap_or_else(|| text(Key::AuthorSomebody).to_owned())
    }
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let empty = || RwSignal::new(String::new());
    let log = Log {
        desk,
        all: untrack(|| desk.session.may(Permission::SeeAudit)),
        member: empty(),
        group: empty(),
        from: empty(),
        to: empty(),
        object: empty(),
        found: RwSignal::new(Vec::new()),
        next: RwSignal::new(None),
        refused: RwSignal::new(None),
        waits: RwSignal::new(true),
        asked: StoredValue::new(0),
    };
    effect(move || {
        for said in [log.member, log.group, log.from, log.to, log.object] {
            said.track();
        }
        untrack(|| log.fetch(None));
    });
    let note = if log.all { Key::ActivityNote } else { Key::ActivityOwn };
    view! {
        <header class="settings__head">
            <h1>{tr(Key::Activity)}</h1>
            <span class="settings__note">{tr(note)}</span>
            {log.all.then(|| view! {
                <a class="button" href=move || export(log) download="" data-testid="activity-export">{tr(Key::ActivityExport)}</a>
            }.into_any())}
        </header>
        {filters(log)}
        {list(log)}
    }
    .into_any()
}

fn export(log: Log) -> String {
    for said in [log.member, log.group, log.from, log.to, log.object] {
        said.track();
    }
    format!("/api/audit/export{}", log.query())
}

fn filters(log: Log) -> AnyView {
    let people = move || {
        let mut all = log.desk.live.members();
        all.sort_by_cached_key(|member| member.name.to_lowercase());
        let everybody = (String::new(), text(Key::ActivityAll).to_owned());
        std::iter::once(everybody)
            .chain(all.into_iter().map(|member| (member.id.to_string(), member.name)))
            .collect()
    };
    let groups = move || {
        let anything = (String::new(), text(Key::ActivityAnything).to_owned());
        std::iter::once(anything)
            .chain(words::GROUPS.iter().map(|(name, key)| ((*name).to_owned(), text(*key).to_owned())))
            .collect()
    };
    view! {
        <div class="activity__filters" role="search">
            {log.all.then(|| fields::choice("activity-who", Key::ActivityWho, log.member, people))}
            {fields::choice("activity-what", Key::ActivityWhat, log.group, groups)}
            {day("activity-from", Key::ActivityFrom, log.from)}
            {day("activity-to", Key::ActivityTo, log.to)}
        </div>
        {move || Some(log.object.get()).filter(|id| !id.is_empty()).map(|id| view! {
            <p class="activity__only">
                <span class="chip" dir="auto">{format!("{}: {}", text(Key::ActivityObject), object(log, &id))}</span>
                <Button look=ButtonLook::Ghost on:click=move |_| log.object.set(String::new())>
                    {tr(Key::ActivityAnything)}
                </Button>
            </p>
        }.into_any())}
    }
    .into_any()
}

fn day(id: &'static str, label: Key, value: RwSignal<String>) -> AnyView {
    view! {
        <div class="field">
            <label class="field__label" for=id>{tr(label)}</label>
            <input
                class="field__input"
                type="date"
                id=id
                data-testid=id
                on:change:target=move |event| value.set(event.target().value())
            />
        </div>
    }
    .into_any()
}

fn list(log: Log) -> AnyView {
    let (found, waits) = (log.found, log.waits);
    let nothing = move || !waits.get() && found.with(Vec::is_empty) && log.refused.with(Option::is_none);
    let none = move || tr(if log.next.get().is_some() { Key::ActivityNotYet } else { Key::ActivityNone });
    let older = move || tr(if found.with(Vec::is_empty) { Key::ActivityFurther } else { Key::ActivityMore });
    view! {
        <div class="board__scroll" tabindex="0" role="region" aria-label=move || text(Key::Activity) class:shift__none=move || found.with(Vec::is_empty)>
            <table class="board activity" data-testid="activity">
                <thead>
                    <tr>
                        <th scope="col">{tr(Key::ActivityWhen)}</th>
                        <th scope="col">{tr(Key::ActivityWho)}</th>
                        <th scope="col">{tr(Key::ActivityWhat)}</th>
                        <th scope="col">{tr(Key::ActivityObject)}</th>
                    </tr>
                </thead>
                <tbody>
                    {each(move || found.get().into_iter().map(|entry| {
                        Item::new(entry.seq.to_string(), move || row(log, entry))
                    }).collect())}
                </tbody>
            </table>
        </div>
        <Show when=move || waits.get()><RowSkeletons/></Show>
        {move || log.refused.with(Option::is_some).then(|| view! {
            <Notice tone=Tone::Bad icon=IconName::Warning>
                <span role="alert">{tr(Key::Unreachable)}</span>" "
                <Button on:click=move |_| log.fetch(None)>{tr(Key::TryAgain)}</Button>
            </Notice>
        }.into_any())}
        {move || nothing().then(|| view! { <p class="settings__note" role="status">{none()}</p> }.into_any())}
        {move || log.next.get().filter(|_| !waits.get()).map(|next| view! {
            <p><Button on:click=move |_| log.fetch(Some(next))>{older()}</Button></p>
        }.into_any())}
    }
    .into_any()
}

fn row(log: Log, entry: AuditEntry) -> AnyView {
    let AuditEntry { at, actor, action, object, .. } = entry;
    let at = time::millis(at);
    let stored = action.clone();
    let said = move || words::action(&stored);
    view! {
        <tr>
            <th scope="row">{move || time::whole(at)}</th>
            <td dir="auto">{move || log.actor(actor)}</td>
            <td title=action>{said}</td>
            <td>{object.split_whitespace().map(|word| part(log, word.to_owned())).collect_view()}</td>
        </tr>
    }
    .into_any()
}

/// A word of what something was done to: a way to a conversation, a name, or what it is.
fn part(log: Log, word: String) -> AnyView {
    if let Ok(id) = word.parse::<ConversationId>() {
        let only = word.clone();
        return view! {
            <a class="settings__more" href=routes::conversation(id)>{tr(Key::ActivityConversation)}</a>
            {log.all.then(|| view! {
                <Button look=ButtonLook::Ghost on:click=move |_| log.object.set(only.clone())>{tr(Key::ActivityOnly)}</Button>
            }.into_any())}
        }
        .into_any();
    }
    view! { <span class="activity__word" dir="auto">{move || object(log, &word)}</span> }.into_any()
}

/// What an id is called; the word itself where it is none that is known.
fn object(log: Log, word: &str) -> String {
    if word.parse::<ConversationId>().is_ok() {
        return text(Key::ActivityConversation).to_owned();
    }
    if let Ok(id) = word.parse::<MemberId>() {
        return log.name(id);
    }
    let live = log.desk.live;
    let queue = word.parse::<QueueId>().ok().and_then(|id| live.queue(id)).map(|queue| queue.name);
    let channel =
        || word.parse::<ChannelId>().ok().and_then(|id| live.channel(id)).map(|channel| channel.name);
    match queue.or_else(channel) {
        Some(name) => name,
        None if word == "all" => text(Key::ActivityAll).to_owned(),
        None => word.to_owned(),
    }
}
