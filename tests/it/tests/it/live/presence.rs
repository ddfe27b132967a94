//! Connected means that a console is there, with some grace for reloads.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use server::{
    clock::{Clock, FakeClock, SystemClock},
    domain::members::presence,
};
use shared::{live::command::Command, model::member::Availability};

use crate::harness::{Engine, LiveClient, Options, World, sql};

on_both_engines!(
    colleagues_see_a_member_come_and_go_after_the_grace,
    a_reload_within_the_grace_is_not_seen,
    two_windows_count_as_one_presence,
    after_a_restart_those_who_do_not_come_back_are_gone,
    another_run_of_the_server_begins_no_state_anew,
    a_member_whose_socket_is_dead_is_gone_before_the_network_notices,
);

fn connected(client: &LiveClient, world: &World) -> bool {
    client.view().members[&world.alpha.agent.member].connected
}

async fn colleagues_see_a_member_come_and_go_after_the_grace(engine: Engine) {
    let world = World::new(engine).await;
    let mut watching = LiveClient::connect(&world.supervisor().await).await;
    assert!(!connected(&watching, &world));
    let client = LiveClient::connect(&world.agent().await).await;
    watching.until("the agent is there", |c| connected(c, &world)).await;
    drop(client);
    watching.until("the agent is gone", |c| !connected(c, &world)).await;
}

async fn a_reload_within_the_grace_is_not_seen(engine: Engine) {
    let mut options = Options::default();
    options.hub.grace = Duration::from_secs(2);
    let world = World::with(engine, options).await;
    let mut watching = LiveClient::connect(&world.supervisor().await).await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    watching.until("the agent is there", |c| connected(c, &world)).await;
    for _ in 0..5 {
        client = client.disconnect().resume().await;
    }
    watching
        .until("the supervisor is seen", |c| c.view().members[&world.alpha.supervisor.member].connected)
        .await;
    let facts = "SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what = 'member_disconnected'";
    let connections = "SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what = 'member_connected'";
    // Let the grace of the first leave pass: its timer must find that somebody came back.
    let busy = shared::live::command::Command::available_as(shared::model::member::Availability::Busy);
    client.done(busy).await;
    drop(client);
    watching.until("the agent is gone", |c| !connected(c, &world)).await;
    let store = world.store().await;
    assert_eq!(sql::number(&store, facts).await, 1);
    assert_eq!(sql::number(&store, connections).await, 2, "the supervisor and the agent, once each");
}

async fn two_windows_count_as_one_presence(engine: Engine) {
    let world = World::new(engine).await;
    let mut watching = LiveClient::connect(&world.supervisor().await).await;
    let agent = world.agent().await;
    let first = LiveClient::connect(&agent).await;
    let second = LiveClient::connect(&agent).await;
    watching.until("the agent is there", |c| connected(c, &world)).await;
    drop(first);
    let mut third = LiveClient::connect(&world.second_agent().await).await;
    third.until("the agent is there", |c| connected(c, &world)).await;
    drop(second);
    watching.until("the agent is gone", |c| !connected(c, &world)).await;
    let gone = "SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what = 'member_disconnected'";
    assert_eq!(sql::number(&world.store().await, gone).await, 1);
}

async fn after_a_restart_those_who_do_not_come_back_are_gone(engine: Engine) {
    let world = World::new(engine).await;
    let mut watching = LiveClient::connect(&world.supervisor().await).await;
    let client = LiveClient::connect(&world.agent().await).await;
    watching.until("the agent is there", |c| connected(c, &world)).await;
    let away = watching.disconnect();
    let world = world.restart().await;
    drop(client);
    let mut back = away.at(&world.server).resume().await;
    back.until("the agent is gone", |c| !connected(c, &world)).await;
    let me = world.alpha.supervisor.member;
    assert!(back.view().members[&me].connected, "who came back was never gone");
    assert!(back.resets.is_empty());
}

async fn another_run_of_the_server_begins_no_state_anew(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let world = World::with(engine, options).await;
    let (store, me) = (world.store().await, world.alpha.agent.member);
    let since =
        format!("SELECT changed_at AS n FROM agent_presence WHERE tenant_id = $1 AND member_id = '{me}'");
    let seen = async |connected: bool, run: &'static str| {
        clock.advance(TimeDelta::minutes(1));
        store.write(move |tx| presence::set(tx, me, connected, run)).await.unwrap();
        sql::number(&store, &since).await
    };
    let came = seen(true, "one").await;
    assert_eq!(seen(true, "two").await, came, "they are there since they came");
    let chosen = |reason: Option<&str>| Command::SetAvailability {
        availability: Availability::Away,
        reason: reason.map(str::to_owned),
    };
    let agent = world.agent().await;
    agent.command(chosen(None)).await.unwrap();
    let away = sql::number(&store, &since).await;
    assert!(away > came);
    clock.advance(TimeDelta::minutes(1));
    agent.command(chosen(Some("Lunch"))).await.unwrap();
    assert_eq!(sql::number(&store, &since).await, away, "a reason is no state");
    assert!(seen(false, "two").await > away);
}

async fn a_member_whose_socket_is_dead_is_gone_before_the_network_notices(engine: Engine) {
    let mut options = Options::default();
    options.hub.dead_after = Duration::from_millis(1_500);
    let world = World::with(engine, options).await;
    let mut watching = LiveClient::connect(&world.supervisor().await).await;
    // Nobody reads this one: no pong comes, and its TCP connection stays.
    let silent = LiveClient::connect(&world.agent().await).await;
    watching.until("the agent is there", |c| connected(c, &world)).await;
    watching.until("the agent is gone", |c| !connected(c, &world)).await;
    drop(silent);
}
