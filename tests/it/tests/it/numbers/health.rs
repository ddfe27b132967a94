//! How numbers are: asked for, told, and pushed to whoever looks after them.

use serde_json::{Value, json};
use shared::{
    health::{FindingKind, findings},
    ids::ChannelId,
    model::health::{
        CanSend, CheckTrouble, HealthFacts, MessagingLimit, NameState, NumberQuality, NumberState, Review,
        Throughput,
    },
};
use simulator::{Running, TokenNode};

use super::{check, until};
use crate::harness::{Engine, LiveClient, Options, World, sql};

on_both_engines!(
    a_check_tells_number_account_subscription_and_token,
    what_meta_tells_counts_at_once_and_only_for_its_numbers,
    late_news_and_early_answers_change_nothing,
    only_administrators_see_how_numbers_are,
    what_is_not_understood_is_kept,
    an_invalid_token_and_an_outage_are_told_apart,
);

fn kinds(world: &World, facts: &HealthFacts) -> Vec<FindingKind> {
    let now = world.server.app.store.clock().now();
    findings(facts, now).into_iter().map(|finding| finding.kind).collect()
}

async fn tell(world: &World, meta: &Running, field: &str, value: Value) {
    let account = &world.alpha.sales.waba_id;
    assert_eq!(meta.control().tell_account(account, field, value, None).await.status, Some(200), "{field}");
}

async fn a_check_tells_number_account_subscription_and_token(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let number = world.alpha.sales.phone_number_id.clone();
    meta.control().change_number(&number, |node| {
        node.quality = "YELLOW".into();
        node.limit = "TIER_250".into();
        node.can_send = "LIMITED".into();
        node.entities = vec![json!({ "entity_type": "WABA", "errors": [{ "error_code": 141_006,
            "error_description": "There is no payment method.", "possible_solution": "Add one." }] })];
    });
    let ends = world.server.app.store.clock().now().timestamp() + 3 * 86_400;
    meta.control().set_token(world.alpha.app_id, TokenNode { expires_at: ends, ..TokenNode::default() });
    let health = check(&admin, id).await;
    let facts = &health.facts;
    assert_eq!(
        (facts.number.quality, facts.number.state),
        (Some(NumberQuality::Yellow), Some(NumberState::Connected))
    );
    assert_eq!(facts.number.limit, Some(MessagingLimit::Customers(250)));
    assert_eq!(
        (facts.number.can_send, facts.number.name),
        (Some(CanSend::Limited), Some(NameState::Approved))
    );
    assert_eq!(facts.number.verified_name.as_deref(), Some("alpha"));
    assert_eq!((facts.account.review, facts.account.subscribed), (Some(Review::Approved), Some(false)));
    assert_eq!(facts.token.expires_at.map(|at| at.timestamp()), Some(ends));
    let expected = [
        FindingKind::NotSubscribed,
        FindingKind::TokenEnds,
        FindingKind::NeverCalled,
        FindingKind::QualityYellow,
        FindingKind::SendingLimited,
    ];
    assert_eq!(kinds(&world, facts), expected);
    let again = check(&admin, id).await;
    assert_eq!(again.facts.number, facts.number);
}

async fn what_meta_tells_counts_at_once_and_only_for_its_numbers(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let mut client = LiveClient::connect(&admin).await;
    let address = world.alpha.sales.display_phone_number.clone();
    let quality = json!({ "display_phone_number": address, "event": "FLAGGED", "current_limit": "TIER_2K" });
    tell(&world, &meta, "phone_number_quality_update", quality).await;
    let name =
        json!({ "display_phone_number": address, "decision": "REJECTED", "requested_verified_name": "Best" });
    tell(&world, &meta, "phone_number_name_update", name).await;
    tell(&world, &meta, "security", json!({ "display_phone_number": address, "event": "PIN_RESET_REQUEST" }))
        .await;
    tell(&world, &meta, "account_review_update", json!({ "decision": "REJECTED" })).await;
    let alert = json!({ "entity_type": "BUSINESS", "entity_id": "5", "alert_info": { "alert_severity": "CRITICAL",
        "alert_status": "ACTIVE", "alert_type": "X", "alert_description": "Something is wrong." } });
    tell(&world, &meta, "account_alerts", alert).await;
    let ban = json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "SCHEDULE_FOR_DISABLE" } });
    tell(&world, &meta, "account_update", ban).await;
    tell(&world, &meta, "business_capability_update", json!({ "max_phone_numbers_per_business": 25 })).await;
    until(&mut client, |view| {
        view.health.get(&id).is_some_and(|one| one.facts.account.most_numbers == Some(25))
    })
    .await;
    let facts = client.view().health[&id].facts.clone();
    assert_eq!(
        (facts.number.state, facts.number.limit),
        (Some(NumberState::Flagged), Some(MessagingLimit::Customers(2_000)))
    );
    assert_eq!(facts.number.requested_name.as_deref(), Some("Best"));
    let told = kinds(&world, &facts);
    for kind in [
        FindingKind::NumberFlagged,
        FindingKind::NameDeclined,
        FindingKind::PinResetAsked,
        FindingKind::ReviewRejected,
        FindingKind::Alert,
        FindingKind::AccountWillBeDisabled,
    ] {
        assert!(told.contains(&kind), "{kind:?} in {told:?}");
    }
    let other = client.view().health.values().find(|one| one.channel != id).unwrap().facts.clone();
    assert_eq!(
        (other.number.state, other.account.review),
        (None, Some(Review::Rejected)),
        "only the account is shared"
    );
    let planned = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'check_numbers'";
    assert_eq!(sql::number(&world.store().await, planned).await, 1, "Meta is asked once for all of it");
    let theirs = "SELECT count(*) AS n FROM channel_health WHERE tenant_id = $1";
    assert_eq!(sql::number(&world.other_store().await, theirs).await, 0);
}

