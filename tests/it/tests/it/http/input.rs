//! What the server says to input that a console of ours would not send.

use std::sync::Arc;

use chrono::TimeDelta;
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{
    error::ErrorCode,
    ids::ConversationId,
    limits::{NOTE_CHARS, TEXT_CHARS},
    live::command::Command,
};

use crate::harness::{Engine, LiveClient, Options, World, sql, webhook::ann};

on_both_engines!(texts_that_cannot_be_sent_are_refused_by_the_server, after_a_day_the_window_is_closed);

fn text(conversation: ConversationId, text: String) -> Command {
    Command::text(conversation, text)
}

async fn texts_that_cannot_be_sent_are_refused_by_the_server(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&agent).await;
    for (body, code) in [
        ("é".repeat(TEXT_CHARS + 1), ErrorCode::TextTooLong),
        ("a\0b".to_owned(), ErrorCode::TextInvalid),
        (" \n\t ".to_owned(), ErrorCode::TextEmpty),
        (String::new(), ErrorCode::TextEmpty),
    ] {
        assert_eq!(agent.refused(text(conversation, body.clone())).await, code);
        assert_eq!(client.refused(text(conversation, body)).await, code, "both doors say the same");
    }
    for (body, code) in
        [("é".repeat(NOTE_CHARS + 1), ErrorCode::TextTooLong), ("a\0b".to_owned(), ErrorCode::TextInvalid)]
    {
        assert_eq!(
            agent.refused(Command::AddNote { conversation, text: body, mentions: Vec::new() }).await,
            code
        );
    }
    let store = world.store().await;
    assert_eq!(sql::count(&store, "message").await, 1, "nothing of it is stored");
    assert_eq!(sql::count(&store, "outbox").await, 0);
    agent.command(text(conversation, "é".repeat(TEXT_CHARS))).await.unwrap();
}

async fn after_a_day_the_window_is_closed(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let world = World::with(engine, options).await;
    world.customer_writes(&ann(), "Hi").await;
    let conversation = world.only_conversation().await;
    clock.advance(TimeDelta::hours(24) + TimeDelta::seconds(1));
    let agent = world.agent().await;
    let refused = agent.refused(text(conversation, "too late".into())).await;
    assert_eq!(refused, ErrorCode::WindowClosed);
    assert_eq!(sql::count(&world.store().await, "outbox").await, 0);
    // The customer's next word opens it again.
    world.customer_writes(&ann(), "Still there?").await;
    agent.command(text(conversation, "Yes".into())).await.unwrap();
}
