//! Whoever asks too often is told when to come again, and nobody else is.

use reqwest::{Response, StatusCode};
use shared::error::{ErrorCode, Problem};

use crate::harness::{Engine, LiveClient, Options, User, World, webhook::ann};

on_both_engines!(
    a_session_that_asks_too_often_is_refused_and_no_other_one,
    an_address_that_asks_too_often_is_refused_before_anything_is_looked_up,
    what_costs_much_is_let_in_less_often,
);

/// Requests of one kind until one is refused: how many were let in, and the refusal.
async fn until_refused(most: usize, ask: impl AsyncFn() -> Response) -> (usize, Response) {
    for let_in in 0..most {
        let answer = ask().await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            return (let_in, answer);
        }
        assert!(answer.status().is_success(), "{}", answer.status());
    }
    panic!("{most} requests were let in");
}

async fn tells_when(answer: Response) {
    let seconds: u32 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    let problem: Problem = answer.json().await.unwrap();
    assert_eq!((problem.code, problem.retry_after), (ErrorCode::RateLimited, Some(seconds)));
}

async fn get(user: &User, path: &str) -> Response {
    user.request(reqwest::Method::GET, path).send().await.unwrap()
}

async fn a_session_that_asks_too_often_is_refused_and_no_other_one(engine: Engine) {
    let world = World::with(engine, Options { rate_per_session: 1, ..Options::default() }).await;
    let (eager, calm) = (world.agent().await, world.agent().await);
    let (let_in, refused) = until_refused(200, async || get(&eager, "/api/session").await).await;
    assert!(let_in >= 6, "six seconds' worth at once, not {let_in}");
    tells_when(refused).await;
    // The same person elsewhere, a colleague, a customer.
    assert_eq!(get(&calm, "/api/session").await.status(), StatusCode::OK);
    LiveClient::connect(&world.supervisor().await).await;
    world.customer_writes(&ann(), "Hello").await;
}

async fn an_address_that_asks_too_often_is_refused_before_anything_is_looked_up(engine: Engine) {
    let options = Options { rate_per_address: 1, ..Options::default() };
    let world = World::with(engine, options).await;
    let (server, http) = (&world.server, &world.server.http);
    let ask = async |path: &str| http.get(format!("{}{path}", server.base)).send().await.unwrap();
    let (_, refused) = until_refused(500, async || ask("/api/sign-in").await).await;
    tells_when(refused).await;
    // What is named in a header is nobody's address, and without a session it is the same.
    let forged = http.get(format!("{}/api/sign-in", server.base)).header("x-forwarded-for", "192.0.2.9");
    let again = [ask("/api/conversations").await, ask("/live").await, forged.send().await.unwrap()];
    let refused = again.iter().filter(|answer| answer.status() == StatusCode::TOO_MANY_REQUESTS).count();
    assert!(refused > 0, "{again:?}");
    assert_eq!(ask("/healthz").await.status(), StatusCode::OK);
    world.customer_writes(&ann(), "Hello").await;
}

async fn what_costs_much_is_let_in_less_often(engine: Engine) {
    let world = World::with(engine, Options { rate_per_session: 1_000, ..Options::default() }).await;
    let (boss, other) = (world.supervisor().await, world.administrator().await);
    let export = async || get(&boss, "/api/audit/export").await;
    let (let_in, refused) = until_refused(500, export).await;
    assert!(let_in >= 30, "{let_in}");
    tells_when(refused).await;
    assert_eq!(get(&boss, "/api/conversations").await.status(), StatusCode::OK);
    assert_eq!(get(&other, "/api/audit/export").await.status(), StatusCode::OK, "another member's");
}
