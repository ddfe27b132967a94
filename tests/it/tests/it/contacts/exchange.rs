//! Contacts out of files and into them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    api::contacts::{ImportFaultKind, ImportReport},
    live::command::Command,
};
use simulator::payload::Sender;

use super::{
    described::{details, field, label},
    of, rows,
};
use crate::harness::{Engine, LiveClient, User, World, sql, webhook::ann};

on_both_engines!(
    a_file_is_looked_at_first_and_taken_in_once,
    what_somebody_calls_themselves_stands,
    who_was_imported_is_known_when_they_write,
    a_file_comes_back_as_it_went_out,
    no_file_takes_importance_away,
    no_cell_of_a_file_is_a_formula,
    files_are_for_who_looks_after_contacts,
);

async fn import(user: &User, csv: &str, apply: bool) -> ImportReport {
    let body = json!({ "csv": csv, "apply": apply });
    let (status, body) = user.send(Method::POST, "/api/contacts/import", &body).await;
    assert!(status.is_success(), "{body}");
    serde_json::from_value(body).unwrap()
}

async fn export(user: &User) -> String {
    let answer = user.request(Method::GET, "/api/contacts/export").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    answer.text().await.unwrap()
}

fn counts(report: &ImportReport) -> [u32; 4] {
    [report.new, report.changed, report.same, report.wrong]
}

async fn a_file_is_looked_at_first_and_taken_in_once(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let supervisor = world.supervisor().await;
    label(&supervisor, "Regular").await;
    field(&supervisor, "since", "date", json!({})).await;
    // More than one transaction takes in.
    let mut csv = "phone;name;labels;since\n+49 1520 0000001;;regular;2020-01-31\n030 1;Wrong;;\n".to_owned();
    for n in 0..240 {
        csv.push_str(&format!("+4915100000{n:03};Somebody {n};;\n"));
    }
    csv.push_str("+4915300000000;;;yesterday\n");
    let before = rows::dump(&world).await;
    let report = import(&supervisor, &csv, false).await;
    assert_eq!((counts(&report), report.applied), ([240, 1, 0, 2], false));
    assert_eq!(rows::dump(&world).await, before, "looking changes nothing");
    let faults: Vec<_> = report.faults.iter().map(|fault| (fault.line, fault.what)).collect();
    assert_eq!(faults, [(3, ImportFaultKind::Phone), (244, ImportFaultKind::Value)]);
    let store = world.store().await;
    let audits = sql::count(&store, "audit").await;
    let report = import(&supervisor, &csv, true).await;
    assert_eq!((counts(&report), report.applied), ([240, 1, 0, 2], true));
    assert_eq!(sql::count(&store, "audit").await, audits + 3, "one entry for each transaction");
    let told = details(&supervisor, of(&supervisor, "Ann").await.contact.id).await;
    assert_eq!((told.labels.len(), told.fields[0].value.as_deref()), (1, Some("2020-01-31")));
    // The same file again changes nothing, and leaves no entry.
    let after = rows::dump(&world).await;
    let report = import(&supervisor, &csv, true).await;
    assert_eq!(counts(&report), [0, 0, 241, 2]);
    assert_eq!(rows::dump(&world).await, after);
    assert_eq!(sql::count(&store, "audit").await, audits + 3);
}

async fn what_somebody_calls_themselves_stands(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let nameless = Sender { name: None, ..Sender::phone("493011223344", "") };
    world.customer_writes(&nameless, "Hello").await;
    let supervisor = world.supervisor().await;
    let mut client = LiveClient::connect(&supervisor).await;
    let csv = "phone,name\n+4915200000001,Annabelle\n+493011223344,Cid\n";
    assert_eq!(counts(&import(&supervisor, csv, true).await), [0, 1, 1, 0]);
    // Everybody is told of the name that was missing.
    let named = |name: &str, client: &LiveClient| {
        client.view().conversations.values().any(|one| one.contact.name.as_deref() == Some(name))
    };
    client.until("Cid has a name", |client| named("Cid", client)).await;
    assert!(named("Ann", &client) && !named("Annabelle", &client));
    let (_, page) = supervisor.get("/api/contacts?search=cid").await;
    assert_eq!(page["contacts"].as_array().unwrap().len(), 1, "and finds them by it");
}

async fn who_was_imported_is_known_when_they_write(engine: Engine) {
    let world = World::new(engine).await;
    let supervisor = world.supervisor().await;
    let regular = label(&supervisor, "Regular").await;
    let csv = "phone,name,labels\n4915200000001,From the file,Regular\n";
    assert_eq!(counts(&import(&supervisor, csv, true).await), [1, 0, 0, 0]);
    world.customer_writes(&ann(), "Hello").await;
    let hers = of(&supervisor, "Ann").await;
    assert_eq!(details(&supervisor, hers.contact.id).await.labels, [regular.id]);
    assert_eq!(sql::count(&world.store().await, "contact").await, 1);
}

