//! Who sees a reply, and who writes it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    ids::{CannedReplyId, QueueId},
    live::command::Command,
    model::canned::{CannedReply, CannedScope},
};

use super::{all, create, created, path, put, remove, reply, shortcuts};
use crate::harness::{Engine, World, sql};

on_both_engines!(
    everybody_writes_their_own_and_only_some_write_for_others,
    a_reply_is_seen_by_those_it_is_for,
    one_shortcut_is_one_reply_for_the_same_people_in_each_language,
    what_cannot_be_is_refused_and_says_why,
    another_tenants_replies_are_none,
    what_did_not_change_is_not_sent_again,
    every_change_is_in_the_audit,
);

async fn everybody_writes_their_own_and_only_some_write_for_others(engine: Engine) {
    let world = World::new(engine).await;
    let (supervisor, admin) = (world.supervisor().await, world.administrator().await);
    let (agent, queue) = (world.agent().await, CannedScope::Queue(world.alpha.sales_queue));
    for scope in [CannedScope::Tenant, queue] {
        let (status, body) = create(&agent, &reply(scope, "no")).await;
        assert_eq!((status, &body["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")), "{scope:?}");
        for (user, shortcut) in [(&supervisor, "s"), (&admin, "a")] {
            let mut made = created(user, &reply(scope, shortcut)).await;
            assert_eq!((made.rev, made.scope), (1, scope));
            // The agent sees it and cannot touch it, nor make it their own.
            for change in [reply(scope, "x"), reply(CannedScope::Personal, "x")] {
                assert_eq!(put(&agent, made.id, &change).await.0, StatusCode::FORBIDDEN);
            }
            assert_eq!(remove(&agent, made.id).await, StatusCode::FORBIDDEN);
            let mut change = reply(scope, shortcut);
            change.words.text = "Something else".into();
            let (status, body) = put(user, made.id, &change).await;
            assert_eq!(status, StatusCode::OK, "{body}");
            (made.rev, made.words) = (2, change.words);
            assert_eq!(serde_json::from_value::<CannedReply>(body).unwrap(), made);
            assert!(all(&agent).await.contains(&made));
            assert_eq!(remove(user, made.id).await, StatusCode::NO_CONTENT);
            assert_eq!(remove(user, made.id).await, StatusCode::NOT_FOUND);
        }
    }
    for user in [&agent, &supervisor, &admin] {
        let made = created(user, &reply(CannedScope::Personal, "mine")).await;
        // What only some may write is not had by a detour either.
        let up = put(user, made.id, &reply(CannedScope::Tenant, "mine")).await.0;
        let allowed = user.member != agent.member;
        assert_eq!(up, if allowed { StatusCode::OK } else { StatusCode::FORBIDDEN });
        assert_eq!(remove(user, made.id).await, StatusCode::NO_CONTENT);
        assert!(all(user).await.is_empty());
    }
}

async fn a_reply_is_seen_by_those_it_is_for(engine: Engine) {
    let world = World::new(engine).await;
    let (supervisor, admin) = (world.supervisor().await, world.administrator().await);
    // The first works in sales, the second in sales and support.
    let (first, second) = (world.agent().await, world.second_agent().await);
    created(&admin, &reply(CannedScope::Tenant, "all")).await;
    created(&supervisor, &reply(CannedScope::Queue(world.alpha.sales_queue), "sales")).await;
    let support =
        created(&supervisor, &reply(CannedScope::Queue(world.alpha.support_queue), "support")).await;
    for (user, own) in [(&first, "one"), (&second, "two"), (&supervisor, "three"), (&admin, "four")] {
        created(user, &reply(CannedScope::Personal, own)).await;
    }
    assert_eq!(shortcuts(&first).await, ["all", "one", "sales"]);
    assert_eq!(shortcuts(&second).await, ["all", "sales", "support", "two"]);
    assert_eq!(shortcuts(&supervisor).await, ["all", "sales", "support", "three"]);
    assert_eq!(shortcuts(&admin).await, ["all", "four", "sales", "support"]);
    // Whatever is out of sight answers like what never was, whoever asks.
    let hidden = all(&first).await.into_iter().find(|one| one.words.shortcut == "one").unwrap();
    for (user, id) in [(&first, support.id), (&second, hidden.id), (&admin, hidden.id)] {
        let change = reply(CannedScope::Personal, "x");
        let nobodys = put(user, CannedReplyId::new(), &change).await;
        assert_eq!((put(user, id, &change).await.0, nobodys.0), (nobodys.0, StatusCode::NOT_FOUND));
        assert_eq!(remove(user, id).await, StatusCode::NOT_FOUND);
        let upload = user.send(Method::POST, &format!("{}/upload", path(id)), &json!({})).await;
        assert_eq!(upload.0, StatusCode::NOT_FOUND);
    }
    // Whoever leaves a queue leaves its replies.
    let queues = vec![world.alpha.support_queue];
    admin.command(Command::SetQueues { member: first.member, queues }).await.unwrap();
    assert_eq!(shortcuts(&first).await, ["all", "one", "support"]);
}

