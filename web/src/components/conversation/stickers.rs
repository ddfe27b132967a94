//! Choosing one of the tenant's stickers, which sends it; and looking after them, for those who may.

use leptos::{html, prelude::*, task::spawn_local};
use shared::{
    api::stickers::StickersPage,
    live::command::Command,
    model::{outgoing::Outgoing, sticker::Sticker},
    permission::Permission,
};

use super::{Talk, tray};
use crate::{
    attach::{Stage, Tray},
    effects::effect,
    http,
    i18n::{Key, fill, text, tr},
    ui::{Button, ButtonLook, Dialog, EmptyState, IconName, Item, Show, each},
};

/// What has been fetched.
#[derive(Debug, Clone, PartialEq)]
enum Fetched {
    Loading,
    Failed,
    All(Vec<Sticker>),
}

/// The choice; the handle of its parts.
#[derive(Clone, Copy)]
struct Choice {
    talk: Talk,
    fetched: RwSignal<Fetched>,
    /// Whether a click removes instead of sending.
    removing: RwSignal<bool>,
    tray: StoredValue<Tray>,
}

impl Choice {
    fn fetch(self) {
        spawn_local(async move {
            let answer = http::get::<StickersPage>("/api/stickers").await;
            let _ = self.fetched.try_set(answer.map_or(Fetched::Failed, |page| Fetched::All(page.stickers)));
        });
    }

    fn chosen(self, sticker: &Sticker) {
        let Self { talk, removing, .. } = self;
        let sticker = sticker.id;
        if removing.get_untracked() {
            let command = Command::RemoveSticker { sticker };
            return talk.live.command_then(command, move |_| self.fetch());
        }
        if !talk.files_may_go() {
            return talk.desk.toasts.say(text(Key::ComposerUnavailable).to_owned());
        }
        let answered = talk.take_answered();
        let answers = answered.as_ref().map(|answered| answered.id);
        let command =
            Command::Send { conversation: talk.id, answers, base: None, what: Outgoing::Sticker { sticker } };
        talk.live.command_then(command, move |answer| {
            if let Err(problem) = answer {
                talk.answer_again(answered, problem.code);
            }
        });
        talk.stickers.set(false);
    }

    /// Uploaded files become stickers, one after the other.
    fn add_uploaded(self) {
        let files = self.talk.desk.attachments;
        effect(move || {
            let tray = self.tray.get_value();
            let ready = tray
                .with(|all| !all.is_empty() && all.iter().all(|one| matches!(one.stage, Stage::Ready(_))));
            if !ready {
                return;
            }
            for (upload, _) in files.take(&tray) {
                self.talk.live.command_then(Command::AddSticker { upload }, move |_| {
                    files.arrived(upload);
                    self.fetch();
                });
            }
        });
    }
}

/// The dialog.
pub(super) fn dialog(talk: Talk) -> impl IntoView {
    let choice = Choice {
        talk,
        fetched: RwSignal::new(Fetched::Loading),
        removing: RwSignal::new(false),
        tray: StoredValue::new(Tray::default()),
    };
    choice.add_uploaded();
    effect(move || {
        if talk.stickers.get() {
            choice.removing.set(false);
            choice.fetch();
        }
    });
    let is = move |wanted: fn(&Fetched) -> bool| move || choice.fetched.with(wanted);
    let items = move || {
        let all = choice.fetched.with(|fetched| match fetched {
            Fetched::All(all) => all.clone(),
            _ => Vec::new(),
        });
        all.into_iter()
            .map(|sticker| Item::new(sticker.id.to_string(), move || one(choice, sticker)))
            .collect()
    };
    let manages = Signal::derive(move || talk.desk.session.may(Permission::ManageStickers));
    view! {
        <Dialog open=talk.stickers title=Signal::derive(|| text(Key::Stickers).to_owned())>
            <div class="stickers" data-testid="stickers">
                <Show when=is(|fetched| *fetched == Fetched::Loading)>
                    <p class="templates__note late">{tr(Key::StickersLoading)}</p>
                </Show>
                <Show when=is(|fetched| *fetched == Fetched::Failed)>
                    <p class="templates__note">
                        {tr(Key::StickersFailed)}
                        <Button on:click=move |_| choice.fetch()>{tr(Key::TryAgain)}</Button>
                    </p>
                </Show>
                <Show when=is(|fetched| matches!(fetched, Fetched::All(all) if all.is_empty()))>
                    <EmptyState
                        icon=IconName::Sticker
                        title=Signal::derive(|| text(Key::StickersNone).to_owned())
                        hint=Signal::derive(|| text(Key::StickersNoneHint).to_owned())
                    />
                </Show>
                <ul class="stickers__all">{each(items)}</ul>
                <Show when=manages>{foot(choice)}</Show>
            </div>
        </Dialog>
    }
}

fn one(choice: Choice, sticker: Sticker) -> AnyView {
    let address = format!("/api/stickers/{}", sticker.id);
    let (name, alt) = (sticker.name.clone(), sticker.name.clone());
    let label = {
        let name = name.clone();
        move || match choice.removing.get() {
            true => fill(Key::StickersRemove, &[("name", &name)]),
            false => name.clone(),
        }
    };
    view! {
        <li>
            <button
                type="button"
                class="stickers__one"
                class:stickers__one--leaving=move || choice.removing.get()
                title=name
                aria-label=label
                data-testid="sticker"
                on:click=move |_| choice.chosen(&sticker)
            >
                <img src=address alt=alt loading="lazy"/>
            </button>
        </li>
    }
    .into_any()
}

fn foot(choice: Choice) -> AnyView {
    let picker = NodeRef::<html::Input>::new();
    let files = choice.talk.desk.attachments;
    let picked = move |_| {
        let Some(input) = picker.get_untracked() else { return };
        if let Some(chosen) = input.files() {
            files.add(&choice.tray.get_value(), &chosen);
        }
        input.set_value("");
    };
    let pick = move |_| {
        if let Some(input) = picker.get_untracked() {
            input.click();
        }
    };
    view! {
        {tray::files(choice.talk.desk, choice.tray.get_value())}
        <p class="stickers__foot">
            <Button on:click=pick>{tr(Key::StickersAdd)}</Button>
            <Button look=ButtonLook::Ghost on:click=move |_| choice.removing.update(|on| *on = !*on)>
                {move || text(if choice.removing.get() { Key::StickersEditDone } else { Key::StickersEdit })}
            </Button>
            <input
                class="unseen"
                type="file"
                multiple
                accept="image/webp"
                tabindex="-1"
                node_ref=picker
                aria-label=tr(Key::StickersAdd)
                data-testid="sticker-picker"
                on:change=picked
            />
            <span>{tr(Key::StickersAddHint)}</span>
        </p>
    }
    .into_any()
}
