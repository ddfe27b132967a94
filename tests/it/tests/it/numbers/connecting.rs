//! From an app's secrets to a number that receives.

use serde_json::json;
use shared::{api::numbers::CheckedConnection, error::ErrorCode, model::health::NumberState};
use simulator::{TokenNode, Utterance};

use super::{check, connect, connections, introduce, order, post, refused, secrets, until};
use crate::harness::{Engine, LiveClient, Options, World, eventually, sql};

on_both_engines!(
    an_app_tells_which_numbers_it_reaches_and_nothing_is_stored,
    each_wrong_field_is_told_by_its_own_code,
    a_connected_number_receives_once_meta_knows_the_address,
    a_second_number_uses_the_app_that_is_there,
    a_number_belongs_to_one_tenant_whoever_has_the_token,
    secrets_go_in_and_never_come_out,
    another_token_and_secret_are_verified_before_they_count,
);

async fn an_app_tells_which_numbers_it_reaches_and_nothing_is_stored(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, app) = (world.administrator().await, introduce(&world, &meta));
    let look = json!({ "app": secrets(&app) });
    let found = post(&admin, "/api/connections/check", &look).await.unwrap();
    let found: CheckedConnection = serde_json::from_value(found).unwrap();
    assert_eq!((found.expires_at, found.accounts.len()), (None, 1));
    let account = &found.accounts[0];
    assert_eq!((account.id.as_str(), account.numbers.len()), (app.waba_id.as_str(), 1));
    assert_eq!((account.numbers[0].name.as_deref(), account.numbers[0].taken), (Some("Gamma"), false));
    let nameless = TokenNode { names_accounts: false, ..TokenNode::default() };
    meta.control().set_token(&app.app_id, nameless);
    let found = post(&admin, "/api/connections/check", &look).await.unwrap();
    assert_eq!(found["accounts"], json!([]), "a token need not name its accounts");
    let named = json!({ "app": secrets(&app), "account": app.waba_id });
    let found = post(&admin, "/api/connections/check", &named).await.unwrap();
    assert_eq!(found["accounts"][0]["numbers"][0]["id"], "900000000000005");
    let own = connections(&admin).await.connections[0].id;
    let found = post(&admin, "/api/connections/check", &json!({ "connection": own })).await.unwrap();
    assert_eq!(found["accounts"][0]["numbers"][0]["taken"], true);
    assert_eq!(connections(&admin).await.connections.len(), 1, "nothing is stored");
}

async fn each_wrong_field_is_told_by_its_own_code(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, app) = (world.administrator().await, introduce(&world, &meta));
    let with = |key: &str, value: &str| {
        let mut order = order(&app);
        order["app"][key] = value.into();
        order
    };
    let path = "/api/channels";
    assert_eq!(refused(&admin, path, &with("app_id", "12")).await, ErrorCode::AppRefused);
    assert_eq!(refused(&admin, path, &with("app_id", "../me")).await, ErrorCode::AppRefused);
    assert_eq!(refused(&admin, path, &with("app_secret", "wrong")).await, ErrorCode::AppRefused);
    assert_eq!(refused(&admin, path, &with("access_token", "wrong")).await, ErrorCode::TokenRefused);
    let others = with("access_token", world.alpha.access_token);
    assert_eq!(refused(&admin, path, &others).await, ErrorCode::TokenRefused, "another app's token");
    let mut other = order(&app);
    other["account"] = world.beta.sales.waba_id.clone().into();
    assert_eq!(refused(&admin, path, &other).await, ErrorCode::AccountRefused);
    let mut other = order(&app);
    other["phone_number_id"] = "900000000000003".into();
    assert_eq!(refused(&admin, path, &other).await, ErrorCode::NumberRefused);
    let weak = TokenNode { scopes: vec!["whatsapp_business_messaging".into()], ..TokenNode::default() };
    meta.control().set_token(&app.app_id, weak);
    let problem = post(&admin, path, &order(&app)).await.unwrap_err();
    assert_eq!(problem.code, ErrorCode::TokenTooWeak);
    assert_eq!(problem.detail.as_deref(), Some("whatsapp_business_management"));
    let over = TokenNode { expires_at: 1_700_000_000, ..TokenNode::default() };
    meta.control().set_token(&app.app_id, over);
    assert_eq!(refused(&admin, path, &order(&app)).await, ErrorCode::TokenRefused);
    meta.control().set_token(&app.app_id, TokenNode::default());
    let mut nameless = order(&app);
    nameless["name"] = " ".into();
    assert_eq!(refused(&admin, path, &nameless).await, ErrorCode::TextEmpty);
    meta.stop().await;
    assert_eq!(refused(&admin, path, &order(&app)).await, ErrorCode::MetaUnreachable);
    assert_eq!(connections(&admin).await.connections.len(), 1, "nothing is stored");
}

