//! Writing to a customer first.

use reqwest::StatusCode;
use serde_json::{Value, json};
use shared::{
    api::templates::TemplatesPage,
    error::ErrorCode,
    live::command::{Command, Done},
    model::{conversation::CloseReason, message::DeliveryState, outgoing::Outgoing, template::Template},
};
use simulator::payload::Sender;

use super::{becomes, bodies};
use crate::{
    harness::{
        Engine, LiveClient, Options, User, World, eventually, sql,
        webhook::{ann, unix_now},
    },
    webhook::changes::timeline,
};

on_both_engines!(
    a_template_begins_a_conversation_that_its_writer_holds,
    an_open_conversation_is_not_begun_twice,
    one_that_was_closed_lately_goes_on,
    two_spellings_of_a_number_are_one_customer,
    what_cannot_be_begun_is_refused_and_leaves_nothing,
    a_customer_who_stopped_offers_gets_none,
    a_refused_offer_teaches_that_the_customer_wants_none,
);

const STRANGER: &str = "+49 151 2345 0001";

async fn desk(engine: Engine) -> (World, simulator::Running, User) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.administrator().await.command(Command::SyncTemplates {}).await.unwrap();
    let agent = world.agent().await;
    (world, meta, agent)
}

async fn template(user: &User, name: &str) -> Template {
    eventually("templates were listed", async || {
        let (_, page) = user.get("/api/templates").await;
        let page: TemplatesPage = serde_json::from_value(page).unwrap();
        page.templates.into_iter().find(|one| one.name == name && one.language == "en")
    })
    .await
}

async fn offer(user: &User, name: &str) -> Outgoing {
    let template = template(user, name).await;
    let value =
        |variable: shared::model::template::TemplateVariable| shared::model::template::TemplateValue {
            place: variable.place,
            name: variable.name,
            value: "Ada".into(),
        };
    let values = template.variables().into_iter().map(value).collect();
    Outgoing::Template { template: template.id, values, upload: None }
}

fn to(world: &World, phone: &str, what: &Outgoing) -> Command {
    Command::Begin {
        channel: world.alpha.sales_channel,
        phone: phone.into(),
        name: Some("Ada Lamp".into()),
        what: what.clone(),
    }
}

async fn begun(user: &User, command: Command) -> Done {
    user.command(command).await.unwrap()
}

async fn conversations(user: &User, query: &str) -> Vec<Value> {
    let (status, page) = user.get(&format!("/api/conversations?{query}")).await;
    assert_eq!(status, StatusCode::OK);
    page["conversations"].as_array().unwrap().clone()
}

async fn a_template_begins_a_conversation_that_its_writer_holds(engine: Engine) {
    let (world, meta, agent) = desk(engine).await;
    let mut colleague = LiveClient::connect(&world.second_agent().await).await;
    let what = offer(&agent, "order_update").await;
    let done = begun(&agent, to(&world, STRANGER, &what)).await;
    let id = done.conversation.unwrap();
    colleague.until("a colleague sees it", |c| c.view().conversations.contains_key(&id)).await;
    let row = colleague.view().conversations[&id].clone();
    assert_eq!((row.assignee, row.contact.name.as_deref()), (Some(agent.member), Some("Ada Lamp")));
    assert_eq!((row.unread, row.waiting_since, row.window_until), (0, None, None));
    let message = done.message.unwrap();
    becomes(&agent, id, message, DeliveryState::Accepted).await;
    assert_eq!(bodies(&meta)[0]["to"], "+4915123450001");
    // Nothing but templates until the customer answers.
    assert_eq!(agent.refused(Command::text(id, "Hello?")).await, ErrorCode::WindowClosed);
    let ada = Sender::phone("4915123450001", "Ada");
    world.customer_writes(&ada, "Yes?").await;
    assert_eq!(timeline(&agent, id).await.len(), 3, "taken, ours, theirs");
    agent.command(Command::text(id, "Hello!")).await.unwrap();
}

async fn an_open_conversation_is_not_begun_twice(engine: Engine) {
    let (world, meta, agent) = desk(engine).await;
    let what = offer(&agent, "order_update").await;
    begun(&agent, to(&world, STRANGER, &what)).await;
    let again = to(&world, "0049 (0)151-2345 0001", &what);
    assert_eq!(agent.refused(again.clone()).await, ErrorCode::ConversationOpen);
    assert_eq!(world.second_agent().await.refused(again.clone()).await, ErrorCode::ConversationOpen);
    assert_eq!(conversations(&agent, "search=4915123450001").await.len(), 1, "it is found by its number");
    // The same command once more answers the same and sends nothing.
    let key = shared::ids::CommandKey::new();
    let other = to(&world, "+49 151 2345 0002", &what);
    let first = agent.keyed(key, other.clone()).await.unwrap();
    assert_eq!(agent.keyed(key, other).await.unwrap(), first);
    eventually("both are sent", async || (bodies(&meta).len() == 2).then_some(())).await;
}

