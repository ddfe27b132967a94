//! Creating, changing and deleting templates.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    error::{ErrorCode, Problem},
    model::template::{Template, TemplateCategory, TemplateStatus},
};
use simulator::{Running, TemplateNews};

use super::{listed, named, sync, until_status};
use crate::harness::{Engine, Options, User, World, eventually, sql};

on_both_engines!(
    a_new_template_is_looked_at_and_then_approved,
    what_breaks_a_rule_never_reaches_meta,
    what_meta_does_not_want_is_told_in_its_words,
    an_edited_template_is_looked_at_again,
    a_deleted_template_is_gone_with_the_next_list,
    only_who_looks_after_templates_changes_them,
);

fn texts(body: &str) -> Value {
    let examples = json!([{ "place": "body", "name": "1", "value": "Ada" }]);
    json!({ "body": body, "examples": examples, "buttons": [{ "reply": { "text": "Stop" } }] })
}

pub(super) fn new(world: &World, name: &str, body: &str) -> Value {
    json!({ "channel": world.alpha.sales_channel, "name": name, "language": "en_US",
            "category": "marketing", "texts": texts(body) })
}

async fn ask(user: &User, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
    let mut request = user.request(method, path);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

pub(super) async fn create(user: &User, body: &Value) -> Result<Template, Problem> {
    let (status, body) = ask(user, Method::POST, "/api/templates", Some(body)).await;
    match status {
        StatusCode::CREATED => Ok(serde_json::from_value(body).unwrap()),
        _ => Err(serde_json::from_value(body).unwrap()),
    }
}

pub(super) async fn edit(user: &User, id: &Template, body: &Value) -> Result<Template, Problem> {
    let (status, body) = ask(user, Method::POST, &format!("/api/templates/{}", id.id), Some(body)).await;
    match status {
        StatusCode::OK => Ok(serde_json::from_value(body).unwrap()),
        _ => Err(serde_json::from_value(body).unwrap()),
    }
}

pub(super) fn at_meta(world: &World, meta: &Running, name: &str) -> Option<simulator::Template> {
    let all = meta.control().templates(&world.alpha.sales.waba_id);
    all.into_iter().find(|template| template.name == name)
}

async fn a_new_template_is_looked_at_and_then_approved(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let supervisor = world.supervisor().await;
    let made = create(&supervisor, &new(&world, "spring", "Hi {{1}}, it is spring.")).await.unwrap();
    assert_eq!((made.status, made.category), (TemplateStatus::Pending, TemplateCategory::Marketing));
    let theirs = at_meta(&world, &meta, "spring").unwrap();
    assert_eq!(theirs.components[0]["example"], json!({ "body_text": [["Ada"]] }));
    assert_eq!(named(&supervisor, "spring").await, Some(made.clone()));
    let approved = TemplateNews::Status { status: "APPROVED".into(), reason: None };
    assert!(meta.control().tell_template(&made.account, &theirs.id, approved).await.is_ok());
    let known = named(&supervisor, "spring").await.unwrap();
    assert_eq!((known.id, known.status, known.rev), (made.id, TemplateStatus::Approved, 2));
    assert!(known.sendable());
    let audited =
        "SELECT actor || ' ' || object AS t FROM audit WHERE tenant_id = $1 AND action = 'templates.create'";
    let entries = sql::texts(&world.store().await, audited).await;
    assert_eq!(entries.len(), 1);
    assert!(entries[0].contains(&world.alpha.supervisor.member.to_string()));
    assert!(entries[0].ends_with(&made.id.to_string()));
    sync(&world).await;
    assert_eq!(listed(&supervisor, "?search=spring").await.len(), 1, "a list adds no second one");
}

async fn what_breaks_a_rule_never_reaches_meta(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let administrator = world.administrator().await;
    let refusal = create(&administrator, &new(&world, "Spring", "{{1}}, hello!")).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::TemplateInvalid);
    let detail = refusal.detail.unwrap();
    assert!(detail.contains("name has characters"), "{detail}");
    assert!(detail.contains("body has a variable at its beginning or end"), "{detail}");
    assert_eq!(meta.control().templates(&world.alpha.sales.waba_id).len(), 9);
    let mut odd = new(&world, "spring", "Hello.");
    odd["colour"] = json!("green");
    assert_eq!(create(&administrator, &odd).await.unwrap_err().code, ErrorCode::BadRequest);
}

