//! What a member has begun to write is on all their devices, and nobody else's business.

use shared::{
    error::ErrorCode,
    ids::{ConversationId, MessageId},
    limits::{DRAFT_CHARS, DRAFTS},
    live::{command::Command, event::Event},
    model::draft::Draft,
};
use simulator::payload::Sender;

use crate::harness::{
    Engine, LiveClient, World, sql,
    webhook::{ann, bob},
};

on_both_engines!(
    a_draft_follows_its_member_to_every_device_and_goes_with_what_is_said,
    what_is_said_in_other_words_leaves_what_was_begun,
    nobody_else_hears_of_a_draft,
    drafts_that_cannot_be_are_refused_and_the_oldest_makes_room,
    a_draft_goes_with_its_conversation_to_another_contact,
);

fn draft(conversation: ConversationId, text: &str, note: bool) -> Command {
    Command::SetDraft { conversation, text: text.into(), note, answers: None }
}

fn shown(client: &LiveClient, id: ConversationId) -> Option<(&str, bool)> {
    client.view().drafts.get(&id).map(|Draft { text, note, .. }| (text.as_str(), *note))
}

async fn a_draft_follows_its_member_to_every_device_and_goes_with_what_is_said(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let (mut desk, mut phone) = (LiveClient::connect(&agent).await, LiveClient::connect(&agent).await);
    let away = LiveClient::connect(&agent).await.disconnect();
    // As it is typed: blanks at the ends belong to it.
    let typed = desk.done(draft(id, "  Good mor", false)).await;
    phone.reach(typed.pos).await;
    assert_eq!(shown(&phone, id), Some(("  Good mor", false)));
    let same = desk.done(draft(id, "  Good mor", false)).await;
    assert_eq!(same.pos, typed.pos, "what is the same is no change");
    let more = phone.done(draft(id, "For us", true)).await;
    let mut back = away.resume().await;
    for client in [&mut desk, &mut back, &mut LiveClient::connect(&agent).await] {
        client.reach(more.pos).await;
        assert_eq!(shown(client, id), Some(("For us", true)));
    }
    assert!(desk.view().drafts[&id].rev > 1);
    // An answer leaves the note alone; the note takes it along, and an answer takes an answer along.
    desk.done(Command::text(id, "Good morning")).await;
    assert_eq!(shown(&desk, id), Some(("For us", true)));
    desk.done(Command::note(id, "For us all")).await;
    assert_eq!(shown(&desk, id), None);
    phone.done(draft(id, "And", false)).await;
    let said = phone.done(Command::text(id, "And you?")).await;
    desk.reach(said.pos).await;
    assert_eq!((shown(&desk, id), shown(&phone, id)), (None, None));
    // Emptied, it is gone, on whatever device.
    desk.done(draft(id, "Never mind", false)).await;
    let gone = phone.done(draft(id, " \n", false)).await;
    desk.reach(gone.pos).await;
    assert_eq!(shown(&desk, id), None);
    assert_eq!(sql::count(&world.store().await, "draft").await, 0);
    let told = "SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND action LIKE 'draft%'";
    assert_eq!(sql::number(&world.store().await, told).await, 0);
}

async fn what_is_said_in_other_words_leaves_what_was_begun(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let id = world.only_conversation().await;
    let mut desk = LiveClient::connect(&world.agent().await).await;
    let place =
        Place { latitude: Degrees(52_520_000), longitude: Degrees(13_405_000), name: None, address: None };
    desk.done(draft(id, " Hello, I will look", false)).await;
    let what = Outgoing::Location(place);
    desk.done(Command::Send { conversation: id, answers: None, base: None, what }).await;
    desk.done(Command::text(id, "Sent from the phone")).await;
    assert_eq!(shown(&desk, id), Some((" Hello, I will look", false)));
    desk.done(Command::text(id, "Hello, I will look into it")).await;
    assert_eq!(shown(&desk, id), None);
    // A note of the watch page is none of what is begun at the desk.
    desk.done(draft(id, "For the night shift", true)).await;
    desk.user.command(Command::note(id, "Seen")).await.unwrap();
    let barrier = desk.done(Command::note(id, "Heard")).await;
    desk.reach(barrier.pos).await;
    assert_eq!(shown(&desk, id), Some(("For the night shift", true)));
    desk.done(Command::note(id, "For the night shift: all is well.")).await;
    assert_eq!(shown(&desk, id), None);
}

