//! What is known of the customer and the conversation.

use leptos::prelude::*;
use shared::ids::ConversationId;

use super::{
    about,
    contact::{Contact, block_line},
    routing_story::RoutingStory,
};
use crate::{
    app::Desk,
    i18n::{Key, text, tr},
    live::Live,
    time,
    ui::{Avatar, AvatarSize, Chip, IconButton, IconName, Tone},
    words,
};

/// The pane; under 1200 px a drawer.
#[component]
pub(crate) fn ContextPane(live: Live, id: ConversationId, open: RwSignal<bool>) -> impl IntoView {
    let row = Memo::new(move |_| live.conversation(id));
    let name =
        Memo::new(move |_| row.with(|c| c.as_ref().map(|c| words::customer(&c.contact)).unwrap_or_default()));
    view! {
        <aside class="context" class:context--open=move || open.get() aria-label=tr(Key::ContextLabel)>
            <div class="context__close">
                <IconButton
                    icon=IconName::Cross
                    label=Signal::derive(|| text(Key::DialogClose).to_owned())
                    on:click=move |_| open.set(false)
                />
            </div>
            <div class="context__who">
                <Avatar initials=Signal::derive(move || words::initials(&name.get())) size=AvatarSize::Large/>
                <h2 dir="auto">{name}</h2>
                {move || row.with(|c| c.as_ref().and_then(|c| c.contact.username.clone())).map(|u| view! { <small>{format!("@{u}")}</small> }.into_any())}
            </div>
            <section>
                <h3>{tr(Key::ContextConversation)}</h3>
                <dl class="facts">{move || facts(live, row).into_iter().map(|(label, value)| view! {
                    <dt>{text(label)}</dt>
                    <dd dir="auto">{value}</dd>
                }.into_any()).collect_view()}</dl>
            </section>
            <section>
                <h3>{tr(Key::ContextWindow)}</h3>
                <Window live row/>
                {block_line(row)}
            </section>
            <section><RoutingStory live id/></section>
            {about::draw(Desk::get(), Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.contact.id))), Some(id))}
            <Contact id row name/>
        </aside>
    }
    .into_any()
}

type Row = Memo<Option<shared::model::conversation::Conversation>>;

fn facts(live: Live, row: Row) -> Vec<(Key, String)> {
    let Some(row) = row.get() else { return Vec::new() };
    let nobody = || text(Key::Nobody).to_owned();
    let mut facts = vec![
        (
            Key::ContextPhone,
            row.contact.phone.as_deref().map_or_else(|| text(Key::PhoneHidden).to_owned(), words::phone),
        ),
        (Key::ContextState, text(words::state(row.state)).to_owned()),
        (Key::ContextHolder, row.assignee.and_then(|id| live.member(id)).map_or_else(nobody, |m| m.name)),
    ];
    if row.contact.no_marketing {
        facts.push((Key::ContextOffers, text(Key::OffersStopped).to_owned()));
    }
    facts.extend(row.queue.and_then(|id| live.queue(id)).map(|q| (Key::ContextQueue, q.name)));
    if let Some(channel) = live.channel(row.channel) {
        facts.push((Key::ContextChannel, channel.name));
        facts.push((Key::ContextNumber, words::phone(&channel.address)));
    }
    facts.push((Key::ContextOpened, time::whole(time::millis(row.opened_at))));
    if let Some(closed) = &row.closed {
        facts.push((Key::ContextClosed, time::whole(time::millis(closed.at))));
        facts.push((Key::ContextReason, text(words::close_reason(closed.reason)).to_owned()));
    }
    facts
}

/// The 24-hour window in words: until when texts can be sent, and what happens then.
#[component]
fn Window(live: Live, row: Row) -> impl IntoView {
    let until = move || row.with(|c| c.as_ref().and_then(|c| c.window_until)).map(time::millis);
    let state = Memo::new(move |_| match until().map(|until| until - live.now()) {
        Some(left) if left > 0.0 => {
            (Tone::Accent, crate::i18n::fill(Key::WindowOpenFor, &[("span", &time::left(left))]))
        }
        _ => (Tone::Warn, text(Key::WindowIsClosed).to_owned()),
    });
    view! {
        <p class="context__window">
            {move || {
                let (tone, words) = state.get();
                view! { <Chip tone>{words}</Chip> }
            }}
            <small>{tr(Key::WindowExplained)}</small>
        </p>
    }
}
