//! Who may look after numbers: administrators, and of their own tenant only.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::ids::ChannelId;

use super::{ask, connections, introduce, order, secrets};
use crate::harness::{Engine, Options, World, sql};

on_both_engines!(only_administrators_look_after_numbers, numbers_of_others_are_like_none_at_all);

/// Every way to a number, with a body that would be taken.
fn ways(id: ChannelId) -> Vec<(Method, String, Value)> {
    let at = |rest: &str| format!("/api/channels/{id}{rest}");
    vec![
        (Method::POST, at(""), json!({ "name": "X", "colour": "teal" })),
        (Method::POST, at("/check"), json!({})),
        (Method::POST, at("/subscribe"), json!({})),
        (Method::POST, at("/register"), json!({ "pin": "123456" })),
        (Method::POST, at("/test"), json!({ "to": "+49 151 12345678" })),
        (Method::GET, at("/profile"), Value::Null),
        (Method::POST, at("/profile"), json!({ "about": "X" })),
        (Method::GET, at("/qr"), Value::Null),
    ]
}

async fn only_administrators_look_after_numbers(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let app = introduce(&world, &meta);
    let own = connections(&world.administrator().await).await.connections[0].id;
    let mut all = ways(world.alpha.sales_channel);
    all.push((Method::GET, "/api/connections".into(), Value::Null));
    all.push((Method::POST, "/api/connections/check".into(), json!({ "app": secrets(&app) })));
    all.push((Method::POST, format!("/api/connections/{own}"), json!({ "access_token": "x" })));
    all.push((Method::POST, "/api/channels".into(), order(&app)));
    for user in [world.supervisor().await, world.agent().await] {
        for (method, path, body) in &all {
            let (status, problem) = ask(&user, method.clone(), path, body).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path} {problem}");
        }
    }
    assert!(meta.control().sends().is_empty());
    let done = "SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND actor LIKE 'mem_%' \
                AND action NOT LIKE 'session.%'";
    assert_eq!(sql::number(&world.store().await, done).await, 0);
}

async fn numbers_of_others_are_like_none_at_all(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let stranger = world.stranger().await;
    let ours = ways(world.alpha.sales_channel);
    for ((method, path, body), (_, nowhere, _)) in ours.iter().zip(ways(ChannelId::new())) {
        let (status, mut theirs) = ask(&stranger, method.clone(), path, body).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}");
        let (_, mut none) = ask(&stranger, method.clone(), &nowhere, body).await;
        theirs["request_id"] = Value::Null;
        none["request_id"] = Value::Null;
        assert_eq!(theirs, none, "{method} {path}");
    }
    assert!(meta.control().sends().is_empty());
    let own = connections(&world.administrator().await).await.connections[0].id;
    assert!(connections(&stranger).await.connections.iter().all(|one| one.id != own));
}
