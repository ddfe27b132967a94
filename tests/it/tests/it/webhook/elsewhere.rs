//! What is said elsewhere: on the business's own phone, by a program that answers before we do, in calls, in
//! groups, and before the number was connected.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::clock::Clock;
use shared::{
    ids::ConversationId,
    live::command::Command,
    model::{
        content::{CallState, Content, Elsewhere},
        conversation::{Conversation, ConversationState},
        message::{AuthorKind, Body, DeliveryState, Happening, Message},
    },
};
use simulator::payload::{self, Sender};

use super::{
    changes::{said, timeline},
    text::conversation,
};
use crate::harness::{
    Engine, Options, World, eventually, sql,
    wait::PATIENCE,
    webhook::{ann, bob, unix_now, wamid},
};

on_both_engines!(
    what_is_typed_on_the_phone_answers_the_customer,
    what_is_typed_on_the_phone_opens_nothing,
    the_phone_changes_and_deletes_what_it_wrote,
    who_answers_is_told_and_nobody_waits_meanwhile,
    a_call_is_one_entry_whatever_the_order_of_its_parts,
    a_call_opens_the_window,
    a_recording_of_a_call_can_be_heard,
    a_group_is_one_conversation_of_many,
    a_message_to_a_group_counts_who_has_it,
    who_is_told_of_by_number_and_by_id_is_one_of_the_group,
    everybody_in_a_group_has_an_emoji_of_their_own,
    the_newest_name_of_a_group_counts,
    what_was_told_last_of_who_answers_counts,
    what_was_said_before_is_put_in_its_order,
    a_file_of_before_comes_after_its_message,
    a_person_is_known_by_the_parent_account,
    what_is_not_known_beside_messages_is_kept,
);

/// Posts a change of a field about the number of the queue `sales`.
pub(super) async fn told(world: &World, field: &str, value: Value) {
    let line = &world.alpha.sales;
    let mut whole = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "4930", "phone_number_id": line.phone_number_id},
    });
    whole.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    let body = payload::change(&line.waba_id, field, whole);
    assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
}

/// A message that was typed on the phone, to Ann.
pub(super) fn echo(id: &str, at: i64, kind: &str, content: Value) -> Value {
    json!({"from": "493055501", "to": "4915200000001", "id": id, "timestamp": at.to_string(), "type": kind, kind: content})
}

pub(super) async fn typed(world: &World, id: &str, text: &str) {
    let message = echo(id, unix_now(&world.server), "text", json!({"body": text}));
    told(world, "smb_message_echoes", json!({"message_echoes": [message]})).await;
}

pub(crate) async fn all(world: &World) -> Vec<Conversation> {
    let (_, page) = world.agent().await.get("/api/conversations?state=any").await;
    serde_json::from_value(page["conversations"].clone()).unwrap()
}

pub(super) fn words(messages: &[Message]) -> Vec<String> {
    messages.iter().filter_map(|message| message.body.words()).map(|words| words.into_owned()).collect()
}

async fn what_is_typed_on_the_phone_answers_the_customer(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Is it in stock?").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    assert!(conversation(&agent, id).await.waiting_since.is_some());
    let name = wamid();
    for _ in 0..2 {
        typed(&world, &name, "Yes, in blue").await;
    }
    let messages = timeline(&agent, id).await;
    assert_eq!(words(&messages), ["Is it in stock?", "Yes, in blue"]);
    let ours = &messages[1];
    assert_eq!((ours.author.kind, ours.author.member), (AuthorKind::Member, None));
    assert_eq!(ours.context.as_ref().unwrap().elsewhere, Some(Elsewhere::Phone));
    assert_eq!(ours.delivery.as_ref().unwrap().state, DeliveryState::Sent);
    let row = conversation(&agent, id).await;
    assert_eq!((row.state, row.unread, row.waiting_since), (ConversationState::Queued, 0, None));
    world.reported(&name, payload::Status::Read, None).await;
    assert_eq!(timeline(&agent, id).await[1].delivery.as_ref().unwrap().state, DeliveryState::Read);
}