async fn a_connected_number_receives_once_meta_knows_the_address(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, mut app) = (world.administrator().await, introduce(&world, &meta));
    let mut client = LiveClient::connect(&admin).await;
    let made = connect(&admin, &app).await;
    let page = connections(&admin).await;
    let own = page.connections.iter().find(|one| one.id == made.connection).unwrap();
    assert_eq!((own.name.as_str(), own.channels.as_slice()), ("Switchboard", [made.channel].as_slice()));
    let webhook = own.webhook.clone().unwrap();
    let path = webhook.callback_url.strip_prefix("http://localhost:8080").unwrap();
    until(&mut client, |view| {
        view.channels.get(&made.channel).is_some_and(|channel| channel.name == "Gamma shop")
    })
    .await;
    until(&mut client, |view| {
        view.health.get(&made.channel).is_some_and(|health| health.facts.checked_at.is_some())
    })
    .await;
    app.verify_token = webhook.verify_token;
    app.webhook_url = Some(format!("{}{path}", world.server.base));
    meta.control().add_app(app.clone());
    assert!(meta.control().verify(Some(&app.app_id)).await.ok);
    until(&mut client, |view| view.health[&made.channel].facts.calls.confirmed_at.is_some()).await;
    let said = Utterance {
        phone_number_id: Some(app.numbers[0].phone_number_id.clone()),
        ..Utterance::text("Hello?")
    };
    assert_eq!(meta.control().say("4915200000009", said).await.status, Some(200));
    until(&mut client, |view| view.health[&made.channel].facts.calls.webhook_at.is_some()).await;
    until(&mut client, |view| view.conversations.values().any(|one| one.channel == made.channel)).await;
    app.app_secret = "forged".into();
    meta.control().add_app(app.clone());
    let said = Utterance {
        phone_number_id: Some(app.numbers[0].phone_number_id.clone()),
        ..Utterance::text("And?")
    };
    assert_eq!(meta.control().say("4915200000009", said).await.status, Some(403));
    until(&mut client, |view| view.health[&made.channel].facts.calls.refused_at.is_some()).await;
}

async fn a_second_number_uses_the_app_that_is_there(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, mut app) = (world.administrator().await, introduce(&world, &meta));
    let first = connect(&admin, &app).await;
    let mut second = app.numbers[0].clone();
    second.phone_number_id = "900000000000006".into();
    second.display_phone_number = "+49 30 5550106".into();
    app.numbers.push(second);
    app.access_token = "gamma-access-token-2".into();
    meta.control().add_app(app.clone());
    let mut order = order(&app);
    order["phone_number_id"] = "900000000000006".into();
    let made = post(&admin, "/api/channels", &order).await.unwrap();
    assert_eq!(made["connection"], first.connection.to_string(), "one app has one address");
    order["app"] = serde_json::Value::Null;
    order["connection"] = first.connection.to_string().into();
    assert_eq!(refused(&admin, "/api/channels", &order).await, ErrorCode::NumberTaken);
    let page = connections(&admin).await;
    assert_eq!(page.connections.iter().find(|one| one.id == first.connection).unwrap().channels.len(), 2);
    let health = check(&admin, first.channel).await;
    assert_eq!(health.facts.token.valid, Some(true), "the newer token counts");
}

async fn a_number_belongs_to_one_tenant_whoever_has_the_token(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, app) = (world.administrator().await, introduce(&world, &meta));
    connect(&admin, &app).await;
    let stranger = world.stranger().await;
    assert_eq!(refused(&stranger, "/api/channels", &order(&app)).await, ErrorCode::NumberTaken);
    assert_eq!(connections(&stranger).await.connections.len(), 1);
    let theirs = connections(&admin).await.connections[0].id;
    let mut order = order(&app);
    order["app"] = serde_json::Value::Null;
    order["connection"] = theirs.to_string().into();
    assert_eq!(refused(&stranger, "/api/channels", &order).await, ErrorCode::NotFound, "another's app");
}

async fn secrets_go_in_and_never_come_out(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, app) = (world.administrator().await, introduce(&world, &meta));
    let made = connect(&admin, &app).await;
    let paths = ["/api/connections".to_owned(), format!("/api/channels/{}/profile", made.channel)];
    for path in paths {
        let text = admin.request(reqwest::Method::GET, &path).send().await.unwrap().text().await.unwrap();
        for secret in [&app.app_secret, &app.access_token] {
            assert!(!text.contains(secret.as_str()), "{path}");
        }
    }
    let audited = "SELECT action || ' ' || actor AS t FROM audit WHERE tenant_id = $1 AND object = ";
    let entries = sql::texts(&world.store().await, &format!("{audited} '{}'", made.channel)).await;
    assert_eq!(entries, [format!("channel.add {}", admin.member)]);
    let entries = sql::texts(&world.store().await, &format!("{audited} '{}'", made.connection)).await;
    assert_eq!(entries, [format!("connection.use {}", admin.member)]);
}

async fn another_token_and_secret_are_verified_before_they_count(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, mut app) = (world.administrator().await, introduce(&world, &meta));
    let made = connect(&admin, &app).await;
    let path = format!("/api/connections/{}", made.connection);
    assert_eq!(refused(&admin, &path, &json!({ "access_token": "wrong" })).await, ErrorCode::TokenRefused);
    assert_eq!(refused(&admin, &path, &json!({ "app_secret": "wrong" })).await, ErrorCode::AppRefused);
    app.access_token = "gamma-access-token-2".into();
    app.app_secret = "gamma-app-secret-2".into();
    meta.control().add_app(app.clone());
    assert_eq!(
        check(&admin, made.channel).await.facts.token.valid,
        Some(false),
        "the old one is worth nothing"
    );
    let both = json!({ "access_token": app.access_token, "app_secret": app.app_secret });
    post(&admin, &path, &both).await.unwrap();
    let health = check(&admin, made.channel).await;
    assert_eq!(health.facts.token.valid, Some(true));
    assert_eq!(health.facts.number.state, Some(NumberState::Connected));
    let stranger = world.stranger().await;
    assert_eq!(refused(&stranger, &path, &both).await, ErrorCode::NotFound);
    let replaced =
        "SELECT action AS t FROM audit WHERE tenant_id = $1 AND action LIKE 'connection.%' ORDER BY seq";
    eventually("both are in the tenant's chain", async || {
        let entries = sql::texts(&world.store().await, replaced).await;
        (entries == ["connection.use", "connection.secret.add", "connection.token.set"]).then_some(())
    })
    .await;
}