async fn nobody_else_hears_of_a_draft(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let id = world.only_conversation().await;
    let mut agent = LiveClient::connect(&world.agent().await).await;
    let mut others = Vec::new();
    for user in [world.second_agent().await, world.supervisor().await, world.administrator().await] {
        others.push(LiveClient::connect(&user).await);
    }
    agent.done(draft(id, "Between you and me", false)).await;
    let mark = agent.done(Command::note(id, "done")).await;
    for mut other in others {
        other.reach(mark.pos).await;
        let heard = |e: &Event| matches!(e, Event::Draft(_) | Event::DraftGone { .. });
        assert!(!other.events.iter().any(|logged| heard(&logged.event)));
        assert!(LiveClient::connect(&other.user).await.view().drafts.is_empty());
    }
    // Whoever loses sight of the conversation keeps the own words, and can take them back.
    let administrator = world.administrator().await;
    let member = world.alpha.agent.member;
    administrator.command(Command::SetQueues { member, queues: vec![] }).await.unwrap();
    let mut outside = LiveClient::connect(&world.agent().await).await;
    assert_eq!(shown(&outside, id), Some(("Between you and me", false)));
    assert_eq!(outside.refused(draft(id, "And me", false)).await, ErrorCode::NotFound);
    outside.done(draft(id, "", false)).await;
    assert_eq!(shown(&outside, id), None);
}

async fn drafts_that_cannot_be_are_refused_and_the_oldest_makes_room(engine: Engine) {
    let world = World::new(engine).await;
    for n in 0..=DRAFTS {
        world.customer_writes(&Sender::phone(&format!("4915{n:09}"), "Somebody"), "Hello?").await;
    }
    let all = "SELECT id AS t FROM conversation WHERE tenant_id = $1 ORDER BY id";
    let all = sql::texts(&world.store().await, all).await;
    let all: Vec<ConversationId> = all.iter().map(|id| id.parse().unwrap()).collect();
    let mut client = LiveClient::connect(&world.agent().await).await;
    let long = "\u{1F600}".repeat(DRAFT_CHARS);
    client.done(draft(all[0], &long, false)).await;
    assert_eq!(client.refused(draft(all[0], &format!("{long}!"), false)).await, ErrorCode::TextTooLong);
    assert_eq!(client.refused(draft(all[0], "a\0b", false)).await, ErrorCode::TextInvalid);
    let elsewhere =
        format!("SELECT id AS t FROM message WHERE tenant_id = $1 AND conversation_id = '{}'", all[1]);
    let elsewhere = sql::texts(&world.store().await, &elsewhere).await;
    let elsewhere: MessageId = elsewhere[0].parse().unwrap();
    for answers in [elsewhere, MessageId::new()] {
        let answers = Some(answers);
        let wrong = Command::SetDraft { conversation: all[0], text: "x".into(), note: false, answers };
        assert_eq!(client.refused(wrong).await, ErrorCode::NotFound);
    }
    assert_eq!(shown(&client, all[0]), Some((long.as_str(), false)), "a refusal changes nothing");
    // Over HTTP: a socket takes no more than a person types.
    let mut last = 0;
    for id in &all[1..] {
        last = client.user.command(draft(*id, "Well", false)).await.unwrap().pos;
    }
    client.reach(last).await;
    assert_eq!(client.view().drafts.len(), DRAFTS);
    assert_eq!(shown(&client, all[0]), None, "the oldest made room");
    assert_eq!(client.view().drafts, LiveClient::connect(&client.user.clone()).await.view().drafts);
}

async fn a_draft_goes_with_its_conversation_to_another_contact(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    world.customer_writes_to(&world.alpha.open.clone(), &bob(), "Me again").await;
    let mut client = LiveClient::connect(&world.supervisor().await).await;
    let talks: Vec<_> = client.view().conversations.values().cloned().collect();
    for talk in &talks {
        client.done(draft(talk.id, "Dear", false)).await;
    }
    let (keep, other) = (talks[0].contact.id, talks[1].contact.id);
    client.done(Command::MergeContacts { keep, other }).await;
    let whose = "SELECT DISTINCT contact_id AS t FROM draft WHERE tenant_id = $1";
    assert_eq!(sql::texts(&world.store().await, whose).await, [keep.to_string()]);
    assert_eq!(client.view().drafts.len(), 2);
}
