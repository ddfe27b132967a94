//! That two contacts are one person, or one is two, taking it back, and blocking.

mod block;
pub(crate) mod described;
mod exchange;
mod model;
mod rows;

use serde_json::{Value, json};
use shared::{
    api::conversations::ContactChanges,
    error::ErrorCode,
    ids::{ContactChangeId, ContactId, ConversationId},
    live::command::Command,
    model::{
        contact::ContactChangeKind,
        conversation::{CloseReason, Conversation},
        message::DeliveryState,
        outgoing::Outgoing,
    },
};
use simulator::payload::Sender;

use crate::{
    harness::{
        Engine, LiveClient, Options, User, World,
        wait::PATIENCE,
        webhook::{ann, bob, wamid},
    },
    sending::becomes,
    webhook::changes::{said, timeline},
};

on_both_engines!(
    two_contacts_become_one_and_are_parted_again,
    two_open_conversations_on_one_number_are_refused,
    the_later_conversations_become_somebody_elses_and_come_back,
    an_answer_goes_to_the_number_that_wrote_in_its_conversation,
    who_wrote_without_a_number_is_answered_at_the_account_that_wrote,
    a_number_that_changes_takes_no_other_number_with_it,
    what_was_told_since_stays_with_who_told_it,
    what_somebody_is_known_by_since_goes_along,
    a_later_change_is_taken_back_first,
    only_who_may_manages_contacts,
);

async fn all(user: &User) -> Vec<Conversation> {
    let (_, page) = user.get("/api/conversations?state=any").await;
    serde_json::from_value(page["conversations"].clone()).unwrap()
}

async fn one(user: &User, id: ConversationId) -> Conversation {
    all(user).await.into_iter().find(|one| one.id == id).unwrap()
}

/// The newest conversation whose contact is called so.
async fn of(user: &User, name: &str) -> Conversation {
    let found = all(user).await.into_iter().find(|one| one.contact.name.as_deref() == Some(name));
    found.unwrap_or_else(|| panic!("nobody is called {name}"))
}

async fn merge(user: &User, keep: ContactId, other: ContactId) -> ContactChangeId {
    user.command(Command::MergeContacts { keep, other }).await.unwrap().change.unwrap()
}

async fn changes(user: &User, id: ConversationId) -> ContactChanges {
    let (status, body) = user.get(&format!("/api/conversations/{id}/contact-changes")).await;
    assert!(status.is_success(), "{body}");
    serde_json::from_value(body).unwrap()
}

async fn two_contacts_become_one_and_are_parted_again(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "Hello from my other phone").await;
    let supervisor = world.supervisor().await;
    let mut client = LiveClient::connect(&supervisor).await;
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    let before = rows::dump(&world).await;
    let done = client.done(Command::MergeContacts { keep: anns.contact.id, other: bobs.contact.id }).await;
    let change = done.change.unwrap();
    // Every console is told, the one that followed like a fresh one.
    let fresh = LiveClient::connect(&supervisor).await;
    assert_eq!(client.view().conversations, fresh.view().conversations);
    assert_eq!(one(&supervisor, bobs.id).await.contact, anns.contact);
    assert_eq!(rows::strays(&world, bobs.contact.id).await, Vec::<String>::new(), "an erasure covers all");
    // Both numbers reach the one contact.
    world.customer_writes_to(&world.alpha.open, &bob(), "Me again").await;
    world.customer_writes_to(&world.alpha.open, &ann(), "And from here").await;
    assert_eq!(all(&supervisor).await.len(), 2);
    let told = changes(&supervisor, anns.id).await.changes;
    assert_eq!(told.len(), 1);
    let (kind, name, moved) = (told[0].kind, told[0].name.as_deref(), told[0].conversations);
    assert_eq!((kind, name, moved), (ContactChangeKind::Merged, Some("Bob"), 1));
    assert_eq!((told[0].by, told[0].id, told[0].newest), (supervisor.member, change, true));
    // What was written since goes along.
    client.done(Command::UndoContactChange { id: change }).await;
    let back = one(&supervisor, bobs.id).await;
    assert_eq!((back.contact.id, back.contact.name.as_deref()), (bobs.contact.id, Some("Bob")));
    assert_eq!(timeline(&supervisor, bobs.id).await.len(), 3);
    world.customer_writes(&ann(), "Only me").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "And only me").await;
    assert_eq!(all(&supervisor).await.len(), 2);
    assert_eq!(changes(&supervisor, anns.id).await.changes, []);
    assert_eq!(supervisor.refused(Command::UndoContactChange { id: change }).await, ErrorCode::NotFound);
    // Taken back at once, nothing is left of it.
    let before_again = rows::dump(&world).await;
    assert_ne!(before, before_again);
    let id = merge(&supervisor, bobs.contact.id, anns.contact.id).await;
    supervisor.command(Command::UndoContactChange { id }).await.unwrap();
    assert_eq!(rows::dump(&world).await, before_again);
}

