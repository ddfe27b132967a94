//! Taking replies out, and in: all of them or none.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::model::canned::{CannedScope, MOST_REPLIES};

use super::{all, created, reply, shortcuts};
use crate::harness::{Engine, User, World, sql};

on_both_engines!(
    what_was_taken_out_of_one_tenant_is_taken_into_another,
    one_wrong_entry_stops_all_and_is_named,
    an_entry_replaces_what_is_found_in_the_same_way,
    people_have_room_for_so_many_replies,
    an_agent_takes_in_and_out_what_is_their_own,
);

fn entry(shortcut: &str) -> Value {
    json!({ "for": "tenant", "shortcut": shortcut, "title": "T", "text": "Text" })
}

async fn import(user: &User, replies: Vec<Value>) -> (StatusCode, Value) {
    let file = json!({ "version": 1, "replies": replies });
    user.send(Method::POST, "/api/canned/import", &file).await
}

async fn what_was_taken_out_of_one_tenant_is_taken_into_another(engine: Engine) {
    let world = World::new(engine).await;
    let (admin, stranger) = (world.administrator().await, world.stranger().await);
    let agent = world.agent().await;
    for (scope, shortcut) in [
        (CannedScope::Tenant, "all"),
        (CannedScope::Queue(world.alpha.sales_queue), "sales"),
        (CannedScope::Personal, "mine"),
    ] {
        created(&admin, &reply(scope, shortcut)).await;
    }
    created(&agent, &reply(CannedScope::Personal, "hidden")).await;
    let (status, file) = admin.get("/api/canned/export").await;
    assert_eq!((status, &file["version"]), (StatusCode::OK, &json!(1)));
    let (status, done) = stranger.send(Method::POST, "/api/canned/import", &file).await;
    assert_eq!((status, done), (StatusCode::OK, json!({ "added": 3, "replaced": 0 })));
    // Queues go by their names: this one is the other tenant's.
    let theirs = all(&stranger).await;
    let scope = |of: &str| theirs.iter().find(|one| one.words.shortcut == of).unwrap().scope;
    assert_eq!(
        (scope("all"), scope("sales"), scope("mine")),
        (CannedScope::Tenant, CannedScope::Queue(world.beta.sales_queue), CannedScope::Personal)
    );
    assert_eq!(stranger.get("/api/canned/export").await.1, file);
    // The same file again changes nothing.
    let (_, again) = stranger.send(Method::POST, "/api/canned/import", &file).await;
    assert_eq!(again, json!({ "added": 0, "replaced": 0 }));
    assert_eq!(all(&stranger).await, theirs);
}

async fn one_wrong_entry_stops_all_and_is_named(engine: Engine) {
    let world = World::new(engine).await;
    let admin = world.administrator().await;
    let kept = created(&admin, &reply(CannedScope::Tenant, "kept")).await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut wrong = entry("wrong");
        change(&mut wrong);
        wrong
    };
    let cases = [
        (with(&|e| e["shortcut"] = json!("No")), 422, "reply_invalid"),
        (with(&|e| e["language"] = json!("German")), 422, "reply_invalid"),
        (with(&|e| e["text"] = json!(" ")), 422, "reply_invalid"),
        (with(&|e| (e["for"], e["queue"]) = (json!("queue"), json!("nowhere"))), 422, "reply_invalid"),
        (with(&|e| e["for"] = json!("queue")), 422, "reply_invalid"),
        (with(&|e| e["queue"] = json!("sales")), 422, "reply_invalid"),
        (entry("kept"), 409, "shortcut_taken"),
    ];
    for (wrong, code, name) in cases {
        // The others, before and behind it, would be fine; one of them replaces what is there.
        let (status, body) = import(&admin, vec![entry("kept"), entry("new"), wrong, entry("newer")]).await;
        assert_eq!((status.as_u16(), &body["code"]), (code, &json!(name)), "{body}");
        assert!(body["detail"].as_str().unwrap().starts_with("entry 3: "), "{body}");
        assert_eq!(all(&admin).await, std::slice::from_ref(&kept));
    }
    let later = json!({ "version": 2, "replies": [entry("new")] });
    let (status, _) = admin.send(Method::POST, "/api/canned/import", &later).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) =
        import(&admin, vec![json!({ "for": "tenant", "shortcut": "x", "colour": "red" })]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(all(&admin).await, [kept]);
    let audited = "SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND action = 'canned.import'";
    assert_eq!(sql::number(&world.store().await, audited).await, 0);
}

