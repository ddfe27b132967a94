//! Who asks: from the session cookie to an active member of an active tenant.

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web::Data};
use chrono::TimeDelta;
use futures_util::future::LocalBoxFuture;
use shared::{Instant, error::ErrorCode, ids::AccountId};

use super::{error::ApiError, rates::Rates};
use crate::{
    app::App,
    db::{
        TenantStore,
        control::session,
        rows::{self, member::MemberRow},
    },
    secrets,
    tenant::TenantId,
};

/// The cookie's name; the prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`.
pub(super) const COOKIE: &str = "__Host-sid";
/// A session that was not used for this long is over.
pub(crate) const IDLE: TimeDelta = TimeDelta::hours(8);
/// A session is over after this, used or not.
pub(super) const ABSOLUTE: TimeDelta = TimeDelta::hours(24);
/// Use is noted this often at most: not every request should be a write.
const NOTE_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A signed-in member. The only way into a handler that touches a tenant, and `tenant` is the only
/// way to its rows.
pub struct SignedIn {
    /// Names the session without giving it away.
    pub token_hash: String,
    /// The account.
    pub account: AccountId,
    /// The tenant's rows.
    pub tenant: TenantStore,
    /// When the session ends whatever happens.
    pub expires_at: Instant,
    /// Which tenant.
    pub tenant_id: TenantId,
    /// The member as of this request.
    pub member: MemberRow,
}

impl SignedIn {
    /// The member a request comes from.
    ///
    /// # Errors
    /// `unauthenticated`, whatever is missing; `unavailable` when the database does not answer.
    pub async fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let app = request.app_data::<Data<App>>().ok_or_else(|| ApiError::internal("no App"))?;
        let token = token(request).ok_or(ErrorCode::Unauthenticated)?;
        let token_hash = secrets::sha256(token.as_bytes());
        let rates = request.app_data::<Data<Rates>>().ok_or_else(|| ApiError::internal("no Rates"))?;
        rates.session(&token_hash)?;
        let (control, now) = (app.store.control(), app.store.clock().now());

        let wanted = token_hash.clone();
        let found = control.read(move |conn| session::find(conn, &wanted)).await?;
        let row = found
            .filter(|row| row.tenant_active && is_alive(row.seen_at, row.expires_at, now))
            .ok_or(ErrorCode::Unauthenticated)?;
        let tenant = app.store.tenant(row.tenant).await?;
        let id = row.member;
        let member = tenant.read(move |scoped| rows::member::find(scoped, id)).await?;
        let may = |member: &MemberRow| {
            member.member.active && member.locked_out_at.is_none_or(|at| row.began_at >= at)
        };
        let member = member.filter(may).ok_or(ErrorCode::Unauthenticated)?;
        rates.member(request, row.tenant, id)?;

        if now - row.seen_at >= NOTE_EVERY {
            let used = token_hash.clone();
            // A full disk must not lock people out who only read.
            if let Err(error) = control.write(move |conn| session::touch(conn, &used, now)).await {
                tracing::warn!(error = %error, "the use of a session could not be noted");
            }
        }
        request.extensions_mut().insert(row.tenant);
        Ok(Self {
            token_hash,
            account: row.account,
            tenant,
            expires_at: row.expires_at,
            tenant_id: row.tenant,
            member,
        })
    }
}

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// The session token in a request's cookies, if it has the shape of one.
pub(super) fn token(request: &HttpRequest) -> Option<&str> {
    let cookies = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
        .filter(|token| token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether a session may still be used.
pub(crate) fn is_alive(seen_at: Instant, expires_at: Instant, now: Instant) -> bool {
    now < expires_at && now - seen_at < IDLE
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let value = "a".repeat(64);
        let with = |line: &str| TestRequest::get().insert_header(("cookie", line)).to_http_request();
        let request = with(&format!("theme=dark; __Host-sid={value}; x=y"));
        assert_eq!(token(&request), Some(value.as_str()));
        for line in ["__Host-sid=short", "sid=aa", "__Host-sid", ""] {
            assert_eq!(token(&with(line)), None, "{line}");
        }
        assert_eq!(token(&with(&format!("__Host-sid={}", "ä".repeat(32)))), None);
    }

    #[test]
    fn a_session_ends_by_idleness_and_by_age() {
        let start = Instant::default();
        let end = start + ABSOLUTE;
        assert!(is_alive(start, end, start + IDLE - TimeDelta::seconds(1)));
        assert!(!is_alive(start, end, start + IDLE));
        assert!(is_alive(end - TimeDelta::hours(1), end, end - TimeDelta::seconds(1)));
        assert!(!is_alive(end - TimeDelta::hours(1), end, end));
    }
}