async fn two_open_conversations_on_one_number_are_refused(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes(&bob(), "Hello").await;
    let supervisor = world.supervisor().await;
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    let both = Command::MergeContacts { keep: anns.contact.id, other: bobs.contact.id };
    assert_eq!(supervisor.refused(both.clone()).await, ErrorCode::BothOpen);
    let close = Command::Close { conversation: bobs.id, reason: CloseReason::Resolved };
    supervisor.command(close).await.unwrap();
    let change = supervisor.command(both).await.unwrap().change.unwrap();
    // Bob's is opened again in the name of the one, and Ann's closed: parted, each has one.
    let close = Command::Close { conversation: anns.id, reason: CloseReason::Resolved };
    supervisor.command(close).await.unwrap();
    supervisor.command(Command::Reopen { conversation: bobs.id }).await.unwrap();
    supervisor.command(Command::UndoContactChange { id: change }).await.unwrap();
    assert_eq!(one(&supervisor, bobs.id).await.contact.id, bobs.contact.id);
    let same = Command::MergeContacts { keep: anns.contact.id, other: anns.contact.id };
    assert_eq!(supervisor.refused(same).await, ErrorCode::BadRequest);
}

async fn the_later_conversations_become_somebody_elses_and_come_back(engine: Engine) {
    let (world, _meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hello").await;
    let supervisor = world.supervisor().await;
    let first = of(&supervisor, "Ann").await;
    assert_eq!(
        supervisor.refused(Command::SplitContact { conversation: first.id }).await,
        ErrorCode::NothingStays
    );
    let later = world.customer_writes_to(&world.alpha.open, &ann(), "I am somebody else").await;
    let heart = json!({ "message_id": later, "emoji": "❤️" });
    said(&world, &ann(), &wamid(), "reaction", heart, json!({})).await;
    let second = all(&supervisor).await.into_iter().find(|one| one.id != first.id).unwrap();
    let before = rows::dump(&world).await;
    let done = supervisor.command(Command::SplitContact { conversation: second.id }).await.unwrap();
    let (old, new) = (one(&supervisor, first.id).await.contact, one(&supervisor, second.id).await.contact);
    assert_ne!(old.id, new.id);
    assert_eq!((old.phone, old.name), (None, first.contact.name.clone()));
    assert_eq!(new.phone, first.contact.phone);
    // What is written to the old one reaches nobody; what comes from the number is the new one's.
    assert_eq!(supervisor.refused(Command::text(first.id, "Ann?")).await, ErrorCode::NoAddress);
    world.customer_writes(&ann(), "To your other number").await;
    let all_now = all(&supervisor).await;
    assert_eq!(all_now.len(), 3);
    assert_eq!(all_now.iter().filter(|one| one.contact.id == new.id).count(), 2);
    let kinds = [changes(&supervisor, first.id).await, changes(&supervisor, second.id).await];
    let kinds = kinds.map(|told| told.changes[0].kind);
    assert_eq!(kinds, [ContactChangeKind::SplitOff, ContactChangeKind::SplitFrom]);
    // The new conversation is open on a number where the old one is open, too, but it stays where it is.
    supervisor.command(Command::UndoContactChange { id: done.change.unwrap() }).await.unwrap();
    assert_eq!(one(&supervisor, second.id).await.contact.id, first.contact.id);
    assert_eq!(all(&supervisor).await.iter().filter(|one| one.contact.id == new.id).count(), 1);
    world.customer_writes(&ann(), "Ann after all").await;
    assert_eq!(timeline(&supervisor, first.id).await.len(), 2);
    drop(before);
    // Taken back at once, nothing is left of it but an empty contact.
    let before = rows::dump(&world).await;
    let done = supervisor.command(Command::SplitContact { conversation: second.id }).await.unwrap();
    supervisor.command(Command::UndoContactChange { id: done.change.unwrap() }).await.unwrap();
    assert_eq!(rows::dump(&world).await, before);
}

async fn an_answer_goes_to_the_number_that_wrote_in_its_conversation(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "Hello from my other phone").await;
    let supervisor = world.supervisor().await;
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    merge(&supervisor, anns.contact.id, bobs.contact.id).await;
    let mut sent = 0;
    let mut answer = async |id, to: Sender| {
        let done = supervisor.command(Command::text(id, "Yes?")).await.unwrap();
        becomes(&supervisor, id, done.message.unwrap(), DeliveryState::Accepted).await;
        sent += 1;
        let sends = meta.control().wait_for_sends(sent, PATIENCE).await.unwrap();
        assert_eq!(sends.last().unwrap().recipient(), to.wa_id);
    };
    answer(bobs.id, bob()).await;
    answer(anns.id, ann()).await;
    // Where they write last is where they are answered, also when they wrote from elsewhere elsewhere.
    world.customer_writes(&bob(), "Now from here").await;
    answer(anns.id, bob()).await;
    world.customer_writes_to(&world.alpha.open, &ann(), "And there from here").await;
    answer(anns.id, bob()).await;
    answer(bobs.id, ann()).await;
}