async fn late_news_and_early_answers_change_nothing(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let (account, address) = (&world.alpha.sales.waba_id, &world.alpha.sales.display_phone_number);
    let now = world.server.app.store.clock().now().timestamp();
    let event = |event: &str| json!({ "display_phone_number": address, "event": event });
    let field = "phone_number_quality_update";
    let flagged = meta.control().tell_account(account, field, event("FLAGGED"), Some(now - 10)).await;
    assert_eq!(flagged.status, Some(200));
    let facts = check(&admin, id).await.facts;
    assert_eq!(facts.number.state, Some(NumberState::Flagged), "what Meta's node says may be older");
    assert_eq!(facts.account.subscribed, Some(false), "what no webhook tells counts");
    meta.control().tell_account(account, field, event("UNFLAGGED"), Some(now - 20)).await;
    meta.control().tell_account(account, field, event("FLAGGED"), Some(now - 10)).await;
    assert_eq!(check(&admin, id).await.facts.number.state, Some(NumberState::Flagged), "late news");
    meta.control().tell_account(account, field, event("UNFLAGGED"), Some(now - 5)).await;
    assert_eq!(check(&admin, id).await.facts.number.state, Some(NumberState::Connected));
    meta.control().tell_account(account, field, event("THROUGHPUT_UPGRADE"), Some(now - 4)).await;
    assert_eq!(check(&admin, id).await.facts.number.throughput, Some(Throughput::High));
}

async fn only_administrators_see_how_numbers_are(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id) = (world.administrator().await, world.alpha.sales_channel);
    let supervisor = world.supervisor().await;
    let mut theirs = LiveClient::connect(&supervisor).await;
    let mut ours = LiveClient::connect(&admin).await;
    let health = check(&admin, id).await;
    until(&mut ours, |view| view.health.contains_key(&id)).await;
    assert_eq!(ours.view().health[&id], health);
    let fresh = LiveClient::connect(&admin).await;
    assert_eq!(fresh.view().health, ours.view().health, "a snapshot has it, too");
    world.customer_writes(&crate::harness::webhook::ann(), "Hello?").await;
    until(&mut theirs, |view| !view.conversations.is_empty()).await;
    assert!(theirs.view().health.is_empty());
    assert!(LiveClient::connect(&supervisor).await.view().health.is_empty());
}

async fn what_is_not_understood_is_kept(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    tell(&world, &meta, "account_update", json!({ "event": "SOMETHING_NEW" })).await;
    tell(&world, &meta, "account_alerts", json!({ "alert_info": "?" })).await;
    let kept = "SELECT kind AS t FROM raw_item WHERE tenant_id = $1 ORDER BY kind";
    let kept = sql::texts(&world.store().await, kept).await;
    assert_eq!(kept, ["account_alerts/change", "account_update/change"]);
    let known = "SELECT count(*) AS n FROM channel_health WHERE tenant_id = $1";
    assert_eq!(sql::number(&world.store().await, known).await, 0);
}

async fn an_invalid_token_and_an_outage_are_told_apart(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (admin, id): (_, ChannelId) = (world.administrator().await, world.alpha.sales_channel);
    check(&admin, id).await;
    meta.control().set_token(world.alpha.app_id, TokenNode { valid: false, ..TokenNode::default() });
    let facts = check(&admin, id).await.facts;
    assert_eq!((facts.token.valid, facts.trouble), (Some(false), Some(CheckTrouble::Hidden)));
    assert_eq!(facts.number.quality, Some(NumberQuality::Green), "what was known stays");
    assert_eq!(kinds(&world, &facts)[0], FindingKind::TokenInvalid);
    meta.control().set_token(world.alpha.app_id, TokenNode::default());
    assert_eq!(check(&admin, id).await.facts.trouble, None);
    meta.stop().await;
    let facts = check(&admin, id).await.facts;
    assert_eq!((facts.token.valid, facts.trouble), (Some(true), Some(CheckTrouble::Unreachable)));
}