async fn one_that_was_closed_lately_goes_on(engine: Engine) {
    let (world, _meta, agent) = desk(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let id = world.only_conversation().await;
    agent.command(Command::Close { conversation: id, reason: CloseReason::Resolved }).await.unwrap();
    let what = offer(&agent, "order_update").await;
    let done = begun(&agent, to(&world, "+4915200000001", &what)).await;
    assert_eq!(done.conversation, Some(id));
    let row = conversations(&agent, "").await.remove(0);
    assert_eq!(
        (row["state"].as_str(), row["assignee"].as_str()),
        (Some("assigned"), Some(agent.member.to_string().as_str()))
    );
    // What the customer calls themselves stays.
    assert_ne!(row["contact"]["name"], "Ada Lamp");
}

async fn two_spellings_of_a_number_are_one_customer(engine: Engine) {
    let (world, _meta, agent) = desk(engine).await;
    let what = offer(&agent, "order_update").await;
    for (dialled, from) in [
        ("+55 11 98765-4321", "551187654321"),
        ("+52 55 1234 5678", "5215512345678"),
        ("+54 11 1234 5678", "5491112345678"),
    ] {
        let id = begun(&agent, to(&world, dialled, &what)).await.conversation.unwrap();
        world.customer_writes(&Sender::phone(from, "Somebody"), "It is me").await;
        assert_eq!(timeline(&agent, id).await.len(), 3, "{from} answers what was sent to {dialled}");
        assert_eq!(agent.refused(to(&world, &format!("+{from}"), &what)).await, ErrorCode::ConversationOpen);
    }
    assert_eq!(sql::count(&world.store().await, "contact").await, 3);
}

async fn what_cannot_be_begun_is_refused_and_leaves_nothing(engine: Engine) {
    let (world, meta, agent) = desk(engine).await;
    let what = offer(&agent, "order_update").await;
    let text = Outgoing::Text { text: "Hello".into() };
    assert_eq!(agent.refused(to(&world, STRANGER, &text)).await, ErrorCode::BadRequest);
    assert_eq!(agent.refused(to(&world, "0151 2345", &what)).await, ErrorCode::PhoneInvalid);
    let incomplete = match &what {
        Outgoing::Template { template, .. } => {
            Outgoing::Template { template: *template, values: Vec::new(), upload: None }
        }
        _ => unreachable!(),
    };
    assert_eq!(agent.refused(to(&world, STRANGER, &incomplete)).await, ErrorCode::TemplateIncomplete);
    // A number of another tenant, and one whose queue the agent is not in.
    assert_eq!(world.stranger().await.refused(to(&world, STRANGER, &what)).await, ErrorCode::NotFound);
    let member = agent.member;
    let queues = vec![world.alpha.support_queue];
    world.administrator().await.command(Command::SetQueues { member, queues }).await.unwrap();
    assert_eq!(agent.refused(to(&world, STRANGER, &what)).await, ErrorCode::NotFound);
    let store = world.store().await;
    assert_eq!((sql::count(&store, "contact").await, sql::count(&store, "conversation").await), (0, 0));
    assert_eq!(bodies(&meta).len(), 0);
    // One out of sight says only that somebody has it.
    let second = world.second_agent().await;
    begun(&second, to(&world, STRANGER, &what)).await;
    let there = Command::Begin {
        channel: world.alpha.sales_channel,
        phone: STRANGER.into(),
        name: None,
        what: what.clone(),
    };
    assert_eq!(world.supervisor().await.refused(there).await, ErrorCode::ConversationOpen);
}

/// A customer tells WhatsApp what they want.
async fn wishes(world: &World, from: &str, value: &str, at: i64) {
    let body = json!({ "object": "whatsapp_business_account", "entry": [{
        "id": world.alpha.sales.waba_id,
        "changes": [{ "field": "user_preferences", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "phone_number_id": world.alpha.sales.phone_number_id },
            "contacts": [{ "profile": { "name": "Ada" }, "wa_id": from }],
            "user_preferences": [{ "wa_id": from, "category": "marketing_messages", "value": value, "timestamp": at }],
        } }],
    }] });
    assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
}

async fn a_customer_who_stopped_offers_gets_none(engine: Engine) {
    let (world, meta, agent) = desk(engine).await;
    let (from, now) = ("4915123450001", unix_now(&world.server));
    wishes(&world, from, "stop", now - 10).await;
    let marketing = offer(&agent, "autumn_offers").await;
    assert_eq!(agent.refused(to(&world, STRANGER, &marketing)).await, ErrorCode::OptedOut);
    // News of an order are no offers.
    let done = begun(&agent, to(&world, STRANGER, &offer(&agent, "order_update").await)).await;
    let id = done.conversation.unwrap();
    let mut client = LiveClient::connect(&agent).await;
    assert!(client.view().conversations[&id].contact.no_marketing);
    // An older wish, and the same once more, change nothing; a newer one is told at once.
    wishes(&world, from, "resume", now - 20).await;
    wishes(&world, from, "stop", now - 10).await;
    let send = Command::Send { conversation: id, answers: None, base: None, what: marketing };
    assert_eq!(agent.refused(send.clone()).await, ErrorCode::OptedOut);
    wishes(&world, from, "resume", now).await;
    client.until("offers are welcome again", |c| !c.view().conversations[&id].contact.no_marketing).await;
    let message = agent.command(send).await.unwrap().message.unwrap();
    becomes(&agent, id, message, DeliveryState::Accepted).await;
    assert_eq!(bodies(&meta).len(), 2);
    assert_eq!(sql::count(&world.store().await, "raw_item").await, 0, "everything was understood");
}

async fn a_refused_offer_teaches_that_the_customer_wants_none(engine: Engine) {
    let (world, meta, agent) = desk(engine).await;
    let marketing = offer(&agent, "autumn_offers").await;
    meta.control().answer_next([simulator::Outcome::Refuse { code: 131_050, details: None, http: None }]);
    let done = begun(&agent, to(&world, STRANGER, &marketing)).await;
    let (id, message) = (done.conversation.unwrap(), done.message.unwrap());
    becomes(&agent, id, message, DeliveryState::Failed).await;
    let send = Command::Send { conversation: id, answers: None, base: None, what: marketing };
    assert_eq!(agent.refused(send).await, ErrorCode::OptedOut);
    assert_eq!(agent.refused(Command::RetryMessage { message }).await, ErrorCode::OptedOut);
}
