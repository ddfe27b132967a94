//! Supervisors look over shoulders, suggest, and answer beside whoever holds a conversation.

use std::sync::Arc;

use chrono::TimeDelta;
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    limits,
    live::{
        VERSION,
        command::Command,
        frame::ClientFrame,
        snapshot::{Activity, Watcher},
    },
    model::{
        message::{Body, Happening, Message},
        notice::{Notice, NoticeKind},
        routing::RoutingPolicy,
    },
};

use crate::{
    harness::{
        Engine, LiveClient, Options, User, World, sql,
        webhook::{ann, bob},
    },
    webhook::changes::timeline,
};

on_both_engines!(
    whoever_monitors_is_written_down_once_an_hour_by_whichever_door,
    who_only_looks_at_the_own_or_the_waiting_is_no_monitor,
    a_visible_monitor_is_seen_by_whoever_holds_it,
    several_are_monitored_at_once,
    an_invisible_monitor_is_seen_by_supervisors_alone,
    a_suggestion_is_for_whoever_holds_it_and_never_for_the_customer,
    a_note_of_one_who_monitors_is_told_to_whoever_holds_it,
    who_answers_beside_another_is_told_of_once,
);

const MONITORED: &str =
    "SELECT actor || ' ' || object AS t FROM audit WHERE tenant_id = $1 AND action = 'conversation.monitor'";

/// A customer whose conversation the agent holds.
async fn held(world: &World) -> (ConversationId, User) {
    world.customer_writes(&ann(), "Is it there in green?").await;
    let (conversation, agent) = (world.only_conversation().await, world.agent().await);
    agent.command(Command::AssignToMe { conversation }).await.unwrap();
    (conversation, agent)
}

async fn hide_monitors(world: &World) {
    let policy = RoutingPolicy { monitor_visible: false, ..RoutingPolicy::default() };
    world.administrator().await.command(Command::SetRoutingPolicy { policy }).await.unwrap();
}

fn seen(client: &LiveClient, member: MemberId, activity: Activity) -> Option<&Watcher> {
    client.signals.iter().rev().find(|watcher| (watcher.member, watcher.activity) == (member, activity))
}

fn notices(client: &LiveClient) -> Vec<Notice> {
    client.view().notices.values().cloned().collect()
}

async fn whoever_monitors_is_written_down_once_an_hour_by_whichever_door(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let world = World::with(engine, options).await;
    let (id, agent) = held(&world).await;
    let (boss, store) = (world.supervisor().await, world.store().await);
    let entry = format!("{} {id} {}", boss.member, agent.member);
    let mut live = LiveClient::connect(&boss).await;
    assert!(live.open(id).await);
    assert_eq!(sql::texts(&store, MONITORED).await, std::slice::from_ref(&entry), "before anything is shown");
    // Again, on another device, page by page: they go on looking.
    live.close_timeline(id).await;
    assert!(live.open(id).await && LiveClient::connect(&boss).await.open(id).await);
    assert!(boss.get(&format!("/api/conversations/{id}/messages")).await.0.is_success());
    assert_eq!(sql::texts(&store, MONITORED).await.len(), 1);
    // Another supervisor, by the pages alone.
    let administrator = world.administrator().await;
    assert!(administrator.get(&format!("/api/conversations/{id}/messages")).await.0.is_success());
    let both = sql::texts(&store, MONITORED).await;
    assert_eq!(both, [entry.clone(), format!("{} {id} {}", administrator.member, agent.member)]);
    clock.advance(TimeDelta::minutes(59));
    live.close_timeline(id).await;
    assert!(live.open(id).await);
    assert_eq!(sql::texts(&store, MONITORED).await.len(), 2);
    clock.advance(TimeDelta::minutes(2));
    // A resume says that it was open before; nobody knows since when.
    let resume = ClientFrame::Resume {
        version: VERSION,
        epoch: live.welcome.as_ref().unwrap().epoch,
        member: None,
        pos: live.pos(),
        scope_rev: live.view().scope_rev,
        open: vec![id],
    };
    let live = live.greet_anew(&resume).await;
    let all = sql::texts(&store, MONITORED).await;
    assert_eq!((all.len(), all.last()), (3, Some(&entry)));
    drop(live);
}

