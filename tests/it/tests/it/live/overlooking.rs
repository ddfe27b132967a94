//! Whoever looks over somebody's shoulder is written down whatever their console says or keeps to itself.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{
    ids::ConversationId,
    live::{command::Command, event::Event},
};

use crate::{
    files::{picture, ready, sends},
    harness::{Engine, LiveClient, Options, User, World, sql, webhook::ann},
};

on_both_engines!(
    what_is_pushed_is_written_down_with_each_turn_of_whoever_holds_it,
    another_holder_within_the_hour_is_another_look,
    a_file_shows_what_somebody_holds,
);

const MONITORED: &str = "SELECT actor || ' ' || object AS t FROM audit WHERE tenant_id = $1 \
    AND action = 'conversation.monitor' ORDER BY seq";

const NO_LOOKS: &str = "CREATE TRIGGER no_looks BEFORE INSERT ON fact WHEN NEW.what = 'conversation_monitored' \
    BEGIN SELECT RAISE(ABORT, 'no look'); END";

fn at(clock: &Arc<FakeClock>) -> Options {
    Options { clock: Arc::clone(clock) as Arc<dyn Clock>, ..Options::default() }
}

fn entry(who: &User, id: ConversationId, holder: &User) -> String {
    format!("{} {id} {}", who.member, holder.member)
}

/// Whether a note with these words was pushed.
fn reads(client: &LiveClient, text: &str) -> bool {
    let words = |event: &Event| match event {
        Event::Message(message) => message.body.words().is_some_and(|words| words == text),
        _ => false,
    };
    client.events.iter().any(|logged| words(&logged.event))
}

async fn what_is_pushed_is_written_down_with_each_turn_of_whoever_holds_it(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let world = World::with(engine, at(&clock)).await;
    world.customer_writes(&ann(), "Hello?").await;
    let (id, store) = (world.only_conversation().await, world.store().await);
    let (agent, other, boss) = (world.agent().await, world.second_agent().await, world.supervisor().await);
    // It never says that it looks.
    let mut live = LiveClient::connect(&boss).await;
    assert!(live.open(id).await);
    assert!(sql::texts(&store, MONITORED).await.is_empty(), "nobody holds it");
    let mut wanted = Vec::new();
    let mut turn = async |holder: &User, command: Command, new: bool, note: &str| {
        clock.advance(TimeDelta::minutes(1));
        let done = holder.command(command).await.unwrap();
        live.reach(done.pos).await;
        clock.advance(TimeDelta::minutes(1));
        let done = holder.command(Command::note(id, note)).await.unwrap();
        live.reach(done.pos).await;
        wanted.extend(new.then(|| entry(&boss, id, holder)));
        assert!(reads(&live, note), "{note}");
        assert_eq!(sql::texts(&store, MONITORED).await, wanted, "{note}");
    };
    let take = || Command::AssignToMe { conversation: id };
    turn(&agent, take(), true, "first").await;
    turn(&agent, Command::note(id, "still theirs"), false, "second").await;
    let release = Command::Release { conversation: id };
    turn(&agent, release, false, "nobody's").await;
    turn(&agent, take(), true, "theirs again").await;
    agent.command(Command::Release { conversation: id }).await.unwrap();
    turn(&other, take(), true, "another's").await;
    clock.advance(TimeDelta::minutes(60));
    turn(&other, Command::note(id, "an hour later"), true, "late").await;
    let back = boss.command(take()).await.unwrap();
    live.reach(back.pos).await;
    assert_eq!(sql::texts(&store, MONITORED).await.len(), 4, "it is the supervisor's own");
    assert!(live.broken.is_empty() && live.refused_opens.is_empty(), "{:?}", live.broken);
    drop(live);
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_pushed() {
    let world = World::new(Engine::Sqlite).await;
    world.customer_writes(&ann(), "Hello?").await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let mut live = LiveClient::connect(&world.supervisor().await).await;
    assert!(live.open(id).await);
    // Looks alone cannot be written, everything else goes on.
    let refused = world.store().await.write(|tx| Ok(tx.parts().0.batch_execute(NO_LOOKS)?)).await;
    refused.unwrap();
    agent.command(Command::AssignToMe { conversation: id }).await.unwrap();
    let said = agent.command(Command::note(id, "between us")).await.unwrap();
    live.reach(said.pos).await;
    live.until("the timeline is closed", |c| !c.refused_opens.is_empty()).await;
    assert_eq!(live.refused_opens[0].0, id);
    assert!(!reads(&live, "between us"));
    assert_eq!(live.view().conversations[&id].assignee, Some(agent.member), "everything else is told");
    assert!(!live.open(id).await);
}

async fn another_holder_within_the_hour_is_another_look(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let world = World::with(engine, at(&clock)).await;
    world.customer_writes(&ann(), "Hello?").await;
    let (id, store) = (world.only_conversation().await, world.store().await);
    let (agent, other, boss) = (world.agent().await, world.second_agent().await, world.supervisor().await);
    let page = format!("/api/conversations/{id}/messages");
    agent.command(Command::AssignToMe { conversation: id }).await.unwrap();
    assert!(boss.get(&page).await.0.is_success() && boss.get(&page).await.0.is_success());
    assert_eq!(sql::texts(&store, MONITORED).await, [entry(&boss, id, &agent)]);
    clock.advance(TimeDelta::minutes(1));
    agent.command(Command::Release { conversation: id }).await.unwrap();
    other.command(Command::AssignToMe { conversation: id }).await.unwrap();
    assert!(boss.get(&page).await.0.is_success() && boss.get(&page).await.0.is_success());
    assert_eq!(sql::texts(&store, MONITORED).await, [entry(&boss, id, &agent), entry(&boss, id, &other)]);
}

async fn a_file_shows_what_somebody_holds(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sends(&world, &meta, "image", &picture(10, 10), json!({})).await;
    let (id, agent, boss) = (world.only_conversation().await, world.agent().await, world.supervisor().await);
    let (message, store) = (ready(&agent, id).await.id, world.store().await);
    let get = async |user: &User, form: &str| {
        let asked = user.request(Method::GET, &format!("/api/messages/{message}/{form}"));
        assert_eq!(asked.send().await.unwrap().status(), StatusCode::OK);
    };
    get(&boss, "file").await;
    assert!(sql::texts(&store, MONITORED).await.is_empty(), "nobody holds it");
    agent.command(Command::AssignToMe { conversation: id }).await.unwrap();
    get(&agent, "file").await;
    assert!(sql::texts(&store, MONITORED).await.is_empty(), "their own");
    get(&boss, "small").await;
    get(&boss, "file").await;
    let administrator = world.administrator().await;
    get(&administrator, "file").await;
    let both = [entry(&boss, id, &agent), entry(&administrator, id, &agent)];
    assert_eq!(sql::texts(&store, MONITORED).await, both);
}
