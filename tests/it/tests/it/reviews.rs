//! Reviewing how colleagues answered: what is drawn, who may, and what it comes to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use server::{
    clock::{Clock, FakeClock, SystemClock},
    domain::reviews,
};
use shared::{
    api::reviews::{ReviewDesk, ReviewRequest, ReviewsPage, ReviewsQuery, Sample, SampleQuery},
    error::ErrorCode,
    ids::{ConversationId, MemberId, ReviewId},
    live::command::Command,
    model::{
        conversation::CloseReason,
        notice::NoticeKind,
        review::{Criterion, Review, ReviewPolicy, Score},
    },
};

use crate::{
    harness::{
        Engine, LiveClient, Options, Random, User, World, run, sql,
        wait::thorough,
        webhook::{ann, bob},
    },
    routing::model::Play,
};

on_both_engines!(
    a_conversation_is_reviewed_once_by_each_and_changed_for_seven_days,
    who_held_it_or_may_not_does_not_review,
    a_member_reads_their_own_and_is_told_unless_that_is_not_wanted,
    a_card_that_is_changed_changes_no_review,
    a_review_goes_with_its_conversation_and_its_words_with_the_contact,
);

#[test]
fn a_sample_gives_nothing_that_it_must_not_on_sqlite() {
    run(samples(Engine::Sqlite, if thorough() { 20 } else { 4 }));
}

#[test]
fn a_sample_gives_nothing_that_it_must_not_on_postgres() {
    run(samples(Engine::Postgres, if thorough() { 8 } else { 2 }));
}

const WEEK: i64 = 7 * 86_400;

/// Everything that may be drawn, from the tables.
async fn may_be_drawn(play: &Play, reviewer: MemberId) -> BTreeSet<(ConversationId, MemberId)> {
    let since = play.floor.clock.now().timestamp_micros() - WEEK * 1_000_000;
    let query = format!(
        "SELECT DISTINCT m.conversation_id || ' ' || m.author_id AS t FROM message m \
         JOIN conversation c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id \
         WHERE m.tenant_id = $1 AND c.state = 'closed' AND c.closed_at >= {since} \
         AND m.author_kind = 'member' AND m.kind <> 'note' AND m.author_id <> '{reviewer}' \
         AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.tenant_id = c.tenant_id \
         AND a.conversation_id = c.id AND a.member_id = '{reviewer}' AND a.accepted_at IS NOT NULL) \
         AND NOT EXISTS (SELECT 1 FROM review r WHERE r.tenant_id = c.tenant_id \
         AND r.conversation_id = c.id AND r.reviewer_id = '{reviewer}')"
    );
    let rows = sql::texts(&play.floor.tenant, &query).await;
    let pair = |row: String| {
        let (id, member) = row.split_once(' ').unwrap();
        (id.parse().unwrap(), member.parse().unwrap())
    };
    rows.into_iter().map(pair).collect()
}

async fn draw(play: &Play, query: SampleQuery) -> Vec<(ConversationId, MemberId)> {
    let sample = reviews::sample(&play.floor.tenant, play.floor.boss, query).await.unwrap();
    sample.drawn.into_iter().map(|one| (one.conversation.id, one.member)).collect()
}

fn card(score: u8) -> Vec<Score> {
    let of = |one: Criterion| Score { name: one.name, score };
    ReviewPolicy::default().criteria.into_iter().map(of).collect()
}

