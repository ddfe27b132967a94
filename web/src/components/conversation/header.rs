//! Who this is, how long there is, who else looks, and what can be done.

use leptos::prelude::*;
use shared::{
    ids::ConversationId,
    live::{command::Command, snapshot::Activity},
    model::conversation::{CloseReason, Conversation, ConversationState},
    permission::Permission,
};

use super::Talk;
use crate::{
    components::{SOONER_SECS, sleep},
    i18n::{Key, fill, text, tr},
    keys::{self, Action},
    live::{Live, Status},
    routes, time,
    ui::{
        Avatar, AvatarSize, Button, ButtonLook, Chip, Icon, IconButton, IconName, Menu, MenuGroup, MenuItem,
        Show,
    },
    words,
};

/// The header.
#[component]
pub(super) fn Header(talk: Talk) -> impl IntoView {
    let (live, row) = (talk.live, talk.row);
    let name =
        Memo::new(move |_| row.with(|c| c.as_ref().map(|c| words::customer(&c.contact)).unwrap_or_default()));
    let channel = move || live.channel(row.with(|c| c.as_ref().map(|c| c.channel))?);
    let blocked = Memo::new(move |_| {
        row.with(|c| c.as_ref()?.block.filter(|block| block.keeps_out()).map(|block| block.state))
    });
    let facts = Memo::new(move |_| facts(talk));
    view! {
        <header class="talk__head">
            <a class="icon-button talk__back" data-testid="back" href=routes::INBOX aria-label=tr(Key::BackToList) title=tr(Key::BackToList)>
                <Icon name=IconName::Back/>
            </a>
            <Avatar initials=Signal::derive(move || words::initials(&name.get())) size=AvatarSize::Medium/>
            <div class="talk__who">
                <div class="talk__name">
                    <h2 dir="auto">{name}</h2>
                    {move || blocked.get().map(|state| view! {
                        <Chip tone=words::block_tone(state)>{tr(words::block(state))}</Chip>
                    }.into_any())}
                    {move || channel().map(|c| view! { <Chip><i class=words::channel_class(c.colour)></i>{c.name}</Chip> }.into_any())}
                </div>
                {move || offline(live).map(|words| view! {
                    <span class="live talk__live" data-state="offline">{words}</span>
                }.into_any())}
                <p class="talk__facts">{move || facts.get().into_iter().map(|fact| view! { <span>{fact}</span> }.into_any()).collect_view()}</p>
            </div>
            <Watchers talk/>
            <Actions talk/>
            <IconButton
                icon=IconName::Details
                label=Signal::derive(|| text(Key::DetailsToggle).to_owned())
                on:click=move |_| talk.details.update(|open| *open = !*open)
                attr:class="icon-button talk__details"
            />
        </header>
    }
    .into_any()
}

/// What a phone shows here, because the list that says it is out of sight.
fn offline(live: Live) -> Option<String> {
    match live.status() {
        Status::Live | Status::CatchingUp => None,
        Status::Offline(since) => Some(fill(Key::LiveOffline, &[("time", &time::clock(since))])),
        Status::Ended(_) => Some(text(Key::LiveEnded).to_owned()),
    }
}

fn facts(talk: Talk) -> Vec<String> {
    let Some(row) = talk.row.get() else { return Vec::new() };
    let mut facts = Vec::new();
    if row.state == ConversationState::Closed {
        facts.push(text(Key::StateClosed).to_owned());
    } else {
        let left = row.window_until.map(|until| time::millis(until) - talk.live.now());
        facts.push(match left {
            Some(left) if left > 0.0 => fill(Key::WindowCloses, &[("span", &time::left(left))]),
            _ => text(Key::WindowIsClosed).to_owned(),
        });
    }
    if let Some(until) = row.sleeps_until {
        facts.push(fill(Key::SleepsUntil, &[("time", &sleep::until(until, talk.live.now()))]));
    }
    if row.contact.name.is_some()
        && let Some(digits) = &row.contact.phone
    {
        facts.push(words::phone(digits));
    }
    facts
}

/// Colleagues who look at or write in the conversation.
#[component]
fn Watchers(talk: Talk) -> impl IntoView {
    let live = talk.live;
    let watchers = Memo::new(move |_| {
        let all = live.watchers(talk.id).into_iter();
        all.filter_map(|w| Some((live.member(w.member)?.name, w.activity))).collect::<Vec<_>>()
    });
    let typing =
        move || watchers.with(|all| all.iter().find(|(_, a)| *a == Activity::Typing).map(|(n, _)| n.clone()));
    view! {
        <div class="watchers" aria-live="polite">
            {move || typing().map(|name| view! {
                <span class="watchers__typing">{fill(Key::IsTyping, &[("name", &name)])}</span>
            }.into_any())}
            {move || watchers.get().into_iter().map(|(name, _)| view! {
                <span title=fill(Key::IsViewing, &[("name", &name)])>
                    <Avatar initials=words::initials(&name) size=AvatarSize::Small/>
                    <span class="unseen">{fill(Key::IsViewing, &[("name", &name)])}</span>
                </span>
            }.into_any()).collect_view()}
        </div>
    }
}