async fn who_wrote_without_a_number_is_answered_at_the_account_that_wrote(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let numbered = Sender { user_id: Some("DE.1".into()), ..ann() };
    let hidden = Sender::scoped("DE.2", "Dora");
    world.customer_writes(&numbered, "Hello").await;
    world.customer_writes_to(&world.alpha.open, &hidden, "Hello, it is me").await;
    let supervisor = world.supervisor().await;
    let (anns, doras) = (of(&supervisor, "Ann").await, of(&supervisor, "Dora").await);
    merge(&supervisor, anns.contact.id, doras.contact.id).await;
    for (sent, again) in [(1, false), (2, true)] {
        if again {
            world.customer_writes_to(&world.alpha.open, &hidden, "Still there?").await;
        }
        let done = supervisor.command(Command::text(doras.id, "Yes?")).await.unwrap();
        becomes(&supervisor, doras.id, done.message.unwrap(), DeliveryState::Accepted).await;
        let sends = meta.control().wait_for_sends(sent, PATIENCE).await.unwrap();
        assert_eq!(sends.last().unwrap().body["recipient"], "DE.2", "after {sent}");
    }
}

async fn a_number_that_changes_takes_no_other_number_with_it(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "Hello").await;
    let supervisor = world.supervisor().await;
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    merge(&supervisor, anns.contact.id, bobs.contact.id).await;
    let news = json!({ "body": "changed", "wa_id": "4915200000099", "type": "user_changed_number" });
    said(&world, &ann(), &wamid(), "system", news, json!({})).await;
    world.customer_writes(&Sender::phone("4915200000099", "Ann"), "My new number").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "My old one").await;
    assert_eq!(all(&supervisor).await.len(), 2);
    world.customer_writes(&ann(), "I got this number").await;
    assert_eq!(all(&supervisor).await.len(), 3, "who has the old number is somebody else");
    // A member who begins with one of the numbers finds the person.
    let what = Outgoing::Text { text: "no template".into() };
    let begin = Command::Begin {
        channel: world.alpha.sales_channel,
        phone: format!("+{}", bob().wa_id.unwrap()),
        name: None,
        what,
    };
    assert_eq!(supervisor.refused(begin).await, ErrorCode::BadRequest);
}

async fn what_was_told_since_stays_with_who_told_it(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "Hello").await;
    let supervisor = world.supervisor().await;
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    let id = merge(&supervisor, anns.contact.id, bobs.contact.id).await;
    let renamed = Sender { name: Some("Robert".into()), ..bob() };
    world.customer_writes_to(&world.alpha.open, &renamed, "My full name").await;
    assert_eq!(one(&supervisor, anns.id).await.contact.name.as_deref(), Some("Robert"));
    supervisor.command(Command::UndoContactChange { id }).await.unwrap();
    let (ann_now, bob_now) =
        (one(&supervisor, anns.id).await.contact, one(&supervisor, bobs.id).await.contact);
    assert_eq!(ann_now, anns.contact);
    assert_eq!(bob_now.name.as_deref(), Some("Robert"));
    assert_eq!(bob_now.phone, bobs.contact.phone);
}

