//! Who sees templates, and who looks after them.

use reqwest::StatusCode;
use serde_json::json;
use shared::{
    error::ErrorCode,
    ids::{ChannelId, TemplateId},
    live::command::Command,
};
use simulator::Template;

use super::{listed, sync};
use crate::harness::{Engine, Options, World, eventually, sql};

on_both_engines!(
    a_tenant_sees_its_own_templates_only,
    words_find_templates_by_name_and_text,
    an_agent_sees_templates_but_a_supervisor_asks_for_them,
    a_channel_sends_templates_of_its_own_account_only,
);

async fn a_tenant_sees_its_own_templates_only(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (ours, theirs) = (&world.alpha.sales.waba_id, &world.beta.sales.waba_id);
    meta.control().put_template(ours, Template::text("ours", "en", "Hello."));
    meta.control().put_template(theirs, Template::text("theirs", "en", "Hello."));
    sync(&world).await;
    let stranger = world.stranger().await;
    stranger.command(Command::SyncTemplates {}).await.unwrap();
    let names = async |user| -> Vec<String> {
        listed(user, "?search=s").await.into_iter().map(|template| template.name).collect()
    };
    eventually("the other tenant has its own", async || {
        names(&stranger).await.contains(&"theirs".to_owned()).then_some(())
    })
    .await;
    assert!(!names(&stranger).await.contains(&"ours".to_owned()));
    let agent = world.agent().await;
    assert!(names(&agent).await.contains(&"ours".to_owned()));
    assert!(!names(&agent).await.contains(&"theirs".to_owned()));
    let of = |channel: ChannelId| format!("/api/templates?channel={channel}");
    let foreign = agent.get(&of(world.beta.sales_channel)).await;
    let nobodys = agent.get(&of(ChannelId::new())).await;
    assert_eq!((foreign.0, &foreign.1["code"]), (StatusCode::NOT_FOUND, &json!("not_found")));
    assert_eq!((nobodys.0, &nobodys.1["code"]), (foreign.0, &foreign.1["code"]));
    assert_eq!(agent.get("/api/templates?channel=7").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(agent.get("/api/templates?tenant=beta").await.0, StatusCode::BAD_REQUEST);
}

async fn words_find_templates_by_name_and_text(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let agent = world.agent().await;
    let names = async |words: &str| -> Vec<String> {
        let query = format!("?channel={}&search={words}", world.alpha.sales_channel);
        listed(&agent, &query).await.into_iter().map(|template| template.name).collect()
    };
    assert_eq!(names("BESTELLUNG").await, ["order_update"]);
    assert_eq!(names("lamp%20month").await, ["lamp_of_the_month"]);
    assert_eq!(names("lamp%20parcel").await, [""; 0]);
    assert_eq!(names("").await.len(), 9);
}

async fn an_agent_sees_templates_but_a_supervisor_asks_for_them(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let agent = world.agent().await;
    assert_eq!(agent.refused(Command::SyncTemplates {}).await, ErrorCode::Forbidden);
    assert_eq!(listed(&agent, "").await.len(), 9);
    world.administrator().await.command(Command::SyncTemplates {}).await.unwrap();
    let audited = "SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND action = 'templates.sync'";
    assert_eq!(sql::number(&world.store().await, audited).await, 2);
}

async fn a_channel_sends_templates_of_its_own_account_only(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let (store, channel) = (world.store().await, world.alpha.sales_channel);
    let ours = listed(&world.agent().await, "").await.remove(0);
    let found = async |channel, id| {
        let read = store.read(move |scoped| server::domain::templates::of_channel(scoped, channel, id)).await;
        read.unwrap().map(|template| template.id)
    };
    assert_eq!(found(channel, ours.id).await, Some(ours.id));
    assert_eq!(found(channel, TemplateId::new()).await, None);
    assert_eq!(found(ChannelId::new(), ours.id).await, None);
    // The number moves to another account: what it could send is the old one's.
    let moved = "UPDATE channel SET account_id = '800000000000077' WHERE tenant_id = $1";
    store.write(move |tx| Ok(sql::execute(tx, moved)?)).await.unwrap();
    assert_eq!(found(channel, ours.id).await, None);
}