async fn what_is_typed_on_the_phone_opens_nothing(engine: Engine) {
    let world = World::new(engine).await;
    typed(&world, &wamid(), "Your lamp is ready").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    assert_eq!(conversation(&agent, id).await.state, ConversationState::Closed);
    // Her answer goes on in it, and is for the team.
    world.customer_writes(&ann(), "Great!").await;
    let row = conversation(&agent, id).await;
    assert_eq!((row.state, row.unread), (ConversationState::Queued, 1));
    assert_eq!(words(&timeline(&agent, id).await), ["Your lamp is ready", "Great!"]);
}

async fn the_phone_changes_and_deletes_what_it_wrote(engine: Engine) {
    let world = World::new(engine).await;
    let theirs = world.customer_writes(&ann(), "Which one?").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let name = wamid();
    let edit = |text: &str| json!({"original_message_id": name, "message": {"type": "text", "text": {"body": text}}});
    let now = unix_now(&world.server);
    // The change comes before what it changes.
    let edited = echo(&wamid(), now + 1, "edit", edit("The blue one"));
    told(&world, "smb_message_echoes", json!({"message_echoes": [edited]})).await;
    typed(&world, &name, "The red one").await;
    assert_eq!(words(&timeline(&agent, id).await), ["Which one?", "The blue one"]);
    // She can neither edit nor delete what we wrote, whatever she sends.
    said(&world, &ann(), &wamid(), "edit", edit("Nothing"), json!({})).await;
    said(&world, &ann(), &wamid(), "revoke", json!({"original_message_id": name}), json!({})).await;
    assert_eq!(words(&timeline(&agent, id).await), ["Which one?", "The blue one"]);
    // An edit of her own is told the same way, with her among the contacts.
    let hers =
        json!({"original_message_id": theirs, "message": {"type": "text", "text": {"body": "Which lamp?"}}});
    let hers = json!({"from": "4915200000001", "to": "493055501", "id": wamid(), "timestamp": now.to_string(),
        "type": "edit", "edit": hers});
    let contacts = json!([{"profile": {"name": "Ann"}, "wa_id": "4915200000001"}]);
    told(&world, "smb_message_echoes", json!({"contacts": contacts, "message_echoes": [hers]})).await;
    assert_eq!(words(&timeline(&agent, id).await), ["Which lamp?", "The blue one"]);
    let thumb = echo(&wamid(), now + 2, "reaction", json!({"message_id": theirs, "emoji": "👍"}));
    told(&world, "smb_message_echoes", json!({"message_echoes": [thumb]})).await;
    let reactions = timeline(&agent, id).await[0].reactions.clone();
    assert_eq!(
        reactions.iter().map(|r| (r.author, r.emoji.as_str())).collect::<Vec<_>>(),
        [(AuthorKind::Member, "👍")]
    );
    let gone = echo(&wamid(), now + 3, "revoke", json!({"original_message_id": name}));
    told(&world, "smb_message_echoes", json!({"message_echoes": [gone]})).await;
    let messages = timeline(&agent, id).await;
    assert!(matches!(&messages[1].body, Body::Content(content) if **content == Content::Revoked));
}

async fn who_answers_is_told_and_nobody_waits_meanwhile(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    let item = payload::message_of(&ann(), &wamid(), now, "text", json!({"body": "Opening hours?"}));
    let standby = json!({"contacts": [payload::contact(&ann())], "messages": [item]});
    told(&world, "standby", json!({"standby": standby})).await;
    let answer = echo(&wamid(), now, "text", json!({"body": "From nine to five"}));
    told(&world, "standby", json!({"standby": {"message_echoes": [answer]}})).await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let row = conversation(&agent, id).await;
    assert_eq!((row.state, row.waiting_since), (ConversationState::Bot, None));
    let messages = timeline(&agent, id).await;
    assert_eq!(words(&messages), ["Opening hours?", "From nine to five"]);
    assert_eq!(messages[1].author.kind, AuthorKind::Bot);
    let line = &world.alpha.sales;
    let handover = async |role: &str| {
        let value = json!({"messaging_product": "whatsapp", "sender": {"phone_number": "4915200000001"},
            "recipient": {"phone_number_id": line.phone_number_id}, "type": "control_passed", "timestamp": now.to_string(),
            "control_passed": {"new_owner_role": role, "metadata": "She asks for a person"}});
        let body = payload::change(&line.waba_id, "messaging_handovers", value);
        for _ in 0..2 {
            assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
        }
        conversation(&agent, id).await
    };
    let row = handover("escalation").await;
    assert_eq!(row.state, ConversationState::Queued);
    assert!(row.waiting_since.is_some());
    let last = timeline(&agent, id).await.pop().unwrap();
    let words = Some("She asks for a person".to_owned());
    assert_eq!(last.body, Body::System { what: Happening::HandedOver { to_us: true, words } });
    assert_eq!(timeline(&agent, id).await.len(), 3, "a second copy changes nothing");
    assert_eq!(handover("ai_agent").await.state, ConversationState::Bot);
    // Whoever takes it has it.
    agent.command(Command::AssignToMe { conversation: id }).await.unwrap();
    assert_eq!(handover("bot").await.state, ConversationState::Assigned);
}

