//! One thing done to many: the same as to one after the other, and taken back where nobody touched them since.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use server::{
    clock::Clock,
    db::rows::{label, waiting},
    domain::{commands, labels},
};
use shared::{
    api::contacts::LabelRequest,
    error::ErrorCode,
    ids::{BulkId, ChannelId, CommandKey, ConversationId, LabelId, MemberId, QueueId},
    live::command::{Command, Done, KeyedCommand},
    model::{
        bulk::{BulkAction, BulkDone, MOST_AT_ONCE, UNDO_SECS},
        channel::ChannelColour,
        conversation::{CloseReason, ConversationState},
        routing::Target,
    },
};

use super::floor::{Floor, auto};
use crate::harness::{Engine, Random, sql};

on_both_engines!(
    many_at_once_are_the_same_as_one_after_the_other,
    what_nobody_touched_is_what_it_was_and_nothing_else_changes,
    what_is_refused_holds_up_nothing_and_says_why,
    only_who_did_it_takes_it_back_once_and_soon,
    without_room_what_was_closed_waits_in_its_old_place,
    the_same_key_does_it_once,
    two_at_once_close_each_once,
);

/// A floor with everything a conversation can be in it.
struct Scene {
    floor: Floor,
    queues: [QueueId; 2],
    channel: ChannelId,
    agents: [MemberId; 2],
    talks: Vec<ConversationId>,
    labels: [LabelId; 2],
}

impl Scene {
    async fn new(engine: Engine) -> Self {
        let floor = Floor::new(engine).await;
        let (sales, channel) = floor.queue("sales", auto()).await;
        let (support, _) = floor.queue("support", auto()).await;
        let agents = [floor.agent(&[sales], 2).await, floor.agent(&[sales], 1).await];
        let (boss, ids) = (floor.boss, [LabelId::new(), LabelId::new()]);
        for (n, id) in ids.into_iter().enumerate() {
            let new = LabelRequest { name: format!("label {n}"), colour: ChannelColour::Teal };
            floor.write(move |tx| labels::create(tx, boss, id, &new)).await;
        }
        let mut scene =
            Self { floor, queues: [sales, support], channel, agents, talks: Vec::new(), labels: ids };
        for n in 0..6 {
            scene.floor.clock.advance(Duration::seconds(1));
            let talk = scene.floor.customer(channel, n).await;
            scene.talks.push(talk);
        }
        let (floor, talks) = (&scene.floor, &scene.talks);
        // Three are held, one of them is put aside; the others wait, one of them sooner.
        let until = Some(scene.at(5_000));
        let holder = floor.holder(talks[0]).await.unwrap();
        floor.done(holder, Command::text(talks[0], "I ask for it.")).await;
        floor.done(holder, Command::Park { conversation: talks[0], until }).await;
        floor.done(boss, Command::SetPriority { conversation: talks[5], secs: 90 }).await;
        let add = vec![ids[0]];
        floor.done(boss, Command::Label { conversation: talks[1], add, remove: Vec::new() }).await;
        scene
    }

    fn at(&self, secs: i64) -> DateTime<Utc> {
        self.floor.clock.now() + Duration::seconds(secs)
    }

    fn actions(&self) -> Vec<BulkAction> {
        let ([_, support], [_, second]) = (self.queues, self.agents);
        vec![
            BulkAction::Close { reason: CloseReason::NoReply },
            BulkAction::Release {},
            BulkAction::Assign { member: second, force: true },
            BulkAction::Assign { member: second, force: false },
            BulkAction::Transfer { to: Target::Queue(support) },
            BulkAction::Transfer { to: Target::Member(second) },
            BulkAction::Priority { secs: 600 },
            BulkAction::Label { add: vec![self.labels[1]], remove: vec![self.labels[0]] },
            BulkAction::Park { until: Some(self.at(900)) },
            BulkAction::Park { until: None },
        ]
    }

    async fn bulk(&self, who: MemberId, talks: &[ConversationId], action: BulkAction) -> BulkDone {
        let command = Command::Bulk { conversations: talks.to_vec(), action };
        self.floor.command(who, command).await.unwrap().bulk.unwrap()
    }

