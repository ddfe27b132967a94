//! The supervisor's board: how many wait, who is there, and how the day goes.

pub(crate) mod activity;
mod agents;
mod behind;
mod figures;
mod lines;
mod move_all;
pub(crate) mod review;
pub(crate) mod shift;
mod tell;
pub(crate) mod wall;
pub(crate) mod watch;

use leptos::prelude::*;
use shared::{
    ids::{ConversationId, MemberId, QueueId},
    model::board::{Board, BoardAlert, BoardLine, Figure},
};

use crate::{
    app::Desk,
    browser,
    i18n::{Key, fill, text, tr},
    routes, time,
    ui::{IconName, Notice, RowSkeletons, Show, Tone},
    words,
};

/// What the pages of the board share.
#[derive(Clone, Copy)]
pub(crate) struct Floor {
    pub(crate) desk: Desk,
    /// What somebody looks behind.
    looked: RwSignal<Option<Look>>,
    /// What was chosen to be watched side by side.
    chosen: RwSignal<Vec<ConversationId>>,
}

/// What somebody looks behind: a figure, or a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Figure(Figure, Option<QueueId>),
    Person(MemberId),
}

impl Floor {
    pub(crate) fn new(desk: Desk) -> Self {
        desk.live.watch_board();
        let chosen = browser::carried(routes::WATCH).map(|path| routes::watched(&path)).unwrap_or_default();
        Self { desk, looked: RwSignal::new(None), chosen: RwSignal::new(chosen) }
    }

    /// Chooses a conversation to be watched, or no longer.
    fn choose(self, id: ConversationId) {
        self.chosen.update(|all| match all.iter().position(|other| *other == id) {
            Some(at) => {
                all.remove(at);
            }
            None => {
                all.truncate(routes::WATCHED - 1);
                all.push(id);
            }
        });
        browser::carry(routes::WATCH, Some(&routes::watch(&self.chosen.get_untracked())));
    }

    /// The name of a line: its queue, or all; tracked.
    fn name(self, queue: Option<QueueId>) -> String {
        match queue {
            None => text(Key::BoardAll).to_owned(),
            Some(id) => self.desk.live.queue(id).map(|queue| queue.name).unwrap_or_default(),
        }
    }

    /// A line of the board; tracked.
    fn line(self, queue: Option<QueueId>) -> BoardLine {
        let found = self.desk.live.board(|board| match queue {
            None => Some(board.total.clone()),
            Some(_) => board.queues.iter().find(|line| line.queue == queue).cloned(),
        });
        found.flatten().unwrap_or_default()
    }

    /// The queues of the board by name; tracked.
    fn queues(self) -> Vec<QueueId> {
        let ids: Option<Vec<QueueId>> =
            self.desk.live.board(|board| board.queues.iter().filter_map(|line| line.queue).collect());
        let mut named: Vec<(String, QueueId)> =
            ids.unwrap_or_default().into_iter().map(|id| (self.name(Some(id)).to_lowercase(), id)).collect();
        named.sort();
        named.into_iter().map(|(_, id)| id).collect()
    }

    /// Whether there is a board to show; tracked.
    fn is_there(self) -> bool {
        self.desk.live.board(|_| ()).is_some()
    }
}

/// The board in the office.
pub(crate) fn page(floor: Floor) -> AnyView {
    view! {
        <header class="settings__head">
            <h1>{tr(Key::Board)}</h1>
            <span class="settings__note">{move || since(floor)}</span>
            {move || floor.chosen.with(|ids| !ids.is_empty()).then(|| view! {
                <a class="button" href=move || routes::watch(&floor.chosen.get()) data-testid="watch-open">
                    {move || fill(Key::WatchGo, &[("n", &floor.chosen.with(Vec::len).to_string())])}
                </a>
            }.into_any())}
            {tell::button(floor.desk)}
            <a class="button" href=routes::SHIFT data-testid="shift-open">{tr(Key::ShiftOpen)}</a>
            <a class="button" href=routes::ACTIVITY data-testid="activity-open">{tr(Key::Activity)}</a>
            <a class="button" href=routes::WALL data-testid="wall">{tr(Key::BoardWall)}</a>
        </header>
        <Show when=move || !floor.is_there()><RowSkeletons/></Show>
        {alerts(floor)}
        <Show when=move || floor.is_there()>
            {move || figures::tiles(floor)}
            {move || lines::table(floor)}
            {move || agents::table(floor)}
        </Show>
        {behind::dialog(floor)}
    }
    .into_any()
}

/// Since when "today" is.
fn since(floor: Floor) -> Option<String> {
    let began = floor.desk.live.board(|board: &Board| time::millis(board.day_began))?;
    Some(fill(Key::BoardSince, &[("time", &time::clock(began))]))
}

/// What is over a threshold, read aloud when it comes.
fn alerts(floor: Floor) -> AnyView {
    let all = Memo::new(move |_| {
        let of = |line: &BoardLine| line.alerts.iter().map(|alert| (line.queue, *alert)).collect::<Vec<_>>();
        floor
            .desk
            .live
            .board(|board| board.queues.iter().flat_map(of).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    view! {
        <div class="alerts" role="alert" data-testid="alerts">
            {move || all.get().into_iter().map(|(queue, alert)| view! {
                <Notice tone=Tone::Bad icon=IconName::Warning><span>{move || said(floor, queue, alert)}</span></Notice>
            }.into_any()).collect_view()}
        </div>
    }
    .into_any()
}

fn said(floor: Floor, queue: Option<QueueId>, alert: BoardAlert) -> String {
    words::alert(alert.what, &floor.name(queue), alert.since)
}
