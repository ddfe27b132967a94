//! Everything of somebody who is missing goes elsewhere: asked once, with figures, and told what became of it.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    error::Problem,
    ids::MemberId,
    live::command::{Command, Done},
    model::{
        routing::{MoveTo, Moved},
        shift::Missing,
    },
};

use crate::{
    app::Desk,
    effects::effect,
    i18n::{Key, fill, text, tr},
    ui::{Button, ButtonLook, Dialog, IconName, Notice, Tone},
    words,
};

/// The value of giving each back to its queue.
const BACK: &str = "back";

/// Moving, as far as it got.
#[derive(Clone, Copy)]
struct Moving {
    desk: Desk,
    of: RwSignal<Option<Missing>>,
    to: RwSignal<String>,
    busy: RwSignal<bool>,
    gone: RwSignal<u32>,
    /// What became of it, in words.
    said: RwSignal<Option<String>>,
    refused: RwSignal<Option<Key>>,
    again: Callback<()>,
}

impl Moving {
    /// Moves what is left, 200 at once.
    fn go_on(self, from: MemberId, to: MoveTo) {
        self.busy.set(true);
        self.desk
            .live
            .command_told(Command::MoveAll { from, to }, move |answer| self.moved(from, to, answer));
    }

    fn moved(self, from: MemberId, to: MoveTo, answer: Result<Done, Problem>) {
        let figures = match answer {
            Ok(done) => done.moved.unwrap_or(Moved { moved: 0, left: 0 }),
            Err(problem) => {
                let _ = self.busy.try_set(false);
                let _ = self.refused.try_set(Some(words::error(problem.code)));
                return;
            }
        };
        let _ = self.gone.try_update(|n| *n += figures.moved);
        if figures.left > 0 && figures.moved > 0 {
            return self.go_on(from, to);
        }
        let gone = self.gone.try_get_untracked().unwrap_or(figures.moved);
        let said = fill(Key::MoveAllDone, &[("n", &gone.to_string()), ("m", &figures.left.to_string())]);
        let _ = self.busy.try_set(false);
        let _ = self.said.try_set(Some(said));
        self.again.run(());
    }
}

/// The dialog, open while somebody is chosen; `again` is called when something has gone.
pub(super) fn dialog(desk: Desk, of: RwSignal<Option<Missing>>, again: Callback<()>) -> AnyView {
    let moving = Moving {
        desk,
        of,
        to: RwSignal::new(BACK.to_owned()),
        busy: RwSignal::new(false),
        gone: RwSignal::new(0),
        said: RwSignal::new(None),
        refused: RwSignal::new(None),
        again,
    };
    let open = RwSignal::new(false);
    effect(move || {
        let chosen = of.with(Option::is_some);
        if chosen {
            moving.to.set(BACK.to_owned());
            moving.gone.set(0);
            moving.said.set(None);
            moving.refused.set(None);
        }
        open.set(chosen);
    });
    effect(move || {
        if !open.get() && of.with_untracked(Option::is_some) {
            of.set(None);
        }
    });
    let name = move || {
        let id = of.with(|one| one.as_ref().map(|one| one.member));
        id.and_then(|id| desk.live.member(id)).map(|member| member.name).unwrap_or_default()
    };
    let title = Signal::derive(move || fill(Key::MoveAllTitle, &[("name", &name())]));
    view! {
        <Dialog open title>
            {move || match moving.said.get() {
                Some(said) => ended(open, said),
                None => form(moving),
            }}
        </Dialog>
    }
    .into_any()
}

fn ended(open: RwSignal<bool>, said: String) -> AnyView {
    view! {
        <div class="contact__ask">
            <Notice tone=Tone::Calm icon=IconName::Tick><span role="status" data-testid="move-said">{said}</span></Notice>
        </div>
        <footer class="contact__foot">
            <Button look=ButtonLook::Primary on:click=move |_| open.set(false) attr:data-testid="move-end">{tr(Key::DialogClose)}</Button>
        </footer>
    }
    .into_any()
}

fn form(moving: Moving) -> AnyView {
    let Moving { desk, of, to, busy, refused, .. } = moving;
    let held = move || of.with(|one| one.as_ref().map_or(0, |one| one.held));
    let waiting = move || of.with(|one| one.as_ref().map_or(0, |one| one.waiting));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(from) = of.with_untracked(|one| one.as_ref().map(|one| one.member)) else { return };
        if busy.get_untracked() {
            return;
        }
        let to = to.with_untracked(|to| {
            to.parse().map(MoveTo::Queue).or_else(|_| to.parse().map(MoveTo::Member)).unwrap_or(MoveTo::Back)
        });
        refused.set(None);
        moving.go_on(from, to);
    };
    let option = |(value, label): (String, String)| view! { <option value=value>{label}</option> }.into_any();
    let queues = move || {
        let mut all: Vec<_> =
            desk.live.queues().into_iter().map(|queue| (queue.id.to_string(), queue.name)).collect();
        all.sort_by_key(|(_, name)| name.to_lowercase());
        all.into_iter().map(option).collect_view()
    };
    let colleagues = move || {
        let from = of.with(|one| one.as_ref().map(|one| one.member));
        let mut all = desk.live.members();
        all.retain(|member| member.active && Some(member.id) != from);
        all.sort_by_key(|member| (!member.takes_work(), member.name.to_lowercase()));
        let label = |member: shared::model::member::Member| {
            let state =
                if member.connected { words::availability(member.availability) } else { Key::PersonGoneNow };
            (member.id.to_string(), format!("{} · {}", member.name, text(state)))
        };
        all.into_iter().map(label).map(option).collect_view()
    };
    let forced = move || to.with(|to| to.parse::<MemberId>().is_ok()).then(|| tr(Key::MoveAllForced));
    view! {
        <form class="hand-over" on:submit=submit data-testid="move-all">
            <p>{move || fill(Key::MoveAllWhat, &[("n", &held().to_string()), ("m", &waiting().to_string())])}</p>
            <div class="field">
                <label class="field__label" for="move-to">{tr(Key::MoveAllTo)}</label>
                <select
                    class="field__input"
                    id="move-to"
                    data-testid="move-to"
                    prop:value=to
                    on:change:target=move |event| to.set(event.target().value())
                >
                    <option value=BACK>{tr(Key::MoveAllBack)}</option>
                    <optgroup label=tr(Key::MoveAllQueues)>{queues}</optgroup>
                    <optgroup label=tr(Key::MoveAllColleagues)>{colleagues}</optgroup>
                </select>
                <p class="field__hint">{forced}</p>
            </div>
            {move || refused.get().map(|why| view! {
                <Notice tone=Tone::Bad icon=IconName::Warning><span role="alert">{tr(why)}</span></Notice>
            }.into_any())}
            <footer class="dialog__foot">
                <Button
                    look=ButtonLook::Primary
                    disabled=busy
                    attr:r#type="submit"
                    attr:data-testid="move-confirm"
                >{move || fill(Key::MoveAllGo, &[("n", &held().to_string())])}</Button>
            </footer>
        </form>
    }
    .into_any()
}
