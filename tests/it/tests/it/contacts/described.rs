//! What members say of customers, who sees it, and where it goes when two become one.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    api::contacts::{ContactDetails, ContactsPage, ListedContact},
    error::ErrorCode,
    ids::{ContactId, ContactNoteId, ConversationId, LabelId},
    live::command::Command,
    model::{
        conversation::CloseReason,
        field::{CONTACT_NOTE_CHARS, Field},
        label::Label,
    },
};
use simulator::payload::Sender;

use super::{merge, of, rows};
use crate::{
    files,
    harness::{
        Engine, Options, User, World, sql,
        webhook::{ann, bob},
    },
};

on_both_engines!(
    a_contact_is_described_by_whoever_sees_a_conversation_of_theirs,
    who_sees_none_of_their_conversations_knows_nothing_of_a_contact,
    numbers_and_personal_values_are_hidden_together,
    what_was_said_goes_with_a_merge_and_comes_back,
    notes_since_a_split_go_along_and_come_back,
    definitions_are_for_who_looks_after_contacts,
    what_is_removed_leaves_nothing_behind,
    a_list_stands_by_activity_and_is_read_page_by_page,
    a_list_shows_nobody_what_is_not_in_sight,
    files_are_told_where_their_conversation_is_in_sight,
);

/// A new label, by somebody who may.
pub(crate) async fn label(user: &User, name: &str) -> Label {
    let (status, body) =
        user.send(Method::POST, "/api/labels", &json!({ "name": name, "colour": "blue" })).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    serde_json::from_value(body).unwrap()
}

pub(super) async fn field(user: &User, key: &str, kind: &str, more: Value) -> Field {
    let mut body = json!({ "key": key, "title": key, "kind": kind });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, body) = user.send(Method::POST, "/api/contact-fields", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    serde_json::from_value(body).unwrap()
}

pub(super) async fn details(user: &User, id: ContactId) -> ContactDetails {
    let (status, body) = user.get(&format!("/api/contacts/{id}")).await;
    assert!(status.is_success(), "{body}");
    serde_json::from_value(body).unwrap()
}

/// What is known of a conversation's contact.
pub(crate) async fn details_of(user: &User, id: ConversationId) -> ContactDetails {
    details(user, super::one(user, id).await.contact.id).await
}

async fn say(user: &User, id: ContactId, what: &str, body: Value) -> Result<ContactDetails, ErrorCode> {
    let (status, body) = user.send(Method::POST, &format!("/api/contacts/{id}/{what}"), &body).await;
    match status.is_success() {
        true => Ok(serde_json::from_value(body).unwrap()),
        false => Err(serde_json::from_value(body["code"].clone()).unwrap()),
    }
}

async fn labelled(user: &User, id: ContactId, label: LabelId, on: bool) -> ContactDetails {
    say(user, id, "labels", json!({ "label": label, "on": on })).await.unwrap()
}

async fn says(user: &User, id: ContactId, key: &str, value: &str) -> ContactDetails {
    say(user, id, "fields", json!({ "key": key, "value": value })).await.unwrap()
}

async fn note(user: &User, id: ContactId, text: &str) -> ContactDetails {
    say(user, id, "notes", json!({ "text": text })).await.unwrap()
}

fn value<'a>(details: &'a ContactDetails, key: &str) -> Option<&'a str> {
    let found = details.fields.iter().find(|one| one.field.key == key).unwrap();
    found.value.as_deref()
}

fn noted(details: &ContactDetails) -> Vec<&str> {
    details.notes.iter().map(|note| note.text.as_str()).collect()
}

async fn audited(world: &World) -> i64 {
    sql::count(&world.store().await, "audit").await
}

