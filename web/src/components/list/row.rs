//! One conversation in the list.

use leptos::prelude::*;
use shared::{
    ids::ConversationId,
    model::{
        conversation::{Conversation, ConversationState, LastMessage},
        message::{Author, AuthorKind, DeliveryState},
    },
};

use super::{Inbox, order::SOON_MS};
use crate::{
    components::{conversation::delivery::Ticks, sleep},
    i18n::{Key, count, fill, text, tr},
    live::Live,
    routes, time,
    ui::{Avatar, AvatarSize, Chip, Count, Icon, IconName, Tone},
    words,
};

/// From this wait on a row warns, in milliseconds. A customer in a chat expects minutes.
const WARN_MS: f64 = 3.0 * 60_000.0;
/// From this wait on a row is bad.
const BAD_MS: f64 = 10.0 * 60_000.0;

/// A row: a link, so that every way to open a link works.
#[component]
pub(crate) fn Row(inbox: Inbox, id: ConversationId) -> impl IntoView {
    let live = inbox.live;
    let row = Memo::new(move |_| live.conversation(id).or_else(|| inbox.remote.row(id)));
    move || {
        // The outer closure runs again only when a row appears or disappears.
        let present = Memo::new(move |_| row.with(Option::is_some));
        present.get().then(|| view! { <Present inbox row id/> }.into_any())
    }
}

#[component]
fn Present(inbox: Inbox, row: Memo<Option<Conversation>>, id: ConversationId) -> impl IntoView {
    let live = inbox.live;
    let with =
        move |read: fn(&Conversation) -> String| row.with(|c| c.as_ref().map(read).unwrap_or_default());
    let name = Memo::new(move |_| with(|c| words::customer(&c.contact)));
    let unread = Memo::new(move |_| row.with(|c| c.as_ref().map_or(0, |c| c.unread as usize)));
    let at = move || row.with(|c| c.as_ref().map(|c| c.last.as_ref().map_or(c.opened_at, |l| l.at)));
    let ago = Memo::new(move |_| at().map(|at| time::ago(time::millis(at), live.now())).unwrap_or_default());
    let begun = Memo::new(move |_| live.draft(id).is_some());
    let selected = move || inbox.selected.get() == Some(id);
    let assignee = move || {
        let holder = row.with(|c| c.as_ref().and_then(|c| c.assignee))?;
        live.me().is_none_or(|me| me.id != holder).then(|| live.member(holder)).flatten()
    };
    view! {
        <a
            class="row"
            class:row--unread=move || { unread.get() > 0 }
            href=routes::conversation(id)
            data-testid="conversation-row"
            data-id=id.to_string()
            data-state=move || with(|c| c.state.as_str().to_owned())
            data-assignee=move || with(|c| c.assignee.map(|m| m.to_string()).unwrap_or_default())
            aria-current=move || selected().then_some("true")
            class:row--chosen=move || inbox.chosen.has(id)
            on:focus=move |_| inbox.cursor.set(Some(id))
            on:click=move |event| {
                // A plain click follows the link.
                if event.ctrl_key() || event.meta_key() || event.shift_key() {
                    event.prevent_default();
                    inbox.choose(id, event.shift_key());
                }
            }
        >
            <Avatar initials=Signal::derive(move || words::initials(&name.get())) size=AvatarSize::Medium/>
            <span class="row__main">
                <span class="row__line">
                    <span class="row__name" dir="auto">{name}</span>
                    <span class="row__time">{ago}</span>
                </span>
                <span class="row__line">
                    <span class="row__preview" dir="auto">{move || row.with(|c| preview(live, c.as_ref()?.last.as_ref()?))}</span>
                    <Count n=unread label=Signal::derive(move || count(unread.get(), Key::UnreadOne, Key::UnreadOther))/>
                </span>
                <span class="row__line row__chips">
                    {move || row.with(|c| c.as_ref().map(|c| c.channel)).and_then(|id| live.channel(id)).map(|channel| view! {
                        <Chip><i class=words::channel_class(channel.colour)></i>{channel.name}</Chip>
                    }.into_any())}
                    {move || begun.get().then(|| view! { <Chip><i data-testid="draft-mark">{tr(Key::DraftMark)}</i></Chip> }.into_any())}
                    <Pressure inbox row/>
                    {move || assignee().map(|member| view! {
                        <span class="row__holder" title=fill(Key::HeldBy, &[("name", &member.name)])>
                            <Avatar initials=words::initials(&member.name) size=AvatarSize::Small/>
                            <span class="unseen">{fill(Key::HeldBy, &[("name", &member.name)])}</span>
                        </span>
                    }.into_any())}
                </span>
            </span>
        </a>
    }
    .into_any()
}