async fn a_file_comes_back_as_it_went_out(engine: Engine) {
    let world = World::new(engine).await;
    let supervisor = world.supervisor().await;
    for name in ["Regular", "Fan, of lamps"] {
        label(&supervisor, name).await;
    }
    field(&supervisor, "balance", "number", json!({})).await;
    field(&supervisor, "remark", "text", json!({})).await;
    let mut csv = "phone,name,vip,language,labels,balance,remark\n".to_owned();
    csv.push_str(
        "+491510000001,\"Quote \"\" and, comma\",yes,pt-br,\"regular;fan, of lamps\",-12.50,'=1+1\n",
    );
    // More than one piece.
    for n in 0..420 {
        csv.push_str(&format!("+4915200001{n:03},Somebody {n},,,,,\n"));
    }
    assert_eq!(counts(&import(&supervisor, &csv, true).await), [421, 0, 0, 0]);
    let audits = sql::count(&world.store().await, "audit").await;
    let file = export(&supervisor).await;
    assert_eq!(sql::count(&world.store().await, "audit").await, audits + 1, "whoever takes all out is noted");
    assert_eq!(file.lines().count(), 422);
    let line = file.lines().find(|line| line.contains("Quote")).unwrap();
    assert_eq!(
        line,
        "491510000001,\"Quote \"\" and, comma\",yes,pt-br,\"Fan, of lamps; Regular\",'-12.50,'=1+1"
    );
    assert_eq!(counts(&import(&supervisor, &file, true).await), [0, 0, 421, 0]);
}

async fn no_file_takes_importance_away(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let supervisor = world.supervisor().await;
    let mut client = LiveClient::connect(&supervisor).await;
    let marked = |client: &LiveClient, vip: bool, language: Option<&str>| {
        let mut all = client.view().conversations.values();
        all.any(|one| (one.contact.vip, one.contact.language.as_deref()) == (vip, language))
    };
    assert!(marked(&client, false, None));
    let csv = "phone,vip,language\n+4915200000001,yes,DE\n";
    assert_eq!(counts(&import(&supervisor, csv, false).await), [0, 1, 0, 0]);
    assert_eq!(counts(&import(&supervisor, csv, true).await), [0, 1, 0, 0]);
    client.until("everybody sees it", |client| marked(client, true, Some("de"))).await;
    for (csv, changed) in [
        ("phone,vip,language\n+4915200000001,no,\n", false),
        ("phone,name\n+4915200000001,Ann\n", false),
        ("phone,language\n+4915200000001,en\n", true),
    ] {
        let wanted = if changed { [0, 1, 0, 0] } else { [0, 0, 1, 0] };
        for apply in [false, true] {
            assert_eq!(counts(&import(&supervisor, csv, apply).await), wanted, "{csv}");
        }
    }
    client.until("everybody sees it", |client| marked(client, true, Some("en"))).await;
}

async fn no_cell_of_a_file_is_a_formula(engine: Engine) {
    let world = World::new(engine).await;
    for (n, wild) in
        ["=HYPERLINK(\"http://evil.example\")", "+1", "-1", "@SUM(A1)", "\t=1"].iter().enumerate()
    {
        world.customer_writes(&Sender::phone(&format!("49152000000{n:02}"), wild), "Hello").await;
    }
    let file = export(&world.supervisor().await).await;
    assert_eq!(file.lines().count(), 6);
    for cell in file.lines().flat_map(|line| line.split(',')) {
        let shown = cell.trim_start_matches('"');
        assert!(!shown.starts_with(['=', '+', '-', '@', '\t']), "{file}");
    }
}

async fn files_are_for_who_looks_after_contacts(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let agent = world.agent().await;
    let before = rows::dump(&world).await;
    let body = json!({ "csv": "phone\n+491510000001\n", "apply": true });
    assert_eq!(agent.send(Method::POST, "/api/contacts/import", &body).await.0, StatusCode::FORBIDDEN);
    let (status, answer) = agent.get("/api/contacts/export").await;
    assert_eq!((status, answer["code"].clone()), (StatusCode::FORBIDDEN, json!("forbidden")));
    assert_eq!(rows::dump(&world).await, before);
    // Another tenant's file has nobody of this one.
    let stranger = world.stranger().await;
    assert_eq!(export(&stranger).await.lines().count(), 1);
    let supervisor = world.supervisor().await;
    let role = shared::model::member::Role::Agent;
    let demote = Command::SetRole { member: supervisor.member, role };
    world.administrator().await.command(demote).await.unwrap();
    assert_eq!(
        supervisor.send(Method::GET, "/api/contacts/export", &Value::Null).await.0,
        StatusCode::FORBIDDEN
    );
}
