//! The queues, a line each, and all of them together, which is no sum.

use leptos::prelude::*;
use shared::{
    ids::QueueId,
    model::board::{BoardLine, Figure},
};

use super::{
    Floor, Look,
    figures::{COLUMNS, figure},
};
use crate::{
    i18n::{Key, fill, text, tr},
    ui::{Item, each},
};

/// The table.
pub(super) fn table(floor: Floor) -> AnyView {
    view! {
        <section class="board__wide" aria-labelledby="board-queues">
            <h2 id="board-queues">{tr(Key::SettingsQueues)}</h2>
            <div class="board__scroll" tabindex="0" role="region" aria-labelledby="board-queues">
                <table class="board" data-testid="board-queues">
                    <thead>
                        <tr>
                            <th scope="col">{tr(Key::BoardQueue)}</th>
                            <th scope="col" title=tr(Key::BoardPeopleHint)>{tr(Key::SettingsPeople)}</th>
                            {COLUMNS.iter().map(|column| view! {
                                <th scope="col" title=tr(column.hint)>{tr(column.label)}</th>
                            }.into_any()).collect_view()}
                        </tr>
                    </thead>
                    <tbody>
                        {each(move || floor.queues().into_iter().map(|id| {
                            Item::new(id.to_string(), move || row(floor, Some(id)))
                        }).collect())}
                    </tbody>
                    <tfoot>{row(floor, None)}</tfoot>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(floor: Floor, queue: Option<QueueId>) -> AnyView {
    let line = Memo::new(move |_| floor.line(queue));
    let testid = move || format!("line-{}", floor.name(queue));
    view! {
        <tr data-testid=testid>
            <th scope="row">
                <span dir="auto">{move || floor.name(queue)}</span>
                {blocked(floor, line, queue)}
            </th>
            <td title=move || line.with(people)>{move || line.with(|line| format!("{} / {}", there(line), there(line) + line.offline))}</td>
            {COLUMNS.iter().map(|column| view! { <td>{figure(floor, line, queue, *column)}</td> }.into_any()).collect_view()}
        </tr>
    }
    .into_any()
}

const fn there(line: &BoardLine) -> u32 {
    line.available + line.busy + line.wrapping_up + line.away
}

/// Who is there, state by state.
fn people(line: &BoardLine) -> String {
    let counts = [
        ("available", line.available),
        ("full", line.full),
        ("busy", line.busy),
        ("tidying", line.wrapping_up),
        ("away", line.away),
        ("gone", line.offline),
    ];
    let counts = counts.map(|(name, n)| (name, n.to_string()));
    let values: Vec<(&str, &str)> = counts.iter().map(|(name, n)| (*name, n.as_str())).collect();
    fill(Key::BoardPeople, &values)
}

/// What waits although somebody could be free, and why.
fn blocked(floor: Floor, line: Memo<BoardLine>, queue: Option<QueueId>) -> AnyView {
    let reasons = [
        (Figure::BlockedSkill, Key::BlockedSkill),
        (Figure::BlockedAbsent, Key::BlockedAbsent),
        (Figure::BlockedFull, Key::BlockedFull),
    ];
    reasons
        .into_iter()
        .map(|(figure, words)| {
            let n = Memo::new(move |_| line.with(|line| figure.of(line)));
            (move || {
                (n.get() > 0).then(|| {
                    view! {
                        <button
                            type="button"
                            class="chip chip--warn board__blocked"
                            on:click=move |_| floor.looked.set(Some(Look::Figure(figure, queue)))
                        >{move || fill(words, &[("n", &n.get().to_string())])}</button>
                    }
                    .into_any()
                })
            })
            .into_any()
        })
        .collect_view()
        .into_any()
}

/// The words of what is looked behind.
pub(super) fn words_of(floor: Floor, figure: Figure, queue: Option<QueueId>) -> String {
    let known = COLUMNS.iter().find(|column| column.figure == Some(figure)).map(|column| text(column.label));
    let words = known.unwrap_or_else(|| text(Key::FigureBlocked));
    format!("{} · {words}", floor.name(queue))
}
