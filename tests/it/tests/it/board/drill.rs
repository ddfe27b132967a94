//! Behind every figure are as many conversations as it says, and those it is of.

use server::{
    clock::Clock,
    domain::board::{Watched, drill},
};
use shared::{
    error::ErrorCode,
    ids::{MemberId, QueueId},
    live::command::Command,
    model::{
        board::{Board, BoardConversations, BoardLine, BoardQuery, Figure},
        conversation::{CloseReason, ConversationState},
        queue::{QueueRules, RoutingMode},
    },
};

use crate::{
    harness::{Engine, Random, run, wait::thorough},
    routing::{
        floor::{Floor, auto},
        model::Play,
    },
};

#[test]
fn a_figure_is_what_is_behind_it_on_sqlite() {
    run(agrees(Engine::Sqlite));
}

#[test]
fn a_figure_is_what_is_behind_it_on_postgres() {
    run(agrees(Engine::Postgres));
}

#[test]
fn at_most_200_are_told() {
    run(many());
}

async fn board(floor: &Floor) -> Board {
    let now = floor.clock.now();
    floor.tenant.read(move |scoped| Watched::default().look(scoped, now)).await.unwrap()
}

async fn behind(
    floor: &Floor,
    figure: Figure,
    queue: Option<QueueId>,
    member: Option<MemberId>,
) -> BoardConversations {
    let query = BoardQuery { figure, queue, member };
    drill::conversations(&floor.tenant, floor.boss, query).await.unwrap()
}

/// What a conversation must be to stand behind a figure, as far as its row tells.
fn fits(figure: Figure, state: ConversationState) -> bool {
    match figure {
        Figure::Waiting | Figure::BlockedSkill | Figure::BlockedAbsent | Figure::BlockedFull => {
            state == ConversationState::Queued
        }
        Figure::Asked => state == ConversationState::Offered,
        Figure::Active => state == ConversationState::Assigned,
        Figure::Parked => state == ConversationState::Parked,
        Figure::Bot => state == ConversationState::Bot,
        Figure::Overdue => !matches!(state, ConversationState::Bot | ConversationState::Closed),
        Figure::Offered | Figure::Answered | Figure::Abandoned | Figure::Failed => true,
    }
}

async fn agrees(engine: Engine) {
    let seed = Random::seed();
    let mut random = Random::new(seed);
    let sequences = if thorough() { 20 } else { 2 };
    let mut not_empty = std::collections::BTreeSet::new();
    for sequence in 0..sequences {
        let mut play = Play::begin(engine, &mut random).await;
        for step in 0..90 {
            play.step(&mut random).await;
            if step % 15 != 14 {
                continue;
            }
            let board = board(&play.floor).await;
            let lines = std::iter::once(&board.total).chain(&board.queues);
            for (line, figure) in lines.flat_map(|line: &BoardLine| Figure::ALL.map(|figure| (line, figure)))
            {
                let found = behind(&play.floor, figure, line.queue, None).await;
                let case =
                    format!("TEST_SEED={seed}, sequence {sequence}, step {step}: {figure:?} of {line:?}");
                assert_eq!(found.count, figure.of(line), "{case}");
                assert!(!found.more && found.conversations.len() <= found.count as usize, "{case}");
                for one in &found.conversations {
                    assert!(fits(figure, one.state), "{case}: {one:?}");
                    let of_day = matches!(figure, Figure::Offered | Figure::Answered | Figure::Abandoned);
                    assert!(of_day || line.queue.is_none() || one.queue == line.queue, "{case}: {one:?}");
                }
                if found.count > 0 {
                    not_empty.insert(format!("{figure:?}"));
                }
            }
            for agent in &board.agents {
                for (figure, count) in [(Figure::Active, agent.active), (Figure::Parked, agent.parked)] {
                    let found = behind(&play.floor, figure, None, Some(agent.member)).await;
                    assert_eq!(found.count, count, "TEST_SEED={seed}: {figure:?} of {agent:?}");
                    assert!(found.conversations.iter().all(|one| one.assignee == Some(agent.member)));
                }
            }
        }
        play.floor.close().await;
    }
    assert!(not_empty.len() >= 6, "only {not_empty:?} were ever more than nothing");
}

async fn many() {
    let floor = Floor::new(Engine::Sqlite).await;
    let (queue, channel) = floor.queue("sales", QueueRules { mode: RoutingMode::Manual, ..auto() }).await;
    let mut all = Vec::new();
    for n in 0..203 {
        floor.clock.advance(chrono::TimeDelta::milliseconds(10));
        all.push(floor.customer(channel, n).await);
    }
    let found = behind(&floor, Figure::Waiting, Some(queue), None).await;
    assert_eq!((found.count, found.more), (203, true));
    let told: Vec<_> = found.conversations.iter().map(|one| one.id).collect();
    assert_eq!(told, all[..200], "those that wait longest");
    for id in &all[..2] {
        floor.done(floor.boss, Command::Close { conversation: *id, reason: CloseReason::Other }).await;
    }
    let gone = behind(&floor, Figure::Abandoned, None, None).await;
    assert_eq!((gone.count, gone.more, gone.conversations[0].id), (2, false, all[1]), "the last first");
    let agent = floor.agent(&[], 1).await;
    let query = BoardQuery { figure: Figure::Waiting, queue: None, member: None };
    let refused = drill::conversations(&floor.tenant, agent, query).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    floor.close().await;
}
