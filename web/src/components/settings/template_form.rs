//! Writing a message template: the form, what the customer will see, and every rule of WhatsApp's that is broken.

mod parts;
mod rules;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use shared::{
    api::templates::{CreateTemplateRequest, EditTemplateRequest, TemplateTexts, TemplatesPage},
    ids::{ChannelId, TemplateId},
    model::template::{
        CODE, Template, TemplateButton, TemplateCategory, TemplateHeader, TemplatePlace, TemplateStatus,
        TemplateValue, names_in,
    },
    template_rules::{self, TemplateFault},
};

use super::{
    fields::{self, Line},
    setup::Order,
    templates,
};
use crate::{
    app::Desk,
    attach::{Attachment, Stage, Tray},
    effects::effect,
    http::{self, Refused},
    i18n::{Key, text, tr},
    routes,
    ui::{Button, ButtonLook, Chip, Dialog, IconName, RowSkeletons, Tone},
    words,
};

/// Languages that are offered; any other code may be written. Source: Cloud API, supported languages.
const LANGUAGES: [&str; 24] = [
    "en", "en_US", "en_GB", "de", "fr", "es", "es_MX", "it", "nl", "pt_BR", "pt_PT", "pl", "tr", "ru", "uk",
    "ar", "he", "hi", "id", "ja", "ko", "zh_CN", "zh_TW", "sw",
];

/// A button while it is being written.
#[derive(Clone, Copy)]
struct Written {
    /// Tells it from the others while they come and go.
    n: usize,
    kind: RwSignal<String>,
    text: RwSignal<String>,
    /// Address or number.
    value: RwSignal<String>,
}

#[derive(Clone, Copy)]
struct Form {
    desk: Desk,
    known: StoredValue<Option<Template>>,
    channel: RwSignal<String>,
    name: RwSignal<String>,
    language: RwSignal<String>,
    category: RwSignal<String>,
    /// What stands above the text: `text`, a kind of file, `location` or nothing.
    above: RwSignal<String>,
    header: RwSignal<String>,
    /// The sample of what stands there.
    tray: StoredValue<Tray>,
    body: RwSignal<String>,
    footer: RwSignal<String>,
    buttons: RwSignal<Vec<Written>>,
    next: RwSignal<usize>,
    examples: RwSignal<Vec<TemplateValue>>,
    order: Order,
}

impl Form {
    fn new(desk: Desk, known: Option<Template>) -> Self {
        let of = |text: fn(&Template) -> String| RwSignal::new(known.as_ref().map(text).unwrap_or_default());
        let category = known.as_ref().map_or(TemplateCategory::Utility, |one| one.category);
        let channel =
            untrack(|| desk.live.channels()).first().map(|one| one.id.to_string()).unwrap_or_default();
        let form = Self {
            desk,
            channel: RwSignal::new(channel),
            name: of(|one| one.name.clone()),
            language: RwSignal::new(
                known.as_ref().map_or_else(|| "en".to_owned(), |one| one.language.clone()),
            ),
            category: RwSignal::new(category.as_str().to_owned()),
            above: of(|one| word_of(one.header.as_ref()).to_owned()),
            tray: StoredValue::new(Tray::default()),
            header: of(|one| match &one.header {
                Some(TemplateHeader::Text { text }) => text.clone(),
                _ => String::new(),
            }),
            body: of(|one| one.body.clone()),
            footer: of(|one| one.footer.clone().unwrap_or_default()),
            buttons: RwSignal::new(Vec::new()),
            next: RwSignal::new(0),
            examples: RwSignal::new(known.as_ref().map(|one| one.examples.clone()).unwrap_or_default()),
            order: Order::new(),
            known: StoredValue::new(known.clone()),
        };
        for button in known.into_iter().flat_map(|one| one.buttons) {
            form.add(&button);
        }
        form
    }

    fn add(self, button: &TemplateButton) {
        let (kind, words, value) = match button {
            TemplateButton::Reply { text } | TemplateButton::Other { text, .. } => ("reply", text, ""),
            TemplateButton::Url { text, url } => ("url", text, url.as_str()),
            TemplateButton::Phone { text, phone } => ("phone", text, phone.as_str()),
            TemplateButton::Code { text } => ("code", text, ""),
        };
        let n = self.next.get_untracked();
        self.next.set(n + 1);
        let button = Written {
            n,
            kind: RwSignal::new(kind.to_owned()),
            text: RwSignal::new(words.clone()),
            value: RwSignal::new(value.to_owned()),
        };
        self.buttons.update(|all| all.push(button));
    }

