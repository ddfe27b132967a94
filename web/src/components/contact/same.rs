//! Choosing the contact that is the same person.

use leptos::{html, prelude::*};
use shared::{live::command::Command, model::conversation::Conversation};

use super::{Matter, foot, refusal};
use crate::{
    components::list::{Loading, Remote},
    effects::effect,
    i18n::{Key, fill, text, tr},
    ui::{Button, Dialog, Item, Show, each},
    words,
};

/// The dialog.
pub(super) fn dialog(matter: Matter, open: RwSignal<bool>) -> AnyView {
    let found = Remote::new();
    let words_typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<Conversation>);
    let field = NodeRef::<html::Input>::new();
    effect(move || {
        if open.get() {
            words_typed.set(String::new());
            chosen.set(None);
            if let Some(field) = field.get() {
                let _ = field.focus();
            }
        }
    });
    effect(move || {
        let typed = words_typed.get();
        chosen.set(None);
        matter.refused.set(None);
        if typed.trim().is_empty() { found.clear() } else { found.search(&typed) }
    });
    // Each contact once, with its newest conversation; not the one that is asked about.
    let others = move || {
        let me = matter.row.with(|row| row.as_ref().map(|row| row.contact.id));
        let mut seen = Vec::new();
        let rows = found.ids().into_iter().filter_map(|id| found.row(id));
        rows.filter(|row| {
            let contact = row.contact.id;
            let new = Some(contact) != me && !seen.contains(&contact);
            seen.push(contact);
            new
        })
        .collect::<Vec<_>>()
    };
    let nobody =
        move || found.state() == Loading::Idle && !words_typed.get().trim().is_empty() && others().is_empty();
    let go = move |()| {
        let keep = matter.row.with_untracked(|row| row.as_ref().map(|row| row.contact.id));
        let other = chosen.with_untracked(|row| row.as_ref().map(|row| row.contact.id));
        if let (Some(keep), Some(other)) = (keep, other) {
            matter.ask(Command::MergeContacts { keep, other }, Key::ContactMergeDone, Some(open));
        }
    };
    let explained = move || match chosen.get() {
        Some(row) => {
            let other = words::customer(&row.contact);
            fill(Key::ContactSameExplained, &[("name", &matter.name.get()), ("other", &other)])
        }
        None => fill(Key::ContactSameChoose, &[("name", &matter.name.get())]),
    };
    let ready = Signal::derive(move || chosen.with(Option::is_some));
    view! {
        <Dialog open title=Signal::derive(|| text(Key::ContactSame).to_owned())>
            <div class="contact__ask">
                <input
                    class="field__input"
                    type="search"
                    node_ref=field
                    autofocus
                    autocomplete="off"
                    aria-label=tr(Key::ContactSameSearch)
                    placeholder=tr(Key::ContactSameSearch)
                    data-testid="contact-search"
                    bind:value=words_typed
                />
                <Show when=move || found.state() == Loading::Busy>
                    <p class="templates__note late">{tr(Key::ContactSameLooking)}</p>
                </Show>
                <Show when=move || found.state() == Loading::Failed>
                    <p class="templates__note">
                        {tr(Key::ErrorUnreachable)}
                        <Button on:click=move |_| found.again()>{tr(Key::TryAgain)}</Button>
                    </p>
                </Show>
                <Show when=nobody><p class="templates__note">{tr(Key::ContactSameNobody)}</p></Show>
                <ul class="templates__list contact__found">
                    {each(move || others().into_iter().map(|row| {
                        Item::new(row.contact.id.to_string(), move || candidate(chosen, row))
                    }).collect())}
                </ul>
                <p class="contact__what" aria-live="polite">{explained}</p>
                {refusal(matter)}
            </div>
            {foot(matter, open, Key::ContactSameConfirm, "contact-merge-confirm", ready, Callback::new(go))}
        </Dialog>
    }
    .into_any()
}

fn candidate(chosen: RwSignal<Option<Conversation>>, row: Conversation) -> AnyView {
    let contact = row.contact.clone();
    let number = contact.phone.as_deref().map(words::phone).unwrap_or_default();
    let last = row.last.as_ref().map(|last| last.preview.clone()).unwrap_or_default();
    let id = contact.id;
    let pressed = move || chosen.with(|chosen| chosen.as_ref().is_some_and(|row| row.contact.id == id));
    view! {
        <li>
            <button
                type="button"
                class="templates__one"
                aria-pressed=move || pressed().to_string()
                data-testid="contact-found"
                on:click=move |_| chosen.set(Some(row.clone()))
            >
                <strong dir="auto">{move || words::customer(&contact)}</strong>
                <span class="templates__kind">{number}</span>
                <span class="templates__body" dir="auto">{last}</span>
            </button>
        </li>
    }
    .into_any()
}