pub(super) fn call(event: &str, more: Value) -> Value {
    let mut call = json!({"id": "wacid.1", "from": "4915200000001", "to": "493055501", "event": event,
        "timestamp": "1793000000", "direction": "USER_INITIATED"});
    call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call
}

async fn a_call_is_one_entry_whatever_the_order_of_its_parts(engine: Engine) {
    let rings = call("connect", json!({"session": {"sdp": "v=0", "sdp_type": "offer"}}));
    let over = call("terminate", json!({"duration": 61, "status": "COMPLETED"}));
    for order in [[rings.clone(), over.clone()], [over, rings]] {
        let world = World::new(engine).await;
        for part in order.iter().chain(&order) {
            told(&world, "calls", json!({"contacts": [payload::contact(&ann())], "calls": [part]})).await;
        }
        let agent = world.agent().await;
        let id = world.only_conversation().await;
        let messages = timeline(&agent, id).await;
        assert_eq!(messages.len(), 1);
        let Body::Content(content) = &messages[0].body else { panic!("{:?}", messages[0].body) };
        let Content::Call(call) = &**content else { panic!("{content:?}") };
        assert_eq!((call.ours, call.state, call.seconds), (false, CallState::Ended, Some(61)));
        let row = conversation(&agent, id).await;
        assert_eq!((row.state, row.unread), (ConversationState::Queued, 1));
    }
}

async fn a_call_opens_the_window(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    let contacts = json!([payload::contact(&ann())]);
    let rings = call("connect", json!({"timestamp": now.to_string()}));
    told(&world, "calls", json!({"contacts": contacts, "calls": [rings]})).await;
    let agent = world.agent().await;
    let until = conversation(&agent, world.only_conversation().await).await.window_until.unwrap();
    assert!((until.timestamp() - now - 86_400).abs() <= 1);
    // One of ours opens it when it is taken.
    let to_bob = |status: &str, at: i64| json!({"id": "wacid.2", "type": "call", "status": status, "recipient_id": "4915200000002", "timestamp": at.to_string()});
    told(&world, "calls", json!({"statuses": [to_bob("RINGING", now)]})).await;
    let bobs = async || {
        let found = all(&world).await;
        found.into_iter().find(|row| row.contact.phone.as_deref() == Some("4915200000002")).unwrap()
    };
    assert_eq!((bobs().await.window_until, bobs().await.state), (None, ConversationState::Closed));
    told(&world, "calls", json!({"statuses": [to_bob("ACCEPTED", now)]})).await;
    assert!(bobs().await.window_until.is_some());
}

async fn a_recording_of_a_call_can_be_heard(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let bytes = b"OggS\0\x02".to_vec();
    let media = meta.control().put_media_of(world.alpha.app_id, "audio/ogg; codecs=opus", bytes);
    let recording = json!({"type": "audio", "audio": {"id": media, "mime_type": "audio/ogg; codecs=opus"}});
    let item = json!({"id": "wacid.1", "from": "4915200000001", "timestamp": "1793000000",
        "event": "call_recording_available", "call_recording": recording});
    told(&world, "calls", json!({"calls": [item]})).await;
    let agent = world.agent().await;
    let id = world.only_conversation().await;
    eventually("the recording is here", async || {
        let messages = timeline(&agent, id).await;
        matches!(messages[0].file.as_deref(), Some(shared::model::file::File::Ready(_))).then_some(())
    })
    .await;
}