    /// What is written; tracked.
    fn texts(self) -> TemplateTexts {
        let known = self.known.get_value();
        let some =
            |field: RwSignal<String>| Some(field.get().trim().to_owned()).filter(|text| !text.is_empty());
        let header = header_of(&self.above.get(), self.header.get().trim().to_owned());
        let wanted = header.as_ref().and_then(TemplateHeader::file);
        let sample = self.tray.get_value().with(|all| match all.as_slice() {
            [Attachment { kind, stage: Stage::Ready(upload), .. }] if Some(*kind) == wanted => Some(*upload),
            _ => None,
        });
        let buttons: Vec<TemplateButton> = self
            .buttons
            .get()
            .into_iter()
            .map(|one| {
                let (text, value) = (one.text.get().trim().to_owned(), one.value.get().trim().to_owned());
                match one.kind.get().as_str() {
                    "url" => TemplateButton::Url { text, url: value },
                    "phone" => TemplateButton::Phone { text, phone: value },
                    "code" => TemplateButton::Code { text },
                    _ => TemplateButton::Reply { text },
                }
            })
            .collect();
        let texts = TemplateTexts {
            named: known.is_some_and(|one| one.named),
            header,
            body: self.body.get().trim().to_owned(),
            footer: some(self.footer),
            buttons,
            examples: Vec::new(),
            sample,
        };
        // Examples of what is not there any more are left out.
        let wanted = variables(&texts);
        let examples = self.examples.with(|all| {
            let is_wanted = |one: &&TemplateValue| {
                wanted.iter().any(|(place, name)| *place == one.place && *name == one.name)
            };
            all.iter().filter(is_wanted).cloned().collect()
        });
        TemplateTexts { examples, ..texts }
    }

    fn drop_sample(self) {
        let Some(tray) = self.tray.try_get_value() else { return };
        for one in tray.get_untracked() {
            self.desk.attachments.remove(&tray, &one);
        }
    }

    fn category(self) -> TemplateCategory {
        TemplateCategory::parse(&self.category.get())
    }

    fn request(self) -> Option<CreateTemplateRequest> {
        Some(CreateTemplateRequest {
            channel: self.channel.get().parse::<ChannelId>().ok()?,
            name: self.name.get().trim().to_owned(),
            language: self.language.get().trim().to_owned(),
            category: self.category(),
            texts: self.texts(),
        })
    }

    fn edit(self, known: &Template) -> EditTemplateRequest {
        let category = Some(self.category()).filter(|category| *category != known.category);
        EditTemplateRequest { category, texts: self.texts() }
    }

    /// All broken rules; tracked.
    fn faults(self) -> Vec<TemplateFault> {
        match self.known.get_value() {
            Some(known) => template_rules::faults_of_edit(&known, &self.edit(&known)),
            None => self.request().map(|new| template_rules::faults_of_new(&new)).unwrap_or_default(),
        }
    }

    fn submit(self) {
        if untrack(|| !self.faults().is_empty()) {
            return;
        }
        let (known, desk) = (self.known.get_value(), self.desk);
        let (new, edit) = untrack(|| (self.request(), known.as_ref().map(|known| self.edit(known))));
        self.order.run(async move {
            match (known, edit, new) {
                (Some(known), Some(edit), _) => {
                    http::post::<Template>(&format!("/api/templates/{}", known.id), &edit).await?;
                }
                (None, _, Some(new)) => {
                    http::post::<Template>("/api/templates", &new).await?;
                }
                _ => return Ok(()),
            }
            desk.toasts.say(text(Key::TemplateHandedIn).to_owned());
            desk.router.go(routes::TEMPLATES);
            Ok(())
        });
    }

    fn example(self, place: TemplatePlace, name: &str) -> String {
        self.examples.with_untracked(|all| {
            let found = all.iter().find(|one| one.place == place && one.name == name);
            found.map(|one| one.value.clone()).unwrap_or_default()
        })
    }

    fn set_example(self, place: TemplatePlace, name: &str, value: String) {
        self.examples.update(|all| {
            all.retain(|one| one.place != place || one.name != name);
            all.push(TemplateValue { place, name: name.to_owned(), value });
        });
    }
}

