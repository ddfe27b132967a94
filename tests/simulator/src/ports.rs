//! Ports for programs that are started later, or again.

use std::{io, net::SocketAddr};

use tokio::net::TcpSocket;

/// A loopback port that no other program is given while this lives, and that a child may listen on.
///
/// A port that is asked for, let go and named to a child can be taken by anybody in between. This
/// one stays bound without listening: the system neither hands it out for port 0 nor for outgoing
/// connections, and lets a listener that names it have it (`SO_REUSEADDR` on both, Linux).
#[derive(Debug)]
pub struct HeldPort {
    _bound: TcpSocket,
    address: SocketAddr,
}

impl HeldPort {
    /// Takes one.
    ///
    /// # Errors
    /// When the system has none left.
    pub fn take() -> io::Result<Self> {
        let bound = TcpSocket::new_v4()?;
        bound.set_reuseaddr(true)?;
        bound.bind(([127, 0, 0, 1], 0).into())?;
        Ok(Self { address: bound.local_addr()?, _bound: bound })
    }

    /// Where a child is to listen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number alone.
    pub fn number(&self) -> u16 {
        self.address.port()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, net::TcpListener};

    use super::*;

    #[test]
    fn a_held_port_can_be_listened_on_again_and_again_by_whoever_names_it() {
        let held = HeldPort::take().unwrap();
        for _ in 0..3 {
            let listener = TcpListener::bind(held.address()).unwrap();
            assert_eq!(listener.local_addr().unwrap(), held.address());
        }
    }

    #[test]
    fn a_held_port_is_not_given_to_anybody_who_asks_for_any() {
        let held: Vec<_> = (0..200).map(|_| HeldPort::take().unwrap()).collect();
        let ours: HashSet<u16> = held.iter().map(HeldPort::number).collect();
        assert_eq!(ours.len(), held.len());
        let others: Vec<_> = (0..2000).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        assert!(others.iter().all(|other| !ours.contains(&other.local_addr().unwrap().port())));
    }
}