async fn what_somebody_is_known_by_since_goes_along(engine: Engine) {
    let world = World::new(engine).await;
    let open = &world.alpha.open;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes_to(open, &bob(), "Hello").await;
    let supervisor = world.supervisor().await;
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    let id = merge(&supervisor, anns.contact.id, bobs.contact.id).await;
    let with_id = Sender { user_id: Some("DE.7".into()), ..bob() };
    world.customer_writes_to(open, &with_id, "I have an id now").await;
    world.customer_writes(&ann(), "I have none").await;
    supervisor.command(Command::UndoContactChange { id }).await.unwrap();
    world.customer_writes_to(open, &Sender::scoped("DE.7", "Bob"), "And no number").await;
    assert_eq!(one(&supervisor, bobs.id).await.contact.id, bobs.contact.id);
    assert_eq!(timeline(&supervisor, bobs.id).await.len(), 3);
    assert_eq!(all(&supervisor).await.len(), 2);
    // The same of one who was two: nobody is left there to be known by it.
    world.customer_writes(&bob(), "Hello").await;
    let second =
        all(&supervisor).await.into_iter().find(|one| ![anns.id, bobs.id].contains(&one.id)).unwrap();
    let done = supervisor.command(Command::SplitContact { conversation: second.id }).await.unwrap();
    let other_id = Sender { user_id: Some("DE.8".into()), ..bob() };
    world.customer_writes(&other_id, "I have another one").await;
    supervisor.command(Command::UndoContactChange { id: done.change.unwrap() }).await.unwrap();
    world.customer_writes(&Sender::scoped("DE.8", "Bob"), "And no number").await;
    assert_eq!(one(&supervisor, second.id).await.contact.id, bobs.contact.id);
    assert_eq!(timeline(&supervisor, second.id).await.len(), 3);
    assert_eq!(all(&supervisor).await.len(), 3);
}

async fn a_later_change_is_taken_back_first(engine: Engine) {
    let world = World::new(engine).await;
    let carl = Sender::phone("4915200000033", "Carl");
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "Hello").await;
    let supervisor = world.supervisor().await;
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    world.customer_writes(&carl, "Hello").await;
    let carls = of(&supervisor, "Carl").await;
    let close = Command::Close { conversation: carls.id, reason: CloseReason::Resolved };
    supervisor.command(close).await.unwrap();
    let first = merge(&supervisor, anns.contact.id, bobs.contact.id).await;
    let second = merge(&supervisor, anns.contact.id, carls.contact.id).await;
    let told = changes(&supervisor, anns.id).await.changes;
    assert_eq!(
        told.iter().map(|one| (one.id, one.newest)).collect::<Vec<_>>(),
        [(second, true), (first, false)]
    );
    let undo = |id| Command::UndoContactChange { id };
    assert_eq!(supervisor.refused(undo(first)).await, ErrorCode::LaterChangeFirst);
    supervisor.command(undo(second)).await.unwrap();
    supervisor.command(undo(first)).await.unwrap();
    let gone = Command::MergeContacts { keep: anns.contact.id, other: ContactId::new() };
    assert_eq!(supervisor.refused(gone).await, ErrorCode::NotFound);
}

async fn only_who_may_manages_contacts(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello").await;
    world.customer_writes_to(&world.alpha.open, &bob(), "Hello").await;
    let (agent, supervisor) = (world.agent().await, world.supervisor().await);
    let (anns, bobs) = (of(&supervisor, "Ann").await, of(&supervisor, "Bob").await);
    let both = Command::MergeContacts { keep: anns.contact.id, other: bobs.contact.id };
    let split = Command::SplitContact { conversation: anns.id };
    let block = Command::BlockContact { conversation: anns.id, blocked: true, reason: None };
    for command in [both.clone(), split.clone(), block.clone()] {
        assert_eq!(agent.refused(command).await, ErrorCode::Forbidden);
    }
    let stranger = world.stranger().await;
    for command in [both, split, block] {
        assert_eq!(stranger.refused(command).await, ErrorCode::NotFound);
    }
    let path = format!("/api/conversations/{}/contact-changes", anns.id);
    assert_eq!(agent.get(&path).await.0.as_u16(), 403);
    let (status, hers) = stranger.get(&path).await;
    let (_, nobodys) =
        stranger.get(&format!("/api/conversations/{}/contact-changes", ConversationId::new())).await;
    let without = |mut body: Value| {
        body["request_id"] = Value::Null;
        body
    };
    assert_eq!((status.as_u16(), without(hers)), (404, without(nobodys)));
}
