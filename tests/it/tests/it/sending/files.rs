//! Files that members send: up to us, over to WhatsApp, and kept like those of customers.

use std::sync::Arc;

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::clock::{Clock, FakeClock, SystemClock};
use shared::{
    attachments::{DOCUMENT_BYTES, PICTURE_BYTES},
    error::ErrorCode,
    ids::UploadId,
    live::command::Command,
    model::{
        content::{Content, MediaKind},
        file::File,
        message::{Body, DeliveryState, FailureReason},
    },
};
use simulator::{MediaFault, Outcome};

use super::{becomes, bodies, file, octets, uploads};
use crate::{
    files::{bytes_in, picture},
    harness::{Engine, LiveClient, Options, World, eventually, sql, webhook::ann},
    webhook::changes::timeline,
};

on_both_engines!(
    a_picture_is_uploaded_sent_and_shown_like_one_of_a_customer,
    each_kind_reaches_whatsapp_as_what_it_is,
    the_same_file_is_handed_to_whatsapp_once,
    a_file_that_whatsapp_has_forgotten_is_handed_over_again,
    a_file_that_did_not_arrive_is_tried_again,
    a_file_that_whatsapp_refuses_fails_with_its_reason_and_can_be_sent_again,
    what_whatsapp_does_not_take_is_refused_before_anything_is_kept,
    an_upload_is_sent_once_and_by_whoever_uploaded_it,
    a_refused_send_keeps_the_upload,
    what_is_not_sent_leaves_nothing,
    a_restart_between_upload_and_sending_forgets_nothing,
    a_restart_while_whatsapp_takes_the_file_sends_it_once,
    a_file_that_whatsapp_could_not_send_later_is_handed_over_anew,
    files_that_take_long_hold_up_no_words,
);

async fn desk(engine: Engine) -> (World, simulator::Running, shared::ids::ConversationId) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    world.customer_writes(&ann(), "Show me").await;
    let id = world.only_conversation().await;
    (world, meta, id)
}

fn stored(world: &World) -> usize {
    bytes_in(&world.server.app.config.files_dir())
}

async fn a_picture_is_uploaded_sent_and_shown_like_one_of_a_customer(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    let mut client = LiveClient::connect(&world.second_agent().await).await;
    client.open(id).await;
    let bytes = picture(900, 300);
    let upload = uploads(&agent, "lamp.png", &bytes).await.unwrap();
    assert_eq!((upload.kind, upload.name.as_str()), (MediaKind::Image, "lamp.png"));
    assert_eq!((upload.stored.width, upload.stored.height), (Some(900), Some(300)));
    let done = agent.command(file(id, upload.id, Some("In blue "))).await.unwrap();
    let message = becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    let Some(File::Ready(found)) = message.file.as_deref() else { panic!("{:?}", message.file) };
    assert_eq!(*found, upload.stored);
    let body = &bodies(&meta)[0];
    let media = body["image"]["id"].as_str().unwrap();
    assert_eq!(body["image"], json!({ "id": media, "caption": "In blue" }));
    assert_eq!(meta.control().media(media).unwrap(), ("image/png".to_owned(), bytes.clone()));
    // A colleague sees it at once and gets the bytes from us.
    let theirs = |c: &LiveClient| {
        let newest = c.view().timelines[&id].messages.values().find(|m| m.id == message.id)?.clone();
        newest.file
    };
    client.until("a colleague sees the picture", |c| theirs(c).is_some()).await;
    let path = format!("/api/messages/{}/file", message.id);
    let answer = world.second_agent().await.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    let row = &client.view().conversations[&id];
    let last = row.last.as_ref().unwrap();
    assert_eq!((last.preview.as_str(), last.kind.as_deref()), ("In blue", Some("image")));
    assert_eq!(sql::count(&world.store().await, "upload").await, 0);
}

