//! Requests to addresses that a tenant names. They go to the public internet only, whatever the address says and whatever
//! its name means: not to this machine, nor to its network, nor to what a cloud keeps beside it.
//!
//! An address is looked at as text before it is stored and before each request. Its name is looked up once for each
//! connection, all its addresses are looked at, and the connection goes to one of these. Redirects are not followed, no
//! proxy of the environment's is used, and what is answered is read to its first KiB and forgotten.

use std::{
    error::Error,
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use shared::api::alerts::{PostProblem, URL_BYTES};

use crate::net::is_public;

/// A receiver that takes longer is not one that waits for alerts.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Of an answer so many bytes are read, so that the connection can be used again for most.
const ANSWER_BYTES: usize = 1_024;
/// Ports of the web's; others belong to other services, which must not be talked to.
const PORTS: [u16; 2] = [443, 8_443];
const USER_AGENT: &str = concat!("switchboard/", env!("CARGO_PKG_VERSION"));

/// What may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The public internet.
    Public,
    /// Also this machine, in the clear and on any port: for tests and demonstrations.
    Loopback,
}

/// Why an address may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no address, or too long.
    #[error("this is not an address that can be called")]
    Malformed,
    /// It is not encrypted.
    #[error("the address must begin with https://")]
    Scheme,
    /// It says who calls.
    #[error("the address must not contain a user or a password")]
    Credentials,
    /// It is of another service.
    #[error("the port must be 443 or 8443")]
    Port,
    /// It is not on the public internet.
    #[error("the address must be on the public internet")]
    Inside,
}

/// Calls addresses that tenants name; cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    reach: Reach,
}

impl Outbound {
    /// A client that reaches so far.
    ///
    /// # Errors
    /// When the TLS set-up of the machine is unusable.
    pub fn new(reach: Reach) -> anyhow::Result<Self> {
        Self::asking(reach, |name| {
            Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
        })
    }

    fn asking(reach: Reach, look: fn(String) -> Looking) -> anyhow::Result<Self> {
        // Fails only when another provider was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .https_only(reach == Reach::Public)
            .dns_resolver(Arc::new(Guard { look, reach }))
            .build()?;
        Ok(Self { client, reach })
    }

    /// Looks at an address: whether it may be called, as far as its text says.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self, address: &str) -> Result<Url, Refused> {
        if address.len() > URL_BYTES || address.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Refused::Malformed);
        }
        let url: Url = address.parse().map_err(|_| Refused::Malformed)?;
        // Whatever way an address was written, here it has one spelling.
        let host = url.host_str().ok_or(Refused::Malformed)?;
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let is_loopback = number.map_or(host == "localhost", |number| number.is_loopback());
        if self.reach == Reach::Loopback && is_loopback && matches!(url.scheme(), "http" | "https") {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(Refused::Scheme);
        }
        // A dot at the end is the same name.
        if !number.map_or_else(|| !is_local_name(host.trim_end_matches('.')), may_call) {
            return Err(Refused::Inside);
        }
        if !url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
            return Err(Refused::Port);
        }
        Ok(url)
    }

    /// Posts JSON; gives the status of a success.
    ///
    /// # Errors
    /// The status that was answered, if one was, and why it is no success.
    pub async fn post(
        &self,
        address: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<u16, (Option<u16>, PostProblem)> {
        let url = self.check(address).map_err(|_| (None, PostProblem::Address))?;
        let mut request = self.client.post(url).header("content-type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut response = request.send().await.map_err(|error| (None, problem(&error)))?;
        let status = response.status();
        let mut read = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read >= ANSWER_BYTES {
                break;
            }
        }
        let code = status.as_u16();
        if status.is_success() { Ok(code) } else { Err((Some(code), PostProblem::Status)) }
    }
}

fn problem(error: &reqwest::Error) -> PostProblem {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = source {
        if one.is::<Inside>() {
            return PostProblem::Address;
        }
        source = one.source();
    }
    if error.is_timeout() { PostProblem::Timeout } else { PostProblem::Unreachable }
}

/// Names that mean this machine or its network whatever a resolver says.
fn is_local_name(name: &str) -> bool {
    let inside = ["localhost", "local", "internal", "localdomain", "home.arpa"];
    // A name without a dot is one of this network.
    !name.contains('.')
        || inside.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
}

/// Whether a tenant may have this address called. Stricter than what is public: an address that only stands for another
/// one, as those of 6to4 and NAT64 do, is nobody's to name.
fn may_call(address: IpAddr) -> bool {
    let stands_for_another = |address: Ipv6Addr| {
        let [a, b, ..] = address.segments();
        a == 0x2002 || (a, b) == (0x64, 0xff9b)
    };
    is_public(address) && !matches!(address, IpAddr::V6(address) if stands_for_another(address))
}

/// A name means something that may not be called.
#[derive(Debug, thiserror::Error)]
#[error("the name means an address that may not be called")]
struct Inside;

/// The addresses of a name, once they are known.
type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Finds the addresses of a name. All of them must be ones that may be called: a name that means both is a trap.
struct Guard {
    look: fn(String) -> Looking,
    reach: Reach,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (look, reach) = (self.look, self.reach);
        Box::pin(async move {
            let found = look(name.as_str().to_owned()).await?;
            let may = |address: &SocketAddr| {
                may_call(address.ip()) || reach == Reach::Loopback && address.ip().is_loopback()
            };
            if !found.iter().all(may) {
                return Err::<Addrs, Box<dyn Error + Send + Sync>>(Box::new(Inside));
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
