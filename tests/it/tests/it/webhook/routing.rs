//! Whose an item is.

use reqwest::StatusCode;
use serde_json::json;
use server::admin::{AddNumber, AdminCommand, CreateConnection, execute};
use shared::model::channel::ChannelColour;
use simulator::payload::{self, Line, Status, StatusReport};

use crate::harness::{
    Engine, World, sql,
    webhook::{ann, bob, unix_now, wamid},
};

on_both_engines!(
    one_body_may_hold_several_entries_and_numbers,
    the_operators_connection_serves_several_tenants_in_one_body,
    what_concerns_an_account_that_several_tenants_share_is_nobodys,
    what_is_signed_with_the_own_secret_for_a_foreign_number_goes_to_quarantine,
);

async fn one_body_may_hold_several_entries_and_numbers(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    let body = payload::batch([
        payload::text_message(&world.alpha.sales, &ann(), &wamid(), now, "a"),
        payload::text_message(&world.alpha.open, &ann(), &wamid(), now, "b"),
        payload::text_message(&world.alpha.sales, &bob(), &wamid(), now, "c"),
    ]);
    assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
    let store = world.store().await;
    assert_eq!(sql::count(&store, "message").await, 3);
    assert_eq!(sql::count(&store, "conversation").await, 3);
    assert_eq!(sql::count(&store, "contact").await, 2);
}

/// A connection of the operator's with a number of each tenant, in the given business accounts.
struct Shared {
    key: String,
    lines: Vec<Line>,
}

impl Shared {
    async fn new(world: &World, accounts: [&str; 2]) -> Self {
        let admin = world.server.admin();
        let order = async |command| execute(&admin, command).await.unwrap_or_else(|e| panic!("{e}"));
        let made = order(AdminCommand::CreateConnection(CreateConnection {
            tenant: None,
            name: "shared".into(),
            app_id: "700000000000009".into(),
            app_secret: "shared-secret".into(),
            verify_token: "shared-verify".into(),
            access_token: "shared-access".into(),
        }))
        .await;
        let key = made["connection_key"].as_str().unwrap().to_owned();
        let mut lines = Vec::new();
        for (n, tenant) in [&world.alpha, &world.beta].into_iter().enumerate() {
            let line = Line {
                waba_id: accounts[n].into(),
                phone_number_id: format!("91000000000000{n}"),
                display_phone_number: format!("+49 30 555020{n}"),
            };
            order(AdminCommand::AddNumber(AddNumber {
                tenant: tenant.slug.into(),
                connection: key.clone(),
                phone_number_id: line.phone_number_id.clone(),
                waba_id: line.waba_id.clone(),
                number: line.display_phone_number.clone(),
                label: "shared".into(),
                colour: ChannelColour::Blue,
                queue: None,
            }))
            .await;
            lines.push(line);
        }
        Self { key, lines }
    }

    async fn post(&self, world: &World, body: &serde_json::Value) -> StatusCode {
        let body = body.to_string();
        let url = format!("{}/webhooks/whatsapp/{}", world.server.base, self.key);
        let signature = simulator::sign("shared-secret", body.as_bytes());
        let request = world.server.http.post(url).header("x-hub-signature-256", signature);
        request.body(body).send().await.unwrap().status()
    }

    /// A message of Ann's to each number, in one body.
    fn messages(&self, world: &World) -> serde_json::Value {
        let now = unix_now(&world.server);
        let text = |line| payload::text_message(line, &ann(), &wamid(), now, "Hi");
        payload::batch(self.lines.iter().map(text))
    }
}

async fn the_operators_connection_serves_several_tenants_in_one_body(engine: Engine) {
    let world = World::new(engine).await;
    let shared = Shared::new(&world, ["810000000000000", "810000000000001"]).await;
    assert_eq!(shared.post(&world, &shared.messages(&world)).await, StatusCode::OK);
    let about = payload::change("810000000000001", "account_update", json!({ "event": "DISABLED" }));
    assert_eq!(shared.post(&world, &about).await, StatusCode::OK);
    assert_eq!(sql::count(&world.store().await, "message").await, 1);
    assert_eq!(sql::count(&world.other_store().await, "message").await, 1);
    assert_eq!(sql::count(&world.store().await, "raw_item").await, 0);
    assert_eq!(sql::count(&world.other_store().await, "raw_item").await, 1);
    assert_eq!(world.quarantined().await, 0);
}

async fn what_concerns_an_account_that_several_tenants_share_is_nobodys(engine: Engine) {
    let world = World::new(engine).await;
    let shared = Shared::new(&world, ["810000000000000"; 2]).await;
    let about = payload::change("810000000000000", "account_update", json!({ "event": "DISABLED" }));
    assert_eq!(shared.post(&world, &about).await, StatusCode::OK);
    assert_eq!(shared.post(&world, &shared.messages(&world)).await, StatusCode::OK);
    for store in [world.store().await, world.other_store().await] {
        assert_eq!(sql::count(&store, "raw_item").await, 0, "it may say something of the other tenant");
        assert_eq!(sql::count(&store, "message").await, 1, "a number is one tenant's");
    }
    assert_eq!(world.quarantined().await, 1);
}

async fn what_is_signed_with_the_own_secret_for_a_foreign_number_goes_to_quarantine(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    let theirs = payload::text_message(&world.beta.sales, &ann(), &wamid(), now, "forged");
    // The own account with the other's number, and the other's account with no number.
    let mixed = Line { waba_id: world.alpha.sales.waba_id.clone(), ..world.beta.sales.clone() };
    let mixed = payload::text_message(&mixed, &ann(), &wamid(), now, "forged too");
    let about = payload::change(&world.beta.sales.waba_id, "account_update", json!({ "event": "FORGED" }));
    let report = StatusReport {
        wamid: wamid(),
        status: Status::Read,
        at: now,
        recipient_id: None,
        recipient_user_id: None,
        biz_opaque_callback_data: None,
        category: "service".into(),
        error: None,
    };
    let status = payload::status(&world.beta.sales, &report);
    let own = payload::text_message(&world.alpha.sales, &ann(), &wamid(), now, "own");
    let head = sql::gapless_head(&world.other_store().await).await;
    for body in [&theirs, &mixed, &about, &status, &payload::batch([theirs.clone(), own])] {
        assert_eq!(world.alpha.post(&world.server, body).await, StatusCode::OK);
    }
    assert_eq!(world.quarantined().await, 4, "each item once");
    assert_eq!(sql::count(&world.store().await, "message").await, 1, "the own one beside them");
    let other = world.other_store().await;
    for table in ["message", "conversation", "contact", "raw_item", "early_status"] {
        assert_eq!(sql::count(&other, table).await, 0, "{table}");
    }
    assert_eq!(sql::gapless_head(&other).await, head);
}
