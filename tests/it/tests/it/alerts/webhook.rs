//! Alerts are posted where a tenant wants them: signed, until they are taken or given up, and nowhere else.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::db::rows::alert_webhook;
use shared::{
    api::alerts::{AlertWebhookPage, LastDelivery, PostProblem},
    live::command::Command,
    model::queue::{AlertRules, QueueRules, RoutingMode},
};
use tokio::net::TcpListener;

use super::receiver::Receiver;
use crate::harness::{
    Engine, Options, User, World, eventually, sql,
    webhook::{ann, bob},
};

on_both_engines!(
    a_raise_and_its_end_are_posted_and_signed,
    what_is_not_taken_is_tried_again_and_given_up,
    what_was_stored_is_posted_by_the_next_server,
    a_receiver_that_is_removed_or_off_gets_nothing_more,
    only_administrators_say_where_and_only_to_the_public_internet,
    a_test_says_what_came_of_it,
);

const PATH: &str = "/api/alert-webhook";

async fn set(user: &User, url: &str, active: bool) -> AlertWebhookPage {
    let (status, page) = user.send(Method::PUT, PATH, &json!({ "url": url, "active": active })).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    serde_json::from_value(page).unwrap()
}

/// From so many who wait on the supervisor is told; the change is looked at once.
async fn threshold(world: &World, admin: &User, waiting_over: u32) {
    let alerts = AlertRules { waiting_over, ..AlertRules::default() };
    let rules = QueueRules { mode: RoutingMode::Manual, alerts, ..QueueRules::default() };
    let change = Command::ChangeQueue { queue: world.alpha.sales_queue, name: "sales".into(), rules };
    admin.command(change).await.unwrap();
}

async fn last(world: &World, what: &str, wanted: impl Fn(&LastDelivery) -> bool) -> LastDelivery {
    let store = world.store().await;
    eventually(what, async || {
        let row = store.read(alert_webhook::get).await.unwrap()?;
        row.last.filter(&wanted)
    })
    .await
}

async fn jobs(world: &World) -> i64 {
    let all = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'alert_webhook'";
    sql::number(&world.store().await, all).await
}

async fn two_wait(world: &World) {
    world.customer_writes(&ann(), "Hello?").await;
    world.customer_writes(&bob(), "Hello?").await;
}

async fn a_raise_and_its_end_are_posted_and_signed(engine: Engine) {
    let world = World::new(engine).await;
    let (receiver, admin) = (Receiver::start("204 No Content").await, world.administrator().await);
    let made = set(&admin, &receiver.url(), true).await;
    let secret = made.secret.unwrap();
    assert_eq!(set(&admin, &receiver.url(), true).await.secret, None, "it is told once");
    let (_, read) = admin.get(PATH).await;
    assert!(!read.to_string().contains(&secret) && read["webhook"]["url"] == json!(receiver.url()));
    two_wait(&world).await;
    threshold(&world, &admin, 1).await;
    eventually("the raise is posted", async || (receiver.taken().len() == 1).then_some(())).await;
    threshold(&world, &admin, 0).await;
    eventually("the end is posted", async || (receiver.taken().len() == 2).then_some(())).await;
    let taken = receiver.taken();
    let [raised, ended] = [taken[0].json(), taken[1].json()];
    for (post, body) in taken.iter().zip([&raised, &ended]) {
        assert_eq!(post.headers["x-switchboard-signature"], simulator::sign(&secret, post.body.as_bytes()));
        assert_eq!(json!(post.headers["x-switchboard-delivery"]), body["id"]);
        assert_eq!(post.headers["content-type"], "application/json");
        assert_eq!(body["queue"], json!({ "id": world.alpha.sales_queue, "name": "sales" }));
        assert_eq!((&body["what"], &body["threshold"]), (&json!("waiting"), &json!(1)));
        assert_eq!(body["tenant"], "alpha");
    }
    assert_eq!((&raised["state"], &raised["value"]), (&json!("raised"), &json!(2)));
    assert_eq!((&ended["state"], &ended["since"]), (&json!("ended"), &raised["since"]));
    assert_ne!(raised["id"], ended["id"]);
    assert!(ended["at"].as_str() >= raised["at"].as_str());
    last(&world, "it was taken", |last| last.status == Some(204) && last.problem.is_none()).await;
    // Another secret signs what comes next.
    let (status, renewed) = admin.send(Method::POST, "/api/alert-webhook/secret", &json!({})).await;
    assert!(status.is_success() && renewed["secret"] != json!(secret));
    threshold(&world, &admin, 1).await;
    eventually("it is posted", async || (receiver.taken().len() == 3).then_some(())).await;
    let third = &receiver.taken()[2];
    let signed = simulator::sign(renewed["secret"].as_str().unwrap(), third.body.as_bytes());
    assert_eq!(third.headers["x-switchboard-signature"], signed);
    // At rest nobody reads it.
    let stored = "SELECT secret_sealed AS t FROM alert_webhook WHERE tenant_id = $1";
    assert!(!sql::texts(&world.store().await, stored).await[0].contains(renewed["secret"].as_str().unwrap()));
}

