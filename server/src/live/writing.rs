//! Writing what waits at the sockets of a shard, and going on when the kernel takes more.

use std::{cell::RefCell, io, rc::Rc};

use tokio::{io::Interest, net::TcpStream};

use super::{
    catch_up,
    conn::Mode,
    outgoing::{Flow, Outgoing},
    shard::Shard,
};

/// Sockets written in a row before other tasks of the thread get their turn.
const WRITES: usize = 64;

impl Shard {
    /// Writes to every socket that something waits for.
    pub(super) async fn write_dirty(self: &Rc<Self>) {
        let ids = self.dirty.take(self.room.take());
        for some in ids.chunks(WRITES) {
            for id in some {
                self.flush(*id);
            }
            if some.len() == WRITES {
                tokio::task::yield_now().await;
            }
        }
        let mut room = ids;
        room.clear();
        self.room.replace(room);
    }

    /// Writes what waits for a connection; what the kernel does not take goes out when it does.
    pub(super) fn flush(self: &Rc<Self>, id: u64) {
        let Some(outgoing) = self.with(id, |conn| Rc::clone(&conn.outgoing)) else { return };
        let flow = outgoing.borrow_mut().flush();
        match flow {
            Flow::Full => self.write_later(id, &outgoing),
            Flow::Empty => self.turn(id, &outgoing),
            Flow::Over => {}
        }
    }

    fn write_later(self: &Rc<Self>, id: u64, outgoing: &Rc<RefCell<Outgoing>>) {
        let Some(socket) = outgoing.borrow().to_wait_at() else { return };
        let (shard, waited) = (Rc::downgrade(self), Rc::downgrade(outgoing));
        let task = actix_web::rt::spawn(async move {
            let ready = socket.try_clone().and_then(TcpStream::from_std);
            drop(socket);
            while let Ok(ready) = &ready
                && ready.writable().await.is_ok()
            {
                let Some(outgoing) = waited.upgrade() else { return };
                let flow = ready.try_io(Interest::WRITABLE, || match outgoing.borrow_mut().flush() {
                    Flow::Full => Err(io::ErrorKind::WouldBlock.into()),
                    flow => Ok(flow),
                });
                match flow {
                    Err(_) => {} // still full
                    Ok(Flow::Empty) => {
                        outgoing.borrow_mut().waits(None);
                        let Some(shard) = shard.upgrade() else { return };
                        return shard.turn(id, &outgoing);
                    }
                    Ok(_) => return,
                }
            }
            // No descriptor is left, or the thread ends: nobody would ever hear of room again.
            if let Some(outgoing) = waited.upgrade() {
                outgoing.borrow_mut().end();
            }
        });
        outgoing.borrow_mut().waits(Some(task.abort_handle()));
    }

    /// Everything is written: a connection that lags goes on from where it is.
    fn turn(self: &Rc<Self>, id: u64, outgoing: &Rc<RefCell<Outgoing>>) {
        if outgoing.borrow_mut().takes_turn()
            && self.with(id, |conn| conn.mode == Mode::Lagging) == Some(true)
        {
            catch_up::run(self, id);
        }
    }
}