async fn who_only_looks_at_the_own_or_the_waiting_is_no_monitor(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hello?").await;
    let (conversation, store) = (world.only_conversation().await, world.store().await);
    let mut boss = LiveClient::connect(&world.supervisor().await).await;
    assert!(boss.open(conversation).await, "nobody holds it");
    let agent = world.agent().await;
    agent.command(Command::AssignToMe { conversation }).await.unwrap();
    for user in [&agent, &world.second_agent().await] {
        assert!(LiveClient::connect(user).await.open(conversation).await, "the own, and a colleague's");
        assert!(user.get(&format!("/api/conversations/{conversation}/messages")).await.0.is_success());
    }
    boss.done(Command::AssignToMe { conversation }).await;
    boss.close_timeline(conversation).await;
    assert!(boss.open(conversation).await, "it is the supervisor's own by now");
    let reason = shared::model::conversation::CloseReason::ALL[0];
    boss.done(Command::Close { conversation, reason }).await;
    let administrator = world.administrator().await;
    assert!(LiveClient::connect(&administrator).await.open(conversation).await, "it is closed");
    // But for the moment in which the agent held what the supervisor had opened: that went on being pushed.
    let first = format!("{} {conversation} {}", boss.user.member, agent.member);
    assert_eq!(sql::texts(&store, MONITORED).await, [first]);
    // What was opened while nobody held it is monitored from the next sign on.
    boss.done(Command::Reopen { conversation }).await;
    boss.done(Command::Release { conversation }).await;
    let mut other = LiveClient::connect(&administrator).await;
    let mut holder = LiveClient::connect(&agent).await;
    assert!(other.open(conversation).await && holder.open(conversation).await);
    holder.done(Command::AssignToMe { conversation }).await;
    other.send(&ClientFrame::viewing(Some(conversation))).await;
    let looks = |c: &LiveClient| seen(c, administrator.member, Activity::Viewing).is_some();
    holder.until("the look is seen", looks).await;
    let entry = format!("{} {conversation} {}", administrator.member, agent.member);
    assert!(sql::texts(&store, MONITORED).await.contains(&entry));
}

async fn a_visible_monitor_is_seen_by_whoever_holds_it(engine: Engine) {
    let world = World::new(engine).await;
    let (id, agent) = held(&world).await;
    let mut agent = LiveClient::connect(&agent).await;
    let mut boss = LiveClient::connect(&world.supervisor().await).await;
    let member = boss.user.member;
    assert!(agent.open(id).await && boss.open(id).await);
    boss.send(&ClientFrame::viewing(Some(id))).await;
    agent.until("the look is seen", |c| seen(c, member, Activity::Viewing).is_some()).await;
    agent.close_timeline(id).await;
    assert!(agent.open(id).await);
    let mut late = LiveClient::connect(&agent.user).await;
    assert!(late.open(id).await);
    boss.send(&ClientFrame::Typing { conversation: id }).await;
    late.until("the writing is seen", |c| seen(c, member, Activity::Typing).is_some()).await;
}

async fn several_are_monitored_at_once(engine: Engine) {
    let world = World::new(engine).await;
    let (first, agent) = held(&world).await;
    world.customer_writes(&bob(), "And in red?").await;
    let mut boss = LiveClient::connect(&world.supervisor().await).await;
    let mut agent = LiveClient::connect(&agent).await;
    let second = *agent.view().conversations.keys().find(|id| **id != first).unwrap();
    agent.done(Command::AssignToMe { conversation: second }).await;
    for id in [first, second] {
        assert!(agent.open(id).await && boss.open(id).await);
    }
    let member = boss.user.member;
    let looks = |c: &LiveClient, id: ConversationId| {
        let mut all = c.signals.iter().rev();
        let last = all.find(|watcher| watcher.conversation == id && watcher.member == member);
        last.map(|watcher| watcher.until)
    };
    boss.send(&ClientFrame::Viewing { conversation: Some(first), beside: vec![second] }).await;
    agent.until("both looks are seen", |c| [first, second].iter().all(|id| looks(c, *id).is_some())).await;
    let shown = looks(&agent, first);
    boss.send(&ClientFrame::viewing(Some(second))).await;
    agent.until("the end of one is seen", |c| looks(c, first) < shown).await;
    assert!(looks(&agent, second) > looks(&agent, first), "the other is looked at still");
    let mut both = sql::texts(&world.store().await, MONITORED).await;
    both.sort();
    let mut wanted = [first, second].map(|id| format!("{member} {id} {}", agent.user.member));
    wanted.sort();
    assert_eq!(both, wanted);
}