async fn each_kind_reaches_whatsapp_as_what_it_is(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    let sticker = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0".to_vec();
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    let sound = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x01".to_vec();
    let cases = [
        ("a.webp", sticker, MediaKind::Sticker, "sticker", json!({})),
        ("a.mp4", film, MediaKind::Video, "video", json!({ "caption": "below" })),
        ("a.ogg", sound, MediaKind::Audio, "audio", json!({})),
        (
            "..%2Foffer.pdf",
            b"%PDF-1.7".to_vec(),
            MediaKind::Document,
            "document",
            json!({ "caption": "below", "filename": "offer.pdf" }),
        ),
        (
            "list.csv",
            b"a;b\n1;2\n".to_vec(),
            MediaKind::Document,
            "document",
            json!({ "caption": "below", "filename": "list.csv" }),
        ),
    ];
    for (at, (name, bytes, kind, wire, beside)) in cases.into_iter().enumerate() {
        let upload = uploads(&agent, name, &bytes).await.unwrap_or_else(|code| panic!("{name}: {code:?}"));
        assert_eq!(upload.kind, kind, "{name}");
        // Words that nobody would see are refused, and the file stays.
        let caption = kind.takes_caption().then_some("below");
        if caption.is_none() {
            assert_eq!(agent.refused(file(id, upload.id, Some("below"))).await, ErrorCode::CaptionRefused);
        }
        let done = agent.command(file(id, upload.id, caption)).await.unwrap();
        becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
        let sent = bodies(&meta).remove(at);
        assert_eq!(sent["type"], wire, "{name}");
        let mut expected = json!({ "id": sent[wire]["id"] });
        expected.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        assert_eq!(sent[wire], expected, "{name}");
    }
}

async fn the_same_file_is_handed_to_whatsapp_once(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    for _ in 0..3 {
        let upload = uploads(&agent, "lamp.png", &picture(20, 20)).await.unwrap();
        let done = agent.command(file(id, upload.id, None)).await.unwrap();
        becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    }
    assert_eq!(meta.control().uploads(), 1);
    assert_eq!(stored(&world), 2, "the file and its small copy, once");
}

async fn a_file_that_whatsapp_has_forgotten_is_handed_over_again(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    // The first send fails for good, because a fresh name that is not known will not be known later either.
    meta.control().fault_media([MediaFault::UploadForgotten]);
    let upload = uploads(&agent, "lamp.png", &picture(20, 20)).await.unwrap();
    let first = agent.command(file(id, upload.id, None)).await.unwrap().message.unwrap();
    let failed = becomes(&agent, id, first, DeliveryState::Failed).await;
    assert_eq!(failed.delivery.unwrap().failure.unwrap().reason, FailureReason::ContentRefused);
    // The second uses the remembered name, is refused, and hands the file over anew.
    let again = agent.command(Command::RetryMessage { message: first }).await.unwrap().message.unwrap();
    becomes(&agent, id, again, DeliveryState::Accepted).await;
    assert_eq!(meta.control().uploads(), 2);
}

async fn a_file_that_did_not_arrive_is_tried_again(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    meta.control().fault_media([
        MediaFault::UploadFails,
        MediaFault::UploadRefused { code: 131_000 },
        MediaFault::UploadRefused { code: 80_007 },
    ]);
    let upload = uploads(&agent, "lamp.png", &picture(20, 20)).await.unwrap();
    let done = agent.command(file(id, upload.id, None)).await.unwrap();
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    assert_eq!((meta.control().uploads(), bodies(&meta).len()), (4, 1), "no message left before its file");
}

async fn a_file_that_whatsapp_refuses_fails_with_its_reason_and_can_be_sent_again(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    meta.control().fault_media([MediaFault::UploadRefused { code: 131_053 }]);
    let upload = uploads(&agent, "offer.pdf", b"%PDF-1.7").await.unwrap();
    let first = agent.command(file(id, upload.id, Some("Our offer"))).await.unwrap().message.unwrap();
    let failed = becomes(&agent, id, first, DeliveryState::Failed).await;
    let failure = failed.delivery.unwrap().failure.unwrap();
    assert_eq!((failure.reason, failure.code), (FailureReason::ContentRefused, Some(131_053)));
    let again = agent.command(Command::RetryMessage { message: first }).await.unwrap().message.unwrap();
    let sent = becomes(&agent, id, again, DeliveryState::Accepted).await;
    assert_eq!((&sent.body, &sent.file), (&failed.body, &failed.file));
    let Body::Content(content) = &sent.body else { panic!("{:?}", sent.body) };
    let Content::Media(media) = &**content else { panic!("{content:?}") };
    assert_eq!(media.caption.as_deref(), Some("Our offer"));
}

