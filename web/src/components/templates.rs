//! Choosing a template, filling it in, and seeing what the customer will see.

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use shared::{
    api::templates::TemplatesPage,
    ids::ChannelId,
    limits,
    live::command::Command,
    model::{
        content::MediaKind,
        outgoing::Outgoing,
        template::{
            Template, TemplateButton, TemplateHeader, TemplatePlace, TemplateValue, TemplateVariable,
        },
    },
    permission::Permission,
};

use super::conversation::{content, tray};
use crate::{
    app::Desk,
    attach::{Stage, Tray},
    effects::effect,
    http,
    i18n::{Key, fill, text, tr},
    ui::{Button, ButtonLook, EmptyState, IconName, Item, Notice, Show, Tone, each},
    words,
};

/// What has been fetched.
#[derive(Debug, Clone, PartialEq)]
enum Fetched {
    /// It is on its way.
    Loading,
    /// The server could not be reached or said no.
    Failed,
    /// All that the number can send or could once.
    All(Vec<Template>),
}

/// The choice; the handle of its parts.
#[derive(Clone, Copy)]
struct Choice {
    desk: Desk,
    /// The number that will send.
    channel: Signal<Option<ChannelId>>,
    /// Why what was sent last was not taken.
    refused: RwSignal<Option<Key>>,
    /// Whether one is on its way.
    sending: RwSignal<bool>,
    on_send: Callback<Outgoing>,
    fetched: RwSignal<Fetched>,
    search: RwSignal<String>,
    chosen: RwSignal<Option<Template>>,
    values: RwSignal<Vec<TemplateValue>>,
    tray: StoredValue<Tray>,
}

impl Choice {
    fn fetch(self) {
        let Some(channel) = self.channel.get_untracked() else { return };
        self.fetched.set(Fetched::Loading);
        spawn_local(async move {
            let answer = http::get::<TemplatesPage>(&format!("/api/templates?channel={channel}")).await;
            // Another number may have been chosen, or nothing be on screen any more.
            if self.channel.try_get_untracked().flatten() == Some(channel) {
                let fetched = answer.map_or(Fetched::Failed, |page| Fetched::All(page.templates));
                let _ = self.fetched.try_set(fetched);
            }
        });
    }

    /// Those that can be sent and have all the words that are looked for; tracked.
    fn offered(self) -> Vec<Template> {
        let words = self.search.get().to_lowercase();
        let has = |template: &Template| {
            let text = format!("{} {}", template.name.replace('_', " "), template.body).to_lowercase();
            words.split_whitespace().all(|word| text.contains(word))
        };
        self.fetched.with(|fetched| match fetched {
            Fetched::All(all) => all.iter().filter(|one| one.sendable() && has(one)).cloned().collect(),
            _ => Vec::new(),
        })
    }

    fn choose(self, template: Option<Template>) {
        self.refused.set(None);
        self.values.set(Vec::new());
        self.drop_file();
        self.chosen.set(template);
    }

    fn drop_file(self) {
        let Some(tray) = self.tray.try_get_value() else { return };
        for one in tray.get_untracked() {
            self.desk.attachments.remove(&tray, &one);
        }
    }

    fn set(self, variable: &TemplateVariable, value: String) {
        self.values.update(|values| {
            values.retain(|known| known.place != variable.place || known.name != variable.name);
            values.push(TemplateValue { place: variable.place, name: variable.name.clone(), value });
        });
    }

    /// Whether everything is there; tracked.
    fn is_complete(self) -> bool {
        self.chosen.with(|chosen| {
            let Some(template) = chosen else { return false };
            let filled = self.values.with(|values| {
                template.missing(values).is_empty()
                    && values.iter().all(|one| limits::template_value(&one.value).is_ok())
            });
            let file = self.tray.get_value().with(|all| match all.as_slice() {
                [one] => matches!(one.stage, Stage::Ready(_)) && Some(one.kind) == file_of(template),
                _ => false,
            });
            filled && (file || file_of(template).is_none())
        })
    }

    fn send(self) {
        // One at a time: a second click must not send it twice.
        if self.sending.get_untracked() || !untrack(|| self.is_complete()) {
            return;
        }
        let Some(template) = self.chosen.get_untracked() else { return };
        let upload = self.desk.attachments.take(&self.tray.get_value()).pop().map(|(id, _)| id);
        let values = self.values.get_untracked();
        self.refused.set(None);
        self.sending.set(true);
        self.on_send.run(Outgoing::Template { template: template.id, values, upload });
    }
}