    async fn undo(&self, who: MemberId, id: BulkId) -> BulkDone {
        self.floor.command(who, Command::UndoBulk { id }).await.unwrap().bulk.unwrap()
    }

    /// Everything of a conversation that somebody can change, without ids of this scene.
    async fn seen(&self, id: ConversationId) -> String {
        let row = self.floor.see(id).await;
        let (contact, place) =
            (row.contact.id, self.floor.tenant.read(move |scoped| waiting::find(scoped, id)).await.unwrap());
        let labels =
            self.floor.tenant.read(move |scoped| label::of_conversations(scoped, contact)).await.unwrap();
        let labels: Vec<usize> = labels
            .get(&id)
            .into_iter()
            .flatten()
            .map(|one| self.labels.iter().position(|known| known == one).unwrap())
            .collect();
        let member = |id: Option<MemberId>| id.map(|id| self.agents.iter().position(|one| *one == id));
        let queue = |id: Option<QueueId>| id.map(|id| self.queues.iter().position(|one| *one == id));
        let place = place.map(|place| {
            let because = place.because;
            (place.waits, place.since, place.priority, queue(Some(place.queue)), because)
        });
        format!(
            "{:?} {:?} {:?} {:?} {} {:?} {:?} {:?} {labels:?} {place:?}",
            row.state,
            member(row.assignee),
            queue(row.queue),
            row.sleeps_until,
            row.unread,
            row.waiting_since,
            row.opened_at,
            row.closed,
        )
    }

    async fn all(&self) -> Vec<String> {
        let mut all = Vec::new();
        for talk in &self.talks {
            all.push(self.seen(*talk).await);
        }
        all
    }

    async fn facts(&self) -> Vec<String> {
        let query = "SELECT what AS t FROM fact WHERE tenant_id = $1 ORDER BY id";
        sql::texts(&self.floor.tenant, query).await
    }

    async fn audited(&self) -> Vec<String> {
        let query = "SELECT action AS t FROM audit WHERE tenant_id = $1 ORDER BY seq";
        sql::texts(&self.floor.tenant, query).await
    }

    async fn used(&self) -> Vec<u32> {
        let mut used = Vec::new();
        for agent in self.agents {
            let find = server::db::rows::agent_load::find;
            let load = self.floor.tenant.read(move |scoped| find(scoped, agent)).await.unwrap();
            used.push(load.unwrap().used);
        }
        used
    }
}

async fn many_at_once_are_the_same_as_one_after_the_other(engine: Engine) {
    let actions = Scene::new(engine).await.actions().len();
    let seed = Random::seed();
    let mut random = Random::new(seed);
    for n in 0..actions {
        let (many, one) = (Scene::new(engine).await, Scene::new(engine).await);
        assert_eq!(many.all().await, one.all().await);
        let order: Vec<usize> = (0..6).filter(|_| random.percent(80)).collect();
        let order: Vec<usize> = if order.is_empty() { vec![0] } else { order };
        let by_boss = random.percent(60);
        let who = |scene: &Scene| if by_boss { scene.floor.boss } else { scene.agents[0] };
        let action = many.actions()[n].clone();
        if action.permission() != shared::permission::Permission::WorkConversations && !by_boss {
            continue;
        }
        let talks: Vec<_> = order.iter().map(|n| many.talks[*n]).collect();
        let done = many.bulk(who(&many), &talks, action).await;
        let mut refused = Vec::new();
        for talk in order.iter().map(|n| one.talks[*n]) {
            let command = Command::of_bulk(&one.actions()[n], talk);
            if let Err(problem) = one.floor.command(who(&one), command).await {
                refused.push(problem.code);
            }
        }
        let shown = format!("TEST_SEED={seed}, action {n}, {order:?}, by the boss: {by_boss}");
        let codes: Vec<_> = done.refused.iter().map(|refused| refused.code).collect();
        assert_eq!(codes, refused, "{shown}");
        assert_eq!(done.done as usize, order.len() - refused.len(), "{shown}");
        assert_eq!(many.all().await, one.all().await, "{shown}");
        assert_eq!(many.facts().await, one.facts().await, "{shown}");
        assert_eq!(many.used().await, one.used().await, "{shown}");
        let mut audited = many.audited().await;
        assert!(audited.pop().unwrap().starts_with("bulk."), "{shown}");
        assert_eq!(audited, one.audited().await, "{shown}");
        many.floor.close().await;
        one.floor.close().await;
    }
}