async fn an_entry_replaces_what_is_found_in_the_same_way(engine: Engine) {
    let world = World::new(engine).await;
    let admin = world.administrator().await;
    let tenants = created(&admin, &reply(CannedScope::Tenant, "hi")).await;
    let own = created(&admin, &reply(CannedScope::Personal, "hi")).await;
    let german =
        json!({ "for": "tenant", "shortcut": "hi", "language": "de", "title": "T", "text": "Hallo" });
    let (status, done) = import(&admin, vec![entry("hi"), german]).await;
    assert_eq!((status, done), (StatusCode::OK, json!({ "added": 1, "replaced": 1 })));
    let now = all(&admin).await;
    let found = |id| now.iter().find(|one| one.id == id).unwrap();
    assert_eq!((found(tenants.id).rev, found(tenants.id).words.text.as_str()), (2, "Text"));
    assert_eq!(*found(own.id), own);
    assert_eq!(now.len(), 3);
}

async fn people_have_room_for_so_many_replies(engine: Engine) {
    let world = World::new(engine).await;
    let admin = world.administrator().await;
    let many = |n: usize| (0..n).map(|at| entry(&format!("r{at}"))).collect::<Vec<_>>();
    let (status, body) = import(&admin, many(MOST_REPLIES + 1)).await;
    assert_eq!((status, &body["code"]), (StatusCode::CONFLICT, &json!("too_many_replies")));
    assert!(body["detail"].as_str().unwrap().starts_with(&format!("entry {}: ", MOST_REPLIES + 1)));
    assert!(all(&admin).await.is_empty());
    assert_eq!(import(&admin, many(MOST_REPLIES)).await.0, StatusCode::OK);
    let (status, body) = super::create(&admin, &reply(CannedScope::Tenant, "more")).await;
    assert_eq!((status, &body["code"]), (StatusCode::CONFLICT, &json!("too_many_replies")));
    // Nor by moving one there; but what is there can still change, and others have room of their own.
    let own = created(&admin, &reply(CannedScope::Personal, "more")).await;
    assert_eq!(super::put(&admin, own.id, &reply(CannedScope::Tenant, "more")).await.0, StatusCode::CONFLICT);
    let one = all(&admin).await.remove(0);
    assert_eq!(super::put(&admin, one.id, &reply(CannedScope::Tenant, "more")).await.0, StatusCode::OK);
}

async fn an_agent_takes_in_and_out_what_is_their_own(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, admin) = (world.agent().await, world.administrator().await);
    created(&admin, &reply(CannedScope::Tenant, "all")).await;
    let own = json!({ "for": "personal", "shortcut": "mine", "title": "T", "text": "Text" });
    assert_eq!(import(&agent, vec![own.clone()]).await.0, StatusCode::OK);
    assert_eq!(shortcuts(&agent).await, ["all", "mine"]);
    assert_eq!(shortcuts(&admin).await, ["all"]);
    let out = agent.get("/api/canned/export").await.1;
    assert_eq!(out["replies"].as_array().unwrap().len(), 1);
    // A queue that there is and one that there is not are refused alike.
    let queue =
        |name: &str| json!({ "for": "queue", "queue": name, "shortcut": "q", "title": "T", "text": "Text" });
    let mut answers = Vec::new();
    for wrong in [entry("x"), queue("sales"), queue("nowhere")] {
        let (status, mut body) = import(&agent, vec![own.clone(), wrong]).await;
        assert_eq!((status, &body["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")));
        assert!(body["detail"].as_str().unwrap().starts_with("entry 2: "));
        body["request_id"] = Value::Null;
        answers.push(body);
    }
    assert_eq!(answers[1], answers[2]);
    assert_eq!(shortcuts(&agent).await, ["all", "mine"]);
}