async fn an_invisible_monitor_is_seen_by_supervisors_alone(engine: Engine) {
    let world = World::new(engine).await;
    let (id, agent) = held(&world).await;
    hide_monitors(&world).await;
    let mut agent = LiveClient::connect(&agent).await;
    let mut colleague = LiveClient::connect(&world.second_agent().await).await;
    let mut boss = LiveClient::connect(&world.supervisor().await).await;
    let mut other = LiveClient::connect(&world.administrator().await).await;
    let member = boss.user.member;
    for client in [&mut agent, &mut colleague, &mut boss, &mut other] {
        assert!(client.open(id).await);
    }
    boss.send(&ClientFrame::viewing(Some(id))).await;
    boss.send(&ClientFrame::Typing { conversation: id }).await;
    for activity in [Activity::Viewing, Activity::Typing] {
        other.until("another supervisor sees it", |c| seen(c, member, activity).is_some()).await;
    }
    assert_eq!(sql::texts(&world.store().await, MONITORED).await.len(), 2, "both are written down");
    // That they go is not told either, and nothing to whoever comes while they look.
    let mut late = LiveClient::connect(&agent.user).await;
    assert!(late.open(id).await);
    let shown = seen(&other, member, Activity::Viewing).unwrap().until;
    drop(boss);
    other
        .until("they are gone", |c| seen(c, member, Activity::Viewing).is_some_and(|w| w.until < shown))
        .await;
    let barrier = agent.done(Command::note(id, "Nobody here but me.")).await;
    for client in [&mut agent, &mut colleague, &mut late] {
        client.reach(barrier.pos).await;
        assert!(client.signals.iter().all(|watcher| watcher.member != member), "{:?}", client.signals);
    }
    // Whoever holds it does not see it, also with the right to monitor others.
    let mut boss = LiveClient::connect(&world.supervisor().await).await;
    assert!(boss.open(id).await);
    other.done(Command::AssignToMe { conversation: id }).await;
    other.signals.clear();
    boss.send(&ClientFrame::viewing(Some(id))).await;
    boss.done(Command::note(id, "First.")).await;
    let monitored = format!("{member} {id} {}", other.user.member);
    // A hidden sign is shown to nobody here, so what is waited for is that its monitor was written down.
    assert!(sql::texts(&world.store().await, MONITORED).await.contains(&monitored), "another holds it");
    let barrier = other.done(Command::note(id, "Second.")).await;
    agent.reach(barrier.pos).await;
    assert!(other.signals.iter().all(|watcher| watcher.member != member), "{:?}", other.signals);
}

async fn a_suggestion_is_for_whoever_holds_it_and_never_for_the_customer(engine: Engine) {
    let world = World::new(engine).await;
    let suggest = |conversation, text: &str| Command::Suggest { conversation, text: text.into() };
    let (id, agent) = held(&world).await;
    let mut holder = LiveClient::connect(&agent).await;
    let boss = world.supervisor().await;
    assert!(holder.open(id).await);
    let done = boss.command(suggest(id, "In green from Monday on. ")).await.unwrap();
    holder.reach(done.pos).await;
    let Some(message) = timeline(&agent, id).await.pop() else { panic!("nothing") };
    assert_eq!(Some(message.id), done.message);
    let text = "In green from Monday on.".to_owned();
    assert_eq!(message.body, Body::Note { text, suggestion: true });
    assert!(message.delivery.is_none());
    let told = holder.view().timelines[&id].messages.values().any(|known| *known == message);
    assert!(told, "at once");
    let [notice] = &notices(&holder)[..] else { panic!("{:?}", holder.view().notices) };
    assert_eq!((notice.kind, notice.message), (NoticeKind::Suggested, done.message));
    let store = world.store().await;
    assert_eq!(sql::count(&store, "outbox").await, 0);
    let audited = "SELECT object AS t FROM audit WHERE tenant_id = $1 AND action = 'note.suggest'";
    assert_eq!(sql::texts(&store, audited).await, [id.to_string()]);
    // A suggestion is no answer that somebody must have seen.
    let seen = message.seq - 1;
    let what = shared::model::outgoing::Outgoing::Text { text: "From Monday on.".into() };
    agent.command(Command::Send { conversation: id, answers: None, base: Some(seen), what }).await.unwrap();
    assert_eq!(agent.refused(suggest(id, "x")).await, ErrorCode::Forbidden);
    assert_eq!(boss.refused(suggest(id, " ")).await, ErrorCode::TextEmpty);
    let long = "x".repeat(limits::TEXT_CHARS + 1);
    assert_eq!(boss.refused(suggest(id, &long)).await, ErrorCode::TextTooLong);
    boss.command(Command::AssignToMe { conversation: id }).await.unwrap();
    assert_eq!(boss.refused(suggest(id, "x")).await, ErrorCode::NobodyHolds);
    boss.command(Command::Release { conversation: id }).await.unwrap();
    assert_eq!(boss.refused(suggest(id, "x")).await, ErrorCode::NobodyHolds);
}

