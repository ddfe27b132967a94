//! Reactions, edits, deletions and quotes: whatever the order in which they come, the end is the same.

use reqwest::StatusCode;
use serde_json::{Value, json};
use shared::{
    api::conversations::MessagesPage,
    ids::ConversationId,
    model::{
        content::{Content, QuotedMessage},
        message::{Body, Message},
    },
};
use simulator::payload::{self, Sender};

use super::text::conversation;
use crate::harness::{
    Engine, LiveClient, Options, Random, User, World, eventually, fresh, sql,
    wait::thorough,
    webhook::{ann, bob, unix_now, wamid},
};

on_both_engines!(
    a_reaction_is_put_changed_and_taken_away,
    a_reaction_to_our_own_message_is_shown_under_it,
    what_is_done_to_a_message_leaves_the_item_it_came_in,
    an_edit_changes_what_is_said_found_and_previewed,
    a_deleted_message_leaves_nothing_behind,
    only_its_author_changes_a_message,
    an_answer_shows_what_it_answers_as_that_is_now,
    the_order_in_which_things_come_does_not_matter,
);

/// A customer's message of any type, with what stands beside the type.
pub(crate) async fn said(world: &World, from: &Sender, id: &str, kind: &str, content: Value, beside: Value) {
    let message = item(from, id, unix_now(&world.server), kind, content, beside);
    post(world, from, vec![message]).await;
}

fn item(from: &Sender, id: &str, at: i64, kind: &str, content: Value, beside: Value) -> Value {
    let mut message = payload::message_of(from, id, at, kind, content);
    message.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
    message
}

async fn post(world: &World, from: &Sender, items: Vec<Value>) {
    let body = payload::messages(&world.alpha.sales, from, items);
    assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
}

/// The messages of a conversation as a console loads them.
pub(crate) async fn timeline(user: &User, id: ConversationId) -> Vec<Message> {
    let (status, page) = user.get(&format!("/api/conversations/{id}/messages")).await;
    assert!(status.is_success(), "{status}");
    serde_json::from_value::<MessagesPage>(page).unwrap().messages
}

async fn finds(user: &User, words: &str) -> usize {
    let (_, page) = user.get(&format!("/api/conversations?state=any&search={words}")).await;
    page["conversations"].as_array().unwrap().len()
}

async fn reacts(world: &World, from: &Sender, to: &str, reaction: Value) {
    let mut content = json!({"message_id": to});
    content.as_object_mut().unwrap().extend(reaction.as_object().unwrap().clone());
    said(world, from, &wamid(), "reaction", content, json!({})).await;
}

async fn edits(world: &World, from: &Sender, original: &str, text: &str) {
    let content =
        json!({"original_message_id": original, "message": {"type": "text", "text": {"body": text}}});
    said(world, from, &wamid(), "edit", content, json!({})).await;
}

async fn revokes(world: &World, from: &Sender, original: &str) {
    said(world, from, &wamid(), "revoke", json!({"original_message_id": original}), json!({})).await;
}

fn reactions(message: &Message) -> Vec<&str> {
    message.reactions.iter().map(|reaction| reaction.emoji.as_str()).collect()
}

fn quoted(message: &Message) -> Option<QuotedMessage> {
    message.context.as_ref()?.quote.as_ref().expect("it answers something").message.clone()
}

async fn a_reaction_is_put_changed_and_taken_away(engine: Engine) {
    let world = World::new(engine).await;
    let original = world.customer_writes(&ann(), "Is it in stock?").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    client.open(id).await;
    for (reaction, shown) in [
        (json!({"emoji": "👍"}), vec!["👍"]),
        (json!({"emoji": "❤️"}), vec!["❤️"]),
        (json!({"emoji": ""}), vec![]),
        (json!({"emoji": "😮"}), vec!["😮"]),
        (json!({}), vec![]),
    ] {
        reacts(&world, &ann(), &original, reaction).await;
        let messages = timeline(&agent, id).await;
        assert_eq!(messages.len(), 1, "a reaction is no message");
        assert_eq!(reactions(&messages[0]), shown);
        client.until("the console shows it", |c| c.view().timelines[&id].messages[&1] == messages[0]).await;
    }
    let row = conversation(&agent, id).await;
    assert_eq!((row.unread, row.last.unwrap().preview.as_str()), (1, "Is it in stock?"));
}

