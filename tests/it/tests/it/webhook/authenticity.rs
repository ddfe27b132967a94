//! Who may call the webhook.

use reqwest::StatusCode;
use server::admin::{AddSecret, AdminCommand, AdminError, RemoveSecret, execute};
use simulator::payload;

use crate::harness::{
    Engine, World, sql,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    the_handshake_answers_the_challenge_only_for_the_right_token,
    what_is_not_signed_by_the_app_is_refused_and_not_stored,
    an_app_secret_is_renewed_without_a_gap,
);

async fn the_handshake_answers_the_challenge_only_for_the_right_token(engine: Engine) {
    let world = World::new(engine).await;
    let ask = async |key: &str, mode: &str, token: &str| {
        let url = format!("{}/webhooks/whatsapp/{key}", world.server.base);
        let query = [("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", "1158201444")];
        let url = reqwest::Url::parse_with_params(&url, query).unwrap();
        let answer = world.server.http.get(url).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (key, token) = (world.alpha.key.as_str(), world.alpha.verify_token);
    assert_eq!(ask(key, "subscribe", token).await, (StatusCode::OK, "1158201444".to_owned()));
    assert_eq!(ask(key, "subscribe", world.beta.verify_token).await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask(key, "subscribe", "").await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask(key, "unsubscribe", token).await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask("0000", "subscribe", token).await.0, StatusCode::NOT_FOUND);
}

async fn what_is_not_signed_by_the_app_is_refused_and_not_stored(engine: Engine) {
    let world = World::new(engine).await;
    let body = payload::text_message(&world.alpha.sales, &ann(), &wamid(), unix_now(&world.server), "Hi");
    let body = body.to_string();
    let post = async |key: &str, signatures: &[String]| {
        let url = format!("{}/webhooks/whatsapp/{key}", world.server.base);
        let mut request = world.server.http.post(url).body(body.clone());
        for signature in signatures {
            request = request.header("x-hub-signature-256", signature);
        }
        request.send().await.unwrap().status()
    };
    let good = simulator::sign(world.alpha.secret, body.as_bytes());
    let others = simulator::sign(world.beta.secret, body.as_bytes());
    let other_bytes = simulator::sign(world.alpha.secret, b"{}");
    let key = world.alpha.key.as_str();
    assert_eq!(post(key, &[]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(post(key, std::slice::from_ref(&others)).await, StatusCode::FORBIDDEN);
    assert_eq!(post(key, &[other_bytes]).await, StatusCode::FORBIDDEN);
    assert_eq!(post(key, &[good.to_uppercase().replace("SHA256", "sha256")]).await, StatusCode::FORBIDDEN);
    assert_eq!(post(key, &[others, good.clone()]).await, StatusCode::FORBIDDEN);
    assert_eq!(post("0000", std::slice::from_ref(&good)).await, StatusCode::NOT_FOUND);

    let store = world.store().await;
    for table in ["message", "conversation", "contact", "raw_item", "early_status"] {
        assert_eq!(sql::count(&store, table).await, 0, "{table}");
    }
    assert_eq!(world.quarantined().await, 0);
    assert_eq!(post(key, &[good]).await, StatusCode::OK);
    assert_eq!(sql::count(&store, "message").await, 1);
}

async fn an_app_secret_is_renewed_without_a_gap(engine: Engine) {
    let mut world = World::new(engine).await;
    let (old, new) = (world.alpha.secret, "alpha-app-secret-renewed");
    let key = world.alpha.key.clone();
    let admin = world.server.admin();
    let remove = |number| AdminCommand::RemoveSecret(RemoveSecret { connection: key.clone(), number });
    let only = execute(&admin, remove(1)).await;
    assert!(matches!(only, Err(AdminError::Refused(_))), "without a secret nothing could be verified");

    let add = AddSecret { connection: key.clone(), app_secret: new.into() };
    let added = execute(&admin, AdminCommand::AddSecret(add)).await.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(added["number"], 2);
    let mut post = async |secret| {
        world.alpha.secret = secret;
        let body = payload::text_message(&world.alpha.sales, &ann(), &wamid(), unix_now(&world.server), "Hi");
        world.alpha.post(&world.server, &body).await
    };
    assert_eq!(post(old).await, StatusCode::OK);
    assert_eq!(post(new).await, StatusCode::OK);

    execute(&admin, remove(1)).await.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(post(old).await, StatusCode::FORBIDDEN);
    assert_eq!(post(new).await, StatusCode::OK);
    let twice = execute(&admin, remove(1)).await;
    assert!(matches!(twice, Err(AdminError::Refused(_))));

    // Also after a restart, when nothing is remembered.
    let mut world = world.restart().await;
    for (secret, wanted) in [(old, StatusCode::FORBIDDEN), (new, StatusCode::OK)] {
        world.alpha.secret = secret;
        let body = payload::text_message(&world.alpha.sales, &ann(), &wamid(), unix_now(&world.server), "Hi");
        assert_eq!(world.alpha.post(&world.server, &body).await, wanted);
    }
    assert_eq!(sql::count(&world.store().await, "message").await, 4);
}
