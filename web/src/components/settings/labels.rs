//! Labels and fields: what contacts are described by.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use serde::Serialize;
use shared::{
    api::contacts::{FieldRequest, FieldsPage, LabelRequest, LabelsPage},
    model::{
        channel::ChannelColour,
        field::{Field, FieldKind},
        label::Label,
    },
};

use super::{
    connect::colours,
    fields::{self, Line},
    queues::check,
};
use crate::{
    app::Desk,
    http::{self, Refused},
    i18n::{Key, text, tr},
    ui::{Button, ButtonLook, Item, each},
};

/// Both lists.
#[derive(Clone, Copy)]
struct Words {
    desk: Desk,
    labels: RwSignal<Vec<Label>>,
    fields: RwSignal<Vec<Field>>,
    refused: RwSignal<Option<Refused>>,
}

impl Words {
    fn fetch(self) {
        spawn_local(async move {
            if let Ok(page) = http::get::<LabelsPage>("/api/labels").await {
                let _ = self.labels.try_set(page.labels);
            }
            if let Ok(page) = http::get::<FieldsPage>("/api/contact-fields").await {
                let _ = self.fields.try_set(page.fields);
            }
        });
    }

    fn post(self, path: String, body: &impl Serialize, then: Callback<()>) {
        let body = serde_json::to_string(body).unwrap_or_default();
        spawn_local(async move {
            // What it is now is read with the list.
            let answer = http::post_text::<serde::de::IgnoredAny>(&path, body).await;
            if answer.is_ok() {
                then.run(());
            }
            self.ended(answer.map(drop));
        });
    }

    fn remove(self, path: String) {
        spawn_local(async move { self.ended(http::delete(&path).await) });
    }

    fn ended(self, answer: Result<(), Refused>) {
        match answer {
            Ok(()) => {
                self.desk.toasts.say(text(Key::Saved).to_owned());
                let _ = self.refused.try_set(None);
                self.fetch();
            }
            Err(refused) => {
                let _ = self.refused.try_set(Some(refused));
            }
        }
    }
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let words = Words {
        desk,
        labels: RwSignal::new(Vec::new()),
        fields: RwSignal::new(Vec::new()),
        refused: RwSignal::new(None),
    };
    words.fetch();
    view! {
        <header class="settings__head"><h2>{tr(Key::SettingsLabels)}</h2></header>
        {fields::refusal(words.refused)}
        {new_label(words)}
        <ul class="numbers" data-testid="labels">
            {each(move || words.labels.get().into_iter().map(|label| {
                let key = format!("{} {} {}", label.id, label.name, label.colour.as_str());
                Item::new(key, move || label_row(words, label))
            }).collect())}
        </ul>
        {new_field(words)}
        <ul class="numbers" data-testid="fields">
            {each(move || words.fields.get().into_iter().map(|field| {
                Item::new(format!("{} {}", field.id, field.title), move || field_row(words, field))
            }).collect())}
        </ul>
    }
    .into_any()
}

fn new_label(words: Words) -> AnyView {
    let name = RwSignal::new(String::new());
    let colour = RwSignal::new(ChannelColour::Teal.as_str().to_owned());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let colour = ChannelColour::parse(&colour.get_untracked()).unwrap_or(ChannelColour::Teal);
        let request = LabelRequest { name: name.get_untracked(), colour };
        let emptied = Callback::new(move |()| {
            let _ = name.try_set(String::new());
        });
        words.post("/api/labels".to_owned(), &request, emptied);
    };
    let blank = Signal::derive(move || name.with(|name| name.trim().is_empty()));
    view! {
        <form class="panel" on:submit=submit data-testid="label-form">
            <h3>{tr(Key::LabelNew)}</h3>
            <div class="pair">
                {Line::new("label-name", Key::LabelName, name).draw()}
                {colours(colour)}
            </div>
            {fields::save("label-save", Key::LabelAdd, blank)}
        </form>
    }
    .into_any()
}

