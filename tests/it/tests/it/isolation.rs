//! Another tenant's things are, byte for byte, things that do not exist.

use std::str::FromStr;

use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    ids::{
        ChannelId, CommandKey, ContactId, ConversationId, LabelId, MemberId, MessageId, QueueId, StickerId,
    },
    live::{
        command::Command,
        frame::{Answer, ClientFrame},
    },
    model::{conversation::CloseReason, member::Role},
};

use crate::harness::{
    Engine, LiveClient, User, World, sql,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    a_foreign_id_answers_like_an_id_that_never_existed,
    a_foreign_id_in_a_frame_answers_like_an_id_that_never_existed,
    every_page_of_the_api_asks_who_is_there,
);

/// Things of one tenant that a request could name.
struct Named {
    conversation: ConversationId,
    message: MessageId,
    member: MemberId,
    queue: QueueId,
    channel: ChannelId,
    sticker: StickerId,
    contact: ContactId,
    label: LabelId,
}

impl Named {
    /// Ids that nothing has.
    fn nothing() -> Self {
        Self {
            conversation: ConversationId::new(),
            message: MessageId::new(),
            member: MemberId::new(),
            queue: QueueId::new(),
            channel: ChannelId::new(),
            sticker: StickerId::new(),
            contact: ContactId::new(),
            label: LabelId::new(),
        }
    }

    /// Real things of the second tenant, among them a message that failed.
    async fn foreign(world: &World) -> Self {
        let body = simulator::payload::text_message(
            &world.beta.sales,
            &ann(),
            &wamid(),
            unix_now(&world.server),
            "canary-of-beta",
        );
        assert!(world.beta.post(&world.server, &body).await.is_success());
        let store = world.other_store().await;
        let only = async |query: &str| sql::texts(&store, query).await.remove(0);
        Self {
            conversation: parsed(&only("SELECT id AS t FROM conversation WHERE tenant_id = $1").await),
            message: parsed(&only("SELECT id AS t FROM message WHERE tenant_id = $1").await),
            contact: parsed(&only("SELECT id AS t FROM contact WHERE tenant_id = $1").await),
            label: crate::contacts::described::label(&world.stranger().await, "Theirs").await.id,
            member: world.beta.agent.member,
            queue: world.beta.sales_queue,
            channel: world.beta.sales_channel,
            sticker: crate::sending::stickers::added(&world.stranger().await, "theirs.webp").await,
        }
    }

    /// Every command that names something, with these ids in every place.
    fn commands(&self, own: MemberId) -> Vec<Command> {
        let (conversation, member, message) = (self.conversation, self.member, self.message);
        vec![
            Command::text(conversation, "x"),
            Command::text(conversation, String::new()),
            Command::AddNote { conversation, text: "x".into(), mentions: Vec::new() },
            Command::AddNote { conversation, text: "x".into(), mentions: vec![member, own] },
            Command::SetDraft { conversation, text: "x".into(), note: false, answers: Some(message) },
            Command::Suggest { conversation, text: "x".into() },
            Command::AssignToMe { conversation },
            Command::Release { conversation },
            Command::Close { conversation, reason: CloseReason::Other },
            Command::Reopen { conversation },
            Command::MarkRead { conversation, up_to: 1 },
            Command::RetryMessage { message },
            Command::FetchFile { message },
            Command::SetRole { member, role: Role::Administrator },
            Command::SetQueues { member, queues: vec![] },
            Command::SetQueues { member: own, queues: vec![self.queue] },
            Command::SetActive { member, active: false },
            Command::RemoveSticker { sticker: self.sticker },
        ]
    }

    /// Every address that names something.
    fn paths(&self) -> Vec<String> {
        vec![
            format!("/api/conversations/{}/messages", self.conversation),
            format!("/api/conversations/{}/messages?before=5", self.conversation),
            format!("/api/conversations?state=any&after=9000000000000000-{}", self.conversation),
            format!("/api/conversations?state=any&search={}", self.conversation),
            format!("/api/messages/{}/file", self.message),
            format!("/api/messages/{}/small", self.message),
            format!("/api/stickers/{}", self.sticker),
            format!("/api/shift?queue={}", self.queue),
            format!("/api/reviews/{}", self.conversation),
            format!("/api/reviews?member={}", self.member),
            format!("/api/templates?channel={}", self.channel),
            format!("/api/contacts/{}", self.contact),
            format!("/api/contacts?label={}", self.label),
            format!("/api/contacts?channel={}", self.channel),
            format!("/api/contacts?before=9000000000000000-{}", self.contact),
            "/api/conversations?state=any&search=label:theirs".to_owned(),
        ]
    }

    /// Every change by HTTP that names something.
    fn changes(&self) -> Vec<(Method, String, Value)> {
        let label = json!({ "label": self.label, "on": true });
        let named = json!({ "name": "Mine", "colour": "rose" });
        let contact = format!("/api/contacts/{}", self.contact);
        vec![
            (Method::POST, format!("{contact}/labels"), label.clone()),
            (Method::POST, format!("{contact}/fields"), json!({ "key": "size", "value": "4" })),
            (Method::POST, format!("{contact}/notes"), json!({ "text": "x" })),
            (Method::POST, format!("/api/conversations/{}/labels", self.conversation), label),
            (Method::POST, format!("/api/labels/{}", self.label), named),
            (Method::DELETE, format!("/api/labels/{}", self.label), Value::Null),
        ]
    }
}

fn parsed<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is not an id"))
}

/// Status and body, with what names this one request taken out.
async fn answer(user: &User, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
    let mut request = user.request(method, path);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let (status, id) = (answer.status().as_u16(), answer.headers().get("x-request-id").cloned());
    let mut text = answer.text().await.unwrap();
    if let Some(id) = id {
        text = text.replace(id.to_str().unwrap(), "REQUEST");
    }
    (status, text)
}

