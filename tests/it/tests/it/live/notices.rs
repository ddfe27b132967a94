//! Members are told of what concerns them, wherever they look, until they have seen it.

use shared::{
    api::notices::NoticesPage,
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    limits::{MENTIONS, SNAPSHOT_NOTICES},
    live::{command::Command, event::Event},
    model::notice::{Notice, NoticeKind},
};

use crate::harness::{Engine, LiveClient, User, World, sql, webhook::ann};

on_both_engines!(
    whoever_is_named_in_a_note_is_told_and_nobody_else,
    whoever_may_not_see_a_conversation_cannot_be_named_in_it,
    whoever_is_given_a_conversation_is_told_and_whoever_takes_one_is_not,
    notices_are_read_from_the_oldest_on_and_come_in_pages,
);

fn naming(conversation: ConversationId, mentions: &[MemberId]) -> Command {
    Command::AddNote { conversation, text: "Please look".into(), mentions: mentions.to_vec() }
}

fn notices(client: &LiveClient) -> Vec<Notice> {
    client.view().notices.values().cloned().collect()
}

async fn page(user: &User, query: &str) -> NoticesPage {
    serde_json::from_value(user.get(&format!("/api/notices{query}")).await.1).unwrap()
}

async fn whoever_is_named_in_a_note_is_told_and_nobody_else(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let id = world.only_conversation().await;
    let agent = world.agent().await;
    let mut named = [LiveClient::connect(&agent).await, LiveClient::connect(&agent).await];
    let mut other = LiveClient::connect(&world.administrator().await).await;
    let mut boss = LiveClient::connect(&world.supervisor().await).await;
    // Twice, and oneself: each is told once, and nobody of what they did themselves.
    let note = boss.done(naming(id, &[agent.member, boss.user.member, agent.member])).await;
    for client in &mut named {
        client.reach(note.pos).await;
        let [notice] = &notices(client)[..] else { panic!("{:?}", client.view().notices) };
        assert_eq!((notice.kind, notice.conversation), (NoticeKind::Mentioned, Some(id)));
        assert_eq!((notice.message, notice.by), (note.message, Some(world.alpha.supervisor.member)));
    }
    other.reach(note.pos).await;
    for client in [&boss, &other] {
        assert!(client.view().notices.is_empty());
        assert!(!client.events.iter().any(|logged| matches!(logged.event, Event::Notice(_))));
        assert!(page(&client.user, "").await.notices.is_empty());
    }
    // Seen on one device, it is seen on all; it stays in the pages.
    let [first, second] = &mut named;
    let up_to = notices(first)[0].id;
    let read = first.done(Command::ReadNotices { up_to }).await;
    second.reach(read.pos).await;
    assert!(notices(first).is_empty() && notices(second).is_empty());
    assert!(LiveClient::connect(&agent).await.view().notices.is_empty());
    let seen = page(&agent, "").await;
    assert!(seen.notices.len() == 1 && seen.notices[0].read && !seen.has_older);
    let again = first.done(Command::ReadNotices { up_to }).await;
    assert_eq!(again.pos, read.pos, "what was seen before is no change");
}

async fn whoever_may_not_see_a_conversation_cannot_be_named_in_it(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let (id, boss) = (world.only_conversation().await, world.supervisor().await);
    let (agent, outside) = (world.alpha.agent.member, world.alpha.second_agent.member);
    let administrator = world.administrator().await;
    let leave = Command::SetQueues { member: outside, queues: vec![world.alpha.support_queue] };
    administrator.command(leave).await.unwrap();
    for nobody in [outside, MemberId::new(), world.beta.agent.member] {
        let problem = boss.command(naming(id, &[agent, nobody])).await.unwrap_err();
        assert_eq!((problem.code, problem.member.as_deref()), (ErrorCode::NotMentionable, Some(&nobody)));
    }
    administrator.command(Command::SetActive { member: agent, active: false }).await.unwrap();
    assert_eq!(boss.refused(naming(id, &[agent])).await, ErrorCode::NotMentionable);
    let crowd: Vec<MemberId> = (0..=MENTIONS).map(|_| boss.member).collect();
    assert_eq!(boss.refused(naming(id, &crowd)).await, ErrorCode::BadRequest);
    let store = world.store().await;
    assert_eq!(sql::count(&store, "notice").await, 0);
    let notes = "SELECT count(*) AS n FROM message WHERE tenant_id = $1 AND kind LIKE '%note'";
    assert_eq!(sql::number(&store, notes).await, 0, "nothing of a refused note is kept");
}

async fn whoever_is_given_a_conversation_is_told_and_whoever_takes_one_is_not(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let id = world.only_conversation().await;
    let mut agent = LiveClient::connect(&world.agent().await).await;
    let boss = world.supervisor().await;
    let there = |c: &LiveClient| c.view().members[&c.user.member].connected;
    agent.until("the agent is there", there).await;
    agent.done(Command::AssignToMe { conversation: id }).await;
    agent.done(Command::Release { conversation: id }).await;
    assert!(notices(&agent).is_empty());
    let member = agent.user.member;
    let given = Command::Assign { conversation: id, member, force: false };
    let given = boss.command(given).await.unwrap();
    agent.reach(given.pos).await;
    let [notice] = &notices(&agent)[..] else { panic!("{:?}", agent.view().notices) };
    assert_eq!((notice.kind, notice.by), (NoticeKind::Assigned, Some(boss.member)));
    // A supervisor who gives it to themselves knows.
    let own = Command::Assign { conversation: id, member: boss.member, force: true };
    boss.command(own).await.unwrap();
    assert!(page(&boss, "").await.notices.is_empty());
}

async fn notices_are_read_from_the_oldest_on_and_come_in_pages(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let (id, boss, agent) = (world.only_conversation().await, world.supervisor().await, world.agent().await);
    let mut client = LiveClient::connect(&agent).await;
    let all = SNAPSHOT_NOTICES + 5;
    let mut last = 0;
    for _ in 0..all {
        last = boss.command(naming(id, &[agent.member])).await.unwrap().pos;
    }
    client.reach(last).await;
    let newest = page(&agent, "").await;
    assert_eq!((newest.notices.len(), newest.has_older), (50, true));
    assert!(newest.notices.is_sorted_by(|a, b| a.id > b.id));
    let oldest = newest.notices.last().unwrap().id;
    let older = page(&agent, &format!("?before={oldest}")).await;
    assert_eq!((older.notices.len(), older.has_older), (all - 50, false));
    assert_eq!(agent.get("/api/notices?before=msg_1").await.0, 400);
    // What is shown is what a fresh console shows, before some are seen, and afterwards.
    for up_to in [None, Some(older.notices[0].id), Some(newest.notices[20].id), Some(newest.notices[0].id)] {
        if let Some(up_to) = up_to {
            client.done(Command::ReadNotices { up_to }).await;
        }
        let fresh = LiveClient::connect(&agent).await;
        assert_eq!(client.view().notices, fresh.view().notices);
    }
    assert!(client.view().notices.is_empty());
}
