//! Which addresses an outgoing request may go to when a stranger has a say in it.

use std::{
    error::Error,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Finds the addresses of a name and keeps those that are on the public internet. The connection goes to
/// what was looked at, so a name cannot mean one thing for the look and another for the connection.
#[derive(Clone, Copy)]
pub(crate) struct PublicOnly {
    look: fn(String) -> Looking,
}

/// The addresses of a name, once they are known.
type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

impl PublicOnly {
    /// For a client's builder; asks the system.
    pub(crate) fn resolver() -> Arc<Self> {
        Arc::new(Self {
            look: |name| Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }),
        })
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let look = self.look;
        Box::pin(async move {
            let mut public = look(name.as_str().to_owned()).await?;
            public.retain(|address| is_public(address.ip()));
            if public.is_empty() {
                return Err::<Addrs, Box<dyn Error + Send + Sync>>("no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public internet: not this machine, not its network, not reserved.
/// Source: the special-purpose registries of IANA (RFC 6890 and what updates it).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224.., _, _)
    );
    !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Whatever carries an IPv4 address inside reaches that address.
    let [a, b, c, d, ..] = address.segments();
    let inner = |high: u16, low: u16| {
        let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(w, x, y, z))
    };
    let [.., g, h] = address.segments();
    match (a, b, c, d) {
        // ::/96 (compatible), ::ffff:0:0/96 (mapped), unspecified and loopback: nothing in there is needed.
        (0, 0, 0, 0) => false,
        // NAT64.
        (0x64, 0xff9b, 0, 0) => inner(g, h),
        // 6to4.
        (0x2002, high, low, _) => inner(high, low),
        // Teredo, benchmarking, ORCHID and documentation.
        (0x2001, 0..=0x1ff | 0xdb8, _, _) | (0x3fff, 0..=0xfff, _, _) => false,
        // Global unicast is 2000::/3; all else is local, multicast or not given out.
        _ => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, sync::Mutex};

    use super::*;

    #[test]
    fn only_public_addresses_are_reached_however_they_are_written() {
        for inside in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2001::1",
            "2001:db8::1",
            "2001:20::1",
            "3fff::1",
            "100::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "157.240.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2a03:2880::1",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_has_no_address() {
        let found = PublicOnly::resolver().resolve("localhost".parse().unwrap()).await;
        assert!(found.is_err());
    }

    /// What a name means at each look.
    static MEANS: Mutex<Vec<IpAddr>> = Mutex::new(Vec::new());

    #[tokio::test]
    async fn a_name_that_turns_out_to_be_this_machine_is_not_called() {
        let trap = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = trap.local_addr().unwrap().port();
        // A machine without IPv6 has nothing to be called there.
        let second = TcpListener::bind(("::1", port)).ok();
        let traps: Vec<TcpListener> = [Some(trap), second].into_iter().flatten().collect();
        traps.iter().for_each(|trap| trap.set_nonblocking(true).unwrap());
        let look: fn(String) -> Looking = |_| {
            let meant = MEANS.lock().unwrap().pop();
            Box::pin(
                async move { Ok(meant.into_iter().map(|address| SocketAddr::new(address, 0)).collect()) },
            )
        };
        // Fails only when another provider was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = || reqwest::Client::builder().no_proxy().dns_resolver(Arc::new(PublicOnly { look }));
        let insides =
            ["127.0.0.1", "127.255.255.254", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1"];
        for inside in insides {
            // Whatever it will mean later, it is looked up once for a connection.
            *MEANS.lock().unwrap() = vec![[127, 0, 0, 1].into(), inside.parse().unwrap()];
            let client = client().build().unwrap();
            let called = client.get(format!("http://files.example:{port}/")).send().await;
            assert!(called.is_err(), "{inside}");
            assert_eq!(MEANS.lock().unwrap().len(), 1, "{inside}");
        }
        for trap in traps {
            assert_eq!(trap.accept().map(|_| ()).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        }
    }
}
