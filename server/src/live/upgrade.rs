//! `GET /live`: from an HTTP request to a connection of the worker's shard.

use std::{cell::RefCell, rc::Rc, time::Instant as Monotonic};

use actix_web::{
    HttpRequest, HttpResponse,
    body::BoxBody,
    web::{Data, Payload},
};
use shared::{error::ErrorCode, limits::FRAME_BYTES, live::close};

use super::{
    body::LiveBody,
    close::say_goodbye,
    conn::{Budget, Conn, Mode},
    handle::Handle,
    looks::Looks,
    outgoing::Outgoing,
    session,
    shard::Shard,
};
use crate::{
    app::App,
    http::{ApiError, SignedIn, origin_is_ours},
};

/// Upgrades a signed-in member's request from our own origin.
///
/// # Errors
/// `foreign_origin`, `unavailable` while the server stops, `bad_request` without upgrade headers.
pub async fn live(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
    signed: SignedIn,
) -> Result<HttpResponse, ApiError> {
    if !origin_is_ours(&request, &app.config) {
        return Err(ErrorCode::ForeignOrigin.into());
    }
    let shard = request.app_data::<Rc<Shard>>().cloned();
    let Some(shard) = shard.filter(|shard| !shard.hub.is_closing()) else {
        return Err(ErrorCode::Unavailable.into());
    };
    let handle = request.conn_data::<Handle>().ok_or(ErrorCode::Unavailable)?;
    let handle = Rc::clone(&handle.0);
    let (response, ws, stream) =
        actix_ws::handle(&request, payload).map_err(|_| ApiError::from(ErrorCode::BadRequest))?;
    let stream =
        stream.max_frame_size(FRAME_BYTES).aggregate_continuations().max_continuation_size(FRAME_BYTES);

    let id = shard.hub.next_conn();
    let outgoing = Rc::new(RefCell::new(Outgoing::new(handle, id, Rc::clone(&shard.dirty))));
    let now = Monotonic::now();
    // Pings of many connections that came at once must not stay in step.
    let heartbeat = shard.hub.0.config.heartbeat;
    let ping_at = now + heartbeat.mul_f64(0.5 + (id % 32) as f64 / 64.0);
    // From here on the tenant's commits are kept in the ring.
    let _ = shard.hub.tenant(signed.tenant.id());
    let (tenant, token_hash) = (signed.tenant.id(), signed.token_hash.clone());
    shard.add(Conn {
        id,
        tenant: signed.tenant,
        member: signed.member.member.id,
        token_hash: signed.token_hash,
        expires_at: signed.expires_at,
        _ws: ws,
        outgoing: Rc::clone(&outgoing),
        mode: Mode::Loading,
        scope: None,
        cursor: 0,
        told: 0,
        open: Vec::new(),
        looks: Looks::default(),
        load: 0,
        heard: now,
        ping_at,
        in_flight: 0,
        opening: 0,
        viewing: Vec::new(),
        typing: None,
        wants_board: false,
        board: None,
        seen_at: app.store.clock().now(),
        active: false,
        greeted: false,
        budget: Budget::new(now),
        present: false,
    });
    // A sign-out between the look at the session and this line found no socket to close.
    if shard.hub.has_ended(tenant, &token_hash) {
        shard.with(id, |conn| say_goodbye(conn, close::SESSION_GONE, &shard.hub));
    }
    actix_web::rt::spawn(session::serve(Rc::clone(&shard), id, stream));
    Ok(response.map_body(move |_, inner| BoxBody::new(LiveBody { outgoing, inner: BoxBody::new(inner) })))
}
