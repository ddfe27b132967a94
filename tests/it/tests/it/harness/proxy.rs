//! A TCP proxy of our own between a client and the server: what networks do to connections.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream, tcp},
    sync::watch,
};

/// Small, so that a reader that stalls is felt by the server soon.
const BUFFER: u32 = 16 * 1024;
/// Bytes of one drip.
const DROP: usize = 97;

/// What happens to bytes, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// They pass.
    Clear,
    /// They pass later.
    Slow(Duration),
    /// They pass in small pieces.
    Drip,
    /// They vanish, and nobody is told: the connection is half open.
    Silent,
    /// Every connection ends at once, and no new one is taken.
    Down,
}

/// What the pumps look at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    weather: Weather,
    /// Rises with every cut: a pump that was made before ends.
    cuts: u64,
    target: String,
}

/// A proxy that listens; dropping it ends it and all its connections.
pub(crate) struct Proxy {
    pub(crate) base: String,
    state: Arc<watch::Sender<State>>,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Listens on a port of its own and passes everything to the server at `base`.
    pub(crate) async fn start(base: &str) -> Self {
        let listener = listener();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let state = State { weather: Weather::Clear, cuts: 0, target: address(base) };
        let (state, seen) = watch::channel(state);
        let task = tokio::spawn(async move {
            loop {
                let Ok((inbound, _)) = listener.accept().await else { continue };
                let mut seen = seen.clone();
                let now = seen.borrow_and_update().clone();
                if now.weather != Weather::Down {
                    tokio::spawn(connect(inbound, now, seen));
                }
            }
        });
        Self { base: own, state: Arc::new(state), task }
    }

    pub(crate) fn set(&self, weather: Weather) {
        self.state.send_modify(|state| {
            state.weather = weather;
            state.cuts += u64::from(weather == Weather::Down);
        });
    }

    /// Ends the connections there are; new ones are taken.
    pub(crate) fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// New connections go to another server.
    pub(crate) fn lead_to(&self, base: &str) {
        self.state.send_modify(|state| state.target = address(base));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

/// What it accepts has small buffers as well.
fn listener() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(BUFFER).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket.listen(64).unwrap()
}

fn address(base: &str) -> String {
    base.strip_prefix("http://").unwrap().to_owned()
}

async fn connect(inbound: TcpStream, born: State, seen: watch::Receiver<State>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(BUFFER).unwrap();
    let Ok(outbound) = socket.connect(born.target.parse().unwrap()).await else { return };
    let _ = (inbound.set_nodelay(true), outbound.set_nodelay(true));
    let (client_reads, client_writes) = inbound.into_split();
    let (server_reads, server_writes) = outbound.into_split();
    let mut cut = seen.clone();
    tokio::select! {
        _ = cut.wait_for(|state| state.cuts != born.cuts) => {}
        _ = async {
            tokio::join!(
                pump(client_reads, server_writes, seen.clone()),
                pump(server_reads, client_writes, seen),
            )
        } => {}
    }
}

/// Passes bytes as the weather wants until the end of the stream.
async fn pump(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, mut seen: watch::Receiver<State>) {
    let mut buffer = vec![0; BUFFER as usize];
    // Silence is for the rest of a connection's life: bytes that are lost inside a stream cannot be
    // made good by later ones.
    let mut silent = false;
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let weather = seen.borrow_and_update().weather;
        silent |= weather == Weather::Silent;
        if silent {
            continue;
        }
        if let Weather::Slow(delay) = weather {
            tokio::time::sleep(delay).await;
        }
        let piece = if weather == Weather::Drip { DROP } else { length };
        for part in buffer[..length].chunks(piece) {
            if to.write_all(part).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
    if silent || seen.borrow().weather == Weather::Silent {
        // Nor does the other side hear of the end, until the proxy ends.
        std::future::pending::<()>().await;
    }
    let _ = to.shutdown().await;
}
