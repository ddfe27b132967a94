//! One field of a form: its name, how much of its room is used, and what is wrong with it.

use leptos::prelude::*;
use shared::outgoing_rules::{OutgoingField, OutgoingRule};

use super::Form;
use crate::i18n::{Key, fill, text};

/// How a field looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// One line.
    Line,
    /// As many as wanted.
    Lines,
}

/// A field to be drawn.
pub(super) struct Field {
    /// Which part of the message.
    pub(super) part: OutgoingField,
    /// Its name.
    pub(super) label: Key,
    /// Most characters; none where the limit is for each line.
    pub(super) most: Option<usize>,
    pub(super) room: Room,
    /// What may help.
    pub(super) hint: Option<Key>,
}

/// A field on one line.
pub(super) fn line(part: OutgoingField, label: Key, most: usize) -> Field {
    Field { part, label, most: Some(most), room: Room::Line, hint: None }
}

/// The element's id.
pub(super) fn id_of(part: OutgoingField) -> String {
    format!("form-{}", part.to_string().replace(' ', "-"))
}

/// Draws a field.
pub(super) fn draw(form: Form, field: Field) -> AnyView {
    let Field { part, label, most, room, hint } = field;
    let id = id_of(part);
    let first = matches!(part, OutgoingField::Position | OutgoingField::Body | OutgoingField::CardName(0));
    let below = format!("{id}-below");
    let value = Memo::new(move |_| form.written.with(|written| written.get(part).to_owned()));
    let said = Memo::new(move |_| faults(form, part).join(" "));
    let wrong = move || said.with(|said| !said.is_empty());
    let used = move || value.with(|value| value.trim().chars().count());
    let counter = most.map(|most| {
        let over = move || used() > most;
        view! {
            <span class="compose__count" class:compose__count--over=over>
                {move || format!("{} / {most}", used())}
            </span>
        }
        .into_any()
    });
    let typed = move |text: String| form.change(|written| written.set(part, text));
    let input = match room {
        Room::Line => view! {
            <input
                class="field__input"
                id=id.clone()
                type="text"
                dir="auto"
                autocomplete="off"
                autofocus=first
                aria-invalid=move || wrong().to_string()
                aria-describedby=below.clone()
                prop:value=move || value.get()
                on:input:target=move |event| typed(event.target().value())
            />
        }
        .into_any(),
        Room::Lines => view! {
            <textarea
                class="field__input field__input--lines"
                id=id.clone()
                rows="2"
                dir="auto"
                autofocus=first
                aria-invalid=move || wrong().to_string()
                aria-describedby=below.clone()
                prop:value=move || value.get()
                on:input:target=move |event| typed(event.target().value())
            ></textarea>
        }
        .into_any(),
    };
    let words = move || {
        let said = said.get();
        if said.is_empty() { hint.map(|hint| text(hint).to_owned()).unwrap_or_default() } else { said }
    };
    view! {
        <div class="field">
            <span class="compose__name">
                <label class="field__label" for=id>{move || text(label)}</label>
                {counter}
            </span>
            {input}
            <p class="compose__below" class:compose__below--bad=wrong id=below aria-live="polite">{words}</p>
        </div>
    }
    .into_any()
}

/// What is wrong with a part, in words; tracked.
fn faults(form: Form, part: OutgoingField) -> Vec<String> {
    form.faults.with(|faults| {
        let shown = faults.iter().filter(|fault| form.shown(fault));
        shown.filter_map(|fault| about(part, fault.field).map(|line| words(fault.rule, part, line))).collect()
    })
}

/// Whether a fault is about a part, and about which of its lines, where it has several.
fn about(part: OutgoingField, field: OutgoingField) -> Option<Option<usize>> {
    use OutgoingField::{CardEmail, CardPhone};
    match (part, field) {
        (CardPhone(at, _), CardPhone(card, n)) | (CardEmail(at, _), CardEmail(card, n)) => {
            (at == card).then_some(Some(n))
        }
        _ => (part == field).then_some(None),
    }
}

fn words(rule: OutgoingRule, part: OutgoingField, line: Option<usize>) -> String {
    let said = rule_words(rule, part);
    match line {
        Some(n) if n > 0 => fill(Key::FormInLine, &[("n", &(n + 1).to_string()), ("what", &said)]),
        _ => said,
    }
}

/// What a rule asks for, in words.
pub(super) fn rule_words(rule: OutgoingRule, part: OutgoingField) -> String {
    let key = match rule {
        OutgoingRule::Empty => Key::FormEmpty,
        OutgoingRule::TooLong(most) => return fill(Key::FormTooLong, &[("n", &most.to_string())]),
        OutgoingRule::Characters => Key::FormCharacters,
        OutgoingRule::TooMany(most) => return fill(Key::FormTooMany, &[("n", &most.to_string())]),
        OutgoingRule::Repeated => Key::FormRepeated,
        OutgoingRule::NotShown => Key::FormNotShown,
        OutgoingRule::NotOnEarth => Key::FormNotFound,
        OutgoingRule::Number => Key::FormNumber,
        OutgoingRule::Email => Key::FormEmail,
        OutgoingRule::Address => Key::FormAddress,
        OutgoingRule::NoWay => Key::FormNoWay,
    };
    // A name alone is optional; it is the address that needs one.
    let key = if rule == OutgoingRule::Empty && part == OutgoingField::PlaceName {
        Key::FormNameNeeded
    } else {
        key
    };
    text(key).to_owned()
}