fn label_row(words: Words, label: Label) -> AnyView {
    let Label { id, name: known, colour } = label;
    let name = known.clone();
    let rename = move |value: String| {
        let request = LabelRequest { name: value, colour };
        words.post(format!("/api/labels/{id}"), &request, Callback::new(|()| {}));
    };
    let remove = move |_| words.remove(format!("/api/labels/{id}"));
    view! {
        <li class="number">
            <span class="described__labels">
                <i class=format!("mark mark--{}", colour.as_str())></i>
                <input
                    class="field__input"
                    type="text"
                    dir="auto"
                    maxlength="40"
                    aria-label=tr(Key::LabelName)
                    prop:value=known
                    on:change:target=move |event| rename(event.target().value())
                />
            </span>
            {removal(format!("remove-{name}"), remove)}
        </li>
    }
    .into_any()
}

fn removal(testid: String, remove: impl Fn(leptos::ev::MouseEvent) + 'static) -> AnyView {
    view! {
        <Button look=ButtonLook::Ghost on:click=remove attr:data-testid=testid>{tr(Key::DescribedRemove)}</Button>
    }
    .into_any()
}

fn new_field(words: Words) -> AnyView {
    let [key, title, choices] = [(); 3].map(|()| RwSignal::new(String::new()));
    let kind = RwSignal::new(FieldKind::Text.as_str().to_owned());
    let personal = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let chosen = FieldKind::parse(&kind.get_untracked()).unwrap_or(FieldKind::Text);
        let lines = choices.get_untracked();
        let lines =
            lines.lines().map(str::trim).filter(|line| !line.is_empty() && chosen == FieldKind::Choice);
        let request = FieldRequest {
            key: key.get_untracked().trim().to_owned(),
            title: title.get_untracked(),
            kind: chosen,
            choices: lines.map(str::to_owned).collect(),
            personal: personal.get_untracked(),
        };
        let emptied = Callback::new(move |()| {
            for line in [key, title, choices] {
                let _ = line.try_set(String::new());
            }
        });
        words.post("/api/contact-fields".to_owned(), &request, emptied);
    };
    let kinds = || {
        FieldKind::ALL
            .into_iter()
            .map(|one| (one.as_str().to_owned(), text(kind_word(one)).to_owned()))
            .collect()
    };
    let blank = Signal::derive(move || key.with(|key| key.trim().is_empty()));
    view! {
        <form class="panel" on:submit=submit data-testid="field-form">
            <h3>{tr(Key::FieldNew)}</h3>
            <div class="pair">
                {Line::new("field-title", Key::FieldTitle, title).draw()}
                {Line::new("field-key", Key::FieldKey, key).hint(Key::FieldKeyHint).draw()}
            </div>
            {fields::choice("field-kind", Key::FieldKind, kind, kinds)}
            {move || (kind.get() == FieldKind::Choice.as_str()).then(|| {
                Line::new("field-choices", Key::FieldChoices, choices).hint(Key::FieldChoicesHint).draw_area("3")
            })}
            {check("field-personal", Key::FieldPersonal, personal)}
            {fields::save("field-save", Key::FieldAdd, blank)}
        </form>
    }
    .into_any()
}

fn field_row(words: Words, field: Field) -> AnyView {
    let id = field.id;
    let (kind, hidden) = (kind_word(field.kind), field.personal.then_some(Key::FieldIsPersonal));
    let remove = move |_| words.remove(format!("/api/contact-fields/{id}"));
    let testid = format!("remove-{}", field.key);
    let known = field.title.clone();
    let rename = move |title: String| {
        let Field { key, kind, choices, personal, .. } = field.clone();
        let request = FieldRequest { key, title, kind, choices, personal };
        words.post(format!("/api/contact-fields/{id}"), &request, Callback::new(|()| {}));
    };
    view! {
        <li class="number">
            <input
                class="field__input"
                type="text"
                dir="auto"
                maxlength="40"
                aria-label=tr(Key::FieldTitle)
                prop:value=known
                on:change:target=move |event| rename(event.target().value())
            />
            {removal(testid, remove)}
            <span class="number__line">
                {tr(kind)}
                {hidden.map(|key| view! { " · " {tr(key)} }.into_any())}
            </span>
        </li>
    }
    .into_any()
}

const fn kind_word(kind: FieldKind) -> Key {
    match kind {
        FieldKind::Text => Key::KindText,
        FieldKind::Number => Key::KindNumber,
        FieldKind::Date => Key::KindDate,
        FieldKind::Choice => Key::KindChoice,
    }
}
