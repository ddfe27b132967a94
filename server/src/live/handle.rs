//! A second handle of a connection's socket, for writing past its HTTP half.

use std::{io, net, os::fd::AsFd, rc::Rc};

use actix_web::rt::net::TcpStream;

/// Kept with each connection; an upgrade takes a share of it.
pub struct Handle(pub(super) Rc<net::TcpStream>);

impl Handle {
    /// A handle of the same socket, which does not block either.
    ///
    /// # Errors
    /// The process has no descriptor left.
    pub fn of(stream: &TcpStream) -> io::Result<Self> {
        Ok(Self(Rc::new(stream.as_fd().try_clone_to_owned()?.into())))
    }
}
