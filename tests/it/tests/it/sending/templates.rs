//! Sending templates, whatever the customer service window says.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    api::templates::TemplatesPage,
    error::ErrorCode,
    ids::{ConversationId, TemplateId},
    live::command::Command,
    model::{
        content::{Content, SentTemplate},
        file::File,
        message::{Body, DeliveryState, FailureReason, Message},
        outgoing::Outgoing,
        template::{Template, TemplatePlace, TemplateValue},
    },
};
use simulator::Outcome;
use std::sync::Arc;

use server::clock::{Clock, FakeClock, SystemClock};

use super::{becomes, bodies, uploads};
use crate::{
    files::picture,
    harness::{Engine, Options, User, World, eventually, webhook::ann},
};

on_both_engines!(
    a_template_is_filled_in_sent_and_shown_as_the_customer_reads_it,
    a_template_goes_out_when_the_window_is_closed_and_nothing_else_does,
    a_template_with_a_picture_takes_one_along,
    what_is_missing_unknown_or_not_allowed_is_refused,
    a_template_that_failed_is_sent_again_as_it_was,
);

async fn desk(engine: Engine, options: Options) -> (World, simulator::Running, ConversationId) {
    let (world, meta) = World::with_meta(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    let id = world.only_conversation().await;
    world.administrator().await.command(Command::SyncTemplates {}).await.unwrap();
    (world, meta, id)
}

/// All templates, once they have been listed.
async fn templates(user: &User) -> Vec<Template> {
    eventually("templates were listed", async || {
        let (_, page) = user.get("/api/templates").await;
        let page: TemplatesPage = serde_json::from_value(page).unwrap();
        (!page.templates.is_empty()).then_some(page.templates)
    })
    .await
}

async fn named(user: &User, name: &str, language: &str) -> Template {
    let all = templates(user).await;
    all.into_iter().find(|one| one.name == name && one.language == language).unwrap()
}

/// A value for each of a template's variables.
fn values(template: &Template) -> Vec<TemplateValue> {
    let value = |(at, variable): (usize, shared::model::template::TemplateVariable)| TemplateValue {
        place: variable.place,
        name: variable.name,
        value: format!("value {at}"),
    };
    template.variables().into_iter().enumerate().map(value).collect()
}

fn send(conversation: ConversationId, template: TemplateId, values: Vec<TemplateValue>) -> Command {
    let what = Outgoing::Template { template, values, upload: None };
    Command::Send { conversation, answers: None, base: None, what }
}

fn sent(message: &Message) -> &SentTemplate {
    let Body::Content(content) = &message.body else { panic!("{:?}", message.body) };
    let Content::Template(sent) = &**content else { panic!("{content:?}") };
    sent
}

async fn a_template_is_filled_in_sent_and_shown_as_the_customer_reads_it(engine: Engine) {
    let (world, meta, id) = desk(engine, Options::default()).await;
    let agent = world.agent().await;
    let template = named(&agent, "order_update", "en").await;
    let mut given = values(&template);
    given[0].value = " Ada ".into();
    given[1].value = "{{1}}".into();
    // A value for nothing is left out.
    given.push(TemplateValue { place: TemplatePlace::Body, name: "9".into(), value: "x".into() });
    let done = agent.command(send(id, template.id, given)).await.unwrap();
    let message = becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    let shown = sent(&message);
    assert_eq!(shown.body, "Hello Ada, there is news about your order {{1}}. Shall we continue here?");
    assert_eq!(shown.buttons, ["Yes, please", "Not now"]);
    let body = bodies(&meta).remove(0);
    assert_eq!(body["type"], "template");
    assert_eq!(
        body["template"],
        json!({
            "name": "order_update",
            "language": { "code": "en" },
            "components": [{ "type": "body", "parameters": [
                { "type": "text", "text": "Ada" }, { "type": "text", "text": "{{1}}" },
            ] }],
        })
    );
    // It is found by what it says.
    let (_, page) = agent.get("/api/conversations?search=news%20ada").await;
    assert_eq!(page["conversations"].as_array().unwrap().len(), 1);
    assert_eq!(page["conversations"][0]["last"]["kind"], "template");
}

async fn a_template_goes_out_when_the_window_is_closed_and_nothing_else_does(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let (world, meta, id) = desk(engine, options).await;
    let agent = world.agent().await;
    let template = named(&agent, "order_update", "en").await;
    clock.advance(TimeDelta::hours(25));
    let agent = {
        drop(agent);
        world.agent().await
    };
    assert_eq!(agent.refused(Command::text(id, "Hello?")).await, ErrorCode::WindowClosed);
    let done = agent.command(send(id, template.id, values(&template))).await.unwrap();
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    assert_eq!(bodies(&meta).len(), 1);
}

async fn a_template_with_a_picture_takes_one_along(engine: Engine) {
    let (world, meta, id) = desk(engine, Options::default()).await;
    let agent = world.agent().await;
    let template =
        templates(&agent).await.into_iter().find(|one| one.needs_file() && one.sendable()).unwrap();
    let with = |upload| {
        let what = Outgoing::Template { template: template.id, values: values(&template), upload };
        Command::Send { conversation: id, answers: None, base: None, what }
    };
    assert_eq!(agent.refused(with(None)).await, ErrorCode::TemplateIncomplete);
    let paper = uploads(&agent, "a.pdf", b"%PDF-1.7").await.unwrap();
    assert_eq!(agent.refused(with(Some(paper.id))).await, ErrorCode::FileTypeRefused);
    let bytes = picture(40, 30);
    let upload = uploads(&agent, "lamp.png", &bytes).await.unwrap();
    let done = agent.command(with(Some(upload.id))).await.unwrap();
    let message = becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    assert!(matches!(message.file.as_deref(), Some(File::Ready(_))), "{:?}", message.file);
    let body = bodies(&meta).remove(0);
    let header = &body["template"]["components"][0];
    assert_eq!((&header["type"], &header["parameters"][0]["type"]), (&"header".into(), &"image".into()));
    let media = header["parameters"][0]["image"]["id"].as_str().unwrap();
    assert_eq!(meta.control().media(media).unwrap().1, bytes);
    let path = format!("/api/messages/{}/file", message.id);
    assert_eq!(
        agent.request(reqwest::Method::GET, &path).send().await.unwrap().bytes().await.unwrap(),
        bytes
    );
    // A file where none belongs is refused, and stays.
    let plain = named(&agent, "order_update", "en").await;
    let what = Outgoing::Template { template: plain.id, values: values(&plain), upload: Some(paper.id) };
    let command = Command::Send { conversation: id, answers: None, base: None, what };
    assert_eq!(agent.refused(command).await, ErrorCode::FileTypeRefused);
    agent.command(super::file(id, paper.id, None)).await.unwrap();
}

async fn what_is_missing_unknown_or_not_allowed_is_refused(engine: Engine) {
    let (world, meta, id) = desk(engine, Options::default()).await;
    let agent = world.agent().await;
    let template = named(&agent, "order_update", "en").await;
    let with = |value: &str| {
        let mut given = values(&template);
        given[1].value = value.to_owned();
        send(id, template.id, given)
    };
    assert_eq!(agent.refused(send(id, template.id, Vec::new())).await, ErrorCode::TemplateIncomplete);
    assert_eq!(agent.refused(with(" ")).await, ErrorCode::TemplateIncomplete);
    assert_eq!(agent.refused(with("two\nlines")).await, ErrorCode::TextInvalid);
    assert_eq!(agent.refused(with(&"x".repeat(1_000))).await, ErrorCode::TextTooLong);
    assert_eq!(agent.refused(send(id, TemplateId::new(), Vec::new())).await, ErrorCode::NotFound);
    for state in ["pickup_reminder", "loud_sale"] {
        let other = named(&agent, state, "en").await;
        let refused = agent.refused(send(id, other.id, values(&other))).await;
        assert_eq!(refused, ErrorCode::TemplateNotSendable, "{state}");
    }
    // Another tenant's template is none.
    let stranger = world.stranger().await;
    stranger.command(Command::SyncTemplates {}).await.unwrap();
    let theirs = named(&stranger, "order_update", "en").await;
    assert_ne!(theirs.id, template.id);
    assert_eq!(agent.refused(send(id, theirs.id, values(&theirs))).await, ErrorCode::NotFound);
    assert_eq!(bodies(&meta).len(), 0);
}

async fn a_template_that_failed_is_sent_again_as_it_was(engine: Engine) {
    let (world, meta, id) = desk(engine, Options::default()).await;
    let agent = world.agent().await;
    let template = named(&agent, "order_update", "en").await;
    meta.control().answer_next([Outcome::Refuse { code: 132_015, details: None, http: None }]);
    let first = agent.command(send(id, template.id, values(&template))).await.unwrap().message.unwrap();
    let failed = becomes(&agent, id, first, DeliveryState::Failed).await;
    assert_eq!(
        failed.delivery.as_ref().unwrap().failure.as_ref().unwrap().reason,
        FailureReason::ContentRefused
    );
    let again = agent.command(Command::RetryMessage { message: first }).await.unwrap().message.unwrap();
    let message = becomes(&agent, id, again, DeliveryState::Accepted).await;
    assert_eq!(sent(&message), sent(&failed));
    let all = bodies(&meta);
    assert_eq!(all[0]["template"], all[1]["template"]);
}
