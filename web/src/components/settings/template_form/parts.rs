//! The parts of the form that come and go: what stands above the text, buttons, examples, and what they make of the preview.

use leptos::prelude::*;
use shared::model::{
    content::MediaKind,
    template::{TemplateButton, TemplateHeader, TemplatePlace, fill as filled},
};

use super::{Form, Written, header_of, variables};
use crate::{
    components::{
        conversation::{content, file, tray},
        settings::fields::{self, Line},
    },
    i18n::{Key, fill, text, tr},
    ui::{Button, IconButton, IconName, Item, Show, each},
    words,
};

/// What stands above the text: its kind, and its words or its sample.
pub(super) fn above(form: Form) -> AnyView {
    let kinds = || {
        let kind = |one: &str| (one.to_owned(), text(words::kind(one)).to_owned());
        let ours = [("", Key::TemplateAboveNone), ("text", Key::TemplateAboveText)];
        let ours = ours.map(|(one, words)| (one.to_owned(), text(words).to_owned()));
        ours.into_iter().chain(["image", "video", "document", "location"].map(kind)).collect()
    };
    view! {
        {fields::choice("template-above", Key::TemplateAbove, form.above, kinds)}
        {move || match header_of(&form.above.get(), String::new()) {
            Some(TemplateHeader::Text { .. }) => {
                Line::new("template-header", Key::TemplateHeader, form.header).hint(Key::TemplateHeaderHint).draw()
            }
            other => other.and_then(|header| header.file()).map(|kind| sample(form, kind)).into_any(),
        }}
    }
    .into_any()
}

/// The choice of the file that Meta looks at.
fn sample(form: Form, kind: MediaKind) -> AnyView {
    let (files, tray) = (form.desk.attachments, form.tray.get_value());
    let (accept, hint) = match kind {
        MediaKind::Image => ("image/jpeg,image/png", Key::TemplateSampleImage),
        MediaKind::Video => ("video/mp4", Key::TemplateSampleVideo),
        _ => ("application/pdf", Key::TemplateSampleDocument),
    };
    let picked = {
        let tray = tray.clone();
        move |chosen: &web_sys::FileList| {
            form.drop_sample();
            files.add_sample(&tray, chosen, kind);
        }
    };
    let again = form.known.with_value(Option::is_some);
    view! {
        <div class="field">
            <label class="field__label" for="template-sample">{tr(Key::TemplateSample)}</label>
            {tray::picker("template-sample", accept, picked)}
            <p class="field__hint">
                {tr(hint)}
                {again.then(|| view! { " " {tr(Key::TemplateSampleAgain)} })}
            </p>
            {tray::files(form.desk, tray)}
        </div>
    }
    .into_any()
}

/// The buttons: their kind, words, and where they lead.
pub(super) fn buttons(form: Form) -> AnyView {
    let kinds = || {
        [
            ("reply", Key::ButtonReply),
            ("url", Key::ButtonUrl),
            ("phone", Key::ButtonPhone),
            ("code", Key::ButtonCode),
        ]
        .into_iter()
        .map(|(one, words)| (one.to_owned(), text(words).to_owned()))
        .collect()
    };
    let row = move |button: Written| {
        let needs = Memo::new(move |_| match button.kind.get().as_str() {
            "url" => Some(Key::ButtonAddress),
            "phone" => Some(Key::ButtonNumber),
            _ => None,
        });
        view! {
            <div class="buttons__one">
                {fields::choice(format!("button-kind-{}", button.n), Key::ButtonKind, button.kind, kinds)}
                {Line::new(format!("button-text-{}", button.n), Key::ButtonText, button.text).draw()}
                {move || needs.get().map(|label| Line::new(format!("button-value-{}", button.n), label, button.value).draw())}
                <IconButton
                    icon=IconName::Cross
                    label=Signal::derive(|| text(Key::ButtonRemove).to_owned())
                    on:click=move |_| form.buttons.update(|all| all.retain(|one| one.n != button.n))
                />
            </div>
        }
        .into_any()
    };
    view! {
        <div class="buttons">
            <p class="field__label">{tr(Key::TemplateButtons)}</p>
            {each(move || form.buttons.get().into_iter().map(|one| {
                Item::new(one.n.to_string(), move || row(one))
            }).collect())}
            <div>
                <Button on:click=move |_| form.add(&TemplateButton::Reply { text: String::new() }) attr:data-testid="button-add">
                    {tr(Key::ButtonAdd)}
                </Button>
            </div>
        </div>
    }
    .into_any()
}

/// A line for each variable.
pub(super) fn examples(form: Form) -> AnyView {
    let wanted = Memo::new(move |_| variables(&form.texts()));
    view! {
        <Show when=move || !wanted.with(Vec::is_empty)>
            <p class="field__label">{tr(Key::TemplateExamples)}</p>
            <p class="field__hint">{tr(Key::TemplateExamplesHint)}</p>
        </Show>
        <div class="pair">
            {each(move || wanted.get().into_iter().map(|(place, name)| {
                Item::new(format!("{place:?} {name}"), move || example(form, place, name))
            }).collect())}
        </div>
    }
    .into_any()
}

fn example(form: Form, place: TemplatePlace, name: String) -> AnyView {
    let known = form.example(place, &name);
    let id = format!("example-{}", format!("{place:?}-{name}").to_lowercase().replace(['(', ')'], "-"));
    let shown = name.clone();
    let label = move || match place {
        TemplatePlace::Header => fill(Key::TemplatesHeaderValue, &[("name", &shown)]),
        TemplatePlace::Button(at) => fill(Key::ExampleButton, &[("n", &(u16::from(at) + 1).to_string())]),
        TemplatePlace::Body => fill(Key::TemplatesValue, &[("name", &shown)]),
    };
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label}</label>
            <input
                class="field__input"
                id=id
                type="text"
                dir="auto"
                autocomplete="off"
                data-testid="template-example"
                prop:value=known
                on:input:target=move |event| form.set_example(place, &name, event.target().value())
            />
        </div>
    }
    .into_any()
}

/// What the customer sees, with the examples filled in.
pub(super) fn preview(form: Form) -> AnyView {
    let texts = form.texts();
    let value = |place, name: &str| {
        let found = texts.examples.iter().find(|one| one.place == place && one.name == name);
        found.map(|one| one.value.as_str()).filter(|value| !value.trim().is_empty())
    };
    let header = match &texts.header {
        Some(TemplateHeader::Text { text }) => Some(filled(text, |name| value(TemplatePlace::Header, name))),
        _ => None,
    };
    let body = filled(&texts.body, |name| value(TemplatePlace::Body, name));
    let title = |button: &TemplateButton| match button {
        TemplateButton::Reply { text }
        | TemplateButton::Url { text, .. }
        | TemplateButton::Phone { text, .. }
        | TemplateButton::Code { text }
        | TemplateButton::Other { text, .. } => text.clone(),
    };
    let buttons = texts.buttons.iter().map(title).filter(|title| !title.is_empty()).collect();
    let file = texts
        .header
        .as_ref()
        .and_then(|header| form.tray.get_value().with(|all| file::above(header, all.first())));
    content::template(content::Shown { header, file, body, footer: texts.footer.clone(), buttons })
}
