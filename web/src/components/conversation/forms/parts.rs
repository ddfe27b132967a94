//! The parts of each form.

use leptos::prelude::*;
use shared::outgoing_rules::{self as rules, OutgoingField as Part};

use super::{
    Form,
    field::{Field, Room, draw, id_of, line, rule_words},
};
use crate::{
    browser,
    i18n::{Key, fill, tr},
    ui::{Button, IconButton, IconName},
    written::FormKind,
};

/// All parts of a form.
pub(super) fn parts(form: Form) -> AnyView {
    let one = |field: Field| draw(form, field);
    let footer = || one(line(Part::Footer, Key::FormFooter, rules::FOOTER_CHARS));
    let header = || one(line(Part::Header, Key::FormHeader, rules::HEADER_CHARS));
    let body = |most| {
        one(Field { part: Part::Body, label: Key::FormBody, most: Some(most), room: Room::Lines, hint: None })
    };
    let all = match form.kind {
        FormKind::Location => vec![
            one(Field {
                part: Part::Position,
                label: Key::FormPosition,
                most: None,
                room: Room::Line,
                hint: Some(Key::FormPositionHint),
            }),
            one(line(Part::PlaceName, Key::FormPlaceName, rules::PLACE_NAME_CHARS)),
            one(line(Part::PlaceAddress, Key::FormPlaceAddress, rules::PLACE_ADDRESS_CHARS)),
        ],
        FormKind::Contacts => vec![groups(form, card, Key::FormAddCard, rules::CARDS)],
        FormKind::Buttons => {
            vec![
                body(rules::BODY_CHARS),
                groups(form, button, Key::FormAddButton, rules::BUTTONS),
                header(),
                footer(),
            ]
        }
        FormKind::List => {
            let label = line(Part::Label, Key::FormListLabel, rules::BUTTON_CHARS);
            vec![body(rules::LIST_BODY_CHARS), one(label), sections(form), header(), footer()]
        }
        FormKind::Link => vec![
            body(rules::BODY_CHARS),
            one(line(Part::Label, Key::FormLinkLabel, rules::BUTTON_CHARS)),
            one(Field { hint: Some(Key::FormUrlHint), ..line(Part::Url, Key::FormUrl, rules::URL_CHARS) }),
            header(),
            footer(),
        ],
        FormKind::AskLocation => vec![body(rules::BODY_CHARS)],
    };
    all.into_any()
}

/// How many there are of everything that can be added; what is drawn depends on it.
fn counts(form: Form) -> Memo<Vec<usize>> {
    Memo::new(move |_| form.written.with(|written| written.counts().to_vec()))
}

/// Cards or buttons, with one to add more.
fn groups(form: Form, draw: fn(Form, usize, bool) -> AnyView, add: Key, most: usize) -> AnyView {
    let counts = counts(form);
    view! {
        {move || {
            let many = counts.with(|counts| counts.iter().sum());
            (0..many).map(|at| draw(form, at, many > 1)).collect::<Vec<_>>()
        }}
        {add_button(form, add, Signal::derive(move || counts.with(|counts| counts.iter().sum::<usize>()) < most), 0)}
    }
    .into_any()
}

/// Adds one more and goes there.
fn add_button(form: Form, label: Key, may: Signal<bool>, section: usize) -> AnyView {
    let add = move |_| {
        let first = form.written.with_untracked(|written| {
            let at = written.counts().get(section).copied().unwrap_or_default();
            match form.kind {
                FormKind::Contacts => Part::CardName(at),
                FormKind::Buttons => Part::Button(at),
                _ if section == written.counts().len() => Part::Section(section),
                _ => Part::Row(section, at),
            }
        });
        form.change(|written| written.add(section));
        go_to(first);
    };
    view! {
        <p>
            <Button disabled=Signal::derive(move || !may.get()) on:click=add attr:data-testid=label_id(label)>
                {tr(label)}
            </Button>
        </p>
    }
    .into_any()
}

fn label_id(label: Key) -> &'static str {
    match label {
        Key::FormAddSection => "form-add-section",
        Key::FormAddRow => "form-add-row",
        _ => "form-add",
    }
}

/// Puts the keyboard into a field once it is there.
fn go_to(part: Part) {
    request_animation_frame(move || browser::focus(&format!("dialog[open] #{}", id_of(part))));
}