/// The kind of file that a template needs.
fn file_of(template: &Template) -> Option<MediaKind> {
    template.header.as_ref().and_then(TemplateHeader::file)
}

/// The choice of a template of a number, and the form to fill it in. Begins anew whenever it becomes active or
/// the number changes.
#[component]
pub(crate) fn TemplateChooser(
    desk: Desk,
    #[prop(into)] channel: Signal<Option<ChannelId>>,
    #[prop(into)] active: Signal<bool>,
    /// Where the file is, so that it can come back when the message is refused.
    tray: Tray,
    /// Why what was sent last was not taken.
    refused: RwSignal<Option<Key>>,
    /// Set when one is sent; whoever sends it clears it with the answer.
    sending: RwSignal<bool>,
    on_send: Callback<Outgoing>,
) -> impl IntoView {
    let choice = Choice {
        desk,
        channel,
        refused,
        sending,
        on_send,
        fetched: RwSignal::new(Fetched::Loading),
        search: RwSignal::new(String::new()),
        chosen: RwSignal::new(None),
        values: RwSignal::new(Vec::new()),
        tray: StoredValue::new(tray),
    };
    effect(move || {
        if active.get() && channel.get().is_some() {
            choice.choose(None);
            choice.search.set(String::new());
            choice.fetch();
        }
    });
    on_cleanup(move || choice.drop_file());
    let chosen = Memo::new(move |_| choice.chosen.get().map(|template| template.id.to_string()));
    view! {
        <div class="templates" data-testid="templates">
            {each(move || {
                let key = chosen.get();
                let template = choice.chosen.get_untracked();
                vec![Item::new(key.unwrap_or_default(), move || match template {
                    None => list(choice),
                    Some(template) => form(choice, template),
                })]
            })}
        </div>
    }
    .into_any()
}

fn list(choice: Choice) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let empty = move || choice.fetched.with(|f| matches!(f, Fetched::All(_))) && choice.offered().is_empty();
    let loading = move || choice.fetched.with(|fetched| *fetched == Fetched::Loading);
    let failed = move || choice.fetched.with(|fetched| *fetched == Fetched::Failed);
    let may_refresh = choice.desk.session.may(Permission::ManageTemplates);
    let refresh = move |_| {
        let toasts = choice.desk.toasts;
        choice.desk.live.command_then(Command::SyncTemplates {}, move |answer| {
            if answer.is_ok() {
                toasts.say(text(Key::TemplatesAsked).to_owned());
            }
        });
    };
    view! {
        <input
            class="field__input"
            type="search"
            node_ref=field
            autofocus
            aria-label=tr(Key::TemplatesSearch)
            placeholder=tr(Key::TemplatesSearch)
            data-testid="template-search"
            bind:value=choice.search
        />
        <Show when=loading><p class="templates__note late">{tr(Key::TemplatesLoading)}</p></Show>
        <Show when=failed>
            <p class="templates__note">
                {tr(Key::TemplatesFailed)}
                <Button on:click=move |_| choice.fetch()>{tr(Key::TryAgain)}</Button>
            </p>
        </Show>
        <Show when=empty>
            <EmptyState
                icon=IconName::File
                title=Signal::derive(|| text(Key::TemplatesNone).to_owned())
                hint=Signal::derive(|| text(Key::TemplatesNoneHint).to_owned())
            />
        </Show>
        <ul class="templates__list">
            {each(move || choice.offered().into_iter().map(|template| {
                Item::new(format!("{} {}", template.id, template.rev), move || row(choice, template))
            }).collect())}
        </ul>
        {may_refresh.then(|| view! {
            <p class="dialog__foot">
                <Button look=ButtonLook::Ghost on:click=refresh>{tr(Key::TemplatesRefresh)}</Button>
            </p>
        })}
    }
    .into_any()
}

fn row(choice: Choice, template: Template) -> AnyView {
    let (name, language) = (template.name.replace('_', " "), template.language.clone());
    let (body, category) = (template.body.clone(), words::category(template.category));
    view! {
        <li>
            <button
                type="button"
                class="templates__one"
                data-testid="template"
                on:click=move |_| choice.choose(Some(template.clone()))
            >
                <strong dir="auto">{name}</strong>
                <span class="templates__kind">{language}" · "{tr(category)}</span>
                <span class="templates__body" dir="auto">{body}</span>
            </button>
        </li>
    }
    .into_any()
}

