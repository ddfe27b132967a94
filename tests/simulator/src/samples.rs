//! Samples of templates: files that the Resumable Upload API took, each under the handle a template names.

use std::collections::HashMap;

/// Types it takes.
const TYPES: [&str; 5] = ["application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"];

/// An announced file, or one that came.
#[derive(Debug, Clone)]
pub(crate) struct Announced {
    pub(crate) app_id: String,
    pub(crate) length: u64,
    pub(crate) mime_type: String,
}

/// Sessions and what came of them.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    sessions: HashMap<String, Announced>,
    handles: HashMap<String, Announced>,
}

impl Samples {
    /// Begins a session; the name that Meta gives it, with its signature.
    pub(crate) fn begin(&mut self, announced: Announced) -> Result<String, String> {
        if !TYPES.contains(&announced.mime_type.as_str()) {
            let known = TYPES.join(", ");
            return Err(format!("Param file_type must be one of {{{known}}}"));
        }
        if announced.length == 0 {
            return Err("Param file_length must be greater than 0".into());
        }
        let id = format!("upload:{}==?sig={}", word(), word());
        self.sessions.insert(id.clone(), announced);
        Ok(id)
    }

    /// Whose a session is.
    pub(crate) fn owner(&self, session: &str) -> Option<&str> {
        self.sessions.get(session).map(|announced| announced.app_id.as_str())
    }

    /// Takes the bytes of a session; the handle that they are named by from then on.
    pub(crate) fn receive(&mut self, session: &str, bytes: &[u8]) -> Result<String, String> {
        let Some(announced) = self.sessions.get(session).cloned() else {
            return Err("There is no such upload session".into());
        };
        if announced.length != bytes.len() as u64 {
            let (came, length) = (bytes.len(), announced.length);
            return Err(format!("The file has {came} bytes, file_length was {length}"));
        }
        if !begins_like(&announced.mime_type, bytes) {
            return Err(format!("The file is not of the type {}", announced.mime_type));
        }
        self.sessions.remove(session);
        let handle = format!("4::{}:ARb{}", word(), word());
        self.handles.insert(handle.clone(), announced);
        Ok(handle)
    }

    /// Whether a handle is of this app and may stand in a header of this format.
    pub(crate) fn fits(&self, app_id: &str, handle: &str, format: &str) -> bool {
        self.handles.get(handle).is_some_and(|file| {
            let kind = match format {
                "IMAGE" => file.mime_type.starts_with("image/"),
                "VIDEO" => file.mime_type.starts_with("video/"),
                _ => file.mime_type == "application/pdf",
            };
            kind && file.app_id == app_id
        })
    }
}

fn word() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

fn begins_like(mime_type: &str, bytes: &[u8]) -> bool {
    match mime_type {
        "image/png" => bytes.starts_with(b"\x89PNG"),
        "video/mp4" => bytes.get(4..8) == Some(b"ftyp"),
        "application/pdf" => bytes.starts_with(b"%PDF-"),
        _ => bytes.starts_with(b"\xff\xd8"),
    }
}