async fn a_group_is_one_conversation_of_many(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let group = json!({"group_id": "Y2FwaV9ncm91cDox"});
    said(&world, &ann(), &wamid(), "text", json!({"body": "Does it come in blue?"}), group.clone()).await;
    said(&world, &bob(), &wamid(), "text", json!({"body": "And in red?"}), group.clone()).await;
    world.customer_writes(&ann(), "Between us: how much?").await;
    let agent = world.agent().await;
    let rows = all(&world).await;
    assert_eq!(rows.len(), 2);
    let of_group = rows.iter().find(|row| row.contact.group).unwrap();
    let messages = timeline(&agent, of_group.id).await;
    assert_eq!(words(&messages), ["Does it come in blue?", "And in red?"]);
    let who = |message: &Message| message.context.as_ref().unwrap().participant.clone().unwrap().name;
    assert_eq!([who(&messages[0]), who(&messages[1])], [Some("Ann".into()), Some("Bob".into())]);
    let named = json!({"groups": [{"group_id": "Y2FwaV9ncm91cDox", "type": "group_settings_update", "timestamp": "1793000000",
        "group_subject": {"text": "Lamp friends", "update_successful": true}}]});
    told(&world, "group_settings_update", named).await;
    assert_eq!(conversation(&agent, of_group.id).await.contact.name.as_deref(), Some("Lamp friends"));
    agent.command(Command::text(of_group.id, "In both")).await.unwrap();
    let sends = meta.control().wait_for_sends(1, PATIENCE).await.unwrap();
    assert_eq!(sends[0].body["recipient_type"], "group");
    assert_eq!(sends[0].body["to"], "Y2FwaV9ncm91cDox");
    // A group without a possible name is nobody's private chat.
    let long = json!({"group_id": "x".repeat(600)});
    said(&world, &ann(), &wamid(), "text", json!({"body": "to a strange group"}), long).await;
    assert_eq!(all(&world).await.len(), 2);
    let kept = "SELECT count(*) AS n FROM raw_item WHERE tenant_id = $1 AND raw LIKE '%strange group%'";
    assert_eq!(sql::number(&world.store().await, kept).await, 1);
}

async fn a_message_to_a_group_counts_who_has_it(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let group = json!({"group_id": "Y2FwaV9ncm91cDox"});
    said(&world, &ann(), &wamid(), "text", json!({"body": "Hi"}), group).await;
    let agent = world.agent().await;
    let id = world.only_conversation().await;
    agent.command(Command::text(id, "Hello all")).await.unwrap();
    let sends = meta.control().wait_for_sends(1, PATIENCE).await.unwrap();
    let name = sends[0].wamid.clone().unwrap();
    let status = |person: &str, key: &str, state: &str| {
        json!({"id": name, "status": state, "timestamp": "1793000000", "recipient_id": "Y2FwaV9ncm91cDox",
            "recipient_type": "group", key: person,
            "conversation": {"id": "c", "pricing": {"billable": true, "category": "group_service"}}})
    };
    let statuses = [
        status("1", "recipient_participant_id", "delivered"),
        status("2", "participant_recipient_id", "read"),
        status("1", "recipient_participant_id", "read"),
        status("3", "recipient_participant_id", "failed"),
        status("4", "recipient_participant_id", "delivered"),
        status("1", "recipient_participant_id", "delivered"),
    ];
    for turn in 0..statuses.len() {
        let mut order = statuses.clone();
        order.rotate_left(turn);
        told(&world, "messages", json!({"statuses": order})).await;
    }
    let delivery = eventually("the statuses are applied", async || {
        let delivery = timeline(&agent, id).await.pop()?.delivery?;
        delivery.group.map(|_| delivery)
    })
    .await;
    let counts = delivery.group.unwrap();
    assert_eq!((counts.delivered, counts.read, delivery.state), (3, 2, DeliveryState::Read));
    assert_eq!(delivery.price.unwrap().category, "group_service");
    assert_eq!(delivery.failure, None);
}

