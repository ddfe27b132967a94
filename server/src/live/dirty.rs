//! The connections of a shard that have something to write.

use std::cell::RefCell;

use tokio::sync::Notify;

/// Filled by whoever queues a frame, emptied by the shard's task.
#[derive(Default)]
pub(super) struct Dirty {
    conns: RefCell<Vec<u64>>,
    some: Notify,
}

impl Dirty {
    /// Adds a connection; each adds itself once until it is written.
    pub(super) fn add(&self, conn: u64) {
        let mut conns = self.conns.borrow_mut();
        if conns.is_empty() {
            self.some.notify_one();
        }
        conns.push(conn);
    }

    /// All of them, oldest first; `room` is what the next ones are kept in.
    pub(super) fn take(&self, room: Vec<u64>) -> Vec<u64> {
        self.conns.replace(room)
    }

    /// Resolves once there may be some.
    pub(super) async fn some(&self) {
        self.some.notified().await;
    }
}
