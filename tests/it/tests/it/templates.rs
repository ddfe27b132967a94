//! WhatsApp's message templates: what Meta has is here, soon after it is there.

mod doors;
mod listing;
mod news;
mod samples;
mod writing;

use shared::{
    api::templates::TemplatesPage,
    live::command::Command,
    model::template::{Template, TemplateStatus},
};

use crate::harness::{User, World, eventually, sql};

/// What a member sees of them.
async fn listed(user: &User, query: &str) -> Vec<Template> {
    let (status, body) = user.get(&format!("/api/templates{query}")).await;
    assert!(status.is_success(), "{status} {body}");
    serde_json::from_value::<TemplatesPage>(body).unwrap().templates
}

async fn named(user: &User, name: &str) -> Option<Template> {
    listed(user, "").await.into_iter().find(|template| template.name == name)
}

/// Asks Meta and waits for the answer.
async fn sync(world: &World) {
    world.supervisor().await.command(Command::SyncTemplates {}).await.unwrap();
    synced(world).await;
}

/// Waits until every listing that was asked for has come.
async fn synced(world: &World) {
    let store = world.store().await;
    let soon = (world.server.app.store.clock().now() + chrono::TimeDelta::hours(12)).timestamp_micros();
    let all = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'sync_templates'";
    let late = format!("{all} AND due_at > {soon} AND leased_by IS NULL");
    eventually("the templates are listed", async || {
        (sql::number(&store, all).await == 1 && sql::number(&store, &late).await == 1).then_some(())
    })
    .await;
}

/// Waits until the template is as wanted.
async fn until_status(user: &User, name: &str, wanted: TemplateStatus) -> Template {
    eventually("the template has its status", async || {
        named(user, name).await.filter(|template| template.status == wanted)
    })
    .await
}