async fn samples(engine: Engine, sequences: usize) {
    let seed = Random::seed();
    let mut random = Random::new(seed);
    let mut most = 0;
    for sequence in 0..sequences {
        let mut play = Play::begin(engine, &mut random).await;
        let boss = play.floor.boss;
        let mut given: Vec<Review> = Vec::new();
        for step in 0..160 {
            let what = play.step(&mut random).await;
            // The boss answers now and then, and so holds some.
            if let Some(talk) = random.pick(&play.talks).copied().filter(|_| random.percent(5)) {
                let _ = play.floor.command(boss, Command::text(talk, "I am the boss.")).await;
                let _ = play
                    .floor
                    .command(boss, Command::Close { conversation: talk, reason: CloseReason::Other })
                    .await;
            }
            // So do the others, more often than in a play.
            if let Some(talk) = random.pick(&play.talks).copied().filter(|_| random.percent(40))
                && let Some(holder) = play.floor.holder(talk).await
            {
                let close = Command::Close { conversation: talk, reason: CloseReason::Resolved };
                for command in [Command::text(talk, "Yes."), close] {
                    let _ = play.floor.command(holder, command).await;
                }
            }
            if step % 20 != 19 {
                continue;
            }
            let case = format!("TEST_SEED={seed}, sequence {sequence}, step {step}: {what}");
            let may = may_be_drawn(&play, boss).await;
            let ids: BTreeSet<ConversationId> = may.iter().map(|(id, _)| *id).collect();
            let query = SampleQuery {
                count: Some(50),
                seed: Some(random.below(1_000) as u32),
                ..SampleQuery::default()
            };
            let drawn = draw(&play, query.clone()).await;
            assert_eq!(drawn, draw(&play, query.clone()).await, "{case}: the same seed draws the same");
            assert!(drawn.iter().all(|pair| may.contains(pair)), "{case}: {drawn:?} of {may:?}");
            let once: BTreeSet<ConversationId> = drawn.iter().map(|(id, _)| *id).collect();
            assert_eq!(once.len(), drawn.len(), "{case}: each once");
            assert_eq!(drawn.len(), ids.len().min(50), "{case}: as many as there are");
            most = most.max(drawn.len());
            let few = draw(&play, SampleQuery { count: Some(3), ..query.clone() }).await;
            assert_eq!(few, drawn[..few.len()], "{case}: a smaller one is its beginning");
            for (id, member) in few {
                let score = random.below(5) as u8 + 1;
                let request = ReviewRequest { member, scores: card(score), comment: String::new() };
                let new = ReviewId::new();
                let work = move |tx: &mut server::db::Tx<'_>| reviews::write(tx, boss, id, new, &request);
                given.push(play.floor.write(work).await);
            }
            let page = reviews::list(&play.floor.tenant, boss, ReviewsQuery::default()).await.unwrap();
            assert_eq!(page.count as usize, given.len(), "{case}");
            let mut sums: BTreeMap<(MemberId, String), Vec<u32>> = BTreeMap::new();
            for review in &given {
                for one in &review.scores {
                    sums.entry((review.member, one.name.clone())).or_default().push(u32::from(one.score));
                }
            }
            let told: BTreeMap<_, _> = page
                .averages
                .into_iter()
                .map(|one| ((one.member, one.name), (one.count as usize, one.hundredths)))
                .collect();
            let counted: BTreeMap<_, _> = sums
                .into_iter()
                .map(|(of, all)| (of, (all.len(), all.iter().sum::<u32>() * 100 / all.len() as u32)))
                .collect();
            assert_eq!(told, counted, "{case}");
        }
        play.floor.close().await;
    }
    assert!(most >= 3, "hardly anything was ever drawn: {most}, TEST_SEED={seed}");
}

/// A conversation that the agent answered and closed.
async fn answered(world: &World, agent: &User) -> ConversationId {
    world.customer_writes(&ann(), "Is it there in green?").await;
    let conversation = world.only_conversation().await;
    agent.command(Command::text(conversation, "It is.")).await.unwrap();
    agent.command(Command::Close { conversation, reason: CloseReason::Resolved }).await.unwrap();
    conversation
}

async fn put(user: &User, id: ConversationId, request: &ReviewRequest) -> Result<Review, ErrorCode> {
    let body = serde_json::to_value(request).unwrap();
    let (status, body) = user.send(Method::PUT, &format!("/api/reviews/{id}"), &body).await;
    match status.is_success() {
        true => Ok(serde_json::from_value(body).unwrap()),
        false => Err(serde_json::from_value(body["code"].clone()).unwrap()),
    }
}