async fn who_is_told_of_by_number_and_by_id_is_one_of_the_group(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let group = json!({"group_id": "Y2FwaV9ncm91cDox"});
    said(&world, &ann(), &wamid(), "text", json!({"body": "Hi"}), group).await;
    let agent = world.agent().await;
    let id = world.only_conversation().await;
    agent.command(Command::text(id, "Hello all")).await.unwrap();
    let sends = meta.control().wait_for_sends(1, PATIENCE).await.unwrap();
    let name = sends[0].wamid.clone().unwrap();
    let status = async |key: &str, person: &str, state: &str| {
        let status = json!({"id": name, "status": state, "timestamp": "1793000000",
            "recipient_id": "Y2FwaV9ncm91cDox", "recipient_type": "group", key: person});
        told(&world, "messages", json!({"statuses": [status]})).await;
    };
    let counts = async || {
        eventually("the statuses are applied", async || timeline(&agent, id).await.pop()?.delivery?.group)
            .await
    };
    status("recipient_participant_id", "4915200000009", "delivered").await;
    status("recipient_participant_user_id", "DE.9", "read").await;
    status("recipient_participant_id", "4915200000002", "delivered").await;
    assert_eq!((counts().await.delivered, counts().await.read), (3, 1), "nobody knows better");
    // She writes in private, and both are hers.
    let hers = json!({"from": "4915200000009", "from_user_id": "DE.9", "id": wamid(), "timestamp": "1793000001",
        "type": "text", "text": {"body": "It is me"}});
    told(&world, "messages", json!({"messages": [hers]})).await;
    status("recipient_participant_id", "4915200000002", "read").await;
    eventually("she counts once", async || {
        let counts = counts().await;
        ((counts.delivered, counts.read) == (2, 2)).then_some(())
    })
    .await;
}

async fn everybody_in_a_group_has_an_emoji_of_their_own(engine: Engine) {
    let world = World::new(engine).await;
    let group = json!({"group_id": "Y2FwaV9ncm91cDox"});
    let target = wamid();
    said(&world, &ann(), &target, "text", json!({"body": "Does it come in blue?"}), group.clone()).await;
    let agent = world.agent().await;
    let id = world.only_conversation().await;
    let puts = async |who: &Sender, emoji: &str| {
        let reaction = json!({"message_id": target, "emoji": emoji});
        said(&world, who, &wamid(), "reaction", reaction, group.clone()).await;
        let mut all: Vec<String> =
            timeline(&agent, id).await[0].reactions.iter().map(|one| one.emoji.clone()).collect();
        all.sort();
        all
    };
    assert_eq!(puts(&ann(), "👍").await, ["👍"]);
    assert_eq!(puts(&bob(), "👍").await, ["👍", "👍"]);
    assert_eq!(puts(&bob(), "😂").await, ["👍", "😂"]);
    assert_eq!(puts(&ann(), "").await, ["😂"]);
}

async fn the_newest_name_of_a_group_counts(engine: Engine) {
    let world = World::new(engine).await;
    let named = async |name: &str, at: i64| {
        let group = json!({"group_id": "Y2FwaV9ncm91cDox", "type": "group_settings_update",
            "timestamp": at.to_string(), "group_subject": {"text": name, "update_successful": true}});
        told(&world, "group_settings_update", json!({"groups": [group]})).await;
        sql::texts(&world.store().await, "SELECT name AS t FROM contact WHERE tenant_id = $1").await
    };
    assert_eq!(named("Second", 1_793_000_002).await, ["Second"]);
    assert_eq!(named("First", 1_793_000_001).await, ["Second"]);
    // The same again is news: it was called otherwise between.
    assert_eq!(named("Second", 1_793_000_004).await, ["Second"]);
    assert_eq!(named("Between", 1_793_000_003).await, ["Second"]);
    assert_eq!(named("Last", 1_793_000_005).await, ["Last"]);
}

