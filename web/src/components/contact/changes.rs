//! What was said of a contact, newest first, and taking it back.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::conversations::ContactChanges,
    model::contact::{ContactChange, ContactChangeKind},
};

use super::Matter;
use crate::{
    effects::effect,
    http,
    i18n::{Key, fill, text, tr},
    time,
    ui::{Button, ButtonLook, Item, each},
    words,
};

/// The list; nothing while there is none.
pub(super) fn list(matter: Matter) -> AnyView {
    let changes = RwSignal::new(Vec::<ContactChange>::new());
    let contact = Memo::new(move |_| matter.row.with(|row| row.as_ref().map(|row| row.contact.clone())));
    effect(move || {
        contact.track();
        matter.made.track();
        let id = matter.id;
        spawn_local(async move {
            let answer =
                http::get::<ContactChanges>(&format!("/api/conversations/{id}/contact-changes")).await;
            // Without an answer the list stays as it is; it is asked for again with the next change.
            if let Ok(answer) = answer {
                let _ = changes.try_set(answer.changes);
            }
        });
    });
    view! {
        <ul class="contact__changes" aria-label=tr(Key::ContactChanges)>
            {each(move || changes.get().into_iter().map(|change| {
                Item::new(format!("{} {}", change.id, change.newest), move || row(matter, &change))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn row(matter: Matter, change: &ContactChange) -> AnyView {
    let key = match change.kind {
        ContactChangeKind::Merged => Key::ContactMergedWith,
        ContactChangeKind::SplitOff => Key::ContactSplitOff,
        ContactChangeKind::SplitFrom => Key::ContactSplitFrom,
    };
    let (name, phone) = (change.name.clone(), change.phone.clone());
    let other = move || match (&name, &phone) {
        (Some(name), Some(digits)) => format!("{name} ({})", words::phone(digits)),
        (Some(name), None) => name.clone(),
        (None, Some(digits)) => words::phone(digits),
        (None, None) => text(Key::CustomerUnknown).to_owned(),
    };
    let (by, at, id) = (change.by, time::millis(change.at), change.id);
    let who =
        move || matter.desk.live.member(by).map_or_else(|| text(Key::AuthorSomebody).to_owned(), |m| m.name);
    let back = if change.newest {
        let undo = move |_| matter.undo(id);
        view! {
            <Button look=ButtonLook::Ghost on:click=undo attr:data-testid="contact-undo">{tr(Key::Undo)}</Button>
        }
        .into_any()
    } else {
        ().into_any()
    };
    view! {
        <li>
            <p dir="auto">{move || fill(key, &[("name", &other())])}</p>
            <small>{move || format!("{} · {}", who(), time::whole(at))}</small>
            {back}
        </li>
    }
    .into_any()
}
