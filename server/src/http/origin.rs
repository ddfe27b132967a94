//! The check against foreign sites (CSRF, and the live connection's origin).

use actix_web::{
    Error, HttpRequest, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header::HeaderMap},
    middleware::Next,
    web::Data,
};
use shared::error::ErrorCode;

use super::error::ApiError;
use crate::{app::App, config::Config};

/// Whether a request names our own origin, for the live upgrade: browsers always send it there.
pub fn origin_is_ours(request: &HttpRequest, config: &Config) -> bool {
    origin(request.headers()) == Some(config.public_origin.as_str())
}

/// Refuses unsafe methods unless the browser says that a page of ours sent them.
pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let ours = |app: &Data<App>| comes_from_us(request.headers(), &app.config.public_origin);
    if safe || request.app_data::<Data<App>>().is_some_and(ours) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    Ok(request.into_response(ApiError::from(ErrorCode::ForeignOrigin).error_response()))
}

/// `Sec-Fetch-Site` cannot be set by a page; where it is missing, `Origin` must be there and ours.
fn comes_from_us(headers: &HeaderMap, public_origin: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site.as_bytes() == b"same-origin",
        None => origin(headers) == Some(public_origin),
    }
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get("origin").and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn allowed(pairs: &[(&'static str, &'static str)]) -> bool {
        let request = pairs.iter().fold(TestRequest::post(), |r, pair| r.insert_header(*pair));
        comes_from_us(request.to_http_request().headers(), "https://desk.example")
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        assert!(allowed(&[("sec-fetch-site", "same-origin")]));
        assert!(allowed(&[("origin", "https://desk.example")]));
        assert!(!allowed(&[]));
        for site in ["none", "same-site", "cross-site"] {
            assert!(!allowed(&[("sec-fetch-site", site), ("origin", "https://desk.example")]), "{site}");
        }
        for origin in ["null", "https://desk.example.evil", "http://desk.example", "https://desk.example:8"] {
            assert!(!allowed(&[("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn the_live_connection_needs_exactly_our_origin() {
        let config = Config::for_tests("unused");
        let from =
            |origin: &'static str| TestRequest::get().insert_header(("origin", origin)).to_http_request();
        assert!(origin_is_ours(&from("http://localhost:8080"), &config));
        assert!(!origin_is_ours(&from("http://localhost:8081"), &config));
        let silent = TestRequest::get().insert_header(("sec-fetch-site", "same-origin"));
        assert!(!origin_is_ours(&silent.to_http_request(), &config));
    }
}
