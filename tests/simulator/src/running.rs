//! Starting and stopping a simulator on a thread of its own.

use std::any::Any;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use actix_web::dev::{Extensions, ServerHandle};
use actix_web::{App as WebApp, HttpRequest, HttpServer, web};

use crate::config::Config;
use crate::control::Control;
use crate::state::Shared;
use crate::{control, graph, lively, phone};

/// Bytes of a request body; uploads have their own, equal limit.
const BODY_LIMIT: usize = 20 * 1024 * 1024;
/// A webhook unanswered for this long counts as failed.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// The simulator, not yet started.
#[derive(Debug)]
pub struct Simulator;

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}: {source}")]
    Listen { address: String, source: std::io::Error },
    #[error("cannot prepare the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    #[error("cannot start the server: {0}")]
    Server(#[from] std::io::Error),
    #[error("the simulator's thread ended while starting")]
    Thread,
}

/// A running simulator. Dropping it stops it without waiting.
pub struct Running {
    /// Such as `http://127.0.0.1:41233`: the server's Graph base URL.
    pub base_url: String,
    control: Control,
    handle: ServerHandle,
    ended: Option<tokio::sync::oneshot::Receiver<()>>,
}

impl Simulator {
    /// Binds and serves; returns as soon as connections are taken. Works inside any runtime.
    pub fn start(config: Config) -> Result<Running, StartError> {
        let listen = |source| StartError::Listen { address: config.listen.clone(), source };
        let listener = TcpListener::bind(&config.listen).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let host = if address.ip().is_unspecified() { "127.0.0.1".into() } else { address.ip().to_string() };
        let base_url = format!("http://{host}:{}", address.port());
        let (started, start) = mpsc::channel();
        let (end, ended) = tokio::sync::oneshot::channel();
        let url = base_url.clone();
        thread::Builder::new().name("simulator".into()).spawn(move || {
            actix_web::rt::System::new().block_on(serve(config, url, listener, &started));
            // Nobody waits where `Running` was dropped.
            let _ = end.send(());
        })?;
        let (shared, handle) = start.recv().map_err(|_| StartError::Thread)??;
        Ok(Running { base_url, control: Control::new(shared), handle, ended: Some(ended) })
    }
}

impl Running {
    /// Steers this simulator; cheap to clone.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Closes all connections and waits until the port is free.
    pub async fn stop(mut self) {
        self.handle.stop(false).await;
        if let Some(ended) = self.ended.take() {
            // The sender is dropped at the latest when the thread ends, which is all we wait for.
            let _ = ended.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The command is sent by the call; the future would only wait for its effect.
        drop(self.handle.stop(false));
    }
}

type Start = Result<(Arc<Shared>, ServerHandle), StartError>;

async fn serve(config: Config, base_url: String, listener: TcpListener, started: &mpsc::Sender<Start>) {
    let workers = config.workers.max(1);
    let prepared = http_client().and_then(|http| {
        let runtime = tokio::runtime::Handle::current();
        let shared = Shared::new(config, base_url, runtime, http);
        let data = web::Data::new(Arc::clone(&shared));
        let factory = move || {
            WebApp::new()
                .app_data(data.clone())
                .app_data(web::PayloadConfig::new(BODY_LIMIT))
                .app_data(web::JsonConfig::default().limit(BODY_LIMIT).content_type_required(false))
                .configure(control::routes)
                .configure(phone::routes)
                .configure(graph::routes)
        };
        let server = HttpServer::new(factory)
            .workers(workers)
            .shutdown_timeout(1)
            .disable_signals()
            .on_connect(Cutter::attach)
            .listen(listener)?
            .run();
        Ok((shared, server))
    });
    match prepared {
        Ok((shared, server)) => {
            tokio::spawn(lively::live(Arc::clone(&shared)));
            // The receiver waits in `start`, so it is there.
            let _ = started.send(Ok((shared, server.handle())));
            // An accept loop that fails ends the simulator; the tests that use it see refused connections.
            let _ = server.await;
        }
        Err(error) => {
            let _ = started.send(Err(error));
        }
    }
}

fn http_client() -> Result<reqwest::Client, StartError> {
    // Another crate of the process may have chosen a provider before: then that one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().timeout(WEBHOOK_TIMEOUT).build()?)
}

/// Cuts the connection of a request, which no HTTP answer can do.
pub(crate) struct Cutter(TcpStream);

impl Cutter {
    fn attach(connection: &dyn Any, data: &mut Extensions) {
        let stream = connection.downcast_ref::<actix_web::rt::net::TcpStream>();
        if let Some(Ok(copy)) = stream.map(|stream| stream.as_fd().try_clone_to_owned()) {
            data.insert(Self(copy.into()));
        }
    }

    /// The other side sees the end of the stream, and no answer.
    pub(crate) fn cut(request: &HttpRequest) {
        if let Some(Self(stream)) = request.conn_data::<Self>() {
            // It fails where the other side was faster, which is as good.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}
