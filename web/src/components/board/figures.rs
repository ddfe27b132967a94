//! The figures of a line: what each says, how loud it is, and what is behind it.

use leptos::prelude::*;
use shared::{
    ids::QueueId,
    model::board::{BoardLine, Figure},
};

use super::{Floor, Look};
use crate::{
    i18n::{Key, fill, text, tr},
    time,
    ui::Tone,
};

/// What stands where nothing is known.
const NONE: &str = "–";

/// What a figure says, and how loud.
pub(super) struct Said {
    pub(super) words: String,
    pub(super) tone: Tone,
}

impl Said {
    fn calm(words: String) -> Self {
        Self { words, tone: Tone::Calm }
    }
}

/// A figure of a line.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) label: Key,
    pub(super) hint: Key,
    /// By the clock of the server, in milliseconds.
    pub(super) say: fn(&BoardLine, f64) -> Said,
    /// What the conversations behind it are.
    pub(super) figure: Option<Figure>,
}

const fn plain(label: Key, hint: Key, figure: Figure, say: fn(&BoardLine, f64) -> Said) -> Column {
    Column { label, hint, say, figure: Some(figure) }
}

fn count(n: u32) -> Said {
    Said::calm(n.to_string())
}

/// A count that should be none.
fn trouble(n: u32) -> Said {
    Said { words: n.to_string(), tone: if n > 0 { Tone::Bad } else { Tone::Calm } }
}

fn span(secs: Option<u32>) -> Said {
    Said::calm(secs.map_or_else(|| NONE.to_owned(), |secs| time::counter(f64::from(secs) * 1_000.0)))
}

fn level(percent: Option<u32>, target: Option<u32>) -> Said {
    let Some(percent) = percent else { return Said::calm(NONE.to_owned()) };
    let tone = if target.is_some_and(|target| percent < target) { Tone::Bad } else { Tone::Calm };
    Said { words: format!("{percent} %"), tone }
}

fn longest(line: &BoardLine, now: f64) -> Said {
    let waited = line.oldest_since.map(|since| now - time::millis(since));
    let late = waited.zip(line.target_secs).is_some_and(|(waited, secs)| waited > f64::from(secs) * 1_000.0);
    Said {
        words: waited.map_or_else(|| NONE.to_owned(), time::counter),
        tone: if late { Tone::Warn } else { Tone::Calm },
    }
}

/// All figures, in the order of the table.
pub(super) const COLUMNS: [Column; 16] = [
    plain(Key::FigureWaiting, Key::FigureWaitingHint, Figure::Waiting, |line, _| count(line.waiting)),
    plain(Key::FigureLongest, Key::FigureLongestHint, Figure::Waiting, longest),
    Column {
        label: Key::FigureEstimate,
        hint: Key::FigureEstimateHint,
        say: |line, _| span(line.estimate_secs),
        figure: None,
    },
    plain(Key::FigureAsked, Key::FigureAskedHint, Figure::Asked, |line, _| count(line.asked)),
    plain(Key::FigureActive, Key::FigureActiveHint, Figure::Active, |line, _| count(line.active)),
    plain(Key::FigureParked, Key::FigureParkedHint, Figure::Parked, |line, _| count(line.parked)),
    plain(Key::FigureBot, Key::FigureBotHint, Figure::Bot, |line, _| count(line.bot)),
    plain(Key::FigureOverdue, Key::FigureOverdueHint, Figure::Overdue, |line, _| trouble(line.overdue)),
    plain(Key::FigureOffered, Key::FigureOfferedHint, Figure::Offered, |line, _| count(line.offered)),
    plain(Key::FigureAnswered, Key::FigureAnsweredHint, Figure::Answered, |line, _| count(line.answered)),
    plain(Key::FigureAbandoned, Key::FigureAbandonedHint, Figure::Abandoned, |line, _| count(line.abandoned)),
    Column {
        label: Key::FigureLevel,
        hint: Key::FigureLevelHint,
        say: |line, _| level(line.level_today, line.target_percent),
        figure: None,
    },
    Column {
        label: Key::FigureRecent,
        hint: Key::FigureRecentHint,
        say: |line, _| level(line.level_recent, line.target_percent),
        figure: None,
    },
    Column {
        label: Key::FigureAnswer,
        hint: Key::FigureAnswerHint,
        say: |line, _| span(line.answer_secs),
        figure: None,
    },
    Column {
        label: Key::FigureSlots,
        hint: Key::FigureSlotsHint,
        say: |line, _| Said::calm(format!("{} / {}", line.slots_used, line.slots)),
        figure: None,
    },
    plain(Key::FigureFailed, Key::FigureFailedHint, Figure::Failed, |line, _| trouble(line.failed)),
];

/// Those shown large above the table and on the wall.
pub(super) const LARGE: [usize; 8] = [0, 1, 12, 11, 9, 10, 4, 7];

/// The class of a tone.
pub(super) const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "figure figure--bad",
        Tone::Warn => "figure figure--warn",
        _ => "figure",
    }
}

/// A figure, which can be looked behind when there is something.
pub(super) fn figure(floor: Floor, line: Memo<BoardLine>, queue: Option<QueueId>, column: Column) -> AnyView {
    let said = move || line.with(|line| (column.say)(line, floor.desk.live.now()));
    let tone = move || class(said().tone);
    let behind = Memo::new(move |_| column.figure.filter(|figure| line.with(|line| figure.of(line) > 0)));
    view! {
        {move || match behind.get() {
            None => view! { <span class=tone>{move || said().words}</span> }.into_any(),
            Some(figure) => {
                let label = move || fill(Key::FigureLabel, &[
                    ("queue", &floor.name(queue)), ("figure", text(column.label)), ("n", &said().words),
                ]);
                view! {
                    <button
                        type="button"
                        class=tone
                        aria-label=label
                        data-testid=format!("figure-{figure:?}").to_lowercase()
                        on:click=move |_| floor.looked.set(Some(Look::Figure(figure, queue)))
                    >{move || said().words}</button>
                }
                .into_any()
            }
        }}
    }
    .into_any()
}

/// What matters most of everything, large.
pub(super) fn tiles(floor: Floor) -> AnyView {
    let line = Memo::new(move |_| floor.line(None));
    view! {
        <dl class="tiles" data-testid="tiles">
            {LARGE.into_iter().filter_map(|at| COLUMNS.get(at)).map(|column| view! {
                <div class="tile" title=tr(column.hint)>
                    <dt>{tr(column.label)}</dt>
                    <dd>{figure(floor, line, None, *column)}</dd>
                </div>
            }.into_any()).collect_view()}
        </dl>
    }
    .into_any()
}
