//! The HTTP server around the routes: what is shared by its threads, and what wraps every request.

use std::{any::Any, io, net::TcpListener, time::Duration};

use actix_web::{
    App as Actix, HttpServer,
    dev::{Extensions, Server},
    middleware::from_fn,
    rt::net::TcpStream,
    web::Data,
};
use nix::sys::socket::{setsockopt, sockopt};

use super::{
    configure, console::Console, headers::headers, observe::observe, probes::Readiness, rates::Rates,
    session::gate::SignInGate,
};
use crate::{
    app::App,
    live::{Handle, Shard},
};

/// From the first byte to the end of the headers.
const REQUEST_HEADERS: Duration = Duration::from_secs(5);
/// An idle connection is kept this long: more than the pause between two clicks.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Requests that are under way when the server stops get this long, in seconds.
const SHUTDOWN_SECONDS: u64 = 10;

/// Bytes that a peer has not taken for so long are in vain. Longer than any heartbeat, so a peer that
/// lives is told why it is left before the kernel leaves it.
const UNTAKEN: Duration = Duration::from_secs(90);

fn connected(stream: &dyn Any, data: &mut Extensions) {
    let Some(stream) = stream.downcast_ref::<TcpStream>() else { return };
    give_up_on_dead_peers(stream);
    match Handle::of(stream) {
        Ok(handle) => {
            data.insert(handle);
        }
        Err(error) => tracing::warn!(error = %error, "a connection can carry no live frames"),
    }
}

/// Lets the kernel end connections whose peer is gone or never reads: actix cannot abort one.
fn give_up_on_dead_peers(stream: &TcpStream) {
    let millis = u32::try_from(UNTAKEN.as_millis()).unwrap_or(u32::MAX);
    if let Err(error) = setsockopt(stream, sockopt::TcpUserTimeout, &millis) {
        tracing::warn!(error = %error, "dead peers will be noticed late");
    }
}

/// A server that is ready from its first moment. It runs once it is awaited or spawned, and stops
/// through its handle; signals are the caller's.
///
/// # Errors
/// The listener's, or that the console's files cannot be read.
pub fn server(app: App, listener: TcpListener) -> io::Result<Server> {
    server_with(app, listener, Readiness::ready())
}

/// The same with somebody else deciding when it is ready.
///
/// # Errors
/// The listener's, or that the console's files cannot be read.
pub fn server_with(app: App, listener: TcpListener, readiness: Readiness) -> io::Result<Server> {
    let console = Console::load(&app.config.console_dir, &app.config.live_origin())?;
    if !console.is_built() {
        tracing::warn!(console_dir = %app.config.console_dir.display(), "the console is not built");
    }
    let gate = Data::new(SignInGate::new(&app.keys).map_err(io::Error::other)?);
    let rates = Data::new(Rates::new(&app.config));
    let (console, readiness) = (Data::new(console), Data::new(readiness));
    let workers = app.config.workers;
    let app = Data::new(app);
    let server = HttpServer::new(move || {
        Actix::new()
            .app_data(Data::clone(&app))
            .app_data(Data::clone(&gate))
            .app_data(Data::clone(&rates))
            .app_data(Data::clone(&console))
            .app_data(Data::clone(&readiness))
            // Made on the worker's own thread and never leaves it.
            .app_data(Shard::new(app.hub.clone()))
            .configure(configure)
            .wrap(from_fn(headers))
            .wrap(from_fn(observe))
    });
    let server = server
        .client_request_timeout(REQUEST_HEADERS)
        .keep_alive(KEEP_ALIVE)
        .tcp_nodelay(true)
        .on_connect(connected)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(listener)?;
    Ok(match workers {
        Some(workers) => server.workers(workers).run(),
        None => server.run(),
    })
}