async fn one_shortcut_is_one_reply_for_the_same_people_in_each_language(engine: Engine) {
    let world = World::new(engine).await;
    let (supervisor, agent) = (world.supervisor().await, world.agent().await);
    let queues = [world.alpha.sales_queue, world.alpha.support_queue].map(CannedScope::Queue);
    for scope in [CannedScope::Tenant, CannedScope::Personal, queues[0], queues[1]] {
        for language in ["", "de", "de-at"] {
            let mut one = reply(scope, "hi");
            one.words.language = language.into();
            let made = created(&supervisor, &one).await;
            let (status, body) = create(&supervisor, &one).await;
            assert_eq!((status, &body["code"]), (StatusCode::CONFLICT, &json!("shortcut_taken")));
            // It does not stand in its own way.
            assert_eq!(put(&supervisor, made.id, &one).await.0, StatusCode::OK);
        }
    }
    let other = created(&supervisor, &reply(CannedScope::Tenant, "other")).await;
    let (status, body) = put(&supervisor, other.id, &reply(CannedScope::Tenant, "hi")).await;
    assert_eq!((status, &body["code"]), (StatusCode::CONFLICT, &json!("shortcut_taken")));
    // Nobody learns what others have of their own.
    created(&agent, &reply(CannedScope::Personal, "hi")).await;
    let mut seen = shortcuts(&agent).await;
    assert_eq!(seen.pop().as_deref(), Some("other"));
    // Everybody's, those of the queue, and the agent's own.
    assert_eq!(seen, ["hi"; 3 + 3 + 1]);
}

async fn what_cannot_be_is_refused_and_says_why(engine: Engine) {
    let world = World::new(engine).await;
    let supervisor = world.supervisor().await;
    let with = |part: &str, value: &str| {
        let mut body = json!(reply(CannedScope::Personal, "hi"));
        body["words"][part] = json!(value);
        body
    };
    let bad = [
        ("shortcut", "No Way", "shortcut"),
        ("language", "German", "language"),
        ("title", " ", "title"),
        ("text", "", "text"),
        ("folder", "a\nb", "folder"),
    ];
    for (part, value, said) in bad {
        let (status, body) = supervisor.send(Method::POST, "/api/canned", &with(part, value)).await;
        assert_eq!((status, &body["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("reply_invalid")));
        assert!(body["detail"].as_str().unwrap().contains(said), "{body}");
    }
    let no_queue = create(&supervisor, &reply(CannedScope::Queue(QueueId::new()), "hi")).await;
    assert_eq!(no_queue.0, StatusCode::NOT_FOUND);
    let mut foreign = json!(reply(CannedScope::Personal, "hi"));
    foreign["member"] = json!(world.alpha.agent.member);
    let (status, _) = supervisor.send(Method::POST, "/api/canned", &foreign).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // Blanks around are no difference.
    let tidy: CannedReply = {
        let (status, body) = supervisor.send(Method::POST, "/api/canned", &with("text", "  Hello\n ")).await;
        assert_eq!(status, StatusCode::CREATED);
        serde_json::from_value(body).unwrap()
    };
    assert_eq!(tidy.words.text, "Hello");
    assert_eq!(all(&supervisor).await, [tidy]);
}

async fn another_tenants_replies_are_none(engine: Engine) {
    let world = World::new(engine).await;
    let (stranger, admin) = (world.stranger().await, world.administrator().await);
    let theirs = created(&stranger, &reply(CannedScope::Tenant, "theirs")).await;
    assert!(all(&admin).await.is_empty());
    assert_eq!(admin.get("/api/canned/export").await.1["replies"], json!([]));
    // Byte for byte as if it had never been, but for the id of the request.
    let asked = async |method: Method, id: CannedReplyId, body: Value| {
        let (status, mut answer) = match body {
            Value::Null => admin.send(method, &path(id), &body).await,
            _ => admin.send(method, &path(id), &body).await,
        };
        answer["request_id"] = Value::Null;
        (status, answer)
    };
    let change = json!(reply(CannedScope::Tenant, "mine"));
    for (method, body) in [(Method::PUT, change), (Method::DELETE, Value::Null)] {
        let (real, random) = (
            asked(method.clone(), theirs.id, body.clone()).await,
            asked(method, CannedReplyId::new(), body).await,
        );
        assert_eq!((real.0, &real), (StatusCode::NOT_FOUND, &random));
    }
    let queue = reply(CannedScope::Queue(world.beta.sales_queue), "hi");
    assert_eq!(create(&admin, &queue).await.0, StatusCode::NOT_FOUND);
    assert_eq!(all(&stranger).await, [theirs]);
}

async fn what_did_not_change_is_not_sent_again(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, second) = (world.agent().await, world.second_agent().await);
    let asked = async |tag: &str| {
        let request = agent.request(Method::GET, "/api/canned").header("if-none-match", tag);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.headers()["etag"].to_str().unwrap().to_owned())
    };
    let (status, tag) = asked("\"nothing\"").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(asked(&tag).await, (StatusCode::NOT_MODIFIED, tag.clone()));
    // What others have of their own is no change.
    created(&second, &reply(CannedScope::Personal, "hi")).await;
    assert_eq!(asked(&tag).await.0, StatusCode::NOT_MODIFIED);
    created(&agent, &reply(CannedScope::Personal, "hi")).await;
    let (status, new) = asked(&tag).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(new, tag);
}

async fn every_change_is_in_the_audit(engine: Engine) {
    let world = World::new(engine).await;
    let agent = world.agent().await;
    let made = created(&agent, &reply(CannedScope::Personal, "hi")).await;
    assert_eq!(create(&agent, &reply(CannedScope::Personal, "hi")).await.0, StatusCode::CONFLICT);
    assert_eq!(put(&agent, made.id, &reply(CannedScope::Personal, "ho")).await.0, StatusCode::OK);
    assert_eq!(remove(&agent, made.id).await, StatusCode::NO_CONTENT);
    let entries = "SELECT action || ' ' || object AS t FROM audit WHERE tenant_id = $1 AND action LIKE 'canned.%' ORDER BY seq";
    let wanted = ["create", "change", "remove"].map(|done| format!("canned.{done} {}", made.id));
    assert_eq!(sql::texts(&world.store().await, entries).await, wanted);
}
