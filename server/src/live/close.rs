//! Saying goodbye.

use actix_ws::{CloseCode, CloseReason};
use shared::live::{close, frame::ServerFrame};

use super::{
    conn::{Conn, Mode},
    hub::HubConfig,
    outgoing::Kind,
    shard::push,
};

/// Tells the client why and for how long, then closes the socket behind what is queued.
pub(super) fn say_goodbye(conn: &mut Conn, code: u16, config: &HubConfig) {
    if conn.mode == Mode::Closing {
        return;
    }
    conn.mode = Mode::Closing;
    let retry_after_ms = match close::verdict(code) {
        close::Verdict::Reconnect => u32::try_from(config.retry_after.as_millis()).unwrap_or(u32::MAX),
        _ => 0,
    };
    push(conn, Kind::Must, &ServerFrame::Bye { code, retry_after_ms });
    let ws = conn.ws.clone();
    actix_web::rt::spawn(async move {
        let reason = CloseReason { code: CloseCode::from(code), description: None };
        let _ = ws.close(Some(reason)).await;
    });
}