async fn a_contact_is_described_by_whoever_sees_a_conversation_of_theirs(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let (agent, supervisor) = (world.agent().await, world.supervisor().await);
    let hers = of(&agent, "Ann").await;
    let id = hers.contact.id;
    let regular = label(&supervisor, "Regular").await;
    field(&supervisor, "size", "number", json!({})).await;
    let before = audited(&world).await;
    let told = labelled(&agent, id, regular.id, true).await;
    assert_eq!(
        (told.labels.as_slice(), told.all_labels.as_slice()),
        (&[regular.id][..], &[regular.clone()][..])
    );
    let told = says(&agent, id, "size", " 42 ").await;
    assert_eq!(value(&told, "size"), Some("42"));
    let told = note(&agent, id, "Likes lamps").await;
    assert_eq!((noted(&told), told.notes[0].by), (vec!["Likes lamps"], agent.member));
    assert_eq!(audited(&world).await, before + 3, "each change is one entry");
    // The same again changes nothing.
    labelled(&agent, id, regular.id, true).await;
    says(&agent, id, "size", "42").await;
    let fresh = ContactNoteId::new();
    for _ in 0..2 {
        let told = say(&agent, id, "notes", json!({ "id": fresh, "text": "Once" })).await.unwrap();
        assert_eq!(noted(&told), ["Once", "Likes lamps"]);
    }
    assert_eq!(audited(&world).await, before + 4);
    // Everybody who sees her sees it, from any conversation.
    let whole = details(&supervisor, id).await;
    assert_eq!((whole.labels.len(), noted(&whole).len(), value(&whole, "size")), (1, 2, Some("42")));
    assert_eq!((whole.conversations.len(), whole.conversations[0].conversation.id), (1, hers.id));
    // What cannot be is refused and changes nothing.
    let no = |error| Err::<ContactDetails, _>(error);
    assert_eq!(
        say(&agent, id, "fields", json!({ "key": "size", "value": "large" })).await,
        no(ErrorCode::ValueInvalid)
    );
    assert_eq!(
        say(&agent, id, "fields", json!({ "key": "shoe", "value": "1" })).await,
        no(ErrorCode::NotFound)
    );
    assert_eq!(
        say(&agent, id, "labels", json!({ "label": LabelId::new(), "on": true })).await,
        no(ErrorCode::NotFound)
    );
    assert_eq!(say(&agent, id, "notes", json!({ "text": " " })).await, no(ErrorCode::TextEmpty));
    let long = "a".repeat(CONTACT_NOTE_CHARS + 1);
    assert_eq!(say(&agent, id, "notes", json!({ "text": long })).await, no(ErrorCode::TextTooLong));
    // A note's writer removes it, and who may act for others.
    let notes = format!("/api/contacts/{id}/notes");
    let second = world.second_agent().await;
    let (status, body) = second.send(Method::DELETE, &format!("{notes}/{fresh}"), &Value::Null).await;
    assert_eq!((status, &body["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")));
    assert!(agent.send(Method::DELETE, &format!("{notes}/{fresh}"), &Value::Null).await.0.is_success());
    let other = whole.notes.iter().find(|note| note.id != fresh).unwrap().id;
    assert!(supervisor.send(Method::DELETE, &format!("{notes}/{other}"), &Value::Null).await.0.is_success());
    // A value is taken away by blanks.
    let told = says(&agent, id, "size", " ").await;
    assert_eq!((value(&told, "size"), noted(&told).len()), (None, 0));
    // A conversation has labels of its own.
    let path = format!("/api/conversations/{}/labels", hers.id);
    let (_, told) = agent.send(Method::POST, &path, &json!({ "label": regular.id, "on": true })).await;
    let told: ContactDetails = serde_json::from_value(told).unwrap();
    assert_eq!(told.conversations[0].labels, [regular.id]);
    let (_, told) = agent.send(Method::POST, &path, &json!({ "label": regular.id, "on": false })).await;
    let told: ContactDetails = serde_json::from_value(told).unwrap();
    assert_eq!((told.conversations[0].labels.len(), told.labels.len()), (0, 1));
}

