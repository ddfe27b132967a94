//! Listing what Meta has.

use shared::{
    live::command::Command,
    model::template::{TemplateCategory, TemplateHeader, TemplatePlace, TemplateQuality, TemplateStatus},
};
use simulator::TemplateNews;

use super::{listed, named, sync, synced};
use crate::harness::{Engine, Options, World, eventually, sql};

on_both_engines!(
    an_account_of_many_pages_is_listed_whole,
    a_template_comes_with_all_that_a_send_needs,
    what_changes_and_goes_at_meta_changes_and_goes_here,
    a_list_that_breaks_off_removes_nothing_and_is_asked_for_again,
    whoever_asks_many_times_is_answered_by_one_list,
    a_number_from_before_learns_whose_it_is,
);

async fn an_account_of_many_pages_is_listed_whole(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let account = &world.alpha.sales.waba_id;
    for n in 0..241 {
        let template = simulator::Template::text(&format!("t{n:03}"), "en", "Hello.");
        meta.control().put_template(account, template);
    }
    sync(&world).await;
    let all = listed(&world.agent().await, "").await;
    assert_eq!(all.len(), 250);
    assert!(all.is_sorted_by_key(|template| (template.name.clone(), template.language.clone())));
    assert!(all.iter().all(|template| template.account == *account && template.rev == 1));
    assert!(meta.control().template_pages() >= 3);
}

async fn a_template_comes_with_all_that_a_send_needs(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let agent = world.agent().await;
    let appointment = named(&agent, "fitting_appointment").await.unwrap();
    assert!(appointment.named && appointment.sendable());
    let variables: Vec<_> = appointment.variables().into_iter().map(|v| (v.place, v.name)).collect();
    let (header, body) = (TemplatePlace::Header, TemplatePlace::Body);
    let expected = [(header, "first_name"), (body, "day"), (body, "time")];
    assert_eq!(variables, expected.map(|(place, name)| (place, name.to_owned())));
    let text = appointment.body_text(&appointment.examples);
    assert_eq!(text, "Your appointment is on Saturday at 11:30. Is that still convenient?");
    assert_eq!(appointment.header_text(&appointment.examples).as_deref(), Some("See you, Ada"));
    let lamp = named(&agent, "lamp_of_the_month").await.unwrap();
    assert_eq!((lamp.header.clone(), lamp.needs_file()), (Some(TemplateHeader::Image), true));
    assert_eq!((lamp.category, lamp.quality), (TemplateCategory::Marketing, Some(TemplateQuality::Green)));
    let parcel = named(&agent, "parcel_on_its_way").await.unwrap();
    let url = parcel.button_url(0, &parcel.examples);
    assert_eq!(url.as_deref(), Some("https://parcels.example/follow/P-77"));
    assert!(parcel.missing(&parcel.examples).is_empty());
    let sale = named(&agent, "loud_sale").await.unwrap();
    assert_eq!((sale.status, sale.reason.as_deref()), (TemplateStatus::Rejected, Some("PROMOTIONAL")));
    assert!(!sale.sendable());
}

async fn what_changes_and_goes_at_meta_changes_and_goes_here(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let account = &world.alpha.sales.waba_id;
    sync(&world).await;
    let agent = world.agent().await;
    let before = listed(&agent, "").await;
    let id = |name: &str| {
        let all = meta.control().templates(account);
        all.into_iter().find(|template| template.name == name).unwrap().id
    };
    let paused = TemplateNews::Status { status: "PAUSED".into(), reason: None };
    assert!(meta.control().change_template(account, &id("autumn_offers"), &paused));
    let unknown =
        serde_json::json!([{ "type": "BODY", "text": "Look" }, { "type": "CAROUSEL", "cards": [] }]);
    let components = unknown.as_array().unwrap().clone();
    let texts = TemplateNews::Components { components };
    assert!(meta.control().change_template(account, &id("we_missed_you"), &texts));
    assert!(meta.control().remove_template(account, &id("loud_sale")));
    meta.control().put_template(account, simulator::Template::text("fresh", "en", "New here."));
    sync(&world).await;
    let after = listed(&agent, "").await;
    assert_eq!(after.len(), before.len(), "one went, one came");
    for template in &after {
        let known = before.iter().find(|known| known.id == template.id);
        match (template.name.as_str(), known) {
            ("fresh", known) => assert_eq!((known, template.rev), (None, 1)),
            ("autumn_offers", Some(_)) => {
                assert_eq!((template.status, template.rev), (TemplateStatus::Paused, 2));
            }
            ("we_missed_you", Some(_)) => {
                assert_eq!((template.body.as_str(), template.rev), ("Look", 2));
                assert_eq!(template.unknown, ["CAROUSEL"]);
                assert!(!template.sendable(), "what cannot be filled cannot be sent");
            }
            (_, known) => assert_eq!(known, Some(template), "what did not change has its old version"),
        }
    }
    assert!(after.iter().all(|template| template.name != "loud_sale"));
}

async fn a_list_that_breaks_off_removes_nothing_and_is_asked_for_again(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let account = &world.alpha.sales.waba_id;
    for n in 0..150 {
        meta.control().put_template(account, simulator::Template::text(&format!("t{n:03}"), "en", "Hello."));
    }
    sync(&world).await;
    let (agent, all) = (world.agent().await, listed(&world.agent().await, "").await);
    let gone = meta.control().templates(account).pop().unwrap();
    meta.control().remove_template(account, &gone.id);
    let asked = meta.control().template_pages();
    meta.control().refuse_template_pages([0, 80_007, 2]);
    world.supervisor().await.command(Command::SyncTemplates {}).await.unwrap();
    eventually("a page is refused", async || (meta.control().template_pages() >= asked + 2).then_some(()))
        .await;
    assert_eq!(listed(&agent, "").await, all);
    synced(&world).await;
    assert_eq!(meta.control().template_pages(), asked + 5);
    assert_eq!(listed(&agent, "").await.len(), all.len() - 1);
}

async fn whoever_asks_many_times_is_answered_by_one_list(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let supervisor = world.supervisor().await;
    let asked = meta.control().template_pages();
    for _ in 0..20 {
        supervisor.command(Command::SyncTemplates {}).await.unwrap();
        let store = world.store().await;
        let waiting = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'sync_templates' \
                       AND leased_by IS NULL";
        assert!(sql::number(&store, waiting).await <= 1);
    }
    synced(&world).await;
    assert!((1..=20).contains(&(meta.control().template_pages() - asked)));
}

async fn a_number_from_before_learns_whose_it_is(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    let store = world.store().await;
    let forget = "UPDATE channel SET account_id = NULL WHERE tenant_id = $1";
    store.write(move |tx| Ok(sql::execute(tx, forget)?)).await.unwrap();
    let (agent, query) = (world.agent().await, format!("?channel={}", world.alpha.sales_channel));
    assert_eq!(listed(&agent, &query).await, []);
    sync(&world).await;
    assert_eq!(listed(&agent, &query).await.len(), 9);
}
