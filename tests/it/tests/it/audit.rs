//! The audit log as people read it: whoever may, whatever fits, and where it ends is noted elsewhere.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{FixedOffset, TimeDelta};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::{
    clock::{Clock, FakeClock, SystemClock, micros},
    db::control,
};
use shared::{
    api::audit::{AUDIT_PAGE, AuditActor, AuditEntry, AuditPage},
    live::command::Command,
    model::conversation::CloseReason,
};

use crate::harness::{Engine, Options, User, World, eventually, sql, webhook::ann};

on_both_engines!(
    whoever_may_sees_what_all_did_and_others_their_own,
    what_is_looked_for_is_what_a_recount_finds,
    pages_follow_one_another_without_a_gap,
    signing_in_and_out_is_noted_and_a_wrong_password_is_not,
    a_file_has_every_entry_once,
    days_are_those_of_the_tenants_zone,
    where_it_ends_is_noted_elsewhere_once_a_day,
);

async fn page(user: &User, query: &str) -> Result<AuditPage, StatusCode> {
    let (status, body) = user.get(&format!("/api/audit{query}")).await;
    if status.is_success() { Ok(serde_json::from_value(body).unwrap()) } else { Err(status) }
}

async fn entries(user: &User, query: &str) -> Vec<AuditEntry> {
    page(user, query).await.unwrap().entries
}

/// Everything in the table that fits a condition, the newest first.
async fn stored(world: &World, condition: &str) -> Vec<String> {
    let all = format!(
        "SELECT seq || ' ' || actor || ' ' || action || ' ' || object AS t FROM audit \
         WHERE tenant_id = $1 AND ({condition}) ORDER BY seq DESC"
    );
    sql::texts(&world.store().await, &all).await
}

fn told(entries: &[AuditEntry]) -> Vec<String> {
    let actor = |entry: &AuditEntry| match entry.actor {
        AuditActor::Member(id) => id.to_string(),
        AuditActor::Operator => "operator".to_owned(),
        AuditActor::System => "system".to_owned(),
    };
    entries
        .iter()
        .map(|entry| format!("{} {} {} {}", entry.seq, actor(entry), entry.action, entry.object))
        .collect()
}

async fn whoever_may_sees_what_all_did_and_others_their_own(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, boss) = (world.agent().await, world.supervisor().await);
    world.customer_writes(&ann(), "Hello").await;
    let conversation = world.only_conversation().await;
    agent.command(Command::AssignToMe { conversation }).await.unwrap();
    boss.command(Command::SetPriority { conversation, secs: 60 }).await.unwrap();
    let own = format!("?member={}", agent.member);
    let seen = entries(&agent, &own).await;
    assert!(seen.iter().all(|entry| entry.actor == AuditActor::Member(agent.member)));
    assert_eq!(seen[0].action, "conversation.assign");
    for query in ["".to_owned(), format!("?member={}", boss.member), format!("?object={conversation}")] {
        assert_eq!(page(&agent, &query).await, Err(StatusCode::FORBIDDEN), "{query}");
    }
    let refused = agent.get("/api/audit/export").await.0;
    assert_eq!(refused, StatusCode::FORBIDDEN);
    // A look at others is an entry, and the first thing one sees; what was refused and what is one's own is none.
    for user in [boss, world.administrator().await] {
        let seen = entries(&user, "").await;
        let first = (seen[0].actor, seen[0].action.as_str(), seen[0].object.as_str());
        assert_eq!(first, (AuditActor::Member(user.member), "audit.read", "all"));
        assert_eq!(told(&seen), stored(&world, "1 = 1").await);
    }
    assert_eq!(stored(&world, "action LIKE 'audit.%'").await.len(), 2);
    // Nobody of another tenant.
    let stranger = world.stranger().await;
    assert_eq!(entries(&stranger, &own).await, []);
}

async fn what_is_looked_for_is_what_a_recount_finds(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, boss) = (world.agent().await, world.supervisor().await);
    world.customer_writes(&ann(), "Hello").await;
    let conversation = world.only_conversation().await;
    agent.command(Command::AssignToMe { conversation }).await.unwrap();
    agent.command(Command::text(conversation, "Yes.")).await.unwrap();
    agent.command(Command::Close { conversation, reason: CloseReason::Resolved }).await.unwrap();
    boss.command(Command::Reopen { conversation }).await.unwrap();
    let member = agent.member;
    for (query, condition) in [
        (format!("?member={member}"), format!("actor = '{member}'")),
        ("?action=conversation".into(), "action LIKE 'conversation.%'".into()),
        ("?action=conversation.close".into(), "action = 'conversation.close'".into()),
        ("?action=conv".into(), "1 = 0".into()),
        (format!("?object={conversation}"), format!("object LIKE '%{conversation}%'")),
        ("?object=resolved".into(), "object LIKE '% resolved'".into()),
        ("?object=resolve".into(), "1 = 0".into()),
        (
            format!("?member={member}&action=conversation&object={conversation}"),
            format!("actor = '{member}' AND action LIKE 'conversation.%' AND object LIKE '%{conversation}%'"),
        ),
    ] {
        assert_eq!(told(&entries(&boss, &query).await), stored(&world, &condition).await, "{query}");
    }
    for wrong in ["?action=%25", "?object=a%20b", "?member=x", "?before=-1", "?from=yesterday", "?nothing=1"]
    {
        assert_eq!(page(&boss, wrong).await, Err(StatusCode::BAD_REQUEST), "{wrong}");
    }
}