async fn page(user: &User, query: &str) -> Option<ReviewsPage> {
    let (status, body) = user.get(&format!("/api/reviews{query}")).await;
    status.is_success().then(|| serde_json::from_value(body).unwrap())
}

async fn sample(user: &User) -> Option<Sample> {
    let (status, body) = user.get("/api/reviews/sample").await;
    status.is_success().then(|| serde_json::from_value(body).unwrap())
}

async fn desk(user: &User, id: ConversationId) -> Option<ReviewDesk> {
    let (status, body) = user.get(&format!("/api/reviews/{id}")).await;
    status.is_success().then(|| serde_json::from_value(body).unwrap())
}

async fn a_conversation_is_reviewed_once_by_each_and_changed_for_seven_days(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let world = World::with(engine, options).await;
    let (agent, boss, other) = (world.agent().await, world.supervisor().await, world.administrator().await);
    let id = answered(&world, &agent).await;
    let drawn = sample(&boss).await.unwrap().drawn;
    assert_eq!((drawn.len(), drawn[0].conversation.id, drawn[0].member), (1, id, agent.member));
    let looked = desk(&boss, id).await.unwrap();
    assert_eq!((looked.criteria, looked.review), (ReviewPolicy::default().criteria, None));
    assert!(looked.page.messages.iter().any(|message| message.author.member == Some(agent.member)));
    desk(&boss, id).await.unwrap();
    let audit = |action: &str| {
        format!("SELECT actor || ' ' || object AS t FROM audit WHERE tenant_id = $1 AND action = '{action}'")
    };
    let store = world.store().await;
    let looks = sql::texts(&store, &audit("conversation.monitor")).await;
    assert_eq!(looks, [format!("{} {id}", boss.member)], "that they looked is written down, once an hour");
    let member = agent.member;
    let request =
        |score: u8, comment: &str| ReviewRequest { member, scores: card(score), comment: comment.into() };
    let first = put(&boss, id, &request(3, " Fine. ")).await.unwrap();
    assert_eq!((first.member, first.reviewer, first.comment.as_str()), (member, boss.member, " Fine."));
    assert_eq!(sample(&boss).await.unwrap().drawn, [], "one of each reviewer");
    assert_eq!(sample(&other).await.unwrap().drawn.len(), 1);
    let again = put(&boss, id, &request(5, "Better than I thought.")).await.unwrap();
    assert_eq!((again.id, again.at, again.scores), (first.id, first.at, card(5)));
    put(&other, id, &request(2, "")).await.unwrap();
    let all = page(&boss, "").await.unwrap();
    assert_eq!((all.count, all.averages.len()), (2, 4));
    assert!(all.averages.iter().all(|one| (one.member, one.count, one.hundredths) == (member, 2, 350)));
    let object = format!("{} {id} {member}", boss.member);
    assert_eq!(sql::texts(&store, &audit("review.change")).await, std::slice::from_ref(&object));
    assert!(sql::texts(&store, &audit("review.write")).await.contains(&object));
    for wrong in [
        ReviewRequest { scores: card(0), ..request(1, "") },
        ReviewRequest { scores: card(6), ..request(1, "") },
        ReviewRequest { scores: card(3)[1..].to_vec(), ..request(1, "") },
        ReviewRequest { scores: [card(3), card(3)].concat(), ..request(1, "") },
    ] {
        assert_eq!(put(&boss, id, &wrong).await, Err(ErrorCode::ValueInvalid), "{wrong:?}");
    }
    let long = request(3, &"x".repeat(2_001));
    assert_eq!(put(&boss, id, &long).await, Err(ErrorCode::TextTooLong));
    // Sessions do not live for a week.
    clock.advance(TimeDelta::days(7));
    let boss = world.supervisor().await;
    assert_eq!(put(&boss, id, &request(1, "")).await, Err(ErrorCode::ReviewFixed));
    assert_eq!(
        page(&boss, "").await.unwrap().reviews.iter().find(|r| r.id == first.id).unwrap().scores,
        card(5)
    );
    let day = |days: i64| (clock.now() - TimeDelta::days(days)).date_naive();
    let of = async |query: String| page(&boss, &query).await.unwrap().count;
    assert_eq!(of(format!("?from={}&to={}", day(7), day(7))).await, 2);
    assert_eq!(of(format!("?from={}", day(6))).await, 0);
    assert_eq!(of(format!("?to={}", day(8))).await, 0);
}

