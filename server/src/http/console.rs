//! The console's files, read once at the start. What is not among them cannot be asked for, so no
//! path leads anywhere else.

mod assets;

use std::{collections::HashMap, path::Path};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap},
    },
    web::{Bytes, Data},
};
use shared::{
    error::{ErrorCode, Problem},
    program::Program,
};

use super::{error::respond, headers::console_policy};
use assets::Asset;

/// Stands in for a console that was not built.
const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Switchboard</title>\
    <h1>The console is not built</h1>\
    <p>The server runs, but the pages are missing from its <code>console_dir</code>. Build them with \
    <code>cargo xtask console</code> in the project's directory, then start the server again.</p></html>";

/// Names of built files carry a hash: another content has another name.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again.
const ASK_AGAIN: &str = "no-cache";

/// The built console.
pub struct Console {
    files: HashMap<String, Asset>,
    /// Of each page by its name: what it may run is its own script.
    policies: HashMap<String, String>,
}

impl Console {
    /// Reads the directory; an absent one gives a console that explains itself.
    ///
    /// # Errors
    /// The file system's, for a directory that is there.
    pub fn load(dir: &Path, live_origin: &str) -> std::io::Result<Self> {
        let files = assets::read(dir)?;
        let pages = files.iter().filter(|(_, asset)| asset.is_document());
        let policies = pages
            .map(|(path, page)| {
                (path.clone(), console_policy(&String::from_utf8_lossy(&page.plain), live_origin))
            })
            .collect();
        Ok(Self { files, policies })
    }

    /// Whether there is anything to show.
    pub fn is_built(&self) -> bool {
        Program::ALL.iter().all(|program| self.files.contains_key(program.file()))
    }

    /// The answer for a path: a file, or the page whose path it is.
    fn answer(&self, path: &str, headers: &HeaderMap) -> HttpResponse {
        let page = Program::of(path).file();
        if !self.files.contains_key(page) {
            return HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE)
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .content_type("text/html; charset=utf-8")
                .body(MISSING);
        }
        // A name with an ending that is not there is a file of another build; a page in its place would only
        // confuse whoever wanted a script.
        let name = if self.files.contains_key(path) || is_file_name(path) { path } else { page };
        match self.files.get(name) {
            Some(asset) => self.file(name, asset, headers),
            None => respond(&Problem::new(ErrorCode::NotFound)),
        }
    }

    fn file(&self, name: &str, asset: &Asset, headers: &HeaderMap) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CONTENT_TYPE, asset.content_type));
        let caching = if asset.is_hashed { FOREVER } else { ASK_AGAIN };
        response.insert_header((header::CACHE_CONTROL, caching));
        if let Some(policy) = self.policies.get(name) {
            response.insert_header((header::CONTENT_SECURITY_POLICY, policy.as_str()));
        }
        let Some(brotli) = &asset.brotli else { return response.body(Bytes::clone(&asset.plain)) };
        response.insert_header((header::VARY, "Accept-Encoding"));
        if !accepts_brotli(headers) {
            return response.body(Bytes::clone(&asset.plain));
        }
        response.insert_header((header::CONTENT_ENCODING, "br"));
        response.body(Bytes::clone(brotli))
    }
}

/// Answers a `GET` or `HEAD` that nothing else answers.
pub(super) fn serve(request: &HttpRequest) -> HttpResponse {
    match request.app_data::<Data<Console>>() {
        Some(console) => console.answer(request.path(), request.headers()),
        None => respond(&Problem::new(ErrorCode::NotFound)),
    }
}

fn is_file_name(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|last| last.contains('.'))
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}

#[cfg(test)]
mod tests;