async fn what_nobody_touched_is_what_it_was_and_nothing_else_changes(engine: Engine) {
    let actions = Scene::new(engine).await.actions().len();
    for n in 0..actions {
        let scene = Scene::new(engine).await;
        let (boss, action) = (scene.floor.boss, scene.actions()[n].clone());
        // So that nothing that is given out meanwhile changes hands: everybody has as much as they can.
        let before = (scene.all().await, scene.used().await);
        // One that somebody touches, and one that is not among them.
        let (touched, rest) = scene.talks.split_last().unwrap();
        let mut all = rest[1..].to_vec();
        all.push(*touched);
        let done = scene.bulk(boss, &all, action.clone()).await;
        let note = scene.floor.command(boss, Command::note(*touched, "Look at this.")).await;
        assert!(note.is_ok());
        let after = scene.seen(*touched).await;
        let undone = scene.undo(boss, done.id).await;
        let now = (scene.all().await, scene.used().await);
        let was_done = !done.refused.iter().any(|refused| refused.conversation == *touched);
        assert_eq!(undone.refused.len(), usize::from(was_done), "{action:?}: {undone:?}");
        assert!(undone.refused.iter().all(|one| one.code == ErrorCode::ChangedSince), "{action:?}");
        assert_eq!(undone.done + undone.refused.len() as u32, done.done, "{action:?}");
        assert_eq!(now.0[..5], before.0[..5], "{action:?}");
        assert_eq!(now.0[5], after, "{action:?}");
        scene.floor.close().await;
    }
}

async fn what_is_refused_holds_up_nothing_and_says_why(engine: Engine) {
    let scene = Scene::new(engine).await;
    let [agent, other] = scene.agents;
    let mut theirs = Vec::new();
    for talk in &scene.talks {
        if scene.floor.holder(*talk).await == Some(other) {
            theirs.push(*talk);
        }
    }
    let mut own = BTreeSet::new();
    for talk in &scene.talks {
        if scene.floor.holder(*talk).await == Some(agent) {
            own.insert(*talk);
        }
    }
    let unknown = ConversationId::new();
    let first = *own.first().unwrap();
    let mut all = vec![unknown, theirs[0], first, first];
    all.extend(own.iter().skip(1));
    let done = scene.bulk(agent, &all, BulkAction::Close { reason: CloseReason::Resolved }).await;
    let refused: Vec<_> = done.refused.iter().map(|one| (one.conversation, one.code)).collect();
    assert_eq!(
        refused,
        [(unknown, ErrorCode::NotFound), (theirs[0], ErrorCode::AssignedToAnother)],
        "each once, with why"
    );
    assert_eq!(done.done as usize, own.len());
    let again = scene.bulk(agent, &[first], BulkAction::Close { reason: CloseReason::Resolved }).await;
    assert_eq!((again.done, again.refused[0].code), (0, ErrorCode::ConversationClosed));
    for action in [BulkAction::Priority { secs: 60 }, BulkAction::Assign { member: agent, force: true }] {
        let command = Command::Bulk { conversations: vec![theirs[0]], action };
        assert_eq!(scene.floor.refused(agent, command).await, ErrorCode::Forbidden);
    }
    for conversations in [Vec::new(), (0..=MOST_AT_ONCE).map(|_| ConversationId::new()).collect()] {
        let command = Command::Bulk { conversations, action: BulkAction::Release {} };
        assert_eq!(scene.floor.refused(agent, command).await, ErrorCode::BadRequest);
    }
}