async fn who_held_it_or_may_not_does_not_review(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, boss) = (world.agent().await, world.supervisor().await);
    let id = answered(&world, &agent).await;
    let request = ReviewRequest { member: agent.member, scores: card(4), comment: String::new() };
    let path = format!("/api/reviews/{id}");
    for (method, path, body) in [
        (Method::GET, "/api/reviews", json!(null)),
        (Method::GET, "/api/reviews/sample", json!(null)),
        (Method::GET, path.as_str(), json!(null)),
        (Method::PUT, path.as_str(), serde_json::to_value(&request).unwrap()),
        (Method::GET, "/api/shift", json!(null)),
        (Method::GET, "/api/blocked", json!(null)),
    ] {
        let (status, answer) = agent.send(method.clone(), path, &body).await;
        assert_eq!((status.as_u16(), answer["code"].as_str()), (403, Some("forbidden")), "{method} {path}");
        let (status, _) = world.administrator().await.send(method.clone(), path, &body).await;
        assert!(status.is_success(), "{method} {path}: {status}");
    }
    let stranger = world.stranger().await;
    assert_eq!(put(&stranger, id, &request).await, Err(ErrorCode::NotFound));
    assert!(desk(&stranger, id).await.is_none());
    assert_eq!(page(&stranger, "").await.unwrap().count, 0, "another tenant's");
    // Whoever wrote nothing is not reviewed, and nobody reviews themselves.
    let nobody = ReviewRequest { member: world.alpha.second_agent.member, ..request.clone() };
    assert_eq!(put(&boss, id, &nobody).await, Err(ErrorCode::NotFound));
    let own = ReviewRequest { member: boss.member, ..request.clone() };
    assert_eq!(put(&boss, id, &own).await, Err(ErrorCode::Forbidden));
    // Whoever held it for a moment is no judge of it.
    boss.command(Command::Reopen { conversation: id }).await.unwrap();
    boss.command(Command::Close { conversation: id, reason: CloseReason::Resolved }).await.unwrap();
    assert_eq!(sample(&boss).await.unwrap().drawn, []);
    assert_eq!(put(&boss, id, &request).await, Err(ErrorCode::Forbidden));
}

async fn a_member_reads_their_own_and_is_told_unless_that_is_not_wanted(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, second, boss) = (world.agent().await, world.second_agent().await, world.supervisor().await);
    let id = answered(&world, &agent).await;
    let mut client = LiveClient::connect(&agent).await;
    let request = ReviewRequest { member: agent.member, scores: card(4), comment: "Well done.".into() };
    put(&boss, id, &request).await.unwrap();
    client.until("they are told", |c| !c.view().notices.is_empty()).await;
    let notice = client.view().notices.values().next().unwrap().clone();
    assert_eq!(
        (notice.kind, notice.conversation, notice.by),
        (NoticeKind::Reviewed, Some(id), Some(boss.member))
    );
    // Another opinion is no news.
    put(&boss, id, &ReviewRequest { scores: card(5), ..request.clone() }).await.unwrap();
    let own = page(&agent, &format!("?member={}", agent.member)).await.unwrap();
    assert_eq!((own.count, own.reviews[0].comment.as_str()), (1, "Well done."));
    assert!(page(&second, &format!("?member={}", agent.member)).await.is_none());
    assert_eq!(page(&second, &format!("?member={}", second.member)).await.unwrap().count, 0);
    let reviews = ReviewPolicy { told: false, ..ReviewPolicy::default() };
    let decide = Command::SetOversight { agents_block: true, reviews };
    assert_eq!(boss.refused(decide.clone()).await, ErrorCode::Forbidden);
    world.administrator().await.command(decide).await.unwrap();
    put(&world.administrator().await, id, &request).await.unwrap();
    client.done(Command::available_as(shared::model::member::Availability::Busy)).await;
    client.read_what_is_there().await;
    assert_eq!(client.view().notices.len(), 1);
}

