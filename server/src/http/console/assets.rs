//! Reading the built console from its directory.

use std::{collections::HashMap, fs, io, path::Path};

use actix_web::web::Bytes;

/// A file and its compressed sibling.
pub(super) struct Asset {
    pub(super) plain: Bytes,
    pub(super) brotli: Option<Bytes>,
    pub(super) content_type: &'static str,
    pub(super) is_hashed: bool,
}

impl Asset {
    /// Whether a browser shows it as a page of its own.
    pub(super) fn is_document(&self) -> bool {
        self.content_type.starts_with("text/html")
    }
}

/// Every file below a directory by its path in an address; nothing when there is no directory.
pub(super) fn read(dir: &Path) -> io::Result<HashMap<String, Asset>> {
    let mut bytes = HashMap::new();
    if dir.is_dir() {
        collect(dir, "", &mut bytes)?;
    }
    let mut assets = HashMap::new();
    for (path, plain) in &bytes {
        // A compressed sibling is another form of a file, not one that is asked for by itself.
        if path.strip_suffix(".br").is_some_and(|plain| bytes.contains_key(plain)) {
            continue;
        }
        let asset = Asset {
            plain: Bytes::clone(plain),
            brotli: bytes.get(&format!("{path}.br")).cloned(),
            content_type: content_type(path),
            is_hashed: is_hashed(path),
        };
        assets.insert(path.clone(), asset);
    }
    Ok(assets)
}

fn collect(dir: &Path, prefix: &str, into: &mut HashMap<String, Bytes>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{prefix}/{name}");
        // `file_type` does not follow links: what lies outside the directory stays outside.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), &path, into)?;
        } else if kind.is_file() && !name.starts_with('.') {
            into.insert(path, Bytes::from(fs::read(entry.path())?));
        }
    }
    Ok(())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether a name carries a hash as Trunk writes it: a hyphen and sixteen hexadecimal digits.
fn is_hashed(path: &str) -> bool {
    path.split('-').skip(1).any(|part| {
        let digits = part.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
        let next = part.as_bytes().get(digits);
        digits >= 16 && matches!(next, None | Some(b'.' | b'_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_told_from_others() {
        for yes in ["/web-0123456789abcdef_bg.wasm", "/base-00ff00ff00ff00ff.css"] {
            assert!(is_hashed(yes), "{yes}");
        }
        for no in ["/index.html", "/web-0123.js", "/switchboard.svg", "/a-0123456789abcdefg.js"] {
            assert!(!is_hashed(no), "{no}");
        }
    }
}