async fn who_sees_none_of_their_conversations_knows_nothing_of_a_contact(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let (agent, supervisor) = (world.agent().await, world.supervisor().await);
    let hers = of(&supervisor, "Ann").await;
    let id = hers.contact.id;
    let regular = label(&supervisor, "Regular").await;
    field(&supervisor, "size", "text", json!({})).await;
    let queues = vec![world.alpha.support_queue];
    let administrator = world.administrator().await;
    administrator.command(Command::SetQueues { member: agent.member, queues }).await.unwrap();
    let answer = async |method: Method, path: String, body: Value| {
        let (status, mut body) = agent.send(method, &path, &body).await;
        body.as_object_mut().map(|body| body.remove("request_id"));
        (status, body)
    };
    let before = rows::dump(&world).await;
    for (theirs, nobodys) in [(id, ContactId::new())] {
        for (method, what, body) in [
            (Method::GET, "", Value::Null),
            (Method::POST, "/labels", json!({ "label": regular.id, "on": true })),
            (Method::POST, "/fields", json!({ "key": "size", "value": "4" })),
            (Method::POST, "/notes", json!({ "text": "x" })),
        ] {
            let real = answer(method.clone(), format!("/api/contacts/{theirs}{what}"), body.clone()).await;
            let none = answer(method, format!("/api/contacts/{nobodys}{what}"), body).await;
            assert_eq!((real.0, &real), (StatusCode::NOT_FOUND, &none), "{what}");
        }
    }
    assert_eq!(rows::dump(&world).await, before);
    // One conversation of theirs in sight is enough, and shows no other.
    world.customer_writes_to(&world.alpha.open, &ann(), "Anybody?").await;
    let told = details(&agent, id).await;
    assert_eq!(told.conversations.len(), 1);
    assert_ne!(told.conversations[0].conversation.id, hers.id);
    assert_eq!(details(&supervisor, id).await.conversations.len(), 2);
}

async fn numbers_and_personal_values_are_hidden_together(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let (agent, supervisor) = (world.agent().await, world.supervisor().await);
    let id = of(&agent, "Ann").await.contact.id;
    field(&supervisor, "born", "date", json!({ "personal": true })).await;
    field(&supervisor, "size", "text", json!({})).await;
    says(&agent, id, "born", "1990-02-28").await;
    says(&agent, id, "size", "L").await;
    world.administrator().await.command(Command::SetPhoneMasking { masked: true }).await.unwrap();
    let (_, text) = agent.get(&format!("/api/contacts/{id}")).await;
    let text = text.to_string();
    assert!(!text.contains("4915200000001") && !text.contains("1990"), "{text}");
    let told = details(&agent, id).await;
    let born = told.fields.iter().find(|one| one.field.key == "born").unwrap();
    assert_eq!((born.value.as_deref(), born.hidden, value(&told, "size")), (None, true, Some("L")));
    let refused = say(&agent, id, "fields", json!({ "key": "born", "value": "" })).await;
    assert_eq!(refused, Err(ErrorCode::Forbidden));
    let (_, list) = agent.get("/api/contacts").await;
    assert!(!list.to_string().contains("4915200000001"));
    let (_, list) = agent.get("/api/contacts?search=4915200000001").await;
    assert_eq!(list["contacts"], json!([]), "digits cannot be guessed");
    let told = details(&supervisor, id).await;
    assert_eq!(
        (value(&told, "born"), told.contact.phone.as_deref()),
        (Some("1990-02-28"), Some("4915200000001"))
    );
}

