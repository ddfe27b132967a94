//! Handing a conversation to a queue or to a colleague, with a note for the next one.

use leptos::prelude::*;
use shared::{
    ids::{MemberId, QueueId},
    live::command::Command,
    model::{
        conversation::Conversation,
        member::{Availability, Member},
        routing::Target,
    },
};

use super::Talk;
use crate::{
    effects::effect,
    i18n::{Key, text, tr},
    live::Live,
    ui::{Button, ButtonLook, Dialog, IconName, Notice, Tone},
    words,
};

/// The dialog.
pub(super) fn dialog(talk: Talk) -> impl IntoView {
    let open = talk.handing;
    let to = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    let refused = RwSignal::new(None::<Key>);
    let sending = RwSignal::new(false);
    effect(move || {
        if open.get() {
            to.set(String::new());
            note.set(String::new());
            refused.set(None);
        }
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(to) = to.with_untracked(|to| target(to)) else { return };
        let note = Some(note.get_untracked()).filter(|note| !note.trim().is_empty());
        sending.set(true);
        let command = Command::Transfer { conversation: talk.id, to, note };
        talk.live.command_told(command, move |answer| {
            let _ = sending.try_set(false);
            match answer {
                Ok(_) => {
                    let _ = open.try_set(false);
                }
                Err(problem) => {
                    let _ = refused.try_set(Some(words::error(problem.code)));
                }
            }
        });
    };
    view! {
        <Dialog open title=Signal::derive(|| text(Key::HandOver).to_owned())>
            <form class="hand-over" data-testid="hand-over" on:submit=send>
                <div class="field">
                    <label class="field__label" for="hand-over-to">{tr(Key::HandOverTo)}</label>
                    {select(to, talk.live, "hand-over-to", Some(talk))}
                </div>
                <div class="field">
                    <label class="field__label" for="hand-over-note">{tr(Key::HandOverNote)}</label>
                    <textarea class="field__input" id="hand-over-note" rows="3" dir="auto" data-testid="hand-over-note" bind:value=note></textarea>
                </div>
                {move || refused.get().map(|why| view! {
                    <Notice tone=Tone::Bad icon=IconName::Warning><span role="alert">{tr(why)}</span></Notice>
                }.into_any())}
                <footer class="dialog__foot">
                    <Button
                        look=ButtonLook::Primary
                        disabled=Signal::derive(move || sending.get() || to.with(String::is_empty))
                        attr:r#type="submit"
                        attr:data-testid="hand-over-confirm"
                    >{tr(Key::HandOver)}</Button>
                </footer>
            </form>
        </Dialog>
    }
}

/// The dialog that asks where several conversations go.
pub(crate) fn chooser(open: RwSignal<bool>, live: Live, on_choose: Callback<Target>) -> AnyView {
    let to = RwSignal::new(String::new());
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(to) = to.with_untracked(|to| target(to)) {
            open.set(false);
            on_choose.run(to);
        }
    };
    view! {
        <Dialog open title=Signal::derive(|| text(Key::HandOver).to_owned())>
            <form class="hand-over" on:submit=send>
                {select(to, live, "bulk-hand-over-to", None)}
                <footer class="dialog__foot">
                    <Button look=ButtonLook::Primary attr:r#type="submit" attr:data-testid="bulk-hand-over-confirm">{tr(Key::HandOver)}</Button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}

/// Queues and colleagues; where it is about one conversation, others than it is with.
fn select(to: RwSignal<String>, live: Live, id: &'static str, talk: Option<Talk>) -> AnyView {
    let chosen = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlSelectElement>| {
        to.set(event.target().value());
    };
    let now = move || talk.and_then(|talk| talk.row.with(waits_in));
    let holder = move || talk.and_then(|talk| talk.row.with(|row| row.as_ref()?.assignee));
    view! {
        <select
            class="field__input"
            id=id
            aria-label=tr(Key::HandOverTo)
            data-testid=id
            required
            prop:value=to
            on:change:target=chosen
        >
            <option value="">{tr(Key::HandOverChoose)}</option>
            <optgroup label=tr(Key::HandOverQueues)>
                {move || queues(live, now()).into_iter().map(option).collect_view()}
            </optgroup>
            <optgroup label=tr(Key::HandOverColleagues)>
                {move || colleagues(live, holder()).into_iter().map(option).collect_view()}
            </optgroup>
        </select>
    }
    .into_any()
}

fn option((value, label): (String, String)) -> AnyView {
    view! { <option value=value>{label}</option> }.into_any()
}

fn target(value: &str) -> Option<Target> {
    value.parse().map(Target::Queue).or_else(|_| value.parse().map(Target::Member)).ok()
}

fn waits_in(row: &Option<Conversation>) -> Option<QueueId> {
    row.as_ref().filter(|row| row.assignee.is_none())?.queue
}

/// All queues but the one it waits in.
fn queues(live: Live, now: Option<QueueId>) -> Vec<(String, String)> {
    let all = live.rows(|view| {
        let mut all: Vec<_> = view.queues.values().filter(|queue| Some(queue.id) != now).collect();
        all.sort_by_key(|queue| queue.name.to_lowercase());
        all.into_iter().map(|queue| (queue.id.to_string(), queue.name.clone())).collect()
    });
    all.unwrap_or_default()
}

/// Colleagues who are there, those who take work first.
fn colleagues(live: Live, holder: Option<MemberId>) -> Vec<(String, String)> {
    let all = live.rows(|view| {
        let there = |member: &&Member| {
            member.active
                && member.connected
                && member.availability != Availability::Away
                && Some(member.id) != holder
        };
        let mut all: Vec<&Member> = view.members.values().filter(there).collect();
        all.sort_by_key(|member| (!member.takes_work(), member.name.to_lowercase()));
        let label =
            |member: &Member| format!("{} · {}", member.name, text(words::availability(member.availability)));
        all.into_iter().map(|member| (member.id.to_string(), label(member))).collect()
    });
    all.unwrap_or_default()
}
