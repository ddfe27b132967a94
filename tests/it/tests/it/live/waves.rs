//! A whole house comes back after a cut: each hears of the others in few frames, and nobody is forgotten.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use crate::harness::{Engine, LiveClient, User, World, eventually, sql, wait::thorough};

on_both_engines!(verify_waves_five_hundred_who_come_back_at_once_are_told_in_twenty_frames);

/// Frames about members that each may get while all the others come.
const FRAMES: usize = 20;
const CONNECTED: &str = "SELECT count(*) AS n FROM agent_presence WHERE tenant_id = $1 AND connected";

async fn verify_waves_five_hundred_who_come_back_at_once_are_told_in_twenty_frames(engine: Engine) {
    let (agents, within) =
        if thorough() { (500, Duration::from_secs(5)) } else { (100, Duration::from_secs(2)) };
    let world = World::new(engine).await;
    let store = world.store().await;
    let users = User::crowd(&world.server, &world.alpha, agents).await;
    let all_here = Arc::new(Semaphore::new(0));
    let mut pace = tokio::time::interval(within / u32::try_from(agents).unwrap());
    let begun = std::time::Instant::now();
    let mut tasks = Vec::new();
    for user in users {
        pace.tick().await;
        let all_here = Arc::clone(&all_here);
        tasks.push(tokio::spawn(async move {
            let mut client = LiveClient::connect(&user).await;
            let everybody = |c: &LiveClient| {
                let agents_here = c.view().members.values().filter(|m| m.connected);
                agents_here.count() == agents
            };
            client.until("everybody is there", everybody).await;
            let frames = client.member_frames;
            all_here.add_permits(1);
            // Nobody leaves before everybody has seen everybody.
            drop(all_here.acquire_many(u32::try_from(agents).unwrap()).await);
            (client, frames)
        }));
    }
    let came = begun.elapsed();
    let (mut clients, mut most) = (Vec::new(), 0);
    for task in tasks {
        let (client, frames) = task.await.unwrap();
        most = most.max(frames);
        clients.push(client);
    }
    eprintln!("{agents} agents in {came:?}: {most} frames at most");
    assert!(came < Duration::from_secs(6), "the crowd took {came:?} to come");
    assert!(most <= FRAMES, "an agent got {most} frames");
    let count = i64::try_from(agents).unwrap();
    assert_eq!(sql::number(&store, CONNECTED).await, count, "routing goes by the rows");
    // And they leave as they came, but for one: they are told gone, also those who flicker.
    let last = clients.pop().unwrap();
    let back = clients.pop().unwrap().disconnect().resume().await;
    drop(clients);
    eventually("the others are gone", async || (sql::number(&store, CONNECTED).await == 2).then_some(()))
        .await;
    let seen = [last, back];
    for mut client in seen {
        client
            .until("the others are gone", |c| c.view().members.values().filter(|m| m.connected).count() == 2)
            .await;
        assert!(client.member_frames <= 2 * FRAMES);
    }
}