async fn what_is_not_taken_is_tried_again_and_given_up(engine: Engine) {
    let world = World::new(engine).await;
    // Where it says to go instead nobody goes.
    let elsewhere = "302 Found\r\nlocation: /elsewhere";
    let (receiver, admin) = (Receiver::start(elsewhere).await, world.administrator().await);
    set(&admin, &receiver.url(), true).await;
    two_wait(&world).await;
    threshold(&world, &admin, 1).await;
    let given_up = last(&world, "it is given up", |last| last.gave_up).await;
    assert_eq!((given_up.status, given_up.problem), (Some(302), Some(PostProblem::Status)));
    let taken = receiver.taken();
    assert_eq!(taken.len(), 4, "once, and once after each pause");
    for post in &taken {
        assert_eq!(
            (&post.body, &post.headers["x-switchboard-delivery"]),
            (&taken[0].body, &taken[0].headers["x-switchboard-delivery"])
        );
        assert_eq!(post.path, "/hook");
    }
    assert_eq!(jobs(&world).await, 0);
    // The next one is posted all the same.
    receiver.answers("200 OK");
    threshold(&world, &admin, 0).await;
    let next = last(&world, "it was taken", |last| last.status == Some(200)).await;
    assert!(!next.gave_up && receiver.taken().len() == 5);
}

async fn what_was_stored_is_posted_by_the_next_server(engine: Engine) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let post_schedule = vec![TimeDelta::milliseconds(200); 500];
    let world = World::with(engine, Options { post_schedule, ..Options::default() }).await;
    let admin = world.administrator().await;
    set(&admin, &format!("http://127.0.0.1:{port}/hook"), true).await;
    two_wait(&world).await;
    threshold(&world, &admin, 1).await;
    let unreachable = |last: &LastDelivery| last.problem == Some(PostProblem::Unreachable);
    last(&world, "nobody is there", unreachable).await;
    let stored = "SELECT payload AS t FROM job WHERE tenant_id = $1 AND kind = 'alert_webhook'";
    let [payload] = &sql::texts(&world.store().await, stored).await[..] else { panic!("not one") };
    let payload: Value = serde_json::from_str(payload).unwrap();
    let world = world.restart().await;
    let receiver = Receiver::on(TcpListener::bind(("127.0.0.1", port)).await.unwrap(), "200 OK");
    last(&world, "it was taken", |last| last.status == Some(200)).await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 1, "raised once, whoever looks");
    assert_eq!(
        (json!(taken[0].body), taken[0].json()["id"].clone()),
        (payload["body"].clone(), payload["id"].clone())
    );
    assert_eq!(jobs(&world).await, 0);
}