async fn what_was_said_goes_with_a_merge_and_comes_back(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "Hello from my other phone").await;
    let supervisor = world.supervisor().await;
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    let (ann, bob) = (anns.contact.id, bobs.contact.id);
    let (both, only) = (label(&supervisor, "Both").await.id, label(&supervisor, "Only Bob").await.id);
    for key in ["both", "only"] {
        field(&supervisor, key, "text", json!({})).await;
    }
    labelled(&supervisor, ann, both, true).await;
    labelled(&supervisor, bob, both, true).await;
    labelled(&supervisor, bob, only, true).await;
    says(&supervisor, ann, "both", "Ann's").await;
    says(&supervisor, bob, "both", "Bob's").await;
    says(&supervisor, bob, "only", "Bob's").await;
    note(&supervisor, ann, "of Ann").await;
    note(&supervisor, bob, "of Bob").await;
    let path = format!("/api/conversations/{}/labels", bobs.id);
    supervisor.send(Method::POST, &path, &json!({ "label": only, "on": true })).await;
    let before = rows::dump(&world).await;
    let change = merge(&supervisor, ann, bob).await;
    assert_eq!(rows::strays(&world, bob).await, Vec::<String>::new(), "an erasure covers all");
    let told = details(&supervisor, ann).await;
    assert_eq!(told.labels.len(), 2);
    assert_eq!((value(&told, "both"), value(&told, "only")), (Some("Ann's"), Some("Bob's")));
    assert_eq!(noted(&told), ["of Bob", "of Ann"]);
    let (status, _) = supervisor.get(&format!("/api/contacts/{bob}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nobody is this contact any more");
    supervisor.command(Command::UndoContactChange { id: change }).await.unwrap();
    assert_eq!(rows::dump(&world).await, before, "taken back at once, nothing is left of it");
    // What was said since of what came along goes along; what was taken away since stays so.
    let change = merge(&supervisor, ann, bob).await;
    says(&supervisor, ann, "only", "newer").await;
    labelled(&supervisor, ann, only, false).await;
    note(&supervisor, ann, "since").await;
    let gone = format!("/api/labels/{both}");
    assert!(supervisor.send(Method::DELETE, &gone, &Value::Null).await.0.is_success());
    supervisor.command(Command::UndoContactChange { id: change }).await.unwrap();
    let (anns, bobs) = (details(&supervisor, ann).await, details(&supervisor, bob).await);
    assert_eq!(
        (value(&anns, "only"), value(&bobs, "only"), value(&bobs, "both")),
        (None, Some("newer"), Some("Bob's"))
    );
    assert_eq!((anns.labels, bobs.labels), (vec![], vec![]));
    let told: Vec<_> = anns.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!((told, bobs.notes.len()), (vec!["since", "of Ann"], 1));
}

async fn notes_since_a_split_go_along_and_come_back(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let supervisor = world.supervisor().await;
    let first = of(&supervisor, "Ann").await;
    let id = first.contact.id;
    let regular = label(&supervisor, "Regular").await.id;
    labelled(&supervisor, id, regular, true).await;
    note(&supervisor, id, "of Ann").await;
    world.customer_writes_to(&world.alpha.open, &ann(), "I am somebody else").await;
    note(&supervisor, id, "of somebody else").await;
    let before = rows::dump(&world).await;
    let later = super::all(&supervisor).await.into_iter().find(|one| one.id != first.id).unwrap();
    let split = Command::SplitContact { conversation: later.id };
    let change = supervisor.command(split).await.unwrap().change.unwrap();
    let new = super::one(&supervisor, later.id).await.contact.id;
    let (old, somebody) = (details(&supervisor, id).await, details(&supervisor, new).await);
    assert_eq!((noted(&old), old.labels.len()), (vec!["of Ann"], 1));
    assert_eq!((noted(&somebody), somebody.labels.len()), (vec!["of somebody else"], 0));
    // Also what is said of the other one meanwhile: nobody is left there.
    note(&supervisor, new, "meanwhile").await;
    labelled(&supervisor, new, regular, true).await;
    supervisor.command(Command::UndoContactChange { id: change }).await.unwrap();
    assert_eq!(rows::strays(&world, new).await, Vec::<String>::new());
    assert_eq!(noted(&details(&supervisor, id).await), ["meanwhile", "of somebody else", "of Ann"]);
    assert_ne!(rows::dump(&world).await, before);
}