async fn signing_in_and_out_is_noted_and_a_wrong_password_is_not(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, boss) = (world.agent().await, world.supervisor().await);
    let wrong = json!({ "email": world.alpha.agent.email, "password": "not this one", "tenant": null });
    assert_eq!(agent.send(Method::POST, "/api/session", &wrong).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(agent.send(Method::DELETE, "/api/session", &Value::Null).await.0, StatusCode::NO_CONTENT);
    let seen = entries(&boss, &format!("?action=session&member={}", agent.member)).await;
    assert_eq!(
        seen.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(),
        ["session.end", "session.begin"]
    );
    let stranger = world.stranger().await;
    assert_eq!(entries(&stranger, "?action=session").await.len(), 1, "their own");
}

async fn pages_follow_one_another_without_a_gap(engine: Engine) {
    let world = World::new(engine).await;
    let boss = world.supervisor().await;
    many(&world, 2 * AUDIT_PAGE + 7).await;
    let mut all = Vec::new();
    let mut next = None;
    loop {
        let query = next.map_or_else(String::new, |before: u64| format!("?before={before}"));
        let found = page(&boss, &query).await.unwrap();
        assert!(found.entries.len() <= AUDIT_PAGE);
        all.extend(found.entries);
        next = found.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(told(&all), stored(&world, "1 = 1").await);
    assert_eq!(stored(&world, "action = 'audit.read'").await.len(), 1, "once for all pages");
}

async fn a_file_has_every_entry_once(engine: Engine) {
    let world = World::new(engine).await;
    let boss = world.supervisor().await;
    many(&world, 1_100).await;
    let answer = boss.request(Method::GET, "/api/audit/export").send().await.unwrap();
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"activity.csv\"");
    let text = answer.text().await.unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("seq,at,actor,name,action,object,hash"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let seqs: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    let stored = stored(&world, "1 = 1").await;
    assert_eq!(seqs, stored.iter().map(|row| row.split(' ').next().unwrap()).collect::<Vec<_>>());
    assert_eq!((rows[0][3], rows[0][4]), ("supervisor", "audit.export"));
    let hashes: BTreeSet<&str> = rows.iter().map(|row| *row.last().unwrap()).collect();
    assert!(hashes.len() == rows.len() && hashes.iter().all(|hash| hash.len() == 64));
}

/// So many entries of the product itself.
async fn many(world: &World, count: usize) {
    let write = move |tx: &mut server::db::Tx<'_>| {
        for n in 0..count {
            tx.audit(server::db::record::Actor::System, "test.done", &n.to_string())?;
        }
        Ok::<_, server::db::Fault>(())
    };
    world.store().await.write(write).await.unwrap();
}

async fn days_are_those_of_the_tenants_zone(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let world = World::with(engine, Options { clock: clock.clone(), ..Options::default() }).await;
    let boss = world.administrator().await;
    boss.command(Command::SetZone { zone: "Asia/Kolkata".into() }).await.unwrap();
    // The next midnight there, from a minute before to a minute after it.
    let there = FixedOffset::east_opt(5 * 3_600 + 1_800).unwrap();
    let day = clock.now().with_timezone(&there).date_naive().succ_opt().unwrap();
    let midnight = day.and_hms_opt(0, 0, 0).unwrap().and_local_timezone(there).unwrap();
    clock.advance(midnight.to_utc() - clock.now() - TimeDelta::minutes(1));
    let boss = world.administrator().await;
    many(&world, 1).await;
    clock.advance(TimeDelta::minutes(2));
    many(&world, 2).await;
    let before = day.pred_opt().unwrap();
    let done = async |query: String| entries(&boss, &format!("?action=test&{query}")).await.len();
    assert_eq!(done(format!("from={day}")).await, 2);
    assert_eq!(done(format!("to={before}")).await, 1);
    assert_eq!(done(format!("from={before}&to={day}")).await, 3);
    assert_eq!(done(format!("from={}", day.succ_opt().unwrap())).await, 0);
}

async fn where_it_ends_is_noted_elsewhere_once_a_day(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let world = World::with(engine, Options { clock: clock.clone(), ..Options::default() }).await;
    let (id, control) = (world.alpha.id, world.server.app.store.control().clone());
    let noted = async || control.read(move |conn| control::audit::anchors(conn, id)).await.unwrap();
    let hour = async |hours: i64| {
        clock.advance(TimeDelta::minutes(61 * hours));
        world.server.workers().wake(id);
    };
    assert_eq!(noted().await, []);
    let store = world.store().await;
    let rounds = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'prune' AND due_at > ";
    let planned = async |what: &str| {
        let later = format!("{rounds}{}", micros(clock.now()));
        eventually(what, async || (sql::number(&store, &later).await == 1).then_some(())).await;
    };
    world.server.workers().wake(id);
    planned("a round is planned").await;
    hour(1).await;
    eventually("it is noted", async || (noted().await.len() == 1).then_some(())).await;
    let hash = "SELECT hash AS t FROM audit WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1";
    let last = sql::texts(&store, hash).await;
    assert_eq!(noted().await[0].1, last[0]);
    many(&world, 1).await;
    hour(24).await;
    eventually("it is noted again", async || (noted().await.len() == 2).then_some(())).await;
    // Where nothing was done there is nothing to note.
    planned("the next round is planned").await;
    hour(25).await;
    planned("a round has passed").await;
    assert_eq!(noted().await.len(), 2);
}
