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
use shared::error::{ErrorCode, Problem};

use super::{error::respond, headers::console_policy};
use assets::Asset;

/// Stands in for a console that was not built.
const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Switchboard</title>\
    <h1>The console is not built</h1>\
    <p>The server runs, but there are no files in its <code>console_dir</code>. Build them with \
    <code>trunk build --release</code> in the project's directory, then start the server again.</p></html>";

/// Names of built files carry a hash: another content has another name.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again.
const ASK_AGAIN: &str = "no-cache";

/// The built console.
pub struct Console {
    files: HashMap<String, Asset>,
    policy: String,
}

impl Console {
    /// Reads the directory; an absent one gives a console that explains itself.
    ///
    /// # Errors
    /// The file system's, for a directory that is there.
    pub fn load(dir: &Path, live_origin: &str) -> std::io::Result<Self> {
        let files = assets::read(dir)?;
        let index = files.get("/index.html").map(|asset| String::from_utf8_lossy(&asset.plain));
        let policy = console_policy(index.as_deref().unwrap_or_default(), live_origin);
        Ok(Self { files, policy })
    }

    /// Whether there is anything to show.
    pub fn is_built(&self) -> bool {
        self.files.contains_key("/index.html")
    }

    /// The answer for a path: a file, or the page, which knows its own paths.
    fn answer(&self, path: &str, headers: &HeaderMap) -> HttpResponse {
        let Some(index) = self.files.get("/index.html") else {
            return HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE)
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .content_type("text/html; charset=utf-8")
                .body(MISSING);
        };
        match self.files.get(path) {
            Some(asset) => self.file(asset, headers),
            // A name with an ending is a file of another build; a page in its place would only
            // confuse whoever wanted a script.
            None if is_file_name(path) => respond(&Problem::new(ErrorCode::NotFound)),
            None => self.file(index, headers),
        }
    }

    fn file(&self, asset: &Asset, headers: &HeaderMap) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CONTENT_TYPE, asset.content_type));
        let caching = if asset.is_hashed { FOREVER } else { ASK_AGAIN };
        response.insert_header((header::CACHE_CONTROL, caching));
        if asset.is_document() {
            response.insert_header((header::CONTENT_SECURITY_POLICY, self.policy.as_str()));
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
