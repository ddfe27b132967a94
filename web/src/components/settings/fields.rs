//! What the forms of the settings are made of.

use leptos::prelude::*;
use shared::error::Problem;

use crate::{
    http::Refused,
    i18n::{Key, fill, text, tr},
    ui::{EmptyState, Icon, IconName, Notice, Tone},
    words,
};

/// A line to write on.
pub(super) struct Line {
    /// The element's id; also what tests find it by.
    pub(super) id: String,
    pub(super) label: Key,
    /// What helps to find or write it.
    pub(super) hint: Option<Key>,
    /// `text`, `password`, `tel` …
    pub(super) kind: &'static str,
    pub(super) value: RwSignal<String>,
    /// What is wrong with it.
    pub(super) fault: Signal<Option<String>>,
}

impl Line {
    /// A line of text that nothing can be wrong with.
    pub(super) fn new(id: impl Into<String>, label: Key, value: RwSignal<String>) -> Self {
        Self { id: id.into(), label, hint: None, kind: "text", value, fault: Signal::derive(|| None) }
    }

    pub(super) fn hint(self, hint: Key) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub(super) fn kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    pub(super) fn fault(self, fault: Signal<Option<String>>) -> Self {
        Self { fault, ..self }
    }

    /// The line with its label, its hint and what is wrong.
    pub(super) fn draw(self) -> AnyView {
        let Self { id, label, hint, kind, value, fault } = self;
        view! {
            <div class="field">
                <label class="field__label" for=id.clone()>{tr(label)}</label>
                <input
                    class="field__input"
                    id=id.clone()
                    type=kind
                    autocomplete=if kind == "password" { "new-password" } else { "off" }
                    autocapitalize="none"
                    spellcheck="false"
                    dir="auto"
                    data-testid=id.clone()
                    aria-invalid=move || fault.with(Option::is_some).to_string()
                    aria-describedby=format!("{id}-hint")
                    bind:value=value
                />
                {below(&id, hint, fault)}
            </div>
        }
        .into_any()
    }

    /// The same over several lines.
    pub(super) fn draw_area(self, rows: &'static str) -> AnyView {
        let Self { id, label, hint, value, fault, .. } = self;
        view! {
            <div class="field">
                <label class="field__label" for=id.clone()>{tr(label)}</label>
                <textarea
                    class="field__input field__area"
                    id=id.clone()
                    rows=rows
                    dir="auto"
                    data-testid=id.clone()
                    aria-invalid=move || fault.with(Option::is_some).to_string()
                    aria-describedby=format!("{id}-hint")
                    bind:value=value
                ></textarea>
                {below(&id, hint, fault)}
            </div>
        }
        .into_any()
    }
}

pub(super) fn below(id: &str, hint: Option<Key>, fault: Signal<Option<String>>) -> AnyView {
    view! {
        <div id=format!("{id}-hint")>
            {move || match fault.get() {
                Some(fault) => view! { <p class="field__fault" role="alert">{fault}</p> }.into_any(),
                None => hint.map(|hint| view! { <p class="field__hint">{tr(hint)}</p> }).into_any(),
            }}
        </div>
    }
    .into_any()
}

/// A choice out of a few; values are what is stored, words what is shown.
pub(crate) fn choice(
    id: impl Into<String>,
    label: Key,
    value: RwSignal<String>,
    options: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
) -> AnyView {
    draw_choice(id.into(), label, value, Box::new(options))
}

/// Compiled once, however many choices there are.
fn draw_choice(
    id: String,
    label: Key,
    value: RwSignal<String>,
    options: Box<dyn Fn() -> Vec<(String, String)> + Send + Sync>,
) -> AnyView {
    // What they are made from may tell of much else, such as colleagues who come and go; a list that is open stays.
    let options = Memo::new(move |_| options());
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{tr(label)}</label>
            <select
                class="field__input"
                id=id.clone()
                data-testid=id
                on:change:target=move |event| value.set(event.target().value())
            >
                {move || options.get().into_iter().map(|(one, words)| {
                    let (own, chosen) = (one.clone(), one.clone());
                    view! { <option value=own selected=move || value.get() == chosen>{words}</option> }.into_any()
                }).collect_view()}
            </select>
        </div>
    }
    .into_any()
}

/// What a refusal says to a person: our words, then Meta's.
pub(super) fn explain(refused: &Refused) -> String {
    match refused {
        Refused::Unreachable => text(Key::Unreachable).to_owned(),
        Refused::Problem(problem) => words_of(problem),
    }
}

fn words_of(problem: &Problem) -> String {
    let ours = text(words::error(problem.code));
    match &problem.detail {
        Some(theirs) => fill(Key::MetaSays, &[("what", ours), ("words", theirs)]),
        None => ours.to_owned(),
    }
}

/// A refusal as a line that is read aloud.
pub(super) fn refusal(refused: RwSignal<Option<Refused>>) -> AnyView {
    alert(Signal::derive(move || refused.get().map(|refused| explain(&refused))))
}

/// Bad news as a line that is read aloud.
pub(crate) fn alert(words: Signal<Option<String>>) -> AnyView {
    view! {
        <div role="alert">{move || words.get().map(|words| said(Tone::Bad, IconName::Warning, words))}</div>
    }
    .into_any()
}

/// A line with a mark.
pub(super) fn said(tone: Tone, icon: IconName, words: String) -> AnyView {
    view! { <Notice tone icon><span dir="auto">{words}</span></Notice> }.into_any()
}

/// Good news.
pub(super) fn good(words: Key) -> AnyView {
    said(Tone::Calm, IconName::Tick, text(words).to_owned())
}

/// A line that explains.
pub(super) fn note(words: Key) -> AnyView {
    view! { <p class="settings__note">{tr(words)}</p> }.into_any()
}

/// The button that hands a form in.
pub(crate) fn submit(
    primary: bool,
    testid: &'static str,
    label: Signal<&'static str>,
    disabled: Signal<bool>,
) -> AnyView {
    view! {
        <button type="submit" class="button" class:button--primary=primary data-testid=testid disabled=move || disabled.get()>
            {move || label.get()}
        </button>
    }
    .into_any()
}

/// The foot of a form with nothing but the button that saves.
pub(super) fn save(testid: &'static str, label: Key, disabled: Signal<bool>) -> AnyView {
    view! {
        <footer class="step__foot">
            <span class="grow"></span>
            {submit(false, testid, Signal::derive(move || text(label)), disabled)}
        </footer>
    }
    .into_any()
}

/// What stands where nothing is, with a way on.
pub(crate) fn empty(icon: IconName, title: Key, hint: Option<Key>, way: AnyView) -> AnyView {
    view! {
        <EmptyState
            icon
            title=Signal::derive(move || text(title).to_owned())
            hint=Signal::derive(move || hint.map(text).unwrap_or_default().to_owned())
        >
            {way}
        </EmptyState>
    }
    .into_any()
}

/// The head of a page below another.
pub(super) fn head(back: String, label: Key, title: Signal<String>) -> AnyView {
    view! {
        <header class="settings__head">
            <a class="icon-button" href=back aria-label=tr(label) title=tr(label)><Icon name=IconName::Back/></a>
            <h2 dir="auto">{move || title.get()}</h2>
        </header>
    }
    .into_any()
}
