//! Searches that are kept under a name, as buttons; and the dialog that keeps one.

use leptos::prelude::*;
use shared::{live::command::Command, model::saved_view::SavedView, permission::Permission};

use super::Inbox;
use crate::{
    app::Desk,
    effects::effect,
    i18n::{Key, fill, text, tr},
    ui::{Button, ButtonLook, Dialog, IconButton, IconName, Item, Notice, Show, Tone, each},
    words,
};

/// The buttons, and one for what is searched for and not kept yet.
pub(super) fn views(inbox: Inbox) -> AnyView {
    let desk = Desk::get();
    let (live, search) = (inbox.live, inbox.search);
    let naming = RwSignal::new(false);
    let may_save = Memo::new(move |_| {
        let words = search.with(|words| words.trim().to_owned());
        !words.is_empty() && !live.views().iter().any(|view| view.search == words)
    });
    view! {
        <Show when=move || may_save.get() || !live.views().is_empty()>
            <div class="list__views" role="group" aria-label=tr(Key::Views) data-testid="views">
                {each(move || {
                    let item = |view: SavedView| {
                        let key = format!("{} {} {}", view.id, view.name, view.search);
                        Item::new(key, move || one(desk, inbox, view))
                    };
                    live.views().into_iter().map(item).collect()
                })}
                <Show when=move || may_save.get()>
                    <button type="button" class="list__view" on:click=move |_| naming.set(true) data-testid="view-save-open">
                        {tr(Key::ViewSave)}
                    </button>
                </Show>
            </div>
        </Show>
        {name_it(desk, inbox, naming)}
    }
    .into_any()
}

fn one(desk: Desk, inbox: Inbox, view: SavedView) -> AnyView {
    let (id, search) = (view.id, inbox.search);
    let words = StoredValue::new(view.search);
    let chosen = move || search.with(|now| words.with_value(|words| now.trim() == words));
    let label = fill(Key::ViewRemove, &[("name", &view.name)]);
    let may_remove = !view.shared || desk.session.may(Permission::Supervise);
    view! {
        <button
            type="button"
            class="list__view"
            dir="auto"
            data-testid="view"
            aria-pressed=move || chosen().to_string()
            on:click=move |_| search.set(if untrack(chosen) { String::new() } else { words.get_value() })
        >{view.name}</button>
        <Show when=move || may_remove && chosen()>
            <IconButton
                icon=IconName::Cross
                label=label.clone()
                on:click=move |_| desk.live.command(Command::RemoveView { id })
                attr:data-testid="view-remove"
            />
        </Show>
    }
    .into_any()
}

/// The dialog that asks for a name.
fn name_it(desk: Desk, inbox: Inbox, open: RwSignal<bool>) -> AnyView {
    let (name, shared) = (RwSignal::new(String::new()), RwSignal::new(false));
    let refused = RwSignal::new(None::<Key>);
    effect(move || {
        if open.get() {
            name.set(String::new());
            shared.set(false);
            refused.set(None);
        }
    });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let command = Command::SaveView {
            id: None,
            name: name.get_untracked(),
            search: inbox.search.get_untracked(),
            shared: shared.get_untracked(),
        };
        desk.live.command_told(command, move |answer| match answer {
            Ok(_) => {
                let _ = open.try_set(false);
            }
            Err(problem) => {
                let _ = refused.try_set(Some(words::error(problem.code)));
            }
        });
    };
    view! {
        <Dialog open title=Signal::derive(|| text(Key::ViewSave).to_owned())>
            <form class="hand-over" on:submit=save>
                <input
                    class="field__input"
                    required
                    maxlength="40"
                    dir="auto"
                    aria-label=tr(Key::ViewName)
                    placeholder=tr(Key::ViewName)
                    data-testid="view-name"
                    bind:value=name
                />
                {desk.session.may(Permission::Supervise).then(|| view! {
                    <label class="check">
                        <input
                            type="checkbox"
                            data-testid="view-shared"
                            prop:checked=shared
                            on:change:target=move |event| shared.set(event.target().checked())
                        />
                        <span>{tr(Key::ViewShared)}</span>
                    </label>
                }.into_any())}
                {move || refused.get().map(|why| view! {
                    <Notice tone=Tone::Bad icon=IconName::Warning><span role="alert">{tr(why)}</span></Notice>
                }.into_any())}
                <footer class="dialog__foot">
                    <Button look=ButtonLook::Primary attr:r#type="submit" attr:data-testid="view-save">{tr(Key::Save)}</Button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
