//! What is known of a customer: labels, fields, notes, earlier conversations and files. Asked for when it is shown;
//! every change answers with all of it.

use leptos::{prelude::*, task::spawn_local};
use serde::Serialize;
use shared::{
    api::contacts::{
        AddNoteRequest, ContactDetails, ContactFile, FieldValue, SetFieldRequest, SetLabelRequest,
    },
    ids::{ContactId, ContactNoteId, ConversationId, LabelId},
    live::command::Command,
    model::{
        conversation::Conversation,
        field::{ContactNote, FieldKind},
        label::Label,
    },
    permission::Permission,
};
use web_sys::HtmlInputElement;

use crate::{
    app::Desk,
    effects::effect,
    http::{self, Refused},
    i18n::{Key, text, tr},
    routes, time,
    ui::{Button, ButtonLook, IconButton, IconName, Item, Show, each},
    words,
};

/// What the parts share.
#[derive(Clone, Copy)]
struct About {
    desk: Desk,
    contact: Memo<Option<ContactId>>,
    /// The conversation beside which it is shown.
    here: Option<ConversationId>,
    known: RwSignal<Option<ContactDetails>>,
}

impl About {
    /// A change of the contact.
    fn post(self, what: &str, body: &impl Serialize) {
        let Some(id) = self.contact.get_untracked() else { return };
        self.send(format!("/api/contacts/{id}/{what}"), serde_json::to_string(body).unwrap_or_default());
    }

    fn send(self, path: String, body: String) {
        spawn_local(async move { self.answered(http::post_text(&path, body).await) });
    }

    /// Shows what is known now; an answer about somebody else comes too late.
    fn answered(self, answer: Result<ContactDetails, Refused>) {
        match answer {
            Ok(answer) if self.contact.try_get_untracked().flatten() == Some(answer.contact.id) => {
                let _ = self.known.try_set(Some(answer));
            }
            Ok(_) => {}
            Err(refused) => {
                let said = refused.code().map_or(Key::Unreachable, words::error);
                self.desk.toasts.say(text(said).to_owned());
            }
        }
    }

    /// Something of what is known; tracked.
    fn of<T>(self, what: fn(&ContactDetails) -> Vec<T>) -> Vec<T> {
        self.known.with(|known| known.as_ref().map(what).unwrap_or_default())
    }
}

/// The sections; nothing until there is an answer.
pub(crate) fn draw(desk: Desk, contact: Memo<Option<ContactId>>, here: Option<ConversationId>) -> AnyView {
    let about = About { desk, contact, here, known: RwSignal::new(None) };
    effect(move || {
        let Some(id) = contact.get() else { return };
        about.known.set(None);
        spawn_local(async move {
            // Without an answer there is nothing to show; it is asked for again with the next conversation.
            if let Ok(answer) = http::get::<ContactDetails>(&format!("/api/contacts/{id}")).await {
                about.answered(Ok(answer));
            }
        });
    });
    view! {
        <Show when=move || about.known.with(Option::is_some)>
            <section class="described" data-testid="about">
                // Where no labels are defined a heading would stand above nothing.
                <Show when=move || !about.of(|known| known.all_labels.clone()).is_empty()>
                    <h3>{tr(Key::AboutLabels)}</h3>
                    {labels(about, None)}
                    {about.here.map(|id| view! {
                        <h3>{tr(Key::AboutLabelsHere)}</h3>
                        {labels(about, Some(id))}
                    }.into_any())}
                </Show>
                <div class="described__fields">
                    {each(move || about.of(|known| known.fields.clone()).into_iter().map(|field| {
                        let key = format!("{} {}", field.field.id, field.value.as_deref().unwrap_or_default());
                        Item::new(key, move || line(about, field))
                    }).collect())}
                    {desk.session.may(Permission::ManageContacts).then(|| marks(about))}
                </div>
                <h3>{tr(Key::AboutNotes)}</h3>
                {notes(about)}
                {listed(about, Key::AboutConversations, others)}
                {listed(about, Key::AboutFiles, files)}
            </section>
        </Show>
    }
    .into_any()
}

