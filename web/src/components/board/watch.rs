//! Several conversations side by side, to be read: what a supervisor keeps an eye on. Which ones is in the address.

use std::time::Duration;

use leptos::prelude::*;
use shared::{
    ids::{ConversationId, MemberId},
    live::command::Command,
    model::message::{AuthorKind, Body, Message},
};

use crate::{
    app::Desk,
    browser,
    effects::effect,
    i18n::{Key, fill, text, tr},
    routes, time,
    ui::{Button, ButtonLook, Chip, EmptyState, IconButton, IconName, Item, TimelineSkeleton, each},
    words,
};

/// How often colleagues are told that the conversations are still on screen.
const VIEWING: Duration = Duration::from_secs(10);
/// Messages of each that are shown; who wants to read more opens it.
const SHOWN: usize = 40;

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let ids = Memo::new(move |_| routes::watched(&desk.router.path()));
    effect(move || {
        let ids = ids.get();
        browser::carry(routes::WATCH, Some(&routes::watch(&ids)));
        desk.live.show_beside(&ids);
    });
    tell_colleagues(desk, ids);
    view! {
        <header class="settings__head">
            <h1>{tr(Key::WatchTitle)}</h1>
            <a class="button" href=routes::BOARD>{tr(Key::WatchMore)}</a>
        </header>
        {move || ids.with(Vec::is_empty).then(|| view! {
            <EmptyState
                icon=IconName::Board
                title=Signal::derive(|| text(Key::WatchNone).to_owned())
                hint=Signal::derive(|| text(Key::WatchNoneHint).to_owned())
            />
        }.into_any())}
        <div class="watch" data-testid="watch">
            {each(move || ids.get().into_iter().map(|id| {
                Item::new(id.to_string(), move || tile(desk, ids, id))
            }).collect())}
        </div>
    }
    .into_any()
}

fn tell_colleagues(desk: Desk, ids: Memo<Vec<ConversationId>>) {
    let live = desk.live;
    let tell = move || {
        if !browser::hidden() {
            live.viewing_all(&ids.get_untracked());
        }
    };
    let opened = Memo::new(move |_| {
        let is_open = |id: &ConversationId| live.timeline(*id, |t| t.opened_at.is_some()) == Some(true);
        ids.with(|ids| ids.iter().filter(|id| is_open(id)).count())
    });
    effect(move || {
        opened.track();
        ids.track();
        tell();
    });
    let timer = set_interval_with_handle(tell, VIEWING);
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
        live.show_beside(&[]);
        live.viewing(None);
    });
}

fn tile(desk: Desk, ids: Memo<Vec<ConversationId>>, id: ConversationId) -> AnyView {
    let live = desk.live;
    let row = Memo::new(move |_| live.conversation(id));
    let name =
        move || row.with(|row| row.as_ref().map(|row| words::customer(&row.contact)).unwrap_or_default());
    let holder = move || {
        let holder = row.with(|row| row.as_ref().and_then(|row| row.assignee))?;
        live.member(holder).map(|member| member.name)
    };
    let waits = move || {
        let since = row.with(|row| row.as_ref().and_then(|row| row.waiting_since)).map(time::millis)?;
        Some(fill(Key::RowWaits, &[("span", &time::counter(live.now() - since))]))
    };
    let less = move |_| {
        let mut left = ids.get_untracked();
        left.retain(|other| *other != id);
        desk.router.go(&routes::watch(&left));
    };
    let messages = Memo::new(move |_| {
        live.timeline(id, |timeline| {
            timeline.opened_at?;
            let all = timeline.messages.values().rev().take(SHOWN);
            Some(all.map(|message| (message.rev, message.clone())).collect::<Vec<_>>())
        })
        .flatten()
    });
    view! {
        <section class="watch__one" data-testid="watch-one" aria-label=name>
            <header class="watch__head">
                <h2 dir="auto"><a href=routes::conversation(id)>{name}</a></h2>
                {move || holder().map(|name| view! { <Chip>{name}</Chip> }.into_any())}
                {move || waits().map(|words| view! { <span class="watch__waits">{words}</span> }.into_any())}
                <IconButton
                    icon=IconName::Cross
                    label=Signal::derive(|| text(Key::WatchLess).to_owned())
                    on:click=less
                    attr:data-testid="watch-less"
                />
            </header>
            <ol class="watch__lines" tabindex="0" aria-label=tr(Key::TimelineLabel)>
                {move || match live.unopened(id) {
                    Some(code) => view! { <li class="watch__line">{text(words::error(code))}</li> }.into_any(),
                    None if messages.with(Option::is_none) => TimelineSkeleton().into_any(),
                    None => ().into_any(),
                }}
                {each(move || messages.get().unwrap_or_default().into_iter().map(|(rev, message)| {
                    Item::new(format!("{} {rev}", message.seq), move || line(desk, message))
                }).collect())}
            </ol>
            {whisper(desk, id)}
        </section>
    }
    .into_any()
}