fn form(choice: Choice, template: Template) -> AnyView {
    let fields: Vec<AnyView> = (0_usize..)
        .zip(template.variables())
        .map(|(at, variable)| field(choice, &template, at, variable))
        .collect();
    let wanted = file_of(&template);
    let shown = template.clone();
    let preview = move || {
        let values = choice.values.get();
        let buttons: Vec<String> = shown.buttons.iter().map(title_of).collect();
        content::template(content::Shown {
            header: shown.header_text(&values),
            file: None,
            body: shown.body_text(&values),
            footer: shown.footer.clone(),
            buttons,
        })
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        choice.send();
    };
    let incomplete = Signal::derive(move || choice.sending.get() || !choice.is_complete());
    let name = template.name.replace('_', " ");
    view! {
        <form class="templates__form" on:submit=submit>
            <h3 dir="auto">{name}</h3>
            {fields}
            {wanted.map(|kind| file(choice, kind))}
            <p class="field__label">{tr(Key::TemplatesPreview)}</p>
            <div class="templates__preview"><div class="bubble bubble--out bubble--first">{preview}</div></div>
            {move || choice.refused.get().map(|key| view! {
                <Notice tone=Tone::Warn icon=IconName::Warning><span role="alert">{tr(key)}</span></Notice>
            }.into_any())}
            <footer class="templates__foot">
                <Button on:click=move |_| choice.choose(None)>{tr(Key::TemplatesBack)}</Button>
                <button
                    type="submit"
                    class="button button--primary"
                    data-testid="template-send"
                    disabled=move || incomplete.get()
                >{move || text(if choice.sending.get() { Key::FileSending } else { Key::Send })}</button>
            </footer>
        </form>
    }
    .into_any()
}

fn field(choice: Choice, template: &Template, at: usize, variable: TemplateVariable) -> AnyView {
    let id = format!("template-value-{at}");
    let known = template.examples.iter().find(|one| one.place == variable.place && one.name == variable.name);
    let example = known.map(|one| one.value.clone()).unwrap_or_default();
    let button = match variable.place {
        TemplatePlace::Button(n) => template.buttons.get(usize::from(n)).map(title_of),
        _ => None,
    };
    let (name, header) = (variable.name.clone(), variable.place == TemplatePlace::Header);
    let wrong = RwSignal::new(false);
    let typed = move |value: String| {
        wrong.set(!value.trim().is_empty() && limits::template_value(&value).is_err());
        choice.set(&variable, value);
    };
    let label = move || {
        let values = [("name", name.as_str()), ("button", button.as_deref().unwrap_or_default())];
        let key = match (&button, header) {
            (Some(_), _) => Key::TemplatesButtonValue,
            (None, true) => Key::TemplatesHeaderValue,
            (None, false) => Key::TemplatesValue,
        };
        fill(key, &values)
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
                required
                autofocus=at == 0
                placeholder=example
                data-testid="template-value"
                aria-invalid=move || wrong.get().to_string()
                on:input:target=move |event| typed(event.target().value())
            />
            <Show when=move || wrong.get()>
                <p class="field__hint" role="alert">{tr(Key::TemplatesValueHint)}</p>
            </Show>
        </div>
    }
    .into_any()
}

fn file(choice: Choice, kind: MediaKind) -> AnyView {
    let (files, tray) = (choice.desk.attachments, choice.tray.get_value());
    let accept = match kind {
        MediaKind::Image => "image/jpeg,image/png",
        MediaKind::Video => "video/mp4,video/3gpp",
        _ => ".pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt,.csv",
    };
    let picked = {
        let tray = tray.clone();
        move |chosen: &web_sys::FileList| {
            choice.drop_file();
            files.add(&tray, chosen);
        }
    };
    let label = words::kind(kind.as_str());
    view! {
        <div class="field">
            <label class="field__label" for="template-file">{tr(label)}</label>
            {tray::picker("template-file", accept, picked)}
            {tray::files(choice.desk, tray)}
        </div>
    }
    .into_any()
}

fn title_of(button: &TemplateButton) -> String {
    match button {
        TemplateButton::Reply { text }
        | TemplateButton::Url { text, .. }
        | TemplateButton::Phone { text, .. }
        | TemplateButton::Code { text }
        | TemplateButton::Other { text, .. } => text.clone(),
    }
}