async fn only_who_did_it_takes_it_back_once_and_soon(engine: Engine) {
    let scene = Scene::new(engine).await;
    let close = || BulkAction::Close { reason: CloseReason::Resolved };
    let (boss, talks) = (scene.floor.boss, &scene.talks);
    let done = scene.bulk(boss, &talks[..2], close()).await;
    let undo = || Command::UndoBulk { id: done.id };
    assert_eq!(scene.floor.refused(scene.agents[0], undo()).await, ErrorCode::NotFound);
    assert_eq!(scene.floor.refused(boss, Command::UndoBulk { id: BulkId::new() }).await, ErrorCode::NotFound);
    assert_eq!(scene.undo(boss, done.id).await.done, 2);
    assert_eq!(scene.floor.refused(boss, undo()).await, ErrorCode::UndoOver);
    let late = scene.bulk(boss, &talks[..2], close()).await;
    scene.floor.clock.advance(Duration::seconds(UNDO_SECS + 1));
    assert_eq!(scene.floor.refused(boss, Command::UndoBulk { id: late.id }).await, ErrorCode::UndoOver);
    assert_eq!(scene.floor.see(talks[0]).await.state, ConversationState::Closed);
}

async fn without_room_what_was_closed_waits_in_its_old_place(engine: Engine) {
    let scene = Scene::new(engine).await;
    let floor = &scene.floor;
    let mut held = None;
    for talk in &scene.talks {
        if floor.holder(*talk).await == Some(scene.agents[1]) {
            held = Some(*talk);
        }
    }
    let held = held.unwrap();
    let done = scene.bulk(scene.agents[1], &[held], BulkAction::Close { reason: CloseReason::Spam }).await;
    // Its place was given to the next at once.
    let undone = scene.undo(scene.agents[1], done.id).await;
    assert_eq!((undone.done, undone.refused.len()), (1, 0));
    assert_eq!(floor.see(held).await.state, ConversationState::Queued);
    let row = floor.tenant.read(move |scoped| waiting::find(scoped, held)).await.unwrap().unwrap();
    assert_eq!(row.since, floor.see(held).await.opened_at, "as old as it is");
    // What was only given back is where it is.
    let done = scene.bulk(scene.agents[0], &scene.talks, BulkAction::Release {}).await;
    assert!(done.done > 0);
    let undone = scene.undo(scene.agents[0], done.id).await;
    assert!(undone.refused.iter().all(|one| one.code == ErrorCode::NoRoom), "{undone:?}");
}

async fn the_same_key_does_it_once(engine: Engine) {
    let scene = Scene::new(engine).await;
    let command = Command::Bulk {
        conversations: scene.talks.clone(),
        action: BulkAction::Close { reason: CloseReason::Resolved },
    };
    let key = CommandKey::new();
    let run = || async {
        let keyed = KeyedCommand { key, command: command.clone() };
        let done: Done = commands::dispatch(&scene.floor.tenant, scene.floor.boss, keyed).await.unwrap();
        done
    };
    let first = run().await;
    let audited = scene.audited().await;
    assert_eq!(run().await, first);
    assert_eq!(scene.audited().await, audited);
}

async fn two_at_once_close_each_once(engine: Engine) {
    let scene = Scene::new(engine).await;
    let mut talks = scene.talks.clone();
    for n in 10..30 {
        talks.push(scene.floor.customer(scene.channel, n).await);
    }
    let boss = scene.floor.boss;
    let close = |reason| BulkAction::Close { reason };
    let mut backwards = talks.clone();
    backwards.reverse();
    let (one, other) = futures_util::join!(
        scene.bulk(boss, &talks, close(CloseReason::Resolved)),
        scene.bulk(boss, &backwards, close(CloseReason::Spam)),
    );
    assert_eq!(one.done + other.done, talks.len() as u32);
    assert_eq!(one.refused.len() + other.refused.len(), talks.len());
    let refused = one.refused.iter().chain(&other.refused);
    assert!(refused.into_iter().all(|one| one.code == ErrorCode::ConversationClosed));
    // Whoever was first takes back all of it, the other nothing.
    let first = if one.done > 0 { one } else { other };
    let undone = scene.undo(boss, first.id).await;
    assert_eq!((undone.done, undone.refused.len()), (first.done, 0), "{undone:?}");
}
