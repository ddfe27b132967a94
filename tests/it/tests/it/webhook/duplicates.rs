//! Meta delivers at least once.

use reqwest::StatusCode;
use simulator::payload;

use crate::harness::{
    Engine, World, sql,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    a_duplicate_webhook_stores_one_message,
    a_body_that_is_half_known_stores_only_the_rest,
    the_same_message_id_on_another_number_is_another_message,
);

async fn a_duplicate_webhook_stores_one_message(engine: Engine) {
    let world = World::new(engine).await;
    let before = sql::gapless_head(&world.store().await).await;
    let body = payload::text_message(&world.alpha.sales, &ann(), &wamid(), unix_now(&world.server), "Hi");
    let copies = (0..50).map(|_| world.alpha.post(&world.server, &body));
    let answers = futures_util::future::join_all(copies).await;
    assert!(answers.iter().all(|status| *status == StatusCode::OK), "{answers:?}");
    let store = world.store().await;
    assert_eq!(sql::count(&store, "message").await, 1);
    let after = sql::gapless_head(&store).await;
    assert_eq!(after - before, 2, "one event for the message, one for the conversation");
    drop(store);

    let world = world.restart().await;
    assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
    let store = world.store().await;
    assert_eq!(sql::count(&store, "message").await, 1);
    assert_eq!(sql::gapless_head(&store).await, after);
    let facts = "SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what = 'message_received'";
    assert_eq!(sql::number(&store, facts).await, 1);
}

async fn a_body_that_is_half_known_stores_only_the_rest(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    let one = payload::text_message(&world.alpha.sales, &ann(), &wamid(), now, "one");
    let two = payload::text_message(&world.alpha.sales, &ann(), &wamid(), now, "two");
    assert_eq!(world.alpha.post(&world.server, &one).await, StatusCode::OK);
    let both = payload::batch([two, one.clone(), one]);
    assert_eq!(world.alpha.post(&world.server, &both).await, StatusCode::OK);
    let store = world.store().await;
    let texts = "SELECT text AS t FROM message WHERE tenant_id = $1 ORDER BY seq";
    assert_eq!(sql::texts(&store, texts).await, ["one", "two"]);
}

async fn the_same_message_id_on_another_number_is_another_message(engine: Engine) {
    let world = World::new(engine).await;
    let (id, now) = (wamid(), unix_now(&world.server));
    for line in [&world.alpha.sales, &world.alpha.open] {
        let body = payload::text_message(line, &ann(), &id, now, "Hi");
        assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
    }
    assert_eq!(sql::count(&world.store().await, "message").await, 2);
}
