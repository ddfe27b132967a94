//! How often one address, one session and one tenant may ask. What comes on top is told when to come again, before
//! anything is looked up for it. Counted in this process: two nodes allow twice as much.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use actix_web::{
    Error, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Data,
};
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};
use shared::ids::MemberId;

use super::{error::ApiError, session::gate::peer};
use crate::{app::App, config::Config, tenant::TenantId};

/// Seconds' worth that may come at once: a page that opens asks for much.
const AT_ONCE: u32 = 6;
/// Requests in a second that read or write everything there is, or ask Meta, by one member.
const HEAVY: u32 = 1;
/// So many of those at once.
const HEAVY_AT_ONCE: u32 = 30;
/// Looks between two rounds in which those who have been quiet are forgotten.
const FORGET_EVERY: u32 = 4_096;

/// What one kind of caller may do.
struct Limit<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    looks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// So many a second, and so many at once; 0 is no limit.
    fn new(per_second: u32, at_once: u32) -> Self {
        let quota = NonZeroU32::new(per_second).zip(NonZeroU32::new(at_once));
        let quota = quota.map(|(rate, burst)| Quota::per_second(rate).allow_burst(burst));
        Self { limiter: quota.map(DefaultKeyedRateLimiter::keyed), looks: AtomicU32::new(0) }
    }

    /// # Errors
    /// `rate_limited`, with the seconds after which it is worth another try.
    fn take(&self, key: &K) -> Result<(), ApiError> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.looks.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        limiter.check_key(key).map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            // Never "at once": what was refused must not come back in step.
            ApiError::retry_after(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
        })
    }
}

/// All limits; shared by the threads of a server.
pub(super) struct Rates {
    addresses: Limit<IpAddr>,
    sessions: Limit<String>,
    tenants: Limit<TenantId>,
    heavy: Limit<(TenantId, MemberId)>,
}

impl Rates {
    /// As the settings say.
    pub(super) fn new(config: &Config) -> Self {
        let of = |per_second: u32| (per_second, per_second.saturating_mul(AT_ONCE));
        let limited = u32::from(config.rate_per_session > 0);
        let (address, session, tenant) =
            (of(config.rate_per_address), of(config.rate_per_session), of(config.rate_per_tenant));
        Self {
            addresses: Limit::new(address.0, address.1),
            sessions: Limit::new(session.0, session.1),
            tenants: Limit::new(tenant.0, tenant.1),
            heavy: Limit::new(HEAVY * limited, HEAVY_AT_ONCE),
        }
    }

    /// Before a session is looked up.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn session(&self, token_hash: &str) -> Result<(), ApiError> {
        self.sessions.take(&token_hash.to_owned())
    }

    /// When it is known whose it is.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn member(
        &self,
        request: &HttpRequest,
        tenant: TenantId,
        member: MemberId,
    ) -> Result<(), ApiError> {
        self.tenants.take(&tenant)?;
        let pattern = request.match_pattern().unwrap_or_default();
        if is_heavy(request.method(), &pattern) { self.heavy.take(&(tenant, member)) } else { Ok(()) }
    }
}

/// Whether a request reads or writes everything there is, or makes this server ask another one.
fn is_heavy(method: &Method, pattern: &str) -> bool {
    let asks_others = [
        "/api/alert-webhook/test",
        "/api/channels/{id}/check",
        "/api/channels/{id}/profile",
        "/api/channels/{id}/qr",
        "/api/channels/{id}/register",
        "/api/channels/{id}/subscribe",
        "/api/channels/{id}/test",
        "/api/connections/check",
    ];
    let all = ["/api/audit", "/api/audit/export", "/api/canned/export", "/api/contacts/export", "/api/shift"];
    let imports = pattern.ends_with("/import");
    imports || asks_others.contains(&pattern) || (*method == Method::GET && all.contains(&pattern))
}

/// Whom an address stands for: the subscriber of an IPv6 network has 2⁶⁴ of them.
fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Lets in what its address may ask; for every route but the webhook's, which has nobody but Meta to turn away.
pub(super) async fn by_address(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let (Some(app), Some(rates)) = (request.app_data::<Data<App>>(), request.app_data::<Data<Rates>>()) {
        rates.addresses.take(&subscriber(peer(request.request(), &app.config)))?;
    }
    next.call(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_at_once_is_let_in_and_no_more() {
        let limit = Limit::new(1, 3);
        let took = |key: &str| limit.take(&key.to_owned());
        assert!((0..3).all(|_| took("a").is_ok()));
        let refused = took("a").err().unwrap();
        assert!(matches!(refused.problem().retry_after, Some(1..=2)));
        assert!(took("b").is_ok(), "another one's");
    }

    #[test]
    fn without_a_rate_there_is_no_limit() {
        let limit = Limit::new(0, 0);
        assert!((0..10_000).all(|_| limit.take(&"a").is_ok()));
    }

    #[test]
    fn who_is_quiet_is_forgotten() {
        let limit = Limit::new(1_000_000, 1);
        for n in 0..3 * FORGET_EVERY {
            let _ = limit.take(&n);
        }
        let kept = limit.limiter.as_ref().unwrap().len();
        assert!(kept <= FORGET_EVERY as usize, "{kept}");
    }

    #[test]
    fn a_network_is_one_caller() {
        let of = |text: &str| subscriber(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn what_costs_much_is_heavy() {
        assert!(is_heavy(&Method::GET, "/api/contacts/export"));
        assert!(is_heavy(&Method::POST, "/api/contacts/import"));
        assert!(is_heavy(&Method::POST, "/api/connections/check"));
        assert!(!is_heavy(&Method::GET, "/api/contacts"));
        assert!(!is_heavy(&Method::POST, "/api/commands"));
        assert!(!is_heavy(&Method::GET, "/live"));
    }
}
