//! Signing in, and asking who is signed in.

use reqwest::StatusCode;
use serde_json::{Value, json};
use server::admin::{AdminCommand, CreateMember, execute};
use shared::{
    api::session::TenantChoice,
    error::{ErrorCode, Problem},
    model::member::Role,
};

use crate::harness::{Engine, World, server::ORIGIN, world::PASSWORD};

on_both_engines!(
    that_nobody_is_signed_in_is_an_answer_and_no_failure,
    a_person_in_two_tenants_chooses_where_to_sign_in,
);

async fn that_nobody_is_signed_in_is_an_answer_and_no_failure(engine: Engine) {
    let world = World::new(engine).await;
    let url = format!("{}/api/session", world.server.base);
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert!(answer.bytes().await.unwrap().is_empty());
    let (status, session) = world.agent().await.get("/api/session").await;
    assert_eq!((status, &session["name"]), (StatusCode::OK, &json!("agent")));
}

async fn a_person_in_two_tenants_chooses_where_to_sign_in(engine: Engine) {
    let world = World::new(engine).await;
    let both = CreateMember {
        tenant: "beta".into(),
        email: world.alpha.agent.email.clone(),
        name: "agent elsewhere".into(),
        role: Role::Agent,
        password: None,
        queues: Vec::new(),
    };
    execute(&world.server.admin(), AdminCommand::CreateMember(both)).await.unwrap_or_else(|e| panic!("{e}"));

    let (status, asked) = sign_in(&world, PASSWORD, None).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let problem: Problem = serde_json::from_value(asked).unwrap();
    assert_eq!(problem.code, ErrorCode::TenantNeeded);
    let choice = |slug: &str| TenantChoice { slug: slug.into(), name: slug.into() };
    assert_eq!(problem.tenants.unwrap().0, [choice("alpha"), choice("beta")]);

    for (slug, name) in [("alpha", "agent"), ("beta", "agent elsewhere")] {
        let (status, session) = sign_in(&world, PASSWORD, Some(slug)).await;
        assert_eq!((status, &session["name"]), (StatusCode::OK, &json!(name)), "{slug}");
    }
    // Whoever does not know the password learns of no tenant.
    let (status, refused) = sign_in(&world, "guessed guessed guessed", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!((&refused["code"], refused.get("tenants")), (&json!("invalid_credentials"), None));
    let (status, _) = sign_in(&world, PASSWORD, Some("gamma")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

async fn sign_in(world: &World, password: &str, tenant: Option<&str>) -> (StatusCode, Value) {
    let answer = reqwest::Client::new()
        .post(format!("{}/api/session", world.server.base))
        .header("origin", ORIGIN)
        .json(&json!({ "email": world.alpha.agent.email, "password": password, "tenant": tenant }))
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}