/// The labels of the contact, or of a conversation.
fn labels(about: About, of: Option<ConversationId>) -> AnyView {
    let set = move |label: LabelId, on: bool| {
        let request = SetLabelRequest { label, on };
        match of {
            None => about.post("labels", &request),
            Some(id) => about.send(
                format!("/api/conversations/{id}/labels"),
                serde_json::to_string(&request).unwrap_or_default(),
            ),
        }
    };
    let there = move |on: bool| -> Vec<Label> {
        about.known.with(|known| {
            let Some(known) = known else { return Vec::new() };
            let beside = known.conversations.iter().find(|one| Some(one.conversation.id) == of);
            let theirs = match of {
                None => &known.labels[..],
                Some(_) => beside.map(|one| &one.labels[..]).unwrap_or_default(),
            };
            known.all_labels.iter().filter(|label| theirs.contains(&label.id) == on).cloned().collect()
        })
    };
    let testid = if of.is_some() { "label-here" } else { "label-add" };
    view! {
        <div class="described__labels">
            {each(move || there(true).into_iter().map(|label| {
                let key = format!("{} {} {}", label.id, label.name, label.colour.as_str());
                Item::new(key, move || chip(label, Some(Callback::new(move |id| set(id, false)))))
            }).collect())}
            <Show when=move || !there(false).is_empty()>
                <select
                    class="field__input described__add"
                    data-testid=testid
                    aria-label=tr(Key::AboutLabelAdd)
                    on:change:target=move |event| {
                        let chosen = event.target().value();
                        // Otherwise the next one would be shown as chosen, and could not be.
                        event.target().set_value("");
                        if let Ok(id) = chosen.parse() {
                            set(id, true);
                        }
                    }
                >
                    <option value="">{tr(Key::AboutLabelAdd)}</option>
                    {move || there(false).into_iter().map(|label| view! {
                        <option value=label.id.to_string()>{label.name}</option>
                    }.into_any()).collect_view()}
                </select>
            </Show>
        </div>
    }
    .into_any()
}

/// A label, with a way to take it off.
pub(crate) fn chip(label: Label, off: Option<Callback<LabelId>>) -> AnyView {
    let Label { id, name, colour } = label;
    let words = name.clone();
    let off = off.map(|off| {
        let hint = Signal::derive(move || format!("{}: {words}", text(Key::AboutLabelTake)));
        view! { <IconButton icon=IconName::Cross label=hint on:click=move |_| off.run(id)/> }.into_any()
    });
    view! {
        <span class="chip described__label">
            <i class=format!("mark mark--{}", colour.as_str())></i>
            <span dir="auto">{name}</span>
            {off}
        </span>
    }
    .into_any()
}

/// A field, changed in place.
fn line(about: About, FieldValue { field, value, hidden }: FieldValue) -> AnyView {
    let (id, key, value) = (format!("field-{}", field.key), field.key, value.unwrap_or_default());
    let set = move |value: String| about.post("fields", &SetFieldRequest { key: key.clone(), value });
    let edit = if field.kind == FieldKind::Choice && !hidden {
        // A value that cannot be chosen any more is still said.
        let mut all = field.choices;
        if !all.contains(&value) {
            all.insert(0, value.clone());
        }
        if !value.is_empty() {
            all.insert(0, String::new());
        }
        let options = all.into_iter().map(|one| {
            let (own, chosen) = (one.clone(), one == value);
            view! { <option value=own selected=chosen>{one}</option> }.into_any()
        });
        view! {
            <select class="field__input" id=id.clone() data-testid=id.clone() on:change:target=move |event| set(event.target().value())>
                {options.collect_view()}
            </select>
        }
        .into_any()
    } else {
        let kind = if field.kind == FieldKind::Date && !hidden { "date" } else { "text" };
        let value = if hidden { "•••".to_owned() } else { value };
        view! {
            <input
                class="field__input"
                id=id.clone()
                data-testid=id.clone()
                type=kind
                dir="auto"
                autocomplete="off"
                disabled=hidden
                prop:value=value
                on:change:target=move |event| set(event.target().value())
            />
        }
        .into_any()
    };
    view! { <label for=id dir="auto">{field.title}</label>{edit} }.into_any()
}

/// What decides how soon the customer is answered, and by whom.
fn marks(about: About) -> AnyView {
    let contact = move || about.known.with(|known| known.as_ref().map(|known| known.contact.clone()));
    let vip = move |input: HtmlInputElement| {
        let on = input.checked();
        let Some(contact) = about.contact.get_untracked() else { return };
        about.desk.live.command_then(Command::SetVip { contact, on }, move |answer| {
            if answer.is_err() {
                input.set_checked(!on);
            }
        });
    };
    let language = move |input: HtmlInputElement| {
        let language = Some(input.value().trim().to_lowercase()).filter(|code| !code.is_empty());
        if let Some(contact) = about.contact.get_untracked() {
            about.desk.live.command(Command::SetLanguage { contact, language });
        }
    };
    view! {
        <label for="about-vip">{tr(Key::AboutVip)}</label>
        <input
            type="checkbox"
            id="about-vip"
            data-testid="about-vip"
            prop:checked=move || contact().is_some_and(|contact| contact.vip)
            on:change:target=move |event| vip(event.target())
        />
        <label for="about-language">{tr(Key::AboutLanguage)}</label>
        <input
            class="field__input"
            id="about-language"
            data-testid="about-language"
            autocomplete="off"
            maxlength="12"
            prop:value=move || contact().and_then(|contact| contact.language).unwrap_or_default()
            on:change:target=move |event| language(event.target())
        />
    }
    .into_any()
}

