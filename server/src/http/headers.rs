//! Headers that every answer carries, and the content policy of the console.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest, Sha256};

use crate::app::App;

/// The policy of answers that are not documents.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// What no page of ours needs; voice messages are spoken into the console. `interest-cohort` and the like come with the default of "no" already.
const NO_FEATURES: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
                           magnetometer=(), microphone=(self), midi=(), payment=(), usb=()";

/// Two years, as the preload list asks for.
const TWO_YEARS: &str = "max-age=63072000";

/// Adds what is missing; a handler that set a header of its own keeps it.
pub(super) async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_https = request.app_data::<Data<App>>().is_some_and(|app| app.config.is_https());
    let is_api = is_below(request.path(), "/api");
    let mut response = next.call(request).await?;
    let map = response.headers_mut();
    set(map, header::CONTENT_SECURITY_POLICY, NOTHING);
    set(map, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(map, header::REFERRER_POLICY, "no-referrer");
    set(map, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(map, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(map, HeaderName::from_static("permissions-policy"), NO_FEATURES);
    if is_https {
        set(map, header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
    if is_api {
        set(map, header::CACHE_CONTROL, "no-store");
    }
    Ok(response)
}

/// Whether a path is a room or something in it.
pub(super) fn is_below(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The policy of the console's page: its own files, its own inline start, its own live connection.
pub(super) fn console_policy(index: &str, live_origin: &str) -> String {
    let hashes: String = inline_scripts(index)
        .map(|script| format!(" 'sha256-{}'", BASE64.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; \
         img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self'; connect-src 'self' {live_origin}; \
         manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// The text of every script without a `src`, byte for byte as the browser hashes it.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once("<script")?;
            let (attributes, after) = after.split_once('>')?;
            let (text, after) = after.split_once("</script>")?;
            rest = after;
            let has_source = attributes.split_ascii_whitespace().any(|word| word.starts_with("src="));
            if !has_source {
                return Some(text);
            }
        }
    })
}

fn set(map: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !map.contains_key(&name) {
        map.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_inline_script_is_allowed_by_its_hash_and_no_other() {
        let page = "<head><script type=\"module\">import a from '/a.js';</script>\
                    <script src=\"/b.js\"></script><script>1 < 2;\n</script></head>";
        let scripts: Vec<_> = inline_scripts(page).collect();
        assert_eq!(scripts, ["import a from '/a.js';", "1 < 2;\n"]);
        let policy = console_policy("<script>alert('hello')</script>", "ws://localhost:8080");
        // The digest of this text as browsers compute it.
        assert!(policy.contains("'sha256-vIsp2avtxDy0157AryO+jEJVpLdmka7PI7o7C4q5ABE='"), "{policy}");
        assert!(policy.contains("connect-src 'self' ws://localhost:8080;"));
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn a_room_is_not_its_neighbour() {
        assert!(is_below("/api", "/api") && is_below("/api/x", "/api"));
        assert!(!is_below("/apiary", "/api"));
    }
}