async fn a_card_that_is_changed_changes_no_review(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, boss) = (world.agent().await, world.supervisor().await);
    let id = answered(&world, &agent).await;
    let request = ReviewRequest { member: agent.member, scores: card(4), comment: String::new() };
    put(&boss, id, &request).await.unwrap();
    let administrator = world.administrator().await;
    let criteria = vec![Criterion { name: "Kind".into(), hint: Some("Also to rude people".into()) }];
    let reviews = ReviewPolicy { told: true, criteria };
    let decide = |reviews| Command::SetOversight { agents_block: false, reviews };
    administrator.command(decide(reviews.clone())).await.unwrap();
    let empty = ReviewPolicy { criteria: Vec::new(), ..reviews.clone() };
    assert_eq!(administrator.refused(decide(empty)).await, ErrorCode::RulesInvalid);
    let names = |desk: ReviewDesk| desk.criteria.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names(desk(&boss, id).await.unwrap()).len(), 4, "it keeps the names as they were");
    assert_eq!(names(desk(&administrator, id).await.unwrap()), ["Kind"]);
    put(&boss, id, &ReviewRequest { scores: card(2), ..request.clone() }).await.unwrap();
    let kind = vec![Score { name: "Kind".into(), score: 5 }];
    let new = ReviewRequest { scores: kind.clone(), ..request.clone() };
    assert_eq!(put(&boss, id, &new).await, Err(ErrorCode::ValueInvalid));
    assert_eq!(put(&administrator, id, &request).await, Err(ErrorCode::ValueInvalid));
    assert_eq!(put(&administrator, id, &new).await.unwrap().scores, kind);
    assert_eq!(page(&boss, "").await.unwrap().averages.len(), 5);
}

async fn a_review_goes_with_its_conversation_and_its_words_with_the_contact(engine: Engine) {
    let world = World::new(engine).await;
    let (agent, boss) = (world.agent().await, world.supervisor().await);
    let id = answered(&world, &agent).await;
    world.customer_writes_to(&world.alpha.open, &bob(), "Hello").await;
    let request = ReviewRequest { member: agent.member, scores: card(4), comment: "Ann was rude.".into() };
    put(&boss, id, &request).await.unwrap();
    let (_, all) = boss.get("/api/conversations?state=any").await;
    let of = |name: &str| {
        let all = all["conversations"].as_array().unwrap();
        let found = all.iter().find(|one| one["contact"]["name"] == name).unwrap();
        found["contact"]["id"].as_str().unwrap().parse().unwrap()
    };
    let (keep, other) = (of("Bob"), of("Ann"));
    boss.command(Command::MergeContacts { keep, other }).await.unwrap();
    let store = world.store().await;
    let whose = "SELECT contact_id AS t FROM review WHERE tenant_id = $1";
    assert_eq!(sql::texts(&store, whose).await, [keep.to_string()]);
    store.write(move |tx| reviews::forget(tx, other)).await.unwrap();
    assert_eq!(page(&boss, "").await.unwrap().reviews[0].comment, "Ann was rude.");
    store.write(move |tx| reviews::forget(tx, keep)).await.unwrap();
    let left = page(&boss, "").await.unwrap().reviews.remove(0);
    assert_eq!((left.comment.as_str(), left.scores), ("", card(4)), "what is said of the member stays");
}
