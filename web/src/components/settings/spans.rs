//! A length of time on a form: a number and its unit.

use leptos::prelude::*;

use super::fields::below;
use crate::i18n::{Key, text, tr};

/// Units and their seconds, the longest first.
const UNITS: [(u32, Key); 4] =
    [(86_400, Key::UnitDays), (3_600, Key::UnitHours), (60, Key::UnitMinutes), (1, Key::UnitSeconds)];

/// What stands for a number that is none.
pub(super) const NO_NUMBER: u32 = u32::MAX;

/// The longest unit that says it without a fraction, minutes for nothing.
fn unit_of(secs: u32) -> u32 {
    let fits = UNITS.iter().find(|(unit, _)| secs > 0 && secs.is_multiple_of(*unit));
    fits.map_or(60, |(unit, _)| *unit)
}

/// A length of time in seconds; [`NO_NUMBER`] while what is written is none.
pub(super) fn span(
    id: String,
    label: Key,
    hint: Option<Key>,
    secs: RwSignal<u32>,
    fault: Signal<Option<String>>,
) -> AnyView {
    let first = secs.get_untracked();
    let unit = RwSignal::new(unit_of(first));
    let written = RwSignal::new((first / unit.get_untracked()).to_string());
    let take = move || {
        let number: Option<u32> = written.with_untracked(|text| text.trim().parse().ok());
        let taken = number.and_then(|number| number.checked_mul(unit.get_untracked()));
        secs.set(taken.unwrap_or(NO_NUMBER));
    };
    let chosen = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlSelectElement>| {
        unit.set(event.target().value().parse().unwrap_or(1));
        take();
    };
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{tr(label)}</label>
            <div class="span">
                <input
                    class="field__input"
                    id=id.clone()
                    inputmode="numeric"
                    autocomplete="off"
                    data-testid=id.clone()
                    aria-invalid=move || fault.with(Option::is_some).to_string()
                    aria-describedby=format!("{id}-hint")
                    prop:value=written
                    on:input:target=move |event| {
                        written.set(event.target().value());
                        take();
                    }
                />
                <select class="field__input" aria-label=move || format!("{}: {}", text(label), text(Key::Unit)) on:change:target=chosen>
                    {UNITS.into_iter().rev().map(|(secs, words)| view! {
                        <option value=secs.to_string() selected=move || unit.get() == secs>{tr(words)}</option>
                    }.into_any()).collect_view()}
                </select>
            </div>
            {below(&id, hint, fault)}
        </div>
    }
    .into_any()
}

/// A whole number; [`NO_NUMBER`] while what is written is none.
pub(super) fn number(
    id: String,
    label: Key,
    hint: Option<Key>,
    value: RwSignal<u32>,
    fault: Signal<Option<String>>,
) -> AnyView {
    let first = value.get_untracked().to_string();
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{tr(label)}</label>
            <input
                class="field__input"
                id=id.clone()
                inputmode="numeric"
                autocomplete="off"
                data-testid=id.clone()
                aria-invalid=move || fault.with(Option::is_some).to_string()
                aria-describedby=format!("{id}-hint")
                value=first
                on:input:target=move |event| value.set(event.target().value().trim().parse().unwrap_or(NO_NUMBER))
            />
            {below(&id, hint, fault)}
        </div>
    }
    .into_any()
}

/// Words between commas, in small letters, each once.
pub(super) fn words(written: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for word in written.split(',').map(|word| word.trim().to_lowercase()) {
        if !word.is_empty() && !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_the_longest_unit_that_says_it_whole() {
        for (secs, unit) in [(0, 60), (30, 1), (60, 60), (90, 1), (7_200, 3_600), (172_800, 86_400)] {
            assert_eq!(unit_of(secs), unit, "{secs}");
        }
    }

    #[test]
    fn words_are_parted_by_commas_and_told_once() {
        assert_eq!(words(" French, billing ,french,, "), ["french", "billing"]);
        assert!(words(" , ").is_empty());
    }
}
