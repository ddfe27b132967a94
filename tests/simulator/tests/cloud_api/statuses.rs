use simulator::{Order, Status, StatusPlan};

use super::receiver::Receiver;
use super::*;

async fn arrivals(plan: StatusPlan, count: usize) -> Vec<Value> {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    meta.control().set_statuses(plan);
    send(&meta, &text("Hello")).await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(receiver.next_value().await["statuses"][0].clone());
    }
    statuses
}

fn names(statuses: &[Value]) -> Vec<&str> {
    statuses.iter().map(|status| status["status"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn statuses_follow_and_echo_our_own_string() {
    let statuses = arrivals(StatusPlan::immediate(), 3).await;
    assert_eq!(names(&statuses), ["sent", "delivered", "read"]);
    for status in &statuses {
        assert_eq!(status["biz_opaque_callback_data"], "out_1");
        assert_eq!(status["recipient_id"], CUSTOMER);
        assert!(status["timestamp"].is_string());
    }
}

#[actix_web::test]
async fn statuses_can_come_backwards_and_twice() {
    let plan = StatusPlan { order: Order::Reversed, copies: 2, ..StatusPlan::immediate() };
    let statuses = arrivals(plan, 6).await;
    assert_eq!(names(&statuses), ["read", "read", "delivered", "delivered", "sent", "sent"]);
}

#[actix_web::test]
async fn a_failing_plan_carries_the_code() {
    let statuses = arrivals(StatusPlan::failing(131_049), 1).await;
    assert_eq!(statuses[0]["errors"][0]["code"], 131_049);
}

#[actix_web::test]
async fn statuses_can_overtake_the_answer() {
    let plan = StatusPlan { overtaking: true, ..StatusPlan::immediate() };
    assert_eq!(names(&arrivals(plan, 3).await), ["sent", "delivered", "read"]);
}

#[actix_web::test]
async fn a_test_posts_single_statuses_itself() {
    let mut receiver = Receiver::start();
    let meta = start();
    meta.control().set_webhook_url(&receiver.url);
    let (_, body) = send(&meta, &text("Hello")).await.unwrap();
    let wamid = body["messages"][0]["id"].as_str().unwrap();
    assert!(meta.control().status(wamid, Status::Delivered, None).await.is_ok());
    assert_eq!(receiver.next_value().await["statuses"][0]["id"], wamid);
    let unknown = meta.control().status("wamid.nobody", Status::Read, None).await;
    assert_eq!((unknown.status, unknown.attempts), (None, 0));
}