fn notes(about: About) -> AnyView {
    let new = RwSignal::new(String::new());
    let blank = Signal::derive(move || new.with(|text| text.trim().is_empty()));
    let add = move |_| {
        let Some(id) = about.contact.get_untracked() else { return };
        let request = AddNoteRequest { id: None, text: new.get_untracked() };
        let body = serde_json::to_string(&request).unwrap_or_default();
        spawn_local(async move {
            let answer = http::post_text(&format!("/api/contacts/{id}/notes"), body).await;
            // What was refused stays to be changed.
            if answer.is_ok() {
                let _ = new.try_set(String::new());
            }
            about.answered(answer);
        });
    };
    view! {
        <textarea class="field__input" rows="2" dir="auto" data-testid="note-text" aria-label=tr(Key::AboutNotes) maxlength="2000" bind:value=new></textarea>
        <Button disabled=blank on:click=add attr:data-testid="note-add">{tr(Key::AboutNoteAdd)}</Button>
        <ul class="described__list">
            {each(move || about.of(|known| known.notes.clone()).into_iter().map(|note| {
                Item::new(note.id.to_string(), move || noted(about, note))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn noted(about: About, note: ContactNote) -> AnyView {
    let ContactNote { id, text: said, by, at } = note;
    // Where customers are looked after, not beside every conversation.
    let may = about.here.is_none()
        && (about.desk.session.member_untracked() == Some(by)
            || about.desk.session.may(Permission::ActForOthers));
    let who = move || about.desk.live.member(by).map(|member| member.name).unwrap_or_default();
    view! {
        <li>
            <p dir="auto">{said}</p>
            <small>{move || format!("{} · {}", who(), time::whole(time::millis(at)))}</small>
            {may.then(|| removing(about, id))}
        </li>
    }
    .into_any()
}

/// Takes a note away, when that was meant.
fn removing(about: About, note: ContactNoteId) -> AnyView {
    let asked = RwSignal::new(false);
    let remove = move || {
        let Some(id) = about.contact.get_untracked() else { return };
        spawn_local(async move {
            match http::delete(&format!("/api/contacts/{id}/notes/{note}")).await {
                Ok(()) => {
                    let _ = about.known.try_update(|known| {
                        if let Some(known) = known.as_mut().filter(|known| known.contact.id == id) {
                            known.notes.retain(|one| one.id != note);
                        }
                    });
                }
                Err(refused) => about.answered(Err(refused)),
            }
        });
    };
    // One button in both steps: where one took the other's place, it kept the other's click.
    view! {
        <Button
            look=ButtonLook::Ghost
            on:click=move |_| if asked.get_untracked() { remove() } else { asked.set(true) }
            attr:data-testid=move || if asked.get() { "note-remove" } else { "note-ask" }
        >
            {move || tr(if asked.get() { Key::AboutNoteSure } else { Key::AboutNoteRemove })}
        </Button>
    }
    .into_any()
}

/// A link with a line below it.
struct Entry {
    href: String,
    words: String,
    below: String,
}

/// A list under its own title; nothing where there is nothing.
fn listed(about: About, title: Key, entries: fn(About, &ContactDetails) -> Vec<Entry>) -> AnyView {
    view! {
        {move || about.known.with(|known| {
            let entries = known.as_ref().map(|known| entries(about, known)).unwrap_or_default();
            (!entries.is_empty()).then(|| {
                let rows = entries.into_iter().map(|Entry { href, words, below }| {
                    // A file is shown beside the page, not instead of it.
                    let target = href.starts_with("/api/").then_some("_blank");
                    view! { <li><a href=href target=target dir="auto">{words}</a><small>{below}</small></li> }.into_any()
                });
                view! { <h3>{tr(title)}</h3><ul class="described__list">{rows.collect_view()}</ul> }.into_any()
            })
        })}
    }
    .into_any()
}

fn others(about: About, known: &ContactDetails) -> Vec<Entry> {
    let others = known.conversations.iter().filter(|one| Some(one.conversation.id) != about.here);
    others.map(|one| entry(about, &one.conversation)).collect()
}

fn entry(about: About, one: &Conversation) -> Entry {
    let state = match &one.closed {
        Some(closed) => words::close_reason(closed.reason),
        None => words::state(one.state),
    };
    let at = one.last.as_ref().map_or(one.opened_at, |last| last.at);
    let channel = about.desk.live.channel(one.channel).map(|channel| channel.name).unwrap_or_default();
    let preview = one.last.as_ref().map(|last| last.preview.clone()).filter(|text| !text.is_empty());
    Entry {
        href: routes::conversation(one.id),
        words: preview.unwrap_or_else(|| channel.clone()),
        below: format!("{} · {channel} · {}", text(state), time::whole(time::millis(at))),
    }
}

fn files(_: About, known: &ContactDetails) -> Vec<Entry> {
    let file = |file: &ContactFile| Entry {
        href: format!("/api/messages/{}/file", file.message),
        words: file.name.clone().unwrap_or_else(|| file.kind.clone()),
        below: time::whole(time::millis(file.at)),
    };
    known.files.iter().map(file).collect()
}
