//! Finding people and messages.

use chrono::Timelike;
use reqwest::Method;
use shared::{
    api::conversations::ConversationsPage, ids::ConversationId, live::command::Command,
    model::conversation::CloseReason,
};
use simulator::payload::{self, Sender, messages};

use crate::{
    contacts::described::{details_of, label},
    files,
    harness::{
        Engine, Options, User, World,
        webhook::{ann, bob, unix_now, wamid},
    },
};

on_both_engines!(
    people_are_found_by_name_user_name_and_number,
    whoever_sees_masked_numbers_cannot_search_them,
    what_is_found_is_not_hidden_behind_what_is_not_in_sight,
    operators_ask_for_more_than_words,
    files_and_links_are_found,
    a_day_is_one_of_the_tenants_zone,
    operators_show_nobody_what_is_not_in_sight,
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

/// Ann waits in sales and asks about a lamp; Bob's is held by the agent, who answered; Cid's is closed.
struct Three {
    ann: ConversationId,
    bob: ConversationId,
    cid: ConversationId,
}

async fn three(world: &World) -> Three {
    world.customer_writes(&ann(), "Is the blue lamp there?").await;
    let anns = world.only_conversation().await;
    let agent = world.agent().await;
    let mut all = vec![anns];
    for (writer, text) in [(bob(), "And the red lamp?"), (Sender::phone("493011223344", "Cid"), "Thanks")] {
        world.customer_writes(&writer, text).await;
        let name = writer.name.unwrap();
        all.push(found(&agent, "any", &name).await[0]);
    }
    let (bob, cid) = (all[1], all[2]);
    agent.command(Command::AssignToMe { conversation: bob }).await.unwrap();
    agent.command(Command::text(bob, "Yes, it is")).await.unwrap();
    agent.command(Command::Close { conversation: cid, reason: CloseReason::Resolved }).await.unwrap();
    Three { ann: anns, bob, cid }
}

async fn operators_ask_for_more_than_words(engine: Engine) {
    let world = World::new(engine).await;
    let Three { ann, bob, cid } = three(&world).await;
    let (agent, second) = (world.agent().await, world.second_agent().await);
    let supervisor = world.supervisor().await;
    let regular = label(&supervisor, "Regular guest").await.id;
    let urgent = label(&supervisor, "Urgent").await.id;
    let contact = details_of(&supervisor, ann).await;
    let on = |label| serde_json::json!({ "label": label, "on": true });
    let path = format!("/api/contacts/{}/labels", contact.contact.id);
    assert!(agent.send(Method::POST, &path, &on(regular)).await.0.is_success());
    let path = format!("/api/conversations/{cid}/labels");
    assert!(agent.send(Method::POST, &path, &on(urgent)).await.0.is_success());
    for (text, wanted) in [
        ("lamp", vec![ann, bob]),
        ("lamp -red", vec![ann]),
        ("-lamp", vec![cid]),
        ("lamp -ann", vec![bob]),
        ("from:customer", vec![ann, cid]),
        ("from:us", vec![bob]),
        ("-from:us", vec![ann, cid]),
        ("from:ann", vec![ann]),
        ("-from:ann", vec![bob, cid]),
        // A member who wrote in it.
        ("from:agent", vec![bob]),
        ("from:second", vec![]),
        ("in:sales", vec![ann, bob, cid]),
        ("in:sal lamp", vec![ann, bob]),
        ("in:support", vec![]),
        ("-in:support", vec![ann, bob, cid]),
        ("label:regular", vec![ann]),
        ("label:guest", vec![ann]),
        ("label:urgent", vec![cid]),
        ("-label:regular", vec![bob, cid]),
        ("-label:nothing", vec![ann, bob, cid]),
        ("label:nothing", vec![]),
        ("is:open", vec![ann, bob]),
        ("is:closed", vec![cid]),
        ("-is:closed", vec![ann, bob]),
        ("is:waiting", vec![ann]),
        ("is:parked", vec![]),
        ("assignee:me", vec![bob]),
        ("-assignee:me", vec![ann, cid]),
        ("assignee:agent", vec![bob]),
        ("assignee:nobody is:open", vec![ann]),
        ("in:sales lamp assignee:nobody -label:urgent", vec![ann]),
        ("colour:blue lamp", vec![]),
    ] {
        let mut told = found(&agent, "any", text).await;
        told.sort();
        let mut wanted = wanted;
        wanted.sort();
        assert_eq!(told, wanted, "{text}");
    }
    assert_eq!(found(&second, "any", "assignee:me").await, []);
    // A state that is searched for counts more than the list that is shown.
    assert_eq!(found(&agent, "open", "is:closed").await, [cid]);
    agent.command(Command::park(bob)).await.unwrap();
    assert_eq!(found(&agent, "open", "is:parked").await, [bob]);
}

async fn files_and_links_are_found(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    files::sends(&world, &meta, "image", &files::picture(4, 4), serde_json::json!({})).await;
    let with_picture = world.only_conversation().await;
    let agent = world.agent().await;
    world.customer_writes(&bob(), "See https://example.org/lamp").await;
    let with_link = found(&agent, "any", "bob").await[0];
    for (text, wanted) in [
        ("has:file", vec![with_picture]),
        ("has:image", vec![with_picture]),
        ("has:document", vec![]),
        ("has:link", vec![with_link]),
        ("-has:image", vec![with_link]),
        ("-has:link", vec![with_picture]),
    ] {
        assert_eq!(found(&agent, "any", text).await, wanted, "{text}");
    }
}

async fn a_day_is_one_of_the_tenants_zone(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let hers = vec![world.only_conversation().await];
    let (agent, administrator) = (world.agent().await, world.administrator().await);
    // A zone in which it is another day than in Greenwich, whenever this runs.
    let now = world.server.app.store.clock().now();
    let hour = now.time().hour();
    let (zone, ahead) = if hour >= 12 { ("Pacific/Kiritimati", 14) } else { ("Pacific/Pago_Pago", -11) };
    administrator.command(Command::SetZone { zone: zone.into() }).await.unwrap();
    let today = (now + chrono::TimeDelta::hours(ahead)).date_naive();
    assert_ne!(today, now.date_naive());
    let (yesterday, tomorrow) = (today.pred_opt().unwrap(), today.succ_opt().unwrap());
    for (text, is_found) in [
        (format!("after:{today}"), true),
        (format!("after:{yesterday}"), true),
        (format!("after:{tomorrow}"), false),
        (format!("before:{tomorrow}"), true),
        (format!("before:{today}"), false),
        (format!("-before:{today}"), true),
    ] {
        let wanted = if is_found { hers.clone() } else { Vec::new() };
        assert_eq!(found(&agent, "any", &text).await, wanted, "{text} in {zone}");
    }
}

async fn operators_show_nobody_what_is_not_in_sight(engine: Engine) {
    let world = World::new(engine).await;
    three(&world).await;
    let (agent, member) = (world.agent().await, world.alpha.agent.member);
    let queues = vec![world.alpha.support_queue];
    world.administrator().await.command(Command::SetQueues { member, queues }).await.unwrap();
    // Bob's is theirs still; Ann's and Cid's are out of sight.
    for text in ["in:sales", "from:customer", "-from:us", "is:open", "-label:x", "lamp", "assignee:nobody"] {
        let told = found(&agent, "any", text).await;
        assert!(told.len() <= 1, "{text}: {told:?}");
        assert_eq!(found(&world.stranger().await, "any", text).await, [], "{text}");
    }
    assert_eq!(found(&agent, "any", "assignee:nobody").await, []);
}