async fn definitions_are_for_who_looks_after_contacts(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, supervisor) = (world.agent().await, world.supervisor().await);
    let regular = label(&supervisor, "Regular").await;
    let size = field(&supervisor, "size", "choice", json!({ "choices": ["small", "large"] })).await;
    let named = json!({ "name": "Mine", "colour": "rose" });
    let sized = json!({ "key": "shoe", "title": "Shoe", "kind": "text" });
    let before = audited(&world).await;
    for (method, path, body) in [
        (Method::POST, "/api/labels".to_owned(), named.clone()),
        (Method::POST, format!("/api/labels/{}", regular.id), named),
        (Method::DELETE, format!("/api/labels/{}", regular.id), Value::Null),
        (Method::POST, "/api/contact-fields".to_owned(), sized.clone()),
        (Method::POST, format!("/api/contact-fields/{}", size.id), sized),
        (Method::DELETE, format!("/api/contact-fields/{}", size.id), Value::Null),
    ] {
        assert_eq!(agent.send(method, &path, &body).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(audited(&world).await, before);
    let refused = async |path: &str, body: Value| {
        let (status, body) = supervisor.send(Method::POST, path, &body).await;
        assert!(status.is_client_error(), "{body}");
        serde_json::from_value::<ErrorCode>(body["code"].clone()).unwrap()
    };
    assert_eq!(
        refused("/api/labels", json!({ "name": "REGULAR", "colour": "blue" })).await,
        ErrorCode::NameTaken
    );
    assert_eq!(
        refused("/api/labels", json!({ "name": "a;b", "colour": "blue" })).await,
        ErrorCode::TextInvalid
    );
    let again = json!({ "key": "size", "title": "Other", "kind": "text" });
    assert_eq!(refused("/api/contact-fields", again).await, ErrorCode::NameTaken);
    let taken = json!({ "key": "phone", "title": "Phone", "kind": "text" });
    assert_eq!(refused("/api/contact-fields", taken).await, ErrorCode::ValueInvalid);
    let path = format!("/api/contact-fields/{}", size.id);
    let other_kind = json!({ "key": "size", "title": "Size", "kind": "text" });
    assert_eq!(refused(&path, other_kind).await, ErrorCode::ValueInvalid);
    // Everybody reads them; a change is one entry.
    let more = json!({ "key": "size", "title": "T-shirt", "kind": "choice", "choices": ["small"] });
    assert!(supervisor.send(Method::POST, &path, &more).await.0.is_success());
    assert!(supervisor.send(Method::POST, &path, &more).await.0.is_success());
    assert_eq!(audited(&world).await, before + 1);
    let (_, page) = agent.get("/api/contact-fields").await;
    assert_eq!(page["fields"][0]["title"], "T-shirt");
    let (_, page) = agent.get("/api/labels").await;
    assert_eq!(page["labels"][0]["name"], "Regular");
    let (_, page) = world.stranger().await.get("/api/labels").await;
    assert_eq!(page["labels"], json!([]));
}

async fn what_is_removed_leaves_nothing_behind(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    let supervisor = world.supervisor().await;
    let id = of(&supervisor, "Ann").await.contact.id;
    let before = rows::dump(&world).await;
    let regular = label(&supervisor, "Regular").await.id;
    let size = field(&supervisor, "size", "text", json!({})).await.id;
    labelled(&supervisor, id, regular, true).await;
    says(&supervisor, id, "size", "4").await;
    for path in [format!("/api/labels/{regular}"), format!("/api/contact-fields/{size}")] {
        let gone = supervisor.send(Method::DELETE, &path, &Value::Null).await.0;
        assert_eq!(gone, StatusCode::NO_CONTENT);
        assert_eq!(supervisor.send(Method::DELETE, &path, &Value::Null).await.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(rows::dump(&world).await, before);
}

async fn page(user: &User, query: &str) -> ContactsPage {
    let (status, body) = user.get(&format!("/api/contacts{query}")).await;
    assert!(status.is_success(), "{body}");
    serde_json::from_value(body).unwrap()
}

async fn listed(user: &User, query: &str) -> Vec<ListedContact> {
    page(user, query).await.contacts
}

fn names(contacts: &[ListedContact]) -> Vec<&str> {
    contacts.iter().map(|one| one.contact.name.as_deref().unwrap()).collect()
}

async fn a_list_stands_by_activity_and_is_read_page_by_page(engine: Engine) {
    let world = World::new(engine).await;
    let supervisor = world.supervisor().await;
    let mut csv = "phone,name\n".to_owned();
    for n in 0..30 {
        csv.push_str(&format!("+4915100000{n:03},Imported {n}\n"));
    }
    let (_, report) =
        supervisor.send(Method::POST, "/api/contacts/import", &json!({ "csv": csv, "apply": true })).await;
    assert_eq!(report["new"], 30);
    for n in 0..40 {
        let writer = Sender::phone(&format!("4915300000{n:03}"), &format!("Writer {n}"));
        world.customer_writes(&writer, "Hi").await;
        if n % 3 == 0 {
            let id = of(&supervisor, &format!("Writer {n}")).await.id;
            let close = Command::Close { conversation: id, reason: CloseReason::Resolved };
            supervisor.command(close).await.unwrap();
        }
    }
    // Two conversations are one contact, where its last one stands.
    world
        .customer_writes_to(&world.alpha.open, &Sender::phone("4915300000001", "Writer 1"), "And here")
        .await;
    let first = page(&supervisor, "").await;
    assert_eq!((first.contacts.len(), first.next.is_some()), (50, true));
    assert_eq!(names(&first.contacts)[..2], ["Writer 1", "Writer 39"]);
    assert!(first.contacts[0].open && !first.contacts[1].open);
    let second = page(&supervisor, &format!("?before={}", first.next.unwrap())).await;
    assert_eq!((second.contacts.len(), second.next), (20, None));
    let mut all = first.contacts;
    all.extend(second.contacts);
    assert!(all.is_sorted_by(|one, other| one.at >= other.at), "the last active first");
    let different: std::collections::BTreeSet<_> = all.iter().map(|one| one.contact.id).collect();
    assert_eq!(different.len(), 70, "each once");
    // Filters are looked at inside the query.
    let regular = label(&supervisor, "Regular").await.id;
    for one in [&all[1], &all[60]] {
        labelled(&supervisor, one.contact.id, regular, true).await;
    }
    let some = listed(&supervisor, &format!("?label={regular}")).await;
    let wanted: Vec<_> = [&all[1], &all[60]].map(|one| one.contact.id).to_vec();
    assert_eq!(some.iter().map(|one| one.contact.id).collect::<Vec<_>>(), wanted);
    assert_eq!(some[0].labels, [regular]);
    assert_eq!(names(&listed(&supervisor, "?search=imported%2029").await), ["Imported 29"]);
    let open = all[0].conversation.unwrap();
    let channel = super::one(&supervisor, open).await.channel;
    assert_eq!(names(&listed(&supervisor, &format!("?channel={channel}")).await), ["Writer 1"]);
    assert_eq!(supervisor.get("/api/contacts?before=x").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(supervisor.get("/api/contacts?before=1-'%20OR%201=1").await.0, StatusCode::BAD_REQUEST);
}

async fn a_list_shows_nobody_what_is_not_in_sight(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, second) = (world.agent().await, world.second_agent().await);
    let supervisor = world.supervisor().await;
    let csv = json!({ "csv": "phone,name\n+491510000001,Imported\n", "apply": true });
    supervisor.send(Method::POST, "/api/contacts/import", &csv).await;
    world.customer_writes_to(&world.alpha.open, &ann(), "Hello").await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes(&bob(), "Hello").await;
    let queues = vec![world.alpha.support_queue];
    let administrator = world.administrator().await;
    administrator.command(Command::SetQueues { member: agent.member, queues }).await.unwrap();
    let mine = listed(&agent, "").await;
    assert_eq!(names(&mine), ["Ann"]);
    let open = super::one(&agent, mine[0].conversation.unwrap()).await;
    assert_eq!(open.queue, None, "where she stands is the last one in sight");
    assert_eq!(listed(&agent, "?search=bob").await, []);
    let channel = world.alpha.sales_channel;
    assert_eq!(listed(&agent, &format!("?channel={channel}")).await, []);
    assert_eq!(names(&listed(&second, "").await), ["Bob", "Ann"]);
    assert_eq!(names(&listed(&supervisor, "").await), ["Bob", "Ann", "Imported"]);
    assert_eq!(listed(&world.stranger().await, "").await, []);
}

async fn files_are_told_where_their_conversation_is_in_sight(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let beside = json!({ "filename": "offer.pdf" });
    files::sends(&world, &meta, "document", b"%PDF-1.4\n%%EOF", beside).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let message = files::ready(&agent, id).await.id;
    let contact = of(&agent, "Ann").await.contact.id;
    let told = details(&agent, contact).await.files;
    assert_eq!((told.len(), told[0].message, told[0].kind.as_str()), (1, message, "document"));
    assert_eq!((told[0].name.as_deref(), told[0].conversation), (Some("offer.pdf"), id));
    world.customer_writes_to(&world.alpha.open, &ann(), "Hello").await;
    let queues = vec![world.alpha.support_queue];
    let administrator = world.administrator().await;
    administrator.command(Command::SetQueues { member: agent.member, queues }).await.unwrap();
    assert_eq!(details(&agent, contact).await.files, []);
}
