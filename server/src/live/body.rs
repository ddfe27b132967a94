//! The response body of an upgraded connection. It carries nothing: frames go past it. It is what keeps
//! the HTTP connection open, and what ends it.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

use super::outgoing::Outgoing;

/// actix-ws's body stays inside: dropping it would tell the stream that the connection is gone.
pub(super) struct LiveBody {
    pub(super) outgoing: Rc<RefCell<Outgoing>>,
    pub(super) inner: BoxBody,
}

impl MessageBody for LiveBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        if this.outgoing.borrow_mut().is_over(cx.waker()) {
            return Poll::Ready(None);
        }
        Pin::new(&mut this.inner).poll_next(cx)
    }
}

impl Drop for LiveBody {
    fn drop(&mut self) {
        // The HTTP connection is gone: a second handle must not keep the socket open.
        if let Ok(mut outgoing) = self.outgoing.try_borrow_mut() {
            outgoing.end();
        }
    }
}
