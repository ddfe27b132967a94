//! `switchboard serve`: a running server until the process is told to stop, with the door for
//! administration beside it.

use std::{net::TcpListener, os::unix::fs::DirBuilderExt, path::Path, sync::Arc};

use anyhow::Context;
use nix::sys::socket::{Backlog, listen};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::descriptors;
use crate::{
    admin::{AdminContext, Live, socket},
    app::App,
    config::Config,
    jobs::Workers,
    run::{Parts, Running, start},
    tenant::TenantId,
};

/// Serves until the process is told to stop.
pub(super) fn run(config: Config) -> anyhow::Result<()> {
    descriptors::raise_limit();
    actix_web::rt::System::new().block_on(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let mut end = End::listen()?;
    prepare_data_dir(&config)?;
    let listener = listener(&config.listen).with_context(|| format!("cannot listen on {}", config.listen))?;
    let (address, origin) = (listener.local_addr()?, config.public_origin.clone());
    let admin_path = config.admin_socket();

    let (running, server) = start(config, Parts::production(), listener)?;
    let admin = open_admin(&running, &admin_path)?;
    let mut serving = actix_web::rt::spawn(server);
    tracing::info!(address = %address, origin = %origin, "serving");

    tokio::select! {
        () = end.reached() => tracing::info!("stopping"),
        () = running.lost_lock() => {
            tracing::error!("the lock on the database is lost; another server may start, so this one stops");
        }
        ended = &mut serving => anyhow::bail!("the server ended by itself: {ended:?}"),
    }
    admin.abort();
    running.stop().await;
    if let Err(error) = serving.await.map_err(std::io::Error::other).and_then(|ended| ended) {
        tracing::error!(error = %error, "the server ended in an error");
    }
    if let Err(error) = std::fs::remove_file(&admin_path) {
        tracing::warn!(error = %error, "the administration socket stays behind");
    }
    tracing::info!("stopped");
    Ok(())
}

/// A listener with as much room as the system gives for connections that nobody has accepted yet.
///
/// After a restart every console comes back within seconds, the first while the data is still being
/// opened. What finds no room among the usual 128 is dropped by the kernel without a word, and tries
/// again after one, three and seven seconds.
fn listener(address: &str) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listen(&listener, Backlog::MAXALLOWABLE)?;
    Ok(listener)
}

/// Opens the administration socket; the store is open, so the data directory's lock is ours.
fn open_admin(running: &Running, path: &Path) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    let listener = socket::open(path)
        .with_context(|| format!("cannot open the administration socket {}", path.display()))?;
    let App { store, keys, .. } = running.app.clone();
    let live = Arc::new(LiveServer { app: running.app.clone(), workers: running.workers.clone() });
    Ok(tokio::spawn(socket::serve(listener, AdminContext { store, keys, live })))
}

/// The running server as administration sees it.
struct LiveServer {
    app: App,
    workers: Workers,
}

impl Live for LiveServer {
    fn connections_changed(&self) {
        self.app.connections.invalidate();
    }

    fn tenant_suspended(&self, tenant: TenantId) {
        self.workers.suspend(tenant);
        self.app.hub.end_tenant(tenant);
    }

    fn tenant_resumed(&self, tenant: TenantId) {
        self.app.hub.readmit_tenant(tenant);
        self.workers.resume(tenant);
    }
}

/// Makes the data directory for its owner alone; one that is there keeps its rights.
pub(super) fn prepare_data_dir(config: &Config) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data_dir)
        .with_context(|| format!("data_dir {}", config.data_dir.display()))
}

/// SIGTERM or SIGINT, listened for before anything is open that would need closing.
struct End {
    terminate: Signal,
    interrupt: Signal,
}

impl End {
    fn listen() -> anyhow::Result<Self> {
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt })
    }

    async fn reached(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    /// More than the 128 of an ordinary listener.
    const AT_ONCE: usize = 500;

    #[test]
    fn consoles_that_come_back_at_once_find_room_before_anybody_accepts_them() {
        let listener = super::listener("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let patience = std::time::Duration::from_secs(2);
        let waiting: Vec<_> = (0..AT_ONCE).map(|_| TcpStream::connect_timeout(&address, patience)).collect();
        assert_eq!(waiting.iter().filter(|came| came.is_ok()).count(), AT_ONCE);
    }
}