/// One message: who, what, when.
pub(super) fn line(desk: Desk, message: Message) -> AnyView {
    let live = desk.live;
    let at = time::millis(message.at);
    let (note, system) =
        (matches!(message.body, Body::Note { .. }), matches!(message.body, Body::System { .. }));
    if system {
        // What happened is told by the head of the tile; who wants the story opens it.
        return ().into_any();
    }
    let class = match (message.author.kind, note) {
        (_, true) => "watch__line watch__line--note",
        (AuthorKind::Customer, _) => "watch__line",
        _ => "watch__line watch__line--out",
    };
    let member: Option<MemberId> = message.author.member;
    let who = move || member.and_then(|id| live.member(id)).map(|member| member.name);
    let said = message.body.words().map(std::borrow::Cow::into_owned).filter(|words| !words.is_empty());
    let kind = message.body.kind().map(words::kind);
    let said = move || said.clone().or_else(|| kind.map(|kind| text(kind).to_owned()));
    view! {
        <li class=class data-testid="watch-line">
            {move || who().map(|name| view! { <b dir="auto">{name}</b> }.into_any())}
            <span dir="auto">{said}</span>
            <time title=move || time::whole(at)>{move || time::clock(at)}</time>
        </li>
    }
    .into_any()
}

/// A word to whoever holds it, and taking over.
fn whisper(desk: Desk, id: ConversationId) -> AnyView {
    let words = RwSignal::new(String::new());
    let nothing = Signal::derive(move || words.with(|words| words.trim().is_empty()));
    let say = move |command: fn(ConversationId, String) -> Command| {
        let written = words.get_untracked();
        desk.live.command_then(command(id, written.trim().to_owned()), move |answer| {
            if answer.is_ok() && words.try_get_untracked() == Some(written) {
                let _ = words.try_set(String::new());
            }
        });
    };
    let held = Memo::new(move |_| {
        let me = desk.live.me().map(|me| me.id);
        let holder = desk.live.conversation(id).and_then(|row| row.holder());
        (holder.is_some() && holder != me, holder.is_some() && holder == me)
    });
    view! {
        <div class="watch__say">
            <textarea
                rows="2"
                dir="auto"
                data-testid="watch-words"
                aria-label=tr(Key::WatchWhisper)
                placeholder=tr(Key::WatchWhisper)
                prop:value=words
                on:input:target=move |event| words.set(event.target().value())
            ></textarea>
            <span class="behind__acts">
                <Button disabled=nothing on:click=move |_| say(note) attr:data-testid="watch-note">{tr(Key::Whisper)}</Button>
                {move || held.get().0.then(|| view! {
                    <Button disabled=nothing on:click=move |_| say(suggest) attr:data-testid="watch-suggest">{tr(Key::Suggest)}</Button>
                }.into_any())}
                {move || (!held.get().1).then(|| view! {
                    <Button
                        look=ButtonLook::Ghost
                        on:click=move |_| desk.live.command(Command::AssignToMe { conversation: id })
                        attr:data-testid="watch-take"
                    >{tr(Key::TakeOver)}</Button>
                }.into_any())}
                <a class="button button--ghost" href=routes::conversation(id)>{tr(Key::WatchOpen)}</a>
            </span>
        </div>
    }
    .into_any()
}

fn note(conversation: ConversationId, text: String) -> Command {
    Command::AddNote { conversation, text, mentions: Vec::new() }
}

fn suggest(conversation: ConversationId, text: String) -> Command {
    Command::Suggest { conversation, text }
}
