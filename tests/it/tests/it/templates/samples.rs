//! Templates with a file above their text: written with a sample that goes to Meta first.

use serde_json::{Value, json};
use shared::{
    error::ErrorCode,
    ids::UploadId,
    model::template::{TemplateHeader, TemplateStatus},
};
use simulator::{TemplateNews, TokenNode};

use super::{
    named, sync, until_status,
    writing::{at_meta, create, edit, new},
};
use crate::{
    files::picture,
    harness::{Engine, Options, World, sql},
    sending::uploads,
};

on_both_engines!(
    a_template_with_a_file_is_created_with_a_sample_that_meta_has,
    a_sample_is_what_the_header_shows_and_ones_own,
    a_template_with_a_file_is_changed_with_a_new_sample,
    a_sample_that_meta_does_not_take_changes_nothing,
);

/// The smallest film that passes for one.
fn film() -> Vec<u8> {
    [&b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"[..], &[0; 64]].concat()
}

fn with_header(world: &World, name: &str, header: &str, sample: Option<UploadId>) -> Value {
    let mut body = new(world, name, "Hi {{1}}, this is our lamp.");
    body["texts"]["header"] = json!(header);
    body["texts"]["sample"] = json!(sample);
    body
}

async fn a_template_with_a_file_is_created_with_a_sample_that_meta_has(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let supervisor = world.supervisor().await;
    let bare = create(&supervisor, &with_header(&world, "bare", "image", None)).await.unwrap_err();
    assert_eq!(bare.code, ErrorCode::TemplateInvalid);
    assert_eq!(bare.detail.as_deref(), Some("header has no sample file"));
    for (header, name, bytes, kind) in [
        ("image", "lamp.png", picture(40, 30), TemplateHeader::Image),
        ("video", "lamp.mp4", film(), TemplateHeader::Video),
        ("document", "lamp%20%26%20shade.pdf", b"%PDF-1.7 a lamp".to_vec(), TemplateHeader::Document),
    ] {
        let sample = uploads(&supervisor, name, &bytes).await.unwrap();
        let made = create(&supervisor, &with_header(&world, header, header, Some(sample.id))).await.unwrap();
        assert_eq!((made.status, made.header.as_ref()), (TemplateStatus::Pending, Some(&kind)));
        let theirs = at_meta(&world, &meta, header).unwrap();
        assert_eq!(theirs.components[0]["format"], header.to_uppercase());
        assert_eq!(theirs.components[0]["example"]["header_handle"].as_array().unwrap().len(), 1);
        let again = with_header(&world, "again", header, Some(sample.id));
        assert_eq!(create(&supervisor, &again).await.unwrap_err().code, ErrorCode::UploadGone);
    }
    assert_eq!(sql::count(&world.store().await, "upload").await, 0);
    let placed = create(&supervisor, &with_header(&world, "place", "place", None)).await.unwrap();
    assert_eq!(placed.header, Some(TemplateHeader::Place));
    assert_eq!(at_meta(&world, &meta, "place").unwrap().components[0]["format"], "LOCATION");
}

async fn a_sample_is_what_the_header_shows_and_ones_own(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let (supervisor, administrator) = (world.supervisor().await, world.administrator().await);
    let refused = async |header: &str, sample| {
        let body = with_header(&world, "lamps", header, Some(sample));
        create(&supervisor, &body).await.unwrap_err().code
    };
    let lamp = uploads(&supervisor, "lamp.png", &picture(40, 30)).await.unwrap().id;
    let notes = uploads(&supervisor, "notes.txt", b"a lamp").await.unwrap().id;
    let theirs = uploads(&administrator, "theirs.png", &picture(30, 40)).await.unwrap().id;
    assert_eq!(refused("video", lamp).await, ErrorCode::SampleRefused);
    assert_eq!(refused("document", notes).await, ErrorCode::SampleRefused);
    assert_eq!(refused("image", theirs).await, ErrorCode::UploadGone);
    assert_eq!(refused("image", UploadId::new()).await, ErrorCode::UploadGone);
    assert_eq!(meta.control().templates(&world.alpha.sales.waba_id).len(), 9);
    assert_eq!(sql::count(&world.store().await, "upload").await, 3, "what was refused can be used still");
}

async fn a_template_with_a_file_is_changed_with_a_new_sample(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    sync(&world).await;
    let supervisor = world.supervisor().await;
    let known = named(&supervisor, "lamp_of_the_month").await.unwrap();
    let change = |header: &str, sample: Option<UploadId>| json!({ "texts": with_header(&world, "", header, sample)["texts"] });
    let bare = edit(&supervisor, &known, &change("image", None)).await.unwrap_err();
    assert_eq!(bare.detail.as_deref(), Some("header has no sample file"));
    let lamp = uploads(&supervisor, "lamp.png", &picture(40, 30)).await.unwrap().id;
    let edited = edit(&supervisor, &known, &change("image", Some(lamp))).await.unwrap();
    assert_eq!((edited.status, edited.header), (TemplateStatus::Pending, Some(TemplateHeader::Image)));
    let theirs = at_meta(&world, &meta, "lamp_of_the_month").unwrap();
    assert_eq!(theirs.components[1]["text"], "Hi {{1}}, this is our lamp.");
    assert_eq!(sql::count(&world.store().await, "upload").await, 0);
    let approved = TemplateNews::Status { status: "APPROVED".into(), reason: None };
    meta.control().tell_template(&known.account, &theirs.id, approved).await;
    let known = until_status(&supervisor, "lamp_of_the_month", TemplateStatus::Approved).await;
    let paper = uploads(&supervisor, "lamp.pdf", b"%PDF-1.7 a lamp").await.unwrap().id;
    let edited = edit(&supervisor, &known, &change("document", Some(paper))).await.unwrap();
    assert_eq!(edited.header, Some(TemplateHeader::Document), "another kind of file");
}

async fn a_sample_that_meta_does_not_take_changes_nothing(engine: Engine) {
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let supervisor = world.supervisor().await;
    let lamp = uploads(&supervisor, "lamp.png", &picture(40, 30)).await.unwrap().id;
    let body = with_header(&world, "lamps", "image", Some(lamp));
    meta.control().set_token(world.alpha.app_id, TokenNode { valid: false, ..TokenNode::default() });
    let refused = create(&supervisor, &body).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TemplateRefused);
    assert!(refused.detail.unwrap().contains("access token"));
    meta.control().set_token(world.alpha.app_id, TokenNode::default());
    meta.control().refuse_template_changes([80_007]);
    assert_eq!(create(&supervisor, &body).await.unwrap_err().code, ErrorCode::RateLimited);
    // The same sample serves as long as no template has it.
    assert_eq!(create(&supervisor, &body).await.unwrap().status, TemplateStatus::Pending);
}
