//! Saying goodbye.

use shared::live::{close, frame::ServerFrame};

use super::{
    conn::{Conn, Mode},
    hub::Hub,
    outgoing::Kind,
    presence,
    shard::push,
    wire,
};

/// Tells the client why and for how long, then closes the socket behind what is queued. From here on
/// the socket counts for nothing: what can be read again is dropped, and the member's presence does
/// not wait until the network has noticed, which takes minutes when a laptop was closed.
pub(super) fn say_goodbye(conn: &mut Conn, code: u16, hub: &Hub) {
    if conn.mode == Mode::Closing {
        return;
    }
    conn.mode = Mode::Closing;
    let retry_after_ms = match close::verdict(code) {
        close::Verdict::Reconnect => u32::try_from(hub.0.config.retry_after.as_millis()).unwrap_or(u32::MAX),
        _ => 0,
    };
    conn.outgoing.borrow_mut().drop_replayable();
    push(conn, Kind::Must, &ServerFrame::Bye { code, retry_after_ms });
    if std::mem::take(&mut conn.present) {
        presence::went(hub, &conn.tenant, conn.member);
    }
    conn.outgoing.borrow_mut().push_last(wire::close(code));
}
