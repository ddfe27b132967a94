//! Who is there, what they do, and what they hold.

use leptos::prelude::*;
use shared::{
    ids::MemberId,
    model::board::{AgentState, BoardAgent},
};

use super::{Floor, Look};
use crate::{
    i18n::{Key, fill, tr},
    time,
    ui::{Item, each},
};

/// An agent who let a customer wait for longer than this stands out.
const LATE_MS: f64 = 300_000.0;

/// The table; those who take work first.
pub(super) fn table(floor: Floor) -> AnyView {
    let order = Memo::new(move |_| {
        let mut all = floor
            .desk
            .live
            .board(|board| {
                board.agents.iter().map(|agent| (rank(agent.state), agent.member)).collect::<Vec<_>>()
            })
            .unwrap_or_default();
        let name =
            |id: MemberId| floor.desk.live.member(id).map(|m| m.name.to_lowercase()).unwrap_or_default();
        all.sort_by_key(|(rank, id)| (*rank, name(*id)));
        all.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    });
    view! {
        <section class="board__wide" aria-labelledby="board-people">
            <h2 id="board-people">{tr(Key::SettingsPeople)}</h2>
            <div class="board__scroll" tabindex="0" role="region" aria-labelledby="board-people">
                <table class="board" data-testid="board-people">
                    <thead>
                        <tr>
                            <th scope="col">{tr(Key::BoardName)}</th>
                            <th scope="col" class="board__state">{tr(Key::BoardState)}</th>
                            <th scope="col">{tr(Key::FigureSlots)}</th>
                            <th scope="col">{tr(Key::FigureActive)}</th>
                            <th scope="col">{tr(Key::FigureParked)}</th>
                            <th scope="col">{tr(Key::BoardUnanswered)}</th>
                            <th scope="col">{tr(Key::BoardLast)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {each(move || order.get().into_iter().map(|id| {
                            Item::new(id.to_string(), move || row(floor, id))
                        }).collect())}
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

const fn rank(state: AgentState) -> u8 {
    match state {
        AgentState::Available => 0,
        AgentState::WrapUp => 1,
        AgentState::Busy => 2,
        AgentState::Away => 3,
        AgentState::Offline => 4,
    }
}

/// A state in a word.
pub(super) const fn state(state: AgentState) -> Key {
    match state {
        AgentState::Available => Key::AvailabilityAvailable,
        AgentState::Busy => Key::AvailabilityBusy,
        AgentState::WrapUp => Key::StateTidying,
        AgentState::Away => Key::AvailabilityAway,
        AgentState::Offline => Key::PersonGoneNow,
    }
}

const fn dot(state: AgentState) -> &'static str {
    match state {
        AgentState::Available => "dot dot--good",
        AgentState::Busy | AgentState::WrapUp => "dot dot--busy",
        AgentState::Away => "dot dot--away",
        AgentState::Offline => "dot dot--off",
    }
}

/// An agent of the board; tracked.
pub(super) fn agent(floor: Floor, id: MemberId) -> Option<BoardAgent> {
    floor.desk.live.board(|board| board.agents.iter().find(|agent| agent.member == id).cloned()).flatten()
}

fn row(floor: Floor, id: MemberId) -> AnyView {
    let live = floor.desk.live;
    let member = Memo::new(move |_| agent(floor, id));
    let name = Memo::new(move |_| live.member(id).map(|member| member.name).unwrap_or_default());
    let read = move |say: fn(&BoardAgent, f64) -> String| {
        move || member.with(|agent| agent.as_ref().map(|agent| say(agent, live.now())))
    };
    let late = move || {
        member
            .with(|agent| agent.as_ref()?.unanswered_since)
            .is_some_and(|since| live.now() - time::millis(since) > LATE_MS)
    };
    let used = move || member.with(|agent| agent.as_ref().map_or(0.0, |agent| f64::from(agent.used)));
    let capacity =
        move || member.with(|agent| agent.as_ref().map_or(1.0, |agent| f64::from(agent.capacity.max(1))));
    view! {
        <tr data-testid=move || format!("agent-{}", name.get())>
            <th scope="row">
                <button type="button" class="figure figure--name" dir="auto" data-testid="agent-open" on:click=move |_| floor.looked.set(Some(Look::Person(id)))>{name}</button>
            </th>
            <td class="board__state">
                <i class=move || member.with(|agent| agent.as_ref().map_or("dot", |agent| dot(agent.state)))></i>
                {move || member.with(|agent| agent.as_ref().map(|agent| tr(state(agent.state))()))}
                " "
                <small>{read(|agent, now| time::counter(now - time::millis(agent.since)))}</small>
            </td>
            <td>
                <meter min="0" max=capacity value=used aria-hidden="true"></meter>
                " "{read(|agent, _| format!("{} / {}", agent.used, agent.capacity))}
            </td>
            <td>{read(|agent, _| agent.active.to_string())}</td>
            <td>{read(|agent, _| agent.parked.to_string())}</td>
            <td><span class="figure" class:figure--bad=late>{read(|agent, now| {
                agent.unanswered_since.map_or_else(|| "–".to_owned(), |since| time::counter(now - time::millis(since)))
            })}</span></td>
            <td>{read(|agent, now| {
                agent.last_at.map_or_else(|| "–".to_owned(), |at| time::ago(time::millis(at), now))
            })}</td>
        </tr>
    }
    .into_any()
}

/// What a person does, in a line.
pub(super) fn line(floor: Floor, id: MemberId) -> Option<String> {
    let agent = agent(floor, id)?;
    let passed = time::counter(floor.desk.live.now() - time::millis(agent.since));
    Some(fill(Key::BoardStateSince, &[("state", tr(state(agent.state))()), ("span", &passed)]))
}