/// What the row needs: how long the customer waits, how soon the window closes, or its state.
#[component]
fn Pressure(inbox: Inbox, row: Memo<Option<Conversation>>) -> impl IntoView {
    let live = inbox.live;
    let chip = Memo::new(move |_| row.with(|c| c.as_ref().and_then(|c| pressure(c, live.now()))));
    move || chip.get().map(|(tone, words)| view! { <Chip tone>{words}</Chip> }.into_any())
}

fn pressure(conversation: &Conversation, now: f64) -> Option<(Tone, String)> {
    if conversation.state == ConversationState::Closed {
        let reason = conversation.closed.as_ref().map(|closed| words::close_reason(closed.reason));
        return Some((Tone::Calm, text(reason.unwrap_or(Key::StateClosed)).to_owned()));
    }
    if let Some(since) = conversation.waiting_since {
        let waited = now - time::millis(since);
        let tone = match waited {
            ms if ms >= BAD_MS => Tone::Bad,
            ms if ms >= WARN_MS => Tone::Warn,
            _ => Tone::Calm,
        };
        return Some((tone, fill(Key::RowWaits, &[("span", &time::counter(waited))])));
    }
    if let Some(until) = conversation.sleeps_until {
        return Some((Tone::Calm, fill(Key::RowSleeps, &[("time", &sleep::until(until, now))])));
    }
    let left = conversation.window_until.map(|until| time::millis(until) - now)?;
    if left <= 0.0 {
        Some((Tone::Calm, text(Key::RowWindowClosed).to_owned()))
    } else if left < SOON_MS {
        Some((Tone::Warn, fill(Key::RowWindow, &[("span", &time::left(left))])))
    } else {
        let quiet = !matches!(conversation.state, ConversationState::Assigned | ConversationState::Queued);
        quiet.then(|| (Tone::Calm, text(words::state(conversation.state)).to_owned()))
    }
}

fn preview(live: Live, last: &LastMessage) -> Option<AnyView> {
    let own = last.delivery.map(|state| view! { <Ticks state/> });
    let mark = last.note.then(|| view! { <span class="row__note"><Icon name=IconName::Note/></span> });
    let words = match (&last.kind, last.preview.as_str()) {
        (Some(kind), "") => text(words::kind(kind)).to_owned(),
        (Some(kind), caption) => format!("{} · {caption}", text(words::kind(kind))),
        (None, preview) => preview.to_owned(),
    };
    let words = match writer(live, &last.author) {
        Some(name) => fill(Key::PreviewBy, &[("name", &name), ("words", &words)]),
        None => words,
    };
    let failed = last.delivery == Some(DeliveryState::Failed);
    Some(view! { {own}{mark}<span class:row__failed=failed>{words}</span> }.into_any())
}

/// Who of us wrote: `You`, or a colleague's first name. The customer needs no name in the own row.
fn writer(live: Live, author: &Author) -> Option<String> {
    match (author.kind, author.member) {
        (AuthorKind::Member, Some(id)) if live.me().is_some_and(|me| me.id == id) => {
            Some(text(Key::AuthorYou).to_owned())
        }
        (AuthorKind::Member, Some(id)) => {
            let name = live.member(id)?.name;
            name.split_whitespace().next().map(ToOwned::to_owned)
        }
        (AuthorKind::Bot, _) => Some(text(Key::AuthorBot).to_owned()),
        _ => None,
    }
}