async fn a_note_of_one_who_monitors_is_told_to_whoever_holds_it(engine: Engine) {
    let world = World::new(engine).await;
    let (id, agent) = held(&world).await;
    let mut holder = LiveClient::connect(&agent).await;
    world.second_agent().await.command(Command::note(id, "A colleague's.")).await.unwrap();
    let note = world.supervisor().await.command(Command::note(id, "Offer 10 %.")).await.unwrap();
    holder.reach(note.pos).await;
    let [notice] = &notices(&holder)[..] else { panic!("{:?}", holder.view().notices) };
    assert_eq!((notice.kind, notice.message), (NoticeKind::Mentioned, note.message));
}

fn joined(timeline: &[Message]) -> Vec<MemberId> {
    let who = timeline.iter().filter_map(|message| match message.body {
        Body::System { what: Happening::Joined { member } } => Some(member),
        _ => None,
    });
    who.collect()
}

async fn who_answers_beside_another_is_told_of_once(engine: Engine) {
    let world = World::new(engine).await;
    let (id, agent) = held(&world).await;
    let mut holder = LiveClient::connect(&agent).await;
    let (boss, administrator) = (world.supervisor().await, world.administrator().await);
    agent.command(Command::text(id, "A moment.")).await.unwrap();
    assert!(joined(&timeline(&agent, id).await).is_empty(), "the own conversation");
    let first = boss.command(Command::text(id, "I am the boss.")).await.unwrap();
    boss.command(Command::text(id, "And I know.")).await.unwrap();
    administrator.command(Command::text(id, "So do I.")).await.unwrap();
    let last = boss.command(Command::text(id, "Indeed.")).await.unwrap();
    let told = timeline(&agent, id).await;
    assert_eq!(joined(&told), [boss.member, administrator.member]);
    let at = told.iter().position(|message| Some(message.id) == first.message).unwrap();
    let before = Body::System { what: Happening::Joined { member: boss.member } };
    assert_eq!(told[at - 1].body, before, "before what they say");
    holder.reach(last.pos).await;
    let who: Vec<_> = notices(&holder).iter().map(|notice| (notice.kind, notice.by)).collect();
    assert_eq!(who, [boss.member, administrator.member].map(|by| (NoticeKind::Joined, Some(by))));
    assert_eq!(holder.view().conversations[&id].assignee, Some(agent.member), "they hold it still");
    // In other hands it is the first time again; and whoever takes it over joins nobody.
    let to = shared::model::routing::Target::Queue(world.alpha.sales_queue);
    agent.command(Command::Transfer { conversation: id, to, note: None }).await.unwrap();
    agent.command(Command::AssignToMe { conversation: id }).await.unwrap();
    boss.command(Command::text(id, "Me again.")).await.unwrap();
    assert_eq!(joined(&timeline(&agent, id).await).len(), 3);
    boss.command(Command::AssignToMe { conversation: id }).await.unwrap();
    boss.command(Command::text(id, "Mine now.")).await.unwrap();
    assert_eq!(joined(&timeline(&agent, id).await).len(), 3);
    let facts = "SELECT count(*) AS n FROM fact WHERE tenant_id = $1 AND what = 'conversation_joined'";
    assert_eq!(sql::number(&world.store().await, facts).await, 3);
}
