//! The response body of an upgraded connection: our queue first, then actix-ws's own messages.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;
use tokio::sync::mpsc;

use super::{outgoing::Outgoing, shard::ToShard};

/// Writes shared frames without copying them per socket. actix-ws's body stays behind it for close
/// frames, and because dropping it would tell the stream that the connection is gone.
pub(super) struct LiveBody {
    pub(super) outgoing: Rc<RefCell<Outgoing>>,
    pub(super) inner: BoxBody,
    pub(super) conn: u64,
    pub(super) shard: mpsc::UnboundedSender<ToShard>,
}

impl MessageBody for LiveBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        {
            let mut out = this.outgoing.borrow_mut();
            if let Some(piece) = out.pop() {
                return Poll::Ready(Some(Ok(piece)));
            }
            if std::mem::take(&mut out.tell_when_empty) {
                // The shard is on this very thread; it runs after this poll.
                let _ = this.shard.send(ToShard::Drained(this.conn));
            }
            out.park(cx.waker());
        }
        Pin::new(&mut this.inner).poll_next(cx)
    }
}
