//! Everybody who writes to the business: found, sorted by labels, looked at, taken in from files and written into
//! one.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::contacts::{ContactsPage, LabelsPage, ListedContact},
    ids::ContactId,
    model::label::Label,
    permission::Permission,
};

use super::{fields, import};
use crate::{
    app::Desk,
    components::about,
    effects::effect,
    http::{self, encoded},
    i18n::{Key, text, tr},
    routes, time,
    ui::{Button, Dialog, IconName, Item, RowSkeletons, Show, each},
    words,
};

/// What is listed, and of whom more is shown.
#[derive(Clone, Copy)]
struct Listing {
    search: RwSignal<String>,
    label: RwSignal<String>,
    rows: RwSignal<Vec<ListedContact>>,
    next: RwSignal<Option<String>>,
    /// None while the first page is on its way; whether there was an answer.
    answered: RwSignal<Option<bool>>,
    /// Rises with each question: only the answer to the newest counts.
    asked: StoredValue<u32>,
    labels: RwSignal<Vec<Label>>,
    chosen: RwSignal<Option<ContactId>>,
    shown: RwSignal<bool>,
}

impl Listing {
    fn new() -> Self {
        Self {
            search: RwSignal::new(String::new()),
            label: RwSignal::new(String::new()),
            rows: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            answered: RwSignal::new(None),
            asked: StoredValue::new(0),
            labels: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(None),
            shown: RwSignal::new(false),
        }
    }

    /// Asks for the first page, or for the one behind a cursor; tracks what is looked for.
    fn fetch(self, before: Option<String>) {
        let mut path = format!("/api/contacts?search={}", encoded(self.search.get().trim()));
        for (name, value) in [("label", Some(self.label.get())), ("before", before.clone())] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                path.push_str(&format!("&{name}={}", encoded(&value)));
            }
        }
        self.asked.update_value(|asked| *asked += 1);
        let asked = self.asked.get_value();
        spawn_local(async move {
            let answer = http::get::<ContactsPage>(&path).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            self.answered.set(Some(answer.is_ok()));
            let Ok(page) = answer else { return };
            self.next.set(page.next);
            match before {
                Some(_) => self.rows.update(|rows| rows.extend(page.contacts)),
                None => self.rows.set(page.contacts),
            }
        });
    }

    fn fetch_labels(self) {
        spawn_local(async move {
            if let Ok(page) = http::get::<LabelsPage>("/api/labels").await {
                let _ = self.labels.try_set(page.labels);
            }
        });
    }
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let listing = Listing::new();
    let Listing { search, label, rows, next, answered, labels, chosen, shown, .. } = listing;
    listing.fetch_labels();
    effect(move || listing.fetch(None));
    // What is seen of somebody may have changed their row.
    effect(move || {
        if !shown.get() && chosen.get_untracked().is_some() {
            untrack(|| listing.fetch(None));
        }
    });
    let importing = RwSignal::new(false);
    let manages = move || desk.session.may(Permission::ManageContacts);
    let title = Signal::derive(move || {
        let who = rows.with(|rows| rows.iter().find(|one| Some(one.contact.id) == chosen.get()).cloned());
        who.map(|one| words::customer(&one.contact)).unwrap_or_default()
    });
    let options = move || {
        let mut all = vec![(String::new(), text(Key::ContactsAnyLabel).to_owned())];
        all.extend(labels.get().into_iter().map(|label| (label.id.to_string(), label.name)));
        all
    };
    view! {
        <header class="settings__head">
            <h2>{tr(Key::Contacts)}</h2>
            <Show when=manages>
                <a class="button" href=routes::BLOCKED data-testid="contacts-blocked">{tr(Key::BlockedTitle)}</a>
                <a class="button" href="/api/contacts/export" download="contacts.csv" target="_blank" data-testid="contacts-export">{tr(Key::ContactsExport)}</a>
                <Button on:click=move |_| importing.set(true) attr:data-testid="contacts-import">{tr(Key::ContactsImport)}</Button>
            </Show>
        </header>
        <div class="pair">
            {fields::Line::new("contacts-search", Key::ContactsSearch, search).kind("search").draw()}
            {fields::choice("contacts-label", Key::ContactsLabel, label, options)}
        </div>
        <Show when=move || answered.get().is_none()><RowSkeletons/></Show>
        {fields::alert(Signal::derive(move || (answered.get() == Some(false)).then(|| text(Key::Unreachable).to_owned())))}
        <Show when=move || answered.get() == Some(true) && rows.with(Vec::is_empty)>
            {|| fields::empty(IconName::People, Key::ContactsNone, Some(Key::ContactsNoneHint), ().into_any())}
        </Show>
        <ul class="numbers" data-testid="contacts-list">
            {each(move || {
                let labels = labels.get();
                rows.get().into_iter().map(|one| {
                    let theirs: Vec<Label> = labels.iter().filter(|label| one.labels.contains(&label.id)).cloned().collect();
                    let named: String = theirs.iter().map(|label| label.name.as_str()).collect();
                    let key = format!("{} {} {named}", one.contact.id, one.at);
                    Item::new(key, move || row(listing, one, theirs))
                }).collect()
            })}
        </ul>
        <Show when=move || next.get().is_some()>
            <Button on:click=move |_| untrack(|| listing.fetch(next.get())) attr:data-testid="contacts-more">{tr(Key::ContactsMore)}</Button>
        </Show>
        <Dialog open=shown title>
            <div class="contact__ask described__dialog">
                {each(move || chosen.get().map(|id| Item::new(id.to_string(), move || {
                    about::draw(desk, Memo::new(move |_| Some(id)), None)
                })).into_iter().collect())}
            </div>
        </Dialog>
        <Show when=manages>
            {move || import::dialog(importing, Callback::new(move |()| untrack(|| listing.fetch(None))))}
        </Show>
    }
    .into_any()
}

fn row(listing: Listing, one: ListedContact, labels: Vec<Label>) -> AnyView {
    let id = one.contact.id;
    let phone = one.contact.phone.as_deref().map(words::phone).unwrap_or_default();
    let at = time::millis(one.at);
    let open = move |_| {
        listing.chosen.set(Some(id));
        listing.shown.set(true);
    };
    let latest = one.conversation.map(|id| {
        view! { <a class="settings__more" href=routes::conversation(id)>{tr(Key::ContactsLatest)}</a> }
            .into_any()
    });
    view! {
        <li class="number">
            <button type="button" class="number__name number__open" dir="auto" data-testid="contact" on:click=open>
                {words::customer(&one.contact)}
            </button>
            <small>{move || time::whole(at)}</small>
            <span class="number__line">{phone}</span>
            <span class="number__do">
                {labels.into_iter().map(|label| about::chip(label, None)).collect_view()}
                <span class="grow"></span>
                {latest}
            </span>
        </li>
    }
    .into_any()
}
