//! Sockets and their sessions: whoever works over the socket keeps the session alive, and a session
//! that ended by idleness ends its sockets.

use std::{collections::BTreeMap, rc::Rc};

use shared::live::close;

use super::{close::say_goodbye, shard::Shard};
use crate::{
    db::control::session,
    domain::members::idle::{active, is_news},
    http::{IDLE, is_alive},
};

/// Notes the use of sessions whose members did something since the last call, and looks at those
/// that nobody seems to use: another tab may have used them.
pub(super) fn renew(shard: &Rc<Shard>) {
    let now = shard.hub.0.store.clock().now();
    let (mut used, mut idle) = (Vec::new(), Vec::new());
    let mut worked = BTreeMap::new();
    for conn in shard.conns.borrow_mut().by_id.values_mut() {
        if std::mem::take(&mut conn.active) {
            conn.seen_at = now;
            used.push(conn.token_hash.clone());
            worked.insert(conn.member, conn.tenant.clone());
        } else if now - conn.seen_at >= IDLE {
            idle.push((conn.id, conn.token_hash.clone()));
        }
    }
    used.sort();
    used.dedup();
    if used.is_empty() && idle.is_empty() {
        return;
    }
    actix_web::rt::spawn(async move {
        for (member, tenant) in worked {
            let news = tenant.read(move |scoped| is_news(scoped, member, now)).await;
            if news.is_ok_and(|news| news)
                && let Err(error) = tenant.write(move |tx| active(tx, member)).await
            {
                tracing::warn!(member.id = %member, error = %error, "a sign of work could not be noted");
            }
        }
    });
    let shard = Rc::clone(shard);
    actix_web::rt::spawn(async move {
        let control = shard.hub.0.store.control().clone();
        if !used.is_empty() {
            let noted =
                control.write(move |conn| used.iter().try_for_each(|hash| session::touch(conn, hash, now)));
            if let Err(error) = noted.await {
                tracing::warn!(error = %error, "the use of sessions could not be noted");
            }
        }
        for (id, hash) in idle {
            let Ok(found) = control.read(move |conn| session::find(conn, &hash)).await else { continue };
            let seen = found.filter(|row| is_alive(row.seen_at, row.expires_at, now)).map(|row| row.seen_at);
            shard.with(id, |conn| match seen {
                Some(seen_at) => conn.seen_at = seen_at,
                None => say_goodbye(conn, close::SESSION_GONE, &shard.hub),
            });
        }
    });
}
