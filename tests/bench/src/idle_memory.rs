//! `idle_memory`: what a signed-in socket that says nothing costs in memory, at 9,000.
//!
//! The sockets belong to 45 tenants of 200 members. One socket per tenant is there before the first
//! look, so that opening a tenant does not count.

use std::{rc::Rc, time::Duration};

use anyhow::Result;

use crate::{
    child::Listening,
    figure::Figure,
    ground::{Ground, Plan},
    machine::resident_bytes,
    rounds::Spread,
    socket::{Place, Socket},
};

pub(crate) const TENANTS: usize = 45;
pub(crate) const MEMBERS: usize = 200;
/// The news that others have come is through after this.
const SETTLE: Duration = Duration::from_secs(15);
/// Sockets that connect at the same time.
pub(crate) const AT_ONCE: usize = 50;

pub(crate) async fn run() -> Result<Vec<Figure>> {
    let ground = Ground::new(Plan { tenants: TENANTS, members: MEMBERS, assigned: 10 }).await?;
    let server = Listening::server(ground.dir(), 2).await?;
    tokio::task::LocalSet::new().run_until(measure(&ground, &server)).await
}

async fn measure(ground: &Ground, server: &Listening) -> Result<Vec<Figure>> {
    let first: Vec<&str> =
        ground.tenants.iter().filter_map(|t| t.tokens.first()).map(String::as_str).collect();
    let rest: Vec<&str> =
        ground.tenants.iter().flat_map(|t| t.tokens.iter().skip(1)).map(String::as_str).collect();
    connect(server, &first).await?;
    tokio::time::sleep(SETTLE).await;
    let before = resident_bytes(server.id())?;
    connect(server, &rest).await?;
    tokio::time::sleep(SETTLE).await;
    let after = resident_bytes(server.id())?;
    let each = (after - before) / rest.len() as f64 / 1024.0;
    eprintln!(
        "    {} sockets: {:.0} MiB, before {:.0} MiB",
        rest.len() + first.len(),
        after / 1e6,
        before / 1e6
    );
    Ok(vec![Figure::alone("idle_memory", "KiB/socket", &Spread::of(&[each]))])
}

/// Connects sockets that read for ever.
async fn connect(server: &Listening, tokens: &[&str]) -> Result<()> {
    for some in tokens.chunks(AT_ONCE) {
        let opening = some.iter().map(|token| async {
            let mut socket = Socket::upgrade(&server.address, token, Rc::new(Place::default())).await?;
            socket.greet().await?;
            socket.catch_up().await?;
            anyhow::Ok(socket)
        });
        for mut socket in futures_util::future::try_join_all(opening).await? {
            tokio::task::spawn_local(async move { while socket.read(|_| {}).await.is_ok() {} });
        }
    }
    Ok(())
}
