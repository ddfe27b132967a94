//! Files: those the business uploads, and those customers send.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::customer::{Said, Utterance};
use crate::payload::MediaRef;
use crate::state::Shared;

mod samples;
mod voice;

/// All files together; the oldest go first.
const BYTES_KEPT: usize = 64 * 1024 * 1024;

/// A file.
#[derive(Debug, Clone)]
pub(crate) struct MediaFile {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) mime_type: String,
    pub(crate) bytes: Arc<Vec<u8>>,
}

impl MediaFile {
    pub(crate) fn sha256(&self) -> Vec<u8> {
        Sha256::digest(self.bytes.as_slice()).to_vec()
    }
}

/// The files, oldest first.
#[derive(Debug, Default)]
pub(crate) struct MediaShelf {
    files: VecDeque<MediaFile>,
    bytes: usize,
}

impl MediaShelf {
    pub(crate) fn get(&self, id: &str) -> Option<&MediaFile> {
        self.files.iter().find(|file| file.id == id)
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.files.len();
        self.files.retain(|file| file.id != id);
        self.bytes = self.files.iter().map(|file| file.bytes.len()).sum();
        self.files.len() < before
    }

    pub(crate) fn add(&mut self, app_id: &str, mime_type: &str, bytes: Vec<u8>) -> String {
        // Meta's media ids are decimal digits.
        let id = (uuid::Uuid::now_v7().as_u128() % 10_u128.pow(17) + 10_u128.pow(17)).to_string();
        self.bytes += bytes.len();
        let (app_id, mime_type) = (app_id.to_owned(), mime_type.to_owned());
        self.files.push_back(MediaFile { id: id.clone(), app_id, mime_type, bytes: Arc::new(bytes) });
        while self.bytes > BYTES_KEPT && self.files.len() > 1 {
            self.bytes -= self.files.pop_front().map_or(0, |file| file.bytes.len());
        }
        id
    }
}

impl Shared {
    /// Gives a spoken picture, voice note… a generated file where it names none.
    pub(crate) fn give_media(&self, utterance: &mut Utterance) {
        let (wanted, kind) = match &mut utterance.said {
            Said::Image { media_id, .. } => (media_id, "image"),
            Said::Audio { media_id } => (media_id, "audio"),
            Said::Document { media_id, .. } => (media_id, "document"),
            Said::Sticker { media_id } => (media_id, "sticker"),
            _ => return,
        };
        if wanted.is_none() {
            *wanted = self.with(|state| {
                let (app, _) = state.number(utterance.phone_number_id.as_deref())?;
                let app_id = app.app_id.clone();
                let (mime_type, bytes) = samples::sample(kind, state.random.next());
                Some(state.media.add(&app_id, mime_type, bytes))
            });
        }
    }

    /// How a webhook names a file. An unknown id is passed on as it is: downloads then fail.
    pub(crate) fn media_ref(&self, id: Option<&str>, kind: &str) -> MediaRef {
        let file = self.with(|state| id.and_then(|id| state.media.get(id)).cloned());
        match file {
            Some(file) => {
                MediaRef { sha256: STANDARD.encode(file.sha256()), id: file.id, mime_type: file.mime_type }
            }
            None => MediaRef {
                id: id.unwrap_or_default().to_owned(),
                mime_type: samples::mime_type(kind).to_owned(),
                sha256: STANDARD.encode(Sha256::digest(b"")),
            },
        }
    }
}