async fn what_whatsapp_does_not_take_is_refused_before_anything_is_kept(engine: Engine) {
    let (world, _meta, id) = desk(engine).await;
    let agent = world.agent().await;
    let large = |head: &[u8], size: u64| {
        let mut bytes = head.to_vec();
        bytes.resize(size as usize + 1, 0);
        bytes
    };
    for (name, bytes, code) in [
        ("a.png", Vec::new(), ErrorCode::FileEmpty),
        ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), ErrorCode::FileTypeRefused),
        ("a.html", b"<!DOCTYPE html><p>".to_vec(), ErrorCode::FileTypeRefused),
        ("a.pdf", b"MZ\x90\0\x03\0\0\0".to_vec(), ErrorCode::FileTypeRefused),
        ("a.pdf", b"\x01\x02\x03\x04".to_vec(), ErrorCode::FileTypeRefused),
        ("a.zip", b"PK\x03\x04aaaa".to_vec(), ErrorCode::FileTypeRefused),
        // Another codec in WhatsApp's box, and two channels.
        ("a.ogg", [b"OggS\0\x02".as_slice(), &[0; 22], b"\x01vorbis"].concat(), ErrorCode::FileTypeRefused),
        (
            "b.ogg",
            [b"OggS\0\x02".as_slice(), &[0; 22], b"OpusHead\x01\x02"].concat(),
            ErrorCode::FileTypeRefused,
        ),
        // It begins like a picture and is none.
        ("a.png", b"\x89PNG\r\n\x1a\nrest".to_vec(), ErrorCode::FileTypeRefused),
        ("a.png", large(b"\x89PNG\r\n\x1a\n", PICTURE_BYTES), ErrorCode::PictureTooLarge),
        ("a.mp4", large(b"\0\0\0\x18ftypmp42", 16 * 1024 * 1024), ErrorCode::RecordingTooLarge),
    ] {
        assert_eq!(uploads(&agent, name, &bytes).await.unwrap_err(), code, "{name}");
    }
    // What says that it is too large is not even read.
    let length = (DOCUMENT_BYTES + 1).to_string();
    let request = octets(&agent, "/api/uploads?name=a.pdf").header("content-length", length);
    let answer = request.body("%PDF").send().await;
    assert!(answer.is_err() || answer.unwrap().status() == StatusCode::PAYLOAD_TOO_LARGE);
    let answer = octets(&agent, "/api/uploads").body("%PDF").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let stranger = reqwest::Client::new();
    let address = format!("{}/api/uploads?name=a.pdf", world.server.base);
    let nobody = stranger
        .post(&address)
        .header("origin", crate::harness::server::ORIGIN)
        .body("%PDF")
        .send()
        .await
        .unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let other_site =
        stranger.post(&address).header("cookie", &agent.cookie).body("%PDF").send().await.unwrap();
    assert_eq!(other_site.status(), StatusCode::FORBIDDEN);
    assert_eq!((stored(&world), sql::count(&world.store().await, "upload").await), (0, 0));
    assert_eq!(agent.refused(file(id, UploadId::new(), None)).await, ErrorCode::UploadGone);
}

