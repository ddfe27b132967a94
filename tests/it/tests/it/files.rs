//! The files of messages: fetched behind the message, kept by what they are, given to whoever may see the
//! message, and gone with it.

mod fetching;
mod hostile;
mod serving;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::{
    ids::ConversationId,
    model::{file::File, message::Message},
};
use simulator::Running;

use crate::{
    harness::{
        User, World, eventually,
        webhook::{ann, wamid},
    },
    webhook::changes::{said, timeline},
};

/// A picture of this many pixels, as PNG.
pub(crate) fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A customer sends a file; gives WhatsApp's id of the message.
pub(crate) async fn sends(world: &World, meta: &Running, kind: &str, bytes: &[u8], beside: Value) -> String {
    let media = meta.control().put_media_of(world.alpha.app_id, "application/x-claimed", bytes.to_vec());
    let mut content = json!({
        "id": media, "mime_type": "application/x-claimed", "sha256": BASE64.encode(Sha256::digest(bytes)),
    });
    content.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
    let id = wamid();
    said(world, &ann(), &id, kind, content, json!({})).await;
    id
}

/// The newest message once its file is as wanted.
async fn until_file(user: &User, id: ConversationId, what: &str, wanted: impl Fn(&File) -> bool) -> Message {
    eventually(what, async || {
        let newest = timeline(user, id).await.pop()?;
        newest.file.as_deref().is_some_and(&wanted).then_some(newest)
    })
    .await
}

pub(crate) async fn ready(user: &User, id: ConversationId) -> Message {
    until_file(user, id, "the file is here", |file| matches!(file, File::Ready(_))).await
}

/// Files anywhere below a directory.
pub(crate) fn bytes_in(root: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| if entry.path().is_dir() { bytes_in(&entry.path()) } else { 1 }).sum()
}
