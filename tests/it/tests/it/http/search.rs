//! Finding people and messages.

use shared::{
    api::conversations::ConversationsPage, ids::ConversationId, live::command::Command,
    model::conversation::CloseReason,
};
use simulator::payload::{self, Sender, messages};

use crate::harness::{
    Engine, User, World,
    webhook::{ann, unix_now, wamid},
};

on_both_engines!(
    people_are_found_by_name_user_name_and_number,
    whoever_sees_masked_numbers_cannot_search_them,
    what_is_found_is_not_hidden_behind_what_is_not_in_sight,
);

async fn found(user: &User, state: &str, search: &str) -> Vec<ConversationId> {
    let query = [("state", state), ("search", search)];
    let url = reqwest::Url::parse_with_params("http://unused/api/conversations", query).unwrap();
    let (status, page) = user.get(&format!("{}?{}", url.path(), url.query().unwrap())).await;
    assert!(status.is_success(), "{page}");
    let page: ConversationsPage = serde_json::from_value(page).unwrap();
    page.conversations.iter().map(|conversation| conversation.id).collect()
}

async fn people_are_found_by_name_user_name_and_number(engine: Engine) {
    let world = World::new(engine).await;
    let mut writer = ann();
    writer.name = Some("Ann Größer-Meier".into());
    writer.username = Some("@lamp.lover".into());
    world.customer_writes(&writer, "Hi, is the blue one there?").await;
    let hers = vec![world.only_conversation().await];
    world.customer_writes(&Sender::phone("493011223344", "Bob"), "Hi").await;
    let agent = world.agent().await;
    for text in [
        "ann",
        "größ",
        "MEIER ann",
        "meier blue",
        "lamp lover",
        "491520000",
        "+49 1520 0000001",
        "01520 0000001",
        "0000001",
    ] {
        assert_eq!(found(&agent, "open", text).await, hers, "{text}");
    }
    for text in ["nn", "meier red", "0000003", "+49 1520 0000009", "900000000000001", "9152"] {
        assert_eq!(found(&agent, "open", text).await, [], "{text}");
    }
    writer.name = Some("Anna Schmidt".into());
    world.customer_writes(&writer, "I am married").await;
    assert_eq!(found(&agent, "open", "schmidt").await, hers);
    assert_eq!(found(&agent, "open", "meier").await, [], "what somebody was called finds nobody");
    let both = found(&agent, "open", "hi").await;
    assert_eq!(both.len(), 2);
}

async fn whoever_sees_masked_numbers_cannot_search_them(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let hers = vec![world.only_conversation().await];
    let (agent, supervisor) = (world.agent().await, world.supervisor().await);
    world.administrator().await.command(Command::SetPhoneMasking { masked: true }).await.unwrap();
    for text in ["4915200000001", "0000001", "+49 1520 0000001", "4915"] {
        assert_eq!(found(&agent, "any", text).await, [], "{text}");
        assert_eq!(found(&supervisor, "any", text).await, hers, "{text}");
    }
    assert_eq!(found(&agent, "any", "ann").await, hers);
}

async fn what_is_found_is_not_hidden_behind_what_is_not_in_sight(engine: Engine) {
    /// More than a page and more than any list of candidates.
    const OTHERS: usize = 520;
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "a question about a lamp").await;
    let hers = world.only_conversation().await;
    let agent = world.agent().await;
    let close = Command::Close { conversation: hers, reason: CloseReason::Resolved };
    agent.command(close).await.unwrap();
    let now = unix_now(&world.server);
    let others = (0..OTHERS).map(|n| {
        let writer = Sender::phone(&format!("4915300{n:06}"), "Somebody");
        payload::message_of(&writer, &wamid(), now, "text", serde_json::json!({ "body": "lamp" }))
    });
    let body = messages(&world.alpha.sales, &Sender::default(), others.collect());
    assert!(world.alpha.post(&world.server, &body).await.is_success());
    assert_eq!(found(&agent, "closed", "lamp question").await, [hers]);
    assert_eq!(found(&agent, "closed", "lamp").await, [hers]);
    assert_eq!(found(&agent, "open", "lamp").await.len(), 50);
}
