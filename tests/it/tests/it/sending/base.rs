//! Two colleagues, one customer, one question: whoever answers without having seen the other's answer is told.

use shared::{
    error::{ErrorCode, Problem},
    ids::{CommandKey, ConversationId},
    live::command::Command,
    model::outgoing::Outgoing,
};

use crate::{
    harness::{Engine, LiveClient, User, World, sql, webhook::ann},
    webhook::changes::timeline,
};

on_both_engines!(
    an_answer_that_crosses_a_colleagues_is_refused_names_it_and_sends_nothing,
    what_is_no_answer_of_a_colleagues_is_in_nobodys_way,
    of_many_who_answer_the_same_question_at_once_one_is_heard,
);

const SENT: &str = "SELECT count(*) AS n FROM message WHERE tenant_id = $1 AND delivery IS NOT NULL";

fn answer(conversation: ConversationId, base: Option<u64>, text: &str) -> Command {
    Command::Send { conversation, answers: None, base, what: Outgoing::Text { text: text.into() } }
}

async fn newest(user: &User, id: ConversationId) -> u64 {
    timeline(user, id).await.last().map_or(0, |message| message.seq)
}

async fn refused(user: &User, command: Command) -> Problem {
    user.command(command).await.expect_err("a refusal")
}

async fn an_answer_that_crosses_a_colleagues_is_refused_names_it_and_sends_nothing(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "In green?").await;
    let id = world.only_conversation().await;
    let (agent, boss, store) = (world.agent().await, world.supervisor().await, world.store().await);
    let seen = newest(&boss, id).await;
    let first = agent.command(answer(id, Some(seen), "Yes.")).await.unwrap().message.unwrap();
    // Over both doors, as often as it is tried.
    let problem = refused(&boss, answer(id, Some(seen), "No.")).await;
    assert_eq!(problem.code, ErrorCode::ColleagueAnswered);
    assert_eq!(problem.message.as_deref(), Some(&first));
    let mut live = LiveClient::connect(&boss).await;
    let key = CommandKey::new();
    for _ in 0..2 {
        let problem = live.keyed(key, answer(id, Some(seen), "No.")).await.unwrap_err();
        assert_eq!((problem.code, problem.message.as_deref()), (ErrorCode::ColleagueAnswered, Some(&first)));
    }
    // An agent who may not act for others hears the same, not only that somebody else holds it.
    let problem = refused(&world.second_agent().await, answer(id, Some(seen), "No.")).await;
    assert_eq!((problem.code, problem.message.as_deref()), (ErrorCode::ColleagueAnswered, Some(&first)));
    assert_eq!(sql::number(&store, SENT).await, 1);
    // Having seen it, or not asking, they may; and the key that was refused is not used up.
    let seen = newest(&boss, id).await;
    live.keyed(key, answer(id, Some(seen), "No.")).await.unwrap();
    assert_eq!(sql::number(&store, SENT).await, 2);
}

async fn what_is_no_answer_of_a_colleagues_is_in_nobodys_way(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "In green?").await;
    let id = world.only_conversation().await;
    let (agent, boss) = (world.agent().await, world.supervisor().await);
    let seen = newest(&agent, id).await;
    world.customer_writes(&ann(), "Or blue?").await;
    boss.command(Command::AddNote { conversation: id, text: "Green is out.".into(), mentions: Vec::new() })
        .await
        .unwrap();
    agent.command(answer(id, Some(seen), "Blue it is.")).await.unwrap();
    // The own answer, and what was taken on the way.
    let key = CommandKey::new();
    let done = agent.keyed(key, answer(id, Some(seen), "Anything else?")).await.unwrap();
    // A colleague answers: the same key still answers the same, and another is refused.
    boss.command(answer(id, None, "I am the boss.")).await.unwrap();
    assert_eq!(agent.keyed(key, answer(id, Some(seen), "Anything else?")).await.unwrap(), done);
    assert_eq!(agent.refused(answer(id, Some(seen), "Bye.")).await, ErrorCode::ColleagueAnswered);
    let other = agent.keyed(key, answer(id, None, "Anything else?")).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::KeyReused, "what its author had seen is part of the command");
    agent.command(answer(id, Some(newest(&agent, id).await), "Bye.")).await.unwrap();
}

async fn of_many_who_answer_the_same_question_at_once_one_is_heard(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store().await;
    let users = [world.supervisor().await, world.administrator().await];
    let mut id = None;
    for round in 1..=10 {
        world.customer_writes(&ann(), "Hello?").await;
        let id = match id {
            Some(id) => id,
            None => *id.insert(world.only_conversation().await),
        };
        let seen = newest(&users[0], id).await;
        let both = users.iter().map(|user| user.command(answer(id, Some(seen), "Here I am.")));
        let answers = futures_util::future::join_all(both).await;
        let lost: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        let won: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()?.message).collect();
        assert_eq!((won.len(), lost.len()), (1, 1), "{answers:?}");
        assert_eq!((lost[0].code, lost[0].message.as_deref()), (ErrorCode::ColleagueAnswered, won.first()));
        assert_eq!(sql::number(&store, SENT).await, round);
    }
}