async fn an_upload_is_sent_once_and_by_whoever_uploaded_it(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let (agent, second) = (world.agent().await, world.second_agent().await);
    let upload = uploads(&agent, "a.pdf", b"%PDF-1.7").await.unwrap();
    assert_eq!(second.refused(file(id, upload.id, None)).await, ErrorCode::UploadGone);
    let stranger = world.stranger().await;
    assert_eq!(stranger.refused(file(id, upload.id, None)).await, ErrorCode::NotFound);
    // Nor can they take it away.
    for user in [&second, &stranger] {
        let path = format!("/api/uploads/{}", upload.id);
        let answer = user.request(Method::DELETE, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }
    let done = agent.command(file(id, upload.id, None)).await.unwrap();
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    assert_eq!(agent.refused(file(id, upload.id, None)).await, ErrorCode::UploadGone);
    assert_eq!(bodies(&meta).len(), 1);
}

async fn a_refused_send_keeps_the_upload(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let (agent, second) = (world.agent().await, world.second_agent().await);
    let upload = uploads(&agent, "a.pdf", b"%PDF-1.7").await.unwrap();
    second.command(Command::AssignToMe { conversation: id }).await.unwrap();
    assert_eq!(agent.refused(file(id, upload.id, None)).await, ErrorCode::AssignedToAnother);
    let long = "x".repeat(1_025);
    second.command(Command::Release { conversation: id }).await.unwrap();
    assert_eq!(agent.refused(file(id, upload.id, Some(&long))).await, ErrorCode::TextTooLong);
    meta.control().answer_next([Outcome::Accept]);
    let done = agent.command(file(id, upload.id, Some(&long[1..]))).await.unwrap();
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
}

async fn what_is_not_sent_leaves_nothing(engine: Engine) {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let options = Options { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Options::default() };
    let (world, _meta) = World::with_meta(engine, options).await;
    let agent = world.agent().await;
    let discarded = uploads(&agent, "a.png", &picture(20, 20)).await.unwrap();
    let same = uploads(&agent, "b.png", &picture(20, 20)).await.unwrap();
    assert_eq!(stored(&world), 2);
    let discard = async |id: UploadId| {
        let path = format!("/api/uploads/{id}");
        assert_eq!(
            agent.request(Method::DELETE, &path).send().await.unwrap().status(),
            StatusCode::NO_CONTENT
        );
    };
    let cleared = async || {
        let waiting = "SELECT count(*) AS n FROM job WHERE tenant_id = $1 AND kind = 'drop_file'";
        let store = world.store().await;
        eventually("it is cleared up", async || (sql::number(&store, waiting).await == 0).then_some(()))
            .await;
    };
    discard(discarded.id).await;
    cleared().await;
    assert_eq!(stored(&world), 2, "the same bytes were uploaded twice");
    discard(same.id).await;
    cleared().await;
    assert_eq!(stored(&world), 0);
    // What nobody discards goes after a day.
    uploads(&agent, "c.png", &picture(21, 21)).await.unwrap();
    clock.advance(TimeDelta::hours(26));
    world.server.workers().wake(world.alpha.id);
    let store = world.store().await;
    eventually("it is forgotten", async || (sql::count(&store, "upload").await == 0).then_some(())).await;
    cleared().await;
    assert_eq!(stored(&world), 0);
}

async fn a_restart_between_upload_and_sending_forgets_nothing(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    let upload = uploads(&agent, "a.pdf", b"%PDF-1.7").await.unwrap();
    let world = world.restart().await;
    world.introduce(&meta);
    let agent = agent.at(&world.server);
    let done = agent.command(file(id, upload.id, None)).await.unwrap();
    becomes(&agent, id, done.message.unwrap(), DeliveryState::Accepted).await;
    assert_eq!(timeline(&agent, id).await.len(), 3, "asked, taken, answered");
}

async fn a_restart_while_whatsapp_takes_the_file_sends_it_once(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    meta.control().fault_media([MediaFault::UploadStalls { delay_ms: 600_000 }]);
    let upload = uploads(&agent, "a.pdf", b"%PDF-1.7").await.unwrap();
    let message = agent.command(file(id, upload.id, None)).await.unwrap().message.unwrap();
    eventually("the file is on its way", async || (meta.control().media_faults_left() == 0).then_some(()))
        .await;
    let world = world.restart().await;
    world.introduce(&meta);
    let agent = agent.at(&world.server);
    // Nothing was sent, and that is known: it goes out by itself.
    becomes(&agent, id, message, DeliveryState::Accepted).await;
    assert_eq!(bodies(&meta).len(), 1);
}

async fn a_file_that_whatsapp_could_not_send_later_is_handed_over_anew(engine: Engine) {
    let (world, meta, id) = desk(engine).await;
    let agent = world.agent().await;
    meta.control().set_statuses(simulator::StatusPlan::failing(131_053));
    let upload = uploads(&agent, "a.pdf", b"%PDF-1.7").await.unwrap();
    let first = agent.command(file(id, upload.id, None)).await.unwrap().message.unwrap();
    becomes(&agent, id, first, DeliveryState::Failed).await;
    meta.control().set_statuses(simulator::StatusPlan::manual());
    let again = agent.command(Command::RetryMessage { message: first }).await.unwrap().message.unwrap();
    becomes(&agent, id, again, DeliveryState::Accepted).await;
    assert_eq!(meta.control().uploads(), 2);
}

async fn files_that_take_long_hold_up_no_words(engine: Engine) {
    let (world, meta, _) = desk(engine).await;
    let agent = world.agent().await;
    let customers = 33_usize;
    let stall = MediaFault::UploadStalls { delay_ms: 600_000 };
    meta.control().fault_media(std::iter::repeat_n(stall, customers));
    for n in 0..customers {
        let from = simulator::payload::Sender::phone(&format!("49152000100{n:02}"), "Somebody");
        world.customer_writes(&from, "A picture, please").await;
    }
    let (_, page) = agent.get("/api/conversations?search=somebody").await;
    let all = page["conversations"].as_array().unwrap().clone();
    assert_eq!(all.len(), customers);
    for (n, conversation) in all.iter().enumerate() {
        let id = conversation["id"].as_str().unwrap().parse().unwrap();
        let upload = uploads(&agent, "a.png", &picture(20 + n as u32, 20)).await.unwrap();
        agent.command(file(id, upload.id, None)).await.unwrap();
    }
    eventually("some files are on their way", async || (meta.control().uploads() >= 8).then_some(())).await;
    world.customer_writes(&ann(), "And me?").await;
    let (_, page) = agent.get("/api/conversations?search=ann").await;
    let anns = page["conversations"][0]["id"].as_str().unwrap().parse().unwrap();
    let text = agent.command(Command::text(anns, "In a moment.")).await.unwrap().message.unwrap();
    becomes(&agent, anns, text, DeliveryState::Accepted).await;
    assert_eq!(meta.control().uploads(), 8, "no more at once");
}