async fn a_receiver_that_is_removed_or_off_gets_nothing_more(engine: Engine) {
    let post_schedule = vec![TimeDelta::milliseconds(200); 500];
    let world = World::with(engine, Options { post_schedule, ..Options::default() }).await;
    let (receiver, admin) = (Receiver::start("500 No").await, world.administrator().await);
    set(&admin, &receiver.url(), true).await;
    two_wait(&world).await;
    threshold(&world, &admin, 1).await;
    eventually("it is tried", async || (!receiver.taken().is_empty()).then_some(())).await;
    // Off: what was planned is dropped, and nothing is planned.
    set(&admin, &receiver.url(), false).await;
    eventually("nothing is planned", async || (jobs(&world).await == 0).then_some(())).await;
    threshold(&world, &admin, 0).await;
    assert_eq!(jobs(&world).await, 0);
    set(&admin, &receiver.url(), true).await;
    threshold(&world, &admin, 1).await;
    let tried = receiver.taken().len();
    eventually("it is tried again", async || (receiver.taken().len() > tried).then_some(())).await;
    assert_eq!(admin.send(Method::DELETE, PATH, &Value::Null).await.0, StatusCode::NO_CONTENT);
    eventually("nothing is planned", async || (jobs(&world).await == 0).then_some(())).await;
    assert_eq!(admin.get(PATH).await.1, json!({}));
    assert_eq!(admin.send(Method::DELETE, PATH, &Value::Null).await.0, StatusCode::NOT_FOUND);
    let audited =
        "SELECT action AS t FROM audit WHERE tenant_id = $1 AND action LIKE 'alert_webhook%' ORDER BY seq";
    let actions = sql::texts(&world.store().await, audited).await;
    assert_eq!(actions, ["set", "set", "set", "remove"].map(|action| format!("alert_webhook.{action}")));
}

async fn only_administrators_say_where_and_only_to_the_public_internet(engine: Engine) {
    let world = World::with(engine, Options { loopback: false, ..Options::default() }).await;
    let admin = world.administrator().await;
    let wanted = json!({ "url": "https://hooks.example.com/x", "active": true });
    for user in [world.agent().await, world.supervisor().await] {
        assert_eq!(user.get(PATH).await.0, StatusCode::FORBIDDEN);
        assert_eq!(user.send(Method::PUT, PATH, &wanted).await.0, StatusCode::FORBIDDEN);
        assert_eq!(user.send(Method::DELETE, PATH, &Value::Null).await.0, StatusCode::FORBIDDEN);
        for rest in ["secret", "test"] {
            let path = format!("{PATH}/{rest}");
            assert_eq!(user.send(Method::POST, &path, &json!({})).await.0, StatusCode::FORBIDDEN);
        }
    }
    for url in [
        "",
        "hooks.example.com",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://me:secret@hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://db.internal/",
    ] {
        let (status, problem) = admin.send(Method::PUT, PATH, &json!({ "url": url, "active": true })).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("value_invalid")),
            "{url}"
        );
        assert!(problem["detail"].is_string(), "{url}");
    }
    assert_eq!(admin.get(PATH).await.1, json!({}));
    set(&admin, "https://hooks.example.com/x", true).await;
    // Another tenant's administrator sees and changes their own only.
    let stranger = world.stranger().await;
    assert_eq!(stranger.get(PATH).await.1, json!({}));
    assert_eq!(stranger.send(Method::DELETE, PATH, &Value::Null).await.0, StatusCode::NOT_FOUND);
    // Whatever stands in the row is looked at again before it is called.
    let put = |tx: &mut server::db::Tx<'_>| {
        let known = alert_webhook::get(tx)?.unwrap();
        alert_webhook::put(tx, "https://127.0.0.1:1/", &known.secret_sealed, true)
    };
    world.store().await.write(put).await.unwrap();
    let (_, page) = admin.send(Method::POST, "/api/alert-webhook/test", &json!({})).await;
    assert_eq!(page["webhook"]["last"]["problem"], "address");
}

async fn a_test_says_what_came_of_it(engine: Engine) {
    let world = World::new(engine).await;
    let (receiver, admin) = (Receiver::start("418 No").await, world.administrator().await);
    let test = async || {
        let (status, page) = admin.send(Method::POST, "/api/alert-webhook/test", &json!({})).await;
        assert!(status.is_success(), "{page}");
        let page: AlertWebhookPage = serde_json::from_value(page).unwrap();
        page.webhook.unwrap().last.unwrap()
    };
    assert_eq!(admin.send(Method::POST, "/api/alert-webhook/test", &json!({})).await.0, 404);
    // Also while nothing is posted by itself.
    let secret = set(&admin, &receiver.url(), false).await.secret.unwrap();
    let failed = test().await;
    assert_eq!((failed.status, failed.problem), (Some(418), Some(PostProblem::Status)));
    receiver.answers("200 OK");
    assert_eq!(test().await.problem, None);
    let taken = receiver.taken();
    assert_eq!(taken.len(), 2, "a test is not repeated");
    assert_eq!(taken[0].json()["state"], "test");
    assert_eq!(
        taken[1].headers["x-switchboard-signature"],
        simulator::sign(&secret, taken[1].body.as_bytes())
    );
}
