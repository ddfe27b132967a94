//! Why nothing can be sent, or what is sent waits.

use leptos::prelude::*;

use super::draft::Draft;
use crate::{
    components::conversation::permit::Obstacle,
    i18n::{Key, fill, tr},
    ui::{Button, ButtonLook, IconName, Notice, Tone},
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
    move || {
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