async fn what_is_done_to_a_message_leaves_the_item_it_came_in(engine: Engine) {
    let world = World::new(engine).await;
    let (place, about) = (wamid(), wamid());
    said(&world, &ann(), &about, "contacts", json!([{"name": {"formatted_name": "Cleo"}}]), json!({})).await;
    let beside = json!({"context": {"from": "4915200000001", "id": about}});
    said(&world, &ann(), &place, "location", json!({"latitude": 1, "longitude": 2}), beside).await;
    let store = world.store().await;
    let items =
        async || sql::texts(&store, "SELECT raw AS t FROM message WHERE tenant_id = $1 ORDER BY seq").await;
    let before = items().await;
    assert_eq!(before.len(), 2);
    reacts(&world, &ann(), &place, json!({"emoji": "👍"})).await;
    // Whoever answers it is told of the edit; that is no change of what the answer came in.
    let edit = json!({"original_message_id": about, "message": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Cleo Lamp"}}]}});
    said(&world, &ann(), &wamid(), "edit", edit, json!({})).await;
    let after = items().await;
    assert_eq!(after[1], before[1]);
    assert!(after[0].contains("Cleo Lamp"), "an edit is the item now");
}

async fn a_reaction_to_our_own_message_is_shown_under_it(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hello").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let text = "It is.".to_owned();
    agent.command(shared::live::command::Command::text(id, text)).await.unwrap();
    let store = world.store().await;
    let ours = "SELECT wamid AS t FROM message WHERE tenant_id = $1 AND author_kind = 'member' AND wamid IS NOT NULL";
    let sent = eventually("WhatsApp has it", async || sql::texts(&store, ours).await.pop()).await;
    reacts(&world, &ann(), &sent, json!({"emoji": "🎉"})).await;
    let messages = timeline(&agent, id).await;
    assert_eq!(reactions(messages.last().unwrap()), ["🎉"]);
    meta.stop().await;
}

async fn an_edit_changes_what_is_said_found_and_previewed(engine: Engine) {
    let world = World::new(engine).await;
    let original = world.customer_writes(&ann(), "I want the grean lamp").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    edits(&world, &ann(), &original, "I want the green lamp").await;
    let messages = timeline(&agent, id).await;
    assert_eq!(messages[0].body, Body::Text { text: "I want the green lamp".into() });
    assert!(messages[0].edited_at.is_some());
    let row = conversation(&agent, id).await;
    assert_eq!(row.last.unwrap().preview, "I want the green lamp");
    assert_eq!(
        (finds(&agent, "green").await, finds(&agent, "grean").await, finds(&agent, "lamp").await),
        (1, 0, 1)
    );
    // A word that another message says stays.
    world.customer_writes(&ann(), "grean it is").await;
    edits(&world, &ann(), &original, "I want the lamp").await;
    assert_eq!((finds(&agent, "grean").await, finds(&agent, "green").await), (1, 0));
}

async fn a_deleted_message_leaves_nothing_behind(engine: Engine) {
    let world = World::new(engine).await;
    let original = wamid();
    let image = json!({"id": "1", "mime_type": "image/png", "caption": "my passport"});
    said(&world, &ann(), &original, "image", image, json!({})).await;
    edits(&world, &ann(), &original, "my old passport").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let answer = json!({"context": {"from": "1", "id": original}});
    said(&world, &ann(), &wamid(), "text", json!({"body": "see above"}), answer).await;
    assert_eq!(quoted(&timeline(&agent, id).await[1]).unwrap().preview, "my old passport");
    revokes(&world, &ann(), &original).await;
    let messages = timeline(&agent, id).await;
    assert_eq!(messages[0].body, Body::Content(Content::Revoked.into()));
    let quote = quoted(&messages[1]).unwrap();
    assert_eq!((quote.preview.as_str(), quote.kind.as_deref()), ("", Some("revoke")));
    assert_eq!(finds(&agent, "passport").await, 0);
    // An edit that comes late brings nothing back.
    edits(&world, &ann(), &original, "passport again").await;
    assert_eq!(timeline(&agent, id).await[0].body, Body::Content(Content::Revoked.into()));
    let store = world.store().await;
    for query in [
        "SELECT coalesce(text, '') || coalesce(raw, '') || coalesce(content, '') AS t FROM message WHERE tenant_id = $1",
        "SELECT coalesce(content, '') AS t FROM message_change WHERE tenant_id = $1",
        "SELECT token AS t FROM search_token WHERE tenant_id = $1",
    ] {
        let kept = sql::texts(&store, query).await;
        assert!(!kept.iter().any(|text| text.contains("passport")), "{kept:?}");
    }
}

async fn only_its_author_changes_a_message(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let original = world.customer_writes(&ann(), "mine").await;
    let id = world.only_conversation().await;
    world.customer_writes(&bob(), "I am Bob").await;
    let agent = world.agent().await;
    let before = timeline(&agent, id).await;
    edits(&world, &bob(), &original, "yours").await;
    revokes(&world, &bob(), &original).await;
    reacts(&world, &bob(), &original, json!({"emoji": "👎"})).await;
    assert_eq!(timeline(&agent, id).await, before);
    // Nor does an answer to somebody else's message show it.
    let answer = json!({"context": {"id": original}});
    said(&world, &bob(), &wamid(), "text", json!({"body": "what is that?"}), answer).await;
    let (_, page) = agent.get("/api/conversations?state=any&search=bob").await;
    let bobs = page["conversations"][0]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(quoted(timeline(&agent, bobs).await.last().unwrap()), None);
    // And a customer does not write our words.
    let text = "ours".to_owned();
    agent.command(shared::live::command::Command::text(id, text)).await.unwrap();
    let store = world.store().await;
    let ours = "SELECT wamid AS t FROM message WHERE tenant_id = $1 AND author_kind = 'member' AND wamid IS NOT NULL";
    let sent = eventually("WhatsApp has it", async || sql::texts(&store, ours).await.pop()).await;
    edits(&world, &ann(), &sent, "theirs").await;
    revokes(&world, &ann(), &sent).await;
    assert_eq!(timeline(&agent, id).await.last().unwrap().body, Body::Text { text: "ours".into() });
    meta.stop().await;
}

async fn an_answer_shows_what_it_answers_as_that_is_now(engine: Engine) {
    let world = World::new(engine).await;
    let (original, now) = (wamid(), unix_now(&world.server));
    let agent = world.agent().await;
    // The answer overtakes what it answers.
    let answer = json!({"context": {"id": original}});
    said(&world, &ann(), &wamid(), "text", json!({"body": "this one"}), answer).await;
    let id = world.only_conversation().await;
    let mut client = LiveClient::connect(&agent).await;
    client.open(id).await;
    assert_eq!(quoted(&timeline(&agent, id).await[0]), None);
    let text = payload::text_message(&world.alpha.sales, &ann(), &original, now, "Which lamp?");
    assert_eq!(world.alpha.post(&world.server, &text).await, StatusCode::OK);
    let quote = quoted(&timeline(&agent, id).await[0]).unwrap();
    assert_eq!((quote.seq, quote.preview.as_str(), quote.kind), (2, "Which lamp?", None));
    edits(&world, &ann(), &original, "Which of the lamps?").await;
    let messages = timeline(&agent, id).await;
    assert_eq!(quoted(&messages[0]).unwrap().preview, "Which of the lamps?");
    client.until("the console shows it", |c| c.view().timelines[&id].messages[&1] == messages[0]).await;
}

/// Everything that one customer does, each item with its own second.
fn story(n: usize, random: &mut Random) -> (Sender, Vec<Value>) {
    let who = Sender::phone(&format!("4916{n:08}"), &format!("Customer {n}"));
    let mut at = 1_750_000_000;
    let mut next = |kind: &str, id: String, content: Value, beside: Value| {
        at += 1;
        item(&who, &id, at, kind, content, beside)
    };
    let (one, two) = (format!("wamid.P{n}a"), format!("wamid.P{n}b"));
    let mut items = vec![
        next("text", one.clone(), json!({"body": format!("first {n}")}), json!({})),
        next(
            "image",
            two.clone(),
            json!({"id": "7", "caption": format!("second {n}")}),
            json!({"context": {"id": one}}),
        ),
    ];
    for step in 0..5 {
        let target = if random.percent(50) { &one } else { &two };
        let id = format!("wamid.P{n}c{step}");
        items.push(match random.below(8) {
            0 => next("revoke", id, json!({"original_message_id": target}), json!({})),
            1..3 => {
                let message = json!({"type": "text", "text": {"body": format!("word{step} {n}")}});
                next("edit", id, json!({"original_message_id": target, "message": message}), json!({}))
            }
            3..6 => {
                let emoji = ["👍", "", "🎉"][random.below(3)];
                next("reaction", id, json!({"message_id": target, "emoji": emoji}), json!({}))
            }
            _ => {
                next("text", id, json!({"body": format!("answer{step}")}), json!({"context": {"id": target}}))
            }
        });
    }
    (who, items)
}

/// What the database says in the end, without what only says when something was stored.
async fn outcome(world: &World) -> Vec<String> {
    let store = world.store().await;
    let mut all = Vec::new();
    for query in [
        "SELECT wamid || ' ' || kind || ' ' || coalesce(text, '-') || ' ' || coalesce(content, '-') || ' ' || \
         coalesce(reactions, '-') || ' ' || coalesce(quoted_wamid, '-') || ' ' || \
         coalesce(CAST(edited_at AS TEXT), '-') AS t FROM message WHERE tenant_id = $1 ORDER BY 1",
        "SELECT c.phone || ' ' || s.token AS t FROM search_token s JOIN contact c ON c.tenant_id = s.tenant_id \
         AND c.id = s.contact_id WHERE s.tenant_id = $1 ORDER BY 1",
        "SELECT c.phone || ' ' || CAST(v.unread AS TEXT) || ' ' || CAST(v.window_until AS TEXT) || ' ' || v.state AS t \
         FROM conversation v JOIN contact c ON c.tenant_id = v.tenant_id AND c.id = v.contact_id \
         WHERE v.tenant_id = $1 ORDER BY 1",
        "SELECT wamid || ' ' || coalesce(content, '-') AS t FROM message_change WHERE tenant_id = $1 ORDER BY 1",
    ] {
        all.extend(sql::texts(&store, query).await);
    }
    all
}

async fn the_order_in_which_things_come_does_not_matter(engine: Engine) {
    let seed = Random::seed();
    eprintln!("TEST_SEED={seed}");
    let mut random = Random::new(seed);
    let stories: Vec<_> = (0..if thorough() { 1_000 } else { 60 }).map(|n| story(n, &mut random)).collect();
    let mut expected = None;
    for round in 0..3 {
        let mut items: Vec<(&Sender, &Value)> =
            stories.iter().flat_map(|(who, items)| items.iter().map(move |item| (who, item))).collect();
        if round > 0 {
            let again: Vec<_> = items.iter().filter(|_| random.percent(30)).copied().collect();
            items.extend(again);
            for at in (1..items.len()).rev() {
                items.swap(at, random.below(at + 1));
            }
        }
        let world = World::new(engine).await;
        let supervisor = world.supervisor().await;
        let mut watcher = LiveClient::connect(&supervisor).await;
        for some in items.chunks(50) {
            let bodies = some
                .iter()
                .map(|(who, item)| payload::messages(&world.alpha.sales, who, vec![(*item).clone()]));
            assert_eq!(world.alpha.post(&world.server, &payload::batch(bodies)).await, StatusCode::OK);
        }
        assert_eq!(sql::count(&world.store().await, "raw_item").await, 0);
        let found = outcome(&world).await;
        let expected = expected.get_or_insert_with(|| found.clone());
        let different = expected.iter().zip(&found).find(|(a, b)| a != b);
        assert!(different.is_none() && expected.len() == found.len(), "round {round}: {different:?}");
        let marker = world.administrator().await;
        assert_eq!(fresh::differences(&mut watcher, &marker).await, Vec::<String>::new());
    }
}