async fn what_was_told_last_of_who_answers_counts(engine: Engine) {
    let world = World::new(engine).await;
    let now = unix_now(&world.server);
    let handover = async |role: &str, at: i64| {
        let value = json!({"messaging_product": "whatsapp", "sender": {"phone_number": "4915200000001"},
            "recipient": {"phone_number_id": world.alpha.sales.phone_number_id}, "type": "control_passed",
            "timestamp": at.to_string(), "control_passed": {"new_owner_role": role}});
        told(&world, "messaging_handovers", value).await;
        let row = conversation(&world.agent().await, world.only_conversation().await).await;
        (row.state, row.waiting_since.is_some())
    };
    // It overtakes what the customer wrote, which stands where the handover does.
    assert_eq!(handover("ai_agent", now - 10).await, (ConversationState::Closed, false));
    said_at(&world, now - 20).await;
    let row = conversation(&world.agent().await, world.only_conversation().await).await;
    assert_eq!((row.state, row.waiting_since), (ConversationState::Bot, None));
    assert_eq!(handover("escalation", now - 15).await, (ConversationState::Bot, false));
    assert_eq!(handover("escalation", now - 5).await, (ConversationState::Queued, true));
    assert_eq!(handover("bot", now - 7).await, (ConversationState::Queued, true));
    assert_eq!(
        handover("bot", now - 5).await,
        (ConversationState::Bot, false),
        "within one second what comes later"
    );
    assert_eq!(handover("bot", now - 3).await, (ConversationState::Bot, false));
}

async fn said_at(world: &World, at: i64) {
    let body = payload::text_message(&world.alpha.sales, &ann(), &wamid(), at, "Hello");
    assert_eq!(world.alpha.post(&world.server, &body).await, StatusCode::OK);
}

/// A message of before in Ann's chat.
pub(super) fn past(id: &str, at: i64, ours: bool, text: &str) -> Value {
    let from = if ours { "493055501" } else { "4915200000001" };
    json!({"from": from, "id": id, "timestamp": at.to_string(), "type": "text", "text": {"body": text},
        "history_context": {"status": "READ"}})
}

pub(super) fn thread(messages: Vec<Value>) -> Value {
    json!({"history": [{"metadata": {"phase": 0, "chunk_order": 1, "progress": 50},
        "threads": [{"id": "4915200000001", "messages": messages}]}]})
}

pub(super) fn with_clock() -> (std::sync::Arc<server::clock::FakeClock>, Options) {
    let clock = std::sync::Arc::new(server::clock::FakeClock::at(server::clock::SystemClock.now()));
    (clock.clone(), Options { clock: clock as _, ..Options::default() })
}

async fn what_was_said_before_is_put_in_its_order(engine: Engine) {
    let (clock, options) = with_clock();
    let world = World::with(engine, options).await;
    let day = 86_400;
    let start = unix_now(&world.server) - 60 * day;
    let earlier = wamid();
    let lots = vec![
        past(&wamid(), start + 60, true, "In blue"),
        past(&wamid(), start + 30 * day, false, "Another question"),
        past(&earlier, start, false, "Is it in stock?"),
    ];
    told(&world, "history", thread(lots.clone())).await;
    told(&world, "history", thread(vec![past(&wamid(), start + 120, false, "Thanks!")])).await;
    told(&world, "history", thread(lots)).await;
    world.customer_writes(&ann(), "Hello again").await;
    assert_eq!(all(&world).await.len(), 1, "nothing is shown before it is in its order");
    clock.advance(TimeDelta::minutes(6));
    world.server.workers().wake(world.alpha.id);
    let store = world.store().await;
    eventually("what was laid aside has its place", async || {
        (sql::count(&store, "past_message").await == 0).then_some(())
    })
    .await;
    let agent = world.agent().await;
    let mut rows = all(&world).await;
    rows.sort_by_key(|row| row.opened_at);
    let mut seen = Vec::new();
    for row in &rows {
        let messages = timeline(&agent, row.id).await;
        assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq));
        seen.push((row.state, words(&messages)));
    }
    let closed =
        |all: &[&str]| (ConversationState::Closed, all.iter().map(|&t| t.to_owned()).collect::<Vec<_>>());
    assert_eq!(
        seen,
        [
            closed(&["Is it in stock?", "In blue", "Thanks!"]),
            closed(&["Another question"]),
            (ConversationState::Queued, vec!["Hello again".to_owned()]),
        ]
    );
    let first = timeline(&agent, rows[0].id).await;
    assert_eq!(first[1].context.as_ref().unwrap().elsewhere, Some(Elsewhere::Before));
    assert_eq!(first[1].delivery.as_ref().unwrap().state, DeliveryState::Read);
    assert_eq!(first[0].at.timestamp(), start);
    // A part that comes once more changes nothing.
    told(&world, "history", thread(vec![past(&earlier, start, false, "Is it in stock?")])).await;
    assert_eq!(sql::count(&store, "past_message").await, 0);
    let refused = json!({"history": [{"errors": [{"code": 2_593_109, "title": "off"}]}]});
    told(&world, "history", refused).await;
    let kept = "SELECT count(*) AS n FROM raw_item WHERE tenant_id = $1 AND raw LIKE '%2593109%'";
    assert_eq!(sql::number(&store, kept).await, 1);
}