/// Takes something out again; the keyboard goes to what stands before it.
fn remove(form: Form, section: usize, at: usize, label: Key) -> AnyView {
    let before = at.saturating_sub(1);
    let next = match form.kind {
        FormKind::Contacts => Part::CardName(before),
        FormKind::Buttons => Part::Button(before),
        _ => Part::Row(section, before),
    };
    let take = move |_| {
        form.change(|written| written.remove(section, at));
        go_to(next);
    };
    view! {
        <IconButton
            icon=IconName::Cross
            label=Signal::derive(move || fill(label, &[("n", &(at + 1).to_string())]))
            on:click=take
        />
    }
    .into_any()
}

fn button(form: Form, at: usize, more: bool) -> AnyView {
    view! {
        <div class="compose__row">
            {draw(form, line(Part::Button(at), Key::FormButton, rules::BUTTON_CHARS))}
            {more.then(|| remove(form, 0, at, Key::FormRemoveButton))}
        </div>
    }
    .into_any()
}

fn card(form: Form, at: usize, more: bool) -> AnyView {
    let lines =
        |part, label| Field { part, label, most: None, room: Room::Lines, hint: Some(Key::FormOneEach) };
    let wrong = move || {
        form.faults.with(|faults| {
            let here = faults.iter().filter(|fault| fault.field == Part::Card(at) && form.shown(fault));
            here.map(|fault| rule_words(fault.rule, fault.field)).collect::<Vec<_>>().join(" ")
        })
    };
    view! {
        <fieldset class="compose__group">
            <legend>{move || fill(Key::FormCard, &[("n", &(at + 1).to_string())])}</legend>
            <div class="compose__row">
                {draw(form, line(Part::CardName(at), Key::FormCardName, rules::CARD_NAME_CHARS))}
                {more.then(|| remove(form, 0, at, Key::FormRemoveCard))}
            </div>
            {draw(form, lines(Part::CardPhone(at, 0), Key::FormCardPhones))}
            {draw(form, lines(Part::CardEmail(at, 0), Key::FormCardEmails))}
            {draw(form, line(Part::CardOrganisation(at), Key::FormCardOrganisation, rules::CARD_NAME_CHARS))}
            <p class="compose__below compose__below--bad" aria-live="polite">{wrong}</p>
        </fieldset>
    }
    .into_any()
}

fn sections(form: Form) -> AnyView {
    let counts = counts(form);
    let all = move || counts.with(|counts| counts.iter().sum::<usize>());
    let room = Signal::derive(move || all() < rules::ROWS);
    let section = move |at: usize, many: usize, sections: usize| {
        let rows: Vec<AnyView> = (0..many).map(|n| row(form, at, n, many + sections > 2)).collect();
        view! {
            <fieldset class="compose__group">
                <legend>{move || fill(Key::FormSection, &[("n", &(at + 1).to_string())])}</legend>
                {draw(form, Field {
                    hint: (sections == 1).then_some(Key::FormSectionHint),
                    ..line(Part::Section(at), Key::FormSectionTitle, rules::SECTION_CHARS)
                })}
                {rows}
                {add_button(form, Key::FormAddRow, room, at)}
            </fieldset>
        }
        .into_any()
    };
    view! {
        {move || {
            let counts = counts.get();
            let sections = counts.len();
            let drawn = counts.into_iter().enumerate().map(|(at, many)| section(at, many, sections));
            let drawn: Vec<AnyView> = drawn.collect();
            view! { {drawn} {add_button(form, Key::FormAddSection, room, sections)} }.into_any()
        }}
        <p class="compose__below">{move || {
            let most = rules::ROWS.to_string();
            fill(Key::FormRows, &[("n", &all().to_string()), ("most", &most)])
        }}</p>
    }
    .into_any()
}

fn row(form: Form, section: usize, at: usize, more: bool) -> AnyView {
    view! {
        <div class="compose__row">
            {draw(form, line(Part::Row(section, at), Key::FormRow, rules::ROW_CHARS))}
            {draw(form, line(Part::RowDetail(section, at), Key::FormRowDetail, rules::ROW_DETAIL_CHARS))}
            {more.then(|| remove(form, section, at, Key::FormRemoveRow))}
        </div>
    }
    .into_any()
}
