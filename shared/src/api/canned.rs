//! Canned replies: reading, writing, taking them elsewhere.

use serde::{Deserialize, Serialize};

use crate::{
    ids::UploadId,
    model::canned::{CannedReply, CannedScope, CannedWords},
};

/// `GET /api/canned`: all that the member may use, in no order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CannedPage {
    /// The replies.
    pub replies: Vec<CannedReply>,
}

/// `POST /api/canned` and `PUT /api/canned/{id}`: the whole reply as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WriteCannedRequest {
    /// For whom.
    pub scope: CannedScope,
    /// What it says.
    pub words: CannedWords,
    /// The file that goes with it.
    #[serde(default)]
    pub file: WrittenFile,
}

/// What becomes of a reply's file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WrittenFile {
    /// There is none, or not any more.
    #[default]
    Nothing,
    /// It stays as it is.
    Kept,
    /// It is one that the member uploaded, which is used up by that.
    Upload(UploadId),
}

/// The only version of [`CannedExport`] so far.
pub const EXPORT_VERSION: u32 = 1;

/// `GET /api/canned/export` and the body of `POST /api/canned/import`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CannedExport {
    /// [`EXPORT_VERSION`].
    pub version: u32,
    /// The replies.
    pub replies: Vec<CannedEntry>,
}

/// A canned reply outside of its tenant: queues go by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CannedEntry {
    /// For whom.
    #[serde(rename = "for")]
    pub whom: CannedFor,
    /// The name of the queue; with [`CannedFor::Queue`] only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// See [`CannedWords::folder`].
    #[serde(default)]
    pub folder: String,
    /// See [`CannedWords::shortcut`].
    pub shortcut: String,
    /// See [`CannedWords::language`].
    #[serde(default)]
    pub language: String,
    /// See [`CannedWords::title`].
    pub title: String,
    /// See [`CannedWords::text`].
    pub text: String,
}

/// For whom an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CannedFor {
    /// For whoever imports it.
    Personal,
    /// For a queue.
    Queue,
    /// For everybody.
    Tenant,
}

/// How an import went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CannedImported {
    /// Replies that were not there before.
    pub added: u32,
    /// Replies that had the same shortcut and language for the same people, and say something else now.
    pub replaced: u32,
}