/// The word for what stands above a text.
const fn word_of(header: Option<&TemplateHeader>) -> &'static str {
    match header {
        Some(TemplateHeader::Text { .. }) => "text",
        Some(TemplateHeader::Image) => "image",
        Some(TemplateHeader::Video) => "video",
        Some(TemplateHeader::Document) => "document",
        Some(TemplateHeader::Place) => "location",
        Some(TemplateHeader::Other { .. }) | None => "",
    }
}

/// What stands above a text by the word for it.
fn header_of(word: &str, text: String) -> Option<TemplateHeader> {
    let plain =
        [TemplateHeader::Image, TemplateHeader::Video, TemplateHeader::Document, TemplateHeader::Place];
    match word {
        "text" => Some(TemplateHeader::Text { text }),
        _ => plain.into_iter().find(|one| word_of(Some(one)) == word),
    }
}

/// Everything that needs an example, as the customer reads.
fn variables(texts: &TemplateTexts) -> Vec<(TemplatePlace, String)> {
    let mut all = Vec::new();
    let mut add = |place, names: &[&str]| all.extend(names.iter().map(|name| (place, (*name).to_owned())));
    if let Some(TemplateHeader::Text { text }) = &texts.header {
        add(TemplatePlace::Header, &names_in(text));
    }
    add(TemplatePlace::Body, &names_in(&texts.body));
    for (at, button) in (0..u8::MAX).zip(&texts.buttons) {
        match button {
            TemplateButton::Url { url, .. } => add(TemplatePlace::Button(at), &names_in(url)),
            TemplateButton::Code { .. } => add(TemplatePlace::Button(at), &[CODE]),
            _ => {}
        }
    }
    all
}

/// The page: a new one, or one that is fetched first.
pub(crate) fn page(desk: Desk, id: Option<TemplateId>) -> AnyView {
    let fetched = RwSignal::new(None::<Result<Option<Template>, Refused>>);
    let fetch = move || {
        fetched.set(None);
        spawn_local(async move {
            let answer = http::get::<TemplatesPage>("/api/templates").await;
            let found = answer.map(|page| page.templates.into_iter().find(|one| Some(one.id) == id));
            let _ = fetched.try_set(Some(found));
        });
    };
    let title = move || match id {
        None => text(Key::TemplateNew).to_owned(),
        Some(_) => fetched.with(|fetched| match fetched {
            Some(Ok(Some(one))) => one.name.clone(),
            _ => text(Key::TemplateOne).to_owned(),
        }),
    };
    let inside = if id.is_none() {
        let ready = Memo::new(move |_| desk.live.is_ready());
        (move || match ready.get() {
            true => form(Form::new(desk, None)),
            false => view! { <RowSkeletons/> }.into_any(),
        })
        .into_any()
    } else {
        fetch();
        (move || match fetched.get() {
            None => view! { <RowSkeletons/> }.into_any(),
            Some(Ok(Some(one))) => form(Form::new(desk, Some(one))),
            Some(answer) => {
                let title = if answer.is_ok() { Key::TemplateMissing } else { Key::TemplatesFailed };
                let way = view! { <Button on:click=move |_| fetch()>{tr(Key::TryAgain)}</Button> }.into_any();
                fields::empty(IconName::Template, title, None, way)
            }
        })
        .into_any()
    };
    view! {
        {fields::head(routes::TEMPLATES.to_owned(), Key::SettingsTemplates, Signal::derive(title))}
        {inside}
    }
    .into_any()
}

fn form(form: Form) -> AnyView {
    let known = form.known.get_value();
    let fixed = known.as_ref().is_some_and(|one| !template_rules::can_be_edited(one.status));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    // Compared, so that what they say is read and drawn once and not with every letter.
    let faults = Memo::new(move |_| form.faults());
    let locked = known.is_some();
    // A sample is of one kind; another one is chosen anew.
    effect(move || {
        form.above.track();
        untrack(|| form.drop_sample());
    });
    on_cleanup(move || form.drop_sample());
    // Meta fixes the category of what it has approved.
    let movable = known.as_ref().is_some_and(|one| one.status != TemplateStatus::Approved) && !fixed;
    view! {
        {known.clone().map(about)}
        <form class="writing" on:submit=submit data-testid="template-form">
            <fieldset class="panel writing__fields" disabled=fixed>
                {(!locked).then(|| named(form))}
                {movable.then(|| fields::choice("template-category", Key::FilterCategory, form.category, templates::categories))}
                {parts::above(form)}
                {Line::new("template-body", Key::TemplateBody, form.body).hint(Key::TemplateBodyHint).draw_area("6")}
                {Line::new("template-footer", Key::TemplateFooter, form.footer).hint(Key::TemplateOptional).draw()}
                {parts::buttons(form)}
                {parts::examples(form)}
            </fieldset>
            <aside class="writing__side">
                <p class="field__label">{tr(Key::TemplatesPreview)}</p>
                <div class="templates__preview"><div class="bubble bubble--out bubble--first">{move || parts::preview(form)}</div></div>
                {(!fixed).then(|| rules::broken(faults))}
                {fields::refusal(form.order.refused)}
                <footer class="step__foot">
                    {known.map(|one| remove(form, one))}
                    <span class="grow"></span>
                    {(!fixed).then(|| {
                        let busy = form.order.busy;
                        let words = move || text(if busy.get() { Key::AskingMeta } else { Key::TemplateHandIn });
                        let disabled = move || busy.get() || !faults.with(Vec::is_empty);
                        fields::submit(true, "template-hand-in", Signal::derive(words), Signal::derive(disabled))
                    })}
                </footer>
            </aside>
        </form>
    }
    .into_any()
}