/// Take, release, close: whatever fits. A closed one is reopened where its answer would be written.
#[component]
fn Actions(talk: Talk) -> impl IntoView {
    let permit = talk.permit;
    let busy = talk.busy;
    let own_time = RwSignal::new(false);
    let park = Callback::new(move |until| talk.act(Command::Park { conversation: talk.id, until }));
    view! {
        <div class="talk__actions">
            <Show when=move || permit.get().is_some_and(|p| p.take)>
                <Button
                    look=ButtonLook::Primary
                    disabled=busy
                    hint=Signal::derive(|| keys::hint(Key::TakeHint, Action::Take))
                    on:click=move |_| talk.take()
                    attr:data-testid="take"
                >{tr(Key::Take)}</Button>
            </Show>
            <Show when=move || permit.get().is_some_and(|p| p.asked)>
                <Button
                    look=ButtonLook::Primary
                    disabled=busy
                    on:click=move |_| talk.act(Command::AcceptOffer { conversation: talk.id })
                    attr:data-testid="accept"
                >{tr(Key::OfferAccept)}</Button>
                <Button
                    disabled=busy
                    on:click=move |_| talk.act(Command::DeclineOffer { conversation: talk.id })
                    attr:data-testid="decline"
                >{tr(Key::OfferDecline)}</Button>
            </Show>
            <Show when=move || permit.get().is_some_and(|p| p.take_over)>
                <Button disabled=busy on:click=move |_| talk.take() attr:data-testid="take">{tr(Key::TakeOver)}</Button>
            </Show>
            <Show when=move || permit.get().is_some_and(|p| p.resume)>
                <Button
                    disabled=busy
                    on:click=move |_| talk.act(Command::Resume { conversation: talk.id })
                    attr:data-testid="resume"
                >{tr(Key::Resume)}</Button>
            </Show>
            <Show when=move || permit.get().is_some_and(|p| p.release || p.hand_over)>
                <Button
                    disabled=busy
                    attr:popovertarget="pass-menu"
                    attr:data-testid="pass"
                >{tr(Key::HandOver)}</Button>
            </Show>
            <Menu id="pass-menu" label=Signal::derive(|| text(Key::HandOver).to_owned())>
                <Show when=move || permit.get().is_some_and(|p| p.hand_over)>
                    <MenuItem testid="hand-over-open".to_owned() on_choose=move || talk.handing.set(true)>
                        {tr(Key::HandOverOpen)}
                    </MenuItem>
                </Show>
                <Show when=move || waits(talk)>
                    <MenuItem
                        testid="sooner".to_owned()
                        on_choose=move || talk.act(Command::SetPriority { conversation: talk.id, secs: SOONER_SECS })
                    >{tr(Key::Sooner)}</MenuItem>
                </Show>
                <Show when=move || permit.get().is_some_and(|p| p.release)>
                    <MenuItem
                        testid="release".to_owned()
                        on_choose=move || talk.act(Command::Release { conversation: talk.id })
                    >{tr(Key::Release)}</MenuItem>
                </Show>
                <Show when=move || permit.get().is_some_and(|p| p.park)>
                    {sleep::entries(park, own_time)}
                </Show>
            </Menu>
            {sleep::own_time(own_time, park)}
            <Show when=move || permit.get().is_some_and(|p| p.close)>
                <Button
                    look=ButtonLook::Plain
                    disabled=busy
                    hint=Signal::derive(|| keys::hint(Key::CloseHint, Action::Close))
                    attr:popovertarget="close-menu"
                    attr:data-testid="close"
                >{tr(Key::Close)}</Button>
            </Show>
            <Menu id="close-menu" label=Signal::derive(|| text(Key::CloseMenu).to_owned())>
                <MenuGroup label=Signal::derive(|| text(Key::CloseMenu).to_owned())>
                {CloseReason::ALL.into_iter().map(|reason| view! {
                    <MenuItem testid=format!("close-reason-{}", reason.as_str()) on_choose=move || talk.close(reason)>
                        {tr(words::close_reason(reason))}
                    </MenuItem>
                }).collect_view()}
                </MenuGroup>
            </Menu>
        </div>
    }
    .into_any()
}

/// Whether it waits and the member may let it be answered sooner.
fn waits(talk: Talk) -> bool {
    let waits = |row: &Option<Conversation>| {
        row.as_ref().is_some_and(|row| row.state == ConversationState::Queued && row.queue.is_some())
    };
    talk.row.with(waits) && talk.desk.session.may(Permission::Supervise)
}

/// The command that a conversation's buttons wait for.
pub(super) fn concerns(command: &Command, id: ConversationId) -> bool {
    match command {
        Command::AssignToMe { conversation }
        | Command::Release { conversation }
        | Command::Reopen { conversation }
        | Command::AcceptOffer { conversation }
        | Command::DeclineOffer { conversation }
        | Command::Park { conversation, .. }
        | Command::Resume { conversation }
        | Command::Transfer { conversation, .. }
        | Command::Close { conversation, .. } => *conversation == id,
        _ => false,
    }
}