async fn what_meta_does_not_want_is_told_in_its_words(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let supervisor = world.supervisor().await;
    let body = new(&world, "spring", "Hi {{1}}, it is spring.");
    create(&supervisor, &body).await.unwrap();
    let again = create(&supervisor, &body).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::TemplateRefused);
    assert!(again.detail.unwrap().contains("of this name in this language"));
    meta.control().refuse_template_changes([80_007, 131_000, 190]);
    let other = new(&world, "summer", "Hi {{1}}, it is summer.");
    assert_eq!(create(&supervisor, &other).await.unwrap_err().code, ErrorCode::RateLimited);
    let lost = create(&supervisor, &other).await.unwrap_err();
    assert_eq!((lost.code, lost.status), (ErrorCode::TemplateUncertain, 504));
    assert_eq!(create(&supervisor, &other).await.unwrap_err().code, ErrorCode::TemplateRefused);
    assert_eq!(named(&supervisor, "summer").await, None);
}

async fn an_edited_template_is_looked_at_again(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let supervisor = world.supervisor().await;
    let known = named(&supervisor, "autumn_offers").await.unwrap();
    let body = json!({ "texts": texts("Hi {{1}}, the winter collection is here.") });
    let edited = edit(&supervisor, &known, &body).await.unwrap();
    assert_eq!((edited.status, edited.rev), (TemplateStatus::Pending, 2));
    assert_eq!(edited.body, "Hi {{1}}, the winter collection is here.");
    assert_eq!(edited.buttons.len(), 1);
    let theirs = at_meta(&world, &meta, "autumn_offers").unwrap();
    assert_eq!(theirs.components[0]["text"], edited.body);
    assert_eq!(edit(&supervisor, &known, &body).await.unwrap_err().code, ErrorCode::TemplateFixed);
    let approved = TemplateNews::Status { status: "APPROVED".into(), reason: None };
    meta.control().tell_template(&known.account, &theirs.id, approved).await;
    until_status(&supervisor, "autumn_offers", TemplateStatus::Approved).await;
    let other = json!({ "category": "utility", "texts": texts("Hi {{1}}, hello.") });
    let fixed = edit(&supervisor, &known, &other).await.unwrap_err();
    assert_eq!(fixed.code, ErrorCode::TemplateInvalid, "the category of an approved one is fixed");
}

async fn a_deleted_template_is_gone_with_the_next_list(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let supervisor = world.supervisor().await;
    let german = listed(&supervisor, "?search=bestellung").await.remove(0);
    let path = format!("/api/templates/{}", german.id);
    assert_eq!(ask(&supervisor, Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    let left = at_meta(&world, &meta, "order_update").unwrap();
    assert_eq!(left.language, "en", "the other language stays");
    let known = listed(&supervisor, "?search=bestellung").await.remove(0);
    assert_eq!(known.status, TemplateStatus::Deleted);
    assert_eq!(ask(&supervisor, Method::DELETE, &path, None).await.0, StatusCode::CONFLICT);
    let store = world.store().await;
    let sooner = (world.server.app.store.clock().now() + chrono::TimeDelta::minutes(3)).timestamp_micros();
    let planned = format!(
        "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'sync_templates' AND due_at < {sooner}"
    );
    eventually("a list is planned", async || (sql::number(&store, &planned).await == 1).then_some(())).await;
}

async fn only_who_looks_after_templates_changes_them(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let (agent, stranger) = (world.agent().await, world.stranger().await);
    let known = named(&agent, "autumn_offers").await.unwrap();
    let body = json!({ "texts": texts("Hi {{1}}, hello.") });
    let path = format!("/api/templates/{}", known.id);
    let new = new(&world, "spring", "Hi {{1}}, it is spring.");
    assert_eq!(create(&agent, &new).await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(edit(&agent, &known, &body).await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(ask(&agent, Method::DELETE, &path, None).await.0, StatusCode::FORBIDDEN);
    assert_eq!(create(&stranger, &new).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(edit(&stranger, &known, &body).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(ask(&stranger, Method::DELETE, &path, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(&agent, Method::DELETE, "/api/templates/7", None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(named(&agent, "autumn_offers").await.unwrap(), known);
}