/// What Meta says of one that is known.
fn about(known: Template) -> AnyView {
    let (tone, word) = (templates::status_tone(known.status), templates::status_word(known.status));
    let line = format!("{} · ", known.language);
    let category = words::category(known.category);
    let reason = known.reason.as_deref().map(templates::reason_words);
    let advice = templates::advice(known.status);
    let fixed = !template_rules::can_be_edited(known.status);
    view! {
        <p class="standing"><Chip tone>{tr(word)}</Chip><span>{line}{tr(category)}</span></p>
        {reason.map(|reason| {
            let advice = advice.map(text).unwrap_or_default();
            fields::said(Tone::Warn, IconName::Warning, format!("{reason} {advice}"))
        })}
        {fixed.then(|| fields::note(Key::ErrorTemplateFixed))}
    }
    .into_any()
}

/// What cannot be changed later.
fn named(form: Form) -> AnyView {
    let channels = move || {
        let all = form.desk.live.channels().into_iter();
        all.map(|one| (one.id.to_string(), format!("{} · {}", one.name, words::phone(&one.address))))
            .collect()
    };
    view! {
        {fields::choice("template-channel", Key::TemplateAccount, form.channel, channels)}
        <div class="pair">
            {Line::new("template-name", Key::TemplateName, form.name).hint(Key::TemplateNameHint).draw()}
            <div class="field">
                <label class="field__label" for="template-language">{tr(Key::FilterLanguage)}</label>
                <input
                    class="field__input"
                    id="template-language"
                    type="text"
                    list="template-languages"
                    autocapitalize="none"
                    spellcheck="false"
                    data-testid="template-language"
                    bind:value=form.language
                />
                <datalist id="template-languages">
                    {LANGUAGES.into_iter().map(|one| view! { <option value=one></option> }).collect_view()}
                </datalist>
                <p class="field__hint">{tr(Key::TemplateLanguageHint)}</p>
            </div>
        </div>
        {fields::choice("template-category", Key::FilterCategory, form.category, templates::categories)}
    }
    .into_any()
}

/// The button that deletes, and the question before it does.
fn remove(form: Form, known: Template) -> AnyView {
    if !template_rules::can_be_deleted(known.status) {
        return ().into_any();
    }
    let (open, order, desk, id) = (RwSignal::new(false), Order::new(), form.desk, known.id);
    let delete = move |_| {
        order.run(async move {
            http::delete(&format!("/api/templates/{id}")).await?;
            desk.toasts.say(text(Key::TemplateDeletedNow).to_owned());
            desk.router.go(routes::TEMPLATES);
            Ok(())
        });
    };
    view! {
        <Button look=ButtonLook::Ghost on:click=move |_| open.set(true) attr:data-testid="template-delete">{tr(Key::TemplateDelete)}</Button>
        <Dialog open title=Signal::derive(|| text(Key::TemplateDelete).to_owned())>
            <div class="begin">
                <p>{tr(Key::TemplateDeleteAsk)}</p>
                {fields::refusal(order.refused)}
                <footer class="step__foot">
                    <Button on:click=move |_| open.set(false)>{tr(Key::Cancel)}</Button>
                    <span class="grow"></span>
                    <Button look=ButtonLook::Primary disabled=order.busy on:click=delete attr:data-testid="template-delete-now">
                        {tr(Key::TemplateDelete)}
                    </Button>
                </footer>
            </div>
        </Dialog>
    }
    .into_any()
}
