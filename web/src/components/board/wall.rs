//! The board for a screen on the wall: few figures, large, readable from across the room.

use leptos::prelude::*;
use shared::ids::QueueId;

use super::{
    Floor, alerts,
    figures::{COLUMNS, LARGE, class},
};
use crate::{
    components::connection_state::ConnectionState,
    i18n::{Key, tr},
    routes, time,
    ui::{Icon, IconName, Item, each},
};

/// How many of the large figures a queue shows: what waits and how well it goes.
const OF_A_QUEUE: usize = 4;

/// The page.
pub(crate) fn page(floor: Floor) -> AnyView {
    let live = floor.desk.live;
    view! {
        <main class="wall" data-testid="wall-page">
            <header class="wall__head">
                <h1>{move || live.settings().map(|settings| settings.tenant_name)}</h1>
                <ConnectionState live/>
                <span class="wall__clock">{move || time::clock(live.now())}</span>
                <a class="icon-button" href=routes::BOARD aria-label=tr(Key::Board) title=tr(Key::Board)><Icon name=IconName::Cross/></a>
            </header>
            {alerts(floor)}
            {block(floor, None, LARGE.len())}
            <div class="wall__queues">
                {each(move || floor.queues().into_iter().map(|id| {
                    Item::new(id.to_string(), move || block(floor, Some(id), OF_A_QUEUE))
                }).collect())}
            </div>
        </main>
    }
    .into_any()
}

fn block(floor: Floor, queue: Option<QueueId>, most: usize) -> AnyView {
    let line = Memo::new(move |_| floor.line(queue));
    view! {
        <section class="wall__block">
            <h2 dir="auto">{move || floor.name(queue)}</h2>
            <dl class="tiles">
                {LARGE.into_iter().take(most).filter_map(|at| COLUMNS.get(at)).map(|column| {
                    let column = *column;
                    let said = move || line.with(|line| (column.say)(line, floor.desk.live.now()));
                    view! {
                        <div class="tile">
                            <dt>{tr(column.label)}</dt>
                            <dd class=move || class(said().tone)>{move || said().words}</dd>
                        </div>
                    }
                    .into_any()
                }).collect_view()}
            </dl>
        </section>
    }
    .into_any()
}
