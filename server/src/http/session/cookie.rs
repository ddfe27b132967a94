//! The session cookie: what is set and how it is taken away.

use actix_web::http::header::{self, HeaderName};

use crate::http::signed_in::COOKIE;

/// Out of the reach of scripts, of plain http and of other sites.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// Hands a token to the browser until it closes; the server knows when it ends.
pub(super) fn keep(token: &str) -> (HeaderName, String) {
    (header::SET_COOKIE, format!("{COOKIE}={token}; {ATTRIBUTES}"))
}

/// Takes it away.
pub(super) fn drop() -> (HeaderName, String) {
    (header::SET_COOKIE, format!("{COOKIE}=; Max-Age=0; {ATTRIBUTES}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_has_every_attribute_its_prefix_asks_for() {
        let (_, value) = keep("abc");
        assert_eq!(value, "__Host-sid=abc; Path=/; Secure; HttpOnly; SameSite=Strict");
        assert_eq!(drop().1, "__Host-sid=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict");
        assert!(!value.contains("Domain"));
    }
}
