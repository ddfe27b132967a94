//! Who gets a file, and how.

use reqwest::{Method, StatusCode};
use serde_json::json;
use shared::live::command::Command;

use super::{picture, ready, sends};
use crate::harness::{Engine, Options, User, World};

on_both_engines!(
    a_file_is_for_those_who_see_its_message,
    a_player_gets_the_part_it_asks_for,
    a_picture_has_a_small_copy,
);

async fn a_file_is_for_those_who_see_its_message(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sends(&world, &meta, "image", &picture(10, 10), json!({})).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let message = ready(&agent, id).await.id;
    let path = format!("/api/messages/{message}/file");
    let status = async |user: &User| user.request(Method::GET, &path).send().await.unwrap().status();
    for user in [&agent, &world.supervisor().await, &world.administrator().await] {
        assert_eq!(status(user).await, StatusCode::OK);
    }
    assert_eq!(status(&world.stranger().await).await, StatusCode::NOT_FOUND);
    let nobody = world.server.http.get(format!("{}{path}", world.server.base)).send().await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    // A member whose queues it has left does not get it from then on.
    let member = agent.member;
    let queues = vec![world.alpha.support_queue];
    world.administrator().await.command(Command::SetQueues { member, queues }).await.unwrap();
    assert_eq!(status(&agent).await, StatusCode::NOT_FOUND);
    assert_eq!(agent.refused(Command::FetchFile { message }).await, shared::error::ErrorCode::NotFound);
}

async fn a_player_gets_the_part_it_asks_for(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let bytes: Vec<u8> = [b"OggS\0\x02".to_vec(), (0..60_000_u32).map(|n| n as u8).collect()].concat();
    sends(&world, &meta, "audio", &bytes, json!({"voice": true})).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let path = format!("/api/messages/{}/file", ready(&agent, id).await.id);
    let ask = async |header: &'static str, value: &str| {
        agent.request(Method::GET, &path).header(header, value).send().await.unwrap()
    };
    let whole = ask("accept", "*/*").await;
    assert_eq!(
        (whole.status(), whole.headers()["accept-ranges"].to_str().unwrap()),
        (StatusCode::OK, "bytes")
    );
    assert_eq!(whole.headers()["content-length"].to_str().unwrap(), bytes.len().to_string());
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(whole.bytes().await.unwrap(), bytes);

    let part = ask("range", "bytes=30000-30009").await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    let range = format!("bytes 30000-30009/{}", bytes.len());
    assert_eq!(part.headers()["content-range"].to_str().unwrap(), range);
    assert_eq!(part.bytes().await.unwrap(), bytes[30_000..30_010]);

    let none = ask("range", "bytes=99999999-").await;
    assert_eq!(none.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(ask("if-none-match", &tag).await.status(), StatusCode::NOT_MODIFIED);
    let head = agent.request(Method::HEAD, &path).send().await.unwrap();
    assert_eq!(head.headers()["content-length"].to_str().unwrap(), bytes.len().to_string());
}

async fn a_picture_has_a_small_copy(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sends(&world, &meta, "image", &picture(2_000, 1_000), json!({})).await;
    let (id, agent) = (world.only_conversation().await, world.agent().await);
    let small = format!("/api/messages/{}/small", ready(&agent, id).await.id);
    let answer = agent.request(Method::GET, &small).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    let small = image::load_from_memory(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (640, 320));

    sends(&world, &meta, "document", b"%PDF-1.4", json!({})).await;
    let other = ready(&agent, id).await.id;
    assert_eq!(agent.get(&format!("/api/messages/{other}/small")).await.0, StatusCode::NOT_FOUND);
}
