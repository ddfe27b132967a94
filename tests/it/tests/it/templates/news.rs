//! What Meta tells by itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::model::template::{
    Template, TemplateButton, TemplateCategory, TemplateHeader, TemplateQuality, TemplateStatus,
};
use simulator::{Running, TemplateNews};

use super::{listed, named, sync, until_status};
use crate::harness::{Engine, Options, Random, World, sql, webhook::unix_now};

on_both_engines!(
    what_meta_tells_is_seen_at_once,
    a_quality_under_the_wrong_name_is_a_quality,
    new_texts_are_seen_at_once_and_the_rest_is_asked_for,
    news_of_an_unknown_template_make_the_account_be_listed,
    the_order_and_number_of_deliveries_do_not_matter,
    what_is_told_late_does_not_undo_a_list,
    news_of_a_foreign_account_go_to_quarantine,
);

fn status(word: &str, reason: Option<&str>) -> TemplateNews {
    TemplateNews::Status { status: word.into(), reason: reason.map(str::to_owned) }
}

/// Meta's template of this name.
fn at_meta(meta: &Running, world: &World, name: &str) -> simulator::Template {
    let all = meta.control().templates(&world.alpha.sales.waba_id);
    all.into_iter().find(|template| template.name == name).unwrap()
}

async fn told(world: &World, meta: &Running, name: &str, news: TemplateNews) -> Template {
    let id = at_meta(meta, world, name).id;
    assert!(meta.control().tell_template(&world.alpha.sales.waba_id, &id, news).await.is_ok());
    named(&world.agent().await, name).await.unwrap()
}

async fn what_meta_tells_is_seen_at_once(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let name = "autumn_offers";
    let paused = told(&world, &meta, name, status("PAUSED", Some("FIRST_PAUSE"))).await;
    assert_eq!((paused.status, paused.reason.as_deref()), (TemplateStatus::Paused, Some("FIRST_PAUSE")));
    assert!(!paused.sendable() && paused.rev == 2);
    let back = told(&world, &meta, name, status("REINSTATED", None)).await;
    assert_eq!((back.status, back.reason), (TemplateStatus::Approved, None));
    let red = told(&world, &meta, name, TemplateNews::Quality { quality: "RED".into() }).await;
    assert_eq!(red.quality, Some(TemplateQuality::Red));
    let announced = TemplateNews::Announced { category: "UTILITY".into(), at: 1_900_000_000 };
    let announced = told(&world, &meta, name, announced).await;
    let coming = announced.coming.unwrap();
    assert_eq!(announced.category, TemplateCategory::Marketing, "nothing has changed yet");
    assert_eq!(coming.category, TemplateCategory::Utility);
    assert_eq!(coming.at.unwrap().timestamp(), 1_900_000_000);
    let changed = told(&world, &meta, name, TemplateNews::Category { category: "UTILITY".into() }).await;
    assert_eq!((changed.category, changed.coming), (TemplateCategory::Utility, None));
    let kept = "SELECT count(*) AS n FROM raw_item WHERE tenant_id = $1 AND error IS NULL";
    assert_eq!(sql::number(&world.store().await, kept).await, 5);
}

async fn a_quality_under_the_wrong_name_is_a_quality(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let (account, template) = (&world.alpha.sales.waba_id, at_meta(&meta, &world, "we_missed_you"));
    let news = TemplateNews::Quality { quality: "YELLOW".into() };
    let mut body = news.webhook(account, &template, unix_now(&world.server));
    body["entry"][0]["changes"][0]["field"] = json!("message_template_status_update");
    assert!(world.alpha.post(&world.server, &body).await.is_success());
    let known = named(&world.agent().await, "we_missed_you").await.unwrap();
    assert_eq!((known.quality, known.status), (Some(TemplateQuality::Yellow), TemplateStatus::Approved));
}