async fn a_file_of_before_comes_after_its_message(engine: Engine) {
    for late in [false, true] {
        let (clock, options) = with_clock();
        let world = World::with(engine, options).await;
        let (name, at) = (wamid(), unix_now(&world.server) - 86_400);
        let stands_for = json!({"from": "4915200000001", "id": name, "timestamp": at.to_string(), "type": "media_placeholder"});
        let image = json!({"mime_type": "image/jpeg", "sha256": "q83v", "id": "1234", "caption": "The lamp"});
        let file = json!({"messages": [{"from": "4915200000001", "id": name, "timestamp": at.to_string(), "type": "image", "image": image}]});
        told(&world, "history", thread(vec![stands_for])).await;
        if !late {
            told(&world, "history", file.clone()).await;
        }
        clock.advance(TimeDelta::minutes(6));
        world.server.workers().wake(world.alpha.id);
        let store = world.store().await;
        eventually("the chat is there", async || (sql::count(&store, "message").await == 1).then_some(()))
            .await;
        if late {
            told(&world, "history", file).await;
        }
        let messages = timeline(&world.agent().await, world.only_conversation().await).await;
        assert_eq!((messages.len(), messages[0].body.kind()), (1, Some("image")));
        assert!(messages[0].file.is_some());
        assert_eq!(words(&messages), ["The lamp"]);
    }
}

async fn a_person_is_known_by_the_parent_account(engine: Engine) {
    let world = World::new(engine).await;
    let from = |user: &str, text: &str| {
        json!({"from_user_id": user, "from_parent_user_id": "DE.ENT.1", "id": wamid(),
            "timestamp": "1793000000", "type": "text", "text": {"body": text}})
    };
    told(&world, "messages", json!({"messages": [from("DE.1", "Hello")]})).await;
    told(&world, "messages", json!({"messages": [from("DE.2", "It is me again")]})).await;
    let rows = all(&world).await;
    assert_eq!(rows.len(), 1);
    let id: ConversationId = rows[0].id;
    assert_eq!(words(&timeline(&world.agent().await, id).await), ["Hello", "It is me again"]);
}

async fn what_is_not_known_beside_messages_is_kept(engine: Engine) {
    let world = World::new(engine).await;
    let item = payload::message_of(
        &ann(),
        &wamid(),
        unix_now(&world.server),
        "text",
        json!({"body": "A person, please"}),
    );
    let summary = json!({"type": "summary", "summary": {"text": "She wants a refund"}});
    told(
        &world,
        "messages",
        json!({"contacts": [payload::contact(&ann())], "messages": [item], "conversation_context": summary}),
    )
    .await;
    assert_eq!(
        words(&timeline(&world.agent().await, world.only_conversation().await).await),
        ["A person, please"]
    );
    let kept = "SELECT count(*) AS n FROM raw_item WHERE tenant_id = $1 AND raw LIKE '%wants a refund%'";
    assert_eq!(sql::number(&world.store().await, kept).await, 1);
}
