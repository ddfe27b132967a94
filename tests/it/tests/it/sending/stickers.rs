//! The tenant's stickers: added from an upload, sent by everybody, removed without harm to what was sent.

use reqwest::{Method, StatusCode};
use shared::{
    api::stickers::StickersPage,
    error::ErrorCode,
    ids::{StickerId, UploadId},
    live::command::Command,
    model::{
        content::{Content, MediaKind},
        file::File,
        message::{Body, DeliveryState},
        outgoing::Outgoing,
        sticker::Sticker,
    },
};

use super::{becomes, bodies, uploads};
use crate::harness::{Engine, Options, User, World, eventually, sql, webhook::ann};

on_both_engines!(
    a_sticker_is_added_sent_by_everybody_and_outlives_its_removal,
    only_stickers_of_the_right_size_are_taken_and_only_from_who_may,
    another_tenants_stickers_are_none,
);

/// A still WebP of one colour. Source: WebP lossless bitstream; the size is two fields of 14 bits.
fn webp(side: u32) -> Vec<u8> {
    let size = (side - 1) | (side - 1) << 14 | 1 << 28;
    let mut bytes = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/".to_vec();
    bytes.extend(size.to_le_bytes());
    bytes.extend(b"\x07\x10\x11\x11\x88\x88\xfe\x07\0");
    bytes
}

async fn stickers(user: &User) -> Vec<Sticker> {
    let page: StickersPage = serde_json::from_value(user.get("/api/stickers").await.1).unwrap();
    page.stickers
}

/// Adds a sticker; gives its id.
pub(crate) async fn added(user: &User, name: &str) -> StickerId {
    let upload = uploads(user, name, &webp(512)).await.unwrap();
    user.command(Command::AddSticker { upload: upload.id }).await.unwrap();
    stickers(user).await.pop().unwrap().id
}

async fn picture(user: &User, id: StickerId) -> (StatusCode, Vec<u8>) {
    let answer = user.request(Method::GET, &format!("/api/stickers/{id}")).send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}

async fn a_sticker_is_added_sent_by_everybody_and_outlives_its_removal(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Hi").await;
    let id = world.only_conversation().await;
    let (supervisor, agent) = (world.supervisor().await, world.agent().await);
    let sticker = added(&supervisor, "thumbs up.webp").await;
    // A second copy of it is the same sticker.
    assert_eq!(added(&supervisor, "again.webp").await, sticker);
    assert_eq!(stickers(&agent).await, [Sticker { id: sticker, name: "thumbs up".into() }]);
    assert_eq!(picture(&agent, sticker).await, (StatusCode::OK, webp(512)));
    let send =
        || Command::Send { conversation: id, answers: None, base: None, what: Outgoing::Sticker { sticker } };
    for at in 0..2 {
        let done = agent.command(send()).await.unwrap();
        let message = becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
        let Body::Content(content) = &message.body else { panic!("{:?}", message.body) };
        assert!(matches!(&**content, Content::Media(media) if media.kind == MediaKind::Sticker));
        assert!(matches!(message.file.as_deref(), Some(File::Ready(_))));
        let body = bodies(&meta).remove(at);
        assert_eq!(body["type"], "sticker");
        let media = body["sticker"]["id"].as_str().unwrap();
        assert_eq!(meta.control().media(media).unwrap(), ("image/webp".to_owned(), webp(512)));
    }
    // It goes from the collection and stays with its messages.
    supervisor.command(Command::RemoveSticker { sticker }).await.unwrap();
    assert!(stickers(&agent).await.is_empty());
    assert_eq!(picture(&agent, sticker).await.0, StatusCode::NOT_FOUND);
    assert_eq!(agent.refused(send()).await, ErrorCode::NotFound);
    let store = world.store().await;
    let open = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'drop_file' AND due_at < 9000000000000000";
    eventually("the bytes were looked at", async || (sql::number(&store, open).await == 0).then_some(()))
        .await;
    let message = crate::webhook::changes::timeline(&agent, id).await.pop().unwrap().id;
    let file = agent.request(Method::GET, &format!("/api/messages/{message}/file")).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), webp(512));
    let audited = "SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND action IN ('sticker.add', 'sticker.remove')";
    assert_eq!(sql::number(&store, audited).await, 3);
}

async fn only_stickers_of_the_right_size_are_taken_and_only_from_who_may(engine: Engine) {
    let world = World::new(engine).await;
    let (supervisor, agent) = (world.supervisor().await, world.agent().await);
    let own = uploads(&agent, "a.webp", &webp(512)).await.unwrap().id;
    assert_eq!(agent.refused(Command::AddSticker { upload: own }).await, ErrorCode::Forbidden);
    assert_eq!(
        agent.refused(Command::RemoveSticker { sticker: StickerId::new() }).await,
        ErrorCode::Forbidden
    );
    // Somebody else's upload is none.
    for upload in [own, UploadId::new()] {
        assert_eq!(supervisor.refused(Command::AddSticker { upload }).await, ErrorCode::UploadGone);
    }
    let small = uploads(&supervisor, "a.webp", &webp(500)).await.unwrap().id;
    let paper = uploads(&supervisor, "a.pdf", b"%PDF-1.7").await.unwrap().id;
    for _ in 0..2 {
        // A refusal keeps the upload.
        let refused = supervisor.refused(Command::AddSticker { upload: small }).await;
        assert_eq!(refused, ErrorCode::StickerSizeRefused);
        let refused = supervisor.refused(Command::AddSticker { upload: paper }).await;
        assert_eq!(refused, ErrorCode::FileTypeRefused);
    }
    let refused = supervisor.refused(Command::RemoveSticker { sticker: StickerId::new() }).await;
    assert_eq!(refused, ErrorCode::NotFound);
    assert!(stickers(&supervisor).await.is_empty());
}

async fn another_tenants_stickers_are_none(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "Hi").await;
    let (conversation, agent) = (world.only_conversation().await, world.agent().await);
    let theirs = added(&world.stranger().await, "theirs.webp").await;
    assert!(stickers(&agent).await.is_empty());
    assert_eq!(picture(&agent, theirs).await.0, StatusCode::NOT_FOUND);
    let what = Outgoing::Sticker { sticker: theirs };
    let send = Command::Send { conversation, answers: None, base: None, what };
    assert_eq!(agent.refused(send).await, ErrorCode::NotFound);
}