async fn new_texts_are_seen_at_once_and_the_rest_is_asked_for(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let components = json!([
        { "type": "HEADER", "format": "IMAGE" },
        { "type": "BODY", "text": "Hi {{1}}, two lamps this month." },
        { "type": "FOOTER", "text": "Harbour Lights" },
        { "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "See", "url": "https://lamps.example" }] },
    ]);
    let texts = TemplateNews::Components { components: components.as_array().unwrap().clone() };
    let lamp = told(&world, &meta, "lamp_of_the_month", texts).await;
    assert_eq!(lamp.body, "Hi {{1}}, two lamps this month.");
    assert_eq!(lamp.header, Some(TemplateHeader::Image), "a picture is not told and stays");
    assert_eq!(lamp.footer.as_deref(), Some("Harbour Lights"));
    let button = TemplateButton::Url { text: "See".into(), url: "https://lamps.example".into() };
    assert_eq!(lamp.buttons, [button]);
    let soon = (world.server.app.store.clock().now() + chrono::TimeDelta::minutes(3)).timestamp_micros();
    let planned = format!(
        "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'sync_templates' AND due_at < {soon}"
    );
    assert_eq!(sql::number(&world.store().await, &planned).await, 1);
}

async fn news_of_an_unknown_template_make_the_account_be_listed(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let (account, fresh) = (&world.alpha.sales.waba_id, simulator::Template::text("fresh", "en", "New."));
    meta.control().put_template(account, fresh.clone());
    let approved = status("APPROVED", None);
    assert!(meta.control().tell_template(account, &fresh.id, approved).await.is_ok());
    until_status(&world.agent().await, "fresh", TemplateStatus::Approved).await;
}

/// What is told of one template, with Meta's second of each.
fn a_life(start: i64) -> Vec<(i64, TemplateNews)> {
    let quality = |word: &str| TemplateNews::Quality { quality: word.into() };
    let category = |word: &str| TemplateNews::Category { category: word.into() };
    let texts =
        |text: &str| TemplateNews::Components { components: vec![json!({ "type": "BODY", "text": text })] };
    let life = [
        status("PAUSED", Some("FIRST_PAUSE")),
        quality("RED"),
        texts("One"),
        TemplateNews::Announced { category: "MARKETING".into(), at: start + 50 },
        status("APPROVED", None),
        quality("YELLOW"),
        category("MARKETING"),
        texts("Two"),
        TemplateNews::Announced { category: "AUTHENTICATION".into(), at: start + 90 },
        status("REJECTED", Some("SCAM")),
    ];
    (start..).zip(life).collect()
}

async fn the_order_and_number_of_deliveries_do_not_matter(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let account = world.alpha.sales.waba_id.clone();
    // Twins, each of which hears of the same life in another order.
    for n in 0..8 {
        let twin = simulator::Template::text(&format!("twin_{n}"), "en", "Hello.");
        meta.control().put_template(&account, twin);
    }
    sync(&world).await;
    let (agent, start) = (world.agent().await, unix_now(&world.server));
    let mut random = Random::new(7);
    for n in 0..8 {
        let mut twin = at_meta(&meta, &world, &format!("twin_{n}"));
        let mut deliveries: Vec<Value> = Vec::new();
        for (at, news) in a_life(start) {
            deliveries.push(news.webhook(&account, &twin, at));
            if let TemplateNews::Category { category } = news {
                twin.category = category; // later webhooks say so
            }
        }
        if n > 0 {
            deliveries.extend(deliveries.clone());
            for at in (1..deliveries.len()).rev() {
                deliveries.swap(at, random.below(at + 1));
            }
        }
        for body in deliveries {
            assert!(world.alpha.post(&world.server, &body).await.is_success());
        }
    }
    let twins: BTreeMap<String, Template> = listed(&agent, "?search=twin_")
        .await
        .into_iter()
        .map(|twin| (twin.name.clone(), Template { id: world_id(), rev: 0, name: String::new(), ..twin }))
        .collect();
    let first = &twins["twin_0"];
    assert_eq!((first.status, first.reason.as_deref()), (TemplateStatus::Rejected, Some("SCAM")));
    assert_eq!((first.quality, first.body.as_str()), (Some(TemplateQuality::Yellow), "Two"));
    assert_eq!(first.category, TemplateCategory::Marketing);
    assert_eq!(first.coming.unwrap().category, TemplateCategory::Authentication);
    assert_eq!(twins.len(), 8);
    assert!(twins.values().all(|twin| twin == first), "{twins:#?}");
}

/// One id for all twins, so that they can be compared.
fn world_id() -> shared::ids::TemplateId {
    "tpl_00000000000000000000000000000001".parse().unwrap()
}

async fn what_is_told_late_does_not_undo_a_list(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let template = at_meta(&meta, &world, "we_missed_you");
    let an_hour_ago = unix_now(&world.server) - 3600;
    for news in [status("DISABLED", None), TemplateNews::Quality { quality: "RED".into() }] {
        let body = news.webhook(&world.alpha.sales.waba_id, &template, an_hour_ago);
        assert!(world.alpha.post(&world.server, &body).await.is_success());
    }
    let known = named(&world.agent().await, "we_missed_you").await.unwrap();
    assert_eq!((known.status, known.quality), (TemplateStatus::Approved, Some(TemplateQuality::Green)));
    assert_eq!(known.rev, 1);
}

async fn news_of_a_foreign_account_go_to_quarantine(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let template = at_meta(&meta, &world, "we_missed_you");
    let before = world.quarantined().await;
    let foreign = &world.beta.sales.waba_id;
    for account in [foreign.as_str(), "800000000000099"] {
        let body = status("DISABLED", None).webhook(account, &template, unix_now(&world.server));
        assert!(world.alpha.post(&world.server, &body).await.is_success());
    }
    assert_eq!(world.quarantined().await, before + 2);
    let known = named(&world.agent().await, "we_missed_you").await.unwrap();
    assert_eq!(known.status, TemplateStatus::Approved);
    let theirs = listed(&world.stranger().await, "").await;
    assert!(theirs.iter().all(|template| template.status != TemplateStatus::Disabled));
}
