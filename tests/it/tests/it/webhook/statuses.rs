//! How far our messages got, in whatever order WhatsApp tells it.

use shared::{
    ids::MessageId,
    live::command::Command,
    model::message::{Delivery, DeliveryState},
};
use simulator::{Outcome, payload::Status};

use crate::harness::{
    Engine, Options, User, World, eventually, sql,
    webhook::{ann, wamid},
};

on_both_engines!(
    statuses_in_any_order_never_lower_the_state,
    a_status_that_overtakes_the_answer_to_its_send_is_kept_and_applied,
    a_status_for_a_message_nobody_sent_is_kept_and_changes_nothing,
    when_it_was_played_and_what_it_costs_is_kept,
);

/// The delivery of a message, as a member reads it.
async fn delivery(user: &User, world: &World, id: MessageId) -> Delivery {
    let conversation = world.only_conversation().await;
    let (_, page) = user.get(&format!("/api/conversations/{conversation}/messages")).await;
    let page: shared::api::conversations::MessagesPage = serde_json::from_value(page).unwrap();
    page.messages.into_iter().find(|m| m.id == id).unwrap().delivery.unwrap()
}

async fn send(user: &User, world: &World, text: &str) -> MessageId {
    let conversation = world.only_conversation().await;
    let command = Command::text(conversation, text);
    user.command(command).await.unwrap().message.unwrap()
}

async fn statuses_in_any_order_never_lower_the_state(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let agent = world.agent().await;
    let orders: [&[(Status, DeliveryState)]; 4] = [
        &[
            (Status::Read, DeliveryState::Read),
            (Status::Delivered, DeliveryState::Read),
            (Status::Sent, DeliveryState::Read),
        ],
        &[
            (Status::Delivered, DeliveryState::Delivered),
            (Status::Failed, DeliveryState::Delivered),
            (Status::Read, DeliveryState::Read),
        ],
        &[
            (Status::Failed, DeliveryState::Failed),
            (Status::Sent, DeliveryState::Failed),
            (Status::Delivered, DeliveryState::Delivered),
        ],
        &[
            (Status::Sent, DeliveryState::Sent),
            (Status::Sent, DeliveryState::Sent),
            (Status::Failed, DeliveryState::Failed),
        ],
    ];
    for (n, order) in orders.into_iter().enumerate() {
        let id = send(&agent, &world, &format!("answer {n}")).await;
        let sends = meta.control().wait_for_sends(n + 1, crate::harness::wait::PATIENCE).await.unwrap();
        let name = sends[n].wamid.clone().unwrap();
        eventually("the send is accepted", async || {
            (delivery(&agent, &world, id).await.state == DeliveryState::Accepted).then_some(())
        })
        .await;
        for (status, expected) in order {
            world.reported(&name, *status, None).await;
            let found = delivery(&agent, &world, id).await;
            assert_eq!(found.state, *expected, "after {status:?} of {order:?}");
            assert_eq!(found.failure.is_some(), *expected == DeliveryState::Failed);
        }
    }
    meta.stop().await;
}

async fn a_status_that_overtakes_the_answer_to_its_send_is_kept_and_applied(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let agent = world.agent().await;
    // The statuses name no id of ours, so only the id in the answer connects them.
    meta.control().answer_next([Outcome::AcceptThenStall { delay_ms: 1_500 }]);
    let id = send(&agent, &world, "answer").await;
    let sends = meta.control().wait_for_sends(1, crate::harness::wait::PATIENCE).await.unwrap();
    let name = sends[0].wamid.clone().unwrap();
    world.reported(&name, Status::Delivered, None).await;
    world.reported(&name, Status::Read, None).await;
    let store = world.store().await;
    assert_eq!(sql::count(&store, "early_status").await, 2);
    assert_eq!(delivery(&agent, &world, id).await.state, DeliveryState::Sending);
    let found = eventually("the early statuses are applied", async || {
        let found = delivery(&agent, &world, id).await;
        (found.state == DeliveryState::Read).then_some(found)
    })
    .await;
    assert!(found.delivered_at.is_some() && found.read_at.is_some());
    assert_eq!(sql::count(&store, "early_status").await, 0);
    meta.stop().await;
}

async fn when_it_was_played_and_what_it_costs_is_kept(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let agent = world.agent().await;
    let id = send(&agent, &world, "answer").await;
    let sends = meta.control().wait_for_sends(1, crate::harness::wait::PATIENCE).await.unwrap();
    let name = sends[0].wamid.clone().unwrap();
    for status in [Status::Played, Status::Sent, Status::Delivered, Status::Played] {
        world.reported(&name, status, None).await;
    }
    let found = delivery(&agent, &world, id).await;
    assert_eq!(found.state, DeliveryState::Played);
    assert!(found.played_at.is_some() && found.sent_at.is_some() && found.read_at.is_some());
    let price = found.price.unwrap();
    assert_eq!((price.category.as_str(), price.kind.as_deref()), ("service", Some("free_customer_service")));
}

async fn a_status_for_a_message_nobody_sent_is_kept_and_changes_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let inbound = world.customer_writes(&ann(), "Hi").await;
    let store = world.store().await;
    let head = sql::gapless_head(&store).await;
    world.reported(&wamid(), Status::Read, Some(&MessageId::new().to_string())).await;
    world.reported(&inbound, Status::Read, None).await;
    assert_eq!(sql::gapless_head(&store).await, head);
    assert_eq!(sql::count(&store, "early_status").await, 1);
}
