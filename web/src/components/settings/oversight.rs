//! Whether agents may block customers, and the score card by which conversations are reviewed.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    live::command::Command,
    model::{
        review::{CRITERIA, Criterion, ReviewPolicy},
        settings::Settings,
    },
};

use super::{
    fields,
    queues::{Asked, check},
};
use crate::{
    app::Desk,
    i18n::{Key, fill, tr},
    ui::{Button, ButtonLook, Item, each},
};

/// A line of the card: its place in memory, the name and what helps to judge it.
#[derive(Clone, Copy)]
struct Line {
    id: usize,
    name: RwSignal<String>,
    hint: RwSignal<String>,
}

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    view! {
        <header class="settings__head"><h2>{tr(Key::Oversight)}</h2></header>
        {move || desk.live.settings().map(|settings| form(desk, settings))}
    }
    .into_any()
}

fn form(desk: Desk, known: Settings) -> AnyView {
    let (block, told) = (RwSignal::new(known.agents_block), RwSignal::new(known.reviews.told));
    let next = StoredValue::new(0_usize);
    let line = move |name: String, hint: String| {
        let id = next.get_value();
        next.set_value(id + 1);
        Line { id, name: RwSignal::new(name), hint: RwSignal::new(hint) }
    };
    let lines: Vec<Line> =
        known.reviews.criteria.into_iter().map(|one| line(one.name, one.hint.unwrap_or_default())).collect();
    let lines = RwSignal::new(lines);
    let order = Asked::new();
    let policy = move || {
        let of = |line: &Line| Criterion {
            name: line.name.get().trim().to_owned(),
            hint: Some(line.hint.get().trim().to_owned()).filter(|hint| !hint.is_empty()),
        };
        ReviewPolicy { told: told.get(), criteria: lines.get().iter().map(of).collect() }
    };
    let broken = Signal::derive(move || order.busy.get() || !policy().is_valid());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (agents_block, reviews) = untrack(|| (block.get(), policy()));
        order.command(desk, Command::SetOversight { agents_block, reviews }, || {});
    };
    view! {
        <form class="panel" on:submit=submit data-testid="oversight">
            {check("oversight-block", Key::OversightBlock, block)}
            {check("oversight-told", Key::OversightTold, told)}
            <h3>{tr(Key::OversightCard)}</h3>
            {fields::note(Key::OversightNote)}
            {each(move || lines.get().into_iter().enumerate().map(|(at, line)| {
                Item::new(format!("{} {at}", line.id), move || row(lines, at, line))
            }).collect())}
            <div>
                <Button
                    disabled=Signal::derive(move || lines.with(Vec::len) >= CRITERIA)
                    on:click=move |_| lines.update(|all| all.push(line(String::new(), String::new())))
                    attr:data-testid="oversight-add"
                >{tr(Key::OversightAdd)}</Button>
            </div>
            {order.refusal()}
            {fields::save("oversight-save", Key::Save, broken)}
        </form>
    }
    .into_any()
}

fn row(lines: RwSignal<Vec<Line>>, at: usize, line: Line) -> AnyView {
    let n = (at + 1).to_string();
    let [named, helped, removed] =
        [Key::OversightName, Key::OversightHint, Key::OversightRemove].map(|key| {
            let n = n.clone();
            move || fill(key, &[("n", &n)])
        });
    view! {
        <div class="criterion">
            <input class="field__input" type="text" dir="auto" maxlength="60" aria-label=named.clone() placeholder=named data-testid=format!("criterion-{n}") bind:value=line.name/>
            <input class="field__input" type="text" dir="auto" maxlength="200" aria-label=helped.clone() placeholder=helped bind:value=line.hint/>
            <Button
                look=ButtonLook::Ghost
                disabled=Signal::derive(move || lines.with(Vec::len) < 2)
                on:click=move |_| lines.update(|all| all.retain(|other| other.id != line.id))
                attr:aria-label=removed
            >{tr(Key::DescribedRemove)}</Button>
        </div>
    }
    .into_any()
}
