//! Guessing passwords.

use std::sync::Arc;

use chrono::TimeDelta;
use reqwest::{Response, StatusCode};
use serde_json::json;
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{error::ErrorCode, live::command::Command};

use crate::harness::{Engine, Options, TestServer, User, World, server::ORIGIN, world::PASSWORD};

on_both_engines!(
    an_account_is_shut_for_a_while_also_after_a_restart,
    an_address_full_of_failures_is_open_again_within_half_a_minute,
    whoever_cannot_sign_in_reads_the_same_bytes,
);

async fn try_in(server: &TestServer, email: &str, password: &str) -> Response {
    let request = server.http.post(format!("{}/api/session", server.base)).header("origin", ORIGIN);
    request.json(&json!({ "email": email, "password": password })).send().await.unwrap()
}

/// A world in which time passes only when the test says so.
async fn timeless(engine: Engine) -> (World, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    (World::with(engine, options).await, clock)
}

async fn an_account_is_shut_for_a_while_also_after_a_restart(engine: Engine) {
    let (world, clock) = timeless(engine).await;
    let email = world.alpha.agent.email.clone();
    for _ in 0..5 {
        assert_eq!(try_in(&world.server, &email, "wrong").await.status(), StatusCode::UNAUTHORIZED);
    }
    let world = world.restart().await;
    let shut = try_in(&world.server, &email, PASSWORD).await;
    assert_eq!(shut.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: i64 = shut.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3).contains(&wait), "{wait}");
    // A colleague at the same address is not shut out, and time opens the account again.
    User::sign_in(&world.server, &world.alpha.second_agent).await;
    clock.advance(TimeDelta::seconds(wait));
    User::sign_in(&world.server, &world.alpha.agent).await;
}

async fn an_address_full_of_failures_is_open_again_within_half_a_minute(engine: Engine) {
    let (world, clock) = timeless(engine).await;
    let mut attempts = 0;
    // A stranger tries one password on many accounts, as fast as the door lets anybody.
    for n in 0..60 {
        let answer = try_in(&world.server, &format!("guess{n}@alpha.example"), "wrong").await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait: i64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!(wait <= 31, "{wait}");
            clock.advance(TimeDelta::seconds(wait));
        } else {
            attempts += 1;
        }
    }
    assert!((20..60).contains(&attempts), "{attempts} attempts were let in");
    clock.advance(TimeDelta::seconds(31));
    User::sign_in(&world.server, &world.alpha.agent).await;
}

async fn whoever_cannot_sign_in_reads_the_same_bytes(engine: Engine) {
    let world = World::new(engine).await;
    let (locked, administrator) = (world.alpha.second_agent.clone(), world.administrator().await);
    let lock = Command::SetActive { member: locked.member, active: false };
    administrator.command(lock).await.unwrap();
    let long = format!("{}@alpha.example", "x".repeat(400));
    let mut answers = Vec::new();
    for (email, password) in [
        (world.alpha.agent.email.as_str(), "wrong"),
        ("nobody@alpha.example", "wrong"),
        ("nobody@alpha.example", PASSWORD),
        (locked.email.as_str(), PASSWORD),
        ("nul\0@alpha.example", PASSWORD),
        (long.as_str(), PASSWORD),
    ] {
        let answer = try_in(&world.server, email, password).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{email}");
        assert!(!answer.headers().contains_key("set-cookie"), "{email}");
        let mut names: Vec<String> = answer.headers().keys().map(ToString::to_string).collect();
        names.sort();
        answers.push((names, answer.bytes().await.unwrap()));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    let problem: shared::error::Problem = serde_json::from_slice(&answers[0].1).unwrap();
    assert_eq!(problem.code, ErrorCode::InvalidCredentials);
}
