//! Why nothing can be sent, or what is sent waits.

use std::borrow::Cow;

use leptos::prelude::*;
use shared::ids::MemberId;

use super::draft::Draft;
use crate::{
    app::Crossed,
    components::conversation::permit::Obstacle,
    i18n::{Key, fill, text, tr},
    ui::{Button, ButtonLook, IconName, Notice, Tone},
    words,
};

/// Why nothing can be sent, or who else answers here, and what to do about it.
#[component]
pub(super) fn Explanation(draft: Draft) -> impl IntoView {
    let talk = draft.talk;
    let name = move |id| talk.live.member(id).map(|m| m.name).unwrap_or_default();
    let state = Memo::new(move |_| {
        talk.permit.get().map(|permit| (permit.obstacle, permit.held_by, permit.take_over))
    });
    let paused = Memo::new(move |_| {
        let channel = talk.row.with(|row| row.as_ref().map(|row| row.channel));
        channel.and_then(|id| talk.live.channel(id)).is_some_and(|channel| channel.paused)
    });
    let joins = Memo::new(move |_| {
        talk.permit.get().filter(|permit| permit.joins && permit.obstacle.is_none())?.held_by
    });
    let crossed =
        Memo::new(move |_| talk.desk.crossed.get().filter(|crossed| crossed.conversation == talk.id));
    move || {
        if let Some(crossed) = crossed.get().filter(|_| !draft.note.get()) {
            return Some(collision(draft, crossed));
        }
        if let Some(holder) = joins.get() {
            return Some(beside(draft, holder));
        }
        match (draft.note.get(), state.get()?) {
        (true, _) => Some(
            view! { <Notice tone=Tone::Note icon=IconName::Note><span>{tr(Key::ComposerNoteHint)}</span></Notice> }
                .into_any(),
        ),
        (_, (Some(Obstacle::Closed), ..)) => Some(
            view! {
                <Notice tone=Tone::Calm icon=IconName::Tick>
                    <span>{tr(Key::ComposerClosed)}</span>
                    <Button
                        look=ButtonLook::Primary
                        disabled=talk.busy
                        on:click=move |_| talk.reopen()
                        attr:data-testid="reopen"
                    >{tr(Key::Reopen)}</Button>
                </Notice>
            }
            .into_any(),
        ),
        (_, (Some(Obstacle::Blocked), ..)) => Some(
            view! { <Notice tone=Tone::Bad icon=IconName::Warning><span>{tr(Key::ComposerBlocked)}</span></Notice> }
                .into_any(),
        ),
        (_, (Some(Obstacle::Window), ..)) => Some(
            view! {
                <Notice tone=Tone::Warn icon=IconName::Clock>
                    <span>{tr(Key::ComposerWindowClosed)}</span>
                    <Button
                        look=ButtonLook::Primary
                        on:click=move |_| talk.templates.set(true)
                        attr:data-testid="choose-template"
                    >{tr(Key::TemplatesChoose)}</Button>
                </Notice>
            }
            .into_any(),
        ),
        (_, (_, Some(holder), take_over)) => Some(
            view! {
                <Notice tone=Tone::Calm icon=IconName::Take>
                    <span>{move || fill(if take_over { Key::ComposerHeldMay } else { Key::ComposerHeld }, &[("name", &name(holder))])}</span>
                    {take_over.then(|| view! { <Button on:click=move |_| talk.take()>{tr(Key::TakeOver)}</Button> })}
                </Notice>
            }
            .into_any(),
        ),
        _ if paused.get() => Some(
            view! { <Notice tone=Tone::Warn icon=IconName::Clock><span>{tr(Key::ComposerPaused)}</span></Notice> }
                .into_any(),
        ),
        _ => None,
    }
    }
}

/// What a colleague said meanwhile, and what becomes of one's own words.
fn collision(draft: Draft, crossed: Crossed) -> AnyView {
    let live = draft.talk.live;
    let found = Memo::new(move |_| {
        live.timeline(crossed.conversation, |timeline| {
            let mut all = timeline.messages.values().rev();
            let answer = all.find(|message| Some(message.id) == crossed.answer)?;
            let words = answer.body.words().map(Cow::into_owned);
            let kind = answer.body.kind().map(|kind| text(words::kind(kind)).to_owned());
            Some((answer.author.member, words.or(kind).unwrap_or_default()))
        })
        .flatten()
    });
    let name = move || {
        let member = found.get().and_then(|(member, _)| live.member(member?));
        member.map_or_else(|| text(Key::AuthorSomebody).to_owned(), |member| member.name)
    };
    view! {
        <Notice tone=Tone::Warn icon=IconName::Warning>
            <span role="alert" data-testid="crossed">
                <b>{move || fill(Key::CrossedTitle, &[("name", &name())])}</b>
                <span class="composer__crossed" dir="auto">{move || found.get().map(|(_, words)| words)}</span>
            </span>
            <span class="bubble__choice">
                {move || draft.open().then(|| view! {
                    <Button on:click=move |_| draft.send() attr:data-testid="crossed-send">{tr(Key::CrossedSend)}</Button>
                }.into_any())}
                <Button look=ButtonLook::Ghost on:click=move |_| draft.discard() attr:data-testid="crossed-discard">{tr(Key::CrossedDiscard)}</Button>
            </span>
        </Notice>
    }
    .into_any()
}

/// What a supervisor can do in a colleague's conversation: whisper, answer beside them, or take it over.
fn beside(draft: Draft, holder: MemberId) -> AnyView {
    let Draft { talk, note, .. } = draft;
    let name = move || talk.live.member(holder).map(|member| member.name).unwrap_or_default();
    let line = move || {
        let key = if note.get() { Key::WhisperLine } else { Key::JoinLine };
        fill(key, &[("name", &name())])
    };
    let choice = move |testid: &'static str, whisper: bool, label: Key| {
        view! {
            <Button
                on:click=move |_| {
                    note.set(whisper);
                    request_animation_frame(move || draft.focus());
                }
                attr:aria-pressed=move || (note.get() == whisper).to_string()
                attr:data-testid=testid
            >{tr(label)}</Button>
        }
        .into_any()
    };
    let tone = if note.get() { Tone::Note } else { Tone::Warn };
    view! {
        <Notice tone icon=IconName::Take>
            <span>{line}</span>
            <span class="bubble__choice">
                {choice("whisper", true, Key::Whisper)}
                {choice("join", false, Key::Join)}
                <Button disabled=talk.busy on:click=move |_| talk.take() attr:data-testid="beside-take">{tr(Key::TakeOver)}</Button>
            </span>
        </Notice>
    }
    .into_any()
}
