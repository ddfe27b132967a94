//! The narrow door to password hashing: it costs a good part of a second of a core, so few run at
//! once, few wait, and attempts on one account go one after the other.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    net::IpAddr,
    sync::Arc,
};

use actix_web::HttpRequest;
use secrecy::SecretString;
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use super::super::error::ApiError;
use crate::{
    config::Config,
    secrets::{self, Keys, SecretError},
};

/// Hashes at once: webhooks and consoles need the other cores.
const RUNNING: usize = 2;
/// Sign-ins that wait behind them: about four seconds' worth.
const WAITING: usize = 20;
/// What a sign-in that finds the queue full is told to wait.
const FULL_RETRY_SECONDS: u32 = 5;
/// Accounts share this many locks; two that share one merely wait for each other.
const LANES: usize = 64;

/// Shared by all workers.
pub(in crate::http) struct SignInGate {
    keys: Keys,
    admitted: Semaphore,
    running: Arc<Semaphore>,
    lanes: Vec<Mutex<()>>,
    /// A hash that fits no password anybody knows, so that an unknown account takes as long.
    dummy: String,
}

/// An attempt that was let in.
pub(super) struct Admitted<'a> {
    _place: SemaphorePermit<'a>,
    _lane: Option<MutexGuard<'a, ()>>,
}

impl SignInGate {
    /// Takes as long as one hash.
    pub(in crate::http) fn new(keys: &Keys) -> Result<Self, SecretError> {
        Ok(Self {
            keys: keys.clone(),
            admitted: Semaphore::new(RUNNING + WAITING),
            running: Arc::new(Semaphore::new(RUNNING)),
            lanes: (0..LANES).map(|_| Mutex::default()).collect(),
            dummy: keys.hash_password(&SecretString::from(secrets::token()?))?,
        })
    }

    /// Waits for the attempts on the same account that came before.
    pub(super) async fn admit(&self, account: &str) -> Result<Admitted<'_>, ApiError> {
        let place = self.admitted.try_acquire().map_err(|_| ApiError::retry_after(FULL_RETRY_SECONDS))?;
        let mut hasher = DefaultHasher::new();
        account.hash(&mut hasher);
        let lane = self.lanes.get(hasher.finish() as usize % LANES);
        let lane = match lane {
            Some(lane) => Some(lane.lock().await),
            None => None,
        };
        Ok(Admitted { _place: place, _lane: lane })
    }

    /// Whether the password fits; without a hash nothing fits, after the same time.
    pub(super) async fn verify(
        &self,
        _: &Admitted<'_>,
        password: SecretString,
        hash: Option<String>,
    ) -> Result<bool, ApiError> {
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(ApiError::internal)?;
        let keys = self.keys.clone();
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.clone());
        let fits = tokio::task::spawn_blocking(move || {
            // Goes with the hash, also when the client has left: the core is busy until it ends.
            let _permit = permit;
            keys.verify_password(&password, &hash)
        });
        Ok(fits.await.map_err(ApiError::internal)? && known)
    }
}

impl SignInGate {
    /// Hashes a new password; counts as an attempt like any other, because it keeps a core as busy.
    pub(super) async fn hash(&self, _: &Admitted<'_>, password: SecretString) -> Result<String, ApiError> {
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(ApiError::internal)?;
        let keys = self.keys.clone();
        let hashed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            keys.hash_password(&password)
        });
        hashed.await.map_err(ApiError::internal)?.map_err(ApiError::internal)
    }
}

/// Whom a request comes from: the peer, or whom a proxy that we trust names last.
pub(in crate::http) fn peer(request: &HttpRequest, config: &Config) -> IpAddr {
    let unknown = IpAddr::from([0, 0, 0, 0]);
    let peer = request.peer_addr().map_or(unknown, |address| address.ip().to_canonical());
    let trusted = |address: &IpAddr| config.trusted_proxies.iter().any(|p| p.to_canonical() == *address);
    if !trusted(&peer) {
        return peer;
    }
    let named = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let mut chain: Vec<IpAddr> = named
        .flat_map(|line| line.split(','))
        .filter_map(|text| text.trim().parse::<IpAddr>().ok())
        .map(|address| address.to_canonical())
        .collect();
    // From the right: everything left of the first stranger was written by that stranger.
    while let Some(last) = chain.pop() {
        if !trusted(&last) {
            return last;
        }
    }
    peer
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(peer_address: &str, forwarded: &str) -> String {
        let mut config = Config::for_tests("unused");
        config.trusted_proxies = vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let request = TestRequest::post()
            .peer_addr(format!("{peer_address}:1234").parse().unwrap())
            .insert_header(("x-forwarded-for", forwarded))
            .to_http_request();
        peer(&request, &config).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_name_somebody_else() {
        assert_eq!(seen("192.0.2.9", "203.0.113.5"), "192.0.2.9");
        assert_eq!(seen("10.0.0.1", "203.0.113.5"), "203.0.113.5");
        assert_eq!(seen("10.0.0.1", "1.1.1.1, 203.0.113.5, 10.0.0.2"), "203.0.113.5");
        assert_eq!(seen("10.0.0.1", "nonsense"), "10.0.0.1");
    }

    #[actix_web::test]
    async fn a_full_queue_says_so_and_unknown_accounts_never_fit() {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::create(&dir.path().join("k"), 4).unwrap();
        let gate = SignInGate::new(&keys).unwrap();
        let admitted = gate.admit("a").await.unwrap();
        assert!(!gate.verify(&admitted, "x".into(), None).await.unwrap());
        let hash = keys.hash_password(&"x".into()).unwrap();
        assert!(gate.verify(&admitted, "x".into(), Some(hash)).await.unwrap());
        let mut others = Vec::new();
        for n in 0..RUNNING + WAITING - 1 {
            others.push(gate.admitted.try_acquire().unwrap_or_else(|_| panic!("place {n}")));
        }
        assert_eq!(gate.admit("b").await.err().unwrap().problem().retry_after, Some(5));
    }
}