/// Everything the second tenant has, as one text.
async fn everything_of_beta(world: &World) -> String {
    let store = world.other_store().await;
    let mut all = String::new();
    for (table, columns) in [
        ("conversation", "id, rev, state, assignee_id, unread, last_seq"),
        ("message", "id, rev, seq, delivery"),
        ("member", "id, rev, scope_rev, role, active"),
        ("member_queue", "member_id, queue_id"),
        ("tenant_log", "head, audit_seq"),
        ("outbox", "message_id, attempts"),
        ("audit", "seq, hash"),
        ("label", "id, name"),
        ("contact_label", "contact_id, label_id"),
        ("conversation_label", "conversation_id, label_id"),
        ("contact_note", "id, text"),
    ] {
        let row = columns.split(", ").map(|c| format!("coalesce(CAST({c} AS TEXT), '')"));
        let row = row.collect::<Vec<_>>().join(" || '|' || ");
        let rows =
            sql::texts(&store, &format!("SELECT {row} AS t FROM {table} WHERE tenant_id = $1 ORDER BY 1"))
                .await;
        all.push_str(&format!("{table}: {rows:?}\n"));
    }
    all
}

async fn a_foreign_id_answers_like_an_id_that_never_existed(engine: Engine) {
    let world = World::new(engine).await;
    let (foreign, nothing) = (Named::foreign(&world).await, Named::nothing());
    let before = everything_of_beta(&world).await;
    for user in [world.agent().await, world.supervisor().await, world.administrator().await] {
        for (real, random) in foreign.commands(user.member).into_iter().zip(nothing.commands(user.member)) {
            let keyed = |command| Some(json!({ "key": CommandKey::new(), "command": command }));
            let theirs = answer(&user, Method::POST, "/api/commands", keyed(&real)).await;
            let nobodys = answer(&user, Method::POST, "/api/commands", keyed(&random)).await;
            assert_eq!(theirs, nobodys, "{real:?}");
            assert!(theirs.0 >= 400, "{real:?}: {theirs:?}");
        }
        for (real, random) in foreign.paths().into_iter().zip(nothing.paths()) {
            let theirs = answer(&user, Method::GET, &real, None).await;
            let nobodys = answer(&user, Method::GET, &random, None).await;
            assert_eq!(theirs, nobodys, "{real}");
            assert!(!theirs.1.contains("canary-of-beta"));
        }
        for (real, random) in foreign.changes().into_iter().zip(nothing.changes()) {
            let body = |value: &Value| (!value.is_null()).then(|| value.clone());
            let theirs = answer(&user, real.0.clone(), &real.1, body(&real.2)).await;
            let nobodys = answer(&user, random.0, &random.1, body(&random.2)).await;
            assert_eq!(theirs, nobodys, "{real:?}");
            assert!(theirs.0 >= 400, "{real:?}: {theirs:?}");
        }
    }
    assert_eq!(everything_of_beta(&world).await, before);
}

async fn a_foreign_id_in_a_frame_answers_like_an_id_that_never_existed(engine: Engine) {
    let world = World::new(engine).await;
    let (foreign, nothing) = (Named::foreign(&world).await, Named::nothing());
    let before = everything_of_beta(&world).await;
    let administrator = world.administrator().await;
    let mut client = LiveClient::connect(&administrator).await;
    for (real, random) in
        foreign.commands(administrator.member).into_iter().zip(nothing.commands(administrator.member))
    {
        let mut answers = Vec::new();
        for command in [real.clone(), random] {
            answers.push(match client.command(command).await {
                Ok(done) => Answer::Ok(done),
                Err(problem) => Answer::Error(problem),
            });
        }
        assert!(matches!(answers[0], Answer::Error(_)), "{real:?}");
        assert_eq!(answers[0], answers[1], "{real:?}");
    }
    for id in [foreign.conversation, nothing.conversation] {
        client.send(&ClientFrame::Typing { conversation: id }).await;
        client.send(&ClientFrame::viewing(Some(id))).await;
        assert!(!client.open(id).await);
    }
    let problems: Vec<_> = client.refused_opens.drain(..).map(|(_, problem)| problem).collect();
    assert_eq!(problems[0], problems[1]);
    assert_eq!(everything_of_beta(&world).await, before);
    // A view that claims to have the timeline open hears nothing of it.
    let mut theirs = LiveClient::connect(&world.stranger().await).await;
    let mut away = client.disconnect();
    away.view.opening(foreign.conversation);
    away.view.timelines.get_mut(&foreign.conversation).unwrap().opened_at = Some(0);
    let mut back = away.resume().await;
    theirs
        .done(Command::AddNote {
            conversation: foreign.conversation,
            text: "canary-of-beta".into(),
            mentions: Vec::new(),
        })
        .await;
    let busy = shared::model::member::Availability::Busy;
    back.done(Command::available_as(busy)).await;
    assert!(!serde_json::to_string(&back.events).unwrap().contains("canary-of-beta"));
}

async fn every_page_of_the_api_asks_who_is_there(engine: Engine) {
    let world = World::new(engine).await;
    let mut nobody = world.agent().await;
    nobody.cookie = format!("__Host-sid={}", "0".repeat(64));
    let nothing = Named::nothing();
    for path in nothing.paths() {
        assert_eq!(answer(&nobody, Method::GET, &path, None).await.0, 401, "{path}");
    }
    for command in nothing.commands(nobody.member) {
        let body = json!({ "key": CommandKey::new(), "command": command });
        assert_eq!(answer(&nobody, Method::POST, "/api/commands", Some(body)).await.0, 401);
    }
}
